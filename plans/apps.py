"""The plans app."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    """Plan tables, targets, monthly reports, coverage."""

    name = "plans"
    verbose_name = "计划与报送"

    def ready(self) -> None:
        from plans import annexes, names, progress, statistics

        annexes.connect()
        names.connect()
        progress.connect()
        statistics.connect()

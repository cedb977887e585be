"""The plans app."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    """Plan tables, targets, monthly reports, coverage."""

    name = "plans"
    verbose_name = "计划与报送"

    def ready(self) -> None:
        from plans import names, progress, statistics

        names.connect()
        progress.connect()
        statistics.connect()

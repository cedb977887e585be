"""The plans app."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    """Plan tables, targets, monthly reports, coverage."""

    name = "plans"
    verbose_name = "计划与报送"
    register_order = ("ProgressReport", "ReportingPeriod", "PeriodException", "ChaseNote", "PlanTable", "PlanTarget")

    def ready(self) -> None:
        from plans import annexes, desk, names, progress, statistics

        annexes.connect()
        desk.connect()
        names.connect()
        progress.connect()
        statistics.connect()

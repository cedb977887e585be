"""The training app."""

from django.apps import AppConfig


class TrainingConfig(AppConfig):
    """Training quotas, sessions, rosters and certificates."""

    name = "training"
    verbose_name = "人员培训"
    register_order = ("TrainingSession", "Person", "Certificate", "TeamMember", "QuotaTable", "TrainingQuota")

    def ready(self) -> None:
        from training import annexes, names, rostersheet, statistics, teamsheet

        annexes.connect()
        names.connect()
        rostersheet.connect()
        statistics.connect()
        teamsheet.connect()

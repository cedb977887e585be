"""The training app."""

from django.apps import AppConfig


class TrainingConfig(AppConfig):
    """Training quotas."""

    name = "training"
    verbose_name = "人员培训"

    def ready(self) -> None:
        from training import annexes, names

        annexes.connect()
        names.connect()

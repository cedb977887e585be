"""The subsidies app."""

from django.apps import AppConfig


class SubsidiesConfig(AppConfig):
    """补助资金."""

    name = "subsidies"
    verbose_name = "补助资金"

    def ready(self) -> None:
        from subsidies import questions, services, statistics

        questions.connect()
        services.connect()
        statistics.connect()

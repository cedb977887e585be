"""The subsidies app."""

from django.apps import AppConfig


class SubsidiesConfig(AppConfig):
    """补助资金."""

    name = "subsidies"
    verbose_name = "补助资金"

    def ready(self) -> None:
        from subsidies import allowancesheet, questions, services, statistics

        allowancesheet.connect()
        questions.connect()
        services.connect()
        statistics.connect()

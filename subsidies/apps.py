"""The subsidies app."""

from django.apps import AppConfig


class SubsidiesConfig(AppConfig):
    """补助资金."""

    name = "subsidies"
    verbose_name = "补助资金"
    register_order = ("SubsidyClaim", "Payment", "Budget", "AllowanceTotal", "SubsidyScheme")

    def ready(self) -> None:
        from subsidies import allowancesheet, desk, questions, services, statistics

        allowancesheet.connect()
        desk.connect()
        questions.connect()
        services.connect()
        statistics.connect()

"""The facilities app."""

from django.apps import AppConfig


class FacilitiesConfig(AppConfig):
    """The register, its standards and acceptance."""

    name = "facilities"
    verbose_name = "养老服务设施"
    register_order = (
        "AcceptanceReview", "Facility", "Rectification", "Waiver", "Declaration", "Exemption", "ServiceLink",
        "OperatorContract", "Attachment", "UnitPrice", "StandardEdition", "Requirement", "FunctionZone", "ZoneAlias",
    )  # fmt: skip

    def ready(self) -> None:
        from facilities import desk, knowledge, register, services, statistics

        desk.connect()
        knowledge.connect()
        register.connect()
        services.connect()
        statistics.connect()

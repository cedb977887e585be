"""The facilities app."""

from django.apps import AppConfig


class FacilitiesConfig(AppConfig):
    """The register, its standards and acceptance."""

    name = "facilities"
    verbose_name = "养老服务设施"

    def ready(self) -> None:
        from facilities import knowledge, services, statistics

        knowledge.connect()
        services.connect()
        statistics.connect()

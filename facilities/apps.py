"""The facilities app."""

from django.apps import AppConfig


class FacilitiesConfig(AppConfig):
    """The register, its standards and acceptance."""

    name = "facilities"
    verbose_name = "养老服务设施"

    def ready(self) -> None:
        from facilities import knowledge, register, services, statistics

        knowledge.connect()
        register.connect()
        services.connect()
        statistics.connect()

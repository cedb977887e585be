"""The kernel as a Django app."""

from django.apps import AppConfig


class EldercareConfig(AppConfig):
    """Regions, policies, accounts, review, audit, figures, facts, uploads."""

    name = "eldercare"
    verbose_name = "基础数据与系统"
    register_order = (
        "Upload", "RegionAlias", "Policy", "PopulationFact", "Region", "DivisionEdition", "User", "ApiToken",
        "AuditRecord", "ReviewEvent",
    )  # fmt: skip
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from eldercare import accounts, names, uploads

        post_migrate.connect(accounts.sync_roles, dispatch_uid="eldercare.sync_roles")
        names.connect()
        uploads.connect()

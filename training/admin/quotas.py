"""Training quotas in the admin."""

from django.contrib import admin
from django.urls import reverse

from eldercare.admin.documents import LinkedInline, beside_policy
from eldercare.adminbase import ScopedAdmin, ScopedRelatedFilter
from eldercare.annexes.admin import AnnexAdmin
from eldercare.importing.adminpages import RegisterPages
from training.models import QuotaTable, TrainingQuota
from training.resources import TrainingQuotaResource


@beside_policy
class QuotaTableInline(LinkedInline):
    """The training tables that the policy prints."""

    model = QuotaTable
    fields = ("page", "title")


@admin.register(QuotaTable)
class QuotaTableAdmin(AnnexAdmin):
    """培训指标表."""

    relation, subject, value = "quotas", "role", "quota"
    list_display = ("policy", "annex", "title", "counted", "clause")
    fields = ("policy", "annex", "title", "counted", "clause")


@admin.register(TrainingQuota)
class TrainingQuotaAdmin(RegisterPages, ScopedAdmin):
    """培训指标: the number can be corrected here; an empty one means that none is set."""

    resource = TrainingQuotaResource
    list_display = ("unit", "region", "role", "year", "quota", "table")
    list_select_related = ("region", "table__policy")
    list_filter = ("role", ("table", ScopedRelatedFilter))
    search_fields = ("unit",)
    fields = ("table", "row", "unit", "region", "role", "year", "cell", "quota")

    def better_door(self, request):
        """Quotas come in by the printed table they stand in."""
        may = request.user.has_perm("training.change_quotatable")
        return ("在培训指标表里导入", reverse("admin:training_quotatable_changelist")) if may else None

    def get_readonly_fields(self, request, obj=None):
        return tuple(name for name in self.fields if name != "quota")

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

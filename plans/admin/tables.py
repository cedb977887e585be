"""Plan tables and plan numbers in the admin, and what a policy's page shows of them."""

from django.contrib import admin
from django.urls import reverse

from eldercare.admin.documents import LinkedInline, ReadOnlyInline, beside_policy
from eldercare.adminbase import ScopedAdmin, ScopedRelatedFilter
from eldercare.annexes.admin import AnnexAdmin
from eldercare.importing.adminpages import RegisterPages
from plans.models import Duty, PlanTable, PlanTarget, Target
from plans.resources import PlanTargetResource

CADENCES = {"monthly": "按月", "quarterly": "按季", "yearly": "按年", "once": "一次", "irregular": "不定期"}


@beside_policy
class PlanTableInline(LinkedInline):
    """The plan tables that the policy prints."""

    model = PlanTable
    fields = ("page", "title")


@beside_policy
class TargetInline(ReadOnlyInline):
    """What the policy wants reached by when."""

    model = Target
    fields = ("label", "number", "due", "force", "clause")

    @admin.display(description="目标值")
    def number(self, row: Target) -> str:
        return "—" if row.value is None else f"{row.value.normalize():f}{row.unit}"


@beside_policy
class DutyInline(ReadOnlyInline):
    """Who reports what how often."""

    model = Duty
    fields = ("label", "how_often", "due_day", "clause")

    @admin.display(description="周期")
    def how_often(self, row: Duty) -> str:
        return CADENCES.get(row.cadence, row.cadence)


@admin.register(PlanTable)
class PlanTableAdmin(AnnexAdmin):
    """计划表."""

    relation, subject, value = "targets", "type", "planned"


@admin.register(PlanTarget)
class PlanTargetAdmin(RegisterPages, ScopedAdmin):
    """计划数: the number can be corrected here; an empty one means that nothing is planned."""

    resource = PlanTargetResource
    list_display = ("unit", "region", "type", "year", "planned", "table")
    list_select_related = ("region", "table__policy")
    list_filter = ("type", ("table", ScopedRelatedFilter))
    search_fields = ("unit",)
    fields = ("table", "row", "unit", "region", "type", "year", "cell", "planned")

    def better_door(self, request):
        """Plan numbers come in by the printed table they stand in."""
        may = request.user.has_perm("plans.change_plantable")
        return ("在计划表里导入", reverse("admin:plans_plantable_changelist")) if may else None

    def get_readonly_fields(self, request, obj=None):
        return tuple(name for name in self.fields if name != "planned")

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

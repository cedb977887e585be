"""Subsidy schemes in the admin: read from policy folders, looked at here."""

from django.contrib import admin

from eldercare.admin.documents import ReadOnlyInline, beside_policy
from eldercare.adminbase import ReadOnlyAdmin, ScopedRelatedFilter
from facilities.kinds import FacilityType
from subsidies.models import SubsidyScheme


@beside_policy
class SchemeInline(ReadOnlyInline):
    """What the policy pays for what."""

    model = SubsidyScheme
    fields = ("label", "form", "amount", "clause")


@admin.register(SubsidyScheme)
class SubsidySchemeAdmin(ReadOnlyAdmin):
    """补助政策."""

    list_display = ("label", "policy", "form", "amount", "types", "clause")
    list_select_related = ("policy",)
    list_filter = ("form", ("policy", ScopedRelatedFilter))
    search_fields = ("label", "clause")
    fields = ("policy", "key", "label", "form", "amount", "types", "clause")
    readonly_fields = ("types",)

    @admin.display(description="适用设施类型")
    def types(self, row: SubsidyScheme) -> str:
        codes = [*row.body.get("applies_to", []), *(m["type"] for m in row.body.get("bundle", {}).get("members", []))]
        return "、".join(FacilityType(code).label for code in dict.fromkeys(codes)) or "—"

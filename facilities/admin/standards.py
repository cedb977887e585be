"""Standards in the admin: read from policy folders, looked at here; only zone names wait for a person."""

from django.contrib import admin
from django.db.models import F
from django.urls import reverse
from django.utils.html import format_html

from eldercare.admin.documents import LinkedInline, beside_policy
from eldercare.adminbase import ReadOnlyAdmin, ReviewableAdmin, ScopedInline, ScopedRelatedFilter
from eldercare.policies import unpack
from facilities.admin import whatif
from facilities.kinds import FacilityType
from facilities.models import FunctionZone, Requirement, StandardEdition, ZoneAlias
from facilities.rules import demands
from facilities.rules.catalogue import KIND_LABELS

# How a policy tells when its standards begin.
DATES_FROM = {
    "printed": "印发件写明", "issue_date": "以印发日期为准", "year_only": "只印年份，从1月1日起", "unknown": "未印发日期",
}  # fmt: skip


class Demanding:
    """Pages of clauses that say what each demands; of its edition they read the conditions, not the whole."""

    def get_queryset(self, request):
        rows = super().get_queryset(request).select_related("edition__policy").defer("edition__body")
        return rows.annotate(conditions=F("edition__body__condition"))

    @admin.display(description="标准")
    def demanded(self, row: Requirement) -> str:
        return demands.demand(*_read(row))

    @admin.display(description="说明")
    def remark(self, row: Requirement) -> str:
        return demands.remark(*_read(row)) or "—"


def _read(row: Requirement) -> tuple[dict, dict[str, str]]:
    return unpack(row.body), demands.condition_names({"condition": row.conditions or ()})


class RequirementInline(Demanding, ScopedInline):
    """The clauses of an edition."""

    model = Requirement
    fields = readonly_fields = ("position", "label", "demanded", "types", "clause", "modality", "wording")
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    @admin.display(description="适用设施类型")
    def types(self, row: Requirement) -> str:
        return "、".join(FacilityType(code).label for code in row.applies_to)


@beside_policy
class EditionInline(LinkedInline):
    """The standards that the policy sets."""

    model = StandardEdition
    fields = ("page", "valid_from", "valid_to")


@admin.register(StandardEdition)
class StandardEditionAdmin(ReadOnlyAdmin):
    """标准版本."""

    list_display = ("policy", "valid_from", "valid_to", "key")
    list_select_related = ("policy",)
    fields = ("policy", "key", "valid_from", "valid_to", "dated_by", "amended", "rerun")
    readonly_fields = ("dated_by", "amended", "rerun")
    inlines = (RequirementInline,)

    @admin.display(description="日期来源")
    def dated_by(self, row: StandardEdition) -> str:
        return DATES_FROM.get(row.dates_from, row.dates_from)

    @admin.display(description="修订的版本")
    def amended(self, row: StandardEdition) -> str:
        return row.amendment.get("base", "") or "—"

    @admin.display(description="试算")
    def rerun(self, row: StandardEdition) -> str:
        url = reverse("admin:facilities_standardedition_whatif", args=[row.pk])
        return format_html('<a href="{}">按本版本试算，看谁会不达标</a>', url)

    def get_urls(self):
        return [*whatif.urls(self), *super().get_urls()]


@admin.register(Requirement)
class RequirementAdmin(Demanding, ReadOnlyAdmin):
    """标准条款."""

    list_display = ("label", "demanded", "edition", "types", "clause", "modality", "wording")
    list_filter = ("modality", ("edition__policy", ScopedRelatedFilter))
    search_fields = ("label", "clause", "wording")
    fields = (
        "edition", "position", "key", "label", "demanded", "types", "clause", "category", "modality", "wording", "remark",
    )  # fmt: skip
    readonly_fields = ("demanded", "types", "category", "remark")

    types = RequirementInline.types

    @admin.display(description="类别")
    def category(self, row: Requirement) -> str:
        return KIND_LABELS[row.kind]


@admin.register(FunctionZone)
class FunctionZoneAdmin(ReadOnlyAdmin):
    """功能区目录: printed by policies, the same for every district."""

    list_display = ("name",)
    search_fields = ("name",)

    def get_queryset(self, request):
        return FunctionZone.objects.all()


@admin.register(ZoneAlias)
class ZoneAliasAdmin(ReviewableAdmin):
    """功能区别名."""

    list_display = ("counted", "listed", "policy", "status", "decided_by", "decided_at")
    list_filter = ("status",)
    search_fields = ("counted", "listed")
    fields = ("policy", "listed", "counted", "status", "decided_by", "decided_at")
    readonly_fields = ("status", "decided_by", "decided_at")

    def get_readonly_fields(self, request, obj=None):
        """A decided name stands as it was decided; only a new proposal can be worded."""
        return self.fields if obj else self.readonly_fields

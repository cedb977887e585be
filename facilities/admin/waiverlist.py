"""The list of deviations: what waits for the 科长 first, and the page of each with its moves."""

from django.contrib import admin
from django.db.models import Case, IntegerField, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from eldercare.adminbase import DistrictFilter, ReviewableAdmin, TownshipFilter
from facilities import checks
from facilities.admin.facility import badge
from facilities.models import AcceptanceReview, Waiver
from facilities.services import waiving

# What waits for consent leads; a proposal whose review is no longer open waits for nobody.
WAITING = {"status": Waiver.Status.PROPOSED, "review__status": AcceptanceReview.Status.REVIEWING}
PLACE = Case(When(**WAITING, then=Value(0)), default=Value(1), output_field=IntegerField())


class WaiverTownshipFilter(TownshipFilter):
    lookup = "facility__township"


class WaiverDistrictFilter(DistrictFilter):
    lookup = "facility__district"


class WaitingFilter(admin.SimpleListFilter):
    """What waits for the 科长."""

    title = "待办"
    parameter_name = "waiting"

    def lookups(self, request, model_admin):
        return [("consent", "等待同意")]

    def queryset(self, request, queryset):
        return queryset.filter(**WAITING) if self.value() == "consent" else queryset


@admin.register(Waiver)
class WaiverAdmin(ReviewableAdmin):
    """偏差说明. Proposed on the page of its review; here it is found, read and decided."""

    list_display = ("facility", "township", "what", "deviation", "state", "proposal", "decision")
    list_select_related = ("facility__township", "facility__district", "proposed_by", "decided_by", "review")
    list_filter = (WaitingFilter, "status", "facility__type", WaiverDistrictFilter, WaiverTownshipFilter)
    search_fields = ("facility__name", "facility__code", "label", "justification")
    search_help_text = "按设施编码、名称，条款或理由查找"
    fieldsets = (
        (None, {"fields": ("facility_page", "review_page", "label", "clause", "yardstick")}),
        ("偏差", {"fields": ("measured_text", "gap_text", "justification", "standing")}),
        ("经办", {"fields": ("submitted_by", ("proposed_by", "proposed_at"), ("decided_by", "decided_at"),
                             ("effective_on", "ended_on"))}),
    )  # fmt: skip

    @admin.display(description="乡镇（街道）")
    def township(self, row: Waiver) -> str:
        return _kept(row.facility.township)

    @admin.display(description="条款")
    def what(self, row: Waiver) -> str:
        return _kept(row.label, row.clause)

    @admin.display(description="偏差")
    def deviation(self, row: Waiver) -> str:
        return _kept(row.measured_text, row.gap_text)

    @admin.display(description="提出", ordering="proposed_at")
    def proposal(self, row: Waiver) -> str:
        return _kept(row.proposed_by, _day(row.proposed_at))

    @admin.display(description="决定", ordering="decided_at")
    def decision(self, row: Waiver) -> str | None:
        return _kept(row.decided_by, _day(row.decided_at)) if row.decided_by else None

    @admin.display(description="状态")
    def state(self, row: Waiver) -> str:
        idle = row.status == Waiver.Status.PROPOSED and row.review.status != AcceptanceReview.Status.REVIEWING
        more = f"（审核{row.review.get_status_display()}）" if idle else ""
        return badge({"consented": "waived"}.get(row.status, row.status), row.get_status_display() + more)

    @admin.display(description="设施")
    def facility_page(self, row: Waiver) -> str:
        return _link("admin:facilities_facility_change", row.facility)

    @admin.display(description="验收审核")
    def review_page(self, row: Waiver) -> str:
        return _link("admin:facilities_acceptancereview_change", row.review, "#waivers")

    @admin.display(description="现在的情况")
    def standing(self, row: Waiver) -> str:
        found = checks.check(row.facility, row.facility.district.default_as_of())
        now = waiving.state(row, found)
        return badge(now.code, "待同意" if row.status == Waiver.Status.PROPOSED and now.counts else now.label)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related(*self.list_select_related, "submitted_by")

    def get_ordering(self, request):
        return (PLACE, "proposed_at", "pk")

    def get_readonly_fields(self, request, obj=None):
        """A waiver is what was proposed and decided; nothing of it is typed here."""
        return [name for _, part in self.fieldsets for names in part["fields"] for name in _names(names)]

    def has_add_permission(self, request):
        return False

    def make_move(self, request, obj, verb, comment, version, data):
        waiving.decide(obj, verb, by=request.user, comment=comment, version=version)

    def page_context(self, request, row):
        """The timeline begins with the proposal."""
        proposal = {
            "at": row.proposed_at,
            "by_name": str(row.proposed_by),
            "label": "提出",
            "comment": row.justification,
        }
        context = super().page_context(request, row)
        return context | {"events": [proposal, *context["events"]]}


def _names(names) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _kept(*parts) -> str:
    """Two short texts, one under the other, neither broken."""
    return format_html_join(mark_safe("<br>"), '<span class="nowrap">{}</span>', ((part,) for part in parts if part))


def _day(moment) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d}"


def _link(name: str, row, anchor: str = "") -> str:
    return format_html('<a href="{}{}">{}</a>', reverse(name, args=[row.pk]), anchor, row)

"""The queue of acceptance reviews: who waits how long, who has each case, what the check says now, what changed since."""

from django.contrib import admin
from django.db.models import Case, F, IntegerField, Value, When
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from eldercare.adminbase import DistrictFilter, ReviewableAdmin, ScopedChangeList, TownshipFilter
from facilities import ledger
from facilities.admin.facility import badge
from facilities.admin.standing import standing
from facilities.models import AcceptanceReview, Rectification
from facilities.rules.overall import Overall

Status = AcceptanceReview.Status
WAITS = (Status.SUBMITTED, Status.REVIEWING)
# Those that wait for a decision lead, then what waits for the clerk; the longest waiting first.
PLACE = Case(
    When(status__in=WAITS, then=Value(0)),
    When(status=Status.RETURNED, then=Value(1)),
    When(status=Status.DRAFT, then=Value(2)),
    default=Value(3),
    output_field=IntegerField(),
)
SINCE = Case(
    When(status__in=WAITS, then=F("submitted_at")),
    When(status=Status.RETURNED, then=F("decided_at")),
    default=F("created_at"),
)
ORDER = (PLACE, SINCE, "pk")
QUEUE_LENGTH = 8
CHOOSE_DISTRICT = "按区县筛选后显示核查结论和需复核。"


def waited(row: AcceptanceReview) -> int:
    """Days that a review has waited in its present state, by the calendar of its district."""
    since = {Status.RETURNED: row.decided_at} | dict.fromkeys(WAITS, row.submitted_at)
    told = since.get(row.status) or row.created_at
    return max((row.facility.district.default_as_of() - timezone.localdate(told)).days, 0)


def others(user, but: AcceptanceReview) -> list[AcceptanceReview]:
    """The other open reviews a person can see, the longest waiting first; those that wait for a decision lead."""
    rows = AcceptanceReview.objects.visible_to(user).filter(status__in=AcceptanceReview.OPEN).exclude(pk=but.pk)
    related = ("facility__township", "facility__district", "reviewer")
    return list(rows.select_related(*related).order_by(*ORDER)[:QUEUE_LENGTH])


class ReviewTownshipFilter(TownshipFilter):
    """By township; within one district only those that have a review."""

    lookup = "facility__township"

    def lookups(self, request, model_admin):
        known = standing(request)
        if known.district is None:
            return super().lookups(request, model_admin)
        here = {row.facility.township for row in known.rows}
        return [(region.code, str(region)) for region in sorted(here, key=lambda region: region.code)]


class ReviewDistrictFilter(DistrictFilter):
    """By district; who has one is not asked."""

    lookup = "facility__district"

    def lookups(self, request, model_admin):
        own = standing(request).district
        return [] if own is not None and own.pk == request.user.region_id else super().lookups(request, model_admin)


class ChargeFilter(admin.SimpleListFilter):
    """By who has the case."""

    title = "承办"
    parameter_name = "charge"

    def lookups(self, request, model_admin):
        return [("none", "未分派"), ("mine", "我承办的")]

    def queryset(self, request, queryset):
        if self.value() == "none":
            return queryset.filter(status=Status.SUBMITTED, reviewer__isnull=True)
        return queryset.filter(reviewer=request.user) if self.value() == "mine" else queryset


class RecheckFilter(admin.SimpleListFilter):
    """Accepted reviews whose evidence is not what holds now; offered within one district."""

    title = "需复核"
    parameter_name = "recheck"

    def lookups(self, request, model_admin):
        return [("yes", "需复核")] if standing(request).district else []

    def queryset(self, request, queryset):
        return queryset.filter(pk__in=list(standing(request).changed)) if self.value() == "yes" else queryset


class QueueList(ScopedChangeList):
    """A page of the list, its rows knowing the standing that their columns read."""

    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        for row in self.result_list:
            row.standing = standing(request)


class Queue(ReviewableAdmin):
    """The list: open cases first, with the check's result of each; above it what needs somebody."""

    change_list_template = "admin/facilities/acceptancereview/change_list.html"
    list_display = (
        "facility", "state", "conclusion", "charge", "waiting", "facility_township", "facility_type", "submitted_by",
        "accepted_on",
    )  # fmt: skip
    list_select_related = ("facility__township", "facility__district", "submitted_by", "reviewer")
    list_filter = (
        "status", ChargeFilter, RecheckFilter, "facility__type", ReviewDistrictFilter, ReviewTownshipFilter,
    )  # fmt: skip
    search_fields = ("facility__name", "facility__code")
    search_help_text = "按设施编码或名称查找"

    @admin.display(description="设施类型")
    def facility_type(self, row: AcceptanceReview) -> str:
        return row.facility.get_type_display()

    @admin.display(description="乡镇（街道）")
    def facility_township(self, row: AcceptanceReview) -> str:
        return str(row.facility.township)

    @admin.display(description="状态")
    def state(self, row: AcceptanceReview) -> str:
        own = badge(row.status, row.get_status_display())
        return format_html("{} {}", own, recheck_badge()) if row.pk in row.standing.changed else own

    @admin.display(description="承办人")
    def charge(self, row: AcceptanceReview) -> str:
        if row.status == Status.SUBMITTED and row.reviewer_id is None:
            return format_html('<strong class="is-unassigned">{}</strong>', "未分派")
        return str(row.reviewer) if row.reviewer_id else ""

    @admin.display(description="已等待")
    def waiting(self, row: AcceptanceReview) -> str:
        return f"{waited(row)} 天" if row.status in AcceptanceReview.OPEN else ""

    @admin.display(description="核查结论")
    def conclusion(self, row: AcceptanceReview) -> str:
        if row.status == Status.ACCEPTED:
            overall = Overall(row.frozen["overall"])
            return badge(overall.value, overall.label)
        found = row.standing.found.get(row.facility_id) if row.status in AcceptanceReview.OPEN else None
        return badge(found.overall.value, found.overall.label) if found else ""

    def get_changelist(self, request, **kwargs):
        return QueueList

    def get_ordering(self, request):
        """Open ones first, by age."""
        return ORDER

    def changelist_view(self, request, extra_context=None):
        told = {"attention": attention(request)} if self.has_view_permission(request) else {}
        return super().changelist_view(request, told | (extra_context or {}))


def recheck_badge() -> str:
    """需复核 as word, shape and colour."""
    told = {"label": "需复核", "tone": "watch", "shape": "up", "title": "验收后事实有变化"}
    return render_to_string("components/badge.html", told)


def attention(request: HttpRequest) -> dict:
    """What needs somebody, each count with the list behind it."""
    known = standing(request)
    waiting = known.counts()
    items = [
        _item("待受理（未分派）", waiting[Status.SUBMITTED], "charge=none", "act"),
        _item("审核中", waiting[Status.REVIEWING], "status__exact=reviewing", "info"),
        _item("已退回，待补正", waiting[Status.RETURNED], "status__exact=returned", "watch"),
    ]
    if known.district is not None:
        items.append(_item("验收后有变化，需复核", len(known.changed), "recheck=yes", "watch"))
    if request.user.has_perm("facilities.view_rectification"):
        items.append(_overdue(request.user))
    return {"items": items, "hint": "" if known.district is not None else CHOOSE_DISTRICT}


def _item(label: str, count: int, query: str, tone: str) -> dict:
    return {
        "label": label,
        "count": count,
        "tone": tone if count else "zero",
        "url": f"{_list('acceptancereview')}?{query}",
    }


def _list(model: str) -> str:
    return reverse(f"admin:facilities_{model}_changelist")


def _overdue(user) -> dict:
    """The live rectifications past their deadline, by the calendar of their district: one query."""
    late = Rectification.objects.visible_to(user).filter(ledger.past_due()).count()
    return {
        "label": "整改逾期",
        "count": late,
        "tone": "act" if late else "zero",
        "url": f"{_list('rectification')}?late=overdue",
    }

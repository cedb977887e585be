"""The acceptance review in the admin: the queue by age, and one page with facts, clauses, moves, history."""

from datetime import date

from django import forms
from django.contrib import admin
from django.db.models import Case, IntegerField, Value, When
from django.shortcuts import redirect
from django.utils import timezone

from eldercare.adminbase import DistrictFilter, ReviewableAdmin, TownshipFilter
from eldercare.policies import unpack
from eldercare.review import MoveRefused, Option
from facilities import checks, services
from facilities.admin import (
    attachments,
    clauses,
    declarations,
    gaps,
    provenance,
    rectification,
    returning,
    visits,
    waivers,
)
from facilities.admin.facility import badge, check_context
from facilities.admin.facilityform import DateInput
from facilities.models import AcceptanceReview
from facilities.rules.catalogue import CORE_FACTS
from facilities.rules.overall import Overall

Status = AcceptanceReview.Status
QUEUE_LENGTH = 8
# Each concern brings its part of the page: `panel(request, row, found)` its context, `urls(admin)` its addresses.
PANELS = (returning, gaps, waivers, visits, rectification, attachments)
PLACE = Case(
    *(
        When(status=status, then=Value(place))
        for place, status in enumerate((Status.SUBMITTED, Status.REVIEWING, Status.RETURNED, Status.DRAFT))
    ),
    default=Value(4),
    output_field=IntegerField(),
)


class AcceptForm(forms.Form):
    """The day that acceptance counts from."""

    accepted_on = forms.DateField(label="验收日期", widget=DateInput, required=False)


class ReviewTownshipFilter(TownshipFilter):
    lookup = "facility__township"


class ReviewDistrictFilter(DistrictFilter):
    lookup = "facility__district"


def waited(row: AcceptanceReview) -> int:
    """Days that a review has waited in its present state, by the calendar of its district."""
    since = {Status.SUBMITTED: row.submitted_at, Status.RETURNED: row.decided_at}.get(row.status) or row.created_at
    return max((row.facility.district.default_as_of() - timezone.localdate(since)).days, 0)


def queue(user, but: AcceptanceReview) -> list[AcceptanceReview]:
    """The other open reviews a person can see, oldest first; those that wait for a decision lead."""
    rows = AcceptanceReview.objects.visible_to(user).filter(status__in=AcceptanceReview.OPEN).exclude(pk=but.pk)
    return list(
        rows.select_related("facility__township", "facility__district").order_by(PLACE, "created_at", "pk")[
            :QUEUE_LENGTH
        ]
    )


@admin.register(AcceptanceReview)
class AcceptanceReviewAdmin(ReviewableAdmin):
    """验收审核. Begun from a facility; the note is all that is typed, while it is a draft or returned."""

    change_form_template = "admin/facilities/acceptancereview/change_form.html"
    move_comment_label = "办理意见（退回、撤回、撤销验收必填）"
    list_display = ("facility", "facility_type", "facility_township", "state", "submitted_by", "waiting", "accepted_on")
    list_select_related = ("facility__township", "facility__district", "submitted_by")
    list_filter = ("status", "facility__type", ReviewDistrictFilter, ReviewTownshipFilter)
    search_fields = ("facility__name", "facility__code")
    search_help_text = "按设施编码或名称查找"
    fields = ("note",)

    @admin.display(description="设施类型")
    def facility_type(self, row: AcceptanceReview) -> str:
        return row.facility.get_type_display()

    @admin.display(description="乡镇（街道）")
    def facility_township(self, row: AcceptanceReview) -> str:
        return str(row.facility.township)

    @admin.display(description="状态")
    def state(self, row: AcceptanceReview) -> str:
        return badge(row.status, row.get_status_display())

    @admin.display(description="已等待")
    def waiting(self, row: AcceptanceReview) -> str:
        return f"{waited(row)} 天" if row.status in AcceptanceReview.OPEN else ""

    def get_urls(self):
        return [*(url for part in PANELS for url in part.urls(self)), *super().get_urls()]

    def get_ordering(self, request):
        """Open ones first; among them those that wait for a decision, each by age."""
        return (PLACE, "created_at", "pk")

    def has_add_permission(self, request):
        """A review is begun on the page of its facility."""
        return False

    def get_readonly_fields(self, request, obj=None):
        editable = obj and obj.status in (Status.DRAFT, Status.RETURNED)
        return () if editable and request.user.has_perm("facilities.submit_acceptancereview") else ("note",)

    def response_post_save_change(self, request, obj):
        return redirect(self._page(obj))

    def get_move_form(self, request, obj, data=None):
        if obj.status != Status.REVIEWING or not request.user.has_perm("facilities.decide_acceptancereview"):
            return None
        return AcceptForm(data, initial={"accepted_on": obj.facility.district.default_as_of()})

    def make_move(self, request, obj, verb, comment, version, data):
        if verb == "take":
            return services.take(obj, by=request.user, comment=comment, version=version)
        if verb != "accept":
            return super().make_move(request, obj, verb, comment, version, data)
        if data and data["accepted_on"] is None:
            raise MoveRefused("验收合格须填写验收日期。")
        return services.accept(
            obj, by=request.user, accepted_on=data.get("accepted_on"), comment=comment, version=version
        )

    def page_context(self, request, row):
        """Facts, clauses, queue and moves; an accepted review shows what it was decided on, not what holds today."""
        context = super().page_context(request, row)
        decided = row.frozen is not None
        shown = _frozen(row) if decided else _live(row)
        for part in PANELS:
            shown |= part.panel(request, row, shown.get("check"))
        return {
            **context,
            **shown,
            "is_frozen": decided,
            "facility": row.facility,
            "queue": [{"row": other, "days": waited(other)} for other in queue(request.user, row)],
            "waits_for": _waits_for(row, context["options"]),
        }


def _live(row: AcceptanceReview) -> dict:
    day = services.review_day(row)
    found = checks.check(row.facility, day)
    records = provenance.history(row.facility)
    wanted = declarations.table(found, row.created_by)
    return {
        **check_context(found),
        "facts": provenance.facts(records, day),
        "declared": [line for line in wanted if line["row"]],
        "undeclared": [line for line in wanted if not line["row"]],
    }


def _frozen(row: AcceptanceReview) -> dict:
    kept = row.frozen
    told = unpack(kept["facts"])
    book = declarations.Book(type(row.edition).objects.filter(pk=row.edition_id)) if row.edition_id else None
    return {
        "overall": Overall(kept["overall"]),
        "edition": kept["edition"],
        "day": date.fromisoformat(kept["day"]),
        "findings": clauses.rows(kept["findings"], declarations.words(row.edition)),
        "facts": [{"record": None, "sheet": None, "lines": [_kept_fact(*pair, book) for pair in told.items()]}],
    }


def _kept_fact(name: str, value: object, book) -> dict:
    question = book.questions.get(name) if book else None
    known = question.fact if question else CORE_FACTS.get(name)
    words = question.choices if question else {}
    return {
        "label": known.label if known else name,
        "text": clauses.said(value, words, known.unit if known else ""),
    }


def _waits_for(row: AcceptanceReview, options: list[Option]) -> str:
    """What has to happen next, for those who have nothing to press."""
    if any(option.allowed for option in options):
        return ""
    return {
        Status.DRAFT: "等待科员提交",
        Status.SUBMITTED: "等待审核人员受理",
        Status.REVIEWING: f"由{row.reviewer}审核中",
        Status.RETURNED: "等待科员补正后重新提交",
    }.get(row.status, "")

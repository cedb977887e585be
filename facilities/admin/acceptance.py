"""The acceptance review in the admin: one page with facts, clauses, moves and history, and below it every concern's part."""

from django import forms
from django.contrib import admin
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe

from eldercare.accounts import User
from eldercare.review import MoveRefused, Option
from facilities import services
from facilities.admin import attachments, documents, gaps, rectification, returning, reviewpage, visits, waivers
from facilities.admin.bulk import BulkActions
from facilities.admin.facilityform import DateInput
from facilities.admin.queue import Queue, others, waited
from facilities.models import AcceptanceReview
from facilities.services import rechecking
from facilities.services.returning import send_back

Status = AcceptanceReview.Status
# Each concern brings its part of the page: `panel(request, row, found)` its context, `urls(admin)` its addresses; its
# template, panels/<name>.html, stands under the anchor of that name, with `<name>_count` beside its label.
PANELS = (
    ("gaps", "还差什么", gaps),
    ("returning", "退回与变化", returning),
    ("waivers", "偏差说明", waivers),
    ("visits", "现场核查", visits),
    ("rectification", "整改", rectification),
    ("attachments", "附件", attachments),
)
# What each move asks for besides a comment.
ASKS = {"accept": "accepted_on", "assign": "reviewer"}


class MoveForm(forms.Form):
    """What the moves on offer ask for besides a comment."""

    accepted_on = forms.DateField(label="验收日期", widget=DateInput, required=False)
    reviewer = forms.ModelChoiceField(User.objects.none(), label="承办人", required=False, empty_label="请选择")

    def __init__(self, row: AcceptanceReview, asked: set[str], *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reviewer"].queryset = services.reviewers(row)
        self.fields["accepted_on"].initial = row.facility.district.default_as_of()
        for name in set(self.fields) - asked:
            del self.fields[name]


@admin.register(AcceptanceReview)
class AcceptanceReviewAdmin(BulkActions, Queue):
    """验收审核. Begun from a facility; the note is all that is typed, while it is a draft or returned."""

    change_form_template = "admin/facilities/acceptancereview/change_form.html"
    fields = ("note",)

    def get_urls(self):
        parts = [url for _, _, part in PANELS for url in part.urls(self)]
        return [*parts, *documents.urls(self), *super().get_urls()]

    def has_add_permission(self, request):
        """A review is begun on the page of its facility."""
        return False

    def get_readonly_fields(self, request, obj=None):
        editable = obj and obj.status in (Status.DRAFT, Status.RETURNED)
        return () if editable and request.user.has_perm("facilities.submit_acceptancereview") else ("note",)

    def response_post_save_change(self, request, obj):
        return redirect(self._page(obj))

    def get_move_form(self, request, obj, data=None):
        """The fields of the moves that this person may make; of a posted form only those of its verb."""
        asked = set()
        if obj.status == Status.REVIEWING and obj.reviewer_id == request.user.pk:
            asked.add("accepted_on")
        if obj.status in (Status.SUBMITTED, Status.REVIEWING) and request.user.has_perm(
            "facilities.assign_acceptancereview"
        ):
            asked.add("reviewer")
        if data is not None:
            asked &= {ASKS.get(data.get("verb"))}
        return MoveForm(obj, asked, data) if asked else None

    def make_move(self, request, obj, verb, comment, version, data):
        told = {"by": request.user, "comment": comment, "version": version}
        if data and data[ASKS[verb]] is None:
            raise MoveRefused({"accept": "验收合格须填写验收日期。", "assign": "分派须选择承办人。"}[verb])
        if verb == "assign" and data:
            return services.assign(obj, data["reviewer"], **told)
        if verb == "accept":
            return services.accept(obj, accepted_on=data.get("accepted_on"), **told)
        if verb == "send_back":
            return send_back(obj, reasons=[], **told)
        makers = {"take": services.take, "recheck": rechecking.recheck}
        # The other moves, and whatever this person may not do, go through the one door as they are.
        return (
            makers[verb](obj, **told)
            if verb in makers
            else super().make_move(request, obj, verb, comment, version, data)
        )

    def _moved(self, request, row) -> str:
        refused = super()._moved(request, row)
        if refused:
            request.session[self._typed_key(row)] = {name: request.POST.get(name, "")[:40] for name in ASKS.values()}
        return refused

    def _typed_key(self, row) -> str:
        return f"{self._draft_key(row)}:fields"

    def page_context(self, request, row):
        """Facts, clauses, queue and moves; an accepted review shows what it was decided on, not what holds today."""
        context = super().page_context(request, row)
        typed = request.session.pop(self._typed_key(row), {})
        if context["move_form"]:
            context["move_form"].initial = {name: value for name, value in typed.items() if value}
        decided = row.frozen is not None
        shown = reviewpage.frozen(row) if decided else reviewpage.live(row)
        for _, _, part in PANELS:
            shown |= part.panel(request, row, shown.get("check"))
        return {
            **context,
            **shown,
            "is_frozen": decided,
            "facility": row.facility,
            "differences": rechecking.differences(row),
            "events": reviewpage.events(row, context["events"]),
            "queue": [{"row": other, "days": waited(other)} for other in others(request.user, row)],
            "waits_for": _waits_for(row, context["options"]),
            "print_url": f"{self._page(row).removesuffix('change/')}form/",
            "file_url": f"{_facility_page(row).removesuffix('change/')}file/",
            **(moves := _moves(context["options"])),
            "move_comment_label": self.comment_label(moves["options"]),
        }

    def render_change_form(self, request, context, *args, **kwargs):
        """The parts below the grid are drawn first: one that has nothing to say leaves neither box nor tab."""
        if context.get("row"):
            context["panels"] = _drawn(request, context)
        return super().render_change_form(request, context, *args, **kwargs)


def _drawn(request, context: dict) -> list[dict]:
    # The page's own context is a plain dict here; what a template adds to it stays in that template.
    found = []
    for name, label, _ in PANELS:
        html = render_to_string(f"admin/facilities/acceptancereview/panels/{name}.html", context, request).strip()
        if html:
            found.append({"name": name, "label": label, "html": mark_safe(html), "count": context.get(f"{name}_count")})
    return found


def _moves(options: list[Option]) -> dict:
    """The footer: returning has a form of its own on the page, so its button leads there."""
    form = next((option for option in options if option.move.verb == "send_back" and option.allowed), None)
    links = [{"label": form.move.label, "url": "#returning"}] if form else []
    return {"options": [option for option in options if option is not form], "move_links": links}


def _facility_page(row: AcceptanceReview) -> str:
    return reverse("admin:facilities_facility_change", args=[row.facility_id])


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

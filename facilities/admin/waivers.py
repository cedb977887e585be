"""Deviations on the review page: proposing, consenting, taking back."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path, reverse

from eldercare import review
from eldercare.adminbase import VERSION_DIGITS
from eldercare.brokenrules import broken_rule
from eldercare.review import Denied, MoveRefused
from facilities import checks
from facilities.models import AcceptanceReview, Waiver
from facilities.rules.findings import Finding
from facilities.services import waiving

CONSENT = "facilities.consent_waiver"
# Longer than any text that is accepted, so that what was typed comes back whole and the session stays small.
KEPT = 2000


@dataclass(frozen=True, slots=True)
class Line:
    """One waiver on the review page: how it stands, what this person may do with it, what they typed before a refusal."""

    row: Waiver
    state: waiving.State
    options: list[review.Option]
    typed: str

    @property
    def may_act(self) -> bool:
        """Whether any of the moves is open to this person."""
        return any(option.allowed for option in self.options)


@dataclass(frozen=True, slots=True)
class Offer:
    """One unmet principle that a deviation may be proposed for."""

    number: int
    finding: Finding
    measured: str
    typed: str


def panel(request, row, found) -> dict:
    """Context of this part of the review page; `found` is the live check, None once the review is decided."""
    typed = request.session.pop(_draft_key(row), {})
    waivers = list(row.waivers.select_related("proposed_by", "decided_by", "withdrawn_by", "revoked_by"))
    live = found or (_today(row) if waivers else None)
    lines = _lines(request, row, waivers, live, typed)
    offers = _offers(row, found, typed) if found is not None and row.status in row.OPEN else []
    refused = waiving.may_propose(row, request.user) if offers else ""
    return {
        "waivers": lines,
        "waivers_count": len(lines),
        "waiver_offers": offers,
        "waiver_refused": refused,
        "waiver_url": f"{_below(row)}waivers/",
        "waiver_limits": waiving.JUSTIFICATION,
    }


def _below(row: AcceptanceReview) -> str:
    return reverse("admin:facilities_acceptancereview_change", args=[row.pk]).removesuffix("change/")


def _today(row: AcceptanceReview) -> checks.Check:
    return checks.check(row.facility, row.facility.district.default_as_of())


def _lines(request, row: AcceptanceReview, waivers: list[Waiver], live, typed: dict) -> list[Line]:
    states = waiving.states(waivers, live) if waivers else {}
    for waiver in waivers:
        # The conditions of the moves read these; every waiver of the page shares what is loaded already.
        waiver.review, waiver.facility, waiver.found = row, row.facility, live
    return [
        Line(one, states[one.pk], review.available_moves(one, request.user), typed.get(str(one.pk), ""))
        for one in waivers
    ]


def _offers(row: AcceptanceReview, found: checks.Check, typed: dict) -> list[Offer]:
    proposed = {one.requirement for one in row.waivers.all() if one.status == Waiver.Status.PROPOSED}
    failing = [finding for finding in found.findings if not waiving.unwaivable(finding)]
    return [
        Offer(number, finding, waiving.measured_text(finding, found), typed.get(finding.requirement, ""))
        for number, finding in enumerate(failing, 1)
        if finding.requirement not in proposed
    ]


def _draft_key(row: AcceptanceReview) -> str:
    return f"waiver-draft:{row.pk}"


def _reviewed(admin, request: HttpRequest, object_id: str, *permissions: str) -> AcceptanceReview:
    """The review in scope of a person who holds one of the rights; 404 or 403 else."""
    row = admin.get_object(request, unquote(object_id))
    allowed = admin.has_view_or_change_permission(request, row)
    if not allowed or not any(request.user.has_perm(name) for name in permissions):
        raise PermissionDenied
    return row


def _done(admin, request: HttpRequest, row: AcceptanceReview, action, success: str, draft: dict) -> HttpResponse:
    """Do it and go back to the page; a refusal comes back as its reason and keeps what was typed."""
    try:
        action()
    except (MoveRefused, Denied) as refused:
        messages.error(request, str(refused))
    except IntegrityError as error:
        messages.error(request, broken_rule(error))
    else:
        messages.success(request, success)
        draft = {}
    if draft:
        request.session[_draft_key(row)] = draft
    return redirect(f"{admin._page(row)}#waivers")


def propose(admin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Propose a deviation from one clause."""
    row = _reviewed(admin, request, object_id, waiving.PROPOSE)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    requirement, words = (request.POST.get(name, "") for name in ("requirement", "justification"))
    return _done(
        admin, request, row,
        lambda: waiving.propose(row, requirement, justification=words, by=request.user),
        "偏差说明已提出，等待科长同意。", {requirement[:80]: words[:KEPT]},
    )  # fmt: skip


def decide(admin, request: HttpRequest, object_id: str, waiver_id: int) -> HttpResponse:
    """Consent, refuse, withdraw or revoke on the page of the review."""
    row = _reviewed(admin, request, object_id, waiving.PROPOSE, CONSENT)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    waiver = row.waivers.filter(pk=waiver_id).first()
    if waiver is None:
        raise Http404("没有找到这份偏差说明。")
    verb, comment, version = (request.POST.get(name, "") for name in ("verb", "comment", "version"))

    def act() -> None:
        if not version.isdecimal() or len(version) > VERSION_DIGITS:
            raise MoveRefused("页面内容不完整，请刷新后再操作。")
        waiving.decide(waiver, verb, by=request.user, comment=comment, version=int(version))

    label = next((move.label for move in Waiver.MOVES if move.verb == verb), "")
    return _done(admin, request, row, act, f"已办理：{label}。", {str(waiver.pk): comment[:KEPT]})


def urls(admin) -> list:
    """Addresses below the review."""

    def proposing(request, object_id):
        return propose(admin, request, object_id)

    def deciding(request, object_id, waiver_id):
        return decide(admin, request, object_id, waiver_id)

    name, guarded = "facilities_acceptancereview", admin.admin_site.admin_view
    return [
        path("<path:object_id>/waivers/", guarded(proposing), name=f"{name}_propose_waiver"),
        path("<path:object_id>/waivers/<int:waiver_id>/", guarded(deciding), name=f"{name}_decide_waiver"),
    ]

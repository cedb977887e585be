"""The ledger's part of the review page: live items with deadline, and failing clauses to be put into the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path, reverse

from eldercare import clock
from eldercare.review import Denied, MoveRefused
from facilities import checks, ledger
from facilities.models import AcceptanceReview
from facilities.services import rectifying

# Longer than any field, so that what was typed comes back whole and the session stays small.
KEPT = 600
FIELDS = ("problem", *rectifying.EDITABLE)


@dataclass(frozen=True, slots=True)
class Offer:
    """One failing clause with what the form shows for it: the draft, or what was typed before a refusal."""

    number: int
    draft: rectifying.Draft
    chosen: bool
    values: Mapping[str, str]


def panel(request, row, found) -> dict:
    """Context of this part of the review page; `found` is the live check, None once the review is decided."""
    items = ledger.of_facility(row.facility)
    may_open = request.user.has_perm("facilities.add_rectification")
    offers = _offers(request, row, found) if may_open and found is not None and row.status in row.OPEN else []
    return {
        "rectifications": items,
        "rectification_count": sum(line.is_live for line in items),
        "rectification_offers": offers,
        "may_open_rectification": may_open,
        "rectify_url": f"{_below(row)}rectify/",
    }


def _below(row: AcceptanceReview) -> str:
    return reverse("admin:facilities_acceptancereview_change", args=[row.pk]).removesuffix("change/")


def _offers(request: HttpRequest, row: AcceptanceReview, found: checks.Check) -> list[Offer]:
    typed = request.session.pop(_draft_key(row), {})
    return [_offer(number, draft, typed) for number, draft in enumerate(rectifying.drafts(found), 1)]


def _offer(number: int, draft: rectifying.Draft, typed: Mapping) -> Offer:
    kept = typed.get(draft.requirement)
    values = {name: str(getattr(draft, name)) for name in FIELDS} | (kept or {})
    return Offer(number, draft, kept is not None, values)


def _draft_key(row: AcceptanceReview) -> str:
    return f"rectify-draft:{row.pk}"


def _posted(data) -> dict[str, dict[str, str]]:
    """What was typed for each ticked clause: fields are named `<field>:<requirement>`."""
    chosen = dict.fromkeys(data.getlist("clause"))
    return {key: {name: data.get(f"{name}:{key}", "")[:KEPT] for name in FIELDS} for key in chosen}


def _item(requirement: str, typed: Mapping[str, str]) -> dict:
    return {"requirement": requirement, **typed, "due_on": clock.asked_day(typed["due_on"].strip())}


def rectify(admin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Put the ticked clauses into the ledger, all or none, and go back to the page; a refusal keeps what was typed."""
    row = admin.get_object(request, unquote(object_id))
    if not admin.has_view_or_change_permission(request, row) or not request.user.has_perm(
        "facilities.add_rectification"
    ):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    typed = _posted(request.POST)
    try:
        opened = rectifying.open_many(row, [_item(*pair) for pair in typed.items()], by=request.user)
    except (MoveRefused, Denied) as refused:
        messages.error(request, str(refused))
    except ValidationError as error:
        messages.error(request, "没有列入整改。" + "".join(error.messages))
    else:
        messages.success(request, f"已列入整改台账 {len(opened)} 项。")
        typed = {}
    if typed:
        request.session[_draft_key(row)] = typed
    return redirect(f"{admin._page(row)}#rectification")


def urls(admin) -> list:
    """Addresses below the review."""

    def view(request, object_id):
        return rectify(admin, request, object_id)

    name = "facilities_acceptancereview_rectify"
    return [path("<path:object_id>/rectify/", admin.admin_site.admin_view(view), name=name)]

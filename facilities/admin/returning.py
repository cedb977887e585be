"""Returning a review with coded reasons, and what has changed since it was returned."""

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path

from eldercare import review
from eldercare.adminbase import VERSION_DIGITS
from eldercare.brokenrules import broken_rule
from facilities.models import AcceptanceReview
from facilities.services import returning

Status = AcceptanceReview.Status
TOLD = (Status.SUBMITTED, Status.REVIEWING, Status.RETURNED)
FREE_LINES = 2
MOST_LINES = returning.MOST_REASONS + FREE_LINES
# Of what was typed and refused, so much is kept for the next page: enough to shorten it there.
KEPT = 2 * returning.LONGEST


def panel(request, row, found) -> dict:
    """Context of this part of the review page; `found` is the live check, None once the review is decided."""
    kept = request.session.pop(_key(row), None)
    if found is None or row.status not in TOLD:
        return {}
    changes = returning.changes_since(row, found)
    context = {"changes": changes if changes.event else None, "return_lines": None}
    if changes.event:
        context["returning_count"] = sum(reason.settled is not True for reason in changes.reasons)
    if may_return(row, request.user):
        context |= {
            "return_lines": lines(returning.drafted(found), kept),
            "return_codes": returning.REASONS.items(),
            "return_comment": kept["comment"] if kept else "",
            "longest": returning.LONGEST,
        }
    return context


def may_return(row: AcceptanceReview, user) -> bool:
    """Whether this person can return this review now."""
    return not review.refusal(row, review.find_move(AcceptanceReview, "send_back"), user)


def lines(drafts: list[returning.Draft], kept: dict | None) -> list[dict]:
    """The lines of the form: a draft a clause, then free ones; what was typed and refused stands as it was."""
    typed = {line["requirement"]: line for line in kept["lines"] if line["requirement"]} if kept else {}
    drafted = [_line(draft, typed.pop(draft.requirement, None), kept) for draft in drafts]
    # A clause that is met by now leaves its words to be kept or cleared.
    rest = [line | {"requirement": ""} for line in typed.values() if line["ticked"]]
    free = [line for line in (kept["lines"] if kept else []) if not line["requirement"] and line["message"]]
    blank = {"requirement": "", "clause": "", "label": "", "code": "other", "message": "", "ticked": False}
    return [*drafted, *rest, *free, *(blank for _ in range(FREE_LINES))][:MOST_LINES]


def _line(draft: returning.Draft, typed: dict | None, kept: dict | None) -> dict:
    own = {"requirement": draft.requirement, "clause": draft.clause, "label": draft.label}
    if typed:
        return own | {name: typed[name] for name in ("code", "message", "ticked")}
    return own | {"code": draft.code, "message": draft.message, "ticked": kept is None}


def urls(admin) -> list:
    """Addresses below the review."""

    def send_back(request, object_id):
        return _send_back(admin, request, object_id)

    name = "facilities_acceptancereview_send_back"
    return [path("<path:object_id>/send-back/", admin.admin_site.admin_view(send_back), name=name)]


def _send_back(admin, request, object_id: str) -> HttpResponse:
    """Return the review for the posted reasons; a refusal keeps what was typed. Denied, and recorded, without the right."""
    row = admin.get_object(request, unquote(object_id))
    if not admin.has_move_permission(request, row):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    typed = {"lines": _posted(request.POST), "comment": request.POST.get("comment", "")[:KEPT]}
    if refused := _refused(request, row, typed):
        request.session[_key(row)] = typed
        messages.error(request, refused)
        return redirect(f"{admin._page(row)}#returning")
    messages.success(request, "已办理：退回。")
    return redirect(admin._page(row))


def _refused(request, row: AcceptanceReview, typed: dict) -> str:
    """Return the review; why not, empty when it is done. Whoever lacks the right is denied whatever was sent."""
    if not request.user.has_perm("facilities.decide_acceptancereview"):
        returning.send_back(row, by=request.user, reasons=[])
    version = request.POST.get("version", "")
    if not version.isdecimal() or len(version) > VERSION_DIGITS:
        return "页面内容不完整，请刷新后再操作。"
    reasons = [line for line in typed["lines"] if line["ticked"] or (line["message"] and not line["requirement"])]
    try:
        returning.send_back(row, by=request.user, reasons=reasons, comment=typed["comment"], version=int(version))
    except review.MoveRefused as refused:
        return str(refused)
    except IntegrityError as error:
        return broken_rule(error)
    return ""


def _posted(form) -> list[dict]:
    """The lines as they were typed, ticked or not."""
    total = form.get("lines", "")
    count = min(int(total), MOST_LINES) if total.isdecimal() and len(total) < VERSION_DIGITS else 0
    names = ("requirement", "code", "message")
    return [
        {name: form.get(f"{name}-{n}", "")[:KEPT].strip() for name in names}
        | {"clause": "", "label": "", "ticked": f"tick-{n}" in form}
        for n in range(count)
    ]


def _key(row: AcceptanceReview) -> str:
    return f"return-draft:{row.pk}"

"""What a sheet would do, or has done: counts first, then problems, then old → new row by row."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from eldercare import review
from eldercare.sheets.meta import IDENTITY
from eldercare.uploadpages import answers
from eldercare.uploadpages.answers import UploadPage, visible_upload, wants_json
from eldercare.uploads import ACTION_LABELS, MISSING_ROW, Total, Upload

ROWS_A_PAGE = 100
CHANGES_A_PAGE = 700
MISSING_SHOWN = 100
ERRORS_OPEN, WARNINGS_OPEN = 50, 20
BADGES = {"new": "new", "changed": "changed", "wrong": "error"}


class Preview(UploadPage):
    """`/uploads/<id>/`: preview, refusal, receipt or what was taken back, as the state is."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        upload = visible_upload(request, pk)
        return answers.found(upload) if wants_json(request) else page(request, upload)


def page(request: HttpRequest, upload: Upload, *, status: int = 200, notice: str = "") -> HttpResponse:
    """The page of one upload; `notice` says first what has just happened to it."""
    context = _problems(upload) | _moves(request.user, upload) | {"upload": upload, "notice": notice}
    kind = upload.declared
    if kind and kind.page:
        return render(request, kind.template_name, context | kind.page(upload, request.user), status=status)
    return render(request, "uploads/upload.html", context | _rows(request, upload), status=status)


def _rows(request: HttpRequest, upload: Upload) -> dict:
    rows = upload.staged.read() if hasattr(upload, "staged") else []
    shown = [_labelled(row) for row in rows if row["action"] in BADGES]
    missing = [row for row in rows if row["action"] == "missing"]
    return {
        "page": Paginator(shown, _page_size(shown)).get_page(request.GET.get("page")),
        "total": sum(row["action"] != "missing" for row in rows),
        "wrong": sum(row["action"] == "wrong" for row in rows),
        "missing": missing[:MISSING_SHOWN],
        "missing_total": len(missing),
        "totals": _totals(upload, rows),
    }


def _totals(upload: Upload, rows: list[dict]) -> list[Total]:
    """Only while it waits: what a confirmed sheet held is by then the register's own, with later changes in it."""
    return upload.declared.totals(upload, rows) if upload.declared and upload.status == Upload.Status.STAGED else []


def _labelled(row: dict) -> dict:
    return row | {"label": ACTION_LABELS[row["action"]], "badge": BADGES[row["action"]]}


def _page_size(rows: list[dict]) -> int:
    """100 rows, or half of that where rows change in so many columns that a page would grow too long to load."""
    widest = max((_changes(rows[at : at + ROWS_A_PAGE]) for at in range(0, len(rows), ROWS_A_PAGE)), default=0)
    return ROWS_A_PAGE if widest <= CHANGES_A_PAGE else ROWS_A_PAGE // 2


def _changes(rows: list[dict]) -> int:
    return sum(len(row["changes"]) for row in rows)


def _problems(upload: Upload) -> dict:
    """Errors and warnings apart; rows that are missing have a list of their own."""
    kept = [problem for problem in upload.problems if problem["code"] != MISSING_ROW]
    errors = [problem for problem in kept if problem["level"] == "error"]
    listed = [problem for problem in kept if problem["level"] != "error"]
    # Every missing row has one warning, or none when the sheet holds no rows at all.
    warnings = upload.counts.get("warnings", 0)
    others = max(warnings - upload.counts.get("missing", 0), 0)
    return {
        "counts": upload.counts | {"warnings": others},
        "errors": errors,
        "first_errors": errors[:ERRORS_OPEN],
        "more_errors": errors[ERRORS_OPEN:],
        "warnings": listed,
        "first_warnings": listed[:WARNINGS_OPEN],
        "more_warnings": listed[WARNINGS_OPEN:],
        "warning_total": others,
        "is_other_sheet": any(problem["code"] in IDENTITY for problem in errors),
        "about_file": errors if errors and not any(problem["cell"] for problem in errors) else [],
    }


def _moves(user, upload: Upload) -> dict:
    options = {option.move.verb: option for option in review.available_moves(upload, user)}
    kind = upload.declared
    return {
        "confirming": [options["confirm"]] if "confirm" in options else [],
        "undoing": options.get("undo"),
        "consequences": kind.consequences if kind else (),
        "remarks": kind.remarks(upload) if kind and upload.confirmed_at else [],
        "standing": kind.standing(upload) if kind and upload.status == Upload.Status.CONFIRMED else [],
        "may_send": bool(kind and kind.may_be_sent_by(user)),
        "has_template": bool(kind and kind.template and kind.may_be_sent_by(user)),
    }

"""Documents for paper: the 验收表 of one review, and the address of one facility's whole file (一院一档)."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone

from eldercare import clock
from eldercare.policies import unpack
from eldercare.review import ReviewEvent
from facilities import checks, services
from facilities.admin import clauses, dossier
from facilities.differences import counts
from facilities.glossary import Glossary
from facilities.models import AcceptanceReview, Attachment, Rectification, Waiver
from facilities.questions import words
from facilities.rules.asked import asked
from facilities.rules.overall import Overall
from facilities.rules.phrases import listed

Status = AcceptanceReview.Status
MEASURES = ("facility.gross_area", "facility.usable_area", "facility.beds", "facility.nursing_beds", "facility.zones")
# What a printed form says across its head while it is no certificate.
MARKS = {Status.WITHDRAWN: "已撤回", Status.REVOKED: "已撤销", Status.ACCEPTED: ""}
DRAFT_MARK = "待审核稿"


def urls(admin) -> list:
    """The form below a review."""

    def form(request: HttpRequest, object_id: str) -> HttpResponse:
        row = admin.get_object(request, object_id)
        if not admin.has_view_or_change_permission(request, row):
            raise PermissionDenied
        back = reverse("admin:facilities_acceptancereview_change", args=[row.pk])
        return render(request, "admin/facilities/acceptancereview/form.html", acceptance_form(row) | {"back_url": back})

    view = admin.admin_site.admin_view(form)
    return [path("<path:object_id>/form/", view, name="facilities_acceptancereview_form")]


def facility_urls(admin) -> list:
    """The whole file below a facility."""

    def file(request: HttpRequest, object_id: str) -> HttpResponse:
        row = admin.get_object(request, object_id)
        if not admin.has_view_or_change_permission(request, row):
            raise PermissionDenied
        day = clock.asked_day(request.GET.get("as_of", "")) or row.district.default_as_of()
        back = reverse("admin:facilities_facility_change", args=[row.pk])
        context = dossier.context(row, day, request.user) | {"back_url": back}
        return render(request, "admin/facilities/facility/file.html", context)

    view = admin.admin_site.admin_view(file)
    return [path("<path:object_id>/file/", view, name="facilities_facility_file")]


def acceptance_form(row: AcceptanceReview) -> dict:
    """Everything the 验收表 of a review prints: what an acceptance froze, else what the check finds now."""
    people = ("facility__township", "facility__district", "facility__village", "submitted_by", "reviewer", "decided_by",
              "consented_by", "rechecked_by", "revoked_by", "edition__policy")  # fmt: skip
    row = AcceptanceReview.objects.select_related(*people).get(pk=row.pk)
    kept = _frozen(row) if row.frozen is not None else _live(row)
    waivers = {str(waiver.pk): waiver for waiver in _waivers(row)}
    events = list(row.events())
    visits = list(row.visits.select_related("recorded_by"))
    return {
        **kept,
        "row": row,
        "facility": row.facility,
        "district": row.facility.district,
        "state": row.facility.records.on(kept["day"]).select_related("village").first() or row.facility,
        "mark": MARKS.get(row.status, DRAFT_MARK),
        "lines": [_line(number, finding, kept, waivers) for number, finding in enumerate(kept["findings"], 1)],
        "waivers": list(waivers.values()),
        "visits": visits,
        "returns": [_return(event) for event in events if event.verb == "send_back"],
        "revoked": next((event for event in reversed(events) if event.verb == "revoke"), None),
        "recheck": _recheck(row),
        "attachments": list(Attachment.objects.filter(review=row, removed_at__isnull=True)),
        "rectifications": list(Rectification.objects.filter(review=row)),
        "signatures": _signatures(row, visits),
    }


def _waivers(row: AcceptanceReview):
    """The deviations proposed in this review, and those of the facility that its findings rest on."""
    used = [finding.get("waiver") for finding in (row.frozen or {}).get("findings", [])]
    ids = {int(pk) for pk in used if pk and str(pk).isdecimal()}
    rows = Waiver.objects.filter(facility=row.facility_id).select_related("proposed_by", "decided_by")
    return [waiver for waiver in rows if waiver.review_id == row.pk or waiver.pk in ids or row.frozen is None]


def _frozen(row: AcceptanceReview) -> dict:
    kept = row.frozen
    rules = row.edition.rules() if row.edition else None
    book = Glossary(asked(rules, row.facility.type) if rules else {})
    return {
        "is_frozen": True,
        "day": date.fromisoformat(kept["day"]),
        "edition": kept["edition"],
        "overall": Overall(kept["overall"]),
        "findings": kept["findings"],
        "words": words(row.edition),
        **_facts(unpack(kept["facts"]), book),
    }


def _live(row: AcceptanceReview) -> dict:
    found = checks.check(row.facility, services.review_day(row))
    return {
        "is_frozen": False,
        "day": found.day,
        "edition": str(found.edition or ""),
        "overall": found.overall,
        "findings": [finding.as_dict() for finding in found.findings],
        "words": words(found.edition),
        **_facts(found.facts, Glossary.of(found)),
    }


def _facts(told: dict, book: Glossary) -> dict:
    """The measured facts for the head of the form, and the declared ones, each (label, text)."""
    shown = {name: value for name, value in told.items() if name not in MEASURES and counts(name, book)}
    return {
        "measures": [(book.label(name), book.text(name, told.get(name))) for name in MEASURES],
        "declared": [(book.label(name), book.text(name, value)) for name, value in sorted(shown.items())],
    }


def _line(number: int, finding: dict, kept: dict, waivers: dict[str, Waiver]) -> dict:
    """One clause of the form: as the clauses table shows it, with every name written out and who consented to what."""
    line = clauses.row(finding, kept["words"])
    for name in ("measured", "required"):
        value = finding[name]
        if isinstance(value, (list, tuple)) and value and all(isinstance(item, str) for item in value):
            line[f"{name}_text"] = line[f"{name}_text"] and listed(value)
    if finding["required"] is True:
        # The wording says it all: 要符合.
        line["required_text"] = ""
    waiver = waivers.get(str(finding.get("waiver") or ""))
    return {**line, "number": number, "waiver": waiver}


def _return(event: ReviewEvent) -> dict:
    """One return in short: when, who, and its reasons by code and clause, else its words."""
    reasons = event.detail.get("reasons", []) if isinstance(event.detail, dict) else []
    told = [str(reason.get("message") or reason.get("label") or "") for reason in reasons if isinstance(reason, dict)]
    return {"at": event.at, "by_name": event.by_name, "reasons": [text for text in told if text] or [event.comment]}


def _recheck(row: AcceptanceReview) -> dict | None:
    """What a later 复核 came to; the acceptance's own findings stay as they were."""
    if row.recheck is None:
        return None
    return {"day": row.recheck["day"], "overall": Overall(row.recheck["overall"]), "by": row.rechecked_by}


def _signatures(row: AcceptanceReview, visits: list) -> list[dict]:
    """The places to sign, each with the person and the day that the portal recorded."""
    last = visits[-1] if visits else None
    return [
        _signature("申报单位", row.submitted_by, row.submitted_at, sealed=True),
        _signature("现场核查人", last and last.recorded_by, last and last.visited_on),
        _signature("审核人", row.decided_by if row.status != Status.RETURNED else None, row.decided_at),
        _signature("同意偏差人", row.consented_by, row.consented_at, none=row.frozen is not None),
        _signature("验收单位（区县民政局）", None, row.accepted_on, sealed=True),
    ]


def _signature(title: str, person, moment, *, sealed: bool = False, none: bool = False) -> dict:
    day = timezone.localdate(moment) if hasattr(moment, "hour") else moment
    given = person is not None or sealed
    return {
        "title": title, "person": person, "day": day if given else None, "sealed": sealed,
        "none": none and person is None,
    }  # fmt: skip

"""一院一档: everything that is recorded of one facility, gathered in a fixed number of queries for one page."""

from collections.abc import Iterable
from datetime import date

from django.db.models import F, Q

from eldercare import audit, review
from eldercare.policies import unpack
from eldercare.review import ReviewEvent
from facilities import checks
from facilities.admin import clauses, provenance
from facilities.facility import Facility
from facilities.glossary import Glossary
from facilities.models import AcceptanceReview, Attachment, Declaration, Rectification, SiteVisit, Waiver
from facilities.questions import words
from facilities.rules.overall import Overall

LONGEST_TRAIL = 300


def context(facility: Facility, day: date, user) -> dict:
    """The page of a facility on a day: what holds then beside everything that was ever recorded.

    Who has no part in the bureau's own papers (a township's official, a leader) reads facts, checks, decisions and
    rectifications; the reasons of deviations, files and the trail of who did what are for those who may see these rows.
    """
    found = checks.check(facility, day)
    book = Glossary.of(found)
    reviews = list(_reviews(facility))
    waivers = list(facility.waivers.select_related("proposed_by", "decided_by", "revoked_by"))
    rectifications = list(facility.rectifications.select_related("opened_by", "reported_by", "closed_by"))
    attachments = list(facility.attachments.select_related("attached_by", "removed_by"))
    events = _events(reviews, waivers, rectifications)
    return {
        "facility": facility,
        "district": facility.district,
        "day": day,
        "as_of": day,
        "check": found,
        "overall": found.overall,
        "edition": found.edition,
        "findings": clauses.rows((f.as_dict() for f in found.findings), words(found.edition)),
        "gaps": found.problems(),
        **_present(facility, day, user),
        "declarations": [_declared(row, book) for row in _declarations(facility)],
        "contracts": list(facility.contracts.select_related("recorded_by")),
        "links": list(facility.links.select_related("region", "recorded_by")),
        "reviews": [_review(row, events) for row in reviews],
        "visits": list(_visits(facility)),
        "waivers": [{"row": row, "events": _own(events, row)} for row in waivers],
        "rectifications": [_rectification(row, events, day) for row in rectifications],
        "attachments": attachments,
        **_allowed(user),
        **(_trail(facility, [*reviews, *waivers, *rectifications, *attachments], events) if _is_staff(user) else {}),
    }


def _is_staff(user) -> bool:
    return user.is_staff and user.has_perm("facilities.view_facility")


def _allowed(user) -> dict[str, bool]:
    """Which parts of the file this person may read."""
    return {
        "sees_reasons": user.has_perm("facilities.view_waiver") or user.has_perm("eldercare.view_dashboard"),
        "sees_files": user.has_perm("facilities.view_attachment"),
        "sees_trail": _is_staff(user),
    }


def _present(facility: Facility, day: date, user) -> dict:
    """The state with its sources, and every record; a sheet is linked for those who may open it."""
    records = provenance.history(facility)
    facts, timeline = provenance.facts(records, day), provenance.timeline(records)
    if not user.has_perm("eldercare.view_upload"):
        for group in (*facts, *timeline):
            group["sheet"] = group["sheet"] and (group["sheet"][0], "")
    return {"facts": facts, "records": timeline}


def _reviews(facility: Facility) -> Iterable[AcceptanceReview]:
    people = ("created_by", "submitted_by", "reviewer", "decided_by", "consented_by", "edition__policy")
    return facility.acceptances.select_related(*people).order_by("-created_at", "-pk")


def _visits(facility: Facility) -> Iterable[SiteVisit]:
    rows = SiteVisit.objects.filter(review__facility=facility).select_related("recorded_by")
    return rows.order_by("-visited_on", "-pk")


def _declarations(facility: Facility) -> Iterable[Declaration]:
    """What was declared of the facility, its village and its township, the latest first."""
    places = [pk for pk in (facility.village_id, facility.township_id) if pk]
    rows = Declaration.objects.filter(Q(facility=facility) | Q(region__in=places))
    return rows.select_related("region", "recorded_by").order_by(F("starts_on").desc(nulls_last=True), "-pk")


def _declared(row: Declaration, book: Glossary) -> dict:
    return {"row": row, "label": book.label(row.fact), "text": book.text(row.fact, unpack(row.value))}


def _events(*groups: list) -> dict[tuple[str, int], list[ReviewEvent]]:
    """The decisions on all of these rows, oldest first, by row: one query."""
    wanted = Q(pk__in=[])
    for rows in groups:
        if rows:
            wanted |= Q(model=rows[0]._meta.label_lower, object_id__in=[row.pk for row in rows])
    found: dict[tuple[str, int], list[ReviewEvent]] = {}
    for event in ReviewEvent.objects.filter(wanted):
        found.setdefault((event.model, event.object_id), []).append(event)
    return found


def _own(events: dict, row: review.Reviewable) -> list[ReviewEvent]:
    return events.get((row._meta.label_lower, row.pk), [])


def _review(row: AcceptanceReview, events: dict) -> dict:
    """One review with its decisions and what it was decided on."""
    kept = row.frozen
    shown = {} if kept is None else {
        "overall": Overall(kept["overall"]),
        "day": date.fromisoformat(kept["day"]),
        "edition": kept["edition"],
        "findings": clauses.rows(kept["findings"], words(row.edition)),
    }  # fmt: skip
    again = row.recheck and {"day": row.recheck["day"], "overall": Overall(row.recheck["overall"])}
    return {"row": row, "events": _own(events, row), "frozen": shown, "recheck": again}


def _rectification(row: Rectification, events: dict, day: date) -> dict:
    return {"row": row, "events": _own(events, row), "overdue": row.is_overdue(day)}


def _trail(facility: Facility, rows: list[AcceptanceReview | Waiver | Rectification | Attachment], events) -> dict:
    """What people did with the facility and all that hangs on it, newest first, and whether older lines are left out."""
    keys: dict[str, list[str]] = {}
    for row in (facility, *rows):
        keys.setdefault(row._meta.label_lower, []).append(str(row.pk))
    wanted = Q(pk__in=[])
    for model, ids in keys.items():
        wanted |= Q(model=model, object_id__in=ids)
    done = [
        {"at": one.at, "by_name": one.by_name, "label": one.get_action_display(), "about": one.object_name,
         "comment": one.words}
        for one in audit.AuditRecord.objects.filter(wanted)[: LONGEST_TRAIL + 1]
    ]  # fmt: skip
    done += [
        {"at": event.at, "by_name": event.by_name, "label": event.label, "about": event.object_name,
         "comment": event.comment}
        for decided in events.values()
        for event in decided
    ]  # fmt: skip
    done.sort(key=lambda line: line["at"], reverse=True)
    return {"trail": done[:LONGEST_TRAIL], "trail_cut": len(done) > LONGEST_TRAIL}

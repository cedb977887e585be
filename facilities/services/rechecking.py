"""复核: an accepted review whose facts or outcomes are no longer what it rests on, and the fresh look that settles it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from django.db import transaction

from eldercare import review
from eldercare.review import ReviewEvent
from facilities import checks
from facilities.differences import Difference, between
from facilities.glossary import Glossary
from facilities.models import AcceptanceReview, Facility
from facilities.services.acceptance import frozen, hold, may_decide

Status = AcceptanceReview.Status


def rests_on(row: AcceptanceReview) -> Mapping:
    """The copy that an accepted review stands on: that of the last 复核, else that of the acceptance."""
    return row.recheck or row.frozen


def current(row: AcceptanceReview, day: date | None = None) -> checks.Check:
    """What holds now, by the edition that the acceptance was decided under: a later edition touches no decision."""
    facility = Facility.objects.select_related("district").get(pk=row.facility_id)
    day = day or _day(row)
    return checks.check_all([facility], facility.district, day, edition=row.edition)[0]


def _day(row: AcceptanceReview) -> date:
    return max(filter(None, (row.accepted_on, row.facility.district.default_as_of())))


def differences(row: AcceptanceReview, found: checks.Check | None = None) -> list[Difference]:
    """What differs now from what an accepted review rests on; nothing for a review that is not accepted.

    `found` is a check under the review's own edition (`current`), where the caller has it already.
    """
    if row.status != Status.ACCEPTED:
        return []
    found = found or current(row)
    return between(rests_on(row), frozen(found), Glossary.of(found))


def needing(rows: Iterable[AcceptanceReview], day: date | None = None) -> dict[int, list[Difference]]:
    """The accepted reviews among `rows` that need a 复核, by number, with what differs: those without are left out.

    Queries grow with the editions that the reviews were decided under, not with the reviews.
    """
    ids = [row.pk for row in rows]
    accepted = AcceptanceReview.objects.filter(pk__in=ids, status=Status.ACCEPTED)
    groups: dict[tuple, list[AcceptanceReview]] = defaultdict(list)
    for row in accepted.select_related("facility__district", "edition__policy"):
        groups[row.facility.district_id, row.edition_id, _is_ahead(row)].append(row)
    found = (pair for group in groups.values() for pair in _of_group(group, day))
    return {pk: changed for pk, changed in found if changed}


def _is_ahead(row: AcceptanceReview) -> bool:
    """Accepted after the day that the district's figures are read on: such a review is read on its own day at least."""
    return row.accepted_on > row.facility.district.default_as_of()


def _of_group(group: list[AcceptanceReview], day: date | None) -> Iterable[tuple[int, list[Difference]]]:
    """The differences of reviews of one district under one edition."""
    first = group[0]
    day = day or max(_day(row) for row in group)
    found = checks.check_all([row.facility for row in group], first.facility.district, day, edition=first.edition)
    of_type = {check.facility.type: check for check in found}
    words = {type_: Glossary.of(check) for type_, check in of_type.items()}
    for row, check in zip(group, found, strict=True):
        yield row.pk, between(rests_on(row), frozen(check), words[row.facility.type])


def recheck(row: AcceptanceReview, *, by, comment: str, version: int | None = None) -> ReviewEvent:
    """Look at an accepted facility again and keep a fresh copy beside the frozen one, whatever the outcome."""
    if not may_decide(row, by):
        # Denied here, outside the transaction below, so that the attempt stays on record.
        return review.perform(row, "recheck", by=by, comment=comment, version=version)
    with transaction.atomic():
        held = hold(row)
        found = current(held)
        changed = [difference.as_dict() for difference in differences(held, found)]
        detail = {"overall": found.overall.value, "differences": changed}
        return review.perform(
            row, "recheck", by=by, comment=comment, version=version, detail=detail, recheck=frozen(found)
        )  # fmt: skip

"""What a careful administrator adds to django-import-export so that it keeps the register's history: checks and records.

Written with Django's bulk methods and a fixed number of queries a batch; what it writes is what the monthly sheet writes:
a record a facility with what it asserts and the cell of each value, the one before closed, a line of audit.
"""

from datetime import date

BATCH = 1000
PLACES = ("district", "township", "village")
PARTS = (("nursing_beds", "beds"), ("usable_area", "gross_area"))


def validate(facility) -> None:
    """The model's own validators and the parts within wholes; places are looked up among the regions already."""
    from django.core.exceptions import ValidationError

    facility.clean_fields(exclude=PLACES)
    for part, whole in PARTS:
        low, high = getattr(facility, part), getattr(facility, whole)
        if low is not None and high is not None and low > high:
            raise ValidationError({part: "more than the whole"})


def write(saved: list[tuple[int, object]], day: date, user) -> None:
    """Dated records of the rows that were written, by their numbers in the file."""
    from eldercare import audit, clock
    from facilities.history import COLUMNS
    from facilities.models import FacilityRecord

    townships = {facility.township_id for _, facility in saved}
    rows = FacilityRecord.objects.since(day).filter(facility__township__in=townships)
    standing = {record.facility_id: record for record in rows}
    shared = {"effective_on": day, "recorded_at": clock.now(), "recorded_by": user}
    fresh, closed = [], []
    for number, facility in saved:
        state = {name: getattr(facility, name) for name in COLUMNS}
        before = standing.get(facility.pk)
        said = [name for name in COLUMNS if before is None or state[name] != getattr(before, name)]
        cells = {name: f"facilities!{column_of(place)}{number + 1}" for place, name in enumerate(said)}
        fresh.append(FacilityRecord(facility=facility, asserted=said, sources=cells, **state, **shared))
        if before:
            before.until = day
            closed.append(before)
    FacilityRecord.objects.bulk_update(closed, ["until"], batch_size=BATCH)
    FacilityRecord.objects.bulk_create(fresh, batch_size=BATCH)
    audit.record("record.changed", by=user, detail={"rows": len(saved)})


def column_of(place: int) -> str:
    """The letter of a column of its file."""
    return chr(ord("A") + place)

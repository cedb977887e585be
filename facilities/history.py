"""Writing the register: every change is a dated record, and the register is what the records add up to.

A record asserts some fields from a day on. A facility's state on a day is, field by field, the latest assertion up to that
day; a report that arrives late therefore takes its place in the past and does not undo what happened after it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from eldercare.regions import Region
from eldercare.uploads import Upload
from facilities.facility import STATE_FIELDS, Facility, FacilityRecord, SerialCounter

# Two relations to one row are one column: `village` is carried as `village_id`, without loading the region.
COLUMNS = tuple(f"{name}_id" if name == "village" else name for name in STATE_FIELDS)


@dataclass(slots=True)
class Assertion:
    """What is said of one facility: field values by column name (`village_id`), and the cell each came from."""

    facility: Facility
    values: dict
    sources: dict[str, str] = field(default_factory=dict)


def state_of(row: Facility | FacilityRecord) -> dict:
    """The state columns of a facility or of a record."""
    return {name: getattr(row, name) for name in COLUMNS}


def take_codes(district: Region, count: int) -> list[str]:
    """The next facility codes of a district; the counter row is locked until the transaction ends."""
    SerialCounter.objects.get_or_create(district=district)
    SerialCounter.objects.filter(district=district).update(last=F("last") + count)
    last = SerialCounter.objects.get(district=district).last
    return [f"{district.code}-{serial:04d}" for serial in range(last - count + 1, last + 1)]


def lock_townships(ids: Iterable[int]) -> None:
    """Make writers of one township's facilities wait for each other until the transaction ends."""
    list(Region.objects.select_for_update(no_key=True).filter(pk__in=list(ids)).order_by("pk").values_list("pk"))


@transaction.atomic
def record(
    assertions: Iterable[Assertion], *, effective_on: date, by, upload: Upload | None = None, reason: str = ""
) -> list[FacilityRecord]:
    """Write what is asserted as dated records and bring the register in step; unsaved facilities are created first."""
    assertions = list(assertions)
    lock_townships({item.facility.township_id for item in assertions})
    _create_new([item for item in assertions if item.facility.pk is None], by)
    histories = _histories([item.facility.pk for item in assertions])
    fresh = [
        FacilityRecord(
            facility=item.facility,
            effective_on=effective_on,
            asserted=sorted(item.values),
            sources=item.sources,
            upload=upload,
            reason=reason,
            recorded_by=by,
            **(state_of(item.facility) | item.values),
        )
        for item in assertions
    ]
    for row in fresh:
        histories[row.facility_id].append(row)
    _rewrite([item.facility for item in assertions], histories)
    return fresh


def record_one(facility: Facility, values: dict, *, effective_on: date, by, reason: str = "") -> FacilityRecord:
    """Assert some fields of one facility from a day on."""
    return record([Assertion(facility, values)], effective_on=effective_on, by=by, reason=reason)[0]


def _create_new(items: list[Assertion], by) -> None:
    by_district: dict[Region, list[Assertion]] = defaultdict(list)
    for item in items:
        by_district[item.facility.district].append(item)
    for district, group in by_district.items():
        for item, code in zip(group, take_codes(district, len(group)), strict=True):
            item.facility.code = code
            item.facility.created_by = by
            for name, value in item.values.items():
                setattr(item.facility, name, value)
    Facility.objects.bulk_create(item.facility for item in items)


def _histories(ids: Iterable[int]) -> dict[int, list[FacilityRecord]]:
    histories: dict[int, list[FacilityRecord]] = defaultdict(list)
    for row in FacilityRecord.objects.standing().filter(facility__in=list(ids)).order_by("pk"):
        histories[row.facility_id].append(row)
    return histories


def _rewrite(facilities: list[Facility], histories: dict[int, list[FacilityRecord]]) -> None:
    """Fold each history anew; write the records that moved, the new ones, and the register rows that changed."""
    moved, new, changed = [], [], []
    for facility in facilities:
        before = {row.pk: (row.until, state_of(row)) for row in histories[facility.pk] if row.pk}
        latest = _fold(histories[facility.pk])
        new += [row for row in histories[facility.pk] if row.pk is None]
        moved += [row for row in histories[facility.pk] if row.pk and before[row.pk] != (row.until, state_of(row))]
        if latest is not None and state_of(facility) != state_of(latest):
            _copy(latest, facility)
            changed.append(facility)
    # Spans close before new ones open: one open record per facility is a database constraint.
    FacilityRecord.objects.bulk_update(moved, ["until", *COLUMNS], batch_size=40) if moved else None
    FacilityRecord.objects.bulk_create(new)
    if changed:
        Facility.objects.bulk_update(changed, COLUMNS, batch_size=40)


def _fold(rows: list[FacilityRecord]) -> FacilityRecord | None:
    """Order a history by day, carry unasserted fields forward, and close every span where the next begins."""
    rows.sort(key=lambda row: (row.effective_on, row.pk is None, row.pk or 0))
    for earlier, later in zip(rows, rows[1:], strict=False):
        earlier.until = later.effective_on
        for name in COLUMNS:
            if name not in later.asserted:
                setattr(later, name, getattr(earlier, name))
    if rows:
        rows[-1].until = None
    return rows[-1] if rows else None


def _copy(source: FacilityRecord, target: Facility) -> None:
    for name in COLUMNS:
        setattr(target, name, getattr(source, name))


@transaction.atomic
def retract(upload: Upload) -> list[str]:
    """Take back what one upload asserted. Returns, per facility, what stays because somebody asserted it since."""
    lock_townships([upload.region_id])
    mine = list(FacilityRecord.objects.standing().filter(upload=upload).select_related("facility"))
    facilities = {row.facility_id: row.facility for row in mine}
    histories = _histories(facilities)
    kept = [line for row in mine if (line := _asserted_since(row, histories[row.facility_id]))]
    FacilityRecord.objects.filter(pk__in=[row.pk for row in mine]).update(retracted_at=timezone.now())
    gone = {row.pk for row in mine}
    remaining = {pk: [row for row in rows if row.pk not in gone] for pk, rows in histories.items()}
    orphans = [pk for pk in facilities if not remaining[pk]]
    Facility.objects.filter(pk__in=orphans).delete()
    _rewrite([facility for pk, facility in facilities.items() if pk not in orphans], defaultdict(list, remaining))
    return kept


def _asserted_since(row: FacilityRecord, history: list[FacilityRecord]) -> str:
    later = {name for other in history if other.pk > row.pk and other.upload_id != row.upload_id for name in other.asserted}
    labels = [FacilityRecord._meta.get_field(name.removesuffix("_id")).verbose_name for name in COLUMNS if name in later & set(row.asserted)]
    return f"{row.facility.code} {row.facility.name}：{'、'.join(labels)}此后已另行登记，保留后来的值" if labels else ""

"""Writing the register: every change is a dated record, and the register is what the records add up to.

A record asserts some fields from a day on. A facility's state on a day is, field by field, the latest assertion up to
that day; a report that arrives late therefore takes its place in the past and does not undo what happened after it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from django.db import transaction
from django.db.models import F

from eldercare import bulk, clock
from eldercare.regions import Region
from eldercare.review import MoveRefused
from eldercare.sheets.parsing import printed
from eldercare.uploads import Upload
from facilities.facility import STATE_FIELDS, Facility, FacilityRecord, SerialCounter

PARTS_OF_WHOLES = (("nursing_beds", "beds"), ("usable_area", "gross_area"))
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
            recorded_at=clock.now(),
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
            item.facility.created_at = clock.now()
            item.facility.created_by = by
            for name, value in item.values.items():
                setattr(item.facility, name, value)
    bulk.insert([item.facility for item in items])


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
        _refuse_contradictions(facility, histories[facility.pk])
    # Spans close before new ones open: one open record per facility is a database constraint.
    bulk.overwrite(moved, ["until", *COLUMNS])
    bulk.insert(new)
    bulk.overwrite(changed, COLUMNS)


def _refuse_contradictions(facility: Facility, rows: list[FacilityRecord]) -> None:
    """A change in the past reaches the months after it; what these said must still be possible. Raises MoveRefused."""
    for row in rows:
        for part, whole in PARTS_OF_WHOLES:
            low, high = getattr(row, part), getattr(row, whole)
            if low is not None and high is not None and low > high:
                names = [FacilityRecord._meta.get_field(name).verbose_name for name in (part, whole)]
                raise MoveRefused(
                    f"{facility.code} {facility.name}：与 {row.effective_on:%Y-%m-%d} 登记的数据矛盾，"
                    f"{names[0]}（{printed(low)}）会大于{names[1]}（{printed(high)}），没有写入任何数据。"
                )


def _fold(rows: list[FacilityRecord]) -> FacilityRecord | None:
    """Order a history by day, carry unasserted fields forward, and close every span where the next begins."""
    rows.sort(key=lambda row: (row.effective_on, row.pk is None, row.pk or 0))
    for earlier, later in pairwise(rows):
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
    """Take back what one upload asserted. Returns, per facility, what stays because somebody built on it since.

    A facility that the upload brought and that nobody touched since is removed; one that others have recorded,
    accepted or contracted since stays whole.
    """
    lock_townships([upload.region_id])
    mine = list(FacilityRecord.objects.standing().filter(upload=upload).select_related("facility"))
    histories = _histories([row.facility_id for row in mine])
    brought = {row.facility_id for row in mine if _is_first(row, histories[row.facility_id])}
    in_use = _in_use(brought, histories)
    kept = [line for row in mine if (line := _kept(row, histories[row.facility_id], in_use))]
    gone = {row.pk: row for row in mine if row.facility_id not in in_use}
    FacilityRecord.objects.filter(pk__in=gone).update(retracted_at=clock.now())
    Facility.objects.filter(pk__in=brought - in_use).delete()
    remaining = {pk: [row for row in rows if row.pk not in gone] for pk, rows in histories.items()}
    standing = [row.facility for row in mine if row.facility_id not in brought]
    _rewrite(standing, defaultdict(list, remaining))
    return kept


def _is_first(row: FacilityRecord, history: list[FacilityRecord]) -> bool:
    """Whether the facility begins with this record."""
    return row.pk == min(history, key=lambda other: (other.effective_on, other.pk)).pk


def _in_use(ids: set[int], histories: dict[int, list[FacilityRecord]]) -> set[int]:
    """Those facilities that other records, contracts, declarations, links or reviews stand on."""
    found = {pk for pk in ids if len(histories[pk]) > 1}
    for relation in Facility._meta.related_objects:
        if relation.related_model is not FacilityRecord:
            name = relation.field.name
            rows = relation.related_model._base_manager.filter(**{f"{name}__in": ids})
            found |= set(rows.values_list(name, flat=True))
    return found


def _kept(row: FacilityRecord, history: list[FacilityRecord], in_use: set[int]) -> str:
    """What of one facility stays, in words; empty when all of it is taken back."""
    where = f"{row.facility.code} {row.facility.name}"
    if row.facility_id in in_use:
        return f"{where}：此后另有登记或办理记录，这个设施保留不动"
    since = [other for other in history if other.pk > row.pk and other.upload_id != row.upload_id]
    later = {name for other in since for name in other.asserted}
    shared = [name for name in COLUMNS if name in later & set(row.asserted)]
    labels = "、".join(FacilityRecord._meta.get_field(name.removesuffix("_id")).verbose_name for name in shared)
    return f"{where}：{labels}此后已另行登记，保留后来的值" if labels else ""

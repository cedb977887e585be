"""Writing the register: every change is a dated record, and the register is what the records add up to.

A record asserts some fields from a day on. A facility's state on a day is, field by field, the latest assertion up to
that day; a report that arrives late therefore takes its place in the past and does not undo what happened after it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from operator import attrgetter

from django.db import connections, router, transaction

from eldercare import bulk, clock, regions
from eldercare.regions import Region
from eldercare.review import MoveRefused
from eldercare.sheets.parsing import printed
from eldercare.uploads import Upload
from facilities.facility import STATE_FIELDS, Facility, FacilityRecord, SerialCounter

Histories = defaultdict[int, list[FacilityRecord]]
PARTS_OF_WHOLES = (("nursing_beds", "beds"), ("usable_area", "gross_area"))
# Two relations to one row are one column: `village` is carried as `village_id`, without loading the region.
COLUMNS = tuple(f"{name}_id" if name == "village" else name for name in STATE_FIELDS)
RECORD_COLUMNS = tuple(field.attname for field in FacilityRecord._meta.concrete_fields)
_seen = attrgetter(*COLUMNS)


@dataclass(slots=True)
class Assertion:
    """What is said of one facility: field values by column name (`village_id`), and the cell each came from.

    A day and a reason of its own go before those that all assertions share.
    """

    facility: Facility
    values: dict
    sources: dict[str, str] = field(default_factory=dict)
    effective_on: date | None = None
    reason: str = ""


def state_of(row: Facility | FacilityRecord) -> dict:
    """The state columns of a facility or of a record."""
    return dict(zip(COLUMNS, _seen(row), strict=True))


def take_codes(district: Region, count: int, *, keyed: bool = False) -> tuple[list[str], Sequence[int]]:
    """The next facility codes of a district and, when `keyed`, keys that nobody else will get.

    The counter row is locked until the transaction ends.
    """
    table = SerialCounter._meta.db_table
    connection = connections[router.db_for_write(SerialCounter)]
    keys = bulk.free_keys(connection, Facility, count) if keyed else "NULL"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (district_id, last) VALUES (%s, %s) ON CONFLICT (district_id) "
            f"DO UPDATE SET last = {table}.last + excluded.last RETURNING last, {keys}",
            [district.pk, count],
        )
        last, first_or_all = cursor.fetchone()
    codes = [f"{district.code}-{serial:04d}" for serial in range(last - count + 1, last + 1)]
    return codes, bulk.keys_of(first_or_all, count) if keyed else ()


def lock_townships(ids: Iterable[int]) -> None:
    """Make writers of one township's facilities wait for each other until the transaction ends."""
    regions.lock(ids)


@transaction.atomic
def record(
    assertions: Iterable[Assertion], *, effective_on: date, by, upload: Upload | None = None, reason: str = ""
) -> list[FacilityRecord]:
    """Write what is asserted as dated records and bring the register in step; unsaved facilities are created first."""
    assertions = list(assertions)
    lock_townships({item.facility.township_id for item in assertions})
    return write(assertions, standing_since(assertions, effective_on), effective_on, by, upload, reason)


def standing_since(assertions: list[Assertion], effective_on: date) -> Histories:
    """What stands of the asserted facilities from the first of the days on: all that a new record can meet."""
    known = [item.facility.pk for item in assertions if item.facility.pk]
    first = min((item.effective_on or effective_on for item in assertions), default=effective_on)
    return _histories(FacilityRecord.objects.since(first).filter(facility__in=known)) if known else defaultdict(list)


def write(
    assertions: list[Assertion], histories: Histories, effective_on: date, by, upload: Upload | None, reason: str = ""
) -> list[FacilityRecord]:
    """The same for a caller who holds the townships' locks and has read under them what stands since that day."""
    _create_new([item for item in assertions if item.facility.pk is None], by)
    shared = {"upload_id": upload and upload.pk, "recorded_at": clock.now(), "recorded_by_id": by and by.pk}
    shared |= {"id": None, "until": None, "retracted_at": None, "effective_on": effective_on, "reason": reason}
    fresh = [_record(item, shared) for item in assertions]
    for row in fresh:
        histories[row.facility_id].append(row)
    _rewrite([item.facility for item in assertions], histories)
    return fresh


def _record(item: Assertion, shared: dict) -> FacilityRecord:
    own = {"facility_id": item.facility.pk, "asserted": sorted(item.values), "sources": item.sources}
    if item.effective_on:
        own["effective_on"] = item.effective_on
    if item.reason:
        own["reason"] = item.reason
    held = shared | state_of(item.facility) | item.values | own
    # By position, in the order of the columns: ten thousand rows by name take five times as long.
    return FacilityRecord(*[held[column] for column in RECORD_COLUMNS])


def record_one(facility: Facility, values: dict, *, effective_on: date, by, reason: str = "") -> FacilityRecord:
    """Assert some fields of one facility from a day on."""
    return record([Assertion(facility, values)], effective_on=effective_on, by=by, reason=reason)[0]


def _create_new(items: list[Assertion], by) -> None:
    moment, by_district = clock.now(), defaultdict(list)
    for item in items:
        by_district[item.facility.district].append(item)
    for district, group in by_district.items():
        for item, code in zip(group, take_codes(district, len(group))[0], strict=True):
            item.facility.code = code
            item.facility.created_at = moment
            item.facility.created_by_id = by and by.pk
            for name, value in item.values.items():
                setattr(item.facility, name, value)
    bulk.insert([item.facility for item in items])


def _histories(rows: Iterable[FacilityRecord]) -> Histories:
    histories: Histories = defaultdict(list)
    for row in rows:
        histories[row.facility_id].append(row)
    return histories


def _rewrite(facilities: list[Facility], histories: dict[int, list[FacilityRecord]]) -> None:
    """Fold each history anew; write the records that moved, the new ones, and the register rows that changed."""
    new, moved, changed = [], _Changes(("until", *COLUMNS)), _Changes(COLUMNS)
    for facility in {facility.pk: facility for facility in facilities}.values():
        rows = histories[facility.pk]
        before = [(row, moved.seen(row)) for row in rows if row.pk]
        new += [row for row in rows if row.pk is None]
        latest = _fold(rows)
        for row, seen in before:
            moved.add(row, seen)
        if latest is not None:
            seen = changed.seen(facility)
            _copy(latest, facility)
            changed.add(facility, seen)
        _refuse_contradictions(facility, rows)
    # Spans close before new ones open: one open record per facility is a database constraint.
    moved.write()
    bulk.insert(new, keyed=len(new) == 1)
    changed.write()


class _Changes:
    """Rows that have become different, and in which columns any of them has: only these are written."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        self.columns, self.seen = columns, attrgetter(*columns)
        self.rows, self.differing = [], set()

    def add(self, row: Facility | FacilityRecord, before: tuple) -> None:
        now = self.seen(row)
        if now != before:
            self.rows.append(row)
            self.differing |= {place for place, value in enumerate(now) if value != before[place]}

    def write(self) -> None:
        bulk.overwrite(self.rows, [self.columns[place] for place in sorted(self.differing)])


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
    histories = _histories(FacilityRecord.objects.standing().filter(facility__in=[row.facility_id for row in mine]))
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

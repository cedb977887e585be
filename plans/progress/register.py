"""The township's register as a sheet is compared with it: read whole, once, in a fixed number of statements."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.db.models import CharField, F, FilteredRelation, Func, IntegerField, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat

from eldercare.names import NameBook
from eldercare.regions import VILLAGE_KINDS, Region
from eldercare.sheets.text import compact
from eldercare.uploads import Context
from facilities.history import COLUMNS, Histories
from facilities.models import Facility, FacilityRecord
from plans.progress.likeness import likeness
from plans.reporting import last_day

NOTHING = ""
"""The state of a township where no facility is registered; a facility always has a record that stands."""
IDENTITY = ("id", "name", "code")
# Columns in the order of the table, as a model is made from a row.
RECORD = ("id", *COLUMNS, "facility_id")
STANDING = (*RECORD, "effective_on", "until", "asserted")
REGISTERED = ("id", *COLUMNS, "code", "township_id")


@dataclass(slots=True)
class Register:
    """The township on a day: its facilities by code, all codes and (compact) names it ever had, villages by name."""

    township: Region
    day: date
    villages: NameBook
    records: dict[str, FacilityRecord] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    codes_by_name: dict[str, str] = field(default_factory=dict)
    alike: dict[tuple[str, str] | None, FacilityRecord] = field(default_factory=dict)
    fingerprint: str = ""


def villages(context: Context) -> NameBook:
    """The villages and communities of the township on the month's last day, under all names they are known by."""
    day = last_day(context.period)
    read = lambda: NameBook(context.district, day, VILLAGE_KINDS, within_region=context.region)  # noqa: E731
    return context.once("villages", read)


def fingerprint(context: Context) -> str:
    """Names the state of the township's register: any record written or retracted since changes it.

    What stands is read with it, so that a confirmation writes upon exactly what was compared.
    """
    rows = _standing(context)
    return _named(context, rows[0][-1] if rows else NOTHING)


def recorded_day(context: Context) -> date:
    """The day a sheet's values hold from: the month's last, or today while the month still runs.

    Dated later, they would undo what is decided until the month ends.
    """
    return min(last_day(context.period), context.district.default_as_of())


def standing(context: Context, wanted: set[int]) -> Histories:
    """What stands of the wanted facilities from the recorded day on, each record with its facility."""
    histories: Histories = defaultdict(list)
    facilities: dict[int, Facility] = {}
    for row in _standing(context):
        if (key := row[0]) in wanted:
            record = FacilityRecord.from_db(None, STANDING, row[len(REGISTERED) : -1])
            record.facility = facilities.get(key) or facilities.setdefault(key, _registered(row))
            histories[key].append(record)
    return histories


def _registered(row: tuple) -> Facility:
    return Facility.from_db(None, REGISTERED, row[: len(REGISTERED)])


def _standing(context: Context) -> list[tuple]:
    """Facilities with their records in force on the recorded day or later, as tuples that end with the state; one query."""
    rows = FacilityRecord.objects.since(recorded_day(context)).filter(facility__township__in=context.region.lineage())
    names = [*(f"facility__{name}" for name in REGISTERED), *STANDING, "state"]
    read = rows.annotate(state=Subquery(_state(context))).order_by("pk").values_list(*names)
    return context.once("standing", lambda: list(read))


def read(context: Context) -> Register:
    """The register at the end of the context's month, with the fingerprint of exactly what was read."""
    register = Register(context.region, last_day(context.period), villages(context))
    state = NOTHING
    for row in _rows(context, register.day):
        known, recorded, state = row[: len(IDENTITY)], row[len(IDENTITY) : -1], row[-1]
        _add(register, known, recorded)
    register.fingerprint = _named(context, state)
    _put_villages(register)
    register.codes_by_name |= {compact(record.name): code for code, record in register.records.items()}
    register.alike = {key: r for r in register.records.values() if (key := likeness(r.type, r.name))}
    return register


def _add(register: Register, known: tuple, recorded: tuple) -> None:
    _, name, code = known
    register.codes.add(code)
    register.codes_by_name[compact(name)] = code
    if recorded[0] is None:
        return
    record = FacilityRecord.from_db(None, RECORD, recorded)
    record.facility = Facility.from_db(None, IDENTITY, known)
    register.records[code] = record


def _rows(context: Context, day: date):
    """Every facility of the township as a tuple, in the order of the codes: who it is, its record of the day, the state."""
    now = Q(records__retracted_at__isnull=True, records__effective_on__lte=day) & (
        Q(records__until__isnull=True) | Q(records__until__gt=day)
    )
    rows = Facility.objects.filter(township__in=context.region.lineage())
    rows = rows.annotate(now=FilteredRelation("records", condition=now), state=Subquery(_state(context)))
    names = [*IDENTITY, *(f"now__{name}" for name in RECORD), "state"]
    return rows.order_by("code").values_list(*names).iterator(chunk_size=2000)


def _state(context: Context):
    """One text that no record written or retracted leaves as it was; the same whether read alone or beside the rows."""
    number, text = {"output_field": IntegerField()}, {"output_field": CharField()}
    parts = (
        Coalesce(Func(F("pk"), function="MAX", **number), 0),
        Func(F("pk"), function="COUNT", **number),
        Coalesce(Cast(Func(F("retracted_at"), function="MAX", **text), CharField()), Value("")),
    )
    first, count, retracted = (Cast(part, CharField()) for part in parts)
    rows = FacilityRecord.objects.filter(facility__township__in=context.region.lineage()).order_by()
    named = Concat(first, Value(","), count, Value(","), retracted, **text)
    return rows.annotate(state=named).values_list("state", flat=True)


def _named(context: Context, state: str) -> str:
    return hashlib.sha256(f"{context.region.code} {state}".encode()).hexdigest()


def _put_villages(register: Register) -> None:
    """Give every record its village; those that a merger has ended are fetched with their heirs."""
    known = {unit.pk: unit for unit in register.villages.units}
    ended = {record.village_id for record in register.records.values()} - known.keys() - {None}
    if ended:
        rows = Region.objects.filter(pk__in=ended).select_related("successor__successor")
        known |= {unit.pk: unit for unit in rows}
    for record in register.records.values():
        record.village = known.get(record.village_id)

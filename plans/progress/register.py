"""The township's register as a sheet is compared with it: read whole, once, in a fixed number of statements."""

import hashlib
import json
from collections import defaultdict, namedtuple
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from django.db import connections
from django.db.models import CharField, F, FilteredRelation, Func, IntegerField, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat

from eldercare.names import NameBook
from eldercare.policies import pack
from eldercare.regions import VILLAGE_KINDS, Region
from eldercare.sheets.columns import Column, Kind
from eldercare.sheets.text import compact
from eldercare.uploads import Context
from facilities.batches import State
from facilities.history import COLUMNS, Histories
from facilities.kinds import FacilityType
from facilities.models import Facility, FacilityRecord
from facilities.register.columns import plain
from plans.progress.likeness import likeness
from plans.reporting import last_day

NOTHING = ""
"""The state of a township where no facility is registered; a facility always has a record that stands."""
GONE = "gone"
"""The state of a township where none of the facilities that are to be written upon is left."""
FEW = 2_000
"""Up to so many facilities are asked for by their keys; beyond, reading the whole township is quicker."""
IDENTITY = ("id", "name", "code")
HELD = len(IDENTITY) + 1
ZONES = COLUMNS.index("zones")
VILLAGE = HELD + COLUMNS.index("village_id")


class Known(namedtuple("Known", ("facility_id", "code", *COLUMNS, "village"))):
    """A facility as it stands on a day: the columns of its record, and the village itself."""

    __slots__ = ()

    @property
    def state(self) -> tuple:
        """The columns of the record, in their order."""
        return self[2:-1]

    def get_type_display(self) -> str:
        return FacilityType(self.type).label


@dataclass(slots=True)
class Register:
    """The township on a day: its facilities by code, all codes and (compact) names it ever had, villages by name.

    `columns` are those of the sheet that is compared with it.
    """

    columns: tuple[Column, ...]
    township: Region
    day: date
    villages: NameBook
    records: dict[str, Known] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    codes_by_name: dict[str, str] = field(default_factory=dict)
    fingerprint: str = ""
    _alike: dict[tuple[str, str] | None, Known] | None = None
    _matched: dict[str, Region | None] = field(default_factory=dict)
    _shown: dict[tuple[int, object], str] = field(default_factory=dict)
    _packed: dict[object, object] = field(default_factory=dict)

    def alike(self, kind: str, name: str) -> Known | None:
        """A registered facility of that type whose name says the same."""
        if self._alike is None:
            self._alike = {key: r for r in self.records.values() if (key := likeness(r.type, r.name))}
        return self._alike.get(likeness(kind, name)) if self._alike else None

    def shown(self, place: int, value: object) -> str:
        """A value as the sheet's column of that place prints it; what was shown once is not worked out again."""
        if type(value) is list:
            return self.columns[place].show(value)
        if type(value) is str and self.columns[place].kind is Kind.TEXT:
            return value
        key = place, value
        if key not in self._shown:
            self._shown[key] = self.columns[place].show(plain(value))
        return self._shown[key]

    def packed(self, value: object) -> object:
        """A decimal or a day as it is staged."""
        if value not in self._packed:
            self._packed[value] = pack(value)
        return self._packed[value]

    def village(self, name: str) -> Region | None:
        """The village or community of that exact or confirmed name."""
        if name not in self._matched:
            self._matched[name] = self.villages.match(name)
        return self._matched[name]


def villages(context: Context) -> NameBook:
    """The villages and communities of the township on the month's last day, under all names they are known by."""
    day = last_day(context.period)
    read = lambda: NameBook(context.district, day, VILLAGE_KINDS, within_region=context.region)  # noqa: E731
    return context.once("villages", read)


def fingerprint(context: Context) -> str:
    """Names the state of the township's register: any record written or retracted since changes it.

    What is to be written upon is read with it, so that a confirmation writes upon exactly what was compared.
    """
    rows = _standing(context)
    if rows:
        return _named(context, rows[0][-1])
    return _named(context, GONE if context.once("written", set) else NOTHING)


def recorded_day(context: Context) -> date:
    """The day a sheet's values hold from: the month's last, or today while the month still runs.

    Dated later, they would undo what is decided until the month ends.
    """
    return min(last_day(context.period), context.district.default_as_of())


def standing(context: Context) -> dict[int, list[State]]:
    """What stands from the recorded day on of the facilities that are written, or of all where many are."""
    found: dict[int, list[State]] = defaultdict(list)
    for key, record, began, *columns, _ in _standing(context):
        found[key].append(State(key, record, began, tuple(columns)))
    return found


def histories(context: Context, wanted: set[int]) -> Histories:
    """The same of the wanted facilities as records, each with its facility."""
    rows = FacilityRecord.objects.since(recorded_day(context)).filter(facility__township__in=context.region.lineage())
    found: Histories = defaultdict(list)
    for record in rows.select_related("facility").order_by("pk"):
        if record.facility_id in wanted:
            found[record.facility_id].append(record)
            record.facility = found[record.facility_id][0].facility
    return found


def _standing(context: Context) -> list[tuple]:
    """Facility, record, first day, columns as the database gives them, and the township's state; one statement.

    Which township the few lie in is looked at here: asked for both in the database, one that has not yet counted the
    rows of an earlier sheet would take either for few, and look at every pair.
    """
    return context.once("standing", lambda: _of_township(context, _asked(context, context.once("written", set))))


def _asked(context: Context, wanted: set[int]) -> QuerySet:
    rows = FacilityRecord.objects.since(recorded_day(context)).annotate(state=Subquery(_state(context))).order_by("pk")
    if wanted and len(wanted) <= FEW:
        return rows.filter(facility__in=wanted)
    rows = rows.filter(facility__township__in=context.region.lineage())
    # Nothing is written upon: any row tells the state.
    return rows if wanted else rows[:1]


def _of_township(context: Context, rows: QuerySet) -> list[tuple]:
    names = ("facility__township_id", "facility_id", "id", "effective_on", *COLUMNS, "state")
    lineage = context.region.lineage()
    return [row[1:] for row in _read(rows.values_list(*names)) if row[0] in lineage]


def _read(rows: QuerySet) -> list[tuple]:
    """Rows without Django's conversions: what is copied into new rows goes back as it came."""
    with connections[rows.db].cursor() as cursor:
        cursor.execute(*rows.query.sql_with_params())
        return cursor.fetchall()


def read(context: Context, columns: tuple[Column, ...]) -> Register:
    """The register at the end of the context's month, with the fingerprint of exactly what was read."""
    register = Register(columns, context.region, last_day(context.period), villages(context))
    rows = _rows(context, register.day)
    units = _units(register.villages, {row[VILLAGE] for row in rows})
    zones = cache(json.loads)
    for key, name, code, record, *held, _ in rows:
        held[ZONES] = held[ZONES] and zones(held[ZONES])
        register.codes.add(code)
        register.codes_by_name[compact(name)] = code
        if record is not None:
            register.records[code] = Known(key, code, *held, units.get(held[VILLAGE - HELD]))
    register.fingerprint = _named(context, rows[-1][-1] if rows else NOTHING)
    register.codes_by_name |= {compact(record.name): code for code, record in register.records.items()}
    return register


def _rows(context: Context, day: date) -> list[tuple]:
    """Every facility of the township as a tuple, in the order of the codes: who it is, its record of the day, the state."""
    now = Q(records__retracted_at__isnull=True, records__effective_on__lte=day) & (
        Q(records__until__isnull=True) | Q(records__until__gt=day)
    )
    rows = Facility.objects.filter(township__in=context.region.lineage())
    rows = rows.annotate(now=FilteredRelation("records", condition=now), state=Subquery(_state(context)))
    # The same few lists stand in most rows: read as texts, each is decoded once.
    rows = rows.annotate(zones_text=Cast("now__zones", TextField()))
    held = ("zones_text" if name == "zones" else f"now__{name}" for name in COLUMNS)
    names = [*IDENTITY, "now__id", *held, "state"]
    return list(rows.order_by("code").values_list(*names))


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


def _units(villages: NameBook, wanted: set[int | None]) -> dict[int, Region]:
    """The villages that records name; those that a merger has ended are fetched with their heirs."""
    known = {unit.pk: unit for unit in villages.units}
    if ended := wanted - known.keys() - {None}:
        rows = Region.objects.filter(pk__in=ended).select_related("successor__successor")
        known |= {unit.pk: unit for unit in rows}
    return known

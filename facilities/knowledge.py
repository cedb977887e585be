"""What is known of facilities and units on a day, as facts for the rules: measured states and people's declarations."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import BigIntegerField, Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Cast

from eldercare import facts
from eldercare.policies import unpack
from eldercare.regions import Region
from facilities import contracts
from facilities.kinds import ACCEPTED_STAGES
from facilities.models import Declaration, FacilityRecord, OperatorContract

MEASURED = {
    "facility.gross_area": "gross_area",
    "facility.usable_area": "usable_area",
    "facility.beds": "beds",
    "facility.nursing_beds": "nursing_beds",
    "facility.zones": "zones",
}
# What the register itself answers; nobody declares it.
RECORDED = frozenset(
    {
        *MEASURED,
        "facility.accepted",
        "facility.operation",
        "village.points",
        "village.hosts_township_centre",
        "community.stations",
        "community.shared_station",
        "township.kind",
        "township.street_centres",
        "township.township_centres",
        "township.centres",
    }
)


def measured(ids: Iterable[int], day: date) -> dict[int, dict[str, object]]:
    """Areas, beds and zones of facilities as recorded on a day; what is not recorded is absent."""
    known = {}
    for row in FacilityRecord.objects.on(day).filter(facility__in=list(ids)):
        values = {fact: getattr(row, name) for fact, name in MEASURED.items()}
        values["facility.accepted"] = row.stage in ACCEPTED_STAGES
        known[row.facility_id] = {fact: value for fact, value in values.items() if value is not None}
    return known


def operated(ids: Iterable[int], day: date) -> dict[int, dict[str, object]]:
    """运营方式 of facilities on a day: as their contract has it, else as the register does; unknown where neither does."""
    ids = list(ids)
    by_contract = contracts.signed(OperatorContract.objects.filter(facility__in=ids), day)
    reported = FacilityRecord.objects.on(day).filter(facility__in=ids).exclude(operation="")
    known = dict(reported.values_list("facility_id", "operation")) | by_contract
    return {pk: {"facility.operation": operation} for pk, operation in known.items()}


@dataclass(frozen=True, slots=True)
class Declared:
    """What people declared, by facility and by unit."""

    of_facilities: dict[int, dict[str, object]]
    of_regions: dict[int, dict[str, object]]


def declared(facilities: Iterable[int], regions: Iterable[int], day: date) -> Declared:
    """What people declared of facilities and of units, the latest declaration winning: one query for both."""
    rows = Declaration.objects.on(day).order_by()
    told = ("starts_on", "pk", "facility_id", "unit", "fact", "value")
    parts = (
        rows.filter(facility__in=list(facilities)).annotate(unit=Cast(Value(None), BigIntegerField())),
        rows.filter(region__in=set(regions)).annotate(unit=F("region_id")),
        _handed_on(rows.filter(region__successor__in=set(regions))).annotate(unit=F("heir")),
    )
    first, *others = (part.values_list(*told) for part in parts)
    found = Declared(defaultdict(dict), defaultdict(dict))
    for _, _, facility, unit, fact, value in sorted(first.union(*others, all=True), key=_by_age):
        if facility is not None:
            found.of_facilities[facility][fact] = unpack(value)
        elif unit is not None:
            found.of_regions[unit][fact] = unpack(value)
    return found


def _by_age(row: tuple) -> tuple[date, int]:
    return row[0] or date.min, row[1]


def _handed_on(rows):
    """Declarations about units with `heir`: the unit that took their unit's place, unless it took several units' place."""
    others = Region.objects.filter(successor=OuterRef("region__successor")).exclude(pk=OuterRef("region"))
    return rows.annotate(heir=Case(When(~Exists(others), then=F("region__successor"))))


def declared_of_facilities(ids: Iterable[int], day: date) -> dict[int, dict[str, object]]:
    """What people declared of facilities, the latest declaration winning."""
    return _latest(Declaration.objects.on(day).filter(facility__in=list(ids)), "facility_id")


def declared_of_regions(ids: Iterable[int], day: date) -> dict[int, dict[str, object]]:
    """What people declared of villages, communities and townships."""
    known: dict[int, dict[str, object]] = defaultdict(dict)
    for unit, row in about_regions(ids, day):
        known[unit][row.fact] = unpack(row.value)
    return known


def about_regions(ids: Iterable[int], day: date) -> list[tuple[int, Declaration]]:
    """The declarations about units in force on a day, oldest first, each with the unit it speaks of: one query.

    What was declared of a former unit holds for the one that took its place, unless that one took several units' place.
    """
    ids = set(ids)
    rows = _handed_on(Declaration.objects.on(day).filter(Q(region__in=ids) | Q(region__successor__in=ids)))
    ordered = rows.select_related("recorded_by").order_by(F("starts_on").asc(nulls_first=True), "pk")
    return [(unit, row) for row in ordered for unit in (row.region_id, row.heir) if unit in ids]


def _latest(rows, owner: str) -> dict[int, dict[str, object]]:
    known: dict[int, dict[str, object]] = defaultdict(dict)
    for row in rows.order_by(F("starts_on").asc(nulls_first=True), "pk"):
        known[getattr(row, owner)][row.fact] = unpack(row.value)
    return known


def connect() -> None:
    """Register the app's providers."""
    facts.provide("facility.measured", measured)
    facts.provide("facility.operated", operated)
    facts.provide("facility.declared", declared_of_facilities)
    facts.provide("region.declared", declared_of_regions)

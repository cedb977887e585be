"""What is known of the units that a facility stands in: declared or recorded of its village, community and township."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from datetime import date

from django.db.models import Q

from eldercare.regions import Region
from facilities.models import Exemption, Facility

PREFIXES = ("community.", "village.", "township.")
EXEMPTIONS = {
    Exemption.Reason.TO_BE_MERGED: "village.to_be_merged",
    Exemption.Reason.HOSTS_CENTRE: "village.hosts_township_centre",
}


def is_of_place(fact: str) -> bool:
    """Whether a fact speaks of a unit and not of the facility itself."""
    return fact.startswith(PREFIXES)


def known(
    facilities: Iterable[Facility], units: Mapping[int, Region], said: Mapping, day: date, wanted: Set[str]
) -> dict[int, dict[str, object]]:
    """Place facts by facility pk, of the wanted ones at least; `units` as units() gives them, `said` what people declared.

    What the register records of a unit outranks what somebody declared of it. At most one query.
    """
    if not units:
        return {}
    exempt = _exempt(units, day) if wanted & set(EXEMPTIONS.values()) else {}
    return {row.pk: _of(row, units, said, exempt) for row in facilities}


def _of(row: Facility, units: Mapping[int, Region], said: Mapping, exempt: Mapping) -> dict[str, object]:
    """What the township and the village are known for; the nearer unit has the last word."""
    township, village = units.get(row.township_id), units.get(row.village_id)
    found: dict[str, object] = {}
    for unit in filter(None, (township, village)):
        found |= dict(said.get(unit.pk, {})) | exempt.get(unit.pk, {})
    return found | ({"township.kind": township.get_kind_display()} if township else {})


def units(facilities: Iterable[Facility], day: date, wanted: Set[str]) -> dict[int, Region]:
    """The unit that stands in each unit's place on the day, two successions on at most; none when no place fact is wanted.

    A facility registered under a former unit knows what is said of the unit that took its place. One query, and none where
    the rows brought their units along, those that have ended with their successors.
    """
    if not any(map(is_of_place, wanted)):
        return {}
    found, asked = {}, set()
    for row in facilities:
        for name in ("township", "village"):
            unit = row._state.fields_cache.get(name)
            if unit is not None and (unit.on_day(day) or _brought_heirs(unit)):
                found[unit.pk] = _standing(unit, day)
            elif pk := getattr(row, f"{name}_id"):
                asked.add(pk)
    rows = Region.objects.filter(pk__in=asked).select_related("successor__successor") if asked else ()
    return found | {row.pk: _standing(row, day) for row in rows}


def _standing(unit: Region, day: date) -> Region:
    if unit.on_day(day):
        return unit
    return next((heir for heir in _line(unit) if heir.on_day(day)), unit)


def _brought_heirs(unit: Region) -> bool:
    """Whether the row of a unit came with those that took its place, so that asking for them costs nothing."""
    heir = unit._state.fields_cache.get("successor")
    return unit.successor_id is None or (heir is not None and (heir.successor_id is None or _brought_heirs(heir)))


def _line(unit: Region) -> list[Region]:
    heirs = [unit.successor, unit.successor.successor] if unit.successor_id else []
    return [unit, *filter(None, heirs)]


def _exempt(units: Mapping[int, Region], day: date) -> dict[int, dict[str, object]]:
    """The exemptions recorded of the units, under their own or their former rows."""
    heir = {pk: unit.pk for pk, unit in units.items()}
    found: dict[int, dict[str, object]] = defaultdict(dict)
    rows = Exemption.objects.on(day).filter(Q(region__in=heir) | Q(region__in=set(heir.values())))
    for region_id, reason in rows.values_list("region_id", "reason"):
        found[heir.get(region_id, region_id)][EXEMPTIONS[reason]] = True
    return found

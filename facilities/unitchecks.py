"""Layout duties of units: whether each village, community and township has what its district's policy demands of it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from eldercare import facts
from eldercare.figures import Scope
from eldercare.regions import Kind, Region
from facilities import checks, dated
from facilities.exemptions import exempt
from facilities.kinds import FacilityType
from facilities.places import EXEMPTIONS
from facilities.rules import evaluation, overall
from facilities.rules.findings import Finding
from facilities.statistics import Standing, standings

# The word that requirements use for the subject a unit is.
SUBJECTS = {
    Kind.VILLAGE: "village",
    Kind.COMMUNITY: "community",
    Kind.STREET: "township",
    Kind.TOWN: "township",
    Kind.TOWNSHIP: "township",
}
CENTRES = (FacilityType.STREET_CENTRE, FacilityType.TOWNSHIP_CENTRE)


@dataclass(frozen=True, slots=True)
class UnitCheck:
    """One unit's findings on a day."""

    unit: Region
    subject: str
    facts: dict[str, object]
    findings: tuple[Finding, ...]
    overall: overall.Overall

    def problems(self) -> list[Finding]:
        """The findings that are not met and bind."""
        return [finding for finding in self.findings if finding.blocks or finding.needs_reason or finding.holds]


def check_units(
    scope: Scope, units: Iterable[Region] | None = None, measure: checks.Yardstick | None = None
) -> list[UnitCheck]:
    """Check units of a district (all, unless some are named); the number of queries does not grow with them.

    `measure` is the district's yardstick of the day where the caller has read it already.
    """
    chosen = [unit for unit in (scope.units if units is None else units) if unit.kind in SUBJECTS]
    measure = measure or checks.yardstick(scope.district, scope.as_of)
    if measure.rules is None:
        return []
    recorded = recorded_facts(scope)
    declared = facts.known([unit.pk for unit in chosen], scope.as_of, "region.declared")
    counted = _rostered(chosen, scope, measure)
    found = []
    for unit in chosen:
        # What is counted outranks what somebody declared of the same thing.
        known = declared.get(unit.pk, {}) | counted.get(unit.pk, {}) | recorded[unit.pk]
        findings = tuple(evaluation.check(measure.rules, SUBJECTS[unit.kind], known))
        if findings:
            found.append(UnitCheck(unit, SUBJECTS[unit.kind], known, findings, overall.judge(findings)))
    return found


def _rostered(units: list[Region], scope: Scope, measure: checks.Yardstick) -> facts.Known:
    """What rosters of other apps count of units; asked only where the rules know facts of their own about units."""
    if not any(fact.subject in SUBJECTS.values() for fact in measure.rules.facts.values()):
        return {}
    return facts.known([unit.pk for unit in units], scope.as_of, "region.counted")


def recorded_facts(scope: Scope) -> dict[int, dict[str, object]]:
    """What the register itself says of every unit: facilities in operation, sharing relations and exemptions."""
    running = [row for row in standings(scope) if row.is_operating]
    known: dict[int, dict[str, object]] = defaultdict(dict)
    for unit in scope.units:
        known[unit.pk] = _counted(unit, running)
    _share(scope, known, {row.id for row in running if row.type == FacilityType.COMMUNITY_STATION})
    _host(scope, known)
    _exempt(scope, known)
    return known


def _counted(unit: Region, running: list[Standing]) -> dict[str, object]:
    if unit.kind == Kind.VILLAGE:
        return {"village.points": _count(running, unit, FacilityType.VILLAGE_POINT)}
    if unit.kind == Kind.COMMUNITY:
        stations = _count(running, unit, FacilityType.COMMUNITY_STATION)
        return {"community.stations": stations, "community.shared_station": False}
    if unit.is_township:
        types = Counter(row.type for row in running if row.township == unit.code)
        return {
            "township.kind": unit.get_kind_display(),
            "township.street_centres": types[FacilityType.STREET_CENTRE],
            "township.township_centres": types[FacilityType.TOWNSHIP_CENTRE],
            "township.centres": sum(types[type_] for type_ in CENTRES),
        }
    return {}


def _count(running: list[Standing], unit: Region, type_: str) -> int:
    return sum(row.village_id == unit.pk and row.type == type_ for row in running)


def _share(scope: Scope, known: dict, stations: set[int]) -> None:
    for facility_id, region_id in dated.of(scope).links:
        unit_id, _ = scope.today_of(region_id, None)
        if facility_id in stations and "community.shared_station" in known[unit_id]:
            known[unit_id]["community.shared_station"] = True


def _host(scope: Scope, known: dict) -> None:
    """The village in which a township centre stands; known of the others only where the centre's village is recorded."""
    centres = [row for row in standings(scope) if row.type == FacilityType.TOWNSHIP_CENTRE and row.village_id]
    hosts = {row.village_id for row in centres}
    settled = {row.township for row in centres}
    for unit in scope.units:
        if unit.kind == Kind.VILLAGE and scope.township_code(unit) in settled:
            known[unit.pk]["village.hosts_township_centre"] = unit.pk in hosts


def _exempt(scope: Scope, known: dict) -> None:
    for unit_id, reasons in exempt(scope).items():
        known[unit_id] |= dict.fromkeys(map(EXEMPTIONS.__getitem__, reasons), True)

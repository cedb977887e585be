"""Checking facilities against the standard of their own district: facts gathered in a fixed number of queries, rules applied."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from eldercare import facts
from eldercare.regions import Region
from facilities import knowledge, places
from facilities.models import Facility, StandardEdition, Waiver, ZoneAlias
from facilities.rules import evaluation, overall, requirements
from facilities.rules import waivers as rules
from facilities.rules.asked import asked
from facilities.rules.editions import EARLY
from facilities.rules.findings import Finding


@dataclass(frozen=True, slots=True)
class Check:
    """One facility's findings under one edition on one day."""

    facility: Facility
    edition: StandardEdition | None
    day: date
    facts: dict[str, object]
    findings: tuple[Finding, ...]
    overall: overall.Overall
    rules: requirements.Edition | None = None

    @property
    def is_before_first_edition(self) -> bool:
        """Whether the first edition was applied although its day had not come."""
        return bool(self.edition and not self.edition.holds_on(self.day))

    def problems(self) -> list[Finding]:
        """The findings that stand in the way of acceptance."""
        return [finding for finding in self.findings if finding.blocks or finding.needs_reason or finding.holds]


@dataclass(frozen=True, slots=True)
class Yardstick:
    """The edition of one district on a day, parsed, with its confirmed zone names."""

    edition: StandardEdition | None
    rules: requirements.Edition | None
    zone_aliases: dict[str, set[str]]

    def note(self, day: date) -> str:
        """What must be said of a day before the first edition, which applies all the same; empty on any other."""
        return EARLY if self.edition and not self.edition.holds_on(day) else ""

    def asks(self, subjects: Iterable[str]) -> frozenset[str]:
        """The facts that the edition wants to know about facility types or units."""
        if self.rules is None:
            return frozenset()
        return frozenset(fact for subject in set(subjects) for fact in asked(self.rules, subject))


def yardstick(district: Region, day: date, edition: StandardEdition | None = None) -> Yardstick:
    """What facilities of a district are measured by on a day, or by a given edition: two queries, one when it is parsed."""
    if edition is None:
        edition, names = StandardEdition.objects.measuring(district, day)
    else:
        names = _confirmed(edition)
    if edition is None:
        return Yardstick(None, None, {})
    aliases: dict[str, set[str]] = defaultdict(set)
    for listed, counted in names:
        aliases[listed].add(counted)
    return Yardstick(edition, edition.rules(), dict(aliases))


def _confirmed(edition: StandardEdition) -> Iterable[tuple[str, str]]:
    """The zone names confirmed for an edition; an amendment keeps those of the policies that it amends."""
    sources = Q(policy=edition.policy_id) | Q(policy__slug__in=edition.carried_policies)
    rows = ZoneAlias.objects.filter(sources, status=ZoneAlias.Status.CONFIRMED)
    return rows.values_list("listed", "counted")


def waivers_on(ids: Iterable[int], day: date) -> dict[int, list[rules.Waiver]]:
    """The deviations consented to by facility, as they stood on a day: one query."""
    standing = Q(status=Waiver.Status.CONSENTED) | Q(status=Waiver.Status.REVOKED, ended_on__gt=day)
    found: dict[int, list[rules.Waiver]] = defaultdict(list)
    for row in Waiver.objects.filter(standing, facility__in=list(ids), effective_on__lte=day):
        found[row.facility_id].append(row.as_rule())
    return found


def check_all(
    facilities: Iterable[Facility],
    district: Region,
    day: date,
    edition: StandardEdition | None = None,
    measure: Yardstick | None = None,
) -> list[Check]:
    """Check facilities of one district, by the edition in force or a given one; queries do not grow with facilities.

    `measure` is the yardstick of that edition where the caller has read it already.
    """
    facilities = list(facilities)
    measure = measure or yardstick(district, day, edition)
    waived = waivers_on([f.pk for f in facilities], day)
    known = known_of(facilities, day, measure.asks(f.type for f in facilities))
    return [_check(f, measure, day, known[f.pk], waived[f.pk]) for f in facilities]


def known_of(facilities: list[Facility], day: date, wanted: frozenset[str]) -> dict[int, dict[str, object]]:
    """What is known of facilities and of the units they stand in, by facility pk; only what is wanted costs a query."""
    ids = [f.pk for f in facilities]
    units = places.units(facilities, day, wanted)
    declared = knowledge.declared(ids, {unit.pk for unit in units.values()}, day)
    near = places.known(facilities, units, declared.of_regions, day, wanted)
    own = facts.known(ids, day, "facility.measured")
    run_by = facts.known(ids, day, "facility.operated") if "facility.operation" in wanted else {}
    said = declared.of_facilities
    return {pk: near.get(pk, {}) | own.get(pk, {}) | said.get(pk, {}) | run_by.get(pk, {}) for pk in ids}


def check(facility: Facility, day: date) -> Check:
    """Check one facility against its own district's edition in force on a day."""
    return check_all([facility], facility.district, day)[0]


def _check(facility: Facility, measure: Yardstick, day: date, known: dict, waived: Iterable[rules.Waiver]) -> Check:
    found: tuple[Finding, ...] = ()
    if measure.rules is not None:
        frame = {"zone_aliases": measure.zone_aliases, "waivers": waived}
        found = tuple(evaluation.check(measure.rules, facility.type, known, **frame))
    return Check(facility, measure.edition, day, known, found, overall.judge(found), measure.rules)

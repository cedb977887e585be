"""What entitlements are computed from: schemes, states, facts, plans and claims of a district on a day.

Everything is read in a fixed number of queries. A township is meant as it was in the division edition that the policy's
plan was made under, so that units which merged later keep their own bundle and their own money.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Q

from eldercare import facts, figures
from eldercare.figures import Scope
from eldercare.policies import Policy, unpack
from eldercare.regions import Region
from facilities import questions
from facilities.kinds import Operation
from facilities.models import Facility, FacilityRecord, StandardEdition
from plans.models import PlanTarget
from subsidies.models import SubsidyClaim, SubsidyScheme
from subsidies.rules.scheme import Scheme, parse


@dataclass(frozen=True, slots=True)
class State:
    """What of a facility's dated state money depends on."""

    facility: int
    type: str
    village: int | None
    planned_year: int | None
    accepted_on: date | None


@dataclass(frozen=True, slots=True)
class Planned:
    """A printed cell of a plan annex; `region` is None while the unit's name is not matched."""

    policy: int
    annex: str
    clause: str
    region: int | None
    unit: str
    type: str
    year: int
    planned: int | None


@dataclass(frozen=True)
class Ground:
    """The district's schemes and what is known of its facilities, plans and claims on a day."""

    scope: Scope
    schemes: dict[int, SubsidyScheme]
    rules: dict[int, Scheme]
    ends: dict[int, date]
    facilities: dict[int, Facility]
    states: dict[int, State]
    facts: dict[int, dict[str, object]]
    plans: list[Planned]
    claims: list[tuple[SubsidyClaim, frozenset[int]]]
    words: dict[str, str]

    @cached_property
    def regions(self) -> dict[int, Region]:
        """Every unit of the district that ever was, by id."""
        return {unit.pk: unit for unit in self.scope.known}

    @cached_property
    def _former(self) -> dict[int, list[int]]:
        former: dict[int, list[int]] = defaultdict(list)
        for unit in self.scope.known:
            if unit.successor_id:
                former[unit.successor_id].append(unit.pk)
        return former

    @cached_property
    def _origins(self) -> dict[tuple[int, date], frozenset[int]]:
        return {}

    def edition(self, policy: Policy) -> date:
        """The day whose units a policy's plan was made for: its division edition, else the day asked about."""
        return policy.division_edition or self.scope.as_of

    def townships(self, policy: Policy) -> list[Region]:
        """The townships of a policy's edition in the order of their codes."""
        return [unit for unit in self.scope.units_on(self.edition(policy)) if unit.is_township]

    def origins(self, pk: int | None, day: date) -> frozenset[int]:
        """The units of a day that stand for a unit of any day: itself, those that it succeeded, or its heir."""
        if pk not in self.regions:
            return frozenset()
        if (pk, day) not in self._origins:
            self._origins[pk, day] = frozenset()
            self._origins[pk, day] = self._origins_of(self.regions[pk], day)
        return self._origins[pk, day]

    def _origins_of(self, unit: Region, day: date) -> frozenset[int]:
        if unit.on_day(day):
            return frozenset({unit.pk})
        if unit.valid_from and unit.valid_from > day:
            return frozenset().union(*(self.origins(before, day) for before in self._former[unit.pk]))
        return self.origins(unit.successor_id, day)

    def places(self, facility: int, day: date) -> frozenset[int]:
        """The township of a day in which a facility stands; several when only a merged one is registered."""
        found = self.origins(self.facilities[facility].township_id, day)
        state = self.states.get(facility)
        if len(found) < 2 or state is None or state.village is None:
            return found
        codes = {self.scope.township_code(self.regions[pk]) for pk in self.origins(state.village, day)}
        return frozenset(pk for pk in found if self.regions[pk].code in codes) or found

    def cells(self, policy: int, annex: str, type_: str) -> list[Planned]:
        """The printed cells of a type in one annex of a policy, or in all of them."""
        return [row for row in self._by_type[policy, type_] if annex in ("", row.annex)]

    @cached_property
    def _by_type(self) -> dict[tuple[int, str], list[Planned]]:
        found: dict[tuple[int, str], list[Planned]] = defaultdict(list)
        for row in self.plans:
            found[row.policy, row.type].append(row)
        return found

    def planned(self, scheme: SubsidyScheme, unit: int, type_: str) -> int | None:
        """Facilities of a type planned for a township over all years: 0 = none planned, None = the plan is not known."""
        rule, day = self.rules[scheme.pk], self.edition(scheme.policy)
        rows = self.cells(scheme.policy_id, rule.bundle.annex if rule.bundle else "", type_)
        mine = [row for row in rows if row.region and unit in self.origins(row.region, day)]
        if mine:
            return sum(row.planned or 0 for row in mine)
        return 0 if rows and all(row.region for row in rows) else None

    def planned_years(self, scheme: SubsidyScheme, type_: str, places: frozenset[int] | None = None) -> set[int]:
        """The years for which a scheme's policy plans a type: anywhere, or in some townships."""
        day = self.edition(scheme.policy)
        rows = self.cells(scheme.policy_id, "", type_)
        return {
            row.year
            for row in rows
            if row.planned and (places is None or (row.region and self.origins(row.region, day) & places))
        }


def read(district: Region, day: date, near: Region | None = None) -> Ground:
    """The ground of a district, or of one township with those it succeeded and merged into: a fixed number of queries."""
    scope = figures.scope_for(district, day)
    family = _family(scope, near) if near else None
    schemes = {row.pk: row for row in SubsidyScheme.objects.filter(policy__district=district).select_related("policy")}
    rules = {pk: parse(unpack(row.body), row.policy.slug) for pk, row in schemes.items()}
    facilities = _facilities(district, family)
    prefixes = ["facility.declared", "facility.measured"]
    # What the register itself records outranks what somebody declared of the same thing.
    if any(rule.wants("facility.operation") for rule in rules.values()):
        prefixes.append("facility.operated")
    return Ground(
        scope=scope,
        schemes=schemes,
        rules=rules,
        ends=_ends(district),
        facilities=facilities,
        states=_states(facilities, day),
        facts=facts.known(facilities, day, *prefixes),
        plans=_plans(district),
        claims=_claims(district, family),
        words={**dict(Operation.choices), **questions.words(StandardEdition.objects.in_force(district, day))},
    )


def of_plans(district: Region, day: date) -> Ground:
    """The schemes and plans of a district alone, without its facilities: what its policies promise on paper."""
    schemes = {row.pk: row for row in SubsidyScheme.objects.filter(policy__district=district).select_related("policy")}
    rules = {pk: parse(unpack(row.body), row.policy.slug) for pk, row in schemes.items()}
    scope = figures.scope_for(district, day)
    return Ground(scope, schemes, rules, _ends(district), {}, {}, {}, _plans(district), [], {})


def _family(scope: Scope, near: Region) -> set[int]:
    """The units joined to one by succession, in either direction and over any number of steps."""
    found = {near.pk}
    while True:
        linked = {unit.pk for unit in scope.known if unit.successor_id in found}
        linked |= {unit.successor_id for unit in scope.known if unit.pk in found and unit.successor_id}
        if linked <= found:
            return found
        found |= linked


def _facilities(district: Region, family: set[int] | None) -> dict[int, Facility]:
    near = Q(township__in=family) if family is not None else Q(district=district)
    rows = Facility.objects.filter(near).select_related("township", "village", "district")
    return {row.pk: row for row in rows.order_by("code")}


def _states(ids: Iterable[int], day: date) -> dict[int, State]:
    columns = ("facility_id", "type", "village_id", "planned_year", "accepted_on")
    rows = FacilityRecord.objects.on(day).filter(facility__in=list(ids)).values_list(*columns)
    return {row[0]: State(*row) for row in rows}


def _ends(district: Region) -> dict[int, date]:
    """The day from which a policy is superseded, by policy."""
    rows = Policy.objects.filter(supersedes__district=district).exclude(effective_on=None, issued_on=None)
    return {row.supersedes_id: row.effective_on or row.issued_on for row in rows}


def _plans(district: Region) -> list[Planned]:
    rows = PlanTarget.objects.filter(table__policy__district=district).order_by("table", "row", "pk")
    columns = ("table__policy", "table__annex", "table__clause", "region_id", "unit", "type", "year", "planned")
    return [Planned(*row) for row in rows.values_list(*columns)]


def _claims(district: Region, family: set[int] | None) -> list[tuple[SubsidyClaim, frozenset[int]]]:
    """The live claims with the facilities that each rests on."""
    near = Q(township__in=family) if family is not None else Q(district=district)
    rows = SubsidyClaim.objects.filter(near, status__in=SubsidyClaim.LIVE).select_related("scheme__policy")
    rows = rows.prefetch_related("members").order_by("pk")
    return [(row, frozenset({row.facility_id, *(one.pk for one in row.members.all())} - {None})) for row in rows]

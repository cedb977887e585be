"""The gaps of a district and of each of its townships, summed: every begun facility by its own best repair."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from eldercare import figures
from eldercare.figures import Scope
from eldercare.regions import Region
from eldercare.scoping import within
from facilities import checks, unitchecks
from facilities.facility import FacilityRecord
from facilities.gaps import lists, units
from facilities.gaps.lists import Gaps
from facilities.gaps.prices import Cost, PriceList, prices_of
from facilities.gaps.units import LayoutGap
from facilities.kinds import Stage
from facilities.models import Facility
from facilities.rules import repair
from facilities.rules.plans import Action

# A facility has gaps once there is something to measure: from the first day of building on.
BEGUN_STAGES = (Stage.BUILDING, Stage.COMPLETED, Stage.ACCEPTED, Stage.OPERATING, Stage.SUSPENDED)
# What is counted by size or by pieces: name → label, unit. Everything else a plan asks for is 其他.
COLUMNS = {
    "gross_area": ("建筑面积", "㎡"),
    "usable_area": ("使用面积", "㎡"),
    "beds": ("床位", "张"),
    "nursing_beds": ("护理型床位", "张"),
    "zone": ("功能区", "个"),
    "room": ("用房", "间"),
    "equipment": ("设备", "项"),
    "other": ("其他", "项"),
}


@dataclass(frozen=True, slots=True)
class FacilityGap:
    """One begun facility as it stood on the day: its lists, and what its best repair comes to by column."""

    state: FacilityRecord
    township: Region
    gaps: Gaps
    amounts: dict[str, Decimal]


@dataclass(slots=True)
class Sum:
    """What the facilities of one place lack together, at least. `region` is None for the whole district.

    `begun` facilities are counted, `not_begun` ones only told. Of the begun, `short` have something in the way of
    acceptance, `blocked` of them an unmet 应. `amounts` and `cost` carry out both binding lists of each facility.
    """

    region: Region | None
    begun: int = 0
    not_begun: int = 0
    short: int = 0
    blocked: int = 0
    amounts: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    cost: Cost = field(default_factory=Cost)
    total: repair.Total | None = None
    unrepairable: int = 0
    layout: list[LayoutGap] = field(default_factory=list)

    @property
    def pending(self) -> int:
        """Binding clauses that wait for data."""
        return self.total.pending if self.total else 0

    @property
    def lines(self) -> dict[str, str]:
        """List label → what it comes to, by name. Advice to record something is no repair and is left out."""
        if self.total is None:
            return {}
        total = replace(self.total, advice=tuple(action for action in self.total.advice if action.verb != "fill"))
        return {repair.LIST_LABELS[name]: text for name, text in total.lines.items()}

    @property
    def layout_short(self) -> Decimal:
        """Facilities that the layout lacks."""
        return sum((gap.short for gap in self.layout), Decimal(0))

    @property
    def is_empty(self) -> bool:
        """Whether neither a facility nor the layout lacks anything."""
        return not self.short and not any(gap.failing or gap.pending for gap in self.layout)

    @property
    def urgency(self) -> tuple:
        """Sorts the place that lacks most first."""
        path = self.region.path if self.region else ""
        return (-self.blocked, -self.short, -self.pending, -self.amounts.get("gross_area", 0), -self.layout_short, path)


@dataclass(frozen=True, slots=True)
class Summed:
    """The gaps of a district on a day, as far as a person may see: the whole, its townships worst first, the facilities."""

    scope: Scope
    whole: Sum
    townships: list[Sum]
    rows: list[FacilityGap]
    prices: PriceList


def summed(place: Scope | Region, day: date, user, *, township: Region | None = None, type: str = "") -> Summed:
    """Sum the gaps of a district (or its Scope), or of one township, of all facility types or one.

    The number of queries grows neither with facilities nor with townships. With a `type` the layout is left out.
    """
    scope = place if isinstance(place, Scope) else figures.scope_for(place, day)
    prices = prices_of(scope.district)
    measure = checks.yardstick(scope.district, scope.as_of)
    states = _states(scope, user, township, type)
    begun = [state for state in states if state.stage in BEGUN_STAGES]
    not_begun = Counter(_township(scope, state).code for state in states if state.stage not in BEGUN_STAGES)
    rows = _rows(scope, begun, measure, prices)
    shown = [unit for unit in scope.townships if _is_visible(unit, user) and township in (None, unit)]
    layout = {} if type else _layout(scope, shown, measure)
    places = [
        _sum(unit, [row for row in rows if row.township.code == unit.code], not_begun[unit.code], prices, layout)
        for unit in shown
    ]
    whole = _sum(None, rows, sum(not_begun.values()), prices, layout)
    return Summed(scope, whole, sorted(places, key=lambda row: row.urgency), rows, prices)


def _is_visible(unit: Region, user) -> bool:
    return user.sees_everything or unit.path.startswith(user.scope_paths)


def _township(scope: Scope, state: FacilityRecord) -> Region:
    """The township that a facility counts for on the day: its own, or the one that succeeded it."""
    return scope.heirs.get(state.facility.township_id) or state.facility.township


def _rows(scope: Scope, begun: list[FacilityRecord], measure: checks.Yardstick, prices: PriceList) -> list[FacilityGap]:
    """The begun facilities with their gaps, those that lack most first."""
    stood = [_as_it_stood(state) for state in begun]
    found = checks.check_all(stood, scope.district, scope.as_of, measure=measure)
    rows = [_row(state, _township(scope, state), check, prices) for state, check in zip(begun, found, strict=True)]
    return sorted(rows, key=_most_first)


def _states(scope: Scope, user, township: Region | None, type_: str) -> list[FacilityRecord]:
    rows = FacilityRecord.objects.visible_to(user).on(scope.as_of)
    rows = rows.filter(within("facility__township__path", scope.district.path))
    if township:
        rows = rows.filter(facility__township__in=township.lineage())
    if type_:
        rows = rows.filter(type=type_)
    return list(rows.select_related("facility__township", "village").order_by("facility__code"))


def _as_it_stood(state: FacilityRecord) -> Facility:
    """The facility with the type and village of the day, which are what the check asks of the row itself."""
    facility = state.facility
    facility.type, facility.village = state.type, state.village
    return facility


def _row(state: FacilityRecord, township: Region, check: checks.Check, prices: PriceList) -> FacilityGap:
    gaps = lists.of(check, prices)
    plan, _ = repair.best((*gaps.repair.must, *gaps.repair.explain), prices.of)
    return FacilityGap(state, township, gaps, by_column(plan.actions))


def _most_first(row: FacilityGap) -> tuple:
    lines = row.gaps.lines
    return (-len(lines["must"]), -len(lines["explain"]), -len(lines["missing"]), row.state.facility.code)


def by_column(actions: Iterable[Action]) -> dict[str, Decimal]:
    """The amounts of a plan by column; what has no size of its own counts as one piece of 其他."""
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for action in actions:
        name = column(action)
        amounts[name] += 1 if name == "other" else action.amount
    return dict(amounts)


def column(action: Action) -> str:
    """The column that an action is counted in."""
    prefix = action.key.partition(":")[0]
    if action.verb == "increase":
        name = "usable_area" if prefix == "room_area" else action.key
        return name if name in ("gross_area", "usable_area", "beds", "nursing_beds") else "other"
    return prefix if action.verb == "provide" and prefix in COLUMNS else "other"


def _sum(region: Region | None, rows: list[FacilityGap], not_begun: int, prices: PriceList, layout) -> Sum:
    found = Sum(region, begun=len(rows), not_begun=not_begun, layout=layout.get(region and region.code, []))
    found.total = repair.summed((row.gaps.repair for row in rows), prices.of)
    for row in rows:
        found.short += bool(row.gaps.count)
        found.blocked += bool(row.gaps.lines["must"])
        found.unrepairable += row.gaps.unrepairable
        found.cost += row.gaps.cost
        for name, amount in row.amounts.items():
            found.amounts[name] += amount
    return found


def _layout(scope: Scope, townships: list[Region], measure: checks.Yardstick) -> dict[str | None, list[LayoutGap]]:
    """The layout gaps of the district (None) and of each township, of the units under the given townships."""
    codes = {unit.code for unit in townships}
    chosen = [unit for unit in scope.units if scope.township_code(unit) in codes]
    found = unitchecks.check_units(scope, chosen, measure)
    groups = defaultdict(list)
    for check in found:
        groups[scope.township_code(check.unit)].append(check)
    return {None: units.of_units(found)} | {code: units.of_units(group) for code, group in groups.items()}

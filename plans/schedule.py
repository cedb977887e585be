"""Plan against reality, township by township: what should be done by now, what is, and how far behind it is.

The planned count of a year is expected linearly from 1 January to 31 December. Actual is the mean of 形象进度 over the planned
facilities whose progress is known; facilities that are not registered or not reported are shown apart and never count as 0.
"""

from calendar import isleap
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from eldercare.figures import Scope
from facilities.kinds import FacilityType, Stage
from facilities.statistics import Standing, standings
from plans.statistics import PlannedCount, planned_counts

WATCH_POINTS, ACT_POINTS = 10, 30
COMPLETE = Decimal(100)


@dataclass(frozen=True, slots=True)
class Line:
    """One unit's plan against its facilities. Points are percentage points; `behind` is None when nothing is known.

    `outstanding` counts the registered ones that are not accepted, by stage in the order of building.
    """

    planned: int
    registered: int
    under_way: int
    accepted: int
    operating: int
    expected: Decimal
    actual: Decimal | None
    silent: int
    outstanding: tuple[tuple[str, int], ...] = ()

    @property
    def behind(self) -> Decimal | None:
        """Points behind schedule, never negative; None without a plan due or without any known progress."""
        if not self.planned or self.actual is None:
            return None
        return max(self.expected - self.actual, Decimal(0))

    @property
    def lag(self) -> int:
        """Planned facilities that are not accepted yet."""
        return max(self.planned - self.accepted, 0)

    @property
    def unregistered(self) -> int:
        """Planned facilities that nobody has registered."""
        return max(self.planned - self.registered, 0)

    @property
    def share(self) -> Decimal | None:
        """Accepted of planned, in percent; None without a plan."""
        return Decimal(self.accepted) * 100 / self.planned if self.planned else None

    @property
    def light(self) -> str:
        """good, watch from 10 points behind, act from more than 30; quiet when it cannot be said."""
        if self.behind is None:
            return "act" if self.planned else "quiet"
        if self.behind > ACT_POINTS:
            return "act"
        return "watch" if self.behind >= WATCH_POINTS else "good"

    @property
    def where(self) -> str:
        """At which stage those stand that are not accepted, in words; empty when nothing is outstanding."""
        parts = [("未登记", self.unregistered), *((Stage(stage).label, count) for stage, count in self.outstanding)]
        return "、".join(f"{word} {count} 个" for word, count in parts if count)

    @property
    def why(self) -> str:
        """The light's reason in words."""
        if not self.planned:
            return "至今没有计划任务"
        parts = [f"应完成{_points(self.expected)}%"]
        parts.append(f"形象进度平均{_points(self.actual)}%" if self.actual is not None else "没有一个设施报过进度")
        if self.behind:
            parts.append(f"落后{_points(self.behind)}个百分点")
        if self.unregistered:
            parts.append(f"{self.unregistered}个计划设施未登记")
        if self.silent:
            parts.append(f"{self.silent}个设施未报进度")
        return "，".join(parts)


def _points(value: Decimal) -> str:
    """A percentage with one decimal at most, half up."""
    return f"{value.quantize(Decimal('0.1'), ROUND_HALF_UP).normalize():f}"


def elapsed(day: date, year: int) -> Decimal:
    """The part of a year that has passed by the end of a day: 0 before it, 1 after it."""
    if day.year != year:
        return Decimal(int(day.year > year))
    return Decimal(day.timetuple().tm_yday) / (366 if isleap(year) else 365)


def line(plans: Iterable[PlannedCount], rows: Iterable[Standing], day: date) -> Line:
    """The line of one unit (or of the district) from its plan cells and its planned facilities as they stand."""
    due = [(row.year, row.planned) for row in plans if row.planned and row.year <= day.year]
    planned = sum(count for _, count in due)
    rows = [row for row in rows if row.planned_year and row.planned_year <= day.year]
    known = [progress for row in rows if (progress := _progress(row)) is not None]
    expected = sum((count * elapsed(day, year) for year, count in due), Decimal(0))
    stages = Counter(row.stage for row in rows if not row.is_accepted)
    return Line(
        planned=planned,
        registered=len(rows),
        under_way=sum(row.is_under_way for row in rows),
        accepted=sum(row.is_accepted for row in rows),
        operating=sum(row.is_operating for row in rows),
        expected=expected * 100 / planned if planned else Decimal(0),
        actual=sum(known, Decimal(0)) / len(known) if known else None,
        silent=len(rows) - len(known),
        outstanding=tuple((stage.value, stages[stage]) for stage in Stage if stages[stage]),
    )


def _progress(row: Standing) -> Decimal | None:
    return COMPLETE if row.is_accepted else row.progress


def by_township(scope: Scope) -> dict[str | None, Line]:
    """Lines of the district (None) and of every township, over all planned types."""
    plans, rows = planned_counts(scope), _planned_types(scope)
    lines: dict[str | None, Line] = {None: line(plans, rows, scope.as_of)}
    for unit in scope.townships:
        own_plans = [plan for plan in plans if plan.township == unit.code]
        lines[unit.code] = line(own_plans, [row for row in rows if row.township == unit.code], scope.as_of)
    return lines


def _planned_types(scope: Scope) -> list[Standing]:
    types = {plan.type for plan in planned_counts(scope)}
    return [row for row in standings(scope) if row.type in types]


@dataclass(frozen=True, slots=True)
class TypeRow:
    """One facility type: planned per year (None is not printed), accepted per year, and the stages now."""

    type: str
    label: str
    years: dict[int, tuple[int | None, int]]
    line: Line


def by_type(scope: Scope) -> list[TypeRow]:
    """Plan and acceptance of every planned type, year by year."""
    plans, rows = planned_counts(scope), standings(scope)
    years = sorted({plan.year for plan in plans})
    found = []
    for type_ in [value for value in FacilityType.values if value in {plan.type for plan in plans}]:
        own_plans = [plan for plan in plans if plan.type == type_]
        own_rows = [row for row in rows if row.type == type_]
        done = Counter(row.accepted_on.year for row in own_rows if row.is_accepted and row.accepted_on)
        cells = {year: (_planned_in(own_plans, year), done[year]) for year in years}
        found.append(TypeRow(type_, FacilityType(type_).label, cells, line(own_plans, own_rows, scope.as_of)))
    return found


def _planned_in(plans: list[PlannedCount], year: int) -> int | None:
    known = [plan.planned for plan in plans if plan.year == year and plan.planned is not None]
    return sum(known) if known else None

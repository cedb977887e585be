"""Plan and coverage figures: what is planned per unit, what of it is accepted, and which units are really covered."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from eldercare import figures
from eldercare.figures import Definition, Figure, Scope
from eldercare.regions import UNIT_KIND_LABELS, UNIT_KINDS, Region
from facilities import dated
from facilities.exemptions import exempt
from facilities.kinds import FacilityType
from facilities.statistics import Standing, standings
from plans import printed

COVERING = {
    "street": ["STREET_CENTRE", "TOWNSHIP_CENTRE"],
    "township": ["TOWNSHIP_CENTRE"],
    "community": ["COMMUNITY_STATION"],
    "village": ["VILLAGE_POINT"],
}
KIND_OF = {region_kind: kind for kind, kinds in UNIT_KINDS.items() for region_kind in kinds}
# Which units a type is planned for: the denominator of its plan ratio.
PLANNED_FOR = {
    FacilityType.STREET_CENTRE: "street",
    FacilityType.COMMUNITY_STATION: "community",
    FacilityType.TOWNSHIP_CENTRE: "township",
    FacilityType.VILLAGE_POINT: "village",
}


def _definitions() -> Iterator[Definition]:
    for type_ in FacilityType:
        key = type_.lower()
        unit = UNIT_KIND_LABELS.get(PLANNED_FOR.get(type_, ""), "单位")
        yield Definition(
            f"plan_ratio.{key}", f"{type_.label}计划覆盖率", "计划设施数", f"{unit}数", "设施数与单位数之比，可超过100%"
        )
        yield Definition(
            f"completion.{key}", f"{type_.label}计划完成率", "验收合格设施数", "计划设施数", "按验收日期计，可超过100%"
        )
    for kind, label in UNIT_KIND_LABELS.items():
        words = f"有运营中设施或共享服务的{label}"
        yield Definition(
            f"coverage.{kind}",
            f"{label}养老服务设施覆盖率",
            words,
            f"{label}总数",
            "按单位计，不超过100%；豁免村不计入分子分母",
        )
    yield Definition(
        "coverage_with_exempt.village",
        "村养老服务设施覆盖率（含豁免村）",
        "有设施、共享服务或豁免的村",
        "村总数",
        "豁免村按延伸服务覆盖计",
    )


@dataclass(frozen=True, slots=True)
class PlannedCount:
    """A planned number of a type in a unit and year; `township` is None while the unit's name is not matched.

    `edition` is the division edition that the plan was made under, None where its policy names none.
    """

    township: str | None
    type: str
    year: int
    planned: int | None
    edition: date | None = None


def planned_counts(scope: Scope) -> list[PlannedCount]:
    """Every printed plan cell of the district's policies: no query beside that of `printed`."""
    return scope.once("plans", _planned_counts)


def _planned_counts(scope: Scope) -> list[PlannedCount]:
    return [PlannedCount(scope.today_of(pk, code)[1], *rest) for pk, code, *rest in printed.of(scope).cells]


def in_years(scope: Scope, year: int) -> bool:
    """Whether a year counts: up to the day's year, or only the year asked for."""
    return year == scope.year if scope.year else year <= scope.as_of.year


def accepted_in_plan(scope: Scope, row: Standing, first_year: int) -> bool:
    """Whether an accepted facility counts towards the plan's years: by its acceptance date."""
    if not row.is_accepted or row.accepted_on is None:
        return False
    return row.accepted_on.year == scope.year if scope.year else row.accepted_on.year >= first_year


def _sum_known(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def provide(scope: Scope) -> Iterator[tuple[str | None, Figure]]:
    """Plan, completion and coverage figures of a district and its townships."""
    yield from _plan_figures(scope)
    yield from _coverage_figures(scope)


def _plan_figures(scope: Scope) -> Iterator[tuple[str | None, Figure]]:
    by_type: dict[str, list[PlannedCount]] = defaultdict(list)
    for row in planned_counts(scope):
        by_type[row.type].append(row)
    for type_, plans in by_type.items():
        edition = max((row.edition for row in plans if row.edition), default=None)
        units = planned_units(scope, PLANNED_FOR.get(type_), edition)
        planned = _planned_by_township(row for row in plans if in_years(scope, row.year))
        done = _accepted_by_township(scope, type_, min(row.year for row in plans))
        for township in (None, *(unit.code for unit in scope.townships)):
            count = planned.get(township)
            yield township, _plan_ratio(scope, type_, count, units.get(township), edition)
            yield township, _completion(scope, type_, done[township], count)


def _planned_by_township(rows: Iterable[PlannedCount]) -> dict[str | None, int | None]:
    """Sums of what is printed, of each township and of the district (None); a unit of no township counts for the district."""
    cells: dict[str | None, list[int | None]] = defaultdict(list)
    for row in rows:
        for township in {None, row.township}:
            cells[township].append(row.planned)
    return {township: _sum_known(values) for township, values in cells.items()}


def _accepted_by_township(scope: Scope, type_: str, first_year: int) -> Counter[str | None]:
    """How many facilities count towards the plan, of each township and of the district (None)."""
    rows = [row for row in standings(scope) if row.type == type_ and accepted_in_plan(scope, row, first_year)]
    return Counter([None] * len(rows) + [row.township for row in rows])


def _completion(scope: Scope, type_: str, done: int, planned: int | None) -> Figure:
    reason = "" if planned is not None else "没有印发计划数"
    return figures.ratio(f"completion.{type_.lower()}", done, planned, scope, reason=reason)


def _plan_ratio(scope: Scope, type_: str, planned: int | None, units: int | None, edition: date | None) -> Figure:
    reason = "没有印发计划数" if planned is None else "" if type_ in PLANNED_FOR else "没有对应的单位总数"
    return figures.ratio(f"plan_ratio.{type_.lower()}", planned, units, scope, reason=reason, edition=edition)


def planned_units(scope: Scope, kind: str | None, edition: date | None) -> dict[str | None, int | None]:
    """How many units of a kind a plan was made for: of the district (None) and by the township of the day.

    They are the units of the plan's own edition (of the day's, where the policy names none), each counted for the
    township that stands in its township's place on the day; for a district without divisions the printed count.
    """
    if kind is None:
        return {}
    if scope.edition is None:
        return {None: printed_units(scope).get(kind)}
    counts = dict.fromkeys([None, *(unit.code for unit in scope.townships)], 0)
    units = scope.units_on(edition) if edition else scope.units
    by_code = {unit.code: unit for unit in units}
    for unit in units:
        if unit.kind in UNIT_KINDS[kind]:
            former = by_code[scope.township_code(unit)]
            for township in (None, scope.today_of(former.pk, former.code)[1]):
                counts[township] = counts.get(township, 0) + 1
    return counts


def units_of_kind(scope: Scope, kind: str, township: str | None = None) -> list[Region]:
    """The district's (or one township's) units of a kind on the day."""
    return scope.once("units", _units_by_kind).get((kind, township), [])


def _units_by_kind(scope: Scope) -> dict[tuple[str, str | None], list[Region]]:
    """Units by kind and township, those of the whole district under None."""
    found: dict[tuple[str, str | None], list[Region]] = defaultdict(list)
    for unit in scope.units:
        for township in {None, scope.township_code(unit)}:
            found[_unit_kind(unit), township].append(unit)
    return found


@dataclass(slots=True)
class Cover:
    """Which units are covered, by which facilities, and which are exempt; ids of regions."""

    by: dict[int, list[Standing]]
    exempt: set[int]


def cover(scope: Scope) -> Cover:
    """Who covers whom on the day: facilities in operation, sharing relations and exemptions. Asked once per scope."""
    return scope.once("cover", _read_cover)


def _read_cover(scope: Scope) -> Cover:
    covering = COVERING | _policy_coverage(scope)
    by: dict[int, list[Standing]] = defaultdict(list)
    running = {row.id: row for row in standings(scope) if row.is_operating}
    township_ids = {unit.code: unit for unit in scope.townships}
    kind_of = {unit.pk: _unit_kind(unit) for unit in scope.units}
    for row in running.values():
        unit = township_ids.get(row.township)
        for region_id in {unit.pk if unit else None, row.village_id} - {None}:
            if row.type in covering.get(kind_of.get(region_id, ""), ()):
                by[region_id].append(row)
    for facility_id, region_id in dated.of(scope).links:
        row, (region_id, _) = running.get(facility_id), scope.today_of(region_id, None)
        if row and row.type in covering.get(kind_of.get(region_id, ""), ()):
            by[region_id].append(row)
    return Cover(by, set(exempt(scope)))


def _unit_kind(unit: Region) -> str:
    return KIND_OF.get(unit.kind, "")


def _policy_coverage(scope: Scope) -> dict[str, list[str]]:
    """The reading of 覆盖 that the district's latest policy in force on the day states, where it states one."""
    return {kind: types for policy in printed.of(scope).policies for kind, types in policy.coverage.items()}


def printed_units(scope: Scope) -> dict[str, int]:
    """Unit counts that the district's policies print; the only denominators of a district without published divisions."""
    counts = {}
    for policy in printed.of(scope).policies:
        counts |= {kind: count for kind, count in policy.printed_units.items() if kind in UNIT_KINDS}
    return counts


NO_DIVISIONS = "没有区划名录，只有文件印发的单位数，不能逐个单位计数"


def _printed_only(scope: Scope) -> Iterator[tuple[str | None, Figure]]:
    """Coverage of a district without divisions: printed denominators, no numerators, and the reason."""
    counts = printed_units(scope)
    for kind in UNIT_KINDS:
        yield None, figures.ratio(f"coverage.{kind}", None, counts.get(kind), scope, reason=NO_DIVISIONS)
    yield None, figures.ratio("coverage_with_exempt.village", None, counts.get("village"), scope, reason=NO_DIVISIONS)


def _coverage_figures(scope: Scope) -> Iterator[tuple[str | None, Figure]]:
    if scope.edition is None:
        yield from _printed_only(scope)
        return
    found = cover(scope)
    for township in (None, *(unit.code for unit in scope.townships)):
        for kind in UNIT_KINDS:
            units = units_of_kind(scope, kind, township)
            bound = [unit for unit in units if unit.pk not in found.exempt]
            covered = sum(bool(found.by.get(unit.pk)) for unit in bound)
            yield township, figures.ratio(f"coverage.{kind}", covered, len(bound), scope)
        villages = units_of_kind(scope, "village", township)
        extended = sum(bool(found.by.get(unit.pk)) or unit.pk in found.exempt for unit in villages)
        yield township, figures.ratio("coverage_with_exempt.village", extended, len(villages), scope)


def connect() -> None:
    """Add the plan and coverage figures to the catalogue."""
    figures.define(*_definitions())
    figures.provide(provide)

"""Figures of the register: who runs the facilities, how many beds are nursing beds, beds per thousand elders."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from eldercare import figures
from eldercare.figures import PER_THOUSAND, Definition, Figure, Scope
from facilities import dated
from facilities.kinds import (
    ACCEPTED_STAGES,
    RURAL_TYPES,
    SOCIAL_OPERATION,
    UNDER_WAY_STAGES,
    URBAN_TYPES,
    FacilityType,
    Stage,
)

SOURCE = "口径说明：设施以统计日当日状态计"
GOALS = f"武隆方案 一；{SOURCE}"
DEFINITIONS = (
    Definition(
        "social_operation.urban",
        "城市设施社会化运营率",
        "社会力量运营的街道中心和社区站",
        "运营中的街道中心和社区站",
        GOALS,
    ),
    Definition(
        "social_operation.rural",
        "农村设施社会化运营率",
        "社会力量运营的乡镇中心和村级点",
        "运营中的乡镇中心和村级点",
        GOALS,
    ),
    Definition(
        "nursing_bed_share",
        "护理型床位占比",
        "运营设施的护理型床位",
        "运营设施的床位",
        f"武隆方案 二(五)；{SOURCE}，只计两项床位都已登记的设施",
    ),
    Definition(
        "medical_care_share", "具备医养服务能力的设施比例", "已认定具备医养服务能力的运营设施", "运营中的设施", GOALS
    ),
    Definition(
        "beds_per_1000", "每千名老年人养老床位", "运营设施的床位", "60岁及以上常住人口", SOURCE, "张", PER_THOUSAND
    ),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A facility as it stood on the day, with the operator that its contract in force names."""

    id: int
    code: str
    name: str
    type: str
    township: str
    village_id: int | None
    planned_year: int | None
    stage: str
    progress: Decimal | None
    beds: int | None
    nursing_beds: int | None
    operation: str
    accepted_on: date | None

    @property
    def is_accepted(self) -> bool:
        return self.stage in ACCEPTED_STAGES

    @property
    def is_operating(self) -> bool:
        return self.stage == Stage.OPERATING

    @property
    def is_under_way(self) -> bool:
        return self.stage in UNDER_WAY_STAGES

    @property
    def is_social(self) -> bool:
        return self.operation in SOCIAL_OPERATION


def standings(scope: Scope) -> list[Standing]:
    """Every facility of the district as it stood on the day, in the order of codes: no query beside that of `dated`."""
    return scope.once("facilities", _standings)


def _standings(scope: Scope) -> list[Standing]:
    """Facilities under the units of the day: one registered under a former township counts for its successor.

    A dated contract outranks the sheet; once a facility has had contracts, an expired one means nobody runs it.
    """
    register, found = dated.of(scope), []
    for pk, township_id, reported, state in register.records:
        code, name, type_, township, village_id, year, stage, progress, beds, nursing_beds, accepted_on = state
        _, township = scope.today_of(township_id, township)
        village_id, _ = scope.today_of(village_id, None)
        operation = register.contracts.get(pk, reported)
        found.append(
            Standing(
                pk, code, name, type_, township, village_id, year, stage, progress, beds, nursing_beds, operation,
                accepted_on,
            )
        )  # fmt: skip
    return found


def by_township(scope: Scope, rows: Iterable[Standing]) -> Iterator[tuple[str | None, list[Standing]]]:
    """The rows of the whole district (None) and then of each of its townships."""
    rows = list(rows)
    groups: dict[str, list[Standing]] = defaultdict(list)
    for row in rows:
        groups[row.township].append(row)
    yield None, rows
    for unit in scope.townships:
        yield unit.code, groups[unit.code]


def _known_sum(values: Iterable[int | None]) -> int | None:
    """Sum of what is recorded; None when nothing is."""
    recorded = [value for value in values if value is not None]
    return sum(recorded) if recorded else None


def _operation(scope: Scope, township, rows: list[Standing], id_: str, types) -> tuple[str | None, Figure]:
    running = [row for row in rows if row.is_operating and row.type in types]
    return township, figures.ratio(id_, sum(row.is_social for row in running), len(running), scope)


def provide(scope: Scope) -> Iterator[tuple[str | None, Figure]]:
    """The register's figures of a district and its townships."""
    elders, medical = _elders(scope), dated.of(scope).medical
    for township, rows in by_township(scope, standings(scope)):
        yield _operation(scope, township, rows, "social_operation.urban", URBAN_TYPES)
        yield _operation(scope, township, rows, "social_operation.rural", RURAL_TYPES)
        running = [row for row in rows if row.is_operating]
        with_both = [row for row in running if row.beds is not None and row.nursing_beds is not None]
        beds = _known_sum(row.beds for row in with_both)
        yield township, figures.ratio("nursing_bed_share", _known_sum(r.nursing_beds for r in with_both), beds, scope)
        all_beds = _known_sum(row.beds for row in running)
        yield township, _medical_share(scope, medical, running)
        yield township, figures.ratio("beds_per_1000", all_beds, elders.get(township or scope.district.code), scope)


def _medical_share(scope: Scope, medical: dict[int, bool], running: list[Standing]) -> Figure:
    declared = [medical[row.id] for row in running if row.id in medical]
    able = sum(declared) if declared or not running else None
    reason = "没有一个设施登记过医养服务能力" if able is None else ""
    return figures.ratio("medical_care_share", able, len(running), scope, reason=reason)


def _elders(scope: Scope) -> dict[str, int]:
    """Latest residents aged 60 and over, by unit code, counted on or before the day.

    A unit that was not counted itself stands for the units it succeeded, where all of those were counted.
    """
    counted = {unit.pk: unit.elders for unit in scope.known if unit.elders is not None}
    if not counted:
        return {}
    former: dict[int, list[int]] = defaultdict(list)
    for unit in scope.known:
        if unit.successor_id:
            former[unit.successor_id].append(unit.pk)

    def known(pk: int) -> int | None:
        if pk in counted:
            return counted[pk]
        parts = [known(before) for before in former[pk]]
        return sum(parts) if parts and None not in parts else None

    return {unit.code: count for unit in scope.units if (count := known(unit.pk)) is not None}


def connect() -> None:
    """Add the register's figures to the catalogue."""
    figures.define(*DEFINITIONS)
    figures.provide(provide)


TYPE_IDS = {type_: type_.lower() for type_ in FacilityType.values}

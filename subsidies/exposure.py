"""What a district's plans would cost at face value: planned counts of its annexes times the amounts of its schemes."""

from dataclasses import dataclass, field
from decimal import Decimal

from eldercare.policies import Policy
from eldercare.regions import Region
from facilities.kinds import FacilityType
from subsidies import ground
from subsidies.ground import Ground
from subsidies.models import SubsidyScheme
from subsidies.rules.scheme import Scheme


@dataclass(frozen=True, slots=True)
class Line:
    """One scheme: how many of what are planned, times the amount. Yuan; `count` is None where no plan is printed.

    `counted` names what is counted, `measure` its measure word; `unsettled` the units whose plan is not known.
    """

    scheme: SubsidyScheme
    label: str
    counted: str
    count: int | None
    amount: Decimal | None
    clause: str
    plan_clause: str
    measure: str = "个"
    unsettled: tuple[str, ...] = ()

    @property
    def product(self) -> Decimal | None:
        """Count times amount; None where either is not printed."""
        return None if self.count is None or self.amount is None else self.count * self.amount


@dataclass(slots=True)
class Exposure:
    """The arithmetic of a district: `lines` add up to `total`; the rest cannot be added and is listed apart.

    `silent` prints no amount, `unplanned` an amount but no plan; `left_out` are planned facilities that no bundle covers:
    unit, type label and count.
    """

    lines: list[Line] = field(default_factory=list)
    silent: list[Line] = field(default_factory=list)
    unplanned: list[Line] = field(default_factory=list)
    left_out: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def total(self) -> Decimal | None:
        """The sum in yuan; None when nothing can be multiplied."""
        return sum((line.product for line in self.lines), Decimal(0)) if self.lines else None


def exposure(district: Region, policy: Policy | None = None) -> Exposure:
    """The exposure of a district's policies, or of one of them; a fixed number of queries."""
    found, result = ground.of_plans(district, district.default_as_of()), Exposure()
    for row in found.schemes.values():
        rule = found.rules[row.pk]
        if not rule.subject or (policy and row.policy_id != policy.pk):
            continue
        line = _bundle(found, row, rule) if rule.bundle else _facilities(found, row, rule)
        target = result.silent if line.amount is None else result.unplanned if line.count is None else result.lines
        target.append(line)
        if rule.bundle:
            result.left_out += _left_out(found, row, rule)
    return result


def _facilities(found: Ground, row: SubsidyScheme, rule: Scheme) -> Line:
    cells = [cell for type_ in rule.applies_to for cell in found.cells(row.policy_id, "", type_)]
    counts = [cell.planned for cell in cells if cell.planned is not None]
    words = "、".join(FacilityType(type_).label for type_ in rule.applies_to) or "养老服务设施"
    count = sum(counts) if counts else None
    return Line(row, rule.label, words, count, rule.amount, rule.clause, _clauses(cells))


def _bundle(found: Ground, row: SubsidyScheme, rule: Scheme) -> Line:
    """The townships for which every indispensable member is planned; each earns the amount once."""
    earning, unsettled = [], []
    needed = [member for member in rule.bundle.members if member.at_least]
    for unit in _of_kinds(found, row, rule, fitting=True):
        planned = [found.planned(row, unit.pk, member.type) for member in needed]
        if all(count is not None and count >= member.at_least for count, member in zip(planned, needed, strict=True)):
            earning.append(unit)
        elif None in planned:
            unsettled.append(str(unit))
    cells = [
        cell for member in rule.bundle.members for cell in found.cells(row.policy_id, rule.bundle.annex, member.type)
    ]
    words = "及".join(FacilityType(member.type).label for member in rule.bundle.members)
    count = len(earning) if cells else None
    return Line(
        row, rule.label, f"有计划的乡镇（{words}）", count, rule.amount, rule.clause, _clauses(cells), "个乡镇",
        tuple(unsettled) if cells else (),
    )  # fmt: skip


def _of_kinds(found: Ground, row: SubsidyScheme, rule: Scheme, *, fitting: bool) -> list[Region]:
    kinds = rule.bundle.region_kinds
    return [u for u in found.townships(row.policy) if (not kinds or u.get_kind_display() in kinds) is fitting]


def _left_out(found: Ground, row: SubsidyScheme, rule: Scheme) -> list[tuple[str, str, int]]:
    """What is planned for units of a kind that the bundle does not speak of."""
    return [
        (str(unit), FacilityType(member.type).label, count)
        for unit in _of_kinds(found, row, rule, fitting=False)
        for member in rule.bundle.members
        if (count := found.planned(row, unit.pk, member.type))
    ]


def _clauses(cells: list[ground.Planned]) -> str:
    return "、".join(dict.fromkeys(cell.clause for cell in cells))

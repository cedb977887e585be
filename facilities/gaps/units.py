"""What the layout of a district still lacks: clauses about villages, communities and townships, summed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from facilities.rules import phrases
from facilities.rules.findings import Finding
from facilities.rules.truth import Truth
from facilities.unitchecks import UnitCheck

NOUNS = {"village": "村", "community": "社区", "township": "乡镇（街道）"}


@dataclass(slots=True)
class LayoutGap:
    """One layout clause over many units: how many facilities are lacking, in how many units; how many wait for data."""

    requirement: str
    label: str
    clause: str
    subject: str
    unit: str
    short: Decimal = Decimal(0)
    failing: int = 0
    pending: int = 0
    advised: int = 0
    names: list[str] = field(default_factory=list)

    @property
    def noun(self) -> str:
        """What the clause is about: 村, 社区 or 乡镇（街道）."""
        return NOUNS[self.subject]

    @property
    def text(self) -> str:
        """还差 12 个; empty when no unit fails."""
        if self.failing:
            return f"还差 {phrases.amount(self.short, self.unit)}"
        return ""

    @property
    def where(self) -> str:
        """How many units it is about."""
        parts = [f"{self.failing} 个{self.noun}没有达到"] if self.failing else []
        parts += [f"{self.advised} 个{self.noun}为建议"] if self.advised else []
        return "，".join(parts + ([f"{self.pending} 个{self.noun}待补资料"] if self.pending else []))


def of_units(checks: Iterable[UnitCheck]) -> list[LayoutGap]:
    """The layout clauses that some unit fails or leaves open, in the standard's order."""
    found: dict[str, LayoutGap] = {}
    for check in checks:
        for finding in check.findings:
            if finding.truth in (Truth.FALSE, Truth.UNKNOWN):
                _add(found, check, finding)
    return [gap for gap in found.values() if gap.failing or gap.pending or gap.advised]


def _add(found: dict[str, LayoutGap], check: UnitCheck, finding: Finding) -> None:
    frame = (finding.label, finding.clause, check.subject, finding.unit or "个")
    gap = found.setdefault(finding.requirement, LayoutGap(finding.requirement, *frame))
    if finding.blocks or finding.needs_reason:
        gap.failing += 1
        gap.short += finding.gap or 1
        gap.names.append(str(check.unit))
    elif finding.holds:
        gap.pending += 1
    elif finding.truth is Truth.FALSE and not finding.modality.binds:
        gap.advised += 1

"""What a subject's findings come to together."""

from collections.abc import Iterable
from enum import StrEnum

from facilities.rules.findings import Finding


class Overall(StrEnum):
    """The overall result; without a binding applicable clause there is no standard, and never a pass."""

    ACCEPTABLE = "acceptable"
    NEEDS_REASON = "needs_reason"
    INCOMPLETE = "incomplete"
    NOT_ACCEPTABLE = "not_acceptable"
    NO_STANDARD = "no_standard"

    @property
    def label(self) -> str:
        """The result in Chinese."""
        return LABELS[self]


LABELS = {
    Overall.ACCEPTABLE: "达标",
    Overall.NEEDS_REASON: "待说明",
    Overall.INCOMPLETE: "资料不全",
    Overall.NOT_ACCEPTABLE: "不达标",
    Overall.NO_STANDARD: "无适用标准",
}


def judge(findings: Iterable[Finding]) -> Overall:
    """The overall result of all findings of one subject, in any order."""
    binding = [finding for finding in findings if finding.binds]
    if not binding:
        return Overall.NO_STANDARD
    if any(finding.blocks for finding in binding):
        return Overall.NOT_ACCEPTABLE
    if any(finding.holds for finding in binding):
        return Overall.INCOMPLETE
    return Overall.NEEDS_REASON if any(finding.needs_reason for finding in binding) else Overall.ACCEPTABLE

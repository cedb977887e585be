"""What is said about one place of a sender's file: a problem that the intake found, or a note that a clerk wrote."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from eldercare.sheets.cells import Problem


class Look(StrEnum):
    """How a remark is shown: what must be mended, what asks for a look, what the bureau says about a row."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


CLERK_NOTE = "clerk_note"
"""Code of a problem that is no problem of the intake but a note of the bureau's clerk on a row."""

LABELS = {Look.ERROR: "错误", Look.WARNING: "提醒", Look.NOTE: "民政局意见"}


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark; `cell` is an address or a range (A5, A5:S5) of the worksheet `sheet`, both empty for the whole file."""

    look: Look
    message: str
    hint: str = ""
    sheet: str = ""
    cell: str = ""
    column: str = ""
    read: str = ""

    @property
    def words(self) -> str:
        """The remark as it stands in a comment."""
        return f"【{LABELS[self.look]}】{self.message}" + (f"。{self.hint}" if self.hint else "")


def of_problem(problem: Problem) -> Remark:
    """A problem of the intake, or a clerk's note in the form of one, as a remark."""
    look = Look.NOTE if problem.code == CLERK_NOTE else Look(problem.level)
    return Remark(look, problem.message, problem.hint, problem.sheet, problem.cell, problem.column, problem.read)


def ordered(remarks: Iterable[Remark]) -> list[Remark]:
    """Errors, then the bureau's notes, then warnings; each in the order given."""
    order = (Look.ERROR, Look.NOTE, Look.WARNING)
    return sorted(remarks, key=lambda remark: order.index(remark.look))


def by_cell(remarks: Iterable[Remark]) -> dict[tuple[str, str], list[Remark]]:
    """The remarks that have a place, by worksheet and cell."""
    found: dict[tuple[str, str], list[Remark]] = defaultdict(list)
    for remark in remarks:
        if remark.sheet and remark.cell:
            found[remark.sheet, remark.cell].append(remark)
    return found


def summary(remarks: Iterable[Remark], total: int = 0) -> str:
    """How many there are of each kind; `total` when more were found than are given."""
    counts = [(label, sum(remark.look is look for remark in remarks)) for look, label in LABELS.items()]
    said = "，".join(f"{label} {count} 处" for label, count in counts if count) or "没有问题"
    return said if total <= len(remarks) else f"共 {total} 处，这里标出前 {len(remarks)} 处：{said}"

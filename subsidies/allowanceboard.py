"""The allowances of a month: what the townships of a district reported, band by band, with sums, differences and who is missing."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from eldercare.clock import last_day
from eldercare.regions import Region
from subsidies.allowances import AllowanceTotal
from subsidies.allowancesheet.lines import Key, Line, lines


@dataclass(frozen=True, slots=True)
class Sum:
    """One band over all townships that reported it, yuan.

    `computed` and `difference` are None where the policy's rate is not known; null is not zero. `townships` is how many
    reported the band; people and amount are None where none did.
    """

    line: Line
    townships: int = 0
    people: int | None = None
    amount: Decimal | None = None
    computed: Decimal | None = None

    @property
    def difference(self) -> Decimal | None:
        """Reported minus computed."""
        return None if self.computed is None or self.amount is None else self.amount - self.computed


@dataclass(frozen=True, slots=True)
class TownshipRow:
    """One township's cells in the order of the lines; None where it reported nothing of a band."""

    township: Region
    cells: tuple[AllowanceTotal | None, ...]

    @property
    def reported(self) -> int:
        """How many bands it reported."""
        return sum(cell is not None for cell in self.cells)

    @property
    def standing(self) -> tuple[str, str]:
        """(word, tone): nothing, a part, or every band reported."""
        if not self.reported:
            return "未报", "act"
        return ("已报", "good") if self.reported == len(self.cells) else ("部分已报", "watch")

    @property
    def amount(self) -> Decimal | None:
        """All it paid; None where it reported nothing."""
        return sum((cell.amount for cell in self.cells if cell), Decimal(0)) if self.reported else None


@dataclass(frozen=True, slots=True)
class Board:
    """A district (or one township of it) in a month. Without lines its policies pay nothing by head count."""

    district: Region
    month: date
    lines: tuple[Line, ...]
    rows: tuple[TownshipRow, ...] = ()
    sums: tuple[Sum, ...] = field(default=())

    @property
    def missing(self) -> list[Region]:
        """Townships that reported nothing."""
        return [row.township for row in self.rows if not row.reported]

    @property
    def partial(self) -> list[Region]:
        """Townships that left some band out."""
        return [row.township for row in self.rows if 0 < row.reported < len(self.lines)]

    @property
    def differences(self) -> list[AllowanceTotal]:
        """Reports whose amount is not people × rate, or that had to be explained; in the order of the rows."""
        return [cell for row in self.rows for cell in row.cells if cell and (cell.difference or cell.reason)]

    @property
    def amount(self) -> Decimal | None:
        """All that was reported; None where nothing was."""
        found = [sum_.amount for sum_ in self.sums if sum_.amount is not None]
        return sum(found, Decimal(0)) if found else None


def board(district: Region, month: date, township: Region | None = None) -> Board:
    """The board of a month by the divisions of its last day: three queries, however many rows there are."""
    found = lines(district, month)
    if not found:
        return Board(district, month, ())
    units = [township] if township else list(_townships(district, month))
    stands = AllowanceTotal.objects.filter(
        township__in=units, month=month, superseded_at=None, scheme__in={line.scheme.pk for line in found}
    ).select_related("scheme", "township", "upload")
    by_unit: dict[int, dict[Key, AllowanceTotal]] = defaultdict(dict)
    for row in stands:
        by_unit[row.township_id][row.scheme_id, row.band] = row
    rows = tuple(TownshipRow(unit, tuple(by_unit[unit.pk].get(line.key) for line in found)) for unit in units)
    sums = tuple(_sum(line, [row.cells[at] for row in rows]) for at, line in enumerate(found))
    return Board(district, month, tuple(found), rows, sums)


def _townships(district: Region, month: date):
    return Region.objects.filter(parent=district).townships().on(last_day(month)).order_by("path")


def _sum(line: Line, cells: list[AllowanceTotal | None]) -> Sum:
    reported = [cell for cell in cells if cell]
    if not reported:
        return Sum(line)
    computed = [cell.computed for cell in reported]
    return Sum(
        line,
        len(reported),
        sum(cell.people for cell in reported),
        sum((cell.amount for cell in reported), Decimal(0)),
        None if None in computed else sum(computed, Decimal(0)),
    )

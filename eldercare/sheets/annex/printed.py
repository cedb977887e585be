"""A published table as it is to stand on paper again: every text and number in its place, nothing computed into it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from eldercare.sheets.annex import counts

Cell = int | str | None
"""A number, a text as printed ("—", "3个"), or a blank."""


@dataclass(frozen=True, slots=True)
class PrintedColumn:
    """One column right of the units: printed labels layer by layer, what it counts, and the year.

    `subject` is the code of a type or role; None for a column of remarks or of printed sums, which counts nothing.
    """

    labels: tuple[str, ...]
    subject: str | None
    year: int | None


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """One unit's line: serial number and unit as printed, a cell a column."""

    number: str
    unit: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class PrintedSum:
    """A line of sums (合计, 小计): what its serial and unit cells hold, its cells, how many units stand above it."""

    lead: tuple[str, str]
    cells: tuple[Cell, ...]
    after: int
    is_total: bool = True

    @property
    def label(self) -> str:
        return "".join(self.lead)


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """One table of an annex. `title_line` is the title's place in `title_lines`; a serial heading of "" is none."""

    title_lines: tuple[str, ...]
    title_line: int | None
    serial_heading: str
    unit_heading: str
    columns: tuple[PrintedColumn, ...]
    rows: tuple[PrintedRow, ...]
    sums: tuple[PrintedSum, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return "" if self.title_line is None else self.title_lines[self.title_line]

    @property
    def total(self) -> PrintedSum | None:
        """The 合计 line, None when the table prints none."""
        return next((line for line in self.sums if line.is_total), None)

    @property
    def total_label(self) -> str:
        return self.total.label if self.total else ""

    @property
    def totals(self) -> tuple[Cell, ...]:
        """The printed totals, a cell a column; empty without a 合计 line."""
        return self.total.cells if self.total else ()

    @property
    def lead(self) -> int:
        """Columns left of the counts: serial number and unit, or the unit alone."""
        return 2 if self.serial_heading else 1

    @property
    def lines(self) -> list[PrintedRow | PrintedSum]:
        """Unit rows and sums in the order of the paper."""
        found: list[PrintedRow | PrintedSum] = []
        for place in range(len(self.rows) + 1):
            found += [line for line in self.sums if min(line.after, len(self.rows)) == place]
            found += self.rows[place : place + 1]
        return found

    def computed(self) -> list[int | None]:
        """The sum of the rows of each column; None where no row holds a number, or the column counts nothing."""
        return [self._sum(place) if column.subject else None for place, column in enumerate(self.columns)]

    def _sum(self, place: int) -> int | None:
        values = [count for row in self.rows if (count := count_of(row.cells[place])) is not None]
        return sum(values) if values else None

    def differences(self) -> dict[int, tuple[int, int | None]]:
        """Columns by place whose printed total is not the sum of the rows: (printed, computed)."""
        pairs = zip(self.columns, self.totals, self.computed(), strict=False)
        return {
            place: (printed, computed)
            for place, (column, cell, computed) in enumerate(pairs)
            if column.subject and (printed := count_of(cell)) is not None and printed != (computed or 0)
        }


class HeaderCell(NamedTuple):
    """One cell of the merged header: 0-based row and column of its first corner, and how many it covers of each."""

    text: str
    row: int
    column: int
    height: int
    width: int


def count_of(cell: Cell) -> int | None:
    """The number a cell states; None for a blank, a dash or a remark."""
    return counts.read(cell).value


def layers(table: PrintedTable) -> int:
    """Number of header rows."""
    return max((len(column.labels) for column in table.columns), default=1) or 1


def header(table: PrintedTable) -> list[HeaderCell]:
    """The cells of the header, row by row: equal neighbours are one, a lowest label reaches down to the last row."""
    height = layers(table)
    lead = (table.serial_heading, table.unit_heading)[-table.lead :]
    cells = [HeaderCell(text, 0, column, height, 1) for column, text in enumerate(lead)]
    labels = [column.labels for column in table.columns]
    cells += [cell for layer in range(height) for cell in _layer(labels, layer, height, table.lead)]
    return sorted(cells, key=lambda cell: (cell.row, cell.column))


def _layer(labels: Sequence[tuple[str, ...]], layer: int, height: int, lead: int) -> list[HeaderCell]:
    cells = []
    runs = groupby(range(len(labels)), key=lambda place: _shared(labels[place], place, layer))
    for _, run in runs:
        places = list(run)
        own = labels[places[0]]
        if layer < len(own):
            reach = height - layer if layer == len(own) - 1 else 1
            cells.append(HeaderCell(own[layer], layer, lead + places[0], reach, len(places)))
    return cells


def _shared(labels: tuple[str, ...], place: int, layer: int) -> tuple:
    """What neighbours have in common that stand under one label; a lowest label is its column's own."""
    return labels[: layer + 1] if layer < len(labels) - 1 else (place,)

"""A stored annex table as paper and as a grid for pages: one shape for plan tables and quota tables.

`subject` and `value` name the fields of an entry that hold the type or role and the number (`type`, `planned`).
Nothing here queries: the caller hands over the rows of one table, so a page costs the same at any size.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from eldercare.annexes.rows import AnnexEntry, AnnexTable
from eldercare.sheets.annex import (
    Cell,
    HeaderCell,
    PrintedColumn,
    PrintedRow,
    PrintedSum,
    PrintedTable,
    count_of,
    header,
)
from eldercare.sheets.text import compact

SERIAL_HEADING, UNIT_HEADING, TOTAL_LABEL = "序号", "单位", "合计"
Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class GridColumn:
    """One column of a grid: what it counts in words, the sum of its rows beside the printed total."""

    printed_column: PrintedColumn
    meaning: str
    computed: int | None
    printed: int | None

    @property
    def labels(self) -> tuple[str, ...]:
        return self.printed_column.labels

    @property
    def subject(self) -> str | None:
        return self.printed_column.subject

    @property
    def year(self) -> int | None:
        return self.printed_column.year

    @property
    def differs(self) -> bool:
        """True when a total is printed that is not the sum; a sum of no number at all is 0."""
        return self.printed is not None and self.printed != (self.computed or 0)


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell: the stored number or null, what stands on paper, and the address in the file it came from."""

    value: int | None
    printed: Cell
    address: str = ""


@dataclass(frozen=True, slots=True)
class GridRow:
    """One unit's line; `region_id` is the unit it was matched with, None while nobody has said which it is."""

    row: int
    number: str
    unit: str
    region_id: int | None
    cells: tuple[GridCell, ...]

    @property
    def is_matched(self) -> bool:
        return self.region_id is not None


@dataclass(frozen=True, slots=True)
class TableGrid:
    """A stored table for a page: merged header cells row by row, columns, unit rows, and the printed paper itself."""

    header: list[list[HeaderCell]]
    columns: tuple[GridColumn, ...]
    rows: tuple[GridRow, ...]
    paper: PrintedTable

    @property
    def differences(self) -> list[GridColumn]:
        """The columns whose printed total is not the sum of their rows."""
        return [column for column in self.columns if column.differs]

    @property
    def unmatched(self) -> list[str]:
        """Printed names that no unit stands behind yet, in the order of the rows."""
        return list(dict.fromkeys(row.unit for row in self.rows if not row.is_matched))


def printed_table(
    table: AnnexTable, entries: Iterable[AnnexEntry], totals: Iterable, *, subject: str, value: str
) -> PrintedTable:
    """The table as it was issued, from its stored rows; a number changed since then is printed as it is now.

    A table that has no printed layout gets a plain one: subject over year, 序号, 单位, 合计.
    """
    return _Stored(table, entries, totals, subject, value).paper


def grid(table: AnnexTable, entries: Iterable[AnnexEntry], totals: Iterable, *, subject: str, value: str) -> TableGrid:
    """The same table for pages, with sums, printed totals and matched units."""
    stored = _Stored(table, entries, totals, subject, value)
    cells = header(stored.paper)
    rows = [[cell for cell in cells if cell.row == row] for row in sorted({cell.row for cell in cells})]
    lines = zip(sorted(stored.rows), stored.paper.rows, strict=True)
    return TableGrid(rows, stored.columns, tuple(stored.grid_row(row, line) for row, line in lines), stored.paper)


class _Stored:
    """The stored rows of one table by place, beside the layout they were printed in."""

    def __init__(self, table: AnnexTable, entries: Iterable[AnnexEntry], totals: Iterable, subject: str, value: str):
        self.table = table
        self.layout = table.layout or {}
        self.subject, self.value = subject, value
        self.rows: dict[int, dict[Key, AnnexEntry]] = {}
        for entry in entries:
            self.rows.setdefault(entry.row, {})[self._key(entry)] = entry
        self.totals = {self._key(total): total for total in totals}
        self.texts = {(row, code, year): text for row, code, year, text in self.layout.get("texts", [])}

    def _key(self, row) -> Key:
        return getattr(row, self.subject), row.year

    @cached_property
    def names(self) -> dict[str, str]:
        """The subjects' names in Chinese by code, as far as the stored rows can tell."""
        known = [entry for cells in self.rows.values() for entry in cells.values()] or list(self.totals.values())
        return dict(known[0]._meta.get_field(self.subject).flatchoices) if known else {}

    @cached_property
    def layout_columns(self) -> list[PrintedColumn | dict]:
        """All columns left to right; a column of remarks or printed sums is the layout's own entry for it."""
        found: list = [
            PrintedColumn(tuple(column["labels"]), column["subject"], column["year"])
            for column in self.layout.get("columns", [])
        ]
        for aside in sorted(self.layout.get("asides", []), key=lambda aside: aside["at"]):
            found.insert(aside["at"], aside)
        for key in self._keys_without_column(found):
            _insert(found, key, self.names.get(key[0], key[0]))
        return found

    def _keys_without_column(self, columns: list) -> list[Key]:
        """What is stored but was not printed: a subject or year added since. Nothing stored may be left out."""
        known = {(column.subject, column.year) for column in columns if isinstance(column, PrintedColumn)}
        stored = dict.fromkeys(key for cells in self.rows.values() for key in cells) | dict.fromkeys(self.totals)
        order = list(dict.fromkeys(code for code, _ in stored))
        return sorted(stored.keys() - known, key=lambda key: (order.index(key[0]), key[1]))

    @cached_property
    def paper(self) -> PrintedTable:
        """The table in its printed layout."""
        lines, title_line = self._title_lines()
        columns = (
            column if isinstance(column, PrintedColumn) else PrintedColumn(tuple(column["labels"]), None, None)
            for column in self.layout_columns
        )
        return PrintedTable(
            title_lines=lines,
            title_line=title_line,
            serial_heading=self.layout.get("serial_heading", SERIAL_HEADING),
            unit_heading=self.layout.get("unit_heading", UNIT_HEADING),
            columns=tuple(columns),
            rows=tuple(self._row(row, cells) for row, cells in sorted(self.rows.items())),
            sums=tuple(self._sums()),
            notes=tuple(self.layout.get("notes", [])),
        )

    def _title_lines(self) -> tuple[tuple[str, ...], int | None]:
        lines = list(self.layout.get("title_lines", [f"附件{self.table.annex}"]))
        place = self.layout.get("title_line")
        if not self.table.title:
            return tuple(lines), place
        place = len(lines) if place is None else place
        lines[place : place + 1] = [self.table.title]
        return tuple(lines), place

    def _row(self, row: int, cells: dict[Key, AnnexEntry]) -> PrintedRow:
        unit, printed = next(iter(cells.values())).unit, _at(self.layout.get("units", []), row - 1, "")
        number = _at(self.layout.get("numbers", []), row - 1, str(row))
        counted = {key: getattr(entry, self.value) for key, entry in cells.items()}
        found = self._cells(row, counted, lambda aside: _at(aside["rows"], row - 1))
        return PrintedRow(number, printed if compact(printed) == compact(unit) else unit, found)

    def _cells(self, row: int, counted: dict[Key, int | None], beside) -> tuple[Cell, ...]:
        return tuple(
            self._cell(row, column, counted) if isinstance(column, PrintedColumn) else beside(column)
            for column in self.layout_columns
        )

    def _cell(self, row: int, column: PrintedColumn, counted: dict[Key, int | None]) -> Cell:
        value = counted.get((column.subject, column.year))
        text = self.texts.get((row, column.subject, column.year))
        # A text stands for its number only as long as that number is the stored one.
        return text if text is not None and count_of(text) == value else value

    def _sums(self) -> Iterable[PrintedSum]:
        lines = self.layout.get("sums", [])
        for place, line in enumerate(lines):
            if not line["is_total"]:
                yield self._sum(place, line, self._subtotal(line))
            elif self.totals:
                yield self._sum(place, line, self._totals)
        if self.totals and not any(line["is_total"] for line in lines):
            label = self.layout.get("total_label") or TOTAL_LABEL
            lead = [label, ""] if self.layout.get("serial_heading", SERIAL_HEADING) else ["", label]
            yield self._sum(len(lines), {"lead": lead, "after": None, "is_total": True}, self._totals)

    @property
    def _totals(self) -> dict[Key, int | None]:
        return {key: total.printed for key, total in self.totals.items()}

    def _subtotal(self, line: dict) -> dict[Key, Cell]:
        keys = [(column["subject"], column["year"]) for column in self.layout.get("columns", [])]
        return dict(zip(keys, line["cells"], strict=True))

    def _sum(self, place: int, line: dict, counted: dict) -> PrintedSum:
        after = len(self.rows) if line["after"] is None else min(line["after"], len(self.rows))
        row = 0 if line["is_total"] else -1
        cells = self._cells(row, counted, lambda aside: _at(aside["sums"], place))
        return PrintedSum(tuple(line["lead"]), cells, after, line["is_total"])

    @cached_property
    def columns(self) -> tuple[GridColumn, ...]:
        """The columns for a page."""
        sums = self.paper.computed()
        return tuple(
            GridColumn(column, self._meaning(column), computed, self._totals.get((column.subject, column.year)))
            for column, computed in zip(self.paper.columns, sums, strict=True)
        )

    def _meaning(self, column: PrintedColumn) -> str:
        return f"{self.names.get(column.subject, column.subject)} {column.year}" if column.subject else ""

    def grid_row(self, row: int, line: PrintedRow) -> GridRow:
        """One unit's line for a page."""
        entries = self.rows[row]
        pairs = zip(self.paper.columns, line.cells, strict=True)
        cells = (self._grid_cell(entries.get((column.subject, column.year)), printed) for column, printed in pairs)
        known = next(iter(entries.values()))
        return GridRow(row, line.number, known.unit, known.region_id, tuple(cells))

    def _grid_cell(self, entry: AnnexEntry | None, printed: Cell) -> GridCell:
        return GridCell(getattr(entry, self.value), printed, entry.cell) if entry else GridCell(None, printed)


def _insert(columns: list, key: Key, name: str) -> None:
    """Put a column that was not printed beside those of its subject, headed the way they are."""
    subject, year = key
    alike = [place for place, column in enumerate(columns) if getattr(column, "subject", None) == subject]
    if not alike:
        columns.append(PrintedColumn((name, f"{year}年"), subject, year))
        return
    sibling = columns[alike[-1]]
    labels = tuple(label.replace(str(sibling.year), str(year)) for label in sibling.labels)
    columns.insert(alike[-1] + 1, PrintedColumn(labels, subject, year))


def _at(values: Sequence, place: int, default=None):
    return values[place] if 0 <= place < len(values) else default

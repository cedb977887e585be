"""What the reader of a published matrix table understood: units down, facility types or roles by year across."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from eldercare.sheets.annex.questions import Question
from eldercare.sheets.cells import Problem


class Orientation(StrEnum):
    """How the header rows carry the two dimensions of the table."""

    TYPE_OVER_YEAR = "type_over_year"
    YEAR_OVER_TYPE = "year_over_type"
    ONE_ROW = "one_row"
    YEARS_ONLY = "years_only"
    TYPES_ONLY = "types_only"


@dataclass(frozen=True, slots=True)
class AnnexCell:
    """One count as printed: a blank has value None and printed "", a dash value None and printed "—", 0 is 0."""

    value: int | None
    printed: str
    address: str


@dataclass(frozen=True, slots=True)
class MatrixColumn:
    """One column of counts: `index` is the 1-based sheet column, `labels` its printed heading layer by layer.

    `subject_text` is the wording that names the type or role (empty when only the title does); `code` and `year` are
    None where a question is open. `kind` is "type" or "role".
    """

    index: int
    labels: tuple[str, ...]
    subject_text: str
    code: str | None
    year: int | None
    kind: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One unit's line: printed serial number, unit as printed without inner spaces, cells by column index.

    `unit_printed` is the unit with the spaces and line breaks it has on paper.
    """

    number: str
    unit: str
    sheet_row: int
    cells: dict[int, AnnexCell]
    unit_printed: str = ""


@dataclass(frozen=True, slots=True)
class Aside:
    """A column that holds no plan count of its own: a remark, or (`is_total`) a printed sum across columns.

    A sum is over the columns of its `code` and `year`, where its heading names them. Cells go by sheet row.
    """

    index: int
    labels: tuple[str, ...]
    is_total: bool
    code: str | None
    year: int | None
    cells: dict[int, AnnexCell] = field(default_factory=dict)

    def covers(self, column: MatrixColumn) -> bool:
        """Whether this printed sum takes in that column."""
        return self.is_total and self.code in (None, column.code) and self.year in (None, column.year)


@dataclass(frozen=True, slots=True)
class TotalRow:
    """A printed line of sums (合计, 小计) with its label as printed; never repaired.

    `lead` is what its serial cell and its unit cell hold: the label stands in either, or is split over both.
    """

    label: str
    sheet_row: int
    cells: dict[int, AnnexCell]
    lead: tuple[str, str] = ("", "")


class TotalDifference(NamedTuple):
    """A printed column total that is not the sum of the rows (`computed` None: no row holds a number)."""

    column: MatrixColumn
    printed: int
    computed: int | None


class RowDifference(NamedTuple):
    """A printed sum at the end of a unit's line that is not the sum of its cells."""

    aside: Aside
    row: MatrixRow
    printed: int
    computed: int | None


@dataclass(slots=True)
class Matrix:
    """One published table, page fragments joined, with every doubt as a question and every fault as a problem.

    `title_lines` are the lines above the header, `title_line` which of them is the title (None: it has none).
    `serial_heading` is "" for a table that does not number its units.
    """

    title: str
    sheet: str
    header_rows: tuple[int, ...]
    orientation: Orientation
    columns: list[MatrixColumn]
    rows: list[MatrixRow] = field(default_factory=list)
    total: TotalRow | None = None
    subtotals: list[TotalRow] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    title_lines: list[str] = field(default_factory=list)
    title_line: int | None = None
    serial_heading: str = ""
    unit_heading: str = ""

    @property
    def footnotes(self) -> list[str]:
        """The notes that do not stand above the header."""
        return [note for note in self.notes if note not in self.title_lines]

    @property
    def printed_totals(self) -> dict[int, AnnexCell]:
        """The cells of the printed 合计 row by column index; empty when the table prints none."""
        return self.total.cells if self.total else {}

    @property
    def total_row(self) -> int | None:
        """Sheet row of the printed 合计 row, or None."""
        return self.total.sheet_row if self.total else None

    @property
    def is_certain(self) -> bool:
        """True when nothing is left to ask and no cell is at fault."""
        return not self.questions and not self.problems

    def computed_totals(self) -> dict[int, int | None]:
        """Sum of every column's rows by column index; None where no row holds a number (a blank is not a zero)."""
        return {column.index: sum_of(row.cells.get(column.index) for row in self.rows) for column in self.columns}

    def total_differences(self) -> list[TotalDifference]:
        """Printed totals that differ from the sum of the rows, left to right; blank printed totals are not compared."""
        computed = self.computed_totals()
        pairs = ((column, self.printed_totals.get(column.index)) for column in self.columns)
        return [
            TotalDifference(column, cell.value, computed[column.index])
            for column, cell in pairs
            if cell and cell.value is not None and cell.value != (computed[column.index] or 0)
        ]

    def row_differences(self) -> list[RowDifference]:
        """Printed sums across columns (合计, 小计 columns) that differ from the sum of the cells they cover."""
        return [
            RowDifference(aside, row, cell.value, computed)
            for aside in self.asides
            for row in self.rows
            for cell in [aside.cells.get(row.sheet_row)]
            for computed in [sum_of(row.cells[column.index] for column in self.columns if aside.covers(column))]
            if aside.is_total and cell and cell.value is not None and cell.value != (computed or 0)
        ]


def sum_of(cells: Iterable[AnnexCell | None]) -> int | None:
    """Sum of the values that are printed, None when there is none."""
    values: Sequence[int] = [cell.value for cell in cells if cell and cell.value is not None]
    return sum(values) if values else None

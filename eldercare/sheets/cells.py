"""What a spreadsheet is to this portal: flat grids of values that keep their address.

Nothing here knows about files, models or meaning. The reader makes these objects, everything else consumes them.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

ROWS, COLUMNS = 1_048_576, 16_384
"""How far a worksheet reaches in every program."""

_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")

Value = str | int | Decimal | bool | date | datetime | None


class Mark(StrEnum):
    """Why a cell that looks empty or strange must not be taken for a blank."""

    ERROR = "error"
    FORMULA_WITHOUT_VALUE = "formula_without_value"


def column_letters(column: int) -> str:
    """Spreadsheet letters of a 1-based column number (1 → A, 28 → AB)."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(row: int, column: int) -> str:
    """A1-style address of a 1-based row and column."""
    return f"{column_letters(column)}{row}"


def position(reference: str) -> tuple[int, int]:
    """Row and column of an A1 reference; raises ValueError when it is none or lies outside a worksheet."""
    found = _ADDRESS.fullmatch(reference)
    if not found:
        raise ValueError(reference)
    column = 0
    for letter in found.group(1):
        column = column * 26 + ord(letter) - 64
    row = int(found.group(2))
    if row > ROWS or column > COLUMNS:
        raise ValueError(reference)
    return row, column


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range, 1-based and inclusive; its value stands in the first cell."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(slots=True)
class Grid:
    """One worksheet read flat: `rows[0]` is sheet row 1, blank rows are empty tuples, tuples may be ragged.

    Numbers are int or Decimal (never float), dates are date or datetime without zone, blanks are None.
    `marks` holds the cells whose value could not be known: (row, column) → Mark; for ERROR the row tuple holds the
    error text (`#REF!`).
    """

    name: str
    rows: list[tuple[Value, ...]] = field(default_factory=list)
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    merges: tuple[Merge, ...] = ()
    marks: dict[tuple[int, int], Mark] = field(default_factory=dict)

    def value(self, row: int, column: int) -> Value:
        """The value at a 1-based position; None outside the sheet."""
        cells = self.rows[row - 1] if 0 < row <= len(self.rows) else ()
        return cells[column - 1] if 0 < column <= len(cells) else None

    @property
    def width(self) -> int:
        """Number of columns of the widest row."""
        return max(map(len, self.rows), default=0)


@dataclass(slots=True)
class Workbook:
    """All worksheets of one file, in their order, hidden ones too."""

    grids: list[Grid]

    def grid(self, name: str) -> Grid | None:
        """The worksheet of that name, or None."""
        return next((grid for grid in self.grids if grid.name == name), None)


class Level(StrEnum):
    """Whether a problem stops the file or only asks for a look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one place of a file, in words its sender understands.

    `column` is the heading, `read` the text that stands in the cell, `hint` what to do. `sheet` and `cell` are empty
    when the problem concerns the file as a whole.
    """

    code: str
    message: str
    hint: str = ""
    level: Level = Level.ERROR
    sheet: str = ""
    cell: str = ""
    column: str = ""
    read: str = ""

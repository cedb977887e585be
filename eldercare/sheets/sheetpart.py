"""One worksheet part: every value with its address, written anew without styles, counts, formulas and blanks."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from .cells import ROWS, Mark, Merge, column_letters, position
from .package import StringsPart
from .refusal import Refused, place, refuse
from .tally import Tally
from .text import ControlCharacterError, clean
from .xmlpass import Part
from .xmltext import markup, unescape

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z?)?")
_NUMBER_LENGTH = 400
# Stands for the XML of a cell that holds something but has no value to write.
_MARKED = "marked"


@dataclass(slots=True)
class Outline:
    """What the rebuilt sheet does not tell: its name and visibility, merges, hidden rows, cells without a result."""

    name: str
    hidden: bool
    hidden_rows: set[int] = field(default_factory=set)
    merges: list[Merge] = field(default_factory=list)
    marks: dict[tuple[int, int], Mark] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the cells of all sheets refer to: shared strings and the number of cell styles."""

    strings: StringsPart
    styles: int


class SheetPart(Part):
    """Reads a worksheet part and hands each row that holds something to `write` as canonical XML.

    Raises Refused for anything that could read as other or fewer values: rows or cells twice or out of order, values
    that are none, references to strings or styles that are not there, rows outside the sheet data.
    """

    root = "worksheet"

    def __init__(self, outline: Outline, shelf: Shelf, tally: Tally, write: Callable[[str], object]):
        super().__init__(tally.limits)
        self._outline, self._shelf, self._tally, self._write = outline, shelf, tally, write
        self._row = self._column = 0
        self._row_hidden = self._data_seen = False
        self._reference = ""
        self._cells: list[str] = []
        self._attributes: dict[str, str] = {}
        self._formula = False
        self._value: list[str] | None = None
        self._inline: list[str] | None = None
        self._collect: list[str] | None = None
        self._kinds = {
            "n": self._number,
            "s": self._shared,
            "str": self._plain,
            "b": self._boolean,
            "e": self._error,
            "d": self._moment,
        }

    def open(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._open_cell(attributes)
        elif tag == "row":
            self._open_row(attributes)
        elif tag == "sheetData":
            if self._data_seen or len(self.path) != 2:
                raise refuse("broken_parts")
            self._data_seen = True
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif len(self.path) > 4 and self.path[3] == "c":
            self._open_inside(tag)

    def close(self, tag: str) -> None:
        if tag == "c":
            self._close_cell()
        elif tag == "row":
            self._close_row()
        elif tag == "worksheet":
            if not self._data_seen:
                raise refuse("broken_parts")
        elif tag in ("v", "t"):
            self._collect = None

    def text(self, data: str) -> None:
        if self._collect is not None:
            self._collect.append(data)

    # Rows

    @property
    def is_between_rows(self) -> bool:
        """Whether the next thing may be a row."""
        return self.path == ["worksheet", "sheetData"]

    def comes_next(self, row: int) -> bool:
        """Whether a row of that number may stand here."""
        return self._row < row <= ROWS

    def take_row(self, row: int, column: int, length: int, cells: str) -> None:
        """A visible row that was read elsewhere: its last filled column (0: none), length of its texts, canonical cells."""
        self._row = row
        self._tally.new_row()
        if column:
            self._tally.cell(self._outline.name, row, column)
            self._tally.text(length)
            self._write(f'<row r="{row}">{cells}</row>')

    def _open_row(self, attributes: dict[str, str]) -> None:
        if len(self.path) != 3 or self.path[1] != "sheetData":
            raise refuse("broken_parts")
        number = attributes.get("r")
        row = self._row + 1 if number is None else int(number) if number.isdecimal() else 0
        if not self._row < row <= ROWS:
            raise refuse("bad_reference", sheet=self._outline.name)
        self._row, self._column, self._reference, self._cells = row, 0, "", []
        self._row_hidden = attributes.get("hidden", "0") in ("1", "true")
        self._tally.new_row()

    def _close_row(self) -> None:
        if self._cells:
            self._write(f'<row r="{self._row}">{"".join(self._cells)}</row>')

    # Cells

    def _open_cell(self, attributes: dict[str, str]) -> None:
        if len(self.path) != 4 or self.path[2] != "row":
            raise refuse("broken_parts")
        self._settle()
        self._attributes = attributes
        self._value = self._inline = None
        self._formula = False
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
        else:
            self._reference = reference

    def _settle(self) -> None:
        """Work out the column of a reference kept aside: blank styled cells come by the million, few are asked."""
        if not self._reference:
            return
        try:
            row, column = position(self._reference)
        except ValueError as error:
            raise refuse("bad_reference", sheet=self._outline.name) from error
        if row != self._row:
            raise refuse("bad_reference", sheet=self._outline.name)
        if column <= self._column:
            raise refuse("duplicate_cell", place=place(self._outline.name, row, column))
        self._column, self._reference = column, ""

    def _open_inside(self, tag: str) -> None:
        depth, parent = len(self.path), self.path[4]
        if depth == 5 and tag == "f":
            self._formula = True
        elif depth == 5 and tag == "v":
            self._value = self._once(self._value)
            self._collect = self._value
        elif depth == 5 and tag == "is":
            self._inline = self._once(self._inline)
        elif parent == "is" and tag == "t" and (depth == 6 or (depth == 7 and self.path[5] == "r")):
            self._collect = self._inline

    def _once(self, pieces: list[str] | None) -> list[str]:
        if pieces is not None:
            raise self._bad()
        return []

    def _close_cell(self) -> None:
        if self._value is None and self._inline is None and not self._formula:
            return
        self._settle()
        kind = self._attributes.get("t", "n")
        body = self._inline_text(kind) if kind == "inlineStr" or self._inline is not None else self._body(kind)
        if body:
            self._tally.cell(self._outline.name, self._row, self._column)
            if self._row_hidden:
                self._outline.hidden_rows.add(self._row)
        if body and body != _MARKED:
            self._cells.append(f'<c r="{column_letters(self._column)}{self._row}"{body}</c>')

    def _body(self, kind: str) -> str:
        """The rest of the cell's XML after its address; '' for a blank."""
        read = self._kinds.get(kind)
        if read is None:
            raise self._bad()
        raw = "".join(self._value or ())
        text = raw if kind == "str" else raw.strip()
        # A text formula whose result is empty has an empty <v>; any other formula without one was never worked out.
        if self._formula and not text and (kind != "str" or self._value is None):
            self._tally.mark()
            self._outline.marks[self._row, self._column] = Mark.FORMULA_WITHOUT_VALUE
            return _MARKED
        return read(text) if text else ""

    def _number(self, text: str) -> str:
        if not _NUMBER.fullmatch(text) or len(text) > _NUMBER_LENGTH or not math.isfinite(float(text)):
            raise self._bad()
        style = self._attributes.get("s", "0")
        if not style.isdecimal() or int(style) >= max(1, self._shelf.styles):
            raise self._bad()
        return f' s="{int(style)}"><v>{text.removeprefix("+")}</v>'

    def _shared(self, text: str) -> str:
        strings = self._shelf.strings
        if not text.isdecimal() or int(text) >= len(strings.strings):
            raise self._bad()
        if int(text) in strings.unreadable:
            raise self._control(strings.unreadable[int(text)])
        return self._text_cell(strings.strings[int(text)])

    def _plain(self, text: str) -> str:
        try:
            cleaned = clean(unescape(text))
        except ControlCharacterError as error:
            raise self._control(error.name) from error
        if len(cleaned) > self.limits.text:
            raise refuse("long_text", place=self._place(), limit=self.limits.text)
        return self._text_cell(cleaned)

    def _text_cell(self, text: str) -> str:
        if not text or text.isspace():
            return ""
        self._tally.text(len(text))
        return f' t="str"><v>{markup(text)}</v>'

    def _inline_text(self, kind: str) -> str:
        if kind != "inlineStr" or (self._value and "".join(self._value).strip()):
            raise self._bad()
        return self._plain("".join(self._inline or ()))

    def _boolean(self, text: str) -> str:
        if text not in ("0", "1", "true", "false"):
            raise self._bad()
        return f' t="b"><v>{int(text in ("1", "true"))}</v>'

    def _error(self, text: str) -> str:
        self._tally.mark()
        return f' t="e"><v>{markup(self._checked(text))}</v>'

    def _checked(self, text: str) -> str:
        if len(text) > self.limits.text or not text.isprintable():
            raise self._bad()
        return text

    def _moment(self, text: str) -> str:
        try:
            moment = datetime.fromisoformat(text.removesuffix("Z"))
        except ValueError as error:
            raise self._bad() from error
        if not _MOMENT.fullmatch(text):
            raise self._bad()
        return f' t="d"><v>{moment.replace(microsecond=0).isoformat()}</v>'

    # Merges and refusals

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        try:
            corners: Sequence[tuple[int, int]] = (position(first), position(last or first))
        except ValueError as error:
            raise refuse("bad_reference", sheet=self._outline.name) from error
        (top, left), (bottom, right) = corners
        if bottom < top or right < left:
            raise refuse("bad_reference", sheet=self._outline.name)
        self._tally.merge()
        self._outline.merges.append(Merge(top, left, bottom, right))

    def _place(self) -> str:
        return place(self._outline.name, self._row, self._column)

    def _bad(self) -> Refused:
        return refuse("bad_cell", place=self._place())

    def _control(self, character: str) -> Refused:
        return refuse("control_character", place=self._place(), character=character)

"""The binary .xls file, read cell by cell within the same limits."""

import math
import os
from collections.abc import Iterator
from pathlib import Path

import xlrd
from xlrd.sheet import Cell, Sheet

from . import percents
from .cells import Value
from .limits import Limits
from .refusal import place, refuse
from .tally import Tally
from .text import ControlCharacterError, clean
from .wire import Failure, Heading, exact, moment

_LARGEST_EXACT = 10**15
_FIRST_UNICODE_VERSION = 80


def sheets(path: Path, limits: Limits) -> Iterator[tuple[Heading, Iterator[tuple[int, list[Value | Failure]]]]]:
    """Each worksheet and its rows with their numbers.

    Raises Refused for an encrypted or damaged file, one whose text encoding is not told, and any bound passed.
    """
    book, tally = _open(path), Tally(limits)
    if book.nsheets > limits.sheets:
        raise refuse("too_many_sheets", limit=limits.sheets)
    if not book.nsheets:
        raise refuse("no_sheet")
    for sheet in book.sheets():
        yield _heading(sheet, tally), _rows(sheet, tally)


def _open(path: Path) -> xlrd.Book:
    try:
        # Merges and hidden rows are kept only with formatting; a file whose formatting cannot be read is refused.
        with open(os.devnull, "w") as log:
            book = xlrd.open_workbook(path, logfile=log, formatting_info=True, ragged_rows=True)
    except MemoryError:
        raise
    except Exception as error:
        raise refuse("encrypted" if "encrypted" in str(error).lower() else "broken_xls") from error
    if book.biff_version < _FIRST_UNICODE_VERSION and book.codepage is None:
        raise refuse("broken_xls")
    return book


def _heading(sheet: Sheet, tally: Tally) -> Heading:
    hidden = sorted(row + 1 for row, info in sheet.rowinfo_map.items() if info.hidden and _holds(sheet, row))
    merges = []
    for top, below, left, right in sheet.merged_cells:
        tally.merge()
        merges.append([top + 1, left + 1, below, right])
    return Heading(sheet.name, sheet.visibility != 0, hidden, merges)


def _holds(sheet: Sheet, row: int) -> bool:
    return row < sheet.nrows and any(
        kind not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK) for kind in sheet.row_types(row)
    )


def _rows(sheet: Sheet, tally: Tally) -> Iterator[tuple[int, list[Value | Failure]]]:
    for row in range(sheet.nrows):
        tally.new_row()
        values = [_value(sheet, row, column, tally) for column in range(sheet.row_len(row))]
        if any(value is not None for value in values):
            yield row + 1, values


def _value(sheet: Sheet, row: int, column: int, tally: Tally) -> Value | Failure:
    cell = sheet.cell(row, column)
    read = _KINDS.get(cell.ctype)
    value = read(sheet, cell, place(sheet.name, row + 1, column + 1)) if read else None
    if value is not None:
        tally.cell(sheet.name, row + 1, column + 1)
    if isinstance(value, str):
        tally.text(len(value))
    if isinstance(value, Failure):
        tally.mark()
    return value


def _text(_sheet: Sheet, cell: Cell, where: str) -> str | None:
    try:
        text = clean(cell.value)
    except ControlCharacterError as error:
        raise refuse("control_character", place=where, character=error.name) from error
    return None if not text or text.isspace() else text


def _number(sheet: Sheet, cell: Cell, _where: str) -> Value | Failure:
    value = cell.value
    # The eight bytes of a number may spell what no program shows as one; in a name they would stand as the word NaN.
    if not math.isfinite(value):
        return Failure("#NUM!")
    number = int(value) if value.is_integer() and abs(value) < _LARGEST_EXACT else exact(value)
    code = _format(sheet.book, cell.xf_index)
    if percents.is_percent(code):
        return percents.shown(number)
    return percents.scaled(number) if percents.is_scaled(code) else number


def _format(book: xlrd.Book, style: int | None) -> str:
    if style is None or not 0 <= style < len(book.xf_list):
        return ""
    found = book.format_map.get(book.xf_list[style].format_key)
    return found.format_str if found else ""


def _date(sheet: Sheet, cell: Cell, _where: str) -> Value | Failure:
    if cell.value < 0:
        return Failure("#VALUE!")
    try:
        value = xlrd.xldate.xldate_as_datetime(cell.value, sheet.book.datemode)
    except (ValueError, OverflowError):
        return Failure("#VALUE!")
    return moment(value.time() if cell.value < 1 else value)


def _boolean(_sheet: Sheet, cell: Cell, _where: str) -> bool:
    return bool(cell.value)


def _error(_sheet: Sheet, cell: Cell, _where: str) -> Failure:
    return Failure(xlrd.error_text_from_code.get(cell.value, "#VALUE!"))


_KINDS = {
    xlrd.XL_CELL_TEXT: _text,
    xlrd.XL_CELL_NUMBER: _number,
    xlrd.XL_CELL_DATE: _date,
    xlrd.XL_CELL_BOOLEAN: _boolean,
    xlrd.XL_CELL_ERROR: _error,
}

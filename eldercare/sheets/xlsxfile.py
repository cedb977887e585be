"""The minimal .xlsx package of the guard, read cell by cell."""

import warnings
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from openpyxl import load_workbook

from . import percents
from .cells import Value
from .wire import Failure, Heading, exact, moment

_FIRST_YEAR = 1900
_BAD_DATE = Failure("#VALUE!")


def sheets(path: Path) -> Iterator[tuple[Heading, Iterator[tuple[int, list[Value | Failure]]]]]:
    """Each worksheet and its rows with their numbers; names, merges and visibility stay with the guard's outlines."""
    # Dates out of range warn and become error cells, which is what is wanted; nobody reads this process's warnings.
    warnings.simplefilter("ignore")
    workbook = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    for sheet in workbook.worksheets:
        sheet.reset_dimensions()
        yield Heading(sheet.title, False, [], []), _rows(sheet)


def _rows(sheet: object) -> Iterator[tuple[int, list[Value | Failure]]]:
    for number, row in enumerate(sheet.iter_rows(), 1):
        if row:
            yield number, [_value(cell) for cell in row]


def _value(cell: object) -> Value | Failure:
    value = cell.value
    if value is None or isinstance(value, bool):
        return value
    if cell.data_type == "e":
        return Failure(value)
    if isinstance(value, (int, float)):
        number = exact(value) if isinstance(value, float) else value
        return percents.shown(number) if percents.is_percent(cell.number_format) else number
    if isinstance(value, (date, time, timedelta)):
        return _moment(value)
    return value


def _moment(value: date | datetime | time | timedelta) -> Value | Failure:
    # A negative number with a date format shows as ##### in the spreadsheet, not as a day before 1900.
    if isinstance(value, date) and value.year < _FIRST_YEAR:
        return _BAD_DATE
    return _BAD_DATE if isinstance(value, timedelta) and value < timedelta() else moment(value)

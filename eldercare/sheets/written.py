"""How one value is written into a cell, and what every sheet the portal hands out looks like on paper."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from eldercare.sheets.parsing import LARGEST, printed

LONGEST_TEXT = 32_767
FONT = {"font_name": "微软雅黑", "font_size": 10, "valign": "vcenter"}
HEADER = FONT | {"bold": True, "bg_color": "#E3EFEA", "font_color": "#14493A", "bottom": 2, "bottom_color": "#1F6B54"}
BORDER = {"border": 1, "border_color": "#B9C7C1"}
LINE_HEIGHT = 15

Write = Callable[[Worksheet, int, int, object, Format | None], object]


def as_text(value: object) -> str:
    """The text of any value that an export may hold."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple | set | frozenset):
        return "、".join(map(str, value))
    return printed(value)


def print_setup(sheet: Worksheet, header_row: int) -> None:
    """A4 landscape, as wide as the page, header repeated."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(header_row)
    sheet.set_footer("&C第 &P 页 共 &N 页")


def _text(sheet: Worksheet, row: int, column: int, value: object, style: Format | None) -> object:
    text = as_text(value)
    text = text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
    return sheet.write_string(row, column, text, style) if text else None


def _number(sheet: Worksheet, row: int, column: int, value: object, style: Format | None) -> object:
    """Numbers a spreadsheet cannot keep exactly are written as text."""
    if value != value or abs(value) >= LARGEST:
        return _text(sheet, row, column, value, style)
    return sheet.write_number(row, column, float(value), style)


def _moment(sheet: Worksheet, row: int, column: int, value: object, style: Format | None) -> object:
    """Wall-clock time; worksheets know no time zone."""
    naive = value.replace(tzinfo=None) if isinstance(value, datetime) else value
    return (
        sheet.write_datetime(row, column, naive, style)
        if naive.year >= 1900
        else _text(sheet, row, column, value, style)
    )


_WRITERS: dict[type, Write] = {int: _number, Decimal: _number, float: _number, date: _moment}


def writer_of(kind: type) -> Write:
    """The function that writes values of this type."""
    return _WRITERS.get(kind, _moment if issubclass(kind, datetime) else _text)


def write_value(sheet: Worksheet, row: int, column: int, value: object, style: Format | None) -> None:
    """Write one value as what it is, never as a formula; blanks keep their format."""
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    else:
        writer_of(type(value))(sheet, row, column, value, style)

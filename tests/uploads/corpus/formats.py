"""The sheet in every format and encoding that spreadsheet programs save."""

import codecs
from collections.abc import Callable
from datetime import date

import xlsbuilder as xls
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from corpus.case import Case
from corpus.packed import rewritten
from corpus.table import Table

STARTED = 14
"""Column of 开工日期, counted from 0."""


def _dated(book, tab) -> None:
    tab["O2"].value, tab["O4"].value = date(2020, 3, 1), date(2020, 4, 1)


def _macintosh(book, tab) -> None:
    book.epoch = CALENDAR_MAC_1904
    _dated(book, tab)


def _text(encoding: str, mark: bytes = b"", **how) -> Callable[[], bytes]:
    return lambda: mark + Table().text(**how).encode(encoding)


def _xls_dates(first: int, second: int, **options) -> bytes:
    """Both dates as date cells with these serial numbers."""
    more = xls.number(1, STARTED, first, style=1) + xls.number(3, STARTED, second, style=1)
    return Table().put(2, started_on=None).put(4, started_on=None).xls(more, **options)


CASES = (
    Case("xlsx", lambda: Table().xlsx()),
    Case("xlsx_date_cells", lambda: Table().xlsx(_dated)),
    Case("xlsx_date_cells_of_1904", lambda: Table().xlsx(_macintosh)),
    Case("xlsx_suffix_in_capitals", lambda: Table().xlsx(), filename="月报.XLSX"),
    Case(
        "xlsx_dimension_too_small",
        lambda: rewritten(Table().xlsx(), '<dimension ref="A1:S4"', '<dimension ref="A1"'),
    ),
    Case(
        "xlsx_dimension_too_large",
        lambda: rewritten(Table().xlsx(), '<dimension ref="A1:S4"', '<dimension ref="A1:XFD1048576"'),
    ),
    Case("xls", lambda: Table().xls(), filename="月报.xls"),
    Case("xls_date_cells", lambda: _xls_dates(43891, 43922), filename="月报.xls"),
    Case("xls_date_cells_of_1904", lambda: _xls_dates(42429, 42460, date1904=True), filename="月报.xls"),
    Case(
        "xls_percent_format",
        lambda: Table().put(2, progress=None).xls(xls.number(1, 6, 0.4, style=3)),
        filename="月报.xls",
    ),
    Case(
        "xls_hidden_row",
        lambda: Table().xls(xls.hidden_row(2)),
        (0, 0, 3, 0, 0, 1),
        (("hidden_rows", ""),),
        "月报.xls",
    ),
    Case(
        "xls_second_sheet_of_notes",
        lambda: Table().xls(others=[("说明", xls.label(0, 0, "本月无新增"))]),
        (0, 0, 3, 0, 0, 1),
        (("sheet_ignored", ""),),
        "月报.xls",
    ),
    Case(
        "xls_error_cell",
        lambda: Table().put(2, beds=None).xls(xls.error(1, 9, 0x17)),
        (0, 0, 2, 0, 1, 0),
        (("error_cell", "J2"),),
        "月报.xls",
    ),
    Case("csv_utf8", _text("utf-8"), filename="月报.csv"),
    Case("csv_utf8_with_mark", _text("utf-8-sig"), filename="月报.csv"),
    Case("csv_gb18030", _text("gb18030"), filename="月报.csv"),
    Case("csv_utf16_le", _text("utf-16-le", codecs.BOM_UTF16_LE, delimiter="\t"), filename="月报.csv"),
    Case("csv_utf16_be", _text("utf-16-be", codecs.BOM_UTF16_BE, delimiter="\t"), filename="月报.csv"),
    Case("csv_semicolons", _text("utf-8", delimiter=";"), filename="月报.csv"),
    Case("csv_tabs", _text("gb18030", delimiter="\t"), filename="月报.csv"),
    Case("csv_line_feeds", _text("utf-8", newline="\n"), filename="月报.CSV"),
    Case("csv_carriage_returns", _text("utf-8", newline="\r"), filename="月报.csv"),
    Case(
        "csv_line_break_in_a_cell",
        lambda: Table().put(2, remark="第一行\n第二行，有逗号").text().encode("gb18030"),
        (0, 1, 2, 0, 0, 0),
        filename="月报.csv",
    ),
    Case(
        "csv_trailing_delimiters_and_blank_lines",
        lambda: (Table().text().replace("\r\n", ",,,\r\n") + ",,,,\r\n" * 300).encode(),
        filename="月报.csv",
    ),
)

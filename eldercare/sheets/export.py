"""Tables out of the portal: .xlsx row by row in constant memory, and CSV that a spreadsheet cannot run."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import BinaryIO

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from eldercare.sheets.written import FONT, HEADER, as_text, print_setup, writer_of

MOST_ROWS = 1_048_576
_LIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def export(
    headers: Sequence[str], rows: Iterable[Sequence[object]], *, title: str, name: str, notes: Sequence[str] = ()
) -> bytes:
    """An .xlsx file of one worksheet `name`: title, notes, header, rows. See export_into."""
    target = BytesIO()
    export_into(target, headers, rows, title=title, name=name, notes=notes)
    return target.getvalue()


def export_into(
    target: BinaryIO,
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    title: str,
    name: str,
    notes: Sequence[str] = (),
) -> int:
    """Write an .xlsx file to a binary file and return the number of rows; `rows` is consumed once and never kept.

    Text is always text: a leading = makes no formula. None is an empty cell, lists are joined with 、.
    Raises ValueError beyond the rows a worksheet can hold.
    """
    book = xlsxwriter.Workbook(target, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(name[:31])
    first = _head(book, sheet, headers, title, notes)
    number = first - 1
    for number, row in enumerate(rows, first):
        if number >= MOST_ROWS:
            raise ValueError("超过一张工作表的行数，请改用 CSV 导出")
        for column, value in enumerate(row):
            if value is not None:
                writer_of(type(value))(sheet, number, column, value, None)
    if headers:
        sheet.autofilter(first - 1, 0, max(number, first - 1), len(headers) - 1)
    book.close()
    return number - first + 1


def export_csv(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Lines of a CSV file for spreadsheets: BOM first, an apostrophe before every text that looks like a formula.

    Numbers are left as they are, negative ones too.
    """
    line = csv.writer(_Echo(), lineterminator="\r\n")
    yield "\ufeff" + line.writerow([guarded(header) for header in headers])
    for row in rows:
        yield line.writerow([guarded(value) for value in row])


def guarded(value: object) -> str:
    """The text of a value that no spreadsheet takes for a formula."""
    text = as_text(value)
    return f"'{text}" if isinstance(value, str | list | tuple) and text.startswith(_LIVE) else text


class _Echo:
    """A file for csv.writer that hands each line back."""

    def write(self, line: str) -> str:
        return line


def _head(book: xlsxwriter.Workbook, sheet: Worksheet, headers: Sequence[str], title: str, notes: Sequence[str]) -> int:
    """Title, notes and header row, page set-up; returns the first free row."""
    lines = [*([title] if title else []), *notes]
    sheet.set_column(0, max(len(headers) - 1, 0), 14, book.add_format(FONT))
    sheet.freeze_panes(len(lines) + 1, 0)
    print_setup(sheet, len(lines))
    for number, line in enumerate(lines):
        is_title = bool(title) and number == 0
        style = FONT | ({"bold": True, "font_size": 14} if is_title else {"font_color": "#5B6B65"})
        sheet.write_string(number, 0, line, book.add_format(style))
    header = book.add_format(HEADER | {"text_wrap": True})
    for column, text in enumerate(headers):
        sheet.write_string(len(lines), column, text, header)
    return len(lines) + 1

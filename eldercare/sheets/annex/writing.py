"""A published table written as .xlsx the way it was printed: merged headers, blanks and dashes, totals untouched."""

from collections.abc import Sequence
from functools import cache
from io import BytesIO

import xlsxwriter
from xlsxwriter.format import Format

from eldercare.sheets.annex import rows
from eldercare.sheets.annex.printed import Cell, PrintedRow, PrintedSum, PrintedTable, header, layers
from eldercare.sheets.text import compact, lines_taken, wide
from eldercare.sheets.written import write_value

AUTHOR = "养老服务设施管理"
A4 = 9
PORTRAIT_WIDTH = 88
LINE_HEIGHT = 15

_BODY = {"font_name": "宋体", "font_size": 11, "valign": "vcenter", "text_wrap": True}
_GRID = _BODY | {"border": 1, "align": "center"}
_STYLES = {
    "title": {"font_name": "黑体", "font_size": 16, "align": "center", "valign": "vcenter", "text_wrap": True},
    "label": _BODY | {"font_name": "黑体", "font_size": 12},
    "line": _BODY,
    "heading": _GRID | {"font_name": "黑体"},
    "cell": _GRID,
    "remark": _GRID | {"align": "left"},
    "total": _GRID | {"bold": True},
    "note": _BODY | {"font_size": 10},
    # A short note keeps to one cell; without wrapping its text runs on over the empty cells beside it.
    "short_note": _BODY | {"font_size": 10, "text_wrap": False, "align": "left"},
}


def write(table: PrintedTable) -> bytes:
    """An .xlsx file of one table on A4, header rows repeated on every page; text is always text, never a formula.

    A printed total that is not the sum of its rows stays as printed and carries a comment with the sum.
    """
    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    page = _Page(book, table)
    page.write()
    book.close()
    return target.getvalue()


class _Page:
    """The worksheet while it is being written; `top` is the first header row."""

    def __init__(self, book: xlsxwriter.Workbook, table: PrintedTable):
        self.book = book
        self.table = table
        self.sheet = book.add_worksheet(_sheet_name(table))
        self.sheet.set_comments_author(AUTHOR)
        self.top = len(table.title_lines)
        self.first = self.top + layers(table)
        self.widths = _widths(table)
        self.last = len(self.widths) - 1
        self.style = cache(self._style)

    def _style(self, name: str) -> Format:
        return self.book.add_format(_STYLES[name])

    def write(self) -> None:
        for column, width in enumerate(self.widths):
            self.sheet.set_column(column, column, width)
        for row, text in enumerate(self.table.title_lines):
            self._title_line(row, text)
        self._header()
        for row, line in enumerate(self.table.lines, self.first):
            self._sum(row, line) if isinstance(line, PrintedSum) else self._unit(row, line)
        below = self.first + len(self.table.lines)
        for row, text in enumerate(self.table.notes, below):
            self._note(row, text)
        self._page_setup()

    def _title_line(self, row: int, text: str) -> None:
        is_title = row == self.table.title_line
        name = "title" if is_title else "label" if rows.ANNEX_LABEL.fullmatch(compact(text)) else "line"
        self._range(row, 0, row, self.last, text, self.style(name))
        self._height(row, text, sum(self.widths) / (1.5 if is_title else 1), 22 if is_title else LINE_HEIGHT)

    def _header(self) -> None:
        style = self.style("heading")
        heights = [1] * layers(self.table)
        for cell in header(self.table):
            row, end = self.top + cell.row, cell.column + cell.width - 1
            self._range(row, cell.column, row + cell.height - 1, end, cell.text, style)
            lines = lines_taken(cell.text, sum(self.widths[cell.column : end + 1]))
            heights[cell.row] = max(heights[cell.row], -(-lines // cell.height))
        for row, lines in enumerate(heights, self.top):
            self.sheet.set_row(row, LINE_HEIGHT * lines + 7)

    def _unit(self, row: int, line: PrintedRow) -> None:
        lead = [_serial(line.number), line.unit][-self.table.lead :]
        self._cells(row, 0, lead, "cell")
        self._cells(row, self.table.lead, line.cells, "cell")
        texts = zip([*map(str, lead), *(str(cell or "") for cell in line.cells)], self.widths, strict=True)
        self.sheet.set_row(row, LINE_HEIGHT * max(lines_taken(text, width) for text, width in texts) + 5)

    def _sum(self, row: int, line: PrintedSum) -> None:
        lead = line.lead[-self.table.lead :]
        if len(lead) == 2 and not lead[1]:
            self._range(row, 0, row, 1, lead[0], self.style("total"))
        else:
            self._cells(row, 0, lead, "total")
        self._cells(row, self.table.lead, line.cells, "total")
        self.sheet.set_row(row, LINE_HEIGHT + 5)
        for place, (printed, computed) in self.table.differences().items() if line.is_total else ():
            summed = f"各行相加为 {computed}" if computed is not None else "各行都没有数"
            words = f"印发合计 {printed}，{summed}，按印发的数保留。"
            self.sheet.write_comment(row, self.table.lead + place, words, {"width": 200, "height": 50})

    def _cells(self, row: int, first: int, cells: Sequence[Cell], name: str) -> None:
        for column, cell in enumerate(cells, first):
            counted = column < self.table.lead or self.table.columns[column - self.table.lead].subject
            is_remark = not counted and isinstance(cell, str)
            write_value(self.sheet, row, column, cell, self.style("remark" if is_remark else name))

    def _note(self, row: int, text: str) -> None:
        if _is_plainly_a_note(text):
            self._range(row, 0, row, self.last, text, self.style("note"))
            self._height(row, text, sum(self.widths), LINE_HEIGHT)
        else:
            # In the unit column it would be read as a unit.
            column = 0 if self.table.serial_heading else 1
            write_value(self.sheet, row, column, text, self.style("short_note"))

    def _range(self, row: int, column: int, last_row: int, last: int, text: str, style: Format) -> None:
        if (row, column) != (last_row, last):
            self.sheet.merge_range(row, column, last_row, last, "", style)
        write_value(self.sheet, row, column, text, style)

    def _height(self, row: int, text: str, width: float, line: int) -> None:
        self.sheet.set_row(row, line * lines_taken(text, width) + 6)

    def _page_setup(self) -> None:
        self.sheet.set_paper(A4)
        self.sheet.set_landscape() if sum(self.widths) > PORTRAIT_WIDTH else self.sheet.set_portrait()
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(left=0.6, right=0.6, top=0.8, bottom=0.8)
        self.sheet.center_horizontally()
        self.sheet.repeat_rows(self.top, self.first - 1)
        self.sheet.freeze_panes(self.first, self.table.lead)
        self.sheet.set_footer("&C— &P —")


def _is_plainly_a_note(text: str) -> bool:
    """True when a text is read as a note even from the first column."""
    words = compact(text)
    return rows.NOTE.match(words) is not None or len(words) > rows.LONGEST_UNIT


def _serial(text: str) -> Cell:
    return int(text) if text.isascii() and text.isdigit() and str(int(text)) == text else text


def _sheet_name(table: PrintedTable) -> str:
    label = compact(table.title_lines[0]).rstrip(":：") if table.title_lines else ""
    return label[:31] if rows.ANNEX_LABEL.fullmatch(label) else "附件"


def _widths(table: PrintedTable) -> list[float]:
    """Column widths in characters: headings of counts on one line where an upright page has the room, else on two."""
    units = max((wide(row.unit) for row in table.rows), default=0)
    leads = [6, min(max(units + 3, 14), 30)][-table.lead :]
    for lines in (1, 2):
        widths = leads + [_width(table, place, lines) for place in range(len(table.columns))]
        if sum(widths) <= PORTRAIT_WIDTH:
            break
    return widths


def _width(table: PrintedTable, place: int, lines: int) -> float:
    column = table.columns[place]
    texts = max((wide(str(line.cells[place] or "")) for line in table.lines), default=0) + 2
    heading = wide(column.labels[-1]) / lines + 4 - 1.5 * lines if column.labels else 0
    return min(max(texts, heading, 8), 20 if column.subject else 30)

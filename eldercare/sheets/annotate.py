"""The sender's own file with every remark marked where it stands, to be mended and sent again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import BytesIO
from itertools import islice, product
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.comments import Comment
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.styles import PatternFill, Protection
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from eldercare.sheets import remarklist
from eldercare.sheets.cells import Grid, Problem, Value, Workbook
from eldercare.sheets.parsing import printed
from eldercare.sheets.remarks import Remark, by_cell, of_problem, ordered
from eldercare.sheets.text import lines_taken, wide

LARGEST_ORIGINAL = 12 * 2**20
"""Unpacked bytes up to which the sender's own file is loaded, half a million styled cells; a larger one is rebuilt."""

_FILLS = {look: PatternFill("solid", fgColor=colour) for look, colour in remarklist.COLOURS.items()}
_AUTHOR = "养老服务设施管理"
_LONGEST_TEXT = 32_767
_LONGEST_COMMENT = 2_000
_MOST_CELLS = 500
_MEASURED_ROWS = 200
_FORBIDDEN_IN_NAME = re.compile(r"[\[\]:*?/\\]")


def annotate(
    workbook: Workbook,
    remarks: Sequence[Remark],
    original: Path | None = None,
    *,
    total: int = 0,
    is_beyond: bool = False,
) -> bytes:
    """An .xlsx copy with the cells of the remarks coloured and commented, and the remarks listed on a first sheet.

    `remarks` may come from the intake (`remarks.of_problem`) and from a clerk's notes on rows; `total` is their number
    when only the first of them are given. `original` is the sender's .xlsx file, already admitted by the guard; without
    it, or for .xls and .csv, the copy is built from what was read. Widths, other worksheets and the sender's own
    comments stay. Formulas are replaced by the values that were read, links and conditional formats are dropped, so
    that a copy which others open runs nothing and hides no mark. `is_beyond` when the original was tried in vain before;
    a copy without the sender's layout says so.
    """
    book = _loaded(workbook, original)
    is_beyond = is_beyond or (original is not None and book is None)
    book = book or _rebuilt(workbook)
    names = dict(zip((grid.name for grid in workbook.grids), book.sheetnames, strict=False))
    for (sheet, cell), found in by_cell(ordered(remarks)).items():
        if names.get(sheet) in book.sheetnames:
            _mark(book[names[sheet]], cell, found)
    remarklist.add(book, ordered(remarks), names, total, put=_put, said=_said(workbook, is_beyond))
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def _said(workbook: Workbook, is_beyond: bool) -> str:
    """What the copy lacks, in words; empty when it lacks nothing."""
    if not workbook.grids:
        return "表里的单元格没能标注，请照这份清单改自己的表"
    return "原表太大或太复杂，这里只保留了内容，没有保留格式" if is_beyond else ""


def annotated(
    workbook: Workbook, problems: Sequence[Problem], original: Path | None = None, *, total: int = 0
) -> bytes:
    """`annotate` for the problems of the intake."""
    return annotate(workbook, [of_problem(problem) for problem in problems], original, total=total)


def _loaded(workbook: Workbook, original: Path | None) -> openpyxl.Workbook | None:
    """The sender's own file without anything live; None when it is no .xlsx, too large or beyond openpyxl."""
    if original is None or not _is_modest_archive(original):
        return None
    try:
        book = openpyxl.load_workbook(original, keep_links=False)
    except Exception:  # openpyxl raises almost anything on files that other programs write; the rebuilt copy serves.
        return None
    if book.sheetnames != [grid.name for grid in workbook.grids]:
        return None
    for tab in book.worksheets:
        _make_inert(tab, workbook)
    for scope in (book, *book.worksheets):
        _drop_strange_names(scope.defined_names)
    return book


def _is_modest_archive(path: Path) -> bool:
    try:
        with ZipFile(path) as archive:
            return sum(entry.file_size for entry in archive.infolist()) <= LARGEST_ORIGINAL
    except (BadZipFile, OSError):
        return False


def _make_inert(tab: Worksheet, workbook: Workbook) -> None:
    grid = workbook.grid(tab.title)
    tab.conditional_formatting = ConditionalFormattingList()
    validations = tab.data_validations.dataValidation
    tab.data_validations.dataValidation = [
        rule for rule in validations if not (_is_strange(rule.formula1) or _is_strange(rule.formula2))
    ]
    for table in tab.tables.values():
        # What a program writes by itself into a row that somebody adds.
        for column in table.tableColumns:
            column.calculatedColumnFormula = column.totalsRowFormula = None
    for cell in _cells(tab):
        if getattr(cell, "hyperlink", None):
            cell.hyperlink = None
        if getattr(cell, "comment", None):
            cell.comment = _comment(cell.comment.text)
        if cell.data_type == "f":
            read = grid.value(cell.row, cell.column)
            _put(cell, read if read is not None else _formula_text(cell.value))


def _cells(tab: Worksheet) -> list[Cell]:
    """The cells that are there; to go through the rows would make all between, a million rows for one coloured cell."""
    return list(tab._cells.values())


def _formula_text(value: object) -> str:
    """A formula as text; array and table formulas are objects that carry it."""
    return str(getattr(value, "text", None) or getattr(value, "ref", None) or value)


def _is_strange(formula: str | None) -> bool:
    """Whether a validation or a name reaches beyond its own workbook or calls a function."""
    return bool(formula) and any(mark in formula for mark in "[|(")


def _drop_strange_names(names: dict) -> None:
    for name in [name for name, defined in names.items() if _is_strange(defined.attr_text)]:
        del names[name]


def _rebuilt(workbook: Workbook) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, grid in enumerate(workbook.grids, 1):
        name = _FORBIDDEN_IN_NAME.sub("_", grid.name).strip("'")[:31] or f"表{number}"
        tab = book.create_sheet(name)
        for row, cells in enumerate(grid.rows, 1):
            for column, value in enumerate(cells, 1):
                if value is not None:
                    _put(tab.cell(row, column), value)
        _set_widths(tab, grid)
        if grid.hidden and len(workbook.grids) > 1:
            tab.sheet_state = "hidden"
    return book


def _set_widths(tab: Worksheet, grid: Grid) -> None:
    """Columns as wide as what usually stands in them; a title in a single cell does not count."""
    rows = [row for row in grid.rows[:_MEASURED_ROWS] if sum(value is not None for value in row) > 1]
    for column in range(1, max(map(len, rows), default=0) + 1):
        longest = max(wide(printed(row[column - 1])) if len(row) >= column else 0 for row in rows)
        tab.column_dimensions[get_column_letter(column)].width = min(max(longest, 6), 30) + 2


def _put(cell: Cell, value: Value) -> None:
    """Write a value; text is text even when it begins like a formula."""
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST_TEXT]
        cell.data_type = "s"
    else:
        cell.value = value


def _mark(tab: Worksheet, cell: str, remarks: Sequence[Remark]) -> None:
    """Colour the cell, or every cell of a range, and hang the messages on its first; what is to be mended is unlocked."""
    left, top, right, bottom = range_boundaries(cell)
    # A merge that a stranger made may span the whole sheet; its beginning is enough to find it.
    for row, column in islice(product(range(top, bottom + 1), range(left, right + 1)), _MOST_CELLS):
        place = tab.cell(row, column)
        place.fill, place.protection = _FILLS[remarks[0].look], Protection(locked=False)
    first = tab.cell(top, left)
    if isinstance(first, Cell):
        own = [f"原批注：{first.comment.text}"] if first.comment else []
        first.comment = _comment("\n".join([*(remark.words for remark in remarks), *own]))


def _comment(text: str) -> Comment:
    """A comment as large as its text."""
    words = ILLEGAL_CHARACTERS_RE.sub("", text)[:_LONGEST_COMMENT]
    return Comment(words, _AUTHOR, height=20 * (min(lines_taken(words, 34), 20) + 1), width=280)

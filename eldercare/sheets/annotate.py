"""The sender's own file with every problem marked where it stands, to be mended and sent again."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.comments import Comment
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import quote_sheetname, range_boundaries
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from eldercare.sheets.cells import Level, Problem, Value, Workbook

LIST_SHEET = "问题清单"
_FONT = "微软雅黑"
LARGEST_ORIGINAL = 24 * 2**20
"""Unpacked bytes up to which the sender's own file is loaded; a larger one is rebuilt from what was read."""

_HEADERS = (("级别", 7), ("工作表", 14), ("单元格", 9), ("列", 18), ("读到的内容", 22), ("问题", 34), ("怎么改", 46))
_FILLS = {Level.ERROR: PatternFill("solid", fgColor="F8C9C4"), Level.WARNING: PatternFill("solid", fgColor="FCE9B2")}
_LEVELS = {Level.ERROR: "错误", Level.WARNING: "提醒"}
_LONGEST_TEXT = 32_767
_LONGEST_COMMENT = 2_000
_FORBIDDEN_IN_NAME = re.compile(r"[\[\]:*?/\\]")


def annotated(workbook: Workbook, problems: Sequence[Problem], original: Path | None = None) -> bytes:
    """An .xlsx copy with the cells of the problems coloured and commented, and all problems listed on a first sheet.

    `original` is the sender's .xlsx file, already admitted by the guard; without it, or for .xls and .csv, the copy is
    built from what was read. Formulas are replaced by the values that were read, links and conditional formats are
    dropped, so that a copy which others open runs nothing and hides no mark.
    """
    book = _loaded(workbook, original) or _rebuilt(workbook)
    names = dict(zip((grid.name for grid in workbook.grids), book.sheetnames, strict=False))
    for (sheet, cell), found in _by_cell(problems).items():
        if names.get(sheet) in book.sheetnames:
            _mark(book[names[sheet]], cell, found)
    _list_problems(book, problems, names)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


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
    tab.data_validations.dataValidation = [rule for rule in validations if not _is_strange(rule.formula1)]
    for row in tab.iter_rows():
        for cell in row:
            if getattr(cell, "hyperlink", None):
                cell.hyperlink = None
            if cell.data_type == "f":
                read = grid.value(cell.row, cell.column)
                _put(cell, read if read is not None else _formula_text(cell.value))


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
        if grid.hidden and len(workbook.grids) > 1:
            tab.sheet_state = "hidden"
    return book


def _put(cell: Cell, value: Value) -> None:
    """Write a value; text is text even when it begins like a formula."""
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST_TEXT]
        cell.data_type = "s"
    else:
        cell.value = value


def _by_cell(problems: Iterable[Problem]) -> dict[tuple[str, str], list[Problem]]:
    found: dict[tuple[str, str], list[Problem]] = defaultdict(list)
    for problem in problems:
        if problem.sheet and problem.cell:
            found[problem.sheet, problem.cell].append(problem)
    return found


def _mark(tab: Worksheet, cell: str, problems: Sequence[Problem]) -> None:
    """Colour the cell, or every cell of a range, and hang the messages on its first."""
    level = Level.ERROR if any(problem.level is Level.ERROR for problem in problems) else Level.WARNING
    left, top, right, bottom = range_boundaries(cell)
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            tab.cell(row, column).fill = _FILLS[level]
    text = "\n".join(_words(problem) for problem in problems)[:_LONGEST_COMMENT]
    first = tab.cell(top, left)
    if isinstance(first, Cell):
        first.comment = Comment(ILLEGAL_CHARACTERS_RE.sub("", text), "养老服务设施管理", height=120, width=280)


def _words(problem: Problem) -> str:
    return f"【{_LEVELS[problem.level]}】{problem.message}" + (f"。{problem.hint}" if problem.hint else "")


def _list_problems(book: openpyxl.Workbook, problems: Sequence[Problem], names: Mapping[str, str]) -> None:
    """The first sheet: errors, then warnings, each with a link to its cell."""
    tab = book.create_sheet(LIST_SHEET, 0)
    ordered = sorted(problems, key=lambda problem: problem.level is not Level.ERROR)
    errors = sum(problem.level is Level.ERROR for problem in problems)
    _put(tab["A1"], f"问题清单：错误 {errors} 处，提醒 {len(problems) - errors} 处")
    _put(tab["A2"], "红色为错误，必须改正；黄色为提醒，请核对。改好后保存并重新上传。公式已换成读到的数值。")
    tab["A1"].font, tab["A2"].font = Font(_FONT, 14, bold=True, color="14493A"), Font(_FONT, 10, color="5B6B65")
    for place, (heading, width) in enumerate(_HEADERS, 1):
        cell = tab.cell(3, place, heading)
        cell.font, cell.fill = Font(_FONT, 10, bold=True, color="14493A"), PatternFill("solid", fgColor="E3EFEA")
        tab.column_dimensions[cell.column_letter].width = width
    for row, problem in enumerate(ordered, 4):
        _list_row(tab, row, problem, names.get(problem.sheet, ""))
    _set_up(book, tab)


def _list_row(tab: Worksheet, row: int, problem: Problem, target: str) -> None:
    where = (_LEVELS[problem.level], problem.sheet, problem.cell, problem.column)
    texts = (*where, problem.read, problem.message, problem.hint)
    for place, text in enumerate(texts, 1):
        cell = tab.cell(row, place)
        _put(cell, text)
        cell.alignment, cell.font = Alignment(wrap_text=place > 4, vertical="top"), Font(_FONT, 10)
    lines = max(-(-2 * len(text) // width) for text, (_, width) in zip(texts, _HEADERS, strict=True))
    tab.row_dimensions[row].height = 15 * max(1, min(lines, 20)) + 3
    tab.cell(row, 1).fill = _FILLS[problem.level]
    if target and problem.cell:
        place = tab.cell(row, 3)
        place.hyperlink = Hyperlink(place.coordinate, location=f"{quote_sheetname(target)}!{problem.cell}")
        place.font = Font(_FONT, 10, underline="single", color="1F6B54")


def _set_up(book: openpyxl.Workbook, tab: Worksheet) -> None:
    """What is seen first, and A4 landscape."""
    tab.freeze_panes = "A4"
    tab.page_setup.orientation, tab.page_setup.paperSize = "landscape", 9
    tab.page_setup.fitToHeight, tab.sheet_properties.pageSetUpPr = 0, PageSetupProperties(fitToPage=True)
    tab.print_title_rows = "3:3"
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is tab
    book.active = 0

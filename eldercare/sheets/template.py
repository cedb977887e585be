"""The sheet a township downloads: prefilled, with dropdowns, locks, notes, instructions and its own identity inside.

Only features that Excel, WPS and LibreOffice share are used: list validation, cell locks, notes, named ranges.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import TYPE_CHECKING

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from eldercare.sheets import instructions
from eldercare.sheets import meta as identity
from eldercare.sheets.columns import NUMERIC, Column, Kind, Sheet
from eldercare.sheets.dropdowns import Lists
from eldercare.sheets.text import lines_taken, wide
from eldercare.sheets.written import BORDER, FONT, HEADER, LINE_HEIGHT, print_setup, write_value

if TYPE_CHECKING:
    from xlsxwriter import Workbook

HEADER_ROW = 3
"""0-based: title, identity line, instruction, then the header."""

BLANK_ROWS = 12
"""Ruled rows for new entries; they are printed, and the cells below them can be filled in as well."""

_CHECKED_ROWS = 1000
"""Rows below the prefilled ones that still offer their lists."""

_ALIGN = {Kind.DATE: "center", Kind.CHOICE: "center"} | dict.fromkeys(NUMERIC, "right")
_SIGNATURES = (
    "&L填报人：　　　　　　　单位负责人：　　　　　　　填报日期：　　　　　　　（单位盖章）&R第 &P 页 共 &N 页"
)


def template(
    sheet: Sheet,
    rows: Iterable[Mapping[str, object]] = (),
    *,
    meta: Mapping[str, str] | None = None,
    choices: Mapping[str, Sequence[str | tuple[object, str]]] | None = None,
    locked: Collection[str] | None = None,
    guidance: Sequence[str] = (),
    blank_rows: int = BLANK_ROWS,
) -> bytes:
    """An .xlsx file of the sheet with `rows` (values by column key) filled in and blank rows below.

    `meta` may hold `period` (YYYY-MM), `township` (code), `township_name` and `title`; sheet id and version are added.
    `choices` replaces the choices of some columns, `locked` the keys that cannot be typed over where they are filled.
    `guidance` is printed above the columns' help on the sheet 填报说明.
    """
    declared = sheet.with_choices(choices or {})
    known = {"sheet": sheet.id, "version": sheet.version, **(meta or {})}
    filled = list(rows)
    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "default_format_properties": FONT})
    keys = {column.key for column in sheet.columns if column.locked} if locked is None else set(locked)
    page = _Page(book, book.add_worksheet(sheet.name), declared, known, keys)
    page.write(filled, blank_rows)
    instructions.add(book, declared, guidance)
    page.lists.write(book)
    _hidden_sheet(book, identity.HIDDEN_SHEET, identity.hidden_rows(known))
    book.close()
    return target.getvalue()


@dataclass
class _Page:
    """The worksheet to fill in, while it is being written."""

    book: Workbook
    tab: Worksheet
    sheet: Sheet
    meta: Mapping[str, str]
    locked: set[str]

    def write(self, rows: Sequence[Mapping[str, object]], blank_rows: int) -> None:
        self._head()
        for number, row in enumerate(rows, HEADER_ROW + 1):
            self._row(number, row)
        first_blank = HEADER_ROW + 1 + len(rows)
        for number in range(first_blank, first_blank + blank_rows):
            self._row(number, {})
        for place, column in enumerate(self.sheet.columns):
            if rule := self.lists.rule(column):
                self.tab.data_validation(HEADER_ROW + 1, place, first_blank + _CHECKED_ROWS - 1, place, rule)
        self._page_setup()

    def _head(self) -> None:
        last = len(self.sheet.columns) - 1
        title = FONT | {"font_size": 18, "bold": True, "align": "center", "font_color": "#14493A"}
        self._line(0, last, self.meta.get("title", self.sheet.title), title, 34)
        self._line(1, last, identity.visible_line(self.meta), FONT | {"font_color": "#3C4A45"}, 20)
        self._line(2, last, instructions.FIRST, FONT | {"font_size": 9, "font_color": "#5B6B65", "text_wrap": True}, 20)
        style = self.book.add_format(HEADER | BORDER | {"text_wrap": True, "align": "center"})
        lines = max(lines_taken(_heading(column), column.width - 1) for column in self.sheet.columns)
        self.tab.set_row(HEADER_ROW, LINE_HEIGHT * max(lines, 2) + 6)
        for place, column in enumerate(self.sheet.columns):
            self.tab.set_column(place, place, column.width, self._below(column))
            self.tab.write_string(HEADER_ROW, place, _heading(column), style)
            self._note(place, column)

    def _line(self, row: int, last: int, text: str, style: Mapping[str, object], height: int) -> None:
        self.tab.set_row(row, height)
        form = self.book.add_format(dict(style))
        if last:
            self.tab.merge_range(row, 0, row, last, "", form)
        self.tab.write_string(row, 0, text, form)

    def _note(self, place: int, column: Column) -> None:
        text = ("必填。" if column.required else "") + column.help
        size = {"width": 260, "height": 20 * (lines_taken(text, 34) + 1), "font_size": 9, "author": "养老服务设施管理"}
        self.tab.write_comment(HEADER_ROW, place, text, size)

    def _row(self, number: int, row: Mapping[str, object]) -> None:
        lines = 1
        for place, column in enumerate(self.sheet.columns):
            value = column.cell(row.get(column.key))
            is_locked = column.key in self.locked and value is not None
            write_value(self.tab, number, place, value, self._formats[column.key, is_locked])
            lines = max(lines, lines_taken(value, column.width) if isinstance(value, str) else 1)
        self.tab.set_row(number, LINE_HEIGHT * min(lines, 20) + 9)

    @cached_property
    def lists(self) -> Lists:
        return Lists(self.sheet.columns)

    @cached_property
    def _formats(self) -> dict[tuple[str, bool], Format]:
        return {(c.key, locked): self._format(c, locked) for c in self.sheet.columns for locked in (True, False)}

    def _format(self, column: Column, locked: bool) -> Format:
        style = FONT | BORDER | {"num_format": _number_format(column), "locked": locked}
        align = _ALIGN.get(column.kind, "left")
        style |= {"align": align, "indent": 1 if align == "left" else 0}
        style["text_wrap"] = column.kind not in _ALIGN or column.kind is Kind.CHOICE
        if locked:
            style |= {"bg_color": "#EEF1EF", "font_color": "#46544E"}
        return self.book.add_format(style)

    def _below(self, column: Column) -> Format:
        """The whole column, so that rows beyond the ruled ones are not locked."""
        return self.book.add_format(FONT | {"num_format": _number_format(column), "locked": False})

    def _page_setup(self) -> None:
        self.tab.freeze_panes(HEADER_ROW + 1, self._frozen_columns())
        print_setup(self.tab, HEADER_ROW)
        self.tab.set_footer(_SIGNATURES, {"scale_with_doc": False})
        self.tab.set_margins(left=0.3, right=0.3, top=0.5, bottom=0.6)
        self.tab.center_horizontally()
        self.tab.protect("", {"format_columns": True, "format_rows": True})
        self.tab.activate()
        self.tab.set_selection(HEADER_ROW + 1, 0, HEADER_ROW + 1, 0)

    def _frozen_columns(self) -> int:
        """Leading columns that say which row this is, unless they would fill a small screen."""
        names = {*self.sheet.key, *self.sheet.identity[:1]}
        leading = [c for c in self.sheet.columns[: len(names)] if c.key in names]
        return len(leading) if sum(column.width for column in leading) <= 45 else 0


def _heading(column: Column) -> str:
    """The heading with its bracketed unit on a line of its own; one too long for its column is broken in the middle."""
    if "（" in column.label:
        return column.label.replace("（", "\n（", 1) if len(column.label) > 6 else column.label
    middle = (len(column.heading) + 1) // 2
    return f"{column.label[:middle]}\n{column.label[middle:]}" if wide(column.label) > column.width else column.label


def _number_format(column: Column) -> str:
    match column.kind:
        case Kind.INTEGER:
            return "0"
        case Kind.DECIMAL | Kind.PERCENT:
            return "General"
        case Kind.DATE:
            return "yyyy-mm-dd"
    return "@"


def _hidden_sheet(book: Workbook, name: str, rows: Iterable[tuple[str, str]]) -> None:
    tab = book.add_worksheet(name)
    for number, row in enumerate(rows):
        for place, text in enumerate(row):
            tab.write_string(number, place, text)
    tab.hide()

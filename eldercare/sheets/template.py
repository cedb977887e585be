"""The sheet a township downloads: prefilled, with dropdowns, locks, notes, instructions and its own identity inside.

Only features that Excel, WPS and LibreOffice share are used: list validation, cell locks, notes, named ranges.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from io import BytesIO
from typing import TYPE_CHECKING

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from eldercare.sheets import meta as identity
from eldercare.sheets.columns import NUMERIC, Column, Kind, Sheet
from eldercare.sheets.text import lines_taken
from eldercare.sheets.written import FONT, HEADER, print_setup, write_value

if TYPE_CHECKING:
    from xlsxwriter import Workbook

HEADER_ROW = 3
"""0-based: title, identity line, instruction, then the header."""

BLANK_ROWS = 30
_PRINTED_BLANK_ROWS = 3
_INLINE_LIMIT = 255
_OPEN_END = 10**12
_LINE_HEIGHT = 15
_BORDER = {"border": 1, "border_color": "#B9C7C1"}
_ALIGN = {Kind.DATE: "center", Kind.CHOICE: "center"} | dict.fromkeys(NUMERIC, "right")
_SIGNATURES = "&L填报人：　　　　　　　　　　单位负责人：&R第 &P 页 共 &N 页"
_INSTRUCTION = (
    "灰底的单元格由系统填好，不能改动；带 * 的列必填；不清楚的留空，数值为零填 0；新增的写在下面空行，编码留空。"
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
    _instructions(book, declared, guidance)
    page.write_choices()
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
        last = first_blank + blank_rows - 1
        for place, column in enumerate(self.sheet.columns):
            self._validate(place, column, max(last, HEADER_ROW + 1))
        self._page_setup(first_blank + min(blank_rows, _PRINTED_BLANK_ROWS) - 1)

    def write_choices(self) -> None:
        """The hidden sheet of the lists that are too long to stand in a validation."""
        lists = [(name, labels) for name, labels in self._named_lists.values()]
        if not lists:
            return
        tab = self.book.add_worksheet("选项")
        for place, (name, labels) in enumerate(lists):
            tab.write_column(0, place, [], None)
            for number, label in enumerate(labels):
                tab.write_string(number, place, label)
            letters = xlsxwriter.utility.xl_col_to_name(place, col_abs=True)
            self.book.define_name(name, f"='选项'!{letters}$1:{letters}${len(labels)}")
        tab.hide()

    def _head(self) -> None:
        last = len(self.sheet.columns) - 1
        title = FONT | {"font_size": 18, "bold": True, "align": "center", "font_color": "#14493A"}
        self._line(0, last, self.meta.get("title", self.sheet.title), title, 34)
        self._line(1, last, identity.visible_line(self.meta), FONT | {"font_color": "#3C4A45"}, 20)
        self._line(2, last, _INSTRUCTION, FONT | {"font_size": 9, "font_color": "#5B6B65", "text_wrap": True}, 20)
        style = self.book.add_format(HEADER | _BORDER | {"text_wrap": True, "align": "center"})
        lines = max(lines_taken(_heading(column), column.width - 1) for column in self.sheet.columns)
        self.tab.set_row(HEADER_ROW, _LINE_HEIGHT * max(lines, 2) + 6)
        for place, column in enumerate(self.sheet.columns):
            self.tab.set_column(place, place, column.width)
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
        self.tab.set_row(number, _LINE_HEIGHT * min(lines, 20) + 9)

    @cached_property
    def _formats(self) -> dict[tuple[str, bool], Format]:
        return {(c.key, locked): self._format(c, locked) for c in self.sheet.columns for locked in (True, False)}

    def _format(self, column: Column, locked: bool) -> Format:
        style = FONT | _BORDER | {"num_format": _number_format(column), "locked": locked}
        align = _ALIGN.get(column.kind, "left")
        style |= {"align": align, "indent": 1 if align == "left" else 0}
        style["text_wrap"] = column.kind not in _ALIGN or column.kind is Kind.CHOICE
        if locked:
            style |= {"bg_color": "#EEF1EF", "font_color": "#46544E"}
        return self.book.add_format(style)

    def _validate(self, place: int, column: Column, last: int) -> None:
        rule = self._rule(column)
        if rule:
            what = column.help if len(column.help) <= 200 else "请从下拉列表中选择"
            words = {"error_title": column.heading[:32], "error_message": what, "ignore_blank": True}
            self.tab.data_validation(HEADER_ROW + 1, place, last, place, words | rule)

    def _rule(self, column: Column) -> dict[str, object] | None:
        if column.kind in (Kind.CHOICE, Kind.TEXT) and column.labels:
            is_closed = column.kind is Kind.CHOICE
            return {
                "validate": "list",
                "source": self._source(column),
                "error_type": "stop" if is_closed else "information",
            }
        if column.kind in NUMERIC:
            kind = "integer" if column.kind is Kind.INTEGER else "decimal"
            return {"validate": kind, "criteria": "between"} | _limits(column)
        if column.kind is Kind.DATE:
            low, high = column.minimum or date(1900, 1, 1), column.maximum or date(2100, 12, 31)
            return {"validate": "date", "criteria": "between", "minimum": low, "maximum": high}
        return None

    def _source(self, column: Column) -> list[str] | str:
        """A short list stands in the validation itself; a long one, or one with commas, is a named range."""
        named = self._named_lists.get(column.key)
        return f"={named[0]}" if named else list(column.labels)

    @cached_property
    def _named_lists(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        listed = [c for c in self.sheet.columns if c.kind in (Kind.CHOICE, Kind.TEXT) and c.labels]
        return {c.key: (f"choices_{c.key}", c.labels) for c in listed if not _fits_inline(c.labels)}

    def _page_setup(self, last_printed: int) -> None:
        self.tab.freeze_panes(HEADER_ROW + 1, self._frozen_columns())
        print_setup(self.tab, HEADER_ROW)
        self.tab.set_footer(_SIGNATURES)
        self.tab.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self.tab.center_horizontally()
        self.tab.print_area(0, 0, max(last_printed, HEADER_ROW + 1), len(self.sheet.columns) - 1)
        self.tab.protect("", {"format_columns": True, "format_rows": True})
        self.tab.activate()
        self.tab.set_selection(HEADER_ROW + 1, 0, HEADER_ROW + 1, 0)

    def _frozen_columns(self) -> int:
        """Leading columns that say which row this is, unless they would fill a small screen."""
        names = {*self.sheet.key, *self.sheet.identity[:1]}
        leading = [c for c in self.sheet.columns[: len(names)] if c.key in names]
        return len(leading) if sum(column.width for column in leading) <= 45 else 0


def _heading(column: Column) -> str:
    """The heading with its bracketed unit on a line of its own."""
    return column.label.replace("（", "\n（", 1) if len(column.label) > 6 else column.label


def _number_format(column: Column) -> str:
    match column.kind:
        case Kind.INTEGER:
            return "0"
        case Kind.DECIMAL | Kind.PERCENT:
            return "General"
        case Kind.DATE:
            return "yyyy-mm-dd"
    return "@"


def _limits(column: Column) -> dict[str, object]:
    low = column.minimum if column.minimum is not None else -_OPEN_END
    high = column.maximum if column.maximum is not None else _OPEN_END
    return {"minimum": low, "maximum": high}


def _fits_inline(labels: Sequence[str]) -> bool:
    return len(",".join(labels)) <= _INLINE_LIMIT and not any("," in label or '"' in label for label in labels)


def _instructions(book: Workbook, sheet: Sheet, guidance: Sequence[str]) -> None:
    """The second sheet: how to fill in, column by column."""
    tab = book.add_worksheet("填报说明")
    title = book.add_format(FONT | {"font_size": 16, "bold": True, "font_color": "#14493A"})
    body = book.add_format(FONT | _BORDER | {"text_wrap": True, "valign": "top"})
    middle = book.add_format(FONT | _BORDER | {"align": "center", "valign": "top"})
    tab.set_column(0, 0, 22)
    tab.set_column(1, 1, 8)
    tab.set_column(2, 2, 70)
    tab.set_row(0, 32)
    tab.write_string(0, 0, f"{sheet.title}·填报说明", title)
    plain = book.add_format(FONT | {"text_wrap": True, "valign": "top"})
    for number, line in enumerate((_INSTRUCTION, *guidance), 1):
        tab.merge_range(number, 0, number, 2, "", plain)
        tab.write_string(number, 0, f"{number}. {line}", plain)
        tab.set_row(number, _LINE_HEIGHT * lines_taken(line, 94) + 5)
    first = len(guidance) + 3
    header = book.add_format(HEADER | _BORDER | {"align": "center"})
    for place, text in enumerate(("列名", "必填", "怎么填")):
        tab.write_string(first, place, text, header)
    for number, (heading, required, text) in enumerate(sheet.help(), first + 1):
        tab.write_string(number, 0, heading, body)
        tab.write_string(number, 1, "必填" if required else "", middle)
        tab.write_string(number, 2, text, body)
        tab.set_row(number, _LINE_HEIGHT * lines_taken(text, 68) + 5)
    print_setup(tab, first)
    tab.set_portrait()
    tab.protect("")


def _hidden_sheet(book: Workbook, name: str, rows: Iterable[tuple[str, str]]) -> None:
    tab = book.add_worksheet(name)
    for number, row in enumerate(rows):
        for place, text in enumerate(row):
            tab.write_string(number, place, text)
    tab.hide()

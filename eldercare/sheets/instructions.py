"""The sheet 填报说明: what to do in which order, what a blank means beside 0 and 无, and every column with an example."""

from __future__ import annotations

from collections.abc import Sequence

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from eldercare.sheets.columns import NUMERIC, Column, Kind, Sheet
from eldercare.sheets.text import lines_taken
from eldercare.sheets.written import BORDER, FONT, HEADER, LINE_HEIGHT, print_setup

NAME = "填报说明"
FIRST = "灰底的单元格由系统填好，不能改动；带 * 的列必填；不清楚的留空，数值为零填 0；新增的写在下面空行，编码留空。"
WIDTHS = (25, 21, 68)
_FEW = 20
_GREEN = {"font_color": "#14493A", "bold": True}

Meaning = tuple[str, str, str]
_ALWAYS: tuple[Meaning, ...] = (
    ("还不清楚、还没有核实", "留空", "没有记录。原来有数的，预览里显示为“旧值 → 空白”，请核对"),
    ("画了“—”或“/”", "请改为留空或 0", "按留空处理，并提醒一次"),
)
_BY_KIND: dict[Kind, tuple[Meaning, ...]] = {
    Kind.INTEGER: (
        ("已经核实，确实一张（个）也没有", "0", "记为 0，计入统计；与留空不同"),
        ("数量，如四十张", "40", "只填数字；写成 40张 也能读"),
    ),
    Kind.LIST: (
        ("已经核实，一项也没有", "无", "记为“没有”；与留空不同"),
        ("有几项", "用“、”连接，如 甲、乙", "可以从本页最后一节复制全部名称，再删去没有的"),
    ),
    Kind.PERCENT: (("完成了八成", "80", "80%；填 0.8 会按 0.8% 读取并提醒"),),
    Kind.DECIMAL: (("面积、金额", "1420.35", "按表头的单位，不写单位；最多保留规定的小数位"),),
    Kind.DATE: (
        ("2020 年 8 月 1 日", "2020-08-01", "写成 2020.8.1、2020年8月1日 也能读；2020年8月 按 8 月 1 日读取并提醒"),
    ),
}


def add(book: xlsxwriter.Workbook, sheet: Sheet, guidance: Sequence[str]) -> None:
    """Add the worksheet; `guidance` are the steps that only this sheet has. Nothing on it is read back."""
    page = _Page(book, book.add_worksheet(NAME))
    page.title(f"{sheet.title}·{NAME}")
    page.steps((FIRST, *guidance))
    page.section("一、留空、0 和“无”", ("情况", "怎么填", "门户怎样理解"))
    page.rows(_meanings(sheet))
    page.section("二、各列怎么填", ("列名", "必填", "怎么填"))
    page.rows((heading, "必填" if required else "", text) for heading, required, text in sheet.help())
    if lists := [column for column in sheet.columns if _is_printed(column)]:
        page.section("三、可填的名称（可以复制）", ("列名", "共几项", "名称"))
        page.rows((c.heading, f"{len(c.labels)} 项", "、".join(c.labels)) for c in lists)
    print_setup(page.tab, 0)
    page.tab.repeat_rows(0, 0)
    page.tab.set_portrait()
    page.tab.set_margins(left=0.5, right=0.5, top=0.5, bottom=0.6)


def _meanings(sheet: Sheet) -> list[Meaning]:
    """The cases that this sheet can have."""
    kinds = {column.kind for column in sheet.columns}
    rows = [_ALWAYS[0]] if kinds & (NUMERIC | {Kind.LIST, Kind.TEXT}) else []
    rows += [meaning for kind, meanings in _BY_KIND.items() if kind in kinds for meaning in meanings]
    return [*rows, *_ALWAYS[1:]]


def _is_printed(column: Column) -> bool:
    """Lists of which several are chosen, and those too long to stand in a column's own line."""
    return bool(column.labels) and (column.kind is Kind.LIST or len(column.labels) > _FEW)


class _Page:
    """The worksheet while it is being written, from top to bottom."""

    def __init__(self, book: xlsxwriter.Workbook, tab: Worksheet) -> None:
        self.book, self.tab, self.row = book, tab, 0
        for place, width in enumerate(WIDTHS):
            tab.set_column(place, place, width)
        self.body = self._format(BORDER | {"text_wrap": True, "align": "left", "valign": "top", "indent": 1})

    def title(self, text: str) -> None:
        self._line(text, _GREEN | {"font_size": 16}, 32)

    def steps(self, lines: Sequence[str]) -> None:
        for number, line in enumerate(lines, 1):
            height = LINE_HEIGHT * lines_taken(line, sum(WIDTHS)) + 5
            self._line(f"{number}. {line}", {"text_wrap": True, "valign": "top"}, height)

    def section(self, text: str, headings: Sequence[str]) -> None:
        self._line("", {}, 8)
        self._line(text, _GREEN | {"font_size": 12}, 24)
        for place, heading in enumerate(headings):
            self.tab.write_string(self.row, place, heading, self._format(HEADER | BORDER | {"indent": 1}))
        self.row += 1

    def rows(self, rows) -> None:
        for cells in rows:
            for place, text in enumerate(cells):
                self.tab.write_string(self.row, place, text, self.body)
            lines = max(lines_taken(text, width) for text, width in zip(cells, WIDTHS, strict=True))
            self.tab.set_row(self.row, LINE_HEIGHT * lines + 3)
            self.row += 1

    def _line(self, text: str, style: dict, height: float) -> None:
        form = self._format(style)
        self.tab.merge_range(self.row, 0, self.row, len(WIDTHS) - 1, "", form)
        self.tab.write_string(self.row, 0, text, form)
        self.tab.set_row(self.row, height)
        self.row += 1

    def _format(self, style: dict) -> Format:
        return self.book.add_format(FONT | style)

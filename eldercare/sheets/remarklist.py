"""The first sheet of a marked copy: everything said about the file, each line with a link to its cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import openpyxl
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from eldercare.sheets.remarks import LABELS, Look, Remark, summary
from eldercare.sheets.text import lines_taken

SHEET = "问题清单"
LISTED = 200
COLOURS = {Look.ERROR: "F8C9C4", Look.WARNING: "FCE9B2", Look.NOTE: "CFE2F3"}

_FONT = "微软雅黑"
_COLUMNS = (("级别", 11), ("工作表", 14), ("单元格", 9), ("列", 18), ("读到的内容", 22), ("问题", 34), ("怎么改", 46))
_HEAD = 3
_LINE = Border(bottom=Side("thin", color="B9C7C1"))
_HOW = {
    Look.ERROR: "红色为错误，必须改正",
    Look.WARNING: "黄色为提醒，请核对",
    Look.NOTE: "蓝色为民政局意见，请照此改正或说明",
}

Put = Callable[[object, object], None]


def add(
    book: openpyxl.Workbook,
    remarks: Sequence[Remark],
    names: Mapping[str, str],
    total: int,
    *,
    put: Put,
    said: str = "",
) -> None:
    """Put the list first; `names` gives the worksheets' names in the copy, `put` writes text that is never a formula.

    `said` is what the copy lacks.
    """
    tab = book.create_sheet(SHEET, 0)
    put(tab["A1"], f"{SHEET}：{summary(remarks, total)}")
    put(tab["A2"], _guidance(remarks, said))
    tab["A1"].font, tab["A2"].font = Font(_FONT, 14, bold=True, color="14493A"), Font(_FONT, 10, color="5B6B65")
    tab.row_dimensions[1].height, tab.row_dimensions[2].height = 28, 20
    for place, (heading, width) in enumerate(_COLUMNS, 1):
        cell = tab.cell(_HEAD, place, heading)
        cell.font, cell.fill = Font(_FONT, 10, bold=True, color="14493A"), PatternFill("solid", fgColor="E3EFEA")
        tab.column_dimensions[cell.column_letter].width = width
    for row, remark in enumerate(remarks[:LISTED], _HEAD + 1):
        _row(tab, row, remark, names.get(remark.sheet, ""), put)
    if len(remarks) > LISTED:
        put(tab.cell(_HEAD + LISTED + 1, 1), f"另有 {len(remarks) - LISTED} 处没有列出，已在表中标出。")
    _set_up(book, tab)


def _guidance(remarks: Sequence[Remark], said: str) -> str:
    shown = [words for look, words in _HOW.items() if any(remark.look is look for remark in remarks)]
    return "；".join([*shown, "改好后保存并重新上传"]) + f"。{said or '公式已换成读到的数值'}。"


def _row(tab: Worksheet, row: int, remark: Remark, target: str, put: Put) -> None:
    where = (LABELS[remark.look], remark.sheet, remark.cell, remark.column)
    texts = (*where, remark.read, remark.message, remark.hint)
    for place, text in enumerate(texts, 1):
        cell = tab.cell(row, place)
        put(cell, text)
        cell.alignment, cell.font, cell.border = Alignment(wrap_text=True, vertical="top"), Font(_FONT, 10), _LINE
    lines = max(lines_taken(text, width) for text, (_, width) in zip(texts, _COLUMNS, strict=True))
    tab.row_dimensions[row].height = 15 * min(lines, 20) + 5
    tab.cell(row, 1).fill = PatternFill("solid", fgColor=COLOURS[remark.look])
    if target and remark.cell:
        place = tab.cell(row, 3)
        place.hyperlink = Hyperlink(place.coordinate, location=f"{quote_sheetname(target)}!{remark.cell}")
        place.font = Font(_FONT, 10, underline="single", color="1F6B54")


def _set_up(book: openpyxl.Workbook, tab: Worksheet) -> None:
    """What is seen first, and A4 landscape."""
    tab.freeze_panes = f"A{_HEAD + 1}"
    tab.page_setup.orientation, tab.page_setup.paperSize = "landscape", 9
    tab.page_setup.fitToHeight, tab.sheet_properties.pageSetUpPr = 0, PageSetupProperties(fitToPage=True)
    tab.print_title_rows = f"{_HEAD}:{_HEAD}"
    tab.oddFooter.center.text = "第 &P 页 共 &N 页"
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is tab
    book.active = 0

"""Which sheet, version, period and township a copy was made for: written into it twice and read back.

A hidden worksheet survives editing in any program; the line under the title survives saving as CSV and printing.
"""

import re
from collections.abc import Iterable, Mapping

from eldercare.sheets.cells import Grid, Level, Problem, Workbook
from eldercare.sheets.parsing import printed
from eldercare.sheets.text import normalise

HIDDEN_SHEET = "版本"
HEADER_WITHIN = 40
LONGEST_LINE = 1_000
"""Characters of a line that says what a sheet is; folding longer ones, by the hundred, would only take time."""
LABELS = {
    "sheet": "表样",
    "version": "表样版本",
    "period": "报送期",
    "township": "填报单位代码",
    "township_name": "填报单位",
    "title": "表名",
}
IDENTITY = ("foreign_sheet", "other_period", "other_township")
"""Codes of the errors that make a file the wrong one: what its rows say is then beside the point."""
_SHEET = re.compile(r"表样:\s*([\w-]+)\s*/\s*([\w.-]+)")
_PERIOD = re.compile(r"报送期:\s*(\d{4})\s*[-年]\s*(\d{1,2})")
_NAMED_MONTH = re.compile(r"(20\d\d) ?年 ?(\d{1,2}) ?月(?! ?\d)")
_WHEN_FILLED = re.compile("日期|时间|印发|发布")
_TOWNSHIP = re.compile(r"填报单位(?:\(盖章\))?:\s*([^\s(:]++)(?!:)\s*(?:\(\s*(\w+)\s*\))?")
_NAMES_A_TOWNSHIP = re.compile("[乡镇]|街道")


def visible_line(meta: Mapping[str, str]) -> str:
    """The line under the title: unit, period, what is prefilled, sheet and version, as far as they are given."""
    township = meta.get("township_name", "") + (f"（{meta['township']}）" if meta.get("township") else "")
    parts = (
        f"填报单位：{township}" if township else "",
        f"报送期：{_period_in_words(meta['period'])}" if meta.get("period") else "",
        f"预填：{meta['prefilled']}" if meta.get("prefilled") else "",
        f"表样：{meta['sheet']}/{meta['version']}",
    )
    return "　　".join(part for part in parts if part)


def hidden_rows(meta: Mapping[str, str]) -> list[tuple[str, str]]:
    """Label and value lines of the hidden worksheet."""
    return [(label, str(meta.get(key, ""))) for key, label in LABELS.items()]


def read(workbook: Workbook, grid: Grid, header_row: int) -> dict[str, str]:
    """What the copy says about itself; the hidden worksheet outweighs the line above the header. Empty if nothing.

    `titled` is the month that a reader of the sheet sees above the header, where it is not the `period`.
    """
    texts = list(_texts_above(grid, header_row))
    visible = _visible(texts)
    meta = {**visible, **_hidden(workbook.grid(HIDDEN_SHEET))}
    seen = visible.get("period") or _named_month(texts)
    return meta | {"titled": seen} if seen and seen != meta.get("period") else meta


def problems(
    meta: Mapping[str, str], sheet: str, title: str, version: str, expected: Mapping[str, str]
) -> list[Problem]:
    """What is wrong with a copy that says it is another sheet, an older version, or for another month or township."""
    if meta.get("sheet", sheet) != sheet:
        return [_foreign(meta, title)]
    found = [_old(meta["version"], version)] if meta.get("version", version) != version else []
    wanted = expected.get("period")
    if wanted and meta.get("titled", wanted) != wanted:
        found.append(_other_title(meta, wanted))
    if _is_of_another_unit(meta, expected.get("township_name", "")):
        found.append(_other_unit(meta, expected["township_name"]))
    others = {
        key: expected[key] for key in _OTHERS if expected.get(key) and meta.get(key, expected[key]) != expected[key]
    }
    return found + [_OTHERS[key](meta, wanted) for key, wanted in others.items()]


def foreign(workbook: Workbook, sheet: str, title: str) -> Problem | None:
    """The error for a file that says of itself that it is another sheet of the portal; None when it does not."""
    lines = (_visible(_texts_above(grid, HEADER_WITHIN)) for grid in workbook.grids)
    said = _hidden(workbook.grid(HIDDEN_SHEET)) or next((line for line in lines if line), {})
    return _foreign(said, title) if said.get("sheet", sheet) != sheet else None


def _foreign(meta: Mapping[str, str], title: str) -> Problem:
    read = meta["sheet"]
    own = f"“{meta['title'][:60]}”" if meta.get("title") else f"另一种表（表样 {read}）"
    hint = f"请下载《{title}》填写；如果要报的就是手上这份表，请在上传页面改选表格种类，没有这一种的由民政局办理"
    return Problem("foreign_sheet", f"这是{own}，不是《{title}》", hint, read=read)


def _old(read: str, version: str) -> Problem:
    """Columns are found by their headings, so that an older sheet is read all the same."""
    hint = f"已按表头读取，请核对各列；以后请下载 {version} 版填写"
    return Problem("old_version", f"这是旧的表样（{read} 版），现行的是 {version} 版", hint, Level.WARNING, read=read)


def _other_period(meta: Mapping[str, str], wanted: str) -> Problem:
    message = f"这是 {_period_in_words(meta['period'])}的表，本次要报的是 {_period_in_words(wanted)}"
    hint = f"请选择 {_period_in_words(wanted)}的文件；若只是沿用旧表，请下载{_period_in_words(wanted)}的表再填"
    return Problem("other_period", message, hint, read=meta["period"])


def _other_title(meta: Mapping[str, str], wanted: str) -> Problem:
    """Own forms and copies of old ones say a month only in their title: enough to ask, not enough to turn away."""
    message = f"表头上写的是 {_period_in_words(meta['titled'])}，这次按 {_period_in_words(wanted)}读取"
    return Problem("other_title", message, "请核对是不是拿错了月份的表", Level.WARNING, read=meta["titled"])


def _is_of_another_unit(meta: Mapping[str, str], wanted: str) -> bool:
    """Whether a copy without a code names a township whose name is neither part of the wanted one nor holds it."""
    name = meta.get("township_name", "")
    if not wanted or meta.get("township") or not _NAMES_A_TOWNSHIP.search(name):
        return False
    return wanted not in name and name not in wanted


def _other_unit(meta: Mapping[str, str], wanted: str) -> Problem:
    name = meta["township_name"][:60]
    message = f"表头上的填报单位是“{name}”，这次按{wanted}读取"
    return Problem("other_unit", message, "请核对是不是拿错了单位的表", Level.WARNING, read=name)


def _other_township(meta: Mapping[str, str], wanted: str) -> Problem:
    name = meta.get("township_name", "")
    message = f"这是{name}（{meta['township']}）的表，本次填报单位的代码是 {wanted}"
    return Problem("other_township", message, "请核对所选文件和填报单位；各单位只能用自己的表", read=meta["township"])


_OTHERS = {"period": _other_period, "township": _other_township}


def _period_in_words(period: str) -> str:
    """2020-12 as people say it; what is no month, because somebody changed it by hand, as it stands."""
    found = re.fullmatch(r"(\d{4})-(\d{1,2})", period)
    return f"{found[1]}年{int(found[2])}月" if found else period[:20]


def _texts_above(grid: Grid, header_row: int) -> Iterable[str]:
    texts = (printed(value) for row in grid.rows[: header_row - 1] for value in row if value is not None)
    return (normalise(text) for text in texts if len(text) <= LONGEST_LINE)


def _visible(texts: Iterable[str]) -> dict[str, str]:
    line = " ".join(texts)
    found: dict[str, str] = {}
    if sheet := _SHEET.search(line):
        found |= {"sheet": sheet[1], "version": sheet[2]}
    if period := _PERIOD.search(line):
        found["period"] = f"{period[1]}-{int(period[2]):02}"
    if township := _TOWNSHIP.search(line):
        found |= {"township_name": township[1]} | ({"township": township[2]} if township[2] else {})
    return found


def _named_month(texts: Iterable[str]) -> str:
    """The one month that the lines name without a day, "" for none or several; when a sheet was filled in says nothing."""
    lines = [text for text in texts if not _WHEN_FILLED.search(text)]
    months = {(found[1], int(found[2])) for text in lines for found in _NAMED_MONTH.finditer(text)}
    return "".join(f"{year}-{month:02}" for year, month in months) if len(months) == 1 else ""


def _hidden(grid: Grid | None) -> dict[str, str]:
    if grid is None:
        return {}
    keys = {label: key for key, label in LABELS.items()}
    pairs = ((keys.get(printed(row[0])), printed(row[1])) for row in grid.rows if len(row) > 1)
    return {key: value for key, value in pairs if key and value}

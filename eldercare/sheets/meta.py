"""Which sheet, version, period and township a copy was made for: written into it twice and read back.

A hidden worksheet survives editing in any program; the line under the title survives saving as CSV and printing.
"""

import re
from collections.abc import Iterable, Mapping

from eldercare.sheets.cells import Grid, Level, Problem, Workbook
from eldercare.sheets.parsing import printed
from eldercare.sheets.text import normalise

HIDDEN_SHEET = "版本"
LABELS = {
    "sheet": "表样",
    "version": "表样版本",
    "period": "报送期",
    "township": "填报单位代码",
    "township_name": "填报单位",
}
_SHEET = re.compile(r"表样:\s*([\w-]+)\s*/\s*([\w.-]+)")
_PERIOD = re.compile(r"报送期:\s*(\d{4})\s*[-年]\s*(\d{1,2})")
_TOWNSHIP = re.compile(r"填报单位:\s*([^\s(]+)\s*(?:\(\s*(\w+)\s*\))?")


def visible_line(meta: Mapping[str, str]) -> str:
    """The line under the title: unit, period, sheet and version, as far as they are given."""
    township = meta.get("township_name", "") + (f"（{meta['township']}）" if meta.get("township") else "")
    parts = (
        f"填报单位：{township}" if township else "",
        f"报送期：{_period_in_words(meta['period'])}" if meta.get("period") else "",
        f"表样：{meta['sheet']}/{meta['version']}",
    )
    return "　　".join(part for part in parts if part)


def hidden_rows(meta: Mapping[str, str]) -> list[tuple[str, str]]:
    """Label and value lines of the hidden worksheet."""
    return [(label, str(meta.get(key, ""))) for key, label in LABELS.items()]


def read(workbook: Workbook, grid: Grid, header_row: int) -> dict[str, str]:
    """What the copy says about itself; the hidden worksheet outweighs the line above the header. Empty if nothing."""
    return {**_visible(_texts_above(grid, header_row)), **_hidden(workbook.grid(HIDDEN_SHEET))}


def problems(
    meta: Mapping[str, str], sheet: str, title: str, version: str, expected: Mapping[str, str]
) -> list[Problem]:
    """What is wrong with a copy that says it is another sheet, an older version, or for another month or township."""
    found = []
    if meta.get("sheet", sheet) != sheet:
        found.append(Problem("foreign_sheet", f"这不是《{title}》的表样", "请下载正确的表样填写", read=meta["sheet"]))
    elif meta.get("version", version) != version:
        hint = f"请核对各列；最新表样为 {version} 版，建议重新下载"
        found.append(Problem("old_version", "表样版本与现行不一致", hint, Level.WARNING, read=meta["version"]))
    for key, wanted in expected.items():
        if wanted and meta.get(key, wanted) != wanted:
            message = f"这份表的{LABELS[key]}是 {meta[key]}，本次要报的是 {wanted}"
            found.append(Problem(f"other_{key}", message, "请核对所选文件，或重新下载表样", read=meta[key]))
    return found


def _period_in_words(period: str) -> str:
    year, month = period.split("-")
    return f"{year}年{int(month)}月"


def _texts_above(grid: Grid, header_row: int) -> Iterable[str]:
    return (normalise(printed(value)) for row in grid.rows[: header_row - 1] for value in row if value is not None)


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


def _hidden(grid: Grid | None) -> dict[str, str]:
    if grid is None:
        return {}
    keys = {label: key for key, label in LABELS.items()}
    pairs = ((keys.get(printed(row[0])), printed(row[1])) for row in grid.rows if len(row) > 1)
    return {key: value for key, value in pairs if key and value}

"""Finding a sheet's header row in a stranger's workbook, and which column of it is which.

Headings are compared without blanks, line breaks, stars, case and bracketed remarks; a bracketed unit is compared as a
unit, because 元 under a heading that wants 万元 would be silently wrong by a factor of ten thousand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from eldercare.sheets.cells import Grid, Level, Problem, Value, Workbook, address
from eldercare.sheets.parsing import printed
from eldercare.sheets.text import compact
from eldercare.sheets.units import is_unit, same_unit

if TYPE_CHECKING:
    from eldercare.sheets.columns import Column

HEADER_WITHIN = 40
"""Rows from the top of a sheet in which its header is looked for."""

REGISTERED = "code"
"""Key of the column that tells what is registered already, in every sheet that has one."""

LONGEST_HEADING = 1_000
"""Characters of a heading, its remarks in brackets included."""

OWN_SHEETS = frozenset({"填报说明", "选项", "版本", "问题清单"})
"""Worksheets that the portal itself adds to what it gives out; they are passed over in silence."""

# An opening bracket that nothing closes takes the rest with it in one step: sought anew from each of them, the end of a
# cell of thirty thousand brackets would take minutes.
_BRACKETED = re.compile(r"[(\[{【〔]([^)\]}】〕]*)([)\]}】〕]|$)")
_WHOLLY_BRACKETED = re.compile(r"[(\[{【〔]([^()\[\]{}【】〔〕]*)[)\]}】〕]")
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_SERIAL = frozenset({"序号", "编号", ""})
_MARKS = re.compile(r"[*★:：]|必填|选填")


@dataclass(frozen=True)
class Layout:
    """Where the columns of a sheet stand on one grid; `positions` maps column keys to 1-based column numbers.

    `under` is what stands in the row below the header where that is one of units or of column numbers, by column number.
    """

    grid: Grid
    header_row: int
    positions: dict[str, int]
    headings: dict[int, str]
    repeated: dict[str, tuple[int, ...]] = field(default_factory=dict)
    under: Mapping[int, str] = field(default_factory=dict)

    @property
    def found(self) -> set[str]:
        """Keys of the columns whose heading stands in the header row, once or more often."""
        return {*self.positions, *self.repeated}

    @property
    def body(self) -> range:
        """Sheet row numbers below the header, and below the row of units that belongs to it."""
        return range(self.header_row + 1 + bool(self.under), len(self.grid.rows) + 1)

    @property
    def extras(self) -> dict[int, str]:
        """Headings that belong to no column, by column number."""
        known = {*self.positions.values(), *(number for numbers in self.repeated.values() for number in numbers)}
        return {number: heading for number, heading in self.headings.items() if number not in known}

    def has_data(self) -> bool:
        """Whether any known column holds anything below the header."""
        return any(self.grid.value(row, number) is not None for row in self.body for number in self.positions.values())


def heading_key(heading: Value) -> str:
    """What is compared of a heading; a text longer than any heading is no column's, and not worth folding."""
    text = printed(heading)
    if len(text) > LONGEST_HEADING:
        return text
    return _MARKS.sub("", _BRACKETED.sub(_kept, compact(text))).casefold()


def _kept(found: re.Match[str]) -> str:
    return "" if found[2] else found[0]


def _bracketed(text: str) -> list[str]:
    return [inside for inside, closing in _BRACKETED.findall(text) if closing]


def choose(workbook: Workbook, columns: Sequence[Column]) -> tuple[Layout | None, list[Problem]]:
    """The worksheet whose header fits best, visible before hidden, and what is to be said about the choice."""
    found = [layout for grid in workbook.grids if (layout := find(grid, columns))]
    if not found:
        return None, [_no_header(workbook, columns)]
    found.sort(key=_fitness, reverse=True)
    best = found[0]
    rivals = [layout.grid.name for layout in found[1:] if _fitness(layout) == _fitness(best) and layout.has_data()]
    if rivals:
        return None, [_ambiguous([best.grid.name, *rivals])]
    return best, [*_ignored_sheets(workbook, best), *heading_problems(best, columns)]


def find(grid: Grid, columns: Sequence[Column]) -> Layout | None:
    """The layout of the row, or pair of rows, that names most columns; None unless it is half or all required."""
    names = _names(columns)
    needed = {column.key for column in columns if column.required}
    layouts = [_layout(grid, row, heads, names) for row, heads in _header_candidates(grid)]
    best = max(layouts, key=lambda layout: len(layout.found), default=None)
    if best and (len(best.found) * 2 >= len(columns) or (needed and needed <= best.found)):
        return replace(best, under=_under(best))
    return None


def _under(layout: Layout) -> dict[int, str]:
    """The row of units (㎡, 万元) or of column numbers (甲 乙 1 2 3) that printed forms have under the header, or nothing."""
    rows = layout.grid.rows
    cells = rows[layout.header_row] if layout.header_row < len(rows) else ()
    words = {number: compact(printed(value)) for number, value in enumerate(cells, 1) if value is not None}
    return words if words and (_are_units(words) or _are_counted(words, len(layout.found))) else {}


def _are_units(words: Mapping[int, str]) -> bool:
    return all(is_unit(_bare(word)) or _WHOLLY_BRACKETED.fullmatch(word) for word in words.values())


def _are_counted(words: Mapping[int, str], columns: int) -> bool:
    """Whether most columns are numbered from the left: 甲 乙 … for the words, 1 2 3 … for the figures."""
    numbers = [_bare(word) for word in words.values()]
    stems = sum(number == stem for number, stem in zip(numbers, _STEMS, strict=False))
    counted = [str(number) for number in range(1, len(numbers) - stems + 1)]
    return len(numbers) > 2 and len(numbers) * 2 >= columns and numbers[stems:] == counted


def _bare(word: str) -> str:
    """A unit or a number without the brackets around it."""
    found = _WHOLLY_BRACKETED.fullmatch(word)
    return found[1] if found else word


def heading_problems(layout: Layout, columns: Sequence[Column]) -> Iterator[Problem]:
    """Missing, repeated, unknown headings and headings in another unit."""
    by_key = {column.key: column for column in columns}
    missing = [column for column in columns if column.key not in layout.found]
    yield from (_missing(layout, column) for column in missing)
    for key, numbers in layout.repeated.items():
        yield _repeated(layout, by_key[key], numbers)
    for key, number in layout.positions.items():
        yield from _unit_problem(layout, by_key[key], number)
    yield from (
        _unknown(layout, number, missing)
        for number, heading in layout.extras.items()
        if heading_key(heading) not in _SERIAL
    )


def _names(columns: Sequence[Column]) -> dict[str, str]:
    spellings = ((name, column.key) for column in columns for name in (*column.aliases, column.heading))
    return {heading_key(name): key for name, key in spellings}


def _header_candidates(grid: Grid) -> Iterator[tuple[int, dict[int, Value]]]:
    """(last header row, heading by column) of every row, and of every two rows that may form one header.

    In a two-row header the lower heading counts; a column merged over both rows has its heading in the upper.
    """
    upper: dict[int, Value] = {}
    for row, cells in enumerate(grid.rows[:HEADER_WITHIN], 1):
        lower = {number: value for number, value in enumerate(cells, 1) if value is not None}
        yield row, lower
        if upper and lower:
            yield row, upper | lower
        upper = lower


def _layout(grid: Grid, row: int, heads: dict[int, Value], names: dict[str, str]) -> Layout:
    places: dict[str, list[int]] = {}
    for number, heading in heads.items():
        key = names.get(heading_key(heading))
        if key:
            places.setdefault(key, []).append(number)
    positions = {key: numbers[0] for key, numbers in places.items() if len(numbers) == 1}
    repeated = {key: tuple(numbers) for key, numbers in places.items() if len(numbers) > 1}
    return Layout(grid, row, positions, {number: printed(heading) for number, heading in heads.items()}, repeated)


def _fitness(layout: Layout) -> tuple[bool, int, bool]:
    return not layout.grid.hidden, len(layout.positions), layout.has_data()


def _no_header(workbook: Workbook, columns: Sequence[Column]) -> Problem:
    wanted = "、".join(column.heading for column in columns if column.required)
    names = "、".join(grid.name for grid in workbook.grids)[:100]
    hint = f"表头应有：{wanted}。请下载本月表样填写，不要改动表头"
    return Problem("no_header", "没有找到表头", hint, read=names)


def _ambiguous(names: list[str]) -> Problem:
    listed = "、".join(f"“{name}”" for name in names)
    return Problem("ambiguous_sheet", f"有 {len(names)} 张工作表都像要报的表：{listed}", "请只保留一张再上传")


def _ignored_sheets(workbook: Workbook, chosen: Layout) -> Iterator[Problem]:
    for grid in workbook.grids:
        if grid is chosen.grid or grid.name in OWN_SHEETS or not any(grid.rows):
            continue
        kind = "隐藏的工作表" if grid.hidden else "工作表"
        message = f"{kind}“{grid.name}”没有读取，读取的是“{chosen.grid.name}”"
        yield Problem("sheet_ignored", message, "如要上报其中内容，请移到同一张表", Level.WARNING, sheet=grid.name)
    if chosen.grid.hidden:
        yield Problem("hidden_sheet", "读取的工作表是隐藏的", "请核对内容", Level.WARNING, sheet=chosen.grid.name)


def _missing(layout: Layout, column: Column) -> Problem:
    sheet = layout.grid.name
    if column.required:
        near = get_close_matches(column.heading, layout.extras.values(), n=1, cutoff=0.6)
        hint = f"表中“{near[0]}”是否就是这一列？请改回原来的表头" if near else "请补上这一列，或重新下载表样填写"
        return Problem("missing_column", f"缺少“{column.heading}”列", hint, sheet=sheet, column=column.heading)
    if column.key == REGISTERED:
        message = f"没有“{column.heading}”列，每一行都当作新增"
        hint = "登记过的靠这一列认出来；请补上这一列，或重新下载表样填写"
        return Problem("column_absent", message, hint, Level.WARNING, sheet=sheet, column=column.heading)
    message = f"没有“{column.heading}”列，不改动原有内容"
    return Problem("column_absent", message, "如要上报请补上这一列", Level.WARNING, sheet=sheet, column=column.heading)


def _repeated(layout: Layout, column: Column, numbers: tuple[int, ...]) -> Problem:
    places = [address(layout.header_row, number) for number in numbers]
    message = f"有 {len(numbers)} 列都叫“{column.heading}”：{'、'.join(places)}"
    return Problem(
        "repeated_column", message, "请只保留一列", sheet=layout.grid.name, cell=places[1], column=column.heading
    )


def _unit_problem(layout: Layout, column: Column, number: int) -> Iterator[Problem]:
    heading, under = layout.headings[number], layout.under.get(number, "")
    said = [(layout.header_row, unit, heading) for unit in _bracketed(compact(heading))]
    said.append((layout.header_row + 1, _bare(under), under))
    wrong = [at for at in said if column.unit and is_unit(at[1]) and at[1].casefold() not in same_unit(column.unit)]
    if wrong:
        row, unit, read = wrong[0]
        message = f"本列应以{column.unit}为单位，表头写的是{unit}"
        hint = f"请换算为{column.unit}并改正表头"
        place = address(row, number)
        yield Problem("heading_unit", message, hint, Level.ERROR, layout.grid.name, place, column.heading, read)


def _unknown(layout: Layout, number: int, missing: list[Column]) -> Problem:
    heading = layout.headings[number]
    near = get_close_matches(heading, [column.heading for column in missing], n=1, cutoff=0.6)
    hint = f"是否为“{near[0]}”？请改回原来的表头" if near else "这一列不属于本表，没有读取"
    place = address(layout.header_row, number)
    message = "不认识的列"
    return Problem("unknown_column", message, hint, Level.WARNING, layout.grid.name, place, heading[:50], heading[:100])

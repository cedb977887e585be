"""Reading the rows of a declared sheet out of a workbook: every row, every problem, each with its cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from eldercare.sheets import duplicates, matching, meta, totals
from eldercare.sheets.cells import Grid, Level, Mark, Merge, Problem, Value, Workbook, address, column_letters
from eldercare.sheets.parsing import Note, ParseError, printed
from eldercare.sheets.text import compact

if TYPE_CHECKING:
    from eldercare.sheets.columns import Column, Sheet

_FOOTER = re.compile(
    r"((备?注[0-9]*|说明|填[表报]说明|填[表报](人|单位|日期|时间)|[审复]核人?|(单位)?负责人|制表人?|经办人|联系(人|电话)"
    r"|单位|(分管|主管|主要)?领导)(\(?(盖章|签[字名])\)?)?[:：].*|以下空白)"
)
_NOTHING_NEW = re.compile("本?[月次期]?[暂均]?无(新增|变化|变动)[^0-9]{0,12}")
_NO_NAME = {"无", "暂无", "没有", "待定", "不详"}
_CHINESE = re.compile("[\u4e00-\u9fff]")
_READ_AT_MOST = 100
_SIMPLE = (str, int)
_REMEMBERED = 2_000
"""How many different cells of a column are read once: lists and round figures repeat, names do not."""


class RowCells(Mapping):
    """The addresses of a row's cells by column key, each made when it is asked for: most never are."""

    __slots__ = ("letters", "number")

    def __init__(self, letters: Mapping[str, str], number: int) -> None:
        self.letters, self.number = letters, number

    def __getitem__(self, key: str) -> str:
        return f"{self.letters[key]}{self.number}"

    def __iter__(self) -> Iterator[str]:
        return iter(self.letters)

    def __len__(self) -> int:
        return len(self.letters)


@dataclass(slots=True)
class ReadRow:
    """One row of a sheet: values by column key (only of columns that the file has), their cells and raw texts."""

    sheet: str
    number: int
    values: dict[str, object]
    cells: Mapping[str, str]
    raw: dict[str, str]


@dataclass(slots=True)
class Reading:
    """Everything a workbook says under the columns of one sheet.

    `meta` holds `sheet`, `version`, `period` (YYYY-MM), `township` (code) and `township_name` as far as the file gives
    them. `unknown_columns` are headings, `missing_columns` column keys. A row with an error keeps its other values; a
    value that could not be read is absent from `values`. Of a file that says it is another sheet, or for another month or
    unit, nothing else is read: a hundred errors that follow from it would hide the one that counts.
    """

    rows: list[ReadRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    unknown_columns: list[str] = field(default_factory=list)
    missing_columns: list[str] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        """Problems that stop the file."""
        return [problem for problem in self.problems if problem.level is Level.ERROR]

    @property
    def warnings(self) -> list[Problem]:
        """Problems that only ask for a look."""
        return [problem for problem in self.problems if problem.level is Level.WARNING]


class Place(NamedTuple):
    """A column of the declaration where it stands on the grid."""

    column: Column
    number: int
    letters: str


class Interpreted(NamedTuple):
    """What a cell without a mark says: its value, the notes that go with it or the error, and its raw text."""

    value: object
    notes: tuple[Note, ...]
    error: ParseError | None
    raw: str


def read(sheet: Sheet, workbook: Workbook, expected: Mapping[str, str]) -> Reading:
    """See `columns.Sheet.read`."""
    layout, problems = matching.choose(workbook, sheet.columns)
    if layout is None:
        foreign = meta.foreign(workbook, sheet.id, sheet.title)
        return Reading(problems=[foreign] if foreign else problems)
    reading = Reading(problems=problems, meta=meta.read(workbook, layout.grid, layout.header_row))
    said = meta.problems(reading.meta, sheet.id, sheet.title, sheet.version, expected)
    if wrong := [problem for problem in said if problem.code in meta.IDENTITY]:
        return Reading(problems=wrong, meta=reading.meta)
    reading.problems += said
    reading.unknown_columns = list(layout.extras.values())
    reading.missing_columns = [column.key for column in sheet.columns if column.key not in layout.found]
    _Body(sheet, layout, reading).read()
    return reading


class _Body:
    """The rows below the header, read once from top to bottom."""

    def __init__(self, sheet: Sheet, layout: matching.Layout, reading: Reading) -> None:
        self.sheet, self.layout, self.reading, self.grid = sheet, layout, reading, layout.grid
        present = [column for column in sheet.columns if column.key in layout.positions]
        self.places = [_place(column, layout.positions[column.key]) for column in present]
        self.leftmost = min(self.places, key=lambda place: place.number)
        self.letters = {place.column.key: place.letters for place in self.places}
        self.width = max(place.number for place in self.places)
        self.picked = _picker([place.number - 1 for place in self.places])
        self.known: list[dict[str | int, Interpreted]] = [{} for _ in self.places]
        self.headings = frozenset(layout.headings.values())
        self.required = [place for place in self.places if place.column.required]
        self.demanded = {p.column.key: p.column for p in self.required if not p.column.may_stay_blank}
        self.marked_rows = {row for row, _ in self.grid.marks}
        self.sums = totals.Sums([place for place in self.places if place.column.kind in totals.SUMMABLE])

    def read(self) -> None:
        for number in self.layout.body:
            cells = self.grid.rows[number - 1]
            if (cells or number in self.marked_rows) and not self._is_blank(number, cells):
                self._row(number, cells)
        self.reading.problems += self.sums.late_differences(self.grid)
        self.reading.problems += self._merged_cells()
        self.reading.problems += self._hidden_rows()
        self.reading.problems += duplicates.find(self.reading.rows, self.sheet)
        if not self.reading.rows:
            self.reading.problems.append(Problem("no_rows", "表里没有数据行", "请填写后再上传", sheet=self.grid.name))

    def _row(self, number: int, cells: tuple[Value, ...]) -> None:
        if self._is_total(cells):
            self.reading.problems += self.sums.differences(self.grid, number)
        elif self._is_note(number, cells):
            self.reading.problems.append(self._passed_over(number, cells))
        elif not self._is_repeated_header(cells) and not self._is_footer(cells):
            row = self._values(number, cells)
            self._check_required(row)
            self.reading.rows.append(row)
            self.sums.add(row)

    def _values(self, number: int, cells: tuple[Value, ...]) -> ReadRow:
        """Every cell of a row read; what it says is said of each cell in the order of the columns."""
        values, raw = dict.fromkeys(self.letters), dict.fromkeys(self.letters, "")
        row = ReadRow(self.grid.name, number, values, RowCells(self.letters, number), raw)
        marks = self.grid.marks if number in self.marked_rows else {}
        picked = self.picked(cells + (None,) * (self.width - len(cells)))
        for key, place, known, value in zip(self.letters, self.places, self.known, picked, strict=True):
            if value is None and not marks:
                continue
            mark = marks.get((number, place.number))
            is_simple = mark is None and type(value) in _SIMPLE
            found = known.get(value) if is_simple else None
            if found is None:
                found = _interpreted(place.column, value, mark)
                if is_simple and len(known) < _REMEMBERED:
                    known[value] = found
            raw[key] = found.raw
            if found.error:
                del values[key]
                error = found.error
                self._report(row, place.column, Note(error.code, error.message, error.hint), Level.ERROR)
                continue
            values[key] = found.value
            # Of a dash where something must be said the error says enough.
            for note in found.notes if found.value is not None or key not in self.demanded else ():
                self._report(row, place.column, note, Level.WARNING)
        return row

    def _report(self, row: ReadRow, column: Column, note: Note, level: Level) -> None:
        read_text = row.raw[column.key][:_READ_AT_MOST]
        cell = row.cells[column.key]
        self.reading.problems.append(
            Problem(note.code, note.message, note.hint, level, row.sheet, cell, column.heading, read_text)
        )

    def _check_required(self, row: ReadRow) -> None:
        for key, column in self.demanded.items():
            value = row.values.get(key, ...)
            if value is None or (type(value) is str and value in _NO_NAME):
                self._report(row, column, Note("required", *column.demand), Level.ERROR)

    def _is_blank(self, number: int, cells: tuple[Value, ...]) -> bool:
        for place in self.places:
            value = cells[place.number - 1] if place.number <= len(cells) else None
            if value is not None and (type(value) is not str or value.strip()):
                return False
        return number not in self.marked_rows or not any((number, p.number) in self.grid.marks for p in self.places)

    def _is_total(self, cells: tuple[Value, ...]) -> bool:
        """A row named 合计 that carries no key of its own."""
        if not totals.is_total(cells):
            return False
        keyed = [self._text(cells, key) for key in self.sheet.key]
        return not any(text and not totals.is_name(text) for text in keyed)

    def _is_repeated_header(self, cells: tuple[Value, ...]) -> bool:
        """The header printed again at a page break."""
        if self.headings.isdisjoint(cells):
            return False
        filled = [place for place in self.places if place.number <= len(cells) and cells[place.number - 1] is not None]
        same = sum(cells[p.number - 1] == self.layout.headings.get(p.number) for p in filled)
        return same >= 2 and same * 2 > len(filled)

    def _is_footer(self, cells: tuple[Value, ...]) -> bool:
        """A line of remarks or signatures under the table."""
        first = next((value for value in cells if value is not None), None)
        if not isinstance(first, str) or not _FOOTER.match(compact(first)):
            return False
        filled = sum(p.number <= len(cells) and cells[p.number - 1] is not None for p in self.required)
        return filled * 2 <= len(self.required)

    def _is_note(self, number: int, cells: tuple[Value, ...]) -> bool:
        """A line of words alone in the first column, such as a title printed again, or that nothing is new in any."""
        if len(cells) - cells.count(None) != 1 or number in self.marked_rows:
            return False
        if any(type(value) is str and _NOTHING_NEW.fullmatch(compact(value)) for value in cells):
            return True
        first = self.leftmost
        words = cells[first.number - 1] if first.number <= len(cells) else None
        if not isinstance(words, str) or first.column.required or first.column.key not in self.sheet.key:
            return False
        return bool(_CHINESE.search(words)) and not self._is_footer(cells)

    def _passed_over(self, number: int, cells: tuple[Value, ...]) -> Problem:
        place = next(place for place in self.places if cells[place.number - 1 : place.number] not in ((), (None,)))
        words = printed(cells[place.number - 1])[:_READ_AT_MOST]
        hint = "如果是一个设施，请按各列填写；只是说明，不用改"
        where = (self.grid.name, f"{place.letters}{number}", place.column.heading, words)
        return Problem("note_passed_over", "这一行只有一段文字，当作说明，没有读取", hint, Level.WARNING, *where)

    def _text(self, cells: tuple[Value, ...], key: str) -> str:
        number = self.layout.positions.get(key, 0)
        return compact(printed(cells[number - 1])) if 0 < number <= len(cells) else ""

    def _merged_cells(self) -> Iterator[Problem]:
        read_rows = {row.number for row in self.reading.rows}
        for merge in self.grid.merges:
            inside = [place for place in self.places if merge.first_column <= place.number <= merge.last_column]
            if inside and not read_rows.isdisjoint(range(merge.first_row, merge.last_row + 1)):
                yield _merged(self.grid, merge, inside[0].column)

    def _hidden_rows(self) -> Iterator[Problem]:
        hidden = [row.number for row in self.reading.rows if row.number in self.grid.hidden_rows]
        if hidden:
            listed = "、".join(map(str, hidden[:10])) + (" 等" if len(hidden) > 10 else "")
            message = f"有 {len(hidden)} 个隐藏行也已读取（第 {listed} 行）"
            hint = "不需要上报的请删除，不要只隐藏"
            yield Problem("hidden_rows", message, hint, Level.WARNING, self.grid.name)


def _interpreted(column: Column, value: Value, mark: Mark | None = None) -> Interpreted:
    raw = value if type(value) is str else printed(value)
    try:
        return Interpreted(*column.interpret(value, mark), None, raw)
    except ParseError as error:
        return Interpreted(None, (), error, raw)


def _picker(positions: Sequence[int]) -> Callable[[tuple[Value, ...]], tuple[Value, ...]]:
    """Takes the cells at some positions out of a row."""
    return itemgetter(*positions) if len(positions) > 1 else lambda cells: (cells[positions[0]],)


def _place(column: Column, number: int) -> Place:
    return Place(column, number, column_letters(number))


def _merged(grid: Grid, merge: Merge, column: Column) -> Problem:
    span = f"{address(merge.first_row, merge.first_column)}:{address(merge.last_row, merge.last_column)}"
    value = printed(grid.value(merge.first_row, merge.first_column))[:_READ_AT_MOST]
    hint = "请取消合并，在每一行都填上内容"
    return Problem("merged_cells", f"{span} 是合并单元格", hint, Level.ERROR, grid.name, span, column.heading, value)

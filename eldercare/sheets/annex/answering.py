"""A person's answers to a reader's questions, as corrections of cells that the table is then read with again."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from eldercare.sheets.annex import counts, headings
from eldercare.sheets.annex.matrix import Matrix, MatrixColumn
from eldercare.sheets.annex.questions import Question
from eldercare.sheets.annex.vocabulary import PRINTED_NAMES
from eldercare.sheets.cells import Grid, Merge, Value, address
from eldercare.sheets.text import compact, normalise

PLACE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
DROP, KEEP, REMARK = "drop", "keep", "备注"
TYPES = {"unknown_heading", "ambiguous_heading", "title_type_missing", "title_type_ambiguous", "type_missing"}
YEARS = {"year_missing", "year_ambiguous", "table_year_missing"}
COUNTS = {"not_a_number", "fraction", "negative", "too_large", "merged_cell"}
UNITS = {"unit_missing", "duplicate_unit"}
# The reader has taken these the likely way already; to say that it was right is an answer.
CHOICES = {
    "row_unclear": ((KEEP, "是一个单位"), (DROP, "不是单位，不读这一行")),
    "fragment_unclear": ((KEEP, "两段是同一张表"),),
    "two_totals": ((KEEP, "以这一行为准"), (DROP, "不以这一行为准")),
    "unclear_heading": ((KEEP, "是计划数"), (DROP, "不是计划数，不读这些列")),
    "duplicate_column": ((DROP, "不读这一列"),),
    "duplicate_unit": ((DROP, "重复，不读这一行"),),
    "unit_missing": ((DROP, "不读这一行"),),
    "unit_column": ((KEEP, "以这一列为单位列"), (DROP, "以另一列为单位列")),
    "unknown_heading": ((DROP, "不是计划数，不读这些列"),),
    "heading_missing": ((DROP, "不是计划数，不读这些列"),),
}
TEXTS = COUNTS | UNITS | {"heading_missing", "duplicate_column"} | YEARS


class AnswerRefused(ValueError):
    """The answer settles nothing; the text says why."""


@dataclass(slots=True)
class Answers:
    """What was answered so far: wording → code, cell texts, questions put aside, and which of several tables.

    `cells` are (sheet, address, text) in the order of the answers; `told` says each answer again for a page.
    """

    types: dict[str, str] = field(default_factory=dict)
    cells: list[list[str]] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    table: int | None = None
    told: list[list[str]] = field(default_factory=list)

    @classmethod
    def read(cls, stored: Mapping) -> "Answers":
        return cls(
            dict(stored.get("types", {})),
            [list(cell) for cell in stored.get("cells", [])],
            list(stored.get("settled", [])),
            stored.get("table"),
            [list(line) for line in stored.get("told", [])],
        )

    def as_dict(self) -> dict:
        return {name: getattr(self, name) for name in ("types", "cells", "settled", "table", "told")}


def key_of(question: Question) -> str:
    """Names one question of a file."""
    return f"{question.sheet}!{question.address}!{question.code}"


def corrected(grid: Grid, answers: Answers) -> Grid:
    """The sheet with the answered cells; a merged range that was answered for is taken apart."""
    own = [(_place(where), text) for sheet, where, text in answers.cells if sheet == grid.name]
    if not own:
        return grid
    rows, marks = [list(row) for row in grid.rows], dict(grid.marks)
    for (row, column), text in own:
        rows.extend([] for _ in range(row - len(rows)))
        rows[row - 1] += [None] * (column - len(rows[row - 1]))
        rows[row - 1][column - 1] = _value(text)
        marks.pop((row, column), None)
    inner = {place for place, _ in own}
    merges = tuple(merge for merge in grid.merges if not _is_taken_apart(merge, inner))
    return replace(grid, rows=[tuple(row) for row in rows], marks=marks, merges=merges)


def _value(text: str) -> Value:
    return text or None


def _is_taken_apart(merge: Merge, answered: set[tuple[int, int]]) -> bool:
    return (merge.first_row, merge.first_column) != (merge.last_row, merge.last_column) and (
        merge.last_row,
        merge.last_column,
    ) in answered


def _place(where: str) -> tuple[int, int]:
    letters, row = PLACE.fullmatch(where).groups()
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(row), column


@dataclass(frozen=True)
class Settling:
    """Turns an answer to one question of one table into corrections."""

    grid: Grid
    matrix: Matrix
    question: Question
    answers: Answers

    def settle(self, choice: str, text: str, names: Mapping[str, str]) -> None:
        """Add the corrections; `choice` is a code, a year, "keep" or "drop". Raises AnswerRefused."""
        code, text = self.question.code, normalise(text)
        if choice == DROP:
            self._drop()
        elif choice == KEEP:
            self._keep()
        elif code in TYPES and choice in names:
            self._type(choice)
        elif code in YEARS and (choice or text):
            self._year(choice or text)
        elif code in COUNTS and text:
            self._counts(text)
        elif code in TEXTS and text:
            self._set(self.question.address, text)
        else:
            raise AnswerRefused("请选择，或写出确定的内容。")
        said = names.get(choice) or dict(CHOICES.get(code, ())).get(choice) or choice or text
        self.answers.told.append([self.question.address, self.question.message, said])

    def _set(self, where: str, text: str) -> None:
        self.answers.cells.append([self.question.sheet, where, text])

    def _put_aside(self) -> None:
        self.answers.settled.append(key_of(self.question))

    def _drop(self) -> None:
        row, column = _place(self.question.address)
        code = self.question.code
        if code in ("row_unclear", "two_totals", "duplicate_unit", "unit_missing"):
            for place in range(1, self.grid.width + 1):
                self._set(address(row, place), "")
        elif code == "unit_column" or code in (
            "unclear_heading",
            "unknown_heading",
            "duplicate_column",
            "heading_missing",
        ):
            for place in self._same_heading(row, column):
                self._set(place, REMARK)
        else:
            raise AnswerRefused("这一处不能略去，请写出确定的内容。")

    def _same_heading(self, row: int, column: int) -> Iterable[str]:
        """The cells of a header row with the same wording: one answer settles them all."""
        wording = headings.parse(compact(str(self.grid.value(row, column) or ""))).core
        if self.question.code not in ("unclear_heading", "unknown_heading") or not wording:
            return [address(row, column)]
        alike = (place for place in range(1, self.grid.width + 1) if self._wording(row, place) == wording)
        return [address(row, place) for place in alike]

    def _wording(self, row: int, column: int) -> str:
        return headings.parse(compact(str(self.grid.value(row, column) or ""))).core

    def _keep(self) -> None:
        row, column = _place(self.question.address)
        if self.question.code == "unclear_heading":
            for where in self._same_heading(row, column):
                years = headings.parse(compact(str(self.grid.value(*_place(where)) or ""))).years
                self._set(where, "".join(f"{year}年" for year in years) + "拟建数")
        elif self.question.code == "unit_column":
            shown = compact(self.question.message.partition("和")[0])
            for place in range(1, self.grid.width + 1):
                text = compact(str(self.grid.value(row, place) or ""))
                if place != column and headings.is_unit(text) and text in shown:
                    self._set(address(row, place), REMARK)
        else:
            self._put_aside()

    def _type(self, code: str) -> None:
        if self.question.read:
            self.answers.types[self.question.read] = code
            return
        names = {**PRINTED_NAMES.types, **PRINTED_NAMES.roles}
        for where in self._gap(lambda column: column.code is None):
            self._set(where, next(name for name, known in names.items() if known == code))

    def _gap(self, lacks: Callable[[MatrixColumn], bool]) -> list[str]:
        """The empty heading cells that one question is about: from its place on, as far as columns lack the same."""
        row, column = _place(self.question.address)
        found = [self.question.address]
        lacking = {known.index for known in self.matrix.columns if lacks(known)}
        while self.grid.value(row, column) is None and column + 1 in lacking and not self.grid.value(row, column + 1):
            column += 1
            found.append(address(row, column))
        return found

    def _year(self, text: str) -> None:
        found = headings.YEARS.fullmatch(compact(text))
        if not found:
            raise AnswerRefused("请写出一个年份，例如 2021。")
        year = f"{found[1]}年"
        if self.question.code != "table_year_missing":
            for where in self._gap(lambda column: column.year is None):
                self._set(where, self._dated(where, year))
            return
        for column in self.matrix.columns:
            where = next(
                (
                    address(row, column.index)
                    for row in reversed(self.matrix.header_rows)
                    if self.grid.value(row, column.index)
                ),
                address(self.matrix.header_rows[-1], column.index),
            )
            self._set(where, self._dated(where, year))

    def _dated(self, where: str, year: str) -> str:
        rest = headings.RANGE.sub("", compact(str(self.grid.value(*_place(where)) or "")))
        return year + headings.YEARS.sub("", rest).strip("、,-—~至")

    def _counts(self, text: str) -> None:
        cells = self._covered() if self.question.code == "merged_cell" else [self.question.address]
        parts = re.split(r"[ ,、;]+", text) if len(cells) > 1 else [text]
        if len(parts) != len(cells):
            raise AnswerRefused(
                f"这里合并了 {len(cells)} 个单元格，请依次写 {len(cells)} 个数，用空格隔开，没有数的写“—”。"
            )
        for where, part in zip(cells, parts, strict=True):
            if counts.read(part).doubt:
                raise AnswerRefused(f"“{part}”不是一个确定的整数；没有数请写“—”。")
            self._set(where, part)

    def _covered(self) -> list[str]:
        row, column = _place(self.question.address)
        for merge in self.grid.merges:
            if (merge.first_row, merge.first_column) == (row, column):
                rows, columns = range(row, merge.last_row + 1), range(column, merge.last_column + 1)
                return [address(down, across) for down in rows for across in columns]
        return [self.question.address]

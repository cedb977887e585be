"""合计 rows among the rows of a sheet: recognised, left out, and compared with the sums they claim."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING

from eldercare.sheets.cells import Grid, Level, Problem, Value
from eldercare.sheets.parsing import ParseError, printed
from eldercare.sheets.text import compact

if TYPE_CHECKING:
    from eldercare.sheets.intake import Place, ReadRow

SUMMABLE = frozenset({"integer", "decimal"})
"""Kinds of columns whose figures add up; percentages do not."""

_TOTAL = re.compile(r"[\w（(]{0,8}?(合计|总计|小计|共计|总和)(数|[（(].{0,10}[)）])?[:：]?")


def is_name(text: str) -> bool:
    """Whether a compact text names a row of totals (合计, 全镇合计, 本页小计:)."""
    return bool(_TOTAL.fullmatch(text))


def is_total(cells: Sequence[Value]) -> bool:
    """Whether the first text of a row names it a row of totals."""
    first = next((value for value in cells if isinstance(value, str) and value.strip()), None)
    return first is not None and len(first) < 40 and is_name(compact(first))


class Sums:
    """Sums of the figures of a sheet, overall and since the last row of totals; added up when a total asks for them."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = places
        self.overall: dict[str, Decimal | int] = {}
        self.since: dict[str, Decimal | int] = {}
        self.unreadable: set[str] = set()
        self.ahead: list[int] = []
        self._waiting: list[ReadRow] = []

    def add(self, row: ReadRow) -> None:
        """Take in a row."""
        self._waiting.append(row)

    def _add_up(self) -> None:
        """A column in which a figure could not be read is no longer compared."""
        for place, row in product(self.places, self._waiting):
            key = place.column.key
            if key not in row.values:
                self.unreadable.add(key)
            elif row.values[key] is not None:
                self.overall[key] = self.overall.get(key, 0) + row.values[key]
                self.since[key] = self.since.get(key, 0) + row.values[key]
        self._waiting = []

    def differences(self, grid: Grid, number: int) -> Iterator[Problem]:
        """A warning for each figure of a total row that is neither the sum above it nor that since the last total.

        A total that stands before any row is compared at the end of the sheet, by `late_differences`.
        """
        self._add_up()
        since, self.since = self.since, {}
        if self.overall:
            yield from self._compared(grid, number, since)
        else:
            self.ahead.append(number)

    def late_differences(self, grid: Grid) -> Iterator[Problem]:
        """The same for totals that stood before the rows they add up."""
        if self.ahead:
            self._add_up()
        for number in self.ahead:
            yield from self._compared(grid, number, self.overall)

    def _compared(self, grid: Grid, number: int, since: dict[str, Decimal | int]) -> Iterator[Problem]:
        for place in self.places:
            claimed = _claimed(place, grid, number)
            key = place.column.key
            sums = {self.overall.get(key, 0), since.get(key, 0)}
            if claimed is not None and key not in self.unreadable and claimed not in sums:
                yield _difference(place, grid, number, self.overall.get(key, 0))


def _claimed(place: Place, grid: Grid, number: int) -> Decimal | int | None:
    try:
        return place.column.parse(grid.value(number, place.number), grid.marks.get((number, place.number)))
    except ParseError:
        return None


def _difference(place: Place, grid: Grid, number: int, total: Decimal | int) -> Problem:
    read = printed(grid.value(number, place.number))
    message = f"合计行写的是 {read}，各行相加是 {printed(total)}"
    cell = f"{place.letters}{number}"
    return Problem(
        "total_differs", message, "以各行为准，请核对", Level.WARNING, grid.name, cell, place.column.heading, read
    )

"""Rows of one file that speak of the same thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from eldercare.sheets.cells import Problem
from eldercare.sheets.text import compact

if TYPE_CHECKING:
    from eldercare.sheets.columns import Sheet
    from eldercare.sheets.intake import ReadRow

Name = tuple[str, ...]


def find(rows: list[ReadRow], sheet: Sheet) -> Iterator[Problem]:
    """An error for each row that repeats another's key, or, without a key, any other row's identity."""
    keyed = [row for row in rows if _name(row, sheet.key)]
    yield from _repeated(keyed, sheet.key, {}, sheet)
    seen = {name: row for row in reversed(keyed) if (name := _name(row, sheet.identity))}
    blank = [row for row in rows if all(key not in row.raw or _is_blank(row, key) for key in sheet.key)]
    yield from _repeated(blank, sheet.identity, seen, sheet)


def _repeated(rows: Iterable[ReadRow], keys: Name, seen: dict[Name, ReadRow], sheet: Sheet) -> Iterator[Problem]:
    for row in rows:
        name = _name(row, keys)
        earlier = seen.setdefault(name, row) if name else row
        if earlier is not row:
            yield _problem(row, earlier, sheet, keys[0])


def _name(row: ReadRow, keys: Name) -> Name:
    """The compact values of some columns; empty when the first of them is not known."""
    if not keys or row.values.get(keys[0]) is None:
        return ()
    return tuple(compact(str(row.values.get(key, ""))) for key in keys)


def _is_blank(row: ReadRow, key: str) -> bool:
    return key in row.values and row.values[key] is None


def _problem(row: ReadRow, earlier: ReadRow, sheet: Sheet, key: str) -> Problem:
    return Problem(
        "duplicate",
        f"与第 {earlier.number} 行重复",
        "同一项只留一行",
        sheet=row.sheet,
        cell=row.cells[key],
        column=sheet[key].heading,
        read=row.raw[key][:100],
    )

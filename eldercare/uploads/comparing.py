"""Every row of a sheet set beside what is registered, and what is registered that no row names."""

from collections.abc import Callable, Generator, Mapping
from typing import TypeVar

from eldercare.sheets.cells import Problem
from eldercare.sheets.columns import Reading, ReadRow
from eldercare.uploads.kinds import Comparison

Known = TypeVar("Known")
Staged = tuple[dict, list[Problem]]
ROWS_A_STEP = 500
"""How often a comparison of many rows tells how far it is."""


def compare_rows(
    result: Comparison,
    reading: Reading,
    known: Mapping[str, Known],
    row: Callable[[ReadRow, bool], Staged],
    missing: Callable[[Known], Staged],
) -> Generator[int]:
    """Stage each row, and each of the `known` (by code) that none of them names; yields how many rows are done.

    `row` is also told whether one of the cells could not be read.
    """
    seen: set[str] = set()
    unread = {problem.cell for problem in reading.errors}
    for done, read in enumerate(reading.rows):
        if done and done % ROWS_A_STEP == 0:
            yield done
        staged = _stage(result, *row(read, bool(unread) and not unread.isdisjoint(read.cells.values())))
        seen.add(staged["code"])
    # A file in which no row was found says nothing about what it does not name.
    for code, record in known.items() if reading.rows else ():
        if code not in seen:
            _stage(result, *missing(record))


def _stage(result: Comparison, staged: dict, problems: list[Problem]) -> dict:
    result.rows.append(staged)
    result.problems += problems
    return staged

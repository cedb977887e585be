"""Counting training against quotas: pure, and the same whatever the order of rosters.

People count once per role and year, for the unit of their first completed session of that year; attendances count each.
The clauses are silent on carrying a surplus over to later years: it is listed apart and added only where asked.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Done:
    """One completed attendance; the year is the year in which its session ended."""

    attendance: int
    person: int
    session: int
    role: str
    ended_on: date
    unit: str

    @property
    def year(self) -> int:
        return self.ended_on.year


@dataclass(frozen=True, slots=True)
class Cell:
    """One unit, role and year. `quota` is null where none is printed; `carried` is what earlier years had too much."""

    quota: int | None
    trained: int
    carried: int = 0
    used: int = 0

    @property
    def counted(self) -> int:
        """What counts towards the quota: never more than it, with the surplus of earlier years where that was asked for."""
        return min(self.trained + self.used, self.quota or 0)

    @property
    def surplus(self) -> int:
        """Trained beyond the quota, or without one."""
        return max(self.trained - (self.quota or 0), 0)

    @property
    def left(self) -> int | None:
        """Still to be trained; null where no quota is printed."""
        return None if self.quota is None else self.quota - self.counted


def once(rows: Iterable[Done]) -> list[Done]:
    """One row per person, role and year: the first session to end, by its number where two end on one day."""
    first: dict[tuple, Done] = {}
    for row in rows:
        key = (row.person, row.role, row.year)
        if key not in first or _order(row) < _order(first[key]):
            first[key] = row
    return sorted(first.values(), key=_order)


def _order(row: Done) -> tuple:
    return row.ended_on, row.session, row.attendance


def tally(rows: Iterable[Done]) -> Counter[tuple[str, str, int]]:
    """How many rows there are of each (unit, role, year)."""
    return Counter((row.unit, row.role, row.year) for row in rows)


def by_year(quotas: Mapping[int, int | None], trained: Mapping[int, int], *, carry: bool = False) -> dict[int, Cell]:
    """The years of one unit and role. With `carry` a surplus fills the next years' gaps; without it is only shown."""
    cells, surplus = {}, 0
    for year in sorted({*quotas, *trained}):
        quota, done = quotas.get(year), trained.get(year, 0)
        gap = max((quota or 0) - done, 0)
        used = min(gap, surplus) if carry else 0
        cells[year] = Cell(quota, done, surplus, used)
        surplus += cells[year].surplus - used
    return cells

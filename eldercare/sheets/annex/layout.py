"""A worksheet as a reader of tables sees it: text without inner spaces, and which merged range covers a cell."""

from functools import cached_property

from eldercare.sheets.cells import Grid, Merge, Value
from eldercare.sheets.text import compact


class Layout:
    """Looks up a grid's cells by 1-based row and column, through its merges where that is asked for."""

    def __init__(self, grid: Grid):
        self.grid = grid
        self.height = len(grid.rows)
        self.width = grid.width

    @cached_property
    def _covers(self) -> dict[tuple[int, int], Merge]:
        covers: dict[tuple[int, int], Merge] = {}
        for merge in self.grid.merges:
            # Overlapping ranges cannot be drawn by a spreadsheet program; the first one stands.
            if (merge.first_row, merge.first_column) not in covers:
                covers.update(dict.fromkeys(self._positions(merge), merge))
        return covers

    def _positions(self, merge: Merge) -> list[tuple[int, int]]:
        rows = range(merge.first_row, min(merge.last_row, self.height) + 1)
        columns = range(merge.first_column, min(merge.last_column, max(self.width, merge.first_column)) + 1)
        return [(row, column) for row in rows for column in columns]

    def merge(self, row: int, column: int) -> Merge | None:
        """The merged range that covers a cell, or None."""
        return self._covers.get((row, column))

    def origin(self, row: int, column: int) -> tuple[int, int]:
        """Where the value shown at a cell stands: the first cell of its merged range, or the cell itself."""
        merge = self.merge(row, column)
        return (merge.first_row, merge.first_column) if merge else (row, column)

    def value(self, row: int, column: int) -> Value:
        """The cell's own value; blank text counts as None, cells that a merge hides have none."""
        value = self.grid.value(row, column)
        return None if isinstance(value, str) and not value.strip() else value

    def printed(self, row: int, column: int) -> str:
        """The cell's own value as text, stripped, otherwise as printed; "" for a blank."""
        value = self.value(row, column)
        return "" if value is None else str(value).strip()

    def text(self, row: int, column: int) -> str:
        """The cell's own value for matching: full-width forms folded, all spaces and line breaks removed."""
        return compact(self.printed(row, column))

    def shown(self, row: int, column: int) -> str:
        """Like `text`, but a cell inside a merged range shows the range's value."""
        return self.text(*self.origin(row, column))

    def filled(self, row: int, left: int, right: int) -> list[int]:
        """The columns of a row, within bounds, whose own value is not blank."""
        cells = self.grid.rows[row - 1] if 0 < row <= self.height else ()
        last = min(right, len(cells))
        return [column for column in range(left, last + 1) if self.value(row, column) is not None]

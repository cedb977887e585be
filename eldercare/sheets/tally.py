"""What has been met so far in one file, against its limits."""

from .limits import Limits
from .refusal import place, refuse


class Tally:
    """Counts rows with content, merges, marks and text over all worksheets of one file; raises Refused beyond."""

    def __init__(self, limits: Limits):
        self.limits = limits
        self._rows = self._merges = self._marks = self._text = 0
        self._row_counted = False

    def new_row(self) -> None:
        """A row begins; it counts with its first cell that holds something."""
        self._row_counted = False

    def cell(self, sheet: str, row: int, column: int) -> None:
        """A cell of the present row holds something."""
        if column > self.limits.columns:
            raise refuse("too_many_columns", place=place(sheet, row, column), limit=self.limits.columns)
        if self._row_counted:
            return
        if row > self.limits.last_row:
            raise refuse("far_cell", place=place(sheet, row, column), limit=self.limits.last_row)
        self._rows += 1
        self._row_counted = True
        if self._rows > self.limits.rows:
            raise refuse("too_many_rows", limit=self.limits.rows)

    def merge(self) -> None:
        """One merged range."""
        self._merges += 1
        if self._merges > self.limits.merges:
            raise refuse("too_many_merges", limit=self.limits.merges)

    def mark(self) -> None:
        """One cell whose value cannot be known."""
        self._marks += 1
        if self._marks > self.limits.marks:
            raise refuse("too_many_marks", limit=self.limits.marks)

    def text(self, length: int) -> None:
        """A text cell of that many characters."""
        self._text += length
        if self._text > self.limits.text_total:
            raise refuse("too_much_text")

"""Tables for a terminal, aligned although Chinese letters are twice as wide as Latin ones."""

from collections.abc import Iterable, Sequence
from unicodedata import east_asian_width


def width(text: str) -> int:
    """Columns a text takes in a terminal."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def table(rows: Iterable[Sequence[object]], *, indent: str = "  ") -> list[str]:
    """Rows as aligned lines; the last column is not padded. None prints as —."""
    texts = [["—" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*texts, strict=True)]
    return [indent + "  ".join(_padded(row, widths)).rstrip() for row in texts]


def _padded(row: list[str], widths: list[int]) -> Iterable[str]:
    for text, wide in zip(row, widths, strict=True):
        yield text + " " * (wide - width(text))

"""Finding the header rows of tables on a sheet and the printed labels above every column."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from eldercare.sheets.annex import counts, headings
from eldercare.sheets.annex.layout import Layout
from eldercare.sheets.annex.vocabulary import Vocabulary

MOST_ROWS = 5


class Label(NamedTuple):
    """One printed heading cell above a column: as printed, compact, and where it stands."""

    printed: str
    text: str
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Header:
    """The header rows of one table fragment, between its serial column (if any), unit column and right bound.

    `rivals` are other columns that look like a unit column.
    """

    first_row: int
    last_row: int
    serial: int | None
    unit: int
    right: int
    rivals: tuple[int, ...] = ()

    @property
    def left(self) -> int:
        """The first column of the table."""
        return min(self.unit, self.serial or self.unit, *self.rivals)

    @property
    def rows(self) -> range:
        """The header's sheet rows, top to bottom."""
        return range(self.first_row, self.last_row + 1)


def find(layout: Layout, vocabulary: Vocabulary) -> Iterator[Header]:
    """Every header on the sheet, top to bottom, left to right: a unit column with years or known names beside it."""
    row = 1
    while row <= layout.height:
        here = list(_headers_at(layout, vocabulary, row))
        yield from here
        row = max([row, *(header.last_row for header in here)]) + 1


def unit_columns(layout: Layout, row: int) -> list[int]:
    """Columns of a row whose own text is the heading of a unit column."""
    words = (column for column in layout.filled(row, 1, layout.width) if isinstance(layout.value(row, column), str))
    return [
        column
        for column in words
        if len(layout.printed(row, column)) < 40 and headings.is_unit(layout.text(row, column))
    ]


def labels(layout: Layout, header: Header, column: int) -> list[Label]:
    """The labels above a column, top layer first.

    A label reaches as far right as its merged range; without merged ranges in that layer it continues over the blanks
    right of it (the form a merged header takes in CSV), except in the lowest layer, where every column has its own.
    """
    found: list[Label] = []
    for row in header.rows:
        place = _label_place(layout, header, row, column)
        if place and place not in [(label.row, label.column) for label in found]:
            found.append(Label(layout.printed(*place), layout.text(*place), *place))
    return found


def lead_heading(layout: Layout, header: Header, column: int | None) -> str:
    """The printed heading of the serial or unit column; "" for None."""
    texts = (layout.printed(row, column) for row in header.rows if column)
    return "\n".join(dict.fromkeys(filter(None, texts)))


def has_own_label(layout: Layout, header: Header, column: int) -> bool:
    """True when a heading cell stands above this very column or a merged heading covers it."""
    return any(_stated_place(layout, header, row, column) for row in header.rows)


def reprint_key(layout: Layout, header: Header) -> tuple:
    """What headers have in common that are one header printed again in the same columns."""
    columns = range(header.unit, header.right + 1)
    return header.unit, *(tuple(layout.text(row, column) for column in columns) for row in header.rows)


def _headers_at(layout: Layout, vocabulary: Vocabulary, row: int) -> Iterator[Header]:
    candidates = unit_columns(layout, row)
    if not candidates:
        return
    first, last = _extent(layout, vocabulary, row, candidates[0])
    speaking = _speaking_columns(layout, vocabulary, range(first, last + 1))
    waiting: list[int] = []
    starts: list[tuple[int, tuple[int, ...]]] = []
    for column, following in zip(candidates, [*candidates[1:], layout.width + 1], strict=True):
        if any(column < other < following for other in speaking):
            starts.append((column, tuple(waiting)))
            waiting = []
        else:
            waiting.append(column)
    yield from _placed(layout, row, first, last, starts)


def _placed(layout: Layout, row: int, first: int, last: int, starts: list) -> Iterator[Header]:
    left = 1
    for position, (unit, rivals) in enumerate(starts):
        following = starts[position + 1][0] if position + 1 < len(starts) else layout.width + 1
        serial = _serial_column(layout, range(first, last + 1), left, unit)
        ahead = _serial_column(layout, range(first, last + 1), unit + 1, following)
        right = (ahead if ahead and following <= layout.width else following) - 1
        rivals = tuple(column for column in rivals if not headings.REMARK.fullmatch(layout.text(row, column)))
        yield Header(first, last, serial, unit, right, rivals)
        left = right + 1


def _serial_column(layout: Layout, rows: range, left: int, right: int) -> int | None:
    columns = [
        column
        for column in range(left, right)
        if any(headings.SERIAL.fullmatch(layout.shown(row, column)) for row in rows)
    ]
    return columns[-1] if columns else None


def _extent(layout: Layout, vocabulary: Vocabulary, row: int, unit: int) -> tuple[int, int]:
    first, last = row, row
    while first > 1 and row - first < 2 and _continues_upward(layout, vocabulary, first - 1, unit):
        first -= 1
    while last - first + 1 < MOST_ROWS and _continues_downward(layout, last + 1, row, unit):
        last += 1
    return first, last


def _continues_upward(layout: Layout, vocabulary: Vocabulary, row: int, unit: int) -> bool:
    cells = layout.filled(row, 1, layout.width)
    merge = layout.merge(row, unit)
    if not cells or cells[0] <= unit or (merge and merge.first_column <= unit < merge.last_column):
        return False
    texts = [layout.text(row, column) for column in cells]
    looks_like_title = len(texts) == 1 and (
        len(texts[0]) > 20 or texts[0].endswith("表") or texts[0].startswith("附件")
    )
    return (
        not looks_like_title
        and all(_is_header_like(layout, row, column) for column in cells)
        and any(_speaks(text, vocabulary) for text in texts)
    )


def _continues_downward(layout: Layout, row: int, anchor: int, unit: int) -> bool:
    if layout.origin(row, unit) == layout.origin(anchor, unit):
        return True
    lead = [layout.shown(row, column) for column in range(1, unit + 1)]
    repeated = [layout.shown(anchor, column) for column in range(1, unit + 1)]
    if any(text and text != above for text, above in zip(lead, repeated, strict=True)):
        return False
    cells = layout.filled(row, unit + 1, layout.width)
    return bool(cells) and all(_is_header_like(layout, row, column) for column in cells)


def _is_header_like(layout: Layout, row: int, column: int) -> bool:
    count = counts.read(layout.value(row, column))
    is_words = count.doubt == "not_a_number"
    return is_words or headings.is_year_number(layout.text(row, column))


def _speaks(text: str, vocabulary: Vocabulary) -> bool:
    heading = headings.parse(text)
    return bool(heading.years or vocabulary.resolve(heading.whole).codes or vocabulary.resolve(heading.core).codes)


def _speaking_columns(layout: Layout, vocabulary: Vocabulary, rows: range) -> list[int]:
    return [
        column
        for column in range(1, layout.width + 1)
        if any(_speaks(layout.shown(row, column), vocabulary) for row in rows)
    ]


def _label_place(layout: Layout, header: Header, row: int, column: int) -> tuple[int, int] | None:
    stated = _stated_place(layout, header, row, column)
    if stated or row == header.last_row or _has_merged_labels(layout, header, row):
        return stated
    for other in range(column - 1, header.unit, -1):
        if any(_begins(layout, header, above, other + 1) for above in range(header.first_row, row)):
            return None
        if _stated_place(layout, header, row, other):
            return row, other
    return None


def _stated_place(layout: Layout, header: Header, row: int, column: int) -> tuple[int, int] | None:
    place = layout.origin(row, column)
    inside = place[0] >= header.first_row and place[1] > header.unit
    return place if inside and layout.value(*place) is not None else None


def _begins(layout: Layout, header: Header, row: int, column: int) -> bool:
    place = _stated_place(layout, header, row, column)
    return place is not None and place[1] == column


def _has_merged_labels(layout: Layout, header: Header, row: int) -> bool:
    merges = (layout.merge(row, column) for column in range(header.unit + 1, header.right + 1))
    return any(merge and merge.last_column > merge.first_column for merge in merges)

"""One header with the rows below it, and the joining of fragments that page breaks have made of one table."""

from dataclasses import dataclass, field, replace
from itertools import pairwise

from eldercare.sheets.annex import headers, headings
from eldercare.sheets.annex.body import Body, BodyReader
from eldercare.sheets.annex.columns import Reading
from eldercare.sheets.annex.headers import Header
from eldercare.sheets.annex.layout import Layout
from eldercare.sheets.annex.matrix import AnnexCell, Aside, Matrix, MatrixRow, TotalRow
from eldercare.sheets.annex.questions import Asker, Question
from eldercare.sheets.annex.rows import DIGITS, Kind
from eldercare.sheets.cells import Level, Problem
from eldercare.sheets.text import compact


@dataclass(slots=True)
class Fragment:
    """A header, what it means, and the rows up to the next header; `title` is its own, "" if it prints none.

    `lead` is the printed heading of the serial and of the unit column, `above` the lines over the header and
    `title_line` which of them is the title.
    """

    header: Header
    title: str
    reading: Reading
    body: Body
    sheet: str
    lead: tuple[str, str]
    above: list[str] = field(default_factory=list)
    title_line: int | None = None

    @property
    def meaning(self) -> list[tuple]:
        """What fragments of one table must have in common, column by column."""
        columns = [(column.code, compact(column.subject_text), column.year) for column in self.reading.columns]
        return columns + [(aside.is_total, aside.code, aside.year) for aside in self.reading.asides]

    @property
    def serials(self) -> list[int]:
        """The printed serial numbers that are numbers."""
        found = (DIGITS.fullmatch(compact(row.number)) for row in self.body.rows)
        return [int(match[1]) for match in found if match]

    @property
    def is_closed(self) -> bool:
        """True when the fragment ends with the table's 合计 row."""
        last = max((row.sheet_row for row in self.body.rows), default=0)
        return any(is_whole(total) and total.sheet_row > last for total in self.body.totals)


def is_whole(total: TotalRow) -> bool:
    """True for the sum of the whole table, False for a sum of a part (小计, 本页合计)."""
    return headings.WHOLE_TOTAL.fullmatch(compact(total.label)) is not None


def build(layout: Layout, header: Header, title: str, reading: Reading, kinds: dict[int, Kind]) -> Fragment:
    """Read the rows below one header."""
    body = BodyReader(layout, header, reading, kinds).read()
    lead = tuple(headers.lead_heading(layout, header, column) for column in (header.serial, header.unit))
    return Fragment(header, title, reading, body, layout.grid.name, lead)


def is_continuation(before: list[Fragment], following: Fragment) -> bool:
    """True when a repeated header goes on with the table before it rather than beginning another."""
    first, previous = before[0], before[-1]
    if previous.meaning != following.meaning or following.title not in ("", first.title):
        return False
    return not previous.is_closed or continues_count(previous, following)


def continues_count(previous: Fragment, following: Fragment) -> bool:
    """True when the serial numbers of one fragment go on where the other's end."""
    return bool(previous.serials and following.serials) and following.serials[0] == previous.serials[-1] + 1


def join(parts: list[Fragment]) -> Matrix:
    """The one table of these fragments, with the doubts that only show when they lie side by side."""
    first = parts[0]
    bodies = [first.body, *(_placed(part, first) for part in parts[1:])]
    rows = [row for body in bodies for row in body.rows]
    total, subtotals = _totals([total for body in bodies for total in body.totals], rows)
    matrix = Matrix(
        title=first.title,
        sheet=first.sheet,
        header_rows=tuple(first.header.rows),
        orientation=first.reading.orientation,
        columns=first.reading.columns,
        rows=rows,
        total=total,
        subtotals=subtotals,
        asides=_asides(parts),
        notes=list(dict.fromkeys(note for body in bodies for note in body.notes)),
        questions=[*first.reading.questions, *(question for body in bodies for question in body.questions)],
        problems=[problem for body in bodies for problem in body.problems],
        title_lines=first.above,
        title_line=first.title_line,
        serial_heading=first.lead[0],
        unit_heading=first.lead[1],
    )
    matrix.questions += [*_fragment_questions(parts), *_unit_questions(parts), *_total_questions(parts, matrix)]
    matrix.questions = list(dict.fromkeys(matrix.questions))
    matrix.problems += _serial_problems(parts)
    return matrix


def _placed(part: Fragment, first: Fragment) -> Body:
    """The fragment's rows under the first fragment's columns; a table printed in two halves stands side by side."""
    pairs = zip(part.reading.columns, first.reading.columns, strict=True)
    index = {own.index: target.index for own, target in pairs}
    rows = [replace(row, cells=_moved(row.cells, index)) for row in part.body.rows]
    totals = [replace(total, cells=_moved(total.cells, index)) for total in part.body.totals]
    return replace(part.body, rows=rows, totals=totals)


def _moved(cells: dict[int, AnnexCell], index: dict[int, int]) -> dict[int, AnnexCell]:
    return {index[column]: cell for column, cell in cells.items()}


def _asides(parts: list[Fragment]) -> list[Aside]:
    columns = zip(*(part.reading.asides for part in parts), strict=True)
    return [
        replace(same[0], cells={row: cell for aside in same for row, cell in aside.cells.items()}) for same in columns
    ]


def _totals(totals: list[TotalRow], rows: list[MatrixRow]) -> tuple[TotalRow | None, list[TotalRow]]:
    whole = [total for total in totals if is_whole(total)]
    # A table printed in two halves closes both with one line of sums, of which one half may be empty.
    whole = [total for total in whole if any(cell.printed for cell in total.cells.values())] or whole
    if not whole and len(totals) == 1 and not _stands_between(totals[0], rows):
        whole = totals
    total = whole[-1] if whole else None
    return total, [
        other for other in totals if other is not total and any(cell.printed for cell in other.cells.values())
    ]


def _stands_between(total: TotalRow, rows: list[MatrixRow]) -> bool:
    places = [row.sheet_row for row in rows]
    return bool(places) and min(places) < total.sheet_row < max(places)


def _total_questions(parts: list[Fragment], matrix: Matrix) -> list[Question]:
    rivals = [total for total in matrix.subtotals if is_whole(total)]
    if not matrix.total or all(_values(rival) == _values(matrix.total) for rival in rivals):
        return []
    column = parts[-1].header.unit
    return [Asker(matrix.sheet).ask("two_totals", (matrix.total.sheet_row, column), matrix.total.label)]


def _values(total: TotalRow) -> list[int | None]:
    return [cell.value for cell in total.cells.values()]


def _fragment_questions(parts: list[Fragment]) -> list[Question]:
    return [
        Asker(part.sheet).ask("fragment_unclear", (part.header.first_row, part.header.left), "")
        for previous, part in pairwise(parts)
        if previous.serials and part.serials and not continues_count(previous, part)
    ]


def _unit_questions(parts: list[Fragment]) -> list[Question]:
    seen: dict[str, int] = {}
    questions = []
    for part in parts:
        for row in part.body.rows:
            first = seen.setdefault(compact(row.unit), row.sheet_row)
            if row.unit and first != row.sheet_row:
                place = (row.sheet_row, part.header.unit)
                questions.append(Asker(part.sheet).ask("duplicate_unit", place, row.unit, row=str(first)))
    return questions


def _serial_problems(parts: list[Fragment]) -> list[Problem]:
    jumps = [
        f"{number} 之后是 {following}"
        for part in parts
        for number, following in pairwise(part.serials)
        if following != number + 1
    ]
    message = f"序号不连续：{'，'.join(jumps)}。请核对是否漏了行。"
    return [Problem("serial_gap", message, level=Level.WARNING, sheet=parts[0].sheet)] if jumps else []

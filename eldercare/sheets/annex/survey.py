"""Reading every table of the family that stands on a sheet, and saying why another one is not read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from eldercare.sheets.annex import columns, fragments, headers, headings, rows
from eldercare.sheets.annex.fragments import Fragment
from eldercare.sheets.annex.headers import Header
from eldercare.sheets.annex.layout import Layout
from eldercare.sheets.annex.matrix import Matrix
from eldercare.sheets.annex.questions import Asker
from eldercare.sheets.annex.rows import Kind
from eldercare.sheets.annex.vocabulary import PRINTED_NAMES, Vocabulary
from eldercare.sheets.cells import Grid, Problem, address
from eldercare.sheets.text import compact

# A page of a printed table holds ten rows at least, and a sheet 20,000 rows at most; more is no printed table.
MOST_HEADERS = 2_000
NO_TYPES: Mapping[str, str] = {}
FAMILY = "计划表要有单位列（如“乡镇（街道）”）、带年份的表头和每个单位一行的数。"
REASONS = {
    "blank_sheet": "这张工作表是空的。",
    "too_many_headers": "这张工作表里像表头的行太多，不像一张印发的计划表。",
    "no_unit_column": "没有找到单位列：表头里没有“乡镇（街道）”“单位”“村（社区）”这样的列名。",
    "no_year": "表头里没有年份，看不出各列是哪一年的计划数。",
    "no_rows": "表头下面没有单位行。",
    "units_of_measure": "“单位”一列填的是计量单位（如“张”“%”），这像是指标表，不是分单位的计划表。",
    "words_not_counts": "表头下面大多是文字，不是数，这不像计划表。",
}


@dataclass(slots=True)
class Survey:
    """What stands on one sheet: the tables read, and a problem for each thing that is not such a table."""

    matrices: list[Matrix] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Above:
    """The lines above a header; `title_line` is the title's place among them, `place` its cell or where to ask."""

    lines: list[str]
    title_line: int | None
    place: tuple[int, int]

    @property
    def title(self) -> str:
        return "" if self.title_line is None else self.lines[self.title_line]

    @property
    def others(self) -> list[str]:
        return [line for number, line in enumerate(self.lines) if number != self.title_line]


@dataclass(slots=True)
class Region:
    """A header with the kinds of the rows below it and the rows above it that are not another table's."""

    header: Header
    kinds: dict[int, Kind]
    above: list[int]
    notes: list[int]
    indexes: list[int] = field(default_factory=list)


def read(grid: Grid, *, vocabulary: Vocabulary = PRINTED_NAMES, types: Mapping[str, str] = NO_TYPES) -> list[Matrix]:
    """Every plan table on the sheet, top to bottom; `types` settles headings of this table ({printed: code})."""
    return survey(grid, vocabulary=vocabulary, types=types).matrices


def explain(
    grid: Grid, *, vocabulary: Vocabulary = PRINTED_NAMES, types: Mapping[str, str] = NO_TYPES
) -> list[Problem]:
    """Why what stands on the sheet is not read as a plan table; empty when everything was."""
    return survey(grid, vocabulary=vocabulary, types=types).problems


def survey(grid: Grid, *, vocabulary: Vocabulary = PRINTED_NAMES, types: Mapping[str, str] = NO_TYPES) -> Survey:
    """Tables and problems of one sheet in one pass."""
    vocabulary = vocabulary.overridden(types)
    layout = Layout(grid)
    result = Survey()
    groups: list[list[Fragment]] = []
    found = list(islice(headers.find(layout, vocabulary), MOST_HEADERS + 1))
    if len(found) > MOST_HEADERS:
        return Survey(problems=[_problem(grid, "too_many_headers", None)])
    for region in _with_columns(layout, list(_regions(layout, found))):
        fragment, reason = _fragment(layout, region, vocabulary, groups[-1] if groups else [])
        if fragment is None:
            result.problems.append(_problem(grid, reason, region.header))
        elif groups and fragments.is_continuation(groups[-1], fragment):
            groups[-1].append(fragment)
        else:
            groups.append([fragment])
    result.matrices = [fragments.join(group) for group in groups]
    if not found:
        result.problems.append(_problem(grid, _nothing_found(layout), None))
    return result


def _problem(grid: Grid, code: str, header: Header | None) -> Problem:
    cell = address(header.first_row, header.unit) if header else ""
    return Problem(code, REASONS[code], FAMILY, sheet=grid.name, cell=cell)


def _nothing_found(layout: Layout) -> str:
    if not any(layout.filled(row, 1, layout.width) for row in range(1, layout.height + 1)):
        return "blank_sheet"
    has_units = any(headers.unit_columns(layout, row) for row in range(1, layout.height + 1))
    return "no_year" if has_units else "no_unit_column"


def _regions(layout: Layout, found: list[Header]) -> Iterator[Region]:
    above = list(range(1, found[0].first_row)) if found else []
    tails: dict[int, list[int]] = {}
    for position, header in enumerate(found):
        below = next((other for other in islice(found, position + 1, None) if _overlap(header, other)), None)
        last = below.first_row - 1 if below else layout.height
        kinds = rows.kinds(layout, header, last)
        end = max((row for row, kind in kinds.items() if kind in LINES), default=header.last_row)
        tail = [row for row in kinds if row > end]
        cut = _cut(kinds, tail) if below else len(tail)
        notes = [row for row, kind in kinds.items() if row <= end and kind in (Kind.NOTE, Kind.TITLE)]
        own_above = tails.pop(header.first_row, above if header.first_row == found[0].first_row else [])
        yield Region(header, {row: kinds[row] for row in kinds if row <= end}, own_above, notes + tail[:cut])
        if below:
            tails[below.first_row] = tail[cut:]


LINES = (Kind.DATA, Kind.UNCLEAR, Kind.TOTAL)


def _overlap(one: Header, other: Header) -> bool:
    return one.left <= other.right and other.left <= one.right and other.first_row > one.last_row


def _cut(kinds: dict[int, Kind], tail: list[int]) -> int:
    """How many of the rows between two tables belong to the upper one: those before a title, else before a gap."""
    titles = [position for position, row in enumerate(tail) if kinds[row] is Kind.TITLE]
    gaps = [position for position, row in enumerate(tail) if kinds[row] is Kind.BLANK]
    return (titles or gaps[-1:] or [len(tail)])[0]


def _fragment(
    layout: Layout, region: Region, vocabulary: Vocabulary, before: list[Fragment]
) -> tuple[Fragment | None, str]:
    above = _above(layout, region)
    title, place = above.title, above.place
    drafted = columns.drafts(layout, region.header, region.indexes, vocabulary)
    lent = before[0].title if before and not title else title
    for wording in dict.fromkeys((lent, title)):
        reason = _refusal(layout, region, drafted, vocabulary, wording)
        if reason:
            continue
        reading = columns.read(layout, drafted, vocabulary, wording, place)
        fragment = fragments.build(layout, region.header, title, reading, region.kinds)
        # A table's title speaks for its later pages, but not for the next table that happens to have none.
        if wording == title or fragments.is_continuation(before, fragment):
            return _dressed(layout, fragment, region, above), ""
    return None, reason


def _dressed(layout: Layout, fragment: Fragment, region: Region, above: Above) -> Fragment:
    header = region.header
    fragment.above, fragment.title_line = above.lines, above.title_line
    fragment.body.notes = above.others + [text for row in region.notes if (text := _words(layout, header, row))]
    if header.rivals:
        asker, row = Asker(layout.grid.name), header.first_row
        rival = "、".join(layout.printed(row, column) for column in header.rivals)
        question = asker.ask("unit_column", (row, header.unit), layout.printed(row, header.unit), others=rival)
        fragment.reading.questions.append(question)
    return fragment


def _with_columns(layout: Layout, regions: list[Region]) -> list[Region]:
    shared: dict[tuple, set[int]] = {}
    keys = [headers.reprint_key(layout, region.header) for region in regions]
    for key, region in zip(keys, regions, strict=True):
        shared.setdefault(key, set()).update(_indexes(layout, region))
    for key, region in zip(keys, regions, strict=True):
        # A column without a heading that happens to be blank on one page is still a column of the other pages.
        region.indexes = sorted(shared[key])
    return regions


def _indexes(layout: Layout, region: Region) -> list[int]:
    lines = [row for row, kind in region.kinds.items() if kind in LINES]
    marks = layout.grid.marks
    return [
        index
        for index in range(region.header.unit + 1, region.header.right + 1)
        if headers.has_own_label(layout, region.header, index)
        or any(layout.value(row, index) is not None or (row, index) in marks for row in lines)
    ]


def _refusal(layout: Layout, region: Region, drafted: list, vocabulary: Vocabulary, title: str) -> str:
    counted = [draft for draft in drafted if not draft.is_aside]
    lines = [row for row, kind in region.kinds.items() if kind in (Kind.DATA, Kind.UNCLEAR)]
    with_years = sum(bool(draft.years) for draft in counted)
    title_years = headings.parse(compact(title)).years
    if with_years * 2 < len(counted) and not (len(title_years) == 1 and not with_years):
        return "no_year"
    if not counted:
        return "no_year"
    if not lines:
        return "no_rows"
    classifier = rows.Classifier(layout, region.header, True)
    units = [classifier.unit_text(row) for row in lines]
    if sum(bool(headings.MEASURE.fullmatch(unit)) for unit in units) * 2 > len(units):
        return "units_of_measure"
    values = [layout.value(row, draft.index) for row in lines for draft in counted]
    return "words_not_counts" if rows.mostly_words(values) else ""


def _above(layout: Layout, region: Region) -> Above:
    header = region.header
    texts = {row: _words(layout, header, row) for row in region.above}
    texts = {row: text for row, text in texts.items() if text and not rows.CONTINUED.fullmatch(compact(text))}
    named = [
        row
        for row, text in texts.items()
        if rows.TITLE.fullmatch(compact(text)) and not rows.ANNEX_LABEL.fullmatch(compact(text))
    ]
    if not named:
        return Above(list(texts.values()), None, (header.first_row, header.unit))
    filled = layout.filled(named[-1], 1, layout.width)
    return Above(list(texts.values()), list(texts).index(named[-1]), (named[-1], filled[0]))


def _words(layout: Layout, header: Header, row: int) -> str:
    within = rows.words(layout, row, header.left, header.right)
    return within or rows.words(layout, row, 1, layout.width)

"""From printed labels to columns of counts: what type or role, which year, and what the heading leaves open."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from eldercare.sheets.annex import headings
from eldercare.sheets.annex.headers import Header, Label, labels
from eldercare.sheets.annex.headings import Heading
from eldercare.sheets.annex.layout import Layout
from eldercare.sheets.annex.matrix import Aside, MatrixColumn, Orientation
from eldercare.sheets.annex.questions import Asker, Question, span
from eldercare.sheets.annex.vocabulary import Term, Vocabulary

WORDING_DOUBTS = {"unknown_heading", "ambiguous_heading", "unclear_heading"}
Doubt = tuple[str, tuple[int, int], str, tuple[str, ...]]


@dataclass(frozen=True)
class Draft:
    """One column's labels taken apart, before its neighbours and the title are asked."""

    index: int
    labels: list[Label]
    vocabulary: Vocabulary
    header: Header

    @cached_property
    def parts(self) -> list[tuple[Label, Heading, Term]]:
        """Every label with its years, its wording and what the wording means."""
        parsed = [(label, headings.parse(label.text)) for label in self.labels]
        return [(label, heading, self._term(heading)) for label, heading in parsed]

    def _term(self, heading: Heading) -> Term:
        whole = self.vocabulary.resolve(heading.whole)
        return whole if whole.codes else self.vocabulary.resolve(heading.core)

    @property
    def is_total(self) -> bool:
        """True for a column of printed sums."""
        return any(headings.TOTAL.fullmatch(heading.whole) for _, heading, _ in self.parts)

    @property
    def is_aside(self) -> bool:
        """True for a column that holds no plan count of its own."""
        remarks = (headings.REMARK, headings.SERIAL)
        return self.is_total or any(
            pattern.fullmatch(heading.whole) for pattern in remarks for _, heading, _ in self.parts
        )

    @property
    def named(self) -> list[tuple[Label, Heading, Term]]:
        """The labels whose wording is known."""
        return [part for part in self.parts if part[2].codes]

    @property
    def strange(self) -> list[tuple[Label, Heading, Term]]:
        """The labels with a wording that is not known and not mere filler."""
        return [part for part in self.parts if not part[2].codes and part[1].core]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes the labels may mean; one when they are clear."""
        return tuple(dict.fromkeys(code for _, _, term in self.named for code in term.codes))

    @property
    def code(self) -> str | None:
        """The one code meant by the labels, or None."""
        return self.codes[0] if len(self.codes) == 1 else None

    @property
    def years(self) -> tuple[int, ...]:
        """The single years the labels name."""
        return tuple(dict.fromkeys(year for _, heading, _ in self.parts for year in heading.years))

    @property
    def year(self) -> int | None:
        """The one year named, or None."""
        return self.years[0] if len(self.years) == 1 else None

    @property
    def qualifiers(self) -> list[Label]:
        """Labels beside or below a known name that may change what is counted (完成数); above it they are captions."""
        if not self.named:
            return []
        name = self.named[-1][0]
        return [label for label, heading, _ in self.strange if heading.years or label.row >= name.row]

    @property
    def subject(self) -> tuple[Label, Heading, Term] | None:
        """The label that names the type or role: the lowest known one, else the unknown one likeliest to be a name."""
        if self.named:
            return self.named[-1]
        likely = [part for part in self.strange if self.vocabulary.near(part[1].core)]
        return (likely or self.strange or [None])[-1]

    @property
    def subject_text(self) -> str:
        """The wording of the subject without year and measure; "" when no label names one."""
        if not self.subject:
            return ""
        _, heading, term = self.subject
        return heading.whole if term == self.vocabulary.resolve(heading.whole) else heading.core

    @property
    def gap(self) -> tuple[int, int]:
        """Where a missing label would stand: the first header row without one, else the lowest label's cell."""
        covered = {label.row for label in self.labels}
        empty = [row for row in self.header.rows if row not in covered]
        return (empty[0], self.index) if empty and self.labels else self.lowest

    @property
    def lowest(self) -> tuple[int, int]:
        lowest = self.labels[-1] if self.labels else None
        return (lowest.row, lowest.column) if lowest else (self.header.first_row, self.index)

    def doubts(self, *, subjects: bool, years: bool) -> Iterator[Doubt]:
        """What these labels leave open, of what should be there: (question code, place, text read, choices)."""
        if not self.labels:
            yield "heading_missing", self.lowest, "", ()
            return
        if subjects:
            yield from self._subject_doubts()
        if years and self.year is None:
            ranges = {str(year) for _, heading, _ in self.parts for year in heading.span}
            choices = tuple(map(str, self.years)) or tuple(sorted(ranges))
            code = "year_ambiguous" if self.years else "year_missing"
            yield code, self.lowest if self.years else self.gap, self.labels[-1].printed, choices

    def _subject_doubts(self) -> Iterator[Doubt]:
        if self.subject is None:
            yield "type_missing", self.gap, "", ()
        elif not self.named:
            yield "unknown_heading", *_at(self.subject[0]), self.vocabulary.near(self.subject[1].core)
        elif len(self.codes) > 1:
            yield "ambiguous_heading", *_at(self.subject[0]), self.codes
        for label in self.qualifiers:
            yield "unclear_heading", *_at(label), ()


def _at(label: Label) -> tuple[tuple[int, int], str]:
    return (label.row, label.column), label.printed


@dataclass(slots=True)
class Reading:
    """The columns of one table fragment, with the doubts about its header."""

    orientation: Orientation
    columns: list[MatrixColumn] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


def drafts(layout: Layout, header: Header, indexes: Iterable[int], vocabulary: Vocabulary) -> list[Draft]:
    """The labels above each of these columns, taken apart."""
    return [Draft(index, labels(layout, header, index), vocabulary, header) for index in indexes]


def read(
    layout: Layout, drafted: list[Draft], vocabulary: Vocabulary, title: str, title_place: tuple[int, int]
) -> Reading:
    """Columns, asides and questions of one header; a title stands in for a type that no label names."""
    asker = Asker(layout.grid.name)
    counted = [draft for draft in drafted if not draft.is_aside]
    has_subjects = any(draft.subject for draft in counted)
    has_years = any(draft.years for draft in counted)
    reading = Reading(_orientation(counted, has_subjects, has_years))
    term = Term(()) if has_subjects else vocabulary.found_in(headings.parse(headings.text_of(title)).whole)
    reading.columns = [_column(draft, vocabulary, draft.code or term.code) for draft in counted]
    reading.asides = [_aside(draft) for draft in drafted if draft.is_aside]
    if not has_subjects and term.code is None:
        code = "title_type_ambiguous" if term.codes else "title_type_missing"
        reading.questions.append(asker.ask(code, title_place, title, term.codes))
    if not has_years:
        years = tuple(map(str, headings.parse(headings.text_of(title)).years))
        reading.questions.append(asker.ask("table_year_missing", title_place, title, years))
    reading.questions += _header_questions(asker, counted, has_subjects, has_years)
    unclear = {draft.index for draft in counted if any(draft.qualifiers)}
    reading.questions += _duplicates(asker, counted, [found for found in reading.columns if found.index not in unclear])
    return reading


def _column(draft: Draft, vocabulary: Vocabulary, code: str | None) -> MatrixColumn:
    printed = tuple(label.printed for label in draft.labels)
    return MatrixColumn(draft.index, printed, draft.subject_text, code, draft.year, vocabulary.kind(code))


def _aside(draft: Draft) -> Aside:
    printed = tuple(label.printed for label in draft.labels)
    return Aside(draft.index, printed, draft.is_total, draft.code, draft.year)


def _orientation(counted: list[Draft], has_subjects: bool, has_years: bool) -> Orientation:
    if not has_subjects:
        return Orientation.YEARS_ONLY
    if not has_years:
        return Orientation.TYPES_ONLY
    whole = next((draft for draft in counted if draft.subject and draft.years), None)
    if whole is None:
        return Orientation.ONE_ROW
    subject = whole.subject[0].row
    year = next(label.row for label, heading, _ in whole.parts if heading.years)
    orders = {True: Orientation.TYPE_OVER_YEAR, False: Orientation.YEAR_OVER_TYPE}
    return Orientation.ONE_ROW if subject == year else orders[subject < year]


def _header_questions(asker: Asker, counted: list[Draft], subjects: bool, years: bool) -> list[Question]:
    """One question per doubt: columns under one label, one wording, or one gap above the lowest layer share it."""
    groups: dict[tuple, tuple[Doubt, list[int]]] = {}
    dated = {draft.subject_text for draft in counted if draft.years}
    for draft in counted:
        # Of a column that is not even known to be a plan's, the missing year is no doubt of its own.
        is_plan = bool(draft.named) or draft.subject_text in dated
        for doubt in draft.doubts(subjects=subjects, years=years and (is_plan or not draft.subject)):
            key = _doubt_key(draft, doubt, groups)
            groups.setdefault(key, (doubt, []))[1].append(draft.index)
    return [
        asker.ask(code, place, read, choices, span=span(columns))
        for (code, place, read, choices), columns in groups.values()
    ]


def _doubt_key(draft: Draft, doubt: Doubt, groups: dict[tuple, tuple[Doubt, list[int]]]) -> tuple:
    code, place, read, _ = doubt
    if code in WORDING_DOUBTS:
        # The same unknown name under every year is one doubt, and one answer settles it.
        return code, headings.parse(headings.text_of(read)).core
    is_gap = place[1] == draft.index and (place[0] != draft.header.last_row or code == "heading_missing")
    beside = (key for key, (other, columns) in groups.items() if other[0] == code and columns[-1] == draft.index - 1)
    joined = next((key for key in beside if is_gap and key[1][0] == place[0]), None)
    return joined or (code, place)


def _duplicates(asker: Asker, counted: list[Draft], columns: list[MatrixColumn]) -> list[Question]:
    seen: set[tuple[str, int]] = set()
    runs: list[list[int]] = []
    for column in columns:
        key = (column.code or column.subject_text, column.year)
        if column.year is not None and key in seen:
            touches = bool(runs) and runs[-1][-1] == column.index - 1
            runs[-1].append(column.index) if touches else runs.append([column.index])
        seen.add(key)
    lowest = {draft.index: draft.lowest for draft in counted}
    texts = {column.index: column.labels[-1] if column.labels else "" for column in columns}
    return [asker.ask("duplicate_column", lowest[run[0]], texts[run[0]], span=span(run)) for run in runs]

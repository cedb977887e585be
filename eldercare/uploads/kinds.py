"""Kinds of sheets: what an app declares so that the intake can read, compare, apply and undo its rows."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from eldercare.regions import Region
from eldercare.sheets import columns
from eldercare.sheets.cells import Problem, Workbook
from eldercare.sheets.remarks import Remark

if TYPE_CHECKING:
    from eldercare.uploads.upload import Upload

T = TypeVar("T")
ACTION_LABELS = {
    "new": "新增",
    "changed": "变更",
    "unchanged": "未变",
    "missing": "上月有、本月无",
    "wrong": "有误",
    "removed": "删去",
}
MISSING_ROW = "missing_since_last_month"
"""Code of the warning that goes with a row of action `missing`."""


class UploadRefused(Exception):
    """The file or the request cannot be taken at all; the problem says what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Context:
    """For whom and for when a sheet is read: the township (or district), the month, and the person who acts.

    `subject` names what the sheet is about where region and month do not (wulong-2020/2: a policy's annex); `answers`
    are what the sender said about doubtful places, in the form that the kind's `read` understands. What one step of the
    intake has read for it, the next takes from `once`; a context lives no longer than a preview or a confirmation. In a
    confirmation `once("written", set)` are the ids in the `facility` of the rows that will be written.
    """

    region: Region
    district: Region
    period: date | None
    by: object
    subject: str = ""
    answers: dict = field(default_factory=dict)
    _read: dict = field(default_factory=dict, repr=False, compare=False)

    def once(self, name: str, read: Callable[[], T]) -> T:
        """What `read` gave when it was first asked for under this name."""
        if name not in self._read:
            self._read[name] = read()
        return self._read[name]


@dataclass(slots=True)
class Comparison:
    """What a sheet would do: a dict per row (`action`, `name`, `changes`, …), problems, the state compared with.

    `questions` is the number of doubts that are still to be answered before it can be confirmed.
    """

    rows: list[dict] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    fingerprint: str = ""
    questions: int = 0


def _this_month(district: Region) -> date:
    return district.default_as_of().replace(day=1)


@dataclass(frozen=True, slots=True)
class Total:
    """One line of a preview's totals: how many the sheet holds of something, and how many are planned (None: no plan)."""

    label: str
    year: int | None
    planned: int | None
    held: int
    completed: int

    @property
    def standing(self) -> str:
        """What is held beside what is planned, in words."""
        if self.planned is None:
            return "无计划数"
        short = self.planned - self.held
        return f"少 {short}" if short > 0 else f"多 {-short}" if short else "相符"


@dataclass(frozen=True, slots=True)
class UploadKind:
    """A kind of sheet and the functions that give it meaning; registered by the app that owns the rows.

    `admit(context)` explains why this sheet may not be sent now, or returns an empty text. `compare(context, reading)`
    makes a Comparison and writes nothing; for sheets of thousands of rows it is a generator that yields now and then how
    many rows it has compared, and returns the Comparison. `fingerprint(context)` names the state compared with.
    `apply(upload, context, rows)` writes inside the confirming transaction. `undo(upload, by)` takes back and returns
    what it had to leave alone.
    `read(context, workbook)` stands in for `sheet` where columns are not declared beforehand; what it returns has
    `problems`. A kind with `has_subject` is sent from the page of what it is about, not from the general form, and by
    its own permission alone; `page(upload, user)` gives the context of its own template, `tell(upload)` what scripts
    read besides the usual.
    A kind of the `whole_district` is the bureau's own: sent by its own permission alone, for the district or, when one is
    chosen, for one township of it.
    `month(district)` is the month that is reported now. `consequences` say beside the button what confirming does;
    `standing(upload)` says what has become of it since; `remarks(upload)` are the bureau's notes on its cells, for the
    marked copy; `calendar(user)` lists the last months with their deadlines for the page of uploads.
    `file_permission` is what fetching the sender's file asks for where it holds personal data; the fetch is recorded as
    a view of them, and what is kept of such a file's problems shows no number whole.
    `held(upload, region)` are the ids of all units that a confirmation or undoing writes to, locked together beforehand.
    `totals(upload, rows)` sets what the previewed rows hold beside what is planned.
    """

    code: str
    label: str
    permission: str
    sheet: Callable[[Context], columns.Sheet] | None
    compare: Callable[[Context, columns.Reading], Comparison | Generator[int, None, Comparison]]
    fingerprint: Callable[[Context], str]
    apply: Callable[[Upload, Context, list[dict]], None]
    undo: Callable[[Upload, object], list[str]]
    template: Callable[[Context], bytes] | None = None
    admit: Callable[[Context], str] = lambda context: ""
    has_period: bool = True
    month: Callable[[Region], date] = _this_month
    consequences: tuple[str, ...] = ()
    standing: Callable[[Upload], list[str]] = lambda upload: []
    remarks: Callable[[Upload], list[Remark]] = lambda upload: []
    calendar: Callable[[object], list] = lambda user: []
    held: Callable[[Upload, Region], Iterable[int]] = lambda upload, region: region.lineage()
    totals: Callable[[Upload, list[dict]], list[Total]] = lambda upload, rows: []
    read: Callable[[Context, Workbook], object] | None = None
    has_subject: bool = False
    whole_district: bool = False
    page: Callable[[Upload, object], dict] | None = None
    template_name: str = "uploads/upload.html"
    tell: Callable[[Upload], dict] = lambda upload: {}
    file_permission: str = ""

    def may_be_sent_by(self, user) -> bool:
        """Whether this person may send such sheets, for the own township or for others."""
        is_townships = not self.has_subject and not self.whole_district
        for_others = is_townships and user.has_perm("eldercare.upload_for_township")
        return for_others or user.has_perm(self.permission)

    def may_be_fetched_by(self, user) -> bool:
        """Whether this person may read the sender's file itself."""
        return not self.file_permission or user.has_perm(self.file_permission)


_kinds: dict[str, UploadKind] = {}


def declare(kind: UploadKind) -> None:
    """Register a kind of sheet."""
    _kinds[kind.code] = kind


def kind_of(code: str) -> UploadKind | None:
    """The registered kind of that code, or None."""
    return _kinds.get(code)


def kinds_for(user) -> list[UploadKind]:
    """The kinds of sheets that this person may send from the general form, the monthly ones first."""
    found = [kind for kind in _kinds.values() if not kind.has_subject and kind.may_be_sent_by(user)]
    return sorted(found, key=lambda kind: kind.whole_district)


def personal_kinds() -> list[UploadKind]:
    """The kinds of sheets that hold personal data."""
    return [kind for kind in _kinds.values() if kind.file_permission]

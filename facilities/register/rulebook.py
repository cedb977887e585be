"""What must hold of one row of any sheet about facilities, beside what is registered; each problem names its cell.

The monthly sheet and the register's sheet take these rules, each in its own order, beside rules of their own, and say
the same things in words that fit them. An error stops the file, a warning only asks for a look.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from eldercare.regions import Kind
from eldercare.sheets.cells import Level, Problem
from eldercare.sheets.columns import ReadRow, Sheet
from facilities.history import PARTS_OF_WHOLES
from facilities.kinds import ACCEPTED_STAGES, STAGE_ORDER, FacilityType, Stage
from facilities.models import Facility, FacilityRecord
from facilities.register.columns import plain

CUMULATIVE = ("progress", "invested")
HOME = {FacilityType.VILLAGE_POINT: Kind.VILLAGE, FacilityType.COMMUNITY_STATION: Kind.COMMUNITY}


@dataclass(frozen=True, slots=True)
class Words:
    """How one sheet says it: where a reason is to be written, what a cumulative figure fell from, why a day is too late."""

    reason: str
    fallen: str
    late_code: str
    late: str


@dataclass(frozen=True, slots=True)
class RowCase:
    """One row, its values with the village found, and the state it is set beside (None when the facility is new).

    A sheet adds `sheet`, `words`, `last_day`, the last day on which anything in it can have happened, and `has_reason`.
    """

    row: ReadRow
    values: dict
    known: Facility | FacilityRecord | None

    def before(self, key: str) -> object:
        return getattr(self.known, key, None)

    def after(self, key: str) -> object:
        """What will hold: the row's value, or what stands in the register where the sheet has no such column."""
        return self.values[key] if key in self.values else self.before(key)

    def fallen(self, key: str) -> bool:
        before, now = self.before(key), self.values.get(key)
        return before is not None and now is not None and now < before

    def said(self, key: str, code: str, message: str, hint: str, level: Level = Level.ERROR) -> Problem:
        return problem(self.sheet, self.row, key, code, message, hint, level)


def problem(
    sheet: Sheet, row: ReadRow, key: str, code: str, message: str, hint: str, level: Level = Level.ERROR
) -> Problem:
    """A problem of one cell of a row, with the text that stands in it."""
    cell, read = row.cells.get(key, ""), row.raw.get(key, "")[:100]
    return Problem(code, message, hint, level, row.sheet, cell, sheet[key].heading, read)


def own_code(owner: str, code: str) -> str:
    """What to do about the name of another facility: a row without a code is mostly that facility's own."""
    if code:
        return "请在原来的一行填写，或为这个设施另起名称"
    return f"如果就是这个设施，这一行的设施编码填 {owner}，原来的一行删去；是另一个设施的，请另起名称"


def step_back_has_a_reason(case: RowCase) -> Iterator[Problem]:
    """stage_back: any step back but 停用 ↔ 运营 needs a reason; who may cross 验收合格 is another matter."""
    stage, before = case.values.get("stage"), case.before("stage")
    if not stage or not before or case.has_reason or {before, stage} == {Stage.SUSPENDED, Stage.OPERATING}:
        return
    crosses_acceptance = (before in ACCEPTED_STAGES) != (stage in ACCEPTED_STAGES)
    if STAGE_ORDER[stage] < STAGE_ORDER[before] and not crosses_acceptance:
        message = f"建设阶段由“{Stage(before).label}”退回“{Stage(stage).label}”"
        yield case.said("stage", "stage_back", message, f"请{case.words.reason}")


def fall_has_a_reason(case: RowCase) -> Iterator[Problem]:
    """cumulative_falls: 形象进度 and 投入资金 only grow."""
    for key in CUMULATIVE:
        if case.fallen(key) and not case.has_reason:
            shown = case.sheet[key].show(plain(case.before(key)))
            message = f"累计数{case.words.fallen.format(shown)}"
            yield case.said(key, "cumulative_falls", message, f"请核对；确需减少请{case.words.reason}")


def part_within_whole(case: RowCase) -> Iterator[Problem]:
    """part_above_whole: nursing beds within beds, usable within gross area."""
    for part, whole in PARTS_OF_WHOLES:
        low, high = case.after(part), case.after(whole)
        if low is not None and high is not None and low > high:
            message = f"{case.sheet[part].heading}大于{case.sheet[whole].heading}"
            yield case.said(part, "part_above_whole", message, "请核对这两个数")


def days_have_come(case: RowCase) -> Iterator[Problem]:
    """date_after_month: what is reported has happened by the last day; date_not_yet in the register's sheet."""
    for key in ("started_on", "completed_on"):
        if case.values.get(key) and case.values[key] > case.last_day:
            yield case.said(key, case.words.late_code, case.words.late, "只填已经发生的日期")


def completed_after_started(case: RowCase) -> Iterator[Problem]:
    """completed_before_started: also against a day that only the register knows."""
    started, completed = case.after("started_on"), case.after("completed_on")
    if started and completed and completed < started:
        key = "completed_on" if "completed_on" in case.values else "started_on"
        yield case.said(key, "completed_before_started", "竣工日期早于开工日期", "请核对这两个日期")


def home_is_given(case: RowCase) -> Iterator[Problem]:
    """village_not_given: a village point or community station without its unit covers nothing."""
    kind = HOME.get(case.values.get("type"))
    if kind and "village" in case.values and not case.values["village"]:
        message = f"没有填所在的{kind.label}，这个设施不计入任何{kind.label}的覆盖"
        yield case.said("village", "village_not_given", message, f"请补填所在的{kind.label}", Level.WARNING)


def home_is_of_its_kind(case: RowCase) -> Iterator[Problem]:
    """village_of_other_kind: village points stand in villages, community stations in communities."""
    village, kind = case.values.get("village"), HOME.get(case.values.get("type"))
    if kind and village and village.kind != kind:
        message = f"这类设施应在{kind.label}，所填的是{village.get_kind_display()}"
        yield case.said("village", "village_of_other_kind", message, "请核对", Level.WARNING)

"""What must hold of one row of the monthly sheet beside the state it follows; each problem names its cell.

Reading RULES is the contents page. An error stops the file, a warning only asks for a look. Beds and areas are no
cumulative figures, a later survey may correct them; once a facility is completed they should not shrink unnoticed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from eldercare.regions import Kind
from eldercare.sheets.cells import Level, Problem
from eldercare.sheets.columns import ReadRow
from facilities.kinds import ACCEPTED_STAGES, STAGE_ORDER, TOWNSHIP_STAGES, FacilityType, Stage
from facilities.models import FacilityRecord
from facilities.register.columns import plain
from plans.progress.sheet import SHEET

CUMULATIVE = ("progress", "invested")
BUILT = ("beds", "gross_area", "usable_area")
BUILT_STAGES = (Stage.COMPLETED, *ACCEPTED_STAGES)
NOT_ABOVE = (("nursing_beds", "beds"), ("usable_area", "gross_area"))
HOME = {FacilityType.VILLAGE_POINT: (Kind.VILLAGE, "村"), FacilityType.COMMUNITY_STATION: (Kind.COMMUNITY, "社区")}
BY_THE_BUREAU = "划归别的乡镇（街道）由区民政局办理，不在月报里改"


@dataclass(frozen=True, slots=True)
class Case:
    """One row, its values with the village found, the state it follows (None when new), the month's last day."""

    row: ReadRow
    values: dict
    record: FacilityRecord | None
    month_end: date

    def before(self, key: str) -> object:
        return getattr(self.record, key, None)

    def after(self, key: str) -> object:
        """What will hold: the row's value, or what stands in the register where the sheet has no such column."""
        return self.values[key] if key in self.values else self.before(key)

    def fallen(self, key: str) -> bool:
        before, now = self.before(key), self.values.get(key)
        return before is not None and now is not None and now < before

    @property
    def has_reason(self) -> bool:
        """Whether the remark says something; a remark of an earlier month, prefilled, is no reason for this month."""
        remark = self.values.get("remark")
        return bool(remark) and remark != self.before("remark")

    def said(self, key: str, code: str, message: str, hint: str, level: Level = Level.ERROR) -> Problem:
        return problem(self.row, key, code, message, hint, level)


def problem(row: ReadRow, key: str, code: str, message: str, hint: str, level: Level = Level.ERROR) -> Problem:
    """A problem of one cell of a row, with the text that stands in it."""
    return Problem(
        code, message, hint, level, row.sheet, row.cells.get(key, ""), SHEET[key].heading, row.raw.get(key, "")
    )


def check(row: ReadRow, values: dict, record: FacilityRecord | None, month_end: date) -> list[Problem]:
    """All rules over one row. `record` is the facility's state before it, None when it is new."""
    case = Case(row, values, record, month_end)
    return [found for rule in RULES for found in rule(case)]


def type_stays(case: Case) -> Iterator[Problem]:
    """type_changed: the type decides the standards, only the bureau corrects it."""
    if case.record and case.values.get("type") and case.values["type"] != case.record.type:
        message = f"设施类型与登记的“{case.record.get_type_display()}”不同"
        yield case.said("type", "type_changed", message, "类型不能在月报里改；确需更正请联系区民政局")


def accepted_stays_accepted(case: Case) -> Iterator[Problem]:
    """already_accepted: only a revocation by the bureau leads back behind 验收合格."""
    stage, before = case.values.get("stage"), case.before("stage")
    if stage is not None and before in ACCEPTED_STAGES and stage not in ACCEPTED_STAGES:
        message = f"该设施已是“{Stage(before).label}”，不能填“{Stage(stage).label}”"
        yield case.said("stage", "already_accepted", message, "请重新下载表格，或填“验收合格”“运营”“停用”之一")


def acceptance_is_the_bureaus(case: Case) -> Iterator[Problem]:
    """stage_needs_acceptance: 验收合格 comes from the review alone, 运营 and 停用 after it."""
    stage, before = case.values.get("stage"), case.before("stage")
    if stage is not None and before not in ACCEPTED_STAGES and stage not in TOWNSHIP_STAGES:
        message = f"“{Stage(stage).label}”要在民政局验收合格之后"
        yield case.said("stage", "stage_needs_acceptance", message, "尚未验收的设施最多填到“完工”")


def step_back_has_a_reason(case: Case) -> Iterator[Problem]:
    """stage_back: any step back but 停用 ↔ 运营 needs a reason."""
    stage, before = case.values.get("stage"), case.before("stage")
    if not stage or not before or case.has_reason or {before, stage} == {Stage.SUSPENDED, Stage.OPERATING}:
        return
    crosses_acceptance = (before in ACCEPTED_STAGES) != (stage in ACCEPTED_STAGES)
    if STAGE_ORDER[stage] < STAGE_ORDER[before] and not crosses_acceptance:
        message = f"建设阶段由“{Stage(before).label}”退回“{Stage(stage).label}”"
        yield case.said("stage", "stage_back", message, "请在备注写明这次的原因")


def fall_has_a_reason(case: Case) -> Iterator[Problem]:
    """cumulative_falls: 形象进度 and 投入资金 only grow."""
    for key in CUMULATIVE:
        if case.fallen(key) and not case.has_reason:
            shown = SHEET[key].show(plain(case.before(key)))
            message = f"累计数比上月减少（上月 {shown}）"
            yield case.said(key, "cumulative_falls", message, "请核对；确需减少请在备注写明这次的原因")


def built_does_not_shrink(case: Case) -> Iterator[Problem]:
    """shrinks_after_completion: fewer beds or less area of a completed facility asks for a look."""
    for key in BUILT if case.before("stage") in BUILT_STAGES else ():
        if case.fallen(key) and not case.has_reason:
            column, shown = SHEET[key], SHEET[key].show(plain(case.before(key)))
            message = f"已完工的设施{column.heading}减少（登记的是 {shown}）"
            hint = "请核对；确需更正请在备注写明原因"
            yield case.said(key, "shrinks_after_completion", message, hint, Level.WARNING)


def part_within_whole(case: Case) -> Iterator[Problem]:
    """part_above_whole: nursing beds within beds, usable within gross area."""
    for part, whole in NOT_ABOVE:
        low, high = case.after(part), case.after(whole)
        if low is not None and high is not None and low > high:
            message = f"{SHEET[part].heading}大于{SHEET[whole].heading}"
            yield case.said(part, "part_above_whole", message, "请核对这两个数")


def days_have_come(case: Case) -> Iterator[Problem]:
    """date_after_month: what is reported has happened by the end of the month."""
    for key in ("started_on", "completed_on"):
        if case.values.get(key) and case.values[key] > case.month_end:
            yield case.said(key, "date_after_month", "日期晚于报送月份的最后一天", "只填已经发生的日期")


def completed_after_started(case: Case) -> Iterator[Problem]:
    """completed_before_started: also against a day that only the register knows."""
    started, completed = case.after("started_on"), case.after("completed_on")
    if started and completed and completed < started:
        key = "completed_on" if "completed_on" in case.values else "started_on"
        yield case.said(key, "completed_before_started", "竣工日期早于开工日期", "请核对这两个日期")


def completed_before_acceptance(case: Case) -> Iterator[Problem]:
    """completed_after_acceptance: what was accepted was completed by then; a day registered so before is let stand."""
    completed, accepted = case.values.get("completed_on"), case.before("accepted_on")
    if completed and accepted and completed > accepted and completed != case.before("completed_on"):
        message = f"竣工日期晚于验收日期（{accepted:%Y-%m-%d} 验收合格）"
        yield case.said("completed_on", "completed_after_acceptance", message, "请核对；验收日期有误请联系区民政局")


def home_is_given(case: Case) -> Iterator[Problem]:
    """village_not_given: a village point or community station without its unit covers nothing."""
    kind, word = HOME.get(case.values.get("type"), (None, ""))
    if kind and "village" in case.values and not case.values["village"]:
        message = f"没有填所在的{word}，这个设施不计入任何{word}的覆盖"
        yield case.said("village", "village_not_given", message, f"请补填所在的{word}", Level.WARNING)


def home_is_of_its_kind(case: Case) -> Iterator[Problem]:
    """village_of_other_kind: village points stand in villages, community stations in communities."""
    village, (kind, word) = case.values.get("village"), HOME.get(case.values.get("type"), (None, ""))
    if kind and village and village.kind != kind:
        message = f"这类设施应在{word}，所填的是{village.get_kind_display()}"
        yield case.said("village", "village_of_other_kind", message, "请核对", Level.WARNING)


def accepted_does_not_move(case: Case) -> Iterator[Problem]:
    """village_changed: an accepted facility takes its coverage along when it moves to another unit."""
    village, home = case.values.get("village"), case.before("village")
    if case.before("stage") not in ACCEPTED_STAGES or not village or not home:
        return
    home = home.as_of(case.month_end)
    if home.pk != village.pk:
        message = f"已验收的设施由“{home.short_name}”改到“{village.short_name}”，覆盖统计随之改到后者"
        yield case.said("village", "village_changed", message, f"请核对；{BY_THE_BUREAU}", Level.WARNING)


RULES = (
    type_stays,
    accepted_stays_accepted,
    acceptance_is_the_bureaus,
    step_back_has_a_reason,
    fall_has_a_reason,
    built_does_not_shrink,
    part_within_whole,
    days_have_come,
    completed_after_started,
    completed_before_acceptance,
    home_is_given,
    home_is_of_its_kind,
    accepted_does_not_move,
)

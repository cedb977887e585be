"""What must hold of one row of the monthly sheet beside the state it follows; each problem names its cell.

Reading RULES is the contents page. An error stops the file, a warning only asks for a look. Beds and areas are no
cumulative figures, a later survey may correct them; once a facility is completed they should not shrink unnoticed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

from eldercare.sheets.cells import Level, Problem
from eldercare.sheets.columns import ReadRow
from facilities.kinds import ACCEPTED_STAGES, TOWNSHIP_STAGES, Stage
from facilities.models import FacilityRecord
from facilities.register import rulebook
from facilities.register.columns import plain
from facilities.register.rulebook import RowCase, Words
from plans.progress.sheet import SHEET

BUILT = ("beds", "gross_area", "usable_area")
BUILT_STAGES = (Stage.COMPLETED, *ACCEPTED_STAGES)
MAY_STAY_BLANK = tuple(column for column in SHEET.columns if column.may_stay_blank)
BY_THE_BUREAU = "划归别的乡镇（街道）由区民政局办理，不在月报里改"


WORDS = Words("在备注写明这次的原因", "比上月减少（上月 {}）", "date_after_month", "日期晚于报送月份的最后一天")
problem = partial(rulebook.problem, SHEET)


@dataclass(frozen=True, slots=True)
class Case(RowCase):
    """One row beside the state it follows; `last_day` is the month's."""

    last_day: date

    @property
    def sheet(self):
        return SHEET

    @property
    def words(self) -> Words:
        return WORDS

    @property
    def has_reason(self) -> bool:
        """Whether the remark says something; a remark of an earlier month, prefilled, is no reason for this month."""
        remark = self.values.get("remark")
        return bool(remark) and remark != self.before("remark")


def check(row: ReadRow, values: dict, record: FacilityRecord | None, month_end: date) -> list[Problem]:
    """All rules over one row. `record` is the facility's state before it, None when it is new."""
    case = Case(row, values, record, month_end)
    return [found for rule in (RULES_OF_NEW if record is None else RULES) for found in rule(case)]


def known_stays_filled(case: Case) -> Iterator[Problem]:
    """required: of a new facility it must be said; of a registered one only what was known may not be emptied."""
    for column in MAY_STAY_BLANK:
        blank = case.values.get(column.key, ...) is None
        if blank and (case.known is None or case.before(column.key) is not None):
            yield case.said(column.key, "required", *column.demand)


def type_stays(case: Case) -> Iterator[Problem]:
    """type_changed: the type decides the standards, only the bureau corrects it."""
    if case.known and case.values.get("type") and case.values["type"] != case.known.type:
        message = f"设施类型与登记的“{case.known.get_type_display()}”不同"
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


def built_does_not_shrink(case: Case) -> Iterator[Problem]:
    """shrinks_after_completion: fewer beds or less area of a completed facility asks for a look."""
    for key in BUILT if case.before("stage") in BUILT_STAGES else ():
        if case.fallen(key) and not case.has_reason:
            column, shown = SHEET[key], SHEET[key].show(plain(case.before(key)))
            message = f"已完工的设施{column.heading}减少（登记的是 {shown}）"
            hint = "请核对；确需更正请在备注写明原因"
            yield case.said(key, "shrinks_after_completion", message, hint, Level.WARNING)


def completed_before_acceptance(case: Case) -> Iterator[Problem]:
    """completed_after_acceptance: what was accepted was completed by then; a day registered so before is let stand."""
    completed, accepted = case.values.get("completed_on"), case.before("accepted_on")
    if completed and accepted and completed > accepted and completed != case.before("completed_on"):
        message = f"竣工日期晚于验收日期（{accepted:%Y-%m-%d} 验收合格）"
        yield case.said("completed_on", "completed_after_acceptance", message, "请核对；验收日期有误请联系区民政局")


def accepted_does_not_move(case: Case) -> Iterator[Problem]:
    """village_changed: an accepted facility takes its coverage along when it moves to another unit."""
    village, home = case.values.get("village"), case.before("village")
    if case.before("stage") not in ACCEPTED_STAGES or not village or not home:
        return
    home = home.as_of(case.last_day)
    if home.pk != village.pk:
        message = f"已验收的设施由“{home.short_name}”改到“{village.short_name}”，覆盖统计随之改到后者"
        yield case.said("village", "village_changed", message, f"请核对；{BY_THE_BUREAU}", Level.WARNING)


RULES = (
    known_stays_filled,
    type_stays,
    accepted_stays_accepted,
    acceptance_is_the_bureaus,
    rulebook.step_back_has_a_reason,
    rulebook.fall_has_a_reason,
    built_does_not_shrink,
    rulebook.part_within_whole,
    rulebook.days_have_come,
    rulebook.completed_after_started,
    completed_before_acceptance,
    rulebook.home_is_given,
    rulebook.home_is_of_its_kind,
    accepted_does_not_move,
)
BESIDE_WHAT_WAS = {
    type_stays,
    accepted_stays_accepted,
    rulebook.step_back_has_a_reason,
    rulebook.fall_has_a_reason,
    built_does_not_shrink,
    completed_before_acceptance,
    accepted_does_not_move,
}
"""Rules that a new facility cannot break, because nothing was."""
RULES_OF_NEW = tuple(rule for rule in RULES if rule not in BESIDE_WHAT_WAS)

"""What must hold of one row of the register's sheet; each problem names its cell. Reading RULES is the contents page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

from eldercare.regions import Region
from eldercare.sheets.cells import Level, Problem
from facilities.kinds import ACCEPTED_STAGES, TOWNSHIP_STAGES, Stage
from facilities.register import rulebook
from facilities.register.rulebook import RowCase, Words
from facilities.register.sheet import SHEET

WORDS = Words("在登记说明里写明原因", "比登记的减少（现登记 {}）", "date_not_yet", "日期还没有到")
problem = partial(rulebook.problem, SHEET)


@dataclass(frozen=True, slots=True)
class Case(RowCase):
    """One row beside the registered facility; `since` is the day its history begins."""

    today: date
    since: date | None = None

    @property
    def sheet(self):
        return SHEET

    @property
    def words(self) -> Words:
        return WORDS

    @property
    def last_day(self) -> date:
        return self.today

    @property
    def day(self) -> date:
        """From when the row holds."""
        return self.values.get("effective_on") or self.today

    @property
    def has_reason(self) -> bool:
        return bool(self.values.get("reason"))


def check(case: Case) -> list[Problem]:
    """All rules over one row."""
    return [found for rule in RULES for found in rule(case)]


def _stage(case: Case) -> Iterator[Problem]:
    stage, before = case.values.get("stage"), case.before("stage")
    if stage is None or stage == before:
        return
    if before in ACCEPTED_STAGES and stage not in (Stage.OPERATING, Stage.SUSPENDED):
        yield problem(
            case.row, "stage", "already_accepted", f"该设施已是“{Stage(before).label}”，不能改为“{Stage(stage).label}”",
            "验收合格以后只能填“运营”或“停用”；验收有误由科长撤销验收",
        )  # fmt: skip
    elif before not in ACCEPTED_STAGES and stage not in TOWNSHIP_STAGES:
        yield problem(
            case.row, "stage", "stage_needs_acceptance", f"“{Stage(stage).label}”要在验收审核通过之后",
            "先填“完工”，再为这个设施申请验收",
        )  # fmt: skip


def _step_back(case: Case) -> Iterator[Problem]:
    """What was accepted cannot step back here at all; that has been said."""
    if case.before("stage") not in ACCEPTED_STAGES:
        yield from rulebook.step_back_has_a_reason(case)


def _accepted_day(case: Case) -> Iterator[Problem]:
    accepted, stage = case.before("accepted_on"), case.values.get("stage")
    if accepted and stage in ACCEPTED_STAGES and stage != case.before("stage") and case.day < accepted:
        message = f"该设施 {accepted:%Y-%m-%d} 验收合格，此前不能登记为“{Stage(stage).label}”"
        yield problem(case.row, "effective_on", "before_acceptance", message, "请改生效日期")


def _type(case: Case) -> Iterator[Problem]:
    kind = case.values.get("type")
    if case.known and kind and kind != case.known.type:
        told = "已验收合格，更正类型后适用的标准也会改变" if case.known.stage in ACCEPTED_STAGES else "适用的标准会改变"
        yield problem(
            case.row, "type", "type_changed", f"设施类型由“{case.known.get_type_display()}”更正，{told}",
            "请核对" if case.has_reason else "请在登记说明里写明原因",
            Level.WARNING if case.has_reason else Level.ERROR,
        )  # fmt: skip


def _home(case: Case) -> Iterator[Problem]:
    village: Region | None = case.values.get("village")
    if "village" in case.values and not _is_as_registered(case, village):
        yield from rulebook.home_is_given(case)
        yield from rulebook.home_is_of_its_kind(case)


def _is_as_registered(case: Case, village: Region | None) -> bool:
    """Whether type and village say nothing new: a sheet of the whole district would repeat every old doubt."""
    known, today = case.before("village"), case.today
    stands = known.as_of(today).pk if known else None
    same_place = (village.pk if village else None) == stands
    return case.known is not None and same_place and case.values.get("type") == case.known.type


def _effective_day(case: Case) -> Iterator[Problem]:
    if case.day > case.today:
        yield problem(
            case.row, "effective_on", "effective_later", f"生效日期晚于今天（{case.today:%Y-%m-%d}）",
            "只登记已经发生的情况",
        )  # fmt: skip
    elif case.since and case.day < case.since:
        yield problem(
            case.row, "effective_on", "before_registered", f"这个设施从 {case.since:%Y-%m-%d} 起才有登记",
            "生效日期不能比它更早",
        )  # fmt: skip


RULES = (
    _stage,
    _step_back,
    _accepted_day,
    _type,
    rulebook.fall_has_a_reason,
    rulebook.part_within_whole,
    rulebook.days_have_come,
    rulebook.completed_after_started,
    _home,
    _effective_day,
)

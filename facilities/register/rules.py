"""What must hold of one row of the register's sheet; each problem names its cell. Reading down is the rule book."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from eldercare.regions import Kind, Region
from eldercare.sheets.cells import Level, Problem
from eldercare.sheets.columns import ReadRow
from facilities.kinds import ACCEPTED_STAGES, STAGE_ORDER, TOWNSHIP_STAGES, FacilityType, Stage
from facilities.models import Facility
from facilities.register.columns import plain
from facilities.register.sheet import SHEET

CUMULATIVE = ("progress", "invested")
NOT_ABOVE = (("nursing_beds", "beds"), ("usable_area", "gross_area"))
HOME = {FacilityType.VILLAGE_POINT: (Kind.VILLAGE, "村"), FacilityType.COMMUNITY_STATION: (Kind.COMMUNITY, "社区")}


@dataclass(frozen=True, slots=True)
class Case:
    """One row beside what is registered: `facility` is None when it is new, `since` the day its history begins."""

    row: ReadRow
    values: dict
    facility: Facility | None
    today: date
    since: date | None = None

    @property
    def day(self) -> date:
        """From when the row holds."""
        return self.values.get("effective_on") or self.today

    def before(self, key: str) -> object:
        return getattr(self.facility, key, None)

    def after(self, key: str) -> object:
        return self.values[key] if key in self.values else self.before(key)

    @property
    def has_reason(self) -> bool:
        return bool(self.values.get("reason"))


def problem(row: ReadRow, key: str, code: str, message: str, hint: str, level: Level = Level.ERROR) -> Problem:
    """A problem of one cell of a row, with the text that stands in it."""
    cell, read = row.cells.get(key, ""), row.raw.get(key, "")[:100]
    return Problem(code, message, hint, level, row.sheet, cell, SHEET[key].heading, read)


def check(case: Case) -> list[Problem]:
    """All rules over one row."""
    rules = (_stage, _step_back, _accepted_day, _type, _falls, _not_above, _building_dates, _home, _effective_day)
    return [found for rule in rules for found in rule(case)]


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
    stage, before = case.values.get("stage"), case.before("stage")
    if not stage or not before or before in ACCEPTED_STAGES or case.has_reason:
        return
    if STAGE_ORDER[stage] < STAGE_ORDER[before]:
        message = f"建设阶段由“{Stage(before).label}”退回“{Stage(stage).label}”"
        yield problem(case.row, "stage", "stage_back", message, "请在登记说明里写明原因")


def _accepted_day(case: Case) -> Iterator[Problem]:
    accepted, stage = case.before("accepted_on"), case.values.get("stage")
    if accepted and stage in ACCEPTED_STAGES and stage != case.before("stage") and case.day < accepted:
        message = f"该设施 {accepted:%Y-%m-%d} 验收合格，此前不能登记为“{Stage(stage).label}”"
        yield problem(case.row, "effective_on", "before_acceptance", message, "请改生效日期")


def _type(case: Case) -> Iterator[Problem]:
    kind = case.values.get("type")
    if case.facility and kind and kind != case.facility.type:
        told = (
            "已验收合格，更正类型后适用的标准也会改变" if case.facility.stage in ACCEPTED_STAGES else "适用的标准会改变"
        )
        yield problem(
            case.row, "type", "type_changed", f"设施类型由“{case.facility.get_type_display()}”更正，{told}",
            "请核对" if case.has_reason else "请在登记说明里写明原因",
            Level.WARNING if case.has_reason else Level.ERROR,
        )  # fmt: skip


def _falls(case: Case) -> Iterator[Problem]:
    for key in CUMULATIVE:
        before, now = case.before(key), case.values.get(key)
        if before is not None and now is not None and now < before and not case.has_reason:
            message = f"累计数比登记的减少（现登记 {SHEET[key].show(plain(before))}）"
            yield problem(case.row, key, "cumulative_falls", message, "请核对；确需减少请在登记说明里写明原因")


def _not_above(case: Case) -> Iterator[Problem]:
    for part, whole in NOT_ABOVE:
        low, high = case.after(part), case.after(whole)
        if low is not None and high is not None and low > high:
            names = SHEET[part].heading, SHEET[whole].heading
            yield problem(case.row, part, "part_above_whole", f"{names[0]}大于{names[1]}", "请核对这两个数")


def _building_dates(case: Case) -> Iterator[Problem]:
    for key in ("started_on", "completed_on"):
        if case.values.get(key) and case.values[key] > case.today:
            yield problem(case.row, key, "date_not_yet", "日期还没有到", "只填已经发生的日期")
    started, completed = case.after("started_on"), case.after("completed_on")
    if started and completed and completed < started:
        key = "completed_on" if "completed_on" in case.values else "started_on"
        yield problem(case.row, key, "completed_before_started", "竣工日期早于开工日期", "请核对这两个日期")


def _home(case: Case) -> Iterator[Problem]:
    village: Region | None = case.values.get("village")
    kind, word = HOME.get(case.values.get("type"), (None, ""))
    if not kind or "village" not in case.values or _is_as_registered(case, village):
        return
    if village is None:
        yield problem(
            case.row, "village", "village_not_given", f"没有填所在的{word}，这个设施不计入任何{word}的覆盖",
            f"请补填所在的{word}", Level.WARNING,
        )  # fmt: skip
    elif village.kind != kind:
        message = f"这类设施应在{word}，所填的是{village.get_kind_display()}"
        yield problem(case.row, "village", "village_of_other_kind", message, "请核对", Level.WARNING)


def _is_as_registered(case: Case, village: Region | None) -> bool:
    """Whether type and village say nothing new: a sheet of the whole district would repeat every old doubt."""
    known, today = case.before("village"), case.today
    stands = known.as_of(today).pk if known else None
    same_place = (village.pk if village else None) == stands
    return case.facility is not None and same_place and case.values.get("type") == case.facility.type


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

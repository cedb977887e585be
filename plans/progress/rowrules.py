"""What must hold of one row of the monthly sheet beside the state it follows; each problem names its cell."""

from collections.abc import Iterator
from datetime import date

from eldercare.regions import Kind
from eldercare.sheets.cells import Level, Problem
from eldercare.sheets.columns import ReadRow
from facilities.kinds import ACCEPTED_STAGES, STAGE_ORDER, TOWNSHIP_STAGES, FacilityType, Stage
from facilities.models import FacilityRecord
from plans.progress.sheet import SHEET, plain

CUMULATIVE = ("progress", "invested")
NOT_ABOVE = (("nursing_beds", "beds"), ("usable_area", "gross_area"))
HOME = {FacilityType.VILLAGE_POINT: (Kind.VILLAGE, "村"), FacilityType.COMMUNITY_STATION: (Kind.COMMUNITY, "社区")}


def problem(row: ReadRow, key: str, code: str, message: str, hint: str, level: Level = Level.ERROR) -> Problem:
    """A problem of one cell of a row, with the text that stands in it."""
    return Problem(
        code, message, hint, level, row.sheet, row.cells.get(key, ""), SHEET[key].heading, row.raw.get(key, "")
    )


def check(row: ReadRow, values: dict, record: FacilityRecord | None, month_end: date) -> list[Problem]:
    """All rules over one row. `record` is the facility's state before it, None when it is new."""
    return [
        *_type(row, values, record),
        *_stage(row, values, record),
        *_falls(row, values, record),
        *_not_above(row, values, record),
        *_dates(row, values, month_end),
        *_home(row, values),
    ]


def _type(row: ReadRow, values: dict, record) -> Iterator[Problem]:
    if record and values.get("type") and values["type"] != record.type:
        yield problem(
            row, "type", "type_changed", f"设施类型与登记的“{record.get_type_display()}”不同",
            "类型不能在月报里改；确需更正请联系区民政局",
        )  # fmt: skip


def _stage(row: ReadRow, values: dict, record) -> Iterator[Problem]:
    stage = values.get("stage")
    if stage is None:
        return
    before = record.stage if record else None
    if before in ACCEPTED_STAGES and stage not in ACCEPTED_STAGES:
        yield problem(
            row, "stage", "already_accepted", f"该设施已是“{Stage(before).label}”，不能填“{Stage(stage).label}”",
            "请重新下载表格，或填“验收合格”“运营”“停用”之一",
        )  # fmt: skip
    elif before not in ACCEPTED_STAGES and stage not in TOWNSHIP_STAGES:
        yield problem(
            row, "stage", "stage_needs_acceptance", f"“{Stage(stage).label}”要在民政局验收合格之后",
            "尚未验收的设施最多填到“完工”",
        )  # fmt: skip
    elif before and _is_step_back(before, stage) and not values.get("remark"):
        yield problem(
            row, "stage", "stage_back", f"建设阶段由“{Stage(before).label}”退回“{Stage(stage).label}”",
            "请在备注写明原因",
        )  # fmt: skip


def _is_step_back(before: str, stage: str) -> bool:
    if {before, stage} == {Stage.SUSPENDED, Stage.OPERATING}:
        return False
    return STAGE_ORDER[stage] < STAGE_ORDER[before]


def _falls(row: ReadRow, values: dict, record) -> Iterator[Problem]:
    for key in CUMULATIVE:
        before, now = getattr(record, key, None), values.get(key)
        if before is not None and now is not None and now < before and not values.get("remark"):
            shown = SHEET[key].show(plain(before))
            yield problem(
                row, key, "cumulative_falls", f"累计数比上月减少（上月 {shown}）", "请核对；确需减少请在备注写明原因"
            )


def _not_above(row: ReadRow, values: dict, record) -> Iterator[Problem]:
    for part, whole in NOT_ABOVE:
        low = values[part] if part in values else getattr(record, part, None)
        high = values[whole] if whole in values else getattr(record, whole, None)
        if low is not None and high is not None and low > high:
            names = SHEET[part].heading, SHEET[whole].heading
            yield problem(row, part, "part_above_whole", f"{names[0]}大于{names[1]}", "请核对这两个数")


def _dates(row: ReadRow, values: dict, month_end: date) -> Iterator[Problem]:
    for key in ("started_on", "completed_on"):
        if values.get(key) and values[key] > month_end:
            yield problem(row, key, "date_after_month", "日期晚于报送月份的最后一天", "只填已经发生的日期")
    started, completed = values.get("started_on"), values.get("completed_on")
    if started and completed and completed < started:
        yield problem(row, "completed_on", "completed_before_started", "竣工日期早于开工日期", "请核对这两个日期")


def _home(row: ReadRow, values: dict) -> Iterator[Problem]:
    village = values.get("village")
    kind, word = HOME.get(values.get("type"), (None, ""))
    if not kind:
        return
    if not village and "village" in values:
        yield problem(
            row, "village", "village_not_given", f"没有填所在的{word}，这个设施不计入任何{word}的覆盖",
            f"请补填所在的{word}", Level.WARNING,
        )  # fmt: skip
    elif getattr(village, "kind", kind) != kind:
        yield problem(
            row, "village", "village_of_other_kind", f"这类设施应在{word}，所填的是{village.get_kind_display()}",
            "请核对", Level.WARNING,
        )  # fmt: skip

"""What is recorded of a facility at the end of a month, following its course."""

from datetime import date
from decimal import Decimal

from eldercare.management.demo.planned import Item
from facilities.kinds import ACCEPTED_STAGES, FacilityType, Stage
from plans.reporting import last_day

STREET_ZONES = "生活照料 托养护理 医疗康复 休闲娱乐 文化教育 人文关怀 运营管理"
# gross ㎡, usable share, beds, nursing beds, 万元, zones
SIZES = {
    FacilityType.STREET_CENTRE: (1680, "0.82", 30, 22, 460, STREET_ZONES),
    FacilityType.COMMUNITY_STATION: (330, "0.85", 4, 2, 62, "助餐 康复 阅览 娱乐"),
    FacilityType.TOWNSHIP_CENTRE: (880, "0.80", 40, 24, 280, "托养护理 生活照料 医疗保健 文体活动"),
    FacilityType.VILLAGE_POINT: (72, "0.88", 0, 0, 6, "生活照料 休闲娱乐"),
    FacilityType.MEDICAL_ELDERLY_INSTITUTION: (2600, "0.78", 80, 60, 900, "托养护理 医疗康复 生活照料"),
}
GROWTH = {FacilityType.VILLAGE_POINT: 6}  # ㎡ between one facility of a type and the next
TROUBLES = {
    Stage.UNSITED: "选址仍在与村（社区）协商",
    Stage.BUILDING: "雨季影响施工进度",
    Stage.SUSPENDED: "管护人员外出，暂停开放",
}


def month_end(month: int) -> date:
    """The last day of a month counted from January 2020 as 1; 0 is the end of 2019."""
    year, index = divmod(month - 1, 12)
    return last_day(date(2020 + year, index + 1, 1))


def state(item: Item, month: int) -> dict:
    """The facility's state by column at the end of a month. What is not yet known stays None."""
    stage = item.course.stage(month)
    values = {
        "name": item.name,
        "type": item.type,
        "planned_year": item.year,
        "stage": stage,
        "progress": _progress(item, month),
        "village_id": None if stage == Stage.UNSITED else _village(item, month),
        "issues": TROUBLES.get(stage, "") if item.number % 3 == 0 or stage == Stage.SUSPENDED else "",
    }
    if stage not in (Stage.UNSITED, Stage.SITED):
        values |= _under_way(item, month)
    if stage == Stage.COMPLETED or stage in ACCEPTED_STAGES:
        values |= _completed(item)
    if stage in (Stage.OPERATING, Stage.SUSPENDED):
        values["operation"] = item.course.hand
    return values


def _village(item: Item, month: int) -> int:
    """The village as it was when the facility got its site; a later change of divisions is no news of the facility."""
    return item.asserted.get("village_id") or item.place.as_of(month_end(month)).pk


def _progress(item: Item, month: int) -> Decimal:
    way = item.course
    if way.completed is not None and way.completed <= month:
        return Decimal(100)
    if way.building is None or way.building > month:
        return Decimal(0)
    pace = 30 if way.completed is not None else 12
    return Decimal(min(90, 25 + pace * (month - way.building)))


def _size(item: Item) -> tuple[Decimal, Decimal]:
    gross, share = SIZES[FacilityType(item.type)][:2]
    gross += GROWTH.get(item.type, 15) * (item.number % 7)
    gross = {"small": 1420, "few_elders": 230, "narrow": 285}.get(item.course.flaw, gross)
    return Decimal(gross), (Decimal(gross) * Decimal(share)).quantize(Decimal("0.1"))


def _under_way(item: Item, month: int) -> dict:
    cost = Decimal(SIZES[FacilityType(item.type)][4])
    spent = cost * _progress(item, month) / 100
    known = {"started_on": month_end(item.course.building).replace(day=6), "invested": spent.quantize(Decimal("0.1"))}
    return known if item.course.flaw == "no_data" else known | {"gross_area": _size(item)[0]}


def _completed(item: Item) -> dict:
    _, _, beds, nursing, _, zones = SIZES[FacilityType(item.type)]
    day = month_end(item.course.completed).replace(day=24)
    if item.course.flaw == "no_data":
        return {"completed_on": day, "beds": beds}
    listed = [zone for zone in zones.split() if not (item.course.flaw == "no_care_zone" and zone == "人文关怀")]
    return {
        "completed_on": day, "usable_area": _size(item)[1], "beds": beds, "nursing_beds": nursing, "zones": listed,
    }  # fmt: skip


def reported(item: Item, month: int) -> dict:
    """What a township would say anew at the end of a month: the fields that differ from what was said last.

    The bureau's own word, 验收合格, is never a township's.
    """
    now = state(item, month)
    if now["stage"] == Stage.ACCEPTED:
        now["stage"] = item.asserted.get("stage", Stage.COMPLETED)
    new = {name: value for name, value in now.items() if item.asserted.get(name) != value}
    item.asserted |= new
    return new

"""The rectification ledger of the demo: one struck off, one sent back once, one overdue, one that waits for its re-check."""

from datetime import date

from eldercare import clock
from eldercare.management.demo.acceptance import at
from eldercare.management.demo.planned import Item
from facilities import checks
from facilities.kinds import FacilityType
from facilities.models import Rectification
from facilities.services import rectifying

LACKS_ZONE = "no_care_zone"
OVERDUE_SINCE = date(2020, 12, 15)


def tell(items: list[Item], people: dict) -> None:
    """Open the items on the days they were found and carry each as far as it got by the end of the year."""
    stations, centres = _running(items, FacilityType.COMMUNITY_STATION), _running(items, FacilityType.TOWNSHIP_CENTRE)
    _struck_off(stations[0], people)
    _sent_back(stations[1], people)
    _waiting(centres[0], people)
    for item in items:
        if item.course.flaw == LACKS_ZONE:
            _overdue(item, people)


def _running(items: list[Item], type_: str) -> list[Item]:
    """Facilities of a type that were in operation by the middle of the year, in the order of the plan."""
    found = [item for item in items if item.type == type_ and item.course.operating and item.course.operating <= 8]
    return sorted(found, key=lambda item: (item.course.operating, item.number))


def _open(item: Item, day: date, people: dict, **typed) -> Rectification:
    with clock.telling(at(day, 10, 20)):
        return rectifying.open_item(item.facility, by=people["reviewer"], **typed)


def _then(row: Rectification, step, day: date, by, words: str) -> None:
    with clock.telling(at(day, 15, 10)):
        step(row, by=by, comment=words)


def _struck_off(item: Item, people: dict) -> None:
    row = _open(
        item, date(2020, 7, 10), people, label="演示：消防通道", problem="走廊堆放杂物，疏散通道不足 1 米",
        measure="清空走廊，张贴禁止堆放标识", owner=f"{item.township}", due_on=date(2020, 7, 31),
    )  # fmt: skip
    _then(row, rectifying.report, date(2020, 7, 24), people["clerk"], "演示：走廊已清空，照片已收到")
    _then(row, rectifying.close, date(2020, 7, 28), people["reviewer"], "演示：现场复查，通道畅通")


def _sent_back(item: Item, people: dict) -> None:
    row = _open(
        item, date(2020, 10, 9), people, label="演示：无障碍扶手", problem="卫生间没有扶手",
        measure="两个卫生间各装一字形和 L 形扶手", owner=f"{item.township}", due_on=date(2021, 1, 15),
    )  # fmt: skip
    _then(row, rectifying.report, date(2020, 11, 16), people["clerk"], "演示：扶手已安装")
    _then(row, rectifying.reopen, date(2020, 11, 20), people["reviewer"], "演示：现场复查，一处扶手松动，须重新固定")


def _waiting(item: Item, people: dict) -> None:
    row = _open(
        item, date(2020, 12, 3), people, label="演示：疏散指示", problem="二楼缺两处疏散指示标志",
        measure="补装两处疏散指示标志", owner=f"{item.township}", due_on=date(2021, 1, 10),
    )  # fmt: skip
    _then(row, rectifying.report, date(2020, 12, 25), people["clerk"], "演示：标志已装好，请复查")


def _overdue(item: Item, people: dict) -> None:
    """The failing zone of a returned review, drafted by the check itself."""
    day = date(2020, 11, 2)
    with clock.telling(at(day, 10, 20)):
        drafted = rectifying.drafts(checks.check(item.facility, day))
    zone = next(draft for draft in drafted if "功能区" in draft.label)
    _open(
        item, day, people, label=zone.label, problem=zone.problem, measure=zone.measure, owner=zone.owner,
        requirement=zone.requirement, edition=zone.edition, clause=zone.clause, due_on=OVERDUE_SINCE,
        review=item.facility.acceptances.order_by("-pk").first(),
    )  # fmt: skip

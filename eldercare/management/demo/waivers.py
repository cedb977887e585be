"""Deviations of the demo: a street centre of 1,420 ㎡ accepted by waiver, a station whose waiver still waits for consent."""

from datetime import datetime

from eldercare import clock
from facilities.models import AcceptanceReview, Declaration, Waiver
from facilities.services import waiving

# By the flaw of a course: the clause, and why it cannot be met.
REASONS = {
    "small": (
        "street.area",
        "演示：利用原街道办公楼改建，四周无扩建余地；七个功能区齐全，与相邻文化活动中心共用室外场地，不影响服务。",
    ),
    "narrow": (
        "station.area",
        "演示：老小区底商改建，同层无其他房源；助餐、康复、阅览、娱乐四区齐全，可借用楼上社区活动室开展集体活动。",
    ),
}


def propose(row: AcceptanceReview, flaw: str, moment: datetime, people: dict) -> Waiver:
    """The reviewer proposes to let the flaw be; of a small station it was settled before that its elders are not few."""
    requirement, words = REASONS[flaw]
    with clock.telling(moment):
        if flaw == "narrow":
            _many_elders(row, people)
        return waiving.propose(row, requirement, justification=words, by=people["reviewer"])


def excuse(row: AcceptanceReview, flaw: str, proposed: datetime, consented: datetime, people: dict) -> None:
    """The reviewer proposes, the 科长 consents."""
    waiver = propose(row, flaw, proposed, people)
    with clock.telling(consented):
        words = "现场看过，同意按原则性偏差验收。"
        waiving.consent(waiver, by=people["approver"], comment=words, effective_on=consented.date())


def _many_elders(row: AcceptanceReview, people: dict) -> None:
    Declaration.objects.create(
        fact="community.few_elders", region=row.facility.village, value=False, evidence="演示：社区60岁及以上人口名册",
        starts_on=clock.now().date(), recorded_by=people["clerk"], recorded_at=clock.now(),
    )  # fmt: skip

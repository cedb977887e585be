"""Acceptance through the year: the clerk applies and submits, the reviewer decides, some wait at the end.

Of those that wait, most have not been taken, one is with the reviewer, one was returned, one returned and resubmitted.
"""

from datetime import date, datetime, time
from decimal import Decimal

from django.utils import timezone

from eldercare import clock, review
from eldercare.management.demo import evidence, visits, waivers
from eldercare.management.demo.courses import FIRST_ACCEPTANCE
from eldercare.management.demo.planned import Item
from facilities import checks, history, services
from facilities.kinds import FacilityType
from facilities.models import AcceptanceReview
from facilities.services import returning

LACKING = {"no_fire_proof": evidence.FIRE[0]}
TORN = {"code": "documents", "requirement": "all.fire_code", "message": "消防验收意见书缺页，请补齐后重新提交。"}


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment of a day, in the bureau's time."""
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def of_month(items: list[Item], month: int, people: dict) -> None:
    """What the bureau does in one month with the facilities that were completed before it."""
    for item in items:
        way = item.course
        if way.accepted == month:
            _accept(item, month, people)
        elif way.accepted is None and way.completed is not None and month == way.completed + 1 <= 12:
            _leave_waiting(item, month, people)


def prepare(item: Item, day: date, people: dict) -> None:
    """Put on record what acceptance asks for, ahead of an application."""
    with clock.telling(at(day, 15)):
        evidence.declare(item, by=people["clerk"])


def remeasure(items: list[Item], people: dict) -> None:
    """A station accepted in June was measured again in December and is smaller than was accepted: it needs a 复核."""
    station = next(
        i for i in items if i.type == FacilityType.COMMUNITY_STATION and i.course.accepted == FIRST_ACCEPTANCE
    )
    station.asserted |= {"gross_area": Decimal(286), "usable_area": Decimal("243.1")}
    values = {name: station.asserted[name] for name in ("gross_area", "usable_area")}
    day = date(2020, 12, 16)
    with clock.telling(at(day, 15)):
        history.record_one(
            station.facility, values, effective_on=day, by=people["clerk"], reason="演示：部分房间退租，重新丈量"
        )


def _day(item: Item, month: int, first: int) -> date:
    return date(2020, month, first + item.number % 5)


def _apply(item: Item, month: int, people: dict, *, submit: bool = True) -> AcceptanceReview:
    day = _day(item, month, 10)
    with clock.telling(at(day, 9, 10)):
        if item.course.flaw != "no_data":
            evidence.declare(item, by=people["clerk"], without=LACKING.get(item.course.flaw, ""))
        row = services.open_review(item.facility, by=people["clerk"], note="演示：已完工，申请验收")
    if submit:
        with clock.telling(at(day, 10, 30)):
            review.perform(row, "submit", by=people["clerk"])
    return row


def _accept(item: Item, month: int, people: dict) -> None:
    row = _apply(item, month, people)
    day = _day(item, month, 18)
    if item.course.review == "again":
        _return(row, day.replace(day=16), people, [TORN])
        with clock.telling(at(day, 9)):
            review.perform(row, "submit", by=people["clerk"], comment="已补齐")
    _take(row, day, people)
    visits.visit(row, by=people["reviewer"], moment=at(day, 10))
    if item.course.flaw in waivers.REASONS:
        waivers.excuse(row, item.course.flaw, at(day, 11), at(day, 14, 30), people)
    no_standard = item.type == FacilityType.MEDICAL_ELDERLY_INSTITUTION
    with clock.telling(at(day, 16)):
        comment = "本方案没有这类机构的标准，按医疗机构执业许可验收。" if no_standard else "现场核查属实"
        services.accept(row, by=people["reviewer"], accepted_on=day, comment=comment)
    if item.course.operating is not None:
        with clock.telling(at(day, 17)):
            evidence.contract(item, by=people["clerk"], day=day)


def _take(row: AcceptanceReview, day: date, people: dict) -> None:
    with clock.telling(at(day, 9, 40)):
        services.take(row, by=people["reviewer"])


def _return(row: AcceptanceReview, day: date, people: dict, reasons: list[dict] | None = None) -> None:
    """Send a review back, by default with the drafted reason of every clause in the way."""
    _take(row, day, people)
    with clock.telling(at(day, 11)):
        returning.send_back(row, by=people["reviewer"], reasons=reasons or _drafted(row, day))


def _drafted(row: AcceptanceReview, day: date) -> list[dict]:
    drafts = returning.drafted(checks.check(row.facility, day))
    return [{"code": one.code, "requirement": one.requirement, "message": one.message} for one in drafts]


def _leave_waiting(item: Item, month: int, people: dict) -> None:
    stopped, day = item.course.review, _day(item, month, 18)
    if not stopped:
        return
    row = _apply(item, month, people, submit=stopped != "draft")
    if stopped == "reviewing":
        with clock.telling(at(day, 10)):
            services.assign(row, people["reviewer"], by=people["approver"], comment="请于本月内现场核查")
    if stopped == "consent":
        _take(row, day, people)
        waivers.propose(row, item.course.flaw, at(day, 15), people)
    if stopped in ("returned", "resubmitted"):
        _return(row, day, people)
    if stopped == "resubmitted":
        _submit_again(item, row, day.replace(day=day.day + 4), people)


def _submit_again(item: Item, row: AcceptanceReview, day: date, people: dict) -> None:
    """What was lacking is put on record, and the review submitted anew."""
    with clock.telling(at(day, 9, 30)):
        evidence.declare(item, by=people["clerk"], only=LACKING[item.course.flaw])
        review.perform(row, "submit", by=people["clerk"], comment="已补齐消防验收意见书")

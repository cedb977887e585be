"""Acceptance through the year: the clerk applies and submits, the reviewer decides, some wait at the end."""

from datetime import date, datetime, time

from django.utils import timezone

from eldercare import clock, review
from eldercare.management.demo import evidence
from eldercare.management.demo.planned import Item
from facilities import services
from facilities.kinds import FacilityType
from facilities.models import AcceptanceReview

RETURNED = {
    "no_care_zone": "功能区缺“人文关怀”，请补设后重新提交。",
    "again": "消防验收意见书缺页，请补齐后重新提交。",
}


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


def _day(item: Item, month: int, first: int) -> date:
    return date(2020, month, first + item.number % 5)


def _apply(item: Item, month: int, people: dict, *, submit: bool = True) -> AcceptanceReview:
    day = _day(item, month, 10)
    with clock.telling(at(day, 9, 10)):
        if item.course.flaw != "no_data":
            evidence.declare(item, by=people["clerk"])
        row = services.open_review(item.facility, by=people["clerk"], note="演示：已完工，申请验收")
    if submit:
        with clock.telling(at(day, 10, 30)):
            review.perform(row, "submit", by=people["clerk"])
    return row


def _accept(item: Item, month: int, people: dict) -> None:
    row = _apply(item, month, people)
    day = _day(item, month, 18)
    if item.course.review == "again":
        _return(row, day.replace(day=16), RETURNED["again"], people)
        with clock.telling(at(day, 9)):
            review.perform(row, "submit", by=people["clerk"], comment="已补齐")
    _take(row, day, people)
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


def _return(row: AcceptanceReview, day: date, comment: str, people: dict) -> None:
    _take(row, day, people)
    with clock.telling(at(day, 11)):
        review.perform(row, "send_back", by=people["reviewer"], comment=comment)


def _leave_waiting(item: Item, month: int, people: dict) -> None:
    stopped = item.course.review
    if not stopped:
        return
    row = _apply(item, month, people, submit=stopped != "draft")
    if stopped == "returned":
        _return(row, _day(item, month, 18), RETURNED[item.course.flaw], people)

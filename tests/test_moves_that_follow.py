"""A move and the moves that follow from it are told in their order, and what was taken back is not told."""

import datetime

import pytest

from eldercare import review
from eldercare.review import MoveRefused, ReviewEvent, perform
from plans import periods

pytestmark = pytest.mark.django_db
LOCK = ("plans.reportingperiod", "lock")


@pytest.fixture
def months(wulong):
    """October and November of 武隆, both open."""
    return [periods.period_of(wulong, datetime.date(2020, month, 1)) for month in (10, 11)]


def locked(period, by) -> ReviewEvent:
    return perform(period, "lock", by=by, comment=f"{period.month:%m}月汇总", lock_reason="汇总")


def followed_by(monkeypatch, follow) -> None:
    """Locking October has `follow(event, by)` as its consequence, locking November none."""
    first = lambda period, event, by: follow(event, by) if period.month.month == 10 else None  # noqa: E731
    monkeypatch.setitem(review._followers, LOCK, [first])


def test_events_stand_in_the_order_of_the_moves(months, clerk, monkeypatch):
    october, november = months
    followed_by(monkeypatch, lambda event, by: locked(november, by))
    first = locked(october, clerk)
    assert [event.comment for event in ReviewEvent.objects.order_by("pk")] == ["10月汇总", "11月汇总"]
    assert (list(october.events()), november.events().count()) == ([first], 1)


def test_move_that_follows_and_was_taken_back_leaves_no_event(months, clerk, monkeypatch):
    october, november = months

    def tried(event, by):
        with pytest.raises(MoveRefused):
            perform(november, "unlock", by=by, comment="没有锁定")

    followed_by(monkeypatch, tried)
    locked(october, clerk)
    assert [event.comment for event in ReviewEvent.objects.all()] == ["10月汇总"]
    november.refresh_from_db()
    assert november.status == "open"


def test_consequence_that_fails_after_a_move_takes_both_back(months, clerk, monkeypatch):
    october, november = months

    def fails(event, by):
        locked(november, by)
        raise MoveRefused("后续步骤失败")

    followed_by(monkeypatch, fails)
    with pytest.raises(MoveRefused, match="后续步骤失败"):
        locked(october, clerk)
    assert not ReviewEvent.objects.exists()
    followed_by(monkeypatch, lambda event, by: None)
    locked(october, clerk)
    assert [event.comment for event in ReviewEvent.objects.all()] == ["10月汇总"]


def test_move_that_follows_and_fails_halfway_is_not_told_when_the_first_stands(months, clerk, monkeypatch):
    october, november = months

    def follow(period, event, by):
        if period.month.month == 11:
            raise MoveRefused("十一月不行")
        with pytest.raises(MoveRefused, match="十一月不行"):
            locked(november, by)

    monkeypatch.setitem(review._followers, LOCK, [follow])
    locked(october, clerk)
    assert [event.comment for event in ReviewEvent.objects.all()] == ["10月汇总"]

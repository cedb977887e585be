"""The ledger read as a whole: what is overdue when, counts by township and day, what the dashboards say."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from shortcomings import SOON, TODAY, TYPED, case, centre, data_queries, item, reported, text

from eldercare import clock, figures
from eldercare.regions import Region
from facilities import ledger
from facilities.models import Rectification
from facilities.services import rectifying

__all__ = ["case", "centre", "item", "reported"]
LIST = reverse("admin:facilities_rectification_changelist")


@pytest.mark.parametrize(("days", "late"), [(-1, 0), (0, 0), (1, 1), (30, 30)])
def test_an_item_is_overdue_from_the_day_after_its_deadline(item, reviewer, days, late):
    row = item(due_on=TODAY)
    day = TODAY + timedelta(days=days)
    assert (row in ledger.overdue(reviewer, day)) == bool(late)
    assert row.is_overdue(day) == bool(late)
    assert [line.late for line in ledger.lines([row], day)] == [late]


def test_only_live_items_are_overdue(reported, item, clerk, reviewer):
    closed, cancelled, waiting = reported(), item(), reported()
    rectifying.close(closed, by=reviewer, comment="已复查")
    rectifying.cancel(cancelled, by=reviewer, comment="误立")
    Rectification.objects.update(due_on=TODAY - timedelta(days=1))
    assert list(ledger.overdue(reviewer)) == [waiting]


def test_overdue_goes_by_each_district_s_own_day(item, reviewer, wulong):
    row = item()
    Rectification.objects.update(due_on=date(2021, 1, 15))
    assert list(ledger.overdue(reviewer)) == [row]
    Region.objects.filter(pk=wulong.pk).update(is_demo=True)
    assert not ledger.overdue(reviewer).exists()


def test_overdue_stays_in_scope(item, make_user, jiangkou, township_user):
    row = item()
    day = SOON + timedelta(days=1)
    assert list(ledger.overdue(township_user, day)) == [row]
    assert not ledger.overdue(make_user("township", jiangkou), day).exists()


def test_counts_by_township_and_district(reported, item, register, jiangkou, wulong, clerk, reviewer):
    rectifying.close(reported(), by=reviewer, comment="已复查")
    reported(), item()
    elsewhere = rectifying.open_item(register(jiangkou), by=reviewer, **TYPED)
    Rectification.objects.filter(pk=elsewhere.pk).update(due_on=TODAY - timedelta(days=1))
    found = ledger.summary(figures.compute(wulong, TODAY).scope)
    baima = next(key for key, tally in found.items() if key and tally.closed)
    assert found[baima] == ledger.Tally(open=1, reported=1, closed=1)
    assert found[jiangkou.code] == ledger.Tally(open=1, overdue=1)
    assert (found[None].live, found[None].overdue, found[None].total) == (3, 1, 4)


def test_counts_of_an_earlier_day_are_as_they_stood(centre, wulong, clerk, reviewer):
    def at(month, day):
        return clock.telling(timezone.make_aware(timezone.datetime(2020, month, day, 10)))

    with at(7, 1):
        row = rectifying.open_item(centre, by=reviewer, **TYPED | {"due_on": date(2020, 7, 20)})
    with at(8, 1):
        rectifying.report(row, by=clerk, comment="已清理")
    with at(9, 1):
        rectifying.close(row, by=reviewer, comment="已复查")
    told = {
        day: ledger.summary(figures.compute(wulong, day).scope)[None]
        for day in (date(2020, 6, 30), date(2020, 7, 20), date(2020, 7, 21), date(2020, 8, 1), date(2020, 9, 1))
    }
    assert list(told.values()) == [
        ledger.Tally(), ledger.Tally(open=1), ledger.Tally(open=1, overdue=1), ledger.Tally(reported=1, overdue=1),
        ledger.Tally(closed=1),
    ]  # fmt: skip


@pytest.mark.parametrize("day", [TODAY, date(2020, 9, 1)])
def test_counting_costs_one_query_whatever_the_number(item, wulong, register, jiangkou, reviewer, day):
    scope = figures.compute(wulong, day).scope
    item()
    with CaptureQueriesContext(connection) as one:
        ledger.summary(scope)
    for _ in range(5):
        rectifying.open_item(register(jiangkou), by=reviewer, **TYPED)
    with CaptureQueriesContext(connection) as many:
        ledger.summary(scope)
    assert len(one) == len(many) == 1


# Dashboards


def test_the_district_page_says_how_many_and_who_is_late(client_for, leader, item, reported):
    reported()
    Rectification.objects.filter(pk=item().pk).update(due_on=TODAY - timedelta(days=1))
    shown = text(client_for(leader).get("/dashboard/500156/"))
    assert "整改：<strong>2</strong> 项未销号（待复查 1 项）" in shown
    assert "<strong>1</strong> 项已逾期" in shown
    assert "逾期 1 项" in shown
    assert LIST not in shown


def test_the_district_page_links_staff_to_the_ledger(client_for, clerk, item):
    item()
    assert f"{LIST}?district=500156" in text(client_for(clerk).get("/dashboard/500156/"))


def test_a_township_official_reads_what_the_own_township_has_to_do(
    client_for, township_user, item, register, jiangkou, reviewer
):
    item(due_on=TODAY)
    rectifying.open_item(register(jiangkou), by=reviewer, **{**TYPED, "label": "江口的事"})
    shown = text(client_for(township_user).get(f"/dashboard/500156/{township_user.region.code}/"))
    assert "整改：1 项未销号" in shown
    assert "堆放杂物" in shown
    assert "按整改措施落实" in shown
    assert "江口的事" not in shown
    assert LIST not in shown


def test_an_earlier_day_shows_nothing_that_came_later(client_for, township_user, item):
    item()
    assert "堆放杂物" not in text(
        client_for(township_user).get(f"/dashboard/500156/{township_user.region.code}/?as_of=2020-06-30")
    )


def test_the_pages_cost_the_same_with_any_number_of_items(
    client_for, leader, item, centre, register, jiangkou, reviewer
):
    client = client_for(leader)
    item()
    register(jiangkou)
    addresses = ["/dashboard/500156/", f"/dashboard/500156/{centre.township.code}/"]
    for address in addresses:
        client.get(address)  # an edition is parsed once a process
    one = [data_queries(client, address) for address in addresses]
    for _ in range(5):
        item()
    assert [data_queries(client, address) for address in addresses] == one
    assert one[0] <= 15

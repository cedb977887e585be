"""subsidy_paid_share: paid ÷ approved, by day, year and township, down to the ledger."""

from datetime import date, datetime
from decimal import Decimal

import factories
import pytest
from desk import accepted
from django.utils import timezone

from eldercare import figures
from eldercare.clock import telling
from subsidies import ledger, services
from subsidies.models import SubsidyClaim
from subsidies.statistics import PAID_SHARE

STATION = 200_000


def on(*day: int):
    return telling(timezone.make_aware(datetime(*day, 9)))


def share(desk, day=None, township="", year=None):
    found = figures.compute(desk.district, day or desk.today, year)
    figure = (found.townships[factories.region(township).code] if township else found.district)[PAID_SHARE]
    value = None if figure.value is None else str(figure.value)
    return figure.numerator, figure.denominator, value, figure.reason


def test_nothing_approved_is_no_share_at_all(desk):
    desk.submitted()
    assert share(desk) == (0, 0, None, "没有已批准的补助")
    assert share(desk, township="白马镇") == (0, 0, None, "没有已批准的补助")


def test_paid_over_approved_for_the_district_and_each_township(desk):
    budget = desk.budget()
    first, second = desk.approved((budget, STATION)), desk.approved((budget, STATION), subject=accepted("江口镇"))
    assert share(desk) == (0, 400_000, "0.0", "")
    desk.pay(first, STATION, budget)
    desk.pay(second, "50000.50", budget)
    assert share(desk) == (Decimal("250000.50"), 400_000, "62.5", "")
    assert share(desk, township="白马镇") == (200_000, 200_000, "100.0", "")
    assert share(desk, township="江口镇") == (Decimal("50000.50"), 200_000, "25.0", "")
    assert share(desk, township="桐梓镇")[2] is None


def test_cancelled_and_recovered_claims_count_on_neither_side(desk):
    budget = desk.budget()
    cancelled, back = desk.approved((budget, STATION)), desk.approved((budget, STATION), subject=accepted("江口镇"))
    services.cancel(cancelled, by=desk.approver, comment="项目调整")
    desk.pay(back, STATION, budget)
    desk.recover(back)
    assert share(desk) == (0, 0, None, "没有已批准的补助")


@pytest.fixture
def story(demo_desk):
    """Approved on 10 September 2020, half paid in October, the rest in November; approved and cancelled in between."""
    budget = demo_desk.budget()
    with on(2020, 9, 10):
        claim = demo_desk.approved((budget, STATION))
        other = demo_desk.approved((budget, STATION), subject=accepted("江口镇"))
    with on(2020, 10, 5):
        demo_desk.pay(claim, 100_000, budget, "V-1", on=date(2020, 10, 5))
        services.cancel(other, by=demo_desk.approver, comment="项目调整")
    with on(2020, 11, 5):
        demo_desk.pay(claim, 100_000, budget, "V-2", on=date(2020, 11, 4))
    return demo_desk


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2020, 9, 9), (0, 0)),
        (date(2020, 9, 10), (0, 400_000)),
        (date(2020, 10, 4), (0, 400_000)),
        (date(2020, 10, 5), (100_000, 200_000)),
        (date(2020, 11, 3), (100_000, 200_000)),
        (date(2020, 11, 4), (200_000, 200_000)),
        (date(2020, 12, 31), (200_000, 200_000)),
    ],
)
def test_every_day_is_read_as_it_was(story, day, expected):
    assert share(story, day)[:2] == expected


def test_a_recovery_counts_from_the_day_of_its_entry(story):
    claim = SubsidyClaim.objects.get(status="paid")
    with on(2020, 12, 20):
        story.recover(claim, on=date(2020, 12, 10))
    assert share(story, date(2020, 12, 9))[:2] == (200_000, 200_000)
    assert share(story, date(2020, 12, 10))[:2] == (0, 0)


def test_what_is_approved_today_in_a_demo_district_counts_on_its_last_day(demo_desk):
    budget = demo_desk.budget()
    demo_desk.pay(demo_desk.approved((budget, STATION)), STATION, budget)
    assert share(demo_desk, date(2020, 12, 31))[:2] == (STATION, STATION)
    assert share(demo_desk, date(2020, 12, 30))[:2] == (0, 0)


def test_one_year_alone_is_its_budget_year(desk):
    budget = desk.budget()
    desk.pay(desk.approved((budget, STATION)), STATION, budget)
    assert share(desk, year=desk.year)[:2] == (STATION, STATION)
    assert share(desk, year=desk.year + 1)[:2] == (0, 0)


def test_a_merged_town_s_money_is_shown_by_its_heir(desk):
    for type_, count in (("TOWNSHIP_CENTRE", 1), ("VILLAGE_POINT", 2)):
        for _ in range(count):
            accepted("土坎镇", type_)
    budget = desk.budget()
    desk.approved((budget, 1_000_000), subject=factories.region("土坎镇"), key="township-bundle")
    assert share(desk, township="羊角街道")[:2] == (0, 1_000_000)


def test_the_numerator_is_what_the_ledger_s_entries_sum_to(story):
    for day in (date(2020, 10, 31), date(2020, 12, 31)):
        entries = ledger.entries([story.district], until=day)
        assert sum(row.amount for row in entries) == share(story, day)[0]
    assert ledger.entries([story.district], year=2021).count() == 0


def test_the_money_costs_one_query_however_many_claims(desk, django_assert_num_queries):
    budget = desk.budget()
    for name in ("白马镇", "江口镇", "桐梓镇"):
        desk.pay(desk.approved((budget, STATION), subject=accepted(name)), STATION, budget)
    with django_assert_num_queries(1):
        assert len(ledger.standings(desk.district, desk.today)) == 3

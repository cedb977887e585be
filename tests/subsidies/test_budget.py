"""Budgets and their board: what is planned, committed, paid and left, and the lottery's share."""

from decimal import Decimal

import pytest
from desk import accepted
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eldercare.audit import AuditRecord
from eldercare.regions import Region
from eldercare.review import Denied
from subsidies import services
from subsidies.board import board
from subsidies.models import Budget, Source

STATION = 200_000
NUMBERS = ("planned", "committed", "paid", "recovered", "left", "unpaid")


def numbers(line) -> dict:
    return {name: getattr(line, name) for name in NUMBERS}


@pytest.fixture
def set_budget(desk):
    def entered(source=Source.DISTRICT, planned="500000", **more):
        stated = {"by": desk.clerk, "year": desk.year, "district": desk.district} | more
        return services.set_budget(
            stated.pop("district"), stated.pop("year"), source, planned=Decimal(planned), **stated
        )

    return entered


def test_the_board_adds_up_by_source_and_in_total(desk, set_budget):
    own, city = set_budget(), set_budget(Source.CITY, "250000.50")
    paid = desk.approved((own, 150_000), (city, 50_000))
    desk.pay(paid, 100_000, own, "V-1")
    desk.pay(paid, 50_000, city, "V-2")
    back = desk.approved((own, STATION), subject=accepted("江口镇"))
    desk.pay(back, STATION, own)
    desk.recover(back)
    found = board(desk.district, desk.year)
    assert [line.label for line in found.lines] == ["市级资金", "区级财政"]
    assert numbers(found.lines[0]) == {
        "planned": Decimal("250000.50"), "committed": 50_000, "paid": 50_000, "recovered": 0,
        "left": Decimal("200000.50"), "unpaid": 0,
    }  # fmt: skip
    assert numbers(found.lines[1]) == {
        "planned": 500_000, "committed": 150_000, "paid": 100_000, "recovered": 200_000, "left": 350_000,
        "unpaid": 50_000,
    }  # fmt: skip
    assert numbers(found.total)["left"] == Decimal("550000.50")
    assert found.total.label == "合计"


def test_a_year_without_budgets_is_empty(desk):
    found = board(desk.district, desk.year)
    assert (found.lines, found.total.planned) == ((), 0)


def test_the_board_costs_the_same_however_many_claims(desk, set_budget):
    budget = set_budget(planned="9000000")
    desk.pay(desk.approved((budget, STATION)), STATION, budget)
    with CaptureQueriesContext(connection) as few:
        board(desk.district, desk.year)
    set_budget(Source.CITY)
    for name in ("江口镇", "桐梓镇", "火炉镇"):
        desk.pay(desk.approved((budget, STATION), subject=accepted(name)), STATION, budget)
    with CaptureQueriesContext(connection) as many:
        board(desk.district, desk.year)
    assert len(many) == len(few) == 4


@pytest.mark.parametrize(
    ("planned", "pool", "value", "is_met"),
    [
        ("800000", "1000000", "80.0", True),
        ("799999.99", "1000000", "80.0", False),
        ("1000000", "1000000", "100.0", True),
        ("0", "1000000", "0.0", False),
    ],
)
def test_the_lottery_share_is_compared_exactly_and_shown_rounded(desk, set_budget, planned, pool, value, is_met):
    set_budget(Source.LOTTERY, planned, pool=Decimal(pool))
    (share,) = board(desk.district, desk.year).shares
    assert (share.clause, share.required) == ("三(二)", 80)
    assert (share.numerator, share.denominator) == (Decimal(planned), Decimal(pool))
    assert (str(share.value), share.is_met, share.reason) == (value, is_met, "")


@pytest.mark.parametrize(
    ("pool", "reason"), [(None, "没有登记福彩公益金区级留存总额"), ("0", "没有登记福彩公益金区级留存总额")]
)
def test_a_share_of_an_unknown_pool_is_unknown(desk, set_budget, pool, reason):
    set_budget(Source.LOTTERY, "0", pool=None if pool is None else Decimal(pool))
    (share,) = board(desk.district, desk.year).shares
    assert (share.value, share.is_met, share.reason) == (None, None, reason)


def test_a_year_without_a_lottery_budget_has_no_share(desk):
    (share,) = board(desk.district, desk.year).shares
    assert (share.value, share.is_met, share.reason) == (None, None, "没有登记福彩公益金预算")


def test_a_budget_is_entered_and_changed_with_before_and_after_on_record(set_budget):
    row = set_budget(planned="500000")
    set_budget(planned="500000.00")
    assert set_budget(planned="600000.5", note=" 追加 ") == row
    trails = AuditRecord.objects.filter(model="subsidies.budget", object_id=str(row.pk)).order_by("pk")
    assert [trail.action for trail in trails] == ["record.created", "record.changed"]
    assert trails[1].detail == {
        "before": {"planned": "500000.00", "pool": "", "note": ""},
        "after": {"planned": "600000.50", "pool": "", "note": "追加"},
    }


@pytest.mark.parametrize("planned", ["-0.01", "100000000000.01", "1E+40", "NaN", "Infinity", "0.001"])
def test_amounts_that_no_budget_can_have(set_budget, planned):
    with pytest.raises(ValidationError):
        set_budget(planned=planned)
    assert not Budget.objects.exists()


@pytest.mark.parametrize("year", [1999, 2101, -1, 10**9])
def test_years_that_no_budget_can_have(set_budget, year):
    with pytest.raises(ValidationError):
        set_budget(year=year)


def test_only_the_lottery_has_a_pool_and_spends_no_more_than_it(set_budget):
    for source, pool in ((Source.CITY, 900_000), (Source.LOTTERY, 499_999)):
        with pytest.raises(ValidationError, match="福彩公益金"):
            set_budget(source, pool=Decimal(pool))
    with pytest.raises(ValidationError):
        set_budget("bank")


def test_a_budget_never_falls_below_what_is_committed(desk, set_budget):
    budget = set_budget()
    claim = desk.approved((budget, STATION))
    with pytest.raises(ValidationError, match=r"已批准安排 200000\.00 元"):
        set_budget(planned="199999.99")
    assert set_budget(planned="200000").planned == STATION
    services.cancel(claim, by=desk.approver, comment="项目调整")
    assert set_budget(planned="0").planned == 0


def test_budgets_belong_to_districts_and_to_their_own_people(desk, set_budget, make_user, baima):
    with pytest.raises(ValidationError, match="按区县登记"):
        set_budget(district=baima)
    neighbour = make_user("clerk", Region.objects.get(code="500238"), "neighbour")
    for person in (desk.reviewer, desk.approver, neighbour):
        with pytest.raises(Denied):
            set_budget(by=person)
    assert not Budget.objects.exists()

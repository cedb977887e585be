"""The money on the dashboards: one line for the leader, a page behind it, and every ledger row behind the figure."""

from datetime import date
from decimal import Decimal

import factories
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eldercare import review
from subsidies import services
from subsidies.models import Budget, SubsidyClaim, SubsidyScheme
from subsidies.services import Entry

DAY = "2020-12-31"
DISTRICT, MONEY, FIGURE = (
    f"/dashboard/500156/{page}?as_of={DAY}" for page in ("", "money/", "figures/subsidy_paid_share/")
)


def text(reply) -> str:
    return " ".join(reply.content.decode().split())


@pytest.fixture
def demo_day(wulong):
    """武隆 in its demo year, whose day is 2020-12-31."""
    type(wulong).objects.filter(pk=wulong.pk).update(is_demo=True)
    wulong.refresh_from_db()
    return wulong


@pytest.fixture
def budget(demo_day):
    return Budget.objects.create(district=demo_day, year=2020, source="district", planned=1_000_000)


@pytest.fixture
def pay(demo_day, budget, clerk, reviewer, approver):
    """A station's claim of 200,000 yuan, approved and paid as far as asked."""

    def paid(township: str, amount: int, voucher: str = "川财-1"):
        state = {"stage": "operating", "accepted_on": date(2020, 8, 1), "on": date(2020, 8, 1)}
        station = factories.facility(factories.region(township), "COMMUNITY_STATION", **state)
        scheme = SubsidyScheme.objects.get(policy__slug="wulong-2020", key="station")
        claim = services.draft(station, scheme, by=clerk)
        services.submit(claim, by=clerk)
        services.approve(claim, by=reviewer, shares={budget: Decimal(200_000)})
        if amount:
            services.pay(claim, Entry(Decimal(amount), date(2020, 12, 31), budget, voucher), by=approver)
        return claim

    return paid


def test_district_page_says_approved_paid_and_budget_in_wan(client_for, leader, pay):
    pay("白马镇", 200_000)
    pay("江口镇", 50_000)
    page = text(client_for(leader).get(DISTRICT))
    assert "已批准 2 笔 <strong>40</strong> 万元，已拨付 <strong>25</strong> 万元。" in page


def test_district_without_an_approved_claim_says_so(client_for, leader, demo_day):
    assert "还没有批准的补助申请。" in text(client_for(leader).get(DISTRICT))


def test_money_page_lists_townships_budgets_and_the_plan_at_face_value(client_for, leader, pay):
    pay("白马镇", 200_000)
    pay("江口镇", 50_000)
    page = text(client_for(leader).get(MONEY))
    assert '62.5<span class="figure-unit">%</span>' in page
    assert "400 + 200 + 2500 =" in page
    assert "<strong>3100</strong>" in page
    assert page.index("白马镇</a>") < page.index("江口镇</a>")


def test_figure_page_goes_down_to_the_vouchers(client_for, leader, pay):
    pay("白马镇", 200_000, "川财-9")
    pay("江口镇", 0)
    page = text(client_for(leader).get(FIGURE))
    assert "2020-12-31 20 万元，凭证 川财-9" in page
    assert "批准 20 万元，已拨付 0 万元" in page


def test_a_flag_is_the_first_thing_a_leader_reads_and_goes_with_the_recovery(client_for, leader, clerk, pay, approver):
    claim = pay("白马镇", 200_000)
    SubsidyClaim.objects.filter(pk=claim.pk).update(
        flagged_at=claim.created_at, flagged_by=approver, flag_reason="验收已撤销：消防整改"
    )
    told = '<strong class="is-act">1 笔有预警</strong>，涉及已拨付的 20 万元'
    for address in (DISTRICT, MONEY):
        assert told in text(client_for(leader).get(address))
    page = text(client_for(leader).get(MONEY))
    assert "验收已撤销：消防整改" in page
    assert '<td class="num" data-label="已拨付（万元）">20</td>' in page
    link = reverse("admin:subsidies_subsidyclaim_change", args=[claim.pk])
    assert link not in page, "a leader has no desk in the admin"
    assert link in text(client_for(clerk).get(MONEY))
    assert "有预警" in text(client_for(leader).get(FIGURE))
    assert "有预警" not in text(client_for(leader).get(MONEY.replace(DAY, "2020-06-30")))
    claim.refresh_from_db()
    services.recover(claim, by=approver, on=date(2020, 12, 31), voucher="退-1", comment="验收撤销")
    assert "预警" not in text(client_for(leader).get(MONEY))


def test_money_page_shows_where_the_budget_went_and_what_waits(client_for, leader, pay, clerk):
    pay("白马镇", 50_000)
    station = factories.facility(
        factories.region("江口镇"), "COMMUNITY_STATION",
        stage="operating", accepted_on=date(2020, 8, 1), on=date(2020, 8, 1),
    )  # fmt: skip
    waiting = services.draft(station, SubsidyScheme.objects.get(policy__slug="wulong-2020", key="station"), by=clerk)
    page = text(client_for(leader).get(MONEY))
    assert "2020年预算 100 万元的去向" in page
    assert "已拨付 5，已批准待拨付 15，还可安排 80" in page
    assert "等待审核" not in page
    services.submit(waiting, by=clerk)
    assert "另有 1 笔 20 万元已提交，等待审核" in text(client_for(leader).get(MONEY))


def test_recovered_claims_count_no_more(client_for, leader, pay, approver):
    claim = pay("白马镇", 200_000)
    services.recover(claim, by=approver, on=date(2020, 12, 31), voucher="退-1", comment="验收撤销")
    assert review.ReviewEvent.objects.filter(verb="recover").exists()
    assert "已批准 0 笔" in text(client_for(leader).get(MONEY))


def test_township_page_has_its_own_line_and_no_others(client_for, make_user, pay, jiangkou, baima):
    pay("白马镇", 200_000)
    line = "已批准 1 笔 <strong>20</strong> 万元，已拨付 <strong>20</strong> 万元"
    own, other = client_for(make_user("township", baima, "one")), client_for(make_user("township", jiangkou, "two"))
    assert line in text(own.get(f"/dashboard/500156/{baima.code}/?as_of={DAY}"))
    assert "补助资金</h2>" not in text(other.get(f"/dashboard/500156/{jiangkou.code}/?as_of={DAY}"))
    assert own.get(MONEY).status_code == 404


@pytest.mark.parametrize("address", [DISTRICT, MONEY, FIGURE])
def test_pages_ask_the_same_for_one_claim_and_many(client_for, leader, pay, address):
    client = client_for(leader)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    pay("白马镇", 200_000)
    one = asked()
    pay("江口镇", 50_000)
    pay("火炉镇", 0)
    assert asked() == one

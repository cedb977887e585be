"""/subsidy-payments/: the ledger row by row, adding up to the published share; nobody's name and no voucher."""

import json
from datetime import date
from decimal import Decimal

import factories
import pytest

from eldercare import figures
from subsidies import services
from subsidies.models import Budget, Source
from subsidies.services import Entry
from subsidies.statistics import PAID_SHARE

STATION = 200_000


@pytest.fixture
def told(wulong, claimed, clerk, reviewer, approver):
    """Two claims in a demo district: one paid in two parts from two sources, one paid and recovered later in the month."""
    type(wulong).objects.filter(pk=wulong.pk).update(is_demo=True)
    own, city = (
        Budget.objects.create(district=wulong, year=2020, source=source, planned=10**6)
        for source in (Source.DISTRICT, Source.CITY)
    )
    claimed.refresh_from_db()
    type(claimed).objects.filter(pk=claimed.pk).update(year=2020)
    station = factories.operating(factories.region("江口镇"), "COMMUNITY_STATION", on=date(2020, 8, 1))
    other = services.draft(station, claimed.scheme, by=clerk)
    for claim, shares in ((claimed, {own: Decimal(150_000), city: Decimal(50_000)}), (other, {own: Decimal(STATION)})):
        claim = type(claim).objects.get(pk=claim.pk)
        services.submit(claim, by=clerk)
        services.approve(claim, by=reviewer, shares=shares)
    day = date(2020, 12, 31)
    for claim, yuan, budget, voucher in ((claimed, "100000.50", own, "武财7号"), (claimed, 50_000, city, "武财8号")):
        services.pay(
            type(claim).objects.get(pk=claim.pk), Entry(Decimal(yuan), day, budget, voucher, "演示丙"), by=approver
        )
    services.pay(type(other).objects.get(pk=other.pk), Entry(Decimal(STATION), day, own, "武财9号"), by=approver)
    other = type(other).objects.get(pk=other.pk)
    services.recover(other, by=approver, on=day, voucher="退1号", comment="演示丁：验收撤销")
    return claimed, other


def test_every_entry_with_its_claim_its_source_and_what_it_reverses(api, told):
    claimed, other = told
    rows = api.rows("subsidy-payments/")
    assert [(row["claim"], row["number"], row["entry"], row["amount"], row["balance"], row["reverses"]) for row in rows] == [
        (claimed.pk, 1, "payment", 100000.5, 100000.5, None),
        (claimed.pk, 2, "payment", 50000, 150000.5, None),
        (other.pk, 1, "payment", 200000, 200000, None),
        (other.pk, 2, "recovery", -200000, 0, 1),
    ]  # fmt: skip
    assert [(row["year"], row["source"], row["source_label"]) for row in rows[:2]] == [
        (2020, "district", "区级财政"), (2020, "city", "市级资金"),
    ]  # fmt: skip
    assert {(row["subject_kind"], row["subject"]) for row in rows} == {
        ("facility", claimed.facility.code), ("facility", other.facility.code),
    }  # fmt: skip


def test_entries_add_up_to_the_claims_and_to_the_published_share(api, told, wulong):
    rows, claims = api.rows("subsidy-payments/?as_of=2020-12-31"), api.rows("subsidy-claims/?as_of=2020-12-31")
    for claim in claims:
        assert sum(row["amount"] for row in rows if row["claim"] == claim["claim"]) == claim["paid_total"]
    wulong.refresh_from_db()
    figure = figures.compute(wulong, date(2020, 12, 31)).district[PAID_SHARE]
    assert sum(row["amount"] for row in rows) == figure.numerator == Decimal("150000.50")
    assert sum(claim["amount"] for claim in claims if claim["status"] in ("approved", "paid")) == figure.denominator


def test_filters(api, told, baima, jiangkou):
    for asked, count in (
        ("year=2020", 4), ("year=2021", 0), ("source=city", 1), ("as_of=2020-12-30", 0), ("as_of=2020-12-31", 4),
        (f"township={baima.code}", 2), (f"township={jiangkou.code}", 2), ("district=500156", 4),
    ):  # fmt: skip
        assert len(api.rows(f"subsidy-payments/?{asked}")) == count, asked


def test_no_name_voucher_or_reason_leaves_through_the_api(api, told):
    page = json.dumps(api.rows("subsidy-payments/"), ensure_ascii=False)
    csv = b"".join(api.get("subsidy-payments/?format=csv").streaming_content).decode()
    for words in ("演示", "武财", "退1号", "验收撤销"):
        assert words not in page
        assert words not in csv


def test_a_township_reads_the_entries_of_its_own_claims_alone(ask, township_user, told):
    claimed, _ = told
    assert {row["claim"] for row in ask(township_user).rows("subsidy-payments/")} == {claimed.pk}


@pytest.mark.parametrize("asked", ["year=abc", "source=gold", "as_of=2020-13-01", "voucher=1"])
def test_bad_questions_are_refused_in_words(api, asked):
    status, words = api.detail(f"subsidy-payments/?{asked}")
    assert (status, asked.partition("=")[0] in words) == (400, True)

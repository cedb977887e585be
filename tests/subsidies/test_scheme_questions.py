"""What only a scheme needs to know of a facility is asked on the facility's page, and its answer decides the money."""

from datetime import date

import pytest
from desk import accepted
from django.urls import reverse

from facilities.models import Declaration
from subsidies.entitlement import entitlement

INVESTOR = {"label": "社会力量投资建设", "fact": "facility.investor", "operator": "=", "value": "social"}
AGREED = {"label": "区民政局同意", "fact": "facility.agreed_by_bureau", "operator": "=", "value": True}
DAY = date(2020, 12, 31)


@pytest.fixture
def asking(desk):
    """武隆's station scheme with two hard conditions that no standard asks for."""
    scheme = desk.scheme("station")
    scheme.body["requires"] = [INVESTOR, AGREED]
    scheme.save()
    return scheme


@pytest.fixture
def browser_of(client_for, clerk):
    return client_for(clerk)


def shown(client, facility) -> str:
    return client.get(reverse("admin:facilities_facility_change", args=[facility.pk])).content.decode()


def answer(client, facility, fact: str, told: str):
    address = f"{reverse('admin:facilities_declaration_add')}?fact={fact}&type={facility.type}&for={facility.pk}"
    told = {"answer": told, "starts_on": "2020-09-01", "evidence": "同意文件第3号"}
    return client.post(f"{address}&facility={facility.pk}", told)


def test_the_page_asks_what_the_schemes_of_the_type_need(browser_of, asking):
    station, home = accepted(), accepted("江口镇", "CARE_HOME")
    page = shown(browser_of, station)
    for words in ("投资主体", "民政局同意", "年度评估合格", "三(二)（社区养老服务站建设补助）"):
        assert words in page
    page = shown(browser_of, home)
    for words in ("投资主体", "民政局同意", "年度评估合格"):
        assert words not in page


def test_what_the_register_records_is_not_asked(browser_of):
    page = shown(browser_of, accepted())
    assert "fact=facility.accepted" not in page
    assert "fact=facility.gross_area" not in page


def test_the_answers_make_the_claim_payable(browser_of, asking):
    station = accepted()
    assert entitlement(station, DAY, asking)[0].outcome.label == "待定"
    for fact, told in (("facility.investor", "social"), ("facility.agreed_by_bureau", "yes")):
        assert answer(browser_of, station, fact, told).status_code == 302
    assert dict(Declaration.objects.values_list("fact", "value")) == {
        "facility.investor": "social",
        "facility.agreed_by_bureau": True,
    }
    assert entitlement(station, DAY, asking)[0].is_payable
    assert entitlement(station, date(2020, 8, 31), asking)[0].outcome.label == "待定"
    listed = browser_of.get(reverse("admin:facilities_declaration_changelist")).content.decode()
    assert "投资主体" in listed
    assert "社会力量" in listed


def test_an_answer_that_is_not_on_offer_is_refused(browser_of, asking):
    station = accepted()
    assert answer(browser_of, station, "facility.investor", "某集团").status_code == 200
    assert not Declaration.objects.exists()


def test_a_recorded_evaluation_is_no_longer_missing(browser_of, desk):
    station = accepted()
    (before,) = entitlement(station, DAY, desk.scheme("operating"))
    assert answer(browser_of, station, "facility.evaluated", "yes").status_code == 302
    (now,) = entitlement(station, DAY, desk.scheme("operating"))
    assert any("评价结果" in text for text in before.reasons)
    assert now.reasons == ("补助金额（三(三)）：文件没有印金额，不能拨付",)

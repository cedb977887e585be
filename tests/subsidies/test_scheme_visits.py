"""A site visit asks what a scheme needs as well, and what was found on the spot decides the money."""

from datetime import date

import pytest
from desk import accepted
from django.urls import reverse
from test_scheme_questions import AGREED, INVESTOR

from eldercare import review
from facilities import services
from facilities.models import Declaration
from facilities.services.visiting import record_visit
from subsidies.entitlement import entitlement

DAY = date(2020, 12, 31)


@pytest.fixture
def asking(desk):
    """武隆's station scheme with two hard conditions that no standard asks for."""
    scheme = desk.scheme("station")
    scheme.body["requires"] = [INVESTOR, AGREED]
    scheme.save()
    return scheme


@pytest.fixture
def case(register, clerk, reviewer, asking):
    """A completed station whose review is open."""
    row = services.open_review(register(type="COMMUNITY_STATION", stage="completed", gross_area=400), by=clerk)
    review.perform(row, "submit", by=clerk)
    services.take(row, by=reviewer)
    return row


def form_of(row) -> str:
    return reverse("admin:facilities_acceptancereview_visit", args=[row.pk])


def test_the_form_asks_what_the_schemes_of_the_type_need(client_for, reviewer, case, register, clerk):
    body = client_for(reviewer).get(form_of(case)).content.decode()
    for words in ("投资主体", "民政局同意", "社会力量", "三(二)（社区养老服务站建设补助）"):
        assert words in body, words


def test_what_was_seen_decides_the_money(client_for, reviewer, case, asking):
    told = {"visited_on": "2020-09-01", "attended": "街道办", "conclusion": "已核对投资协议"}
    told |= {"seen-facility.investor": "social", "seen-facility.agreed_by_bureau": "yes"}
    assert client_for(reviewer).post(form_of(case), told).status_code == 302
    assert dict(Declaration.objects.values_list("fact", "value")) == {
        "facility.investor": "social",
        "facility.agreed_by_bureau": True,
    }
    station = accepted()
    Declaration.objects.update(facility=station)
    assert entitlement(station, DAY, asking)[0].is_payable


def test_what_was_declared_before_stands_beside_it(client_for, reviewer, case):
    Declaration.objects.create(fact="facility.investor", facility=case.facility, value="social", evidence="协议")
    body = client_for(reviewer).get(form_of(case)).content.decode()
    assert 'name="same-facility.investor"' in body
    visit = record_visit(case, by=reviewer, visited_on=date(2020, 9, 2), seen={"facility.investor": "social"})
    (line,) = visit.observations
    assert (line["agrees"], line["registered_text"]) == (True, "社会力量")


def test_an_answer_that_is_not_on_offer_is_refused(client_for, reviewer, case):
    told = {"visited_on": "2020-09-01", "seen-facility.investor": "某集团"}
    assert client_for(reviewer).post(form_of(case), told).status_code == 200
    assert not Declaration.objects.exists()

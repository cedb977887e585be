"""The visit form: what it asks, what it writes, what it keeps of a refused one, who reaches it, and what the page shows then."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from eldercare import review
from eldercare.regions import Region
from facilities import services
from facilities.models import Declaration, FacilityRecord, SiteVisit
from facilities.services.visiting import record_visit

DAY = "2020-12-01"
ZONES = ["托养护理", "生活照料", "医疗保健", "文体活动"]
FIRE = "requirement.all.fire_code"


def page(row) -> str:
    return reverse("admin:facilities_acceptancereview_change", args=[row.pk])


def form_of(row) -> str:
    return reverse("admin:facilities_acceptancereview_visit", args=[row.pk])


@pytest.fixture
def case(register, clerk, reviewer):
    facility = register(type="TOWNSHIP_CENTRE", zones=ZONES, stage="completed", gross_area=900, beds=10, nursing_beds=5)
    row = services.open_review(facility, by=clerk)
    review.perform(row, "submit", by=clerk)
    services.take(row, by=reviewer)
    return row


def test_the_blank_form_lists_what_is_registered_and_what_to_look_at(client_for, reviewer, case):
    body = client_for(reviewer).get(form_of(case)).content.decode()
    for words in (
        "现场核查表",
        case.facility.name,
        "900 ㎡",
        "文体活动",
        "未登记",
        "与登记一致",
        "符合建筑防火规范",
        "未看",
    ):
        assert words in body, words
    assert body.count("<script") == 1, "the page's own comforts only"
    assert not re.search(r"\sstyle=", body)


def test_a_filled_form_becomes_a_visit_and_its_facts(client_for, reviewer, case):
    told = {
        "visited_on": DAY, "attended": "镇民政办", "conclusion": "缺文体活动室",
        "seen-facility.gross_area": "812.50", "same-facility.beds": "on", "seen-facility.zones": ZONES[:3],
        "note-facility.zones": "房间空置", f"seen-{FIRE}": "yes",
    }  # fmt: skip
    response = client_for(reviewer).post(form_of(case), told)
    assert response.url == f"{page(case)}#visits"
    visit = SiteVisit.objects.get()
    assert (visit.recorded_by, visit.attended, visit.conclusion) == (reviewer, "镇民政办", "缺文体活动室")
    assert {line["fact"]: line["agrees"] for line in visit.observations} == {
        "facility.gross_area": False, "facility.beds": True, "facility.zones": False, FIRE: False,
    }  # fmt: skip
    written = FacilityRecord.objects.latest("pk")
    assert (written.gross_area, written.zones, written.effective_on) == (Decimal("812.5"), ZONES[:3], date(2020, 12, 1))
    assert Declaration.objects.get().value is True


def test_the_review_page_shows_the_visit_with_what_differed(client_for, approver, reviewer, case):
    record_visit(
        case, by=reviewer, visited_on=date(2020, 12, 1), seen={"facility.beds": 8, "facility.nursing_beds": 5},
        notes={"facility.beds": "两张未安装", FIRE: "未见原件"}, attended="镇民政办", conclusion="限期补齐",
    )  # fmt: skip
    body = client_for(approver).get(page(case)).content.decode()
    for words in (
        "10 张",
        "8 张",
        "两张未安装",
        "与登记一致：护理型床位（5 张）",
        "未见原件",
        "限期补齐",
        "参加：镇民政办",
    ):
        assert words in body, words
    assert form_of(case) not in body, "who may not record is not offered the form"
    assert form_of(case) in client_for(reviewer).get(page(case)).content.decode()


def test_the_facility_page_names_the_visit_as_the_source(client_for, clerk, reviewer, case):
    record_visit(case, by=reviewer, visited_on=date(2020, 12, 1), seen={"facility.beds": 8, FIRE: True})
    url = reverse("admin:facilities_facility_change", args=[case.facility_id])
    assert client_for(clerk).get(url).content.decode().count("现场核查 2020-12-01") >= 2


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"visited_on": ""}, "核查日期"),
        ({"visited_on": "昨天"}, "核查日期"),
        ({"visited_on": "2199-01-01"}, "不能晚于今天"),
        ({"visited_on": "2001-01-01"}, "起才有登记"),
        ({"seen-facility.gross_area": "很大"}, "建筑面积"),
        ({"seen-facility.gross_area": "-5"}, "建筑面积"),
        ({"seen-facility.gross_area": "1e400"}, "建筑面积"),
        ({"seen-facility.gross_area": "99999999"}, "应为不小于 0 的数"),
        ({"seen-facility.beds": "3.5"}, "床位"),
        ({"seen-facility.beds": "9" * 400}, "床位"),
        ({"seen-facility.zones": ["不存在的区"]}, "功能区"),
        ({"seen-facility.zones": ["无", "托养护理"]}, "勾选“无”时"),
        ({f"seen-{FIRE}": "也许"}, "防火规范"),
        ({"same-facility.beds": "on", "seen-facility.beds": "9"}, "请只留一个"),
        ({"seen-facility.nursing_beds": "30"}, "不能大于床位"),
        ({"note-facility.beds": "长" * 201}, "备注"),
        ({"conclusion": "长" * 2001}, "核查情况"),
        ({"conclusion": "", "attended": ""}, "至少填写一项"),
    ],
)
def test_a_refused_form_says_why_keeps_what_was_typed_and_writes_nothing(client_for, reviewer, case, told, words):
    typed = {"visited_on": DAY, "attended": "镇民政办主任", "conclusion": "看过"} | told
    response = client_for(reviewer).post(form_of(case), typed)
    body = response.content.decode()
    assert (response.status_code, words in body) == (200, True)
    assert "没有登记，请改正" in body
    assert "镇民政办主任" in body or "attended" in told
    assert (SiteVisit.objects.count(), FacilityRecord.objects.count()) == (0, 1)


def test_a_line_left_open_is_not_looked_at(client_for, reviewer, case):
    client_for(reviewer).post(form_of(case), {"visited_on": DAY, "conclusion": "只看了外观", f"seen-{FIRE}": ""})
    assert SiteVisit.objects.get().observations == []
    assert not Declaration.objects.exists()


def test_a_second_click_is_explained(client_for, reviewer, case):
    client, told = client_for(reviewer), {"visited_on": DAY, "seen-facility.beds": "8"}
    client.post(form_of(case), told)
    assert "没有重复登记" in client.post(form_of(case), told).content.decode()
    assert SiteVisit.objects.count() == 1


@pytest.mark.parametrize("role", ["clerk", "approver", "admin"])
def test_another_role_is_turned_away(client_for, make_user, wulong, case, role):
    client = client_for(make_user(role, wulong))
    told = {"visited_on": DAY, "conclusion": "伪造"}
    assert {client.get(form_of(case)).status_code, client.post(form_of(case), told).status_code} == {403}
    assert not SiteVisit.objects.exists()


@pytest.mark.parametrize("role", ["township", "leader", "apiclient"])
def test_who_has_no_desk_does_not_come_here(client_for, make_user, baima, case, role):
    client = client_for(make_user(role, baima))
    assert client.post(form_of(case), {"visited_on": DAY, "conclusion": "伪造"}).status_code == 302
    assert not SiteVisit.objects.exists()


def test_another_district_does_not_find_it(client_for, make_user, case):
    client = client_for(make_user("reviewer", Region.objects.get(name="长寿区")))
    told = {"visited_on": DAY, "conclusion": "越界"}
    assert {client.get(form_of(case)).status_code, client.post(form_of(case), told).status_code} == {404}


def test_a_colleague_learns_who_has_the_case(client_for, make_user, wulong, case):
    response = client_for(make_user("reviewer", wulong)).get(form_of(case), follow=True)
    assert "本件由reviewer承办" in response.content.decode()


@pytest.mark.parametrize("verb", ["send_back", "withdraw"])
def test_a_decided_review_is_read_only(client_for, clerk, reviewer, case, verb):
    record_visit(case, by=reviewer, visited_on=date(2020, 12, 1), conclusion="已看过现场")
    review.perform(case, verb, by=reviewer if verb == "send_back" else clerk, comment="补")
    client = client_for(reviewer)
    body = client.get(page(case)).content.decode()
    assert "已看过现场" in body
    assert form_of(case) not in body
    client.post(form_of(case), {"visited_on": DAY, "conclusion": "再登记"})
    assert SiteVisit.objects.count() == 1


def test_the_panel_costs_the_same_for_many_visits(client_for, approver, reviewer, case, django_assert_max_num_queries):
    client = client_for(approver)
    record_visit(case, by=reviewer, visited_on=date(2020, 12, 1), conclusion="一")
    client.get(page(case))
    with django_assert_max_num_queries(100) as one:
        client.get(page(case))
    for number in range(5):
        record_visit(case, by=reviewer, visited_on=date(2020, 12, 1), conclusion=f"又一次{number}")
    with django_assert_max_num_queries(len(one)):
        client.get(page(case))

"""The page 还差什么: the answer in a sentence, townships by what they lack, and nobody else's rows."""

import factories
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eldercare.regions import Region
from facilities.models import UnitPrice

PAGE = "/dashboard/500156/gaps/?as_of=2020-12-31"


def text(response) -> str:
    return " ".join(response.content.decode().split())


def own(unit) -> str:
    return f"/dashboard/500156/{unit.code}/gaps/?as_of=2020-12-31"


@pytest.fixture
def short_centre(baima):
    return factories.facility(
        baima, "TOWNSHIP_CENTRE", name="白马中心", gross_area=720, beds=20, stage="completed", zones=["托养护理"]
    )


@pytest.fixture
def short_station(jiangkou):
    return factories.facility(jiangkou, "COMMUNITY_STATION", name="江口站", gross_area=100, stage="building")


def test_first_line_says_what_is_lacking(client_for, leader, short_centre, short_station):
    page = text(client_for(leader).get(PAGE))

    assert '已动工的 2 个设施中，<strong class="is-watch">2</strong> 个对照标准还有差距' in page
    assert "<strong>建筑面积 280 ㎡</strong>、<strong>功能区 3 个</strong>" in page


def test_townships_stand_by_what_they_lack_and_a_sum_below(client_for, leader, short_centre, short_station):
    page = text(client_for(leader).get(PAGE))
    table = page[page.index('id="township-heading"') :]

    assert table.index("白马镇") < table.index("江口镇") < table.index("凤山街道")
    assert '<td class="num" data-label="建筑面积（㎡）">280</td>' in table


def test_facility_row_names_clause_and_best_way(client_for, leader, short_centre):
    page = text(client_for(leader).get(PAGE))

    assert "白马中心" in page
    assert '建筑面积增加 80 ㎡ <small class="nowrap">二(二)</small>' in page
    assert "增设医疗保健；增设文体活动；增设生活照料" in page


def test_clerk_is_led_to_the_facility_and_a_leader_is_not(client_for, leader, clerk, short_centre):
    address = reverse("admin:facilities_facility_change", args=[short_centre.pk])

    assert f'href="{address}#gaps"' in text(client_for(clerk).get(PAGE))
    assert address not in text(client_for(leader).get(PAGE))


def test_type_filters_rows_and_sums(client_for, leader, short_centre, short_station):
    page = text(client_for(leader).get(f"{PAGE}&type=COMMUNITY_STATION"))

    assert "江口站" in page
    assert "白马中心" not in page
    assert "已动工的 1 个社区养老服务站" in page


@pytest.mark.parametrize(
    "wrong", ["type=HOSPITAL", "type=%00", "type=" + "A" * 300, "as_of=2020-13-01", "as_of=gestern"]
)
def test_what_cannot_be_asked_is_refused_in_words(client_for, leader, baima, wrong):
    client = client_for(leader)

    assert client.get(f"/dashboard/500156/gaps/?{wrong}").status_code == 400
    assert client.get(f"/dashboard/500156/{baima.code}/gaps/?{wrong}").status_code == 400


def test_earlier_day_does_not_know_what_came_later(client_for, leader, short_centre):
    page = text(client_for(leader).get("/dashboard/500156/gaps/?as_of=2018-12-31"))

    assert "还没有已动工的设施" in page
    assert "白马中心" not in page


def test_without_gaps_the_page_says_so(client_for, leader, baima):
    factories.facility(baima, "ESTATE_POINT", stage="completed")
    page = text(client_for(leader).get(PAGE))

    assert "都没有差距" in page
    assert "没有差距" in page[page.index('id="facility-heading"') :]


def test_money_appears_with_its_source_once_the_district_gave_prices(client_for, leader, wulong, short_centre):
    assert "元" not in text(client_for(leader).get(PAGE)).split('id="township-heading"')[1].split("</table>")[0]

    UnitPrice.objects.create(district=wulong, of="gross_area", yuan=2000, source="区发改委2020年造价")
    page = text(client_for(leader).get(PAGE))
    assert "约 160,000 元" in page
    assert "另有 3 项没有单价" in page
    assert "区发改委2020年造价" in page


def test_layout_lists_how_many_points_are_lacking(client_for, leader):
    page = text(client_for(leader).get(PAGE))

    assert "还差 185 个" in page
    assert "185 个村没有达到" in page


def test_township_page_names_the_villages_without_a_point(client_for, leader, baima):
    page = text(client_for(leader).get(own(baima)))

    assert "铁佛村" in page
    assert "白马镇：对照标准还差什么" in page


def test_township_official_reads_the_own_page_and_no_other(client_for, township_user, baima, jiangkou, short_station):
    client = client_for(township_user)

    assert client.get(own(baima)).status_code == 200
    assert "江口站" not in text(client.get(own(baima)))
    assert client.get(own(jiangkou)).status_code == 404
    assert client.get(PAGE).status_code == 404


def test_leader_of_another_district_finds_nothing(client_for, make_user, baima):
    client = client_for(make_user("leader", Region.objects.get(code="500238")))

    assert client.get(PAGE).status_code == 404
    assert client.get(own(baima)).status_code == 404


def test_township_under_another_district_code_is_not_found(client_for, leader, baima):
    assert client_for(leader).get(f"/dashboard/500238/{baima.code}/gaps/").status_code == 404


def test_old_code_leads_to_the_successor(client_for, leader):
    old = Region.objects.filter(code__startswith="500156", valid_to__isnull=False, successor__isnull=False).filter(
        kind__in=("town", "township", "street")
    )
    unit = next(row for row in old if not Region.objects.filter(code=row.code, valid_to=None).exists())
    answer = client_for(leader).get(own(unit))

    assert answer.status_code == 302
    assert answer.url == own(unit.successor)


def test_district_and_township_pages_lead_here(client_for, leader, township_user, baima):
    assert 'href="/dashboard/500156/gaps/?as_of=2020-12-31"' in text(
        client_for(leader).get("/dashboard/500156/?as_of=2020-12-31")
    )
    assert f'href="{own(baima)}"' in text(
        client_for(township_user).get(f"/dashboard/500156/{baima.code}/?as_of=2020-12-31")
    )


@pytest.mark.parametrize("address", ["district", "township"])
def test_page_asks_a_fixed_number_of_questions(client_for, leader, wulong, baima, short_centre, address):
    client = client_for(leader)
    asked = PAGE if address == "district" else own(baima)
    client.get(asked)  # an edition is parsed once a process
    with CaptureQueriesContext(connection) as one:
        client.get(asked)
    for unit in [*list(wulong.children.all())[:15], baima, baima]:
        factories.facility(unit, "VILLAGE_POINT", stage="completed")
    with CaptureQueriesContext(connection) as many:
        client.get(asked)

    assert len(many) == len(one)

"""The leader's and the township's pages: the answer first, every number with its parts, nobody else's rows."""

from datetime import date

import factories
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eldercare import figures
from eldercare.regions import Kind, Region
from eldercare.uploads import Upload
from facilities import history
from facilities.history import Assertion
from facilities.models import Declaration, ServiceLink
from plans.models import ReportingPeriod

DAY = "2020-12-31"
DISTRICT = f"/dashboard/500156/?as_of={DAY}"
ACCOUNT_TABLES = ("django_session", "eldercare_user", "auth_", "django_content_type")


def text(response) -> str:
    return " ".join(response.content.decode().split())


def data_queries(client, address) -> int:
    """Queries of a page that are not about who is asking."""
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(address).status_code == 200
    return sum(not any(f'FROM "{table}' in query["sql"] for table in ACCOUNT_TABLES) for query in asked)


@pytest.fixture
def village(baima):
    return baima.children.filter(kind=Kind.VILLAGE).first()


def test_first_line_answers_planned_accepted_and_outstanding(client_for, leader, baima, village):
    factories.operating(baima, "VILLAGE_POINT", planned_year=2020, village=village)
    page = text(client_for(leader).get(DISTRICT))

    assert (
        '到期计划 70 个设施，已验收合格 <strong>1</strong> 个（运营中 1 个），还差 <strong class="is-watch">69</strong> 个'
        in page
    )


def test_district_page_shows_true_denominators(client_for, leader):
    page = text(client_for(leader).get(DISTRICT))

    assert "街道 4 · 乡镇 22 · 社区 30 · 村 185（区划版本 2020-06-30）" in page


def test_district_page_gives_the_figures_of_the_catalogue(client_for, leader, wulong, baima, village):
    factories.operating(baima, "VILLAGE_POINT", village=village)
    figure = figures.compute(wulong, date(2020, 12, 31)).district["coverage.village"]
    page = text(client_for(leader).get(DISTRICT))

    assert (figure.numerator, figure.denominator) == (1, 185)
    assert '<p class="figure-value">0.5<span class="figure-unit">%</span></p>' in page
    assert "有运营中设施或共享服务的村 1 / 村总数 185" in page


def test_printed_total_that_differs_is_shown_as_printed(client_for, leader):
    assert "附件2村级互助养老点2021年印发合计23，各行相加22" in text(client_for(leader).get(DISTRICT))


def test_page_of_an_earlier_day_leaves_out_what_came_later(client_for, leader, baima, village):
    factories.operating(baima, "VILLAGE_POINT", on=date(2020, 9, 1), planned_year=2020, village=village)
    page = text(client_for(leader).get("/dashboard/500156/?as_of=2020-06-30"))

    assert "已验收合格 <strong>0</strong> 个" in page


@pytest.mark.parametrize("wrong", ["2020-13-01", "yesterday", "2020"])
def test_day_that_is_no_date_is_refused_in_words(client_for, leader, wrong):
    answer = client_for(leader).get(f"/dashboard/500156/?as_of={wrong}")

    assert answer.status_code == 400


def test_district_page_asks_a_fixed_number_of_questions(client_for, leader, wulong, baima):
    client = client_for(leader)
    factories.operating(baima, "VILLAGE_POINT")
    one = data_queries(client, DISTRICT)
    for unit in wulong.children.all()[:20]:
        factories.facility(unit, "VILLAGE_POINT", planned_year=2020)

    assert data_queries(client, DISTRICT) == one
    assert one <= 15


def test_township_page_asks_a_fixed_number_of_questions(client_for, leader, baima):
    client = client_for(leader)
    address = f"/dashboard/500156/{baima.code}/?as_of={DAY}"
    factories.facility(baima, "VILLAGE_POINT")
    client.get(address)  # an edition is parsed once a process
    one = data_queries(client, address)
    for _ in range(12):
        factories.facility(baima, "VILLAGE_POINT")

    assert data_queries(client, address) == one


def test_township_official_is_sent_to_the_own_township(client_for, township_user, baima):
    assert client_for(township_user).get("/dashboard/").url == f"/dashboard/500156/{baima.code}/"


def test_township_official_finds_three_steps(client_for, township_user, baima):
    page = text(client_for(township_user).get(f"/dashboard/500156/{baima.code}/"))

    assert all(step in page for step in ("<h3>下载</h3>", "<h3>填报</h3>", "<h3>上传</h3>"))


@pytest.mark.parametrize("address", [DISTRICT, "/dashboard/500156/figures/coverage.village/"])
def test_township_official_cannot_open_district_pages(client_for, township_user, address):
    assert client_for(township_user).get(address).status_code == 404


def test_township_official_cannot_open_another_township(client_for, township_user, jiangkou):
    assert client_for(township_user).get(f"/dashboard/500156/{jiangkou.code}/").status_code == 404


def test_township_under_another_district_code_is_not_found(client_for, leader, baima):
    assert client_for(leader).get(f"/dashboard/500238/{baima.code}/").status_code == 404


def test_leader_of_another_district_finds_nothing(client_for, make_user):
    other = Region.objects.get(code="500238")

    assert client_for(make_user("leader", other)).get(DISTRICT).status_code == 404


def test_leader_of_the_province_chooses_a_district(client_for, make_user):
    answer = client_for(make_user("leader", Region.objects.get(code="500000"))).get("/dashboard/")

    assert "武隆区" in text(answer)


def test_township_page_names_the_clause_that_fails(client_for, leader, baima):
    factories.facility(baima, "TOWNSHIP_CENTRE", stage="completed", gross_area=720)
    page = text(client_for(leader).get(f"/dashboard/500156/{baima.code}/?as_of={DAY}"))

    assert "建筑面积：还差 80 ㎡" in page
    assert "二(二)" in page


def test_figure_page_lists_every_unit_and_who_covers_it(client_for, leader, baima, village):
    facility = factories.operating(baima, "VILLAGE_POINT", name="测试互助点", village=village)
    other = baima.children.filter(kind=Kind.VILLAGE).exclude(pk=village.pk).first()
    ServiceLink.objects.create(facility=facility, region=other)
    page = text(client_for(leader).get(f"/dashboard/500156/figures/coverage.village/?as_of={DAY}"))

    assert page.count(f"测试互助点（{facility.code}）") == 2
    assert page.count("没有运营中的设施") == 183


def test_coverage_is_followed_back_to_the_cell_that_said_so(client_for, leader, baima, village, clerk):
    facility = factories.facility(baima, "VILLAGE_POINT", name="测试互助点", village=village, stage="completed")
    accepted = {"stage": "operating", "accepted_on": factories.SINCE}
    sheet = Upload.objects.create(
        kind="progress", region=baima, district=baima.parent, filename="白马镇月报.xlsx", sha256="0" * 64, size=1, status="staged",
        uploaded_by=clerk,
    )  # fmt: skip
    cells = {"stage": "月报!F7"}
    history.record([Assertion(facility, accepted, cells)], effective_on=date(2020, 6, 30), by=clerk, upload=sheet)
    history.record([Assertion(facility, {"beds": 3})], effective_on=date(2020, 9, 30), by=clerk, reason="补登床位")
    page = text(client_for(leader).get(f"/dashboard/500156/figures/coverage.village/?as_of={DAY}"))

    assert (
        f'<a href="/dashboard/500156/facilities/{facility.code}/?as_of={DAY}">测试互助点（{facility.code}）</a>' in page
    )
    assert "<small>白马镇月报.xlsx 月报!F7</small>" in page


def test_facility_counts_as_able_to_give_care_only_where_somebody_declared_it(client_for, leader, baima):
    able, silent = (factories.operating(baima, "COMMUNITY_STATION", name=name, beds=5) for name in ("甲站", "乙站"))
    Declaration.objects.create(facility=able, fact="facility.medical_care", value=True, evidence="协议")
    page = text(client_for(leader).get(f"/dashboard/500156/figures/medical_care_share/?as_of={DAY}"))

    assert page.count('g-check">计入') == page.count('g-ring">未计入') == 1
    assert page.index(able.name) < page.index(silent.name)


def test_facilities_accepted_ahead_of_their_year_explain_why_two_sums_differ(client_for, leader, baima, village):
    factories.operating(baima, "VILLAGE_POINT", planned_year=2020, village=village)
    factories.operating(baima, "VILLAGE_POINT", planned_year=2022)
    page = text(client_for(leader).get(DISTRICT))

    assert "含计划在以后年度或不在计划内的 1 个，所以累计是 2 个（到期计划内 1 个）" in page


def test_card_of_a_laggard_says_at_which_stage_its_facilities_stand(client_for, leader, baima):
    factories.facility(baima, "VILLAGE_POINT", planned_year=2020, stage="sited", progress=0)
    page = text(client_for(leader).get(DISTRICT))

    assert "没有验收的：未登记 3 个、已选址 1 个" in page


def test_month_that_is_overdue_is_not_called_awaited(client_for, leader, wulong):
    ReportingPeriod.objects.create(district=wulong, month=date(2020, 11, 1), due_on=date(2020, 12, 5))
    page = text(client_for(leader).get(DISTRICT))

    assert page.count('g-cross" title="未报">未报') == 26
    assert "待报" not in page


def test_figure_page_leads_a_plan_back_to_its_printed_cell(client_for, leader):
    page = text(client_for(leader).get(f"/dashboard/500156/figures/completion.street_centre/?as_of={DAY}"))

    assert "武隆全覆盖方案（2020） 附件1" in page


@pytest.mark.parametrize("address", ["/dashboard/500156/", "/dashboard/500156/figures/coverage.village/"])
def test_a_day_before_the_first_divisions_says_that_those_are_used(client_for, leader, address):
    client = client_for(leader)
    assert "统计日期早于这个版本，按它统计" in text(client.get(f"{address}?as_of=2019-10-30"))
    assert "早于这个版本" not in text(client.get(f"{address}?as_of=2019-10-31"))


def test_unknown_figure_is_not_found(client_for, leader):
    assert client_for(leader).get("/dashboard/500156/figures/coverage.moon/").status_code == 404


def test_former_township_code_leads_to_its_successor(client_for, leader):
    answer = client_for(leader).get(f"/dashboard/500156/500156106/?as_of={DAY}")

    assert answer.status_code == 302
    assert answer.url == f"/dashboard/500156/500156004/?as_of={DAY}"


def test_former_township_has_its_own_page_on_a_day_of_its_time(client_for, leader):
    page = text(client_for(leader).get("/dashboard/500156/500156106/?as_of=2020-05-31"))

    assert "羊角镇" in page


def test_new_township_has_no_page_before_it_began(client_for, leader):
    assert client_for(leader).get("/dashboard/500156/500156004/?as_of=2020-05-31").status_code == 404


def test_official_of_a_former_township_reads_its_page_up_to_its_last_day(client_for, make_user):
    """The account was not moved to the successor, so the successor's page is not for it."""
    official = make_user("township", factories.region("羊角镇"))
    page = text(client_for(official).get("/dashboard/500156/500156106/"))

    assert "2020-06-29" in page


def test_township_page_lists_the_units_that_lack_what_the_policy_demands(client_for, leader, baima, village):
    client, address = client_for(leader), f"/dashboard/500156/{baima.code}/?as_of={DAY}"
    lacking = text(client.get(address)).count("还差 1 个")
    factories.operating(baima, "VILLAGE_POINT", village=village)

    assert lacking > 0
    assert text(client.get(address)).count("还差 1 个") == lacking - 1

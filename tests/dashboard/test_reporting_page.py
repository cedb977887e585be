"""Who has not reported, as a page, on paper and as a file; and where a clerk writes down that somebody was chased."""

import csv
from datetime import date
from io import BytesIO, StringIO

import openpyxl
import pytest

from eldercare import figures, review
from eldercare.audit import AuditRecord
from eldercare.regions import Region
from plans import periods
from plans.models import ChaseNote, ProgressReport, ReportingPeriod

PAGE = "/dashboard/500156/reporting/"
DAY = {"as_of": "2020-12-15"}
NOVEMBER = {"month": "2020-11", **DAY}


@pytest.fixture
def november(wulong):
    return ReportingPeriod.objects.create(district=wulong, month=date(2020, 11, 1), due_on=date(2020, 12, 5))


@pytest.fixture
def looker(client_for, leader):
    return client_for(leader)


def chase(client, **said):
    told = {"month": "2020-11", "chased_on": "2020-12-08", "way": "phone", "note": "答应明天报", **said}
    return client.post(f"{PAGE}chases/?as_of=2020-12-15", told)


def shown(client, address=PAGE, **wishes) -> str:
    answer = client.get(address, {**DAY, **wishes})
    assert answer.status_code == 200
    return answer.content.decode()


def test_leader_sees_the_last_month_that_fell_due_and_who_is_missing(looker, november, baima, township_user):
    review.perform(ProgressReport.objects.create(period=november, township=baima), "submit", by=township_user)
    text = shown(looker)
    assert "2020年11月月报" in text
    assert '未报 <strong class="is-act">25</strong> 个' in text
    assert "11月督办清单（26）" in text, "one of them late"
    assert "已过期" in text


def test_locked_month_says_so_with_its_reason(looker, november, clerk):
    periods.lock(november, by=clerk, reason="年终汇总")
    text = shown(looker, month="2020-11")
    assert "已锁定" in text
    assert "年终汇总" in text


def test_page_of_a_district_that_never_reported_says_so(looker, wulong):
    assert "这个月没有开始报送" in shown(looker)


def test_leader_reads_and_records_nothing(looker, november, baima):
    assert "记录督办" not in shown(looker)
    assert chase(looker, township=baima.code).status_code == 403
    assert not ChaseNote.objects.exists()


def test_clerk_records_a_chase_that_the_leader_then_reads(client_for, clerk, looker, november, baima, jiangkou):
    as_clerk = client_for(clerk)
    answer = chase(as_clerk, township=[baima.code, jiangkou.code])
    assert (answer.status_code, answer.url) == (302, f"{PAGE}?month=2020-11&as_of=2020-12-15#chase")
    assert ChaseNote.objects.count() == 2
    assert "电话：答应明天报" in shown(looker, month="2020-11")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"township": []}, "请勾选督办的乡镇"),
        ({"note": ""}, "请写明督办的情况"),
        ({"chased_on": "昨天"}, "请填写督办日期"),
        ({"way": "pigeon"}, "请选择督办方式"),
    ],
)
def test_wrong_chase_is_explained_and_keeps_what_was_typed(client_for, clerk, november, baima, said, words):
    answer = chase(client_for(clerk), **({"township": [baima.code], "note": "答应明天报"} | said))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text
    assert 'value="答应明天报"' in text or said.get("note") == ""
    assert not ChaseNote.objects.exists()


def test_township_outside_the_district_cannot_be_chased_here(client_for, clerk, november):
    foreign = Region.objects.filter(code__startswith="500238").townships().first()
    assert "请勾选" in chase(client_for(clerk), township=[foreign.code]).content.decode()


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}print/", f"{PAGE}export/", f"{PAGE}chases/"])
def test_township_official_has_none_of_it(client_for, township_user, november, address):
    assert client_for(township_user).get(address).status_code == 404


def test_clerk_of_another_district_finds_nothing(client_for, make_user, november, baima):
    stranger = client_for(make_user("clerk", Region.objects.get(code="500238")))
    assert stranger.get(PAGE).status_code == 404
    assert chase(stranger, township=baima.code).status_code == 404
    assert not ChaseNote.objects.exists()


@pytest.mark.parametrize("wishes", [{"month": "2020-13"}, {"month": "2099-01"}, {"month": "x" * 90}, {"as_of": "x"}])
def test_odd_address_is_a_clear_400(looker, november, wishes):
    assert looker.get(PAGE, {**DAY, **wishes}).status_code == 400


def test_chases_are_posted(looker, november):
    assert looker.get(f"{PAGE}chases/").status_code == 405


def test_paper_has_title_district_date_and_place_to_sign(looker, november):
    text = shown(looker, f"{PAGE}print/", month="2020-11")
    for words in (
        "武隆区2020年11月月报督办清单",
        "武隆区民政局",
        "统计日期 2020年12月15日",
        "盖章",
        "签名",
        "白马镇",
    ):
        assert words in text


def test_workbook_holds_the_list_and_its_export_is_recorded(looker, leader, november, baima):
    answer = looker.get(f"{PAGE}export/", NOVEMBER)
    rows = list(openpyxl.load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert rows[0][0] == "武隆区2020年11月月报督办清单"
    assert len(rows) == 3 + 26
    own = next(row for row in rows if row[1] == "白马镇")
    assert own[2:6] == (baima.code, "未报", 10, "没有上传过表格")
    said = AuditRecord.objects.get(action="export")
    assert (said.by_name, said.detail["rows"], said.detail["filters"]) == ("leader", ["26 个乡镇（街道）"], "2020-11")


def test_csv_runs_nothing_that_a_clerk_typed(looker, client_for, clerk, november, baima):
    chase(client_for(clerk), township=[baima.code], note='=HYPERLINK("http://x")')
    answer = looker.get(f"{PAGE}export/", {**NOVEMBER, "format": "csv"})
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff序号,")
    own = next(row for row in csv.reader(StringIO(text)) if row[1] == "白马镇")
    assert own[-1].startswith("2020-12-08 电话：=HYPERLINK")
    assert not any(cell.startswith("=") for cell in own)


def test_unknown_format_is_a_clear_400(looker, november):
    assert looker.get(f"{PAGE}export/", {**NOVEMBER, "format": "pdf"}).status_code == 400


def test_page_asks_as_often_for_one_report_as_for_many(
    looker, wulong, november, make_user, django_assert_max_num_queries
):
    clerk = make_user("clerk", wulong)
    looker.get(PAGE, NOVEMBER)
    with django_assert_max_num_queries(18) as one:
        looker.get(PAGE, NOVEMBER)
    asked = len(one)
    for township in figures.scope_for(wulong, date(2020, 12, 15)).townships:
        report = ProgressReport.objects.create(period=november, township=township)
        review.perform(report, "submit", by=clerk)
        periods.allow(november, township, until=date(2020, 12, 20), by=clerk, reason="停电")
        ChaseNote.objects.create(
            period=november, township=township, chased_on=date(2020, 12, 8), way="phone", note="催", recorded_by=clerk
        )
    with django_assert_max_num_queries(asked):
        looker.get(PAGE, NOVEMBER)


def test_district_page_leads_here(looker, november):
    assert f'href="{PAGE}?' in shown(looker, "/dashboard/500156/")

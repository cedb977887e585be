"""ETags and spreadsheets."""

import csv
from io import BytesIO

import openpyxl
import pytest
from endpoints import LISTS

from eldercare.audit import AuditRecord

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _lines(response):
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(text[1:].splitlines()))


def _sheet(response):
    content = BytesIO(b"".join(response.streaming_content))
    return list(openpyxl.load_workbook(content).active.iter_rows(values_only=True))


@pytest.mark.parametrize("name", [*LISTS, "coverage"])
def test_an_unchanged_answer_is_304_and_has_no_body(api, name):
    first = api.get(f"{name}/")
    assert first["ETag"].startswith('"')
    assert "no-cache" in first["Cache-Control"]
    again = api.get(f"{name}/", **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]


def test_a_changed_answer_has_another_etag(api, register):
    before = api.get("facilities/")["ETag"]
    register()
    response = api.get("facilities/", **{"If-None-Match": before})
    assert response.status_code == 200
    assert response["ETag"] != before


def test_anothers_etag_opens_nothing(ask, apiclient, township_user):
    etag = ask(apiclient).get("regions/")["ETag"]
    assert ask(township_user).get("regions/", **{"If-None-Match": etag}).status_code == 200


def test_head_answers_like_get_without_a_body(api):
    response = api.client.head("/api/v1/regions/")
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("name", LISTS)
def test_csv_and_xlsx_hold_the_whole_list_under_chinese_headings(api, register, name):
    register(zones=["助餐", "康复"])
    count = api.body(f"{name}/")["count"]
    lines = _lines(api.get(f"{name}/?format=csv&page_size=1"))
    assert len(lines) - 1 == count
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in heading) for heading in lines[0])
    sheet = _sheet(api.get(f"{name}/?format=xlsx"))
    assert [cell for cell in sheet[3] if cell] == lines[0]
    assert len(sheet) - 4 == count


def test_an_export_is_filtered_and_says_so(api, register):
    register(type="TOWNSHIP_CENTRE", beds=12, gross_area=500)
    register(type="VILLAGE_POINT")
    response = api.get("facilities/?type=TOWNSHIP_CENTRE&format=xlsx")
    assert response["Content-Type"] == XLSX
    assert "filename*=utf-8''" in response["Content-Disposition"]
    sheet = _sheet(response)
    assert sheet[0][0] == "设施名录"
    assert sheet[2][0] == "筛选条件：type=TOWNSHIP_CENTRE"
    row = dict(zip(sheet[3], sheet[4], strict=True))
    assert (row["设施类型代码"], row["设施类型"], row["床位数"]) == ("TOWNSHIP_CENTRE", "乡镇养老服务中心", 12)
    assert row["建筑面积（㎡）"] == 500
    assert len(sheet) == 5


def test_text_that_looks_like_a_formula_stays_text(api, register):
    register(name="=1+1")
    lines = _lines(api.get("facilities/?format=csv"))
    assert lines[1][1] == "'=1+1"
    sheet = _sheet(api.get("facilities/?format=xlsx"))
    assert sheet[4][1] == "=1+1"


def test_a_name_without_a_record_is_an_empty_cell(api, register):
    register(beds=None)
    lines = _lines(api.get("facilities/?format=csv"))
    row = dict(zip(*lines, strict=True))
    assert row["床位数"] == row["村（社区）"] == ""


def test_an_export_is_recorded_with_its_filters(api, apiclient):
    api.get("plan-targets/?year=2020&format=csv")
    record = AuditRecord.objects.get(action="export")
    assert record.by_id == apiclient.pk
    assert record.detail == {"what": "计划数", "format": "csv", "filters": {"year": "2020"}}


def test_a_page_read_as_json_is_no_export(api):
    api.get("plan-targets/")
    assert not AuditRecord.objects.filter(action="export").exists()


def test_no_answer_holds_a_persons_name(api, register, clerk):
    clerk.full_name = "张三丰"
    clerk.save()
    facility = register(by=clerk, remark="联系人张三丰")
    facility.acceptances.create(created_by=clerk)
    for name in LISTS:
        assert "张三丰" not in api.get(f"{name}/").content.decode()

"""A month from the downloaded sheet to the bureau's desk."""

from decimal import Decimal
from urllib.parse import unquote

import pytest
from filled import MONTH, PLACES, cell_of

from eldercare.audit import AuditRecord
from eldercare.uploads import Upload
from facilities.models import Facility, FacilityRecord
from plans.models import ProgressReport

pytestmark = pytest.mark.django_db


def test_template_is_named_for_township_kind_and_month(desk):
    response = desk.client.get("/uploads/template/", {"period": MONTH})
    assert unquote(response["Content-Disposition"]) == "attachment; filename*=utf-8''白马镇_建设进度月报_2020-12.xlsx"


def test_template_holds_the_township_s_facilities_and_no_others(desk, point, register, jiangkou):
    register(township=jiangkou, name="江口镇的点")
    sheet = desk.template()
    assert [row[:2] for row in sheet.rows()] == [(point.code, "板桥村互助养老点")]
    assert sheet.get("stage") == "在建"
    assert sheet.get("village") == "板桥村"
    assert sheet.get("zones") == "助餐"


def test_clerk_downloads_the_sheet_of_a_named_township(bureau, jiangkou, register):
    facility = register(township=jiangkou, name="江口镇的点")
    assert bureau.template(township=jiangkou.code).get("code") == facility.code


def test_preview_counts_and_leaves_the_register_alone(desk, point):
    sheet = desk.template().put(progress=60)
    sheet.add(name="东升村互助养老点")
    answer = desk.staged(sheet)
    assert answer["status"] == "staged"
    assert (answer["kind"], answer["period"]) == ("progress", MONTH)
    assert answer["counts"] == {"new": 1, "changed": 1, "unchanged": 0, "missing": 0, "errors": 0, "warnings": 0}
    point.refresh_from_db()
    assert point.progress == 40
    assert Facility.objects.count() == 1


def test_prefilled_sheet_of_what_was_built_before_any_plan_comes_back_as_it_is(desk, register, baima):
    register(name="老互助点", village=baima.children.get(short_name="板桥村"), planned_year=None, stage="accepted")
    answer = desk.staged(desk.template())
    assert (answer["status"], answer["counts"]["unchanged"], answer["problems"]) == ("staged", 1, [])


def test_confirming_moves_the_register(desk, point):
    desk.confirmed(desk.template().put(progress=62.5, stage="完工", usable_area=None, zones="无"))
    point.refresh_from_db()
    assert (point.progress, point.stage) == (Decimal("62.5"), "completed")
    assert point.usable_area is None
    assert point.zones == []


def test_confirmed_record_names_upload_person_month_end_and_cells(desk, point, township_user):
    answer = desk.confirmed(desk.template().put(progress=62.5, beds=12))
    record = point.records.latest("pk")
    assert record.upload_id == answer["id"]
    assert record.recorded_by == township_user
    assert str(record.effective_on) == "2020-12-31"
    assert record.asserted == ["beds", "progress"]
    assert record.sources == {"progress": f"进度月报!{cell_of('progress')}", "beds": f"进度月报!{cell_of('beds')}"}


def test_confirming_hands_the_month_in_to_the_bureau(desk, point, baima):
    answer = desk.confirmed(desk.template().put(progress=62.5))
    report = ProgressReport.objects.get(township=baima, period__month="2020-12-01")
    assert report.get_status_display() == "待核"
    assert report.upload_id == answer["id"]
    assert str(report.period.due_on) == "2021-01-05"
    assert "待核（第 1 次报送" in desk.page(answer["id"]).content.decode()


def test_unchanged_sheet_writes_no_record_and_reports_the_month(desk, point, baima):
    before = FacilityRecord.objects.count()
    answer = desk.confirmed(desk.template())
    assert answer["counts"]["unchanged"] == 1
    assert FacilityRecord.objects.count() == before
    assert ProgressReport.objects.get(township=baima).status == "submitted"


def test_new_facility_gets_the_district_s_next_code(desk, point, baima):
    sheet = desk.template()
    row = sheet.add(name="东升村互助养老点", beds=6)
    desk.confirmed(sheet)
    facility = Facility.objects.get(name="东升村互助养老点")
    serial = int(point.code.split("-")[1]) + 1
    assert facility.code == f"500156-{serial:04}"
    assert (facility.township, facility.village.short_name, facility.stage) == (baima, "东升村", "sited")
    assert facility.records.get().sources["beds"] == f"进度月报!{cell_of('beds', row)}"


def test_facility_that_the_sheet_leaves_out_is_kept_and_named(desk, point):
    sheet = desk.template().drop()
    sheet.add(name="东升村互助养老点")
    answer = desk.confirmed(sheet)
    assert answer["counts"]["missing"] == 1
    assert [problem["level"] for problem in answer["problems"]] == ["warning"]
    assert point.name in desk.page(answer["id"]).content.decode()
    assert Facility.objects.filter(pk=point.pk).exists()


def test_late_month_takes_its_place_in_the_past(desk, point):
    desk.confirmed(desk.template().put(progress=80))
    desk.confirmed(desk.template("2020-11").put(progress=60, beds=14), "2020-11")
    point.refresh_from_db()
    assert (point.progress, point.beds) == (80, 14)
    assert desk.template("2020-11").get("progress") == 60


def test_month_still_running_is_dated_today(desk, point, wulong):
    today = wulong.default_as_of()
    desk.confirmed(desk.template(f"{today:%Y-%m}").put(progress=62.5), f"{today:%Y-%m}")
    assert point.records.latest("pk").effective_on == today


def test_clerk_s_upload_is_the_clerk_s_report(bureau, clerk, point, baima):
    answer = bureau.confirmed(bureau.template(township=baima.code).put(progress=70), township=baima.code)
    assert ProgressReport.objects.get(upload=answer["id"]).submitted_by == clerk


def test_original_and_every_step_are_kept_in_the_audit_trail(desk, point):
    content = desk.template().put(progress=62.5).content()
    answer = desk.send(content, name="白马镇 12月.xlsx").json()
    desk.confirm(answer["id"])
    response = desk.client.get(f"/uploads/{answer['id']}/original/")
    assert "no-store" in response["Cache-Control"]
    assert b"".join(response.streaming_content) == content
    assert unquote(response["Content-Disposition"]) == "attachment; filename*=utf-8''白马镇 12月.xlsx"
    actions = (
        AuditRecord.objects.filter(model="eldercare.upload", object_id=answer["id"])
        .order_by("pk")
        .values_list("action", flat=True)
    )
    assert list(actions) == ["upload.staged", "upload.confirmed", "upload.fetched"]


def test_csv_of_the_same_table_is_read_the_same(desk, point):
    header = ",".join(column for column in ("设施编码", "设施名称", "设施类型", "计划年度", "建设阶段", "床位数"))
    line = f"{point.code},板桥村互助养老点,村级互助养老点,2020,在建,16"
    answer = desk.send(f"{header}\n{line}\n".encode("gb18030"), name="月报.csv").json()
    assert answer["status"] == "staged"
    assert desk.confirm(answer["id"]).status_code == 200
    point.refresh_from_db()
    assert (point.beds, point.progress) == (16, 40), "a column that the file does not have says nothing"


def test_browser_is_led_from_the_form_to_the_preview_to_the_receipt(desk, point):
    response = desk.send(desk.template().put(progress=62.5), headers={})
    upload = Upload.objects.get()
    assert response.url == f"/uploads/{upload.pk}/"
    page = desk.page(upload.pk).content.decode()
    assert cell_of("progress") in page
    assert "确认之后" in page
    assert desk.confirm(upload.pk, headers={}, version=upload.version).url == f"/uploads/{upload.pk}/"
    assert "上传回执" in desk.page(upload.pk).content.decode()


def test_every_column_of_the_sheet_is_stored_as_typed(desk, point):
    sheet = desk.template()
    sheet.put(
        planned_year=2021, stage="完工", progress="100%", gross_area="1,200.5", usable_area=900, beds=20,
        nursing_beds=0, zones="助餐、阅览", operation="公建民营", operator="某服务中心", started_on="2020-03-01",
        completed_on="2020年12月1日", invested=33.5, issues="无障碍未完", remark="补录", village="东升村",
    )  # fmt: skip
    desk.confirmed(sheet)
    point.refresh_from_db()
    again = desk.template()
    assert {key: again.get(key) for key in PLACES} == {
        "code": point.code, "name": "板桥村互助养老点", "type": "村级互助养老点", "village": "东升村",
        "planned_year": 2021, "stage": "完工", "progress": 100, "gross_area": 1200.5, "usable_area": 900,
        "beds": 20, "nursing_beds": 0,
        "zones": "助餐、阅览", "operation": "公建民营", "operator": "某服务中心", "started_on": again.get("started_on"),
        "completed_on": again.get("completed_on"), "invested": 33.5, "issues": "无障碍未完", "remark": "补录",
    }  # fmt: skip
    assert (str(point.started_on), str(point.completed_on)) == ("2020-03-01", "2020-12-01")

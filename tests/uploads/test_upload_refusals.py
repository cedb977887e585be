"""A sheet with one mistake changes nothing, and says where the mistake stands."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.apps import apps
from filled import MONTH, cell_of

from eldercare import review
from eldercare.audit import AuditRecord
from eldercare.uploads import StagedRows, Upload
from plans import periods
from plans.models import ProgressReport, ReportingPeriod

pytestmark = pytest.mark.django_db
OWN = {Upload, StagedRows, AuditRecord}


def census() -> dict:
    """Rows of every table but those that an upload is kept in."""
    return {model: model._base_manager.count() for model in apps.get_models() if model not in OWN}


def problem_of(desk, code: str, sheet, month: str = MONTH) -> dict:
    answer = desk.send(sheet, month).json()
    found = [problem for problem in answer["problems"] if problem["code"] == code]
    assert found, answer["problems"]
    return found[0]


def test_one_wrong_row_changes_nothing(desk, point, register):
    register(name="另一个点", planned_year=2020)
    sheet = desk.template().put(progress=80)
    sheet.put(6, beds="十张")
    sheet.add()
    before = census()
    response = desk.send(sheet)
    answer = response.json()
    assert response.status_code == 422
    assert answer["status"] == "refused"
    assert answer["counts"] == {"new": 1, "changed": 1, "unchanged": 0, "missing": 0, "errors": 1, "warnings": 1}
    assert desk.confirm(answer["id"]).status_code == 409
    assert census() == before
    point.refresh_from_db()
    assert point.progress == 40


def test_problem_has_sheet_cell_column_text_and_hint(desk, point):
    problem = problem_of(desk, "not_number", desk.template().put(beds="十张"))
    assert problem == {
        "level": "error", "code": "not_number", "sheet": "进度月报", "cell": cell_of("beds"), "column": "床位数",
        "read": "十张", "message": "不是数字", "hint": problem["hint"],
    }  # fmt: skip
    assert problem["hint"]


@pytest.mark.parametrize(
    ("code", "cell", "typed"),
    [
        ("unknown_code", "code", {"code": "500156-9999"}),
        ("unknown_village", "village", {"village": "不存在村"}),
        ("type_changed", "type", {"type": "养老机构"}),
        ("stage_needs_acceptance", "stage", {"stage": "运营"}),
        ("stage_back", "stage", {"stage": "未定址"}),
        ("cumulative_falls", "progress", {"progress": 10}),
        ("cumulative_falls", "invested", {"invested": 1}),
        ("part_above_whole", "nursing_beds", {"nursing_beds": 11}),
        ("part_above_whole", "usable_area", {"gross_area": 100}),
        ("date_after_month", "started_on", {"started_on": "2021-01-01"}),
        ("completed_before_started", "completed_on", {"started_on": "2020-06-01", "completed_on": "2020-05-31"}),
        ("required", "planned_year", {"planned_year": None}),
        ("formula_without_value", "beds", {"beds": "=1+1"}),
    ],
)
def test_row_rule_names_its_cell(desk, point, code, cell, typed):
    problem = problem_of(desk, code, desk.template().put(**typed))
    assert (problem["level"], problem["cell"]) == ("error", cell_of(cell))


@pytest.mark.parametrize(
    ("code", "typed"),
    [("village_not_given", {"village": None}), ("village_of_other_kind", {"village": "六方坪社区"})],
)
def test_doubt_about_the_village_only_asks_for_a_look(desk, point, code, typed):
    answer = desk.staged(desk.template().put(**typed))
    assert [(problem["code"], problem["level"]) for problem in answer["problems"]] == [(code, "warning")]
    assert answer["problems"][0]["cell"] == cell_of("village")


@pytest.mark.parametrize("typed", [{"stage": "未定址"}, {"progress": 10}, {"invested": 1}])
def test_reason_in_the_remark_lets_a_figure_fall(desk, point, typed):
    answer = desk.staged(desk.template().put(remark="上月误填", **typed))
    assert (answer["status"], answer["counts"]["changed"], answer["counts"]["errors"]) == ("staged", 1, 0)


def test_accepted_facility_cannot_be_reported_as_under_way(desk, register):
    register(name="已验收的点", stage="accepted", planned_year=2020)
    problem = problem_of(desk, "already_accepted", desk.template().put(stage="完工"))
    assert problem["cell"] == cell_of("stage")


@pytest.mark.parametrize("stage", ["运营", "停用", "验收合格"])
def test_accepted_facility_may_be_reported_as_running(desk, register, stage):
    register(name="已验收的点", stage="accepted", planned_year=2020)
    answer = desk.staged(desk.template().put(stage=stage))
    assert (answer["counts"]["changed"], answer["counts"]["errors"]) == (int(stage != "验收合格"), 0)


def test_suspended_facility_may_run_again_without_a_reason(desk, register):
    register(name="停用的点", stage="suspended", planned_year=2020)
    answer = desk.staged(desk.template().put(stage="运营"))
    assert (answer["counts"]["changed"], answer["counts"]["errors"]) == (1, 0)


def test_new_row_with_a_registered_name_is_refused(desk, point):
    sheet = desk.template()
    row = sheet.add(name=point.name, village="板桥村")
    problem = next(p for p in desk.send(sheet).json()["problems"] if p["cell"] == cell_of("name", row))
    assert problem["code"] in ("already_registered", "duplicate")


def test_name_of_another_facility_cannot_be_taken(desk, point, register):
    other = register(name="另一个点", planned_year=2020)
    problem = problem_of(desk, "already_registered", desk.template().put(6, name=point.name, type="养老机构"))
    assert (other.code > point.code, problem["cell"]) == (True, cell_of("name", 6))


def test_facility_of_a_later_month_is_not_registered_twice(desk, point):
    sheet = desk.template("2020-12")
    sheet.add(name="东升村互助养老点")
    desk.confirmed(sheet)
    earlier = desk.template("2020-11")
    row = earlier.add(name="东升村互助养老点")
    problem = problem_of(desk, "already_registered", earlier, "2020-11")
    assert problem["cell"] == cell_of("name", row)
    code = desk.template("2020-12").get("code", 6)
    assert problem_of(desk, "registered_later", earlier.put(row, code=code), "2020-11")["cell"] == cell_of("code", row)


def test_sheet_of_another_month_is_refused(desk, point):
    problem = problem_of(desk, "other_period", desk.template("2020-11"))
    assert problem["message"] == "这是 2020年11月的表，本次要报的是 2020年12月"
    assert problem["read"] == "2020-11"


def test_wrong_sheet_is_told_alone_and_the_right_one_is_offered(desk, point):
    sheet = desk.template("2020-11").put(beds="约十张", stage="完功")
    answer = desk.send(sheet).json()
    assert [problem["code"] for problem in answer["problems"]] == ["other_period"]
    assert {count for name, count in answer["counts"].items() if name != "errors"} == {0}
    page = desk.page(answer["id"]).content.decode()
    assert "这不是这次要报的表" in page
    assert "template/?kind=progress&amp;period=2020-12" in page


def test_sheet_of_another_township_is_refused(desk, bureau, point, jiangkou):
    assert problem_of(desk, "other_township", bureau.template(township=jiangkou.code).put(code=None, name="新点"))


def test_month_to_come_is_refused_before_the_file_is_kept(desk, point):
    response = desk.send(desk.template(), "2099-01")
    assert response.status_code == 422
    assert response.json()["problems"][0]["code"] == "period_closed"
    assert not Upload.objects.exists()


def test_locked_month_is_explained_at_upload_and_at_confirmation(desk, point, wulong, clerk):
    staged = desk.staged(desk.template().put(progress=80))
    period = ReportingPeriod.objects.create(district=wulong, month=date(2020, 12, 1), due_on=date(2021, 1, 5))
    periods.lock(period, by=clerk, reason="年终汇总")
    refused = desk.send(desk.template().put(progress=80), headers={})
    assert refused.status_code == 422
    assert "2020年12月已锁定" in refused.content.decode()
    page = desk.confirm(staged["id"], headers={})
    assert page.status_code == 409
    assert "2020年12月已锁定" in page.content.decode()
    point.refresh_from_db()
    assert point.progress == 40


def test_received_month_waits_for_the_bureau(desk, point, clerk, baima):
    answer = desk.confirmed(desk.template().put(progress=80))
    review.perform(ProgressReport.objects.get(township=baima), "accept", by=clerk)
    assert "已接收" in desk.send(desk.template()).json()["problems"][0]["message"]
    assert desk.undo(answer["id"]).status_code == 409
    review.perform(ProgressReport.objects.get(township=baima), "send_back", by=clerk, comment="床位数请核对")
    assert "床位数请核对" in desk.page(answer["id"]).content.decode()
    desk.confirmed(desk.template().put(beds=12))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"period": ""}, "period_period"),
        ({"period": "2020-13"}, "period_period"),
        ({"kind": "nothing"}, "kind_unknown_kind"),
    ],
)
def test_incomplete_request_is_explained(desk, point, data, code):
    file = BytesIO(desk.template().content())
    file.name = "月报.xlsx"
    form = {"kind": "progress", "period": MONTH, "file": file} | data
    response = desk.client.post("/uploads/new/", form, headers={"Accept": "application/json"})
    assert response.status_code == 422
    assert code in [problem["code"] for problem in response.json()["problems"]]


def test_clerk_must_name_the_township(bureau, point):
    response = bureau.send(b"x")
    assert response.status_code == 422
    assert "township_township" in [problem["code"] for problem in response.json()["problems"]]
    assert bureau.client.get("/uploads/template/", {"period": MONTH}).status_code == 400


def test_marked_copy_colours_the_wrong_cell_of_the_sender_s_own_file(desk, point):
    answer = desk.send(desk.template().put(beds="十张"), name="白马镇.xlsx").json()
    response = desk.client.get(f"/uploads/{answer['id']}/annotated/")
    book = openpyxl.load_workbook(BytesIO(response.content))
    cell = book["进度月报"][cell_of("beds")]
    assert cell.value == "十张"
    assert cell.fill.fgColor.rgb.endswith("F8C9C4")
    assert "不是数字" in cell.comment.text
    assert book.sheetnames[0] == "问题清单"


def test_refused_page_says_that_nothing_changed_and_what_to_do(desk, point):
    answer = desk.send(desk.template().put(beds="十张")).json()
    page = desk.page(answer["id"]).content.decode()
    assert "登记没有任何改动" in page
    assert "下载标注好的表格" in page
    assert f"/uploads/{answer['id']}/confirm/" not in page


def test_at_most_200_problems_are_listed_with_their_total(desk):
    sheet = desk.template()
    for number in range(250):
        sheet.put(
            5 + number, name=f"点{number}", type="村级互助养老点", planned_year=2020, stage="不知道", village="东升村"
        )
    answer = desk.send(sheet).json()
    assert answer["counts"]["errors"] == 250
    assert len(answer["problems"]) == 200
    assert "共 250 个问题，这里列出前 200 个" in desk.page(answer["id"]).content.decode()

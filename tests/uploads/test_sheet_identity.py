"""Which facility a row means: nothing is guessed, what it probably means is said."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from filled import cell_of

from eldercare.sheets import writer
from facilities.models import Facility
from plans.progress.sheet import SHEET, row_values

pytestmark = pytest.mark.django_db
MOVED = "划归别的乡镇（街道）由区民政局办理，不在月报里改"


def only(answer: dict) -> dict:
    assert len(answer["problems"]) == 1, answer["problems"]
    return answer["problems"][0]


def test_facility_of_another_township_is_explained_without_a_word_about_it(desk, point, register, jiangkou):
    foreign = register(township=jiangkou, name="江口的点", beds=77)
    sheet = desk.template()
    row = sheet.add(code=foreign.code)
    problem = only(desk.send(sheet).json())
    assert (problem["code"], problem["cell"]) == ("unknown_code", cell_of("code", row))
    assert MOVED in problem["hint"]
    assert "江口" not in str(problem)


def test_village_of_another_township_is_explained(desk, point, jiangkou):
    foreign = jiangkou.children.first().short_name
    problem = only(desk.send(desk.template().put(village=foreign)).json())
    assert problem["code"] == "unknown_village"
    assert problem["hint"].endswith(MOVED)


def test_wrong_code_of_a_known_name_is_told_the_right_one(desk, point):
    answer = desk.send(desk.template().put(code="500156-9999")).json()
    problem = next(problem for problem in answer["problems"] if problem["code"] == "unknown_code")
    assert problem["hint"].startswith(f"“{point.name}”的编码是 {point.code}")


def test_new_row_with_a_name_like_a_registered_one_asks_for_a_look(desk, point):
    sheet = desk.template()
    row = sheet.add(name="板桥互助点", village="板桥村")
    answer = desk.staged(sheet)
    problem = only(answer)
    assert (problem["code"], problem["level"], problem["cell"]) == ("similar_name", "warning", cell_of("name", row))
    assert f"“{point.name}”（{point.code}）" in problem["message"]
    desk.confirm(answer["id"])
    assert Facility.objects.filter(name="板桥互助点").count() == 1


def test_moved_facility_is_shown_as_a_change_of_its_village(desk, point):
    answer = desk.staged(desk.template().put(village="东升村"))
    assert (answer["counts"]["changed"], answer["problems"]) == (1, [])
    page = desk.page(answer["id"]).content.decode()
    assert "板桥村" in page
    assert "东升村" in page


def test_moved_facility_that_is_accepted_asks_for_a_look(desk, register, baima):
    register(name="已验收的点", stage="accepted", planned_year=2020, village=baima.children.get(short_name="板桥村"))
    problem = only(desk.staged(desk.template().put(village="东升村")))
    assert (problem["code"], problem["level"]) == ("village_changed", "warning")


def test_sheet_says_which_month_was_handed_in_last(desk, point):
    assert "以前没有报送" in desk.template().tab["A2"].value
    desk.confirmed(desk.template("2020-11").put(progress=50), "2020-11")
    assert "预填：2020-12-31 的登记，上次报送 2020年11月" in desk.template().tab["A2"].value


def test_small_percentage_is_doubted_when_typed_and_not_when_prefilled(desk, register):
    register(name="刚开工的点", planned_year=2020, stage="building", progress=Decimal("0.5"), type="CARE_HOME")
    assert desk.staged(desk.template())["problems"] == []
    assert only(desk.staged(desk.template().put(progress=0.8)))["code"] == "small_percent"


def test_sheet_of_another_kind_is_refused_by_its_name(desk, point):
    foreign = writer.template(replace(SHEET, id="facilities", title="养老服务设施登记表"), [{"name": "某点"}])
    problem = next(p for p in desk.send(foreign).json()["problems"] if not p["cell"])
    assert (problem["code"], problem["level"], problem["read"]) == ("foreign_sheet", "error", "facilities")


def test_sheet_of_an_old_version_is_read_with_a_warning(desk, point):
    row = row_values(point.records.get(), date(2020, 12, 31))
    old = writer.template(replace(SHEET, version="0"), [row | {"progress": 80}])
    response = desk.send(old)
    assert (response.status_code, response.json()["counts"]["changed"]) == (201, 1)
    assert only(response.json())["code"] == "old_version"

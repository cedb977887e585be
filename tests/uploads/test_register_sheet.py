"""The register's sheet as the bureau's clerk uses it: taken down, filled in, compared, confirmed once, taken back."""

from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from factories import facility, user
from filled import JSON, XLSX, Desk
from registersheet import RegisterSheet, cell_of

from eldercare import review
from eldercare.names import RegionAlias
from eldercare.regions import Region
from eldercare.uploads import Upload
from facilities import history
from facilities.models import Facility, FacilityRecord

TODAY = date(2020, 12, 31)


@pytest.fixture
def taken(bureau):
    """taken(**wishes) -> the sheet as the clerk downloads it."""

    def download(**wishes) -> RegisterSheet:
        response = bureau.client.get("/uploads/template/", {"kind": "facilities", **wishes})
        assert response.status_code == 200
        return RegisterSheet(response.content)

    return download


@pytest.fixture
def send(bureau):
    """send(sheet, **data) -> the answer to the clerk."""

    def post(sheet, desk: Desk = bureau, **data):
        content = sheet if isinstance(sheet, bytes) else sheet.content()
        file = SimpleUploadedFile(data.pop("name", "登记表.xlsx"), content, XLSX)
        return desk.client.post("/uploads/new/", {"kind": "facilities", "file": file, **data}, headers=JSON)

    return post


def staged(response) -> dict:
    assert response.status_code == 201, response.json()["problems"]
    return response.json()


def codes(response) -> dict[str, str]:
    """Problem code → cell of the errors of a refused sheet."""
    assert response.status_code == 422, response.json()
    return {p["code"]: p["cell"] for p in response.json()["problems"] if p["level"] == "error"}


def test_template_holds_every_facility_of_the_district_or_of_one_township(taken, point, register, jiangkou):
    register(jiangkou, name="江口的点")
    assert taken().names() == [point.name, "江口的点"]
    assert taken(township=jiangkou.code).names() == ["江口的点"]
    sheet = taken()
    assert sheet.get("township") == "白马镇"
    assert sheet.get("village") == "板桥村"
    assert sheet.get("effective_on") is None


def test_unchanged_sheet_writes_nothing(taken, send, bureau, point):
    before = FacilityRecord.objects.count()
    answer = staged(send(taken()))
    assert answer["counts"] == {
        "new": 0, "changed": 0, "unchanged": 1, "missing": 0, "errors": 0, "warnings": 0,
    }  # fmt: skip
    assert answer["period"] == ""
    assert bureau.confirm(answer["id"]).status_code == 200
    assert FacilityRecord.objects.count() == before


def test_old_doubt_about_a_place_is_told_when_the_place_is_touched(taken, send, register, baima):
    register(name="没有村的点", stage="building")
    assert staged(send(taken().put(beds=3)))["counts"]["warnings"] == 0
    answer = staged(send(taken().put(village=baima.children.filter(kind="community").first().short_name)))
    assert [problem["code"] for problem in answer["problems"]] == ["village_of_other_kind"]


def test_change_is_dated_and_keeps_its_cell(taken, send, bureau, point):
    sheet = taken().put(beds=12, effective_on=date(2020, 6, 1), reason="实测更正")
    answer = staged(send(sheet))
    assert answer["counts"]["changed"] == 1
    assert bureau.confirm(answer["id"]).json()["status"] == "confirmed"
    record = FacilityRecord.objects.get(upload=answer["id"])
    assert (record.effective_on, record.reason, record.beds) == (date(2020, 6, 1), "实测更正", 12)
    assert record.asserted == ["beds"]
    assert record.sources == {"beds": f"设施登记!{cell_of('beds')}"}
    point.refresh_from_db()
    assert point.beds == 12


def test_row_without_a_day_holds_from_the_districts_today(taken, send, bureau, point):
    bureau.confirm(staged(send(taken().put(operator="某服务中心")))["id"])
    record = FacilityRecord.objects.get(upload__isnull=False)
    assert record.effective_on == point.district.default_as_of()


def test_new_facility_gets_its_code_township_and_only_what_is_filled_in(taken, send, bureau, point):
    sheet = taken()
    sheet.add(township="江口镇", village=None, type="敬老院", gross_area="1,200㎡")
    answer = staged(send(sheet))
    assert answer["counts"]["new"] == 1
    bureau.confirm(answer["id"])
    made = Facility.objects.get(name="新登记的点")
    assert made.code.startswith("500156-")
    assert (str(made.township), made.gross_area, made.is_demo) == ("江口镇", 1200, point.district.is_demo)
    assert made.records.get().asserted == ["gross_area", "name", "stage", "type"]


def test_part_of_the_register_names_the_rest_as_missing_and_deletes_nothing(taken, send, bureau, point, register):
    register(name="另一个点")
    sheet = taken()
    sheet.tab.delete_rows(sheet.row_of("另一个点"))
    answer = staged(send(sheet.put(beds=11)))
    assert (answer["counts"]["missing"], answer["counts"]["warnings"]) == (1, 1)
    bureau.confirm(answer["id"])
    assert Facility.objects.filter(name="另一个点").exists()


@pytest.mark.parametrize(
    ("values", "code", "key"),
    [
        ({"stage": "验收合格"}, "stage_needs_acceptance", "stage"),
        ({"stage": "运营"}, "stage_needs_acceptance", "stage"),
        ({"stage": "已选址"}, "stage_back", "stage"),
        ({"type": "敬老院"}, "type_changed", "type"),
        ({"progress": 30}, "cumulative_falls", "progress"),
        ({"nursing_beds": 30}, "part_above_whole", "nursing_beds"),
        ({"completed_on": date(2021, 3, 1)}, "date_not_yet", "completed_on"),
        (
            {"started_on": date(2020, 5, 1), "completed_on": date(2020, 4, 1)},
            "completed_before_started",
            "completed_on",
        ),
        ({"beds": 12, "effective_on": date(2021, 3, 1)}, "effective_later", "effective_on"),
        ({"beds": 12, "effective_on": date(2018, 3, 1)}, "before_registered", "effective_on"),
        ({"township": "江口镇"}, "township_fixed", "township"),
        ({"township": "白马鎮镇"}, "unknown_township", "township"),
        ({"village": "板乔村"}, "unknown_village", "village"),
        ({"code": "500156-9999"}, "unknown_code", "code"),
        ({"beds": "十来张"}, "not_number", "beds"),
    ],
)
def test_row_against_the_rules_is_refused_with_its_cell(taken, send, point, wulong, values, code, key):
    Region.objects.filter(pk=wulong.pk).update(is_demo=True)
    before = FacilityRecord.objects.count()
    assert codes(send(taken().put(**values))).get(code) == cell_of(key)
    assert FacilityRecord.objects.count() == before


@pytest.mark.parametrize("values", [{"stage": "已选址"}, {"type": "敬老院"}, {"progress": 30}])
def test_reason_lets_a_correction_pass(taken, send, point, values):
    assert staged(send(taken().put(reason="登记有误，实地核对更正", **values)))["counts"]["changed"] == 1


def test_accepted_facility_moves_between_operating_and_suspended_only(taken, send, register):
    register(name="已验收的点", stage="accepted", accepted_on=date(2020, 3, 1))
    assert codes(send(taken().put(stage="在建", reason="改回"))) == {"already_accepted": cell_of("stage")}
    assert staged(send(taken().put(stage="运营")))["counts"]["changed"] == 1
    early = taken().put(stage="运营", effective_on=date(2020, 2, 1))
    assert codes(send(early)) == {"before_acceptance": cell_of("effective_on")}


def test_near_miss_is_proposed_and_applies_only_when_confirmed_as_the_same_unit(
    taken, send, wulong, baima, clerk, point
):
    sheet = taken()
    sheet.add(township="白马乡")
    refused = send(sheet)
    problem = refused.json()["problems"][0]
    assert (problem["code"], "是不是“白马镇”" in problem["hint"]) == ("unknown_township", True)
    alias = RegionAlias.objects.create(district=wulong, name="白马乡", region=baima)
    assert send(sheet).status_code == 422
    review.perform(alias, "confirm", by=clerk)
    assert staged(send(sheet))["counts"]["new"] == 1


def test_change_in_the_past_says_what_later_records_keep(taken, send, bureau, point):
    history.record_one(point, {"beds": 14}, effective_on=date(2020, 9, 1), by=None)
    answer = staged(send(taken().put(beds=11, effective_on=date(2020, 6, 1))))
    assert [p["code"] for p in answer["problems"]] == ["recorded_later"]
    bureau.confirm(answer["id"])
    point.refresh_from_db()
    assert point.beds == 14
    assert FacilityRecord.objects.on(date(2020, 7, 1)).get(facility=point).beds == 11


def test_preview_is_made_anew_when_the_register_changed_meanwhile(taken, send, bureau, point):
    answer = staged(send(taken().put(beds=12)))
    history.record_one(point, {"beds": 13}, effective_on=date(2020, 9, 1), by=None)
    late = bureau.confirm(answer["id"])
    assert late.status_code == 409
    assert late.json()["problems"][0]["code"] == "stale"
    change = Upload.objects.get(pk=answer["id"]).staged.read()[0]["changes"][0]
    assert (change["old"], change["new"]) == ("13", "12")


def test_confirmed_once_and_taken_back_whole(taken, send, bureau, point):
    sheet = taken().put(beds=12)
    sheet.add()
    answer = staged(send(sheet))
    assert bureau.confirm(answer["id"]).status_code == 200
    assert bureau.confirm(answer["id"]).status_code == 409
    assert bureau.undo(answer["id"]).json()["status"] == "undone"
    point.refresh_from_db()
    assert point.beds == 10
    assert not Facility.objects.filter(name="新登记的点").exists()


def test_sheet_of_one_township_is_not_taken_for_the_district(taken, send, point, baima):
    sheet = taken(township=baima.code).put(beds=12)
    assert codes(send(sheet)) == {"other_township": ""}
    assert staged(send(sheet, township=baima.code))["counts"]["changed"] == 1


def test_only_the_bureau_sends_the_register(taken, send, desk, wulong, client_for, point):
    sheet = taken()
    answer = send(sheet, desk)
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (422, "kind_unknown_kind")
    for role in ("reviewer", "approver", "leader", "admin"):
        assert send(sheet, Desk(client_for(user(role, wulong)))).status_code == 403
    half = user("township", wulong, "half")
    half.user_permissions.add(Permission.objects.get(codename="change_facility"))
    assert send(sheet, Desk(client_for(half))).json()["problems"][0]["message"] == "您的角色不能登记设施。"


def test_other_districts_facilities_are_unknown_and_its_units_not_there(taken, send, point):
    other = Region.objects.get(code="500238")
    foreign = facility(other.below().townships().today().first(), name="别区的点")
    assert codes(send(taken().put(code=foreign.code))) == {"unknown_code": cell_of("code")}
    assert send(taken(), township=other.code).status_code == 404

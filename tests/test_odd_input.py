"""What nobody sensible asks or types: every answer is an explanation or the page as usual, never a fault, never a 500."""

from io import BytesIO

import pytest
from django.contrib import admin

from eldercare.adminbase import ScopedAdmin
from eldercare.clock import asked_day
from eldercare.uploads import Upload
from facilities import services
from facilities.models import Facility, FacilityRecord

NO_DAYS = [
    "0001-01-01",
    "1999-12-31",
    "2101-01-01",
    "9999-12-31",
    "2020-02-30",
    "20201231",
    "2020-W10-1",
    "２０２０-12-31",
    "x",
]
DAYS = ["2000-01-01", "2020-02-29", "2100-12-31"]
NUMBERS = ["0", "-1", "abc", "²", "０", "9" * 30, "9" * 5000, "1e9", "😀", "\u200b"]


@pytest.mark.parametrize("text", NO_DAYS)
def test_a_day_that_is_none_is_refused_by_every_page_that_takes_one(leader, client_for, text):
    client = client_for(leader)
    for address in (
        "/dashboard/500156/",
        "/dashboard/500156/500156101/",
        "/dashboard/500156/figures/coverage.village/",
    ):
        assert client.get(address, {"as_of": text}).status_code == 400
    assert client.get("/api/v1/coverage/", {"as_of": text}).status_code == 400


@pytest.mark.parametrize("text", DAYS)
def test_the_first_and_last_days_that_can_be_asked_about_are_answered(leader, client_for, text):
    assert asked_day(text) is not None
    client = client_for(leader)
    for address in ("/dashboard/500156/", "/dashboard/500156/500156101/", "/api/v1/coverage/"):
        assert client.get(address, {"as_of": text}).status_code == 200


def test_page_of_a_facility_answers_an_odd_day_with_its_own(clerk, client_for, register):
    address = f"/admin/facilities/facility/{register().pk}/change/"
    assert {client_for(clerk).get(address, {"as_of": text}).status_code for text in NO_DAYS} == {200}


@pytest.mark.parametrize("name", ["page", "status", "period"])
def test_odd_filters_of_the_upload_list_are_none(clerk, client_for, name):
    assert {client_for(clerk).get("/uploads/", {name: text}).status_code for text in NUMBERS} == {200}


@pytest.mark.parametrize("name", ["p", "o", "q", "all", "id__exact", "township", "year", "_to_field", "_popup"])
def test_odd_filters_of_an_admin_list_are_never_a_fault(clerk, client_for, name):
    client = client_for(clerk)
    for text in NUMBERS:
        assert client.get("/admin/facilities/facility/", {name: text}).status_code in (200, 302, 400)


YEARS = ["9999", "0", "-1", "99999", "9" * 30]
DATED = [
    (model, row.date_hierarchy or field.name)
    for model, row in admin.site._registry.items()
    if isinstance(row, ScopedAdmin)
    for field in model._meta.concrete_fields
    if field.get_internal_type() in ("DateField", "DateTimeField")
]


@pytest.mark.parametrize(("model", "field"), sorted(set(DATED), key=str))
def test_years_that_no_calendar_has_are_never_a_fault(sysadmin, client_for, model, field):
    client = client_for(sysadmin)
    address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    for year in YEARS:
        for month in ({}, {f"{field}__month": "12"}):
            assert client.get(address, {f"{field}__year": year, **month}).status_code in (200, 302)


@pytest.mark.parametrize("version", ["", "-1", "abc", "²", "9" * 30, "9" * 5000])
def test_a_move_with_an_odd_version_is_explained_and_changes_nothing(clerk, client_for, register, version):
    row = services.open_review(register(stage="completed"), by=clerk)
    address = f"/admin/facilities/acceptancereview/{row.pk}/move/"
    page = client_for(clerk).post(address, {"verb": "submit", "comment": "", "version": version}, follow=True)
    assert "页面内容不完整" in page.content.decode()
    row.refresh_from_db()
    assert (row.status, row.version) == ("draft", 0)


def test_ten_thousand_characters_of_comment_are_kept(clerk, client_for, register):
    row = services.open_review(register(stage="completed"), by=clerk)
    address = f"/admin/facilities/acceptancereview/{row.pk}/move/"
    client_for(clerk).post(address, {"verb": "withdraw", "comment": "长" * 10_000, "version": 0})
    assert row.events().get().comment == "长" * 10_000


FORM = {"effective_on": "2020-06-01", "name": "东升村互助养老点", "type": "VILLAGE_POINT", "stage": "unsited"}


def test_facility_of_the_same_name_in_the_township_is_not_registered_twice(clerk, client_for, baima, jiangkou):
    client = client_for(clerk)
    for _ in range(2):
        page = client.post("/admin/facilities/facility/add/", FORM | {"township": baima.pk})
    assert "没有重复登记" in page.content.decode()
    client.post("/admin/facilities/facility/add/", FORM | {"township": jiangkou.pk})
    assert set(Facility.objects.values_list("township", flat=True)) == {baima.pk, jiangkou.pk}
    assert FacilityRecord.objects.count() == 2


def test_contract_sent_twice_is_recorded_once(clerk, client_for, register):
    point = register()
    seen = point.records.get().pk
    contract = {
        "operator": "某公司",
        "operation": "public",
        "starts_on": "2020-01-01",
        "ends_on": "",
        "evidence": "合同",
    }
    data = FORM | {"name": point.name, "seen": seen, "links-TOTAL_FORMS": 0, "links-INITIAL_FORMS": 0,
                   "contracts-TOTAL_FORMS": 1, "contracts-INITIAL_FORMS": 0}  # fmt: skip
    data |= {f"contracts-0-{name}": value for name, value in contract.items()}
    client = client_for(clerk)
    address = f"/admin/facilities/facility/{point.pk}/change/"
    assert client.post(address, data).status_code == 302
    assert "同样的记录已经登记" in client.post(address, data).content.decode()
    assert point.contracts.get().recorded_by == clerk


@pytest.mark.parametrize("name", ["😀" * 20, "东升\u200b村点", "字" * 61, "<script>alert(1)</script>", "a\r\nb"])
def test_odd_names_are_shown_as_typed_or_refused(clerk, client_for, baima, name):
    client = client_for(clerk)
    page = client.post("/admin/facilities/facility/add/", FORM | {"name": name, "township": baima.pk}, follow=True)
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
    assert "<script>alert" not in client.get("/admin/facilities/facility/").content.decode()


@pytest.mark.parametrize("field", ["status", "district", "code", "accepted_on", "created_by", "is_demo"])
def test_forged_fields_of_a_facility_are_ignored(clerk, client_for, baima, jiangkou, field):
    forged = {"status": "accepted", "accepted_on": "2020-01-01", "district": "1", "code": "X", "created_by": "1",
              "is_demo": "on"}  # fmt: skip
    client_for(clerk).post("/admin/facilities/facility/add/", FORM | {"township": baima.pk, field: forged[field]})
    made = Facility.objects.get()
    assert made.code.startswith("500156-")
    assert (made.accepted_on, made.created_by, made.district.code, made.is_demo) == (None, clerk, "500156", False)


def test_forged_rights_of_an_account_are_ignored(sysadmin, client_for, make_user, wulong):
    account = make_user("leader", wulong)
    data = {"username": account.username, "full_name": "甲", "region": wulong.pk, "is_active": "on", "roles": "leader",
            "is_superuser": "on", "is_staff": "on", "groups": "1", "user_permissions": "1", "password": "x"}  # fmt: skip
    client_for(sysadmin).post(f"/admin/eldercare/user/{account.pk}/change/", data)
    before = account.password
    account.refresh_from_db()
    assert (account.full_name, account.is_superuser, account.is_staff, account.password) == ("甲", False, False, before)
    assert [role.code for role in account.roles] == ["leader"]
    assert not account.user_permissions.exists()


def test_nobody_moves_the_own_account_elsewhere(sysadmin, client_for, wulong, baima):
    data = {"username": "admin", "region": baima.pk, "is_active": "", "roles": ["admin", "clerk", "reviewer"]}
    client_for(sysadmin).post(f"/admin/eldercare/user/{sysadmin.pk}/change/", data)
    sysadmin.refresh_from_db()
    assert (sysadmin.region, sysadmin.is_active) == (wulong, True)
    assert [role.code for role in sysadmin.roles] == ["admin"]


def test_status_of_a_row_cannot_be_posted(clerk, client_for, register):
    row = services.open_review(register(stage="completed"), by=clerk)
    data = {"note": "说明", "status": "accepted", "facility": "1", "accepted_on": "2020-01-01", "version": "9"}
    client_for(clerk).post(f"/admin/facilities/acceptancereview/{row.pk}/change/", data)
    row.refresh_from_db()
    assert (row.note, row.status, row.version, row.accepted_on) == ("说明", "draft", 0, None)


@pytest.mark.parametrize(
    "name", ["月报" * 40 + ".xlsx", "../../月报.xlsx", "月\r\n报.xlsx", "😀.xlsx", ".xlsx", "月报"]
)
def test_odd_file_names_stay_on_their_page(township_user, client_for, name):
    file = BytesIO(b"no workbook")
    file.name = name
    client = client_for(township_user)
    client.post("/uploads/new/", {"kind": "progress", "period": "2020-12", "file": file})
    upload = Upload.objects.get()
    assert "/" not in upload.filename
    assert upload.file.name.startswith("uploads/")
    for page in ("", "original/", "annotated/"):
        answer = client.get(f"/uploads/{upload.pk}/{page}")
        assert answer.status_code == 200
        assert answer.getvalue()


def test_a_long_file_name_keeps_the_suffix_by_which_it_is_read(township_user, client_for):
    client = client_for(township_user)
    sheet = BytesIO(client.get("/uploads/template/?period=2020-12").content)
    sheet.name = "a" * 225 + ".xlsx"
    client.post("/uploads/new/", {"kind": "progress", "period": "2020-12", "file": sheet})
    upload = Upload.objects.get()
    assert len(upload.filename) <= 200
    assert upload.filename.endswith(".xlsx")
    assert "suffix" not in {problem["code"] for problem in upload.problems}


def test_another_name_without_a_district_is_asked_for_it(clerk, client_for, baima):
    data = {"name": "白马", "region": baima.pk, "source": "来文"}
    page = client_for(clerk).post("/admin/eldercare/regionalias/add/", data | {"district": "x"})
    assert page.status_code == 200
    assert page.context["adminform"].errors["district"]

"""Confirmed once, never on old ground, and taken back whole."""

import pytest
from django.test import Client
from filled import MONTH

from eldercare import review
from eldercare.uploads import Upload
from facilities import history
from facilities.history import STATE_FIELDS
from facilities.models import Facility, FacilityRecord, OperatorContract
from plans.models import ProgressReport

pytestmark = pytest.mark.django_db


def state() -> list[tuple]:
    """Every facility as the register has it."""
    return list(Facility.objects.order_by("code").values_list("code", *STATE_FIELDS))


def spans() -> list[tuple]:
    """The standing history."""
    return list(
        FacilityRecord.objects.standing().order_by("pk").values_list("pk", "effective_on", "until", *STATE_FIELDS)
    )


def test_second_confirmation_is_told_and_changes_nothing(desk, point):
    answer = desk.confirmed(desk.template().put(progress=80))
    records = FacilityRecord.objects.count()
    again = desk.confirm(answer["id"])
    assert again.status_code == 409
    assert again.json()["status"] == "confirmed"
    assert again.json()["problems"][0]["code"] == "already_done"
    page = desk.confirm(answer["id"], headers={}, version=0)
    assert page.status_code == 409
    assert "没有重复执行" in page.content.decode()
    assert FacilityRecord.objects.count() == records
    assert ProgressReport.objects.get().number == 1


def test_preview_of_two_is_made_anew_when_the_other_is_confirmed(desk, point):
    first = desk.staged(desk.template().put(progress=80))
    second = desk.staged(desk.template().put(progress=70))
    desk.confirm(first["id"])
    stale = desk.confirm(second["id"])
    assert stale.status_code == 409
    assert stale.json()["problems"][0]["code"] == "stale"
    assert stale.json()["status"] == "refused", "70 % is now less than the 80 % confirmed meanwhile"
    point.refresh_from_db()
    assert point.progress == 80


def test_stale_preview_whose_file_is_gone_asks_for_the_file(desk, point):
    first = desk.staged(desk.template().put(progress=70))
    second = desk.staged(desk.template().put(progress=80))
    kept = Upload.objects.get(pk=first["id"]).file
    kept.storage.delete(kept.name)
    desk.confirm(second["id"])
    answer = desk.confirm(first["id"])
    assert answer.status_code == 409
    assert "请重新上传" in answer.json()["problems"][0]["message"]
    point.refresh_from_db()
    assert point.progress == 80


def test_stale_preview_shows_the_new_comparison_and_can_then_be_confirmed(desk, point):
    second = desk.staged(desk.template().put(progress=90))
    desk.confirmed(desk.template().put(progress=80))
    page = desk.confirm(second["id"], headers={}, version=0)
    text = page.content.decode()
    assert page.status_code == 409
    assert "已按最新数据重新比对" in text
    assert "80" in text
    assert desk.confirm(second["id"], headers={}, version=0).status_code == 409, "the page with the old preview"
    assert desk.confirm(second["id"], headers={}, version=1).status_code == 302
    point.refresh_from_db()
    assert point.progress == 90


def test_undo_returns_the_register_to_before(desk, point, baima):
    before = state(), spans()
    sheet = desk.template().put(progress=80, beds=12, stage="完工")
    sheet.add(name="东升村互助养老点")
    answer = desk.confirmed(sheet)
    assert (state(), spans()) != before
    undone = desk.undo(answer["id"])
    assert undone.status_code == 200
    assert undone.json()["status"] == "undone"
    assert (state(), spans()) == before
    assert ProgressReport.objects.get(township=baima).status == "due"
    assert "已全部退回" in desk.page(answer["id"]).content.decode()


def test_undo_keeps_what_was_recorded_since_and_lists_it(desk, point, clerk, wulong):
    answer = desk.confirmed(desk.template().put(progress=80, beds=12))
    history.record_one(point, {"beds": 14}, effective_on=wulong.default_as_of(), by=clerk)
    desk.undo(answer["id"])
    point.refresh_from_db()
    assert (point.progress, point.beds) == (40, 14)
    upload = Upload.objects.get(pk=answer["id"])
    assert upload.left_alone == [f"{point.code} {point.name}：床位数此后已另行登记，保留后来的值"]
    assert upload.left_alone[0] in desk.page(answer["id"]).content.decode()


def test_undo_keeps_a_new_facility_that_others_have_built_on(desk, clerk):
    sheet = desk.template()
    sheet.add(name="东升村互助养老点")
    sheet.add(name="灵山村互助养老点", village="灵山村")
    answer = desk.confirmed(sheet)
    kept = Facility.objects.get(name="东升村互助养老点")
    OperatorContract.objects.create(facility=kept, operator="某服务中心", operation="private", recorded_by=clerk)
    desk.undo(answer["id"])
    assert list(Facility.objects.all()) == [kept]
    assert kept.contracts.count() == 1
    assert kept.records.standing().count() == 1
    assert "保留不动" in Upload.objects.get(pk=answer["id"]).left_alone[0]


def test_code_of_an_undone_facility_is_not_given_again(desk, point):
    sheet = desk.template()
    sheet.add(name="东升村互助养老点")
    answer = desk.confirmed(sheet)
    gone = Facility.objects.get(name="东升村互助养老点").code
    desk.undo(answer["id"])
    desk.confirmed(sheet)
    assert Facility.objects.get(name="东升村互助养老点").code > gone


def test_undo_is_done_once_and_only_after_confirmation(desk, point):
    staged = desk.staged(desk.template().put(progress=80))
    assert desk.undo(staged["id"]).status_code == 409
    desk.confirm(staged["id"])
    assert desk.undo(staged["id"], headers={}).status_code == 302
    assert desk.undo(staged["id"], headers={}).status_code == 409
    assert desk.confirm(staged["id"]).status_code == 409


def test_earlier_sheet_stays_when_the_month_is_received_by_a_later_one(desk, point, clerk, baima):
    first = desk.confirmed(desk.template().put(progress=70))
    desk.confirmed(desk.template().put(progress=80))
    review.perform(ProgressReport.objects.get(township=baima), "accept", by=clerk)
    assert desk.undo(first["id"]).status_code == 409


def test_change_in_the_past_that_contradicts_a_later_month_is_explained(desk, point):
    desk.confirmed(desk.template("2020-11").put(beds=20), "2020-11")
    desk.confirmed(desk.template("2020-12").put(nursing_beds=15))
    november = Upload.objects.get(period="2020-11-01")
    before = state(), spans()
    response = desk.undo(november.pk)
    assert response.status_code == 409
    assert "护理型床位数（15）会大于床位数（10）" in response.json()["problems"][0]["message"]
    assert (state(), spans()) == before


def test_opening_the_address_of_a_decision_decides_nothing(desk, point):
    staged = desk.staged(desk.template().put(progress=80))
    for verb in ("confirm", "undo"):
        response = desk.client.get(f"/uploads/{staged['id']}/{verb}/?page=2")
        assert response.url == f"/uploads/{staged['id']}/?page=2"
    assert Upload.objects.get().status == "staged"


def test_form_of_another_site_is_refused_as_json_too(desk, point, township_user):
    staged = desk.staged(desk.template().put(progress=80))
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(township_user, backend="django.contrib.auth.backends.ModelBackend")
    response = strict.post(f"/uploads/{staged['id']}/confirm/", headers={"Accept": "application/json"})
    assert response.status_code == 403
    assert response.json()["problems"][0]["code"] == "csrf"
    assert Upload.objects.get(period=f"{MONTH}-01").status == "staged"

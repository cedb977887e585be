"""The clerk receives a month or sends it back with a note per row; the township reads it, mends its sheet, sends it again."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from filled import MONTH, cell_of

from eldercare import review
from eldercare.review import MoveRefused, StaleObject
from eldercare.uploads import Upload
from facilities.models import FacilityRecord
from plans import periods
from plans.models import ProgressReport, ReportingPeriod
from plans.progress import notes
from plans.progress.notes import Said

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client_for, clerk):
    """The clerk's browser."""
    return client_for(clerk)


@pytest.fixture
def handed_in(desk, point):
    """白马镇's December, one facility changed in two cells."""
    desk.confirmed(desk.template().put(progress=80, beds=12))
    return ProgressReport.objects.get()


def page(report) -> str:
    return reverse("admin:plans_progressreport_change", args=[report.pk])


def decide(office, report, verb, comment="", **typed):
    form = {"verb": verb, "comment": comment, "version": report.version, **typed}
    return office.post(page(report).replace("change/", "move/"), form, follow=True)


def note(number: int, facility: str, text: str, column: str = "") -> dict:
    return {f"note-{number}": text, f"note-{number}-facility": facility, f"note-{number}-column": column}


# -- what the clerk sees


def test_clerk_sees_each_change_with_its_cell_and_a_place_for_a_note(office, handed_in, point):
    text = office.get(page(handed_in)).content.decode()
    for words in (point.name, cell_of("progress"), cell_of("beds"), "批注", 'id="receive"', 'form="receive"'):
        assert words in text
    assert "40" in text
    assert "80" in text


@pytest.mark.parametrize("role", ["reviewer", "approver", "admin"])
def test_other_roles_read_the_rows_and_note_nothing(client_for, make_user, wulong, handed_in, role):
    text = client_for(make_user(role, wulong)).get(page(handed_in)).content.decode()
    assert cell_of("progress") in text
    assert 'form="receive"' not in text


def test_page_asks_as_often_for_one_row_as_for_many(
    office, desk, handed_in, register, baima, django_assert_max_num_queries
):
    desk.confirmed(desk.template().put(progress=85))
    office.get(page(handed_in))
    with django_assert_max_num_queries(20) as one:
        office.get(page(handed_in))
    asked = len(one)
    for number in range(12):
        register(name=f"互助点{number}", planned_year=2020, stage="building", progress=10)
    sheet = desk.template()
    for row in range(13):
        sheet.put(5 + row, issues="缺水")
    desk.confirmed(sheet)
    with django_assert_max_num_queries(asked):
        assert office.get(page(handed_in)).context["line_total"] == 13


# -- notes


def test_notes_are_kept_with_the_decision_at_their_cells(office, handed_in, point):
    typed = note(1, point.code, "进度与照片不符", "progress") | note(9001, point.code, "请补照片")
    decide(office, handed_in, "send_back", "请核对", **typed)
    handed_in.refresh_from_db()
    event = handed_in.events().last()
    assert (handed_in.status, event.comment, event.detail["number"]) == ("returned", "请核对", 1)
    kept = [(item["code"], item["column"], item["cell"], item["text"]) for item in event.detail["notes"]]
    assert kept == [
        (point.code, "形象进度（%）", cell_of("progress"), "进度与照片不符"),
        (point.code, "", "A5", "请补照片"),
    ]


def test_notes_alone_are_reason_enough_to_send_back(office, handed_in, point):
    decide(office, handed_in, "send_back", **note(1, point.code, "进度与照片不符"))
    assert handed_in.events().last().comment == "有 1 处需要更正，见逐行批注。"


def test_month_is_received_with_notes_too(office, handed_in, point, desk):
    decide(office, handed_in, "accept", **note(1, point.code, "下月请附照片"))
    handed_in.refresh_from_db()
    assert handed_in.status == "accepted"
    assert "下月请附照片" in desk.page(handed_in.upload_id).content.decode()


def test_wrong_notes_are_all_told_at_once_and_what_was_typed_stays(office, handed_in, point):
    typed = note(1, point.code, "面积请核对", "beds") | note(9001, "500156-9999", "没有这个")
    typed |= note(9002, point.code, "长" * 201) | note(9003, point.code, "列不对", "nonsense")
    text = decide(office, handed_in, "send_back", "请核对", **typed).content.decode()
    handed_in.refresh_from_db()
    assert handed_in.status == "submitted"
    for words in ("这份表里没有设施", "超过 200 个字", "没有这一列", "面积请核对", 'value="500156-9999"'):
        assert words in text


@pytest.mark.parametrize("text", ["坏\x00字", "坏\x0b字"])
def test_note_with_a_character_no_cell_can_hold_is_refused(handed_in, clerk, point, text):
    with pytest.raises(MoveRefused, match="不能保存的字符"):
        notes.decide(handed_in, "accept", by=clerk, said=[Said(point.code, "", text)])


def test_note_on_a_report_without_a_sheet_is_refused(wulong, baima, clerk, township_user):
    period = ReportingPeriod.objects.create(district=wulong, month=date(2020, 11, 1), due_on=date(2020, 12, 5))
    report = ProgressReport.objects.create(period=period, township=baima)
    review.perform(report, "submit", by=township_user)
    with pytest.raises(MoveRefused, match="没有表格"):
        notes.decide(report, "send_back", by=clerk, said=[Said("x", "", "y")])


# -- what the township reads


def test_township_reads_the_notes_on_its_pages(office, desk, handed_in, point, baima):
    decide(office, handed_in, "send_back", "请核对", **note(1, point.code, "进度与照片不符", "progress"))
    receipt = desk.page(handed_in.upload_id).content.decode()
    own = desk.client.get(f"/dashboard/500156/{baima.code}/").content.decode()
    for text in (receipt, own):
        for words in ("请核对", "进度与照片不符", cell_of("progress"), f"/uploads/{handed_in.upload_id}/annotated/"):
            assert words in text


def test_annotated_copy_carries_the_notes_and_comes_back_mended(office, desk, handed_in, point):
    decide(office, handed_in, "send_back", "请核对", **note(1, point.code, "=进度不符", "progress"))
    copy = desk.client.get(f"/uploads/{handed_in.upload_id}/annotated/")
    book = openpyxl.load_workbook(BytesIO(copy.content))
    cell = book["进度月报"][cell_of("progress")]
    assert "民政局" in cell.comment.text
    assert "进度不符" in cell.comment.text
    assert not any(c.data_type == "f" for tab in book.worksheets for line in tab.iter_rows() for c in line)
    book["进度月报"][cell_of("progress")].value = 85
    target = BytesIO()
    book.save(target)
    answer = desk.send(target.getvalue())
    assert answer.status_code == 201, answer.json()["problems"]
    assert answer.json()["counts"]["changed"] == 1
    assert desk.confirm(answer.json()["id"]).status_code == 200


def test_receipt_tells_number_time_deadline_and_what_follows(desk, handed_in):
    text = desk.page(handed_in.upload_id).content.decode()
    upload = Upload.objects.get()
    for words in (
        f"<dd>{upload.pk}</dd>",
        upload.sha256[:12],
        "第 1 次报送",
        "截止日期 2021-01-05",
        "等待区民政局核收",
    ):
        assert words in text


def test_page_of_a_sheet_leads_on_whatever_became_of_its_month(office, desk, handed_in):
    pk = handed_in.upload_id
    again = f'href="{reverse("upload-new")}?kind=progress&amp;period={MONTH}"'
    waiting = desk.page(pk).content.decode().split("<h2")[0]
    assert "待核" in waiting
    assert f"{again}>上传更正的表格" in waiting
    decide(office, handed_in, "send_back", "请核对")
    returned = desk.page(pk).content.decode().split("<h2")[0]
    assert "已退回" in returned
    assert "请改正表格后重新上传" in returned
    assert f"{again}>上传更正的表格" in returned
    desk.undo(pk)
    undone = desk.page(pk).content.decode()
    assert "这份表不再算作12月的报送" in undone
    assert f"{again}>重新上传" in undone


def test_received_month_offers_no_upload_that_would_be_turned_away(office, desk, handed_in):
    decide(office, handed_in, "accept")
    top = desk.page(handed_in.upload_id).content.decode().split("<h2")[0]
    assert "已接收" in top
    assert reverse("upload-new") not in top


def test_foreign_township_finds_neither_receipt_nor_copy(office, handed_in, point, client_for, make_user, jiangkou):
    decide(office, handed_in, "send_back", "请核对", **note(1, point.code, "进度与照片不符"))
    stranger = client_for(make_user("township", jiangkou))
    for address in ("", "annotated/", "original/"):
        assert stranger.get(f"/uploads/{handed_in.upload_id}/{address}").status_code == 404


# -- versions


def test_correction_is_a_new_version_that_shows_what_changed_since(office, desk, handed_in, point):
    first = handed_in.upload_id
    decide(office, handed_in, "send_back", "进度请核对", **note(1, point.code, "偏低", "progress"))
    desk.confirmed(desk.template().put(progress=90))
    handed_in.refresh_from_db()
    assert (handed_in.number, handed_in.status) == (2, "submitted")
    shown = office.get(page(handed_in))
    changes = [change["label"] for line in shown.context["lines"] for change in line["changes"]]
    assert changes == ["形象进度（%）"], "the beds had been handed in before"
    (before,) = shown.context["versions"]
    assert (before["number"], before["upload"].pk, before["decision"].comment) == (1, first, "进度请核对")
    assert shown.context["row_notes"] == [], "notes on the sheet before are not notes on this one"
    assert "偏低" in desk.page(first).content.decode()


def test_undo_of_the_later_sheet_brings_back_the_one_before(desk, handed_in, point):
    first = Upload.objects.get()
    later = desk.confirmed(desk.template().put(progress=90))
    assert desk.undo(later["id"]).status_code == 200
    handed_in.refresh_from_db()
    assert (handed_in.status, handed_in.number, handed_in.upload) == ("submitted", 1, first)
    assert (handed_in.submitted_at, handed_in.submitted_by) == (first.confirmed_at, first.confirmed_by)
    point.refresh_from_db()
    assert point.progress == 80
    assert desk.undo(first.pk).status_code == 200
    handed_in.refresh_from_db()
    assert (handed_in.status, handed_in.upload) == ("due", None)


def test_undo_of_the_later_of_three_goes_back_one_step(desk, handed_in, point):
    desk.confirmed(desk.template().put(progress=85))
    third = desk.confirmed(desk.template().put(progress=90))
    desk.undo(third["id"])
    handed_in.refresh_from_db()
    assert (handed_in.number, handed_in.status) == (2, "submitted")


def test_undo_of_the_earlier_sheet_leaves_the_month_with_the_later(desk, handed_in, point):
    first = handed_in.upload_id
    later = desk.confirmed(desk.template().put(progress=90))
    desk.undo(first)
    handed_in.refresh_from_db()
    assert (handed_in.number, handed_in.upload_id, handed_in.status) == (2, later["id"], "submitted")


def test_decision_on_a_version_that_was_replaced_meanwhile_is_stale(desk, handed_in, clerk):
    old = ProgressReport.objects.get()
    desk.confirmed(desk.template().put(progress=90))
    with pytest.raises(StaleObject):
        notes.decide(old, "accept", by=clerk, version=old.version)
    handed_in.refresh_from_db()
    assert (handed_in.status, handed_in.number) == ("submitted", 2)


def test_correction_of_a_month_that_was_received_meanwhile_writes_nothing(desk, handed_in, clerk, point):
    staged = desk.staged(desk.template().put(progress=90))
    notes.decide(ProgressReport.objects.get(), "accept", by=clerk)
    records = FacilityRecord.objects.count()
    assert desk.confirm(staged["id"]).status_code == 409
    assert FacilityRecord.objects.count() == records


# -- locked months


def test_locked_month_takes_no_sheet_and_no_undo_until_leave_is_given(desk, handed_in, clerk, baima):
    period = handed_in.period
    periods.lock(period, by=clerk, reason="年终汇总")
    refused = desk.send(desk.template().put(progress=90)).json()["problems"][0]
    assert refused["message"] == "2020年12月已锁定（年终汇总），不再接收报表。"
    assert "已锁定，不能撤销" in desk.undo(handed_in.upload_id).json()["problems"][0]["message"]
    periods.allow(period, baima, until=date(2099, 1, 1), by=clerk, reason="更正床位")
    desk.confirmed(desk.template().put(progress=90))


def test_month_locked_after_the_preview_is_not_written(desk, point, wulong, clerk):
    staged = desk.staged(desk.template().put(progress=80))
    periods.lock(periods.period_of(wulong, date(2020, 12, 1)), by=clerk, reason="年终汇总")
    answer = desk.confirm(staged["id"])
    assert (answer.status_code, answer.json()["status"]) == (409, "staged")
    point.refresh_from_db()
    assert point.progress == 40


# -- the list of uploads


def test_list_of_uploads_tells_the_township_its_months_with_deadlines(desk, handed_in, office):
    text = desk.client.get("/uploads/").content.decode()
    assert "2021-01-05" in text
    assert "第 1 次报送" in text
    assert "应报" not in text
    assert "应报" in office.get("/uploads/").content.decode()


# -- clean months at once


def test_clean_months_are_received_together_and_others_stay(office, desk, handed_in, wulong, clerk, point):
    listing = reverse("admin:plans_progressreport_changelist")
    form = {"action": "accept_all", "_selected_action": [handed_in.pk]}
    shown = office.post(listing, form).content.decode()
    assert f'name="version-{handed_in.pk}"' in shown
    office.post(listing, form | {"apply": "1", f"version-{handed_in.pk}": handed_in.version})
    handed_in.refresh_from_db()
    assert (handed_in.status, handed_in.decided_by) == ("accepted", clerk)


def test_month_with_something_to_look_at_is_not_received_unseen(office, desk, point, register, baima):
    register(name="漏报的点", planned_year=2020, stage="building")
    sheet = desk.template().put(progress=80)
    desk.confirmed(sheet.drop(6))
    report = ProgressReport.objects.get()
    form = {
        "action": "accept_all",
        "_selected_action": [report.pk],
        "apply": "1",
        f"version-{report.pk}": report.version,
    }
    said = office.post(reverse("admin:plans_progressreport_changelist"), form, follow=True).content.decode()
    report.refresh_from_db()
    assert report.status == "submitted"
    assert "有 1 处提醒，请打开逐行核对" in said


def test_months_replaced_since_the_page_was_read_are_not_received(office, desk, handed_in, point):
    form = {"action": "accept_all", "_selected_action": [handed_in.pk], "apply": "1"}
    form[f"version-{handed_in.pk}"] = handed_in.version
    desk.confirmed(desk.template().put(progress=90))
    office.post(reverse("admin:plans_progressreport_changelist"), form)
    handed_in.refresh_from_db()
    assert handed_in.status == "submitted"


@pytest.mark.parametrize("role", ["reviewer", "approver", "admin"])
def test_other_roles_receive_nothing_at_once(client_for, make_user, wulong, handed_in, role):
    signed_in = client_for(make_user(role, wulong))
    form = {"action": "accept_all", "_selected_action": [handed_in.pk], "apply": "1"}
    signed_in.post(reverse("admin:plans_progressreport_changelist"), form | {f"version-{handed_in.pk}": "1"})
    handed_in.refresh_from_db()
    assert handed_in.status == "submitted"


def test_month_is_the_one_of_the_sheet(handed_in):
    assert f"{handed_in.period.month:%Y-%m}" == MONTH


def test_township_reads_sheet_and_cell_of_every_value_on_the_facilitys_page(desk, handed_in, point):
    text = desk.client.get(f"/dashboard/500156/facilities/{point.code}/").content.decode()
    for words in (f"/uploads/{handed_in.upload_id}/", handed_in.upload.filename, f"进度月报!{cell_of('progress')}"):
        assert words in text

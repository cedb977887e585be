"""Retention: what is due is looked at on one page and cleared in one go; the counts that were published stay."""

from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from factories import user
from trainingoffice import ENDED, Office

from eldercare import figures
from eldercare.audit import AuditRecord
from eldercare.regions import Region
from eldercare.review import Denied, MoveRefused
from eldercare.uploads import Upload
from training import personal, retention
from training.models import Attendance, Certificate, Person, PersonChange
from training.people import ERASED_NAME
from training.services import people

PAGE = "/admin/training/person/due/"
LONG_AGO = date(2012, 6, 29)
ROWS = [(f"到期{n}", "白马镇", f"1390000000{n}", f"OLD2012000{n}") for n in range(3)]


@pytest.fixture
def old(office) -> list[Person]:
    """Three who were trained years ago, by one roster of then."""
    office.hold(*ROWS, ended=LONG_AGO)
    made = datetime(2012, 7, 1, tzinfo=UTC)
    Upload.objects.update(uploaded_at=made)
    Person.objects.update(created_at=made)
    return list(Person.objects.order_by("pk"))


@pytest.fixture
def recent(office, old) -> Person:
    office.hold(("未到期", "白马镇", "13911111111", "NEW20200001"), ended=office.district.default_as_of())
    return Person.objects.get(name="未到期")


@pytest.fixture
def head(client_for, approver):
    return client_for(approver)


def told(client, **posted) -> str:
    return client.post(PAGE, posted, follow=True).content.decode()


def counted(office: Office) -> dict:
    """The completion that is published of 2020, cell by cell, and the rows beneath it."""
    lines = {line.name: line.cells for line in office.board(date(2020, 12, 31), 2020).lines}
    found = figures.compute(office.district, date(2020, 12, 31), 2020)
    shown = {key: figure.as_dict() for key, figure in found.district.items() if "training" in key}
    rows = {row.pk: (row.person_id, row.completed, row.unit_name) for row in Attendance.objects.all()}
    return {"lines": repr(lines), "shown": repr(shown), "rows": rows, "certificates": Certificate.objects.count()}


def test_the_page_lists_people_and_sheets_that_are_due_and_masks_them(head, old, recent):
    body = head.get(PAGE).content.decode()
    assert "3 人" in body
    assert "1 份原始表格" in body
    for row in old:
        assert row.name in body
        assert row.masked_phone in body
        assert row.phone not in body
    assert "2012-06-29" in body
    assert recent.name not in body


def test_who_may_only_look_is_offered_no_box_and_cannot_clear(client_for, clerk, old):
    client = client_for(clerk)
    body = client.get(PAGE).content.decode()
    assert "由科长清除" in body
    assert 'type="checkbox"' not in body
    assert client.post(PAGE, {"person": old[0].pk, "sure": "yes"}).status_code == 403
    assert not Person.objects.filter(erased_at__isnull=False).exists()


def test_those_that_are_ticked_are_cleared_and_each_is_on_record(head, approver, old, recent):
    body = told(head, person=[old[0].pk, old[1].pk], sure="yes")
    assert "已清除 2 人、0 份原始表格" in body
    names = dict(Person.objects.values_list("pk", "name"))
    assert [names[row.pk] for row in old] == [ERASED_NAME, ERASED_NAME, "到期2"]
    assert names[recent.pk] == "未到期"
    made = AuditRecord.objects.filter(action="personal.erased", model="training.person")
    assert sorted(made.values_list("by_id", "object_id")) == [(approver.pk, f"{row.pk}") for row in old[:2]]
    assert "到期2" in head.get(PAGE).content.decode()


def test_everything_that_is_due_goes_in_one_go_and_the_counts_stay(head, office, settings):
    settings.PERSONAL_YEARS = 1
    office.hold(*ROWS, ended=ENDED)
    sheet = Upload.objects.get()
    Upload.objects.update(uploaded_at=datetime(2020, 7, 1, tzinfo=UTC))
    before = counted(office)
    assert office.cell("白马镇").trained == 3
    body = told(head, person=list(Person.objects.values_list("pk", flat=True)), file=[sheet.pk], sure="yes")
    assert "已清除 3 人、1 份原始表格" in body
    assert set(Person.objects.values_list("name", flat=True)) == {ERASED_NAME}
    assert counted(office) == before
    assert office.cell("白马镇").trained == 3
    assert "没有到期的个人信息" in head.get(PAGE).content.decode()
    sheet.refresh_from_db()
    assert (sheet.file.name, sheet.staged.rows, sheet.counts["new"], bool(sheet.sha256)) == ("", "[]", 3, True)


def test_cleared_file_leaves_the_disk_and_its_pages_say_so(
    head, clerk, client_for, old, django_capture_on_commit_callbacks
):
    sheet = Upload.objects.get()
    path = Path(sheet.file.path)
    with django_capture_on_commit_callbacks(execute=True):
        told(head, file=[sheet.pk], sure="yes")
    assert not path.exists()
    client = client_for(clerk)
    assert client.get(f"/uploads/{sheet.pk}/").status_code == 200
    assert client.get(f"/uploads/{sheet.pk}/original/").status_code == 404
    assert client.get(f"/uploads/{sheet.pk}/annotated/").status_code == 200


def test_refused_sheet_without_rows_is_due_too(office, head, old):
    upload = office.send(office.session(), content=b"nothing", name="坏.csv")
    assert (upload.status, upload.staged.rows) == ("refused", "[]")
    Upload.objects.filter(pk=upload.pk).update(uploaded_at=datetime(2012, 7, 1, tzinfo=UTC))
    assert "坏.csv" in head.get(PAGE).content.decode()
    assert "0 人、1 份原始表格" in told(head, file=[upload.pk], sure="yes")
    assert "坏.csv" not in head.get(PAGE).content.decode()


def test_a_preview_whose_file_was_cleared_can_only_be_sent_again(office, head, clerk, client_for, old):
    session = office.session()
    upload = office.send(session, ("到期0", "白马镇", "13955555555"))
    assert upload.counts["questions"] == 1
    Upload.objects.filter(pk=upload.pk).update(uploaded_at=datetime(2012, 7, 1, tzinfo=UTC))
    told(head, file=[upload.pk], sure="yes")
    client = client_for(clerk)
    address = f"/admin/training/trainingsession/{session.pk}/answers/"
    body = client.post(address, {"upload": upload.pk, "choice:A2": "other"}, follow=True).content.decode()
    assert "原始文件已经清除" in body
    answer = client.post(f"/uploads/{upload.pk}/confirm/", {"version": upload.version}, follow=True)
    assert "原始文件已经清除" in answer.content.decode()
    assert Upload.objects.get(pk=upload.pk).status == "staged"


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({}, "请先勾选"),
        ({"sure": "yes"}, "没有选定"),
        ({"sure": "yes", "person": ["x", "1e3", "-1", "9" * 40]}, "没有选定"),
        ({"sure": "yes", "person": ["99999"]}, "1 项已不在清单里"),
    ],
)
def test_odd_forms_clear_nothing_and_say_why(head, old, posted, words):
    assert words in told(head, **posted)
    assert not Person.objects.filter(erased_at__isnull=False).exists()


def test_forged_numbers_of_people_that_are_not_due_are_left_and_told(head, old, recent):
    body = told(head, person=[old[0].pk, recent.pk], sure="yes")
    assert "已清除 1 人" in body
    assert f"{recent.pk} 号：还没有到期" in body
    assert Person.objects.get(pk=recent.pk).name == "未到期"


def test_a_second_click_finds_nothing_to_do(head, old):
    told(head, person=[old[0].pk], sure="yes")
    assert "已经清除" in told(head, person=[old[0].pk], sure="yes")
    assert AuditRecord.objects.filter(action="personal.erased").count() == 1


def test_another_district_neither_sees_nor_clears(client_for, old):
    stranger = user("approver", Region.objects.get(code="500238"))
    client = client_for(stranger)
    assert "没有到期的个人信息" in client.get(PAGE).content.decode()
    assert "3 项已不在清单里" in told(client, person=[row.pk for row in old], sure="yes")
    assert not Person.objects.filter(erased_at__isnull=False).exists()
    sheet = Upload.objects.get()
    assert personal.erase_files(Upload.objects.all(), by=stranger) == 0
    assert Upload.objects.get(pk=sheet.pk).file.name


@pytest.mark.parametrize("role", ["clerk", "reviewer", "leader", "admin"])
def test_clearing_needs_the_permission(role, old, wulong):
    with pytest.raises(Denied):
        retention.clear([old[0].pk], [], by=user(role, wulong))


def test_clearing_nothing_is_refused(approver):
    with pytest.raises(MoveRefused, match="没有选定"):
        retention.clear([], [], by=approver)


def test_the_page_asks_as_much_for_one_as_for_many(head, office, old):
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            head.get(PAGE)
        return len(queries)

    head.get(PAGE)
    few = asked()
    office.hold(*[(f"旧人{n}", "江口镇", f"138000001{n:02}", f"MANY{n:05}") for n in range(30)], ended=LONG_AGO)
    Upload.objects.update(uploaded_at=datetime(2012, 7, 1, tzinfo=UTC))
    assert len(retention.due().people) == 33
    assert asked() == few


def test_what_was_corrected_and_merged_goes_with_the_person(office, clerk, approver, old):
    one, other, _ = old
    people.correct(one, name="改名甲", reason="身份证是这样写的：到期0", by=clerk)
    people.merge(one, other, reason="同一个人", by=clerk)
    assert [row.pk for row in retention.due().people] == [one.pk, old[2].pk], "the merged entry goes with the other"
    with pytest.raises(MoveRefused, match="已并入"):
        personal.erase(Person.objects.get(pk=other.pk), by=approver)
    one.refresh_from_db()
    personal.erase(one, by=approver)
    assert (
        list(Person.objects.filter(pk__in=[one.pk, other.pk]).values_list("name", "phone")) == [(ERASED_NAME, "")] * 2
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM training_personchange")
        kept = repr(cursor.fetchall())
    assert "到期0" not in kept
    assert "改名甲" not in kept
    assert PersonChange.objects.filter(person=one).count() == 2


def test_the_command_clears_nothing_where_nobody_can_answer(old, approver, monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO(""))
    with pytest.raises(CommandError, match="--yes"):
        call_command("eraseexpired", "--by", approver.username, stdout=StringIO())
    assert retention.due().people


def test_the_command_clears_what_the_page_lists(old, approver, recent):
    out = StringIO()
    call_command("eraseexpired", "--dry-run", stdout=out)
    assert "3 人，1 份原始表格" in out.getvalue()
    assert recent.name not in out.getvalue()
    out = StringIO()
    call_command("eraseexpired", "--yes", "--by", approver.username, stdout=out)
    assert "已清除 3 人、1 份原始表格" in out.getvalue()
    assert not retention.due().people
    assert not retention.due().files

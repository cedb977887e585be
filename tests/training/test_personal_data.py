"""Phone and certificate numbers: encrypted at rest, masked on every page, shown on the record only, cleared in time."""

import json
import logging
from datetime import UTC, date, datetime
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import override_settings
from django.urls import get_resolver
from factories import region, user

from eldercare.audit import AuditRecord
from eldercare.personal import UNREADABLE, digest, masked, sealed, unsealed, veiled
from eldercare.regions import Region
from eldercare.review import Denied, MoveRefused
from training import personal
from training.models import Attendance, Certificate, Person, TeamMember, TrainingSession
from training.people import ERASED_NAME

PHONE, NUMBER = "13987650001", "CANARY20200001X"
CANARIES = (PHONE, NUMBER)


def somebody(district, *, name="演示甲", ended=date(2020, 10, 30), maker, phone=PHONE, number=NUMBER) -> Person:
    """A person trained in a session that ended on a day, with a certificate."""
    person = Person.objects.create(
        district=district, unit_name="白马镇", name=name, phone=phone, phone_digest=digest(phone),
        created_at=datetime(2019, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    Certificate.objects.create(
        person=person, role="caregiver", title="护理员证", number=number, number_digest=digest(number)
    )
    session, _ = TrainingSession.objects.get_or_create(
        district=district, title="培训班", role="caregiver", starts_on=ended, ends_on=ended, created_by=maker
    )
    Attendance.objects.create(session=session, person=person, unit_name="白马镇", completed=True, recorded_by=maker)
    return person


@pytest.fixture
def maker(wulong):
    return user(None, wulong, "maker")


@pytest.fixture
def person(wulong, maker):
    return somebody(wulong, maker=maker)


@pytest.fixture
def old(wulong, maker):
    """Trained long before the years that data are kept."""
    return somebody(wulong, name="演示乙", ended=date(2012, 5, 1), maker=maker, number="OLD00000001")


def shows(content: bytes) -> list[str]:
    """The canaries that stand in an answer, as text or as JSON escapes."""
    return [canary for canary in CANARIES if canary.encode() in content]


# At rest


@pytest.mark.parametrize(("table", "column"), [("training_person", "phone"), ("training_certificate", "number")])
def test_database_holds_no_number_in_clear(person, table, column):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        stored = repr(cursor.fetchall())
        cursor.execute(f"SELECT {column} FROM {table}")
        assert all(len(value) > 60 for (value,) in cursor.fetchall())
    assert not [canary for canary in CANARIES if canary in stored]


def test_dump_of_all_data_holds_no_number_and_loads_again(person):
    out = StringIO()
    call_command("dumpdata", "training.person", "training.certificate", stdout=out)
    assert not [canary for canary in CANARIES if canary in out.getvalue()]
    from django.core import serializers

    loaded = [row.object for row in serializers.deserialize("json", out.getvalue())]
    assert {getattr(row, "phone", None) or row.number for row in loaded} == set(CANARIES)


def test_number_stays_readable_under_a_new_key_while_the_old_one_is_kept(person, settings):
    old = settings.PERSONAL_KEYS[0]
    before = digest(PHONE)
    with override_settings(PERSONAL_KEYS=["new-key-" * 5, old]):
        again = Person.objects.get(pk=person.pk)
        assert again.phone == PHONE
        assert digest(PHONE) == before, "numbers are still found under the new key"
        again.save()
    with override_settings(PERSONAL_KEYS=["new-key-" * 5]):
        assert Person.objects.get(pk=person.pk).phone == PHONE, "what was saved since is written under the new key"
        assert Certificate.objects.get(person=person).number == UNREADABLE, "what was not saved needs the old one"


def test_sealed_text_opens_under_its_key_only():
    token = sealed(PHONE)
    assert PHONE not in token
    assert unsealed(token) == PHONE
    assert unsealed("") == sealed("") == ""
    with override_settings(PERSONAL_KEYS=["another"]):
        assert unsealed(token) == UNREADABLE


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("13987650001", "139****0001"),
        ("77712345", "******45"),
        ("12345", "*****"),
        ("", ""),
    ],
)
def test_masked_number_shows_head_and_tail_only(text, shown):
    assert masked(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("“13987650001”不是电话", "“139****0001”不是电话"),
        ("电话 139 8765 0001 重复", "电话 139******0001 重复"),
        ("第 12 行姓名必填", "第 12 行姓名必填"),
        ("请填 2020-05", "请填 2020-05"),
        ("列名 certificate 不认识", "列名 certificate 不认识"),
    ],
)
def test_veiled_sentence_masks_what_may_be_a_number(text, shown):
    assert veiled(text) == shown


# Who sees it


def test_revealing_is_recorded_without_the_number_or_the_name(person, clerk):
    whole = personal.reveal(person, by=clerk, why="核对补贴")
    assert (whole.phone, whole.certificates) == (PHONE, (("护理员证", NUMBER),))
    row = AuditRecord.objects.get(action="personal.viewed")
    assert (row.by_id, row.model, row.object_id) == (clerk.pk, "training.person", str(person.pk))
    assert row.detail == {"fields": ["联系电话", "证书编号"], "why": "核对补贴"}
    told = row.object_name + json.dumps(row.detail, ensure_ascii=False)
    assert not [word for word in (*CANARIES, person.name) if word in told]


@pytest.mark.parametrize("role", ["reviewer", "approver", "leader", "township", "apiclient", "admin"])
def test_revealing_needs_the_permission(role, person, wulong, baima):
    with pytest.raises(Denied):
        personal.reveal(person, by=user(role, baima if role == "township" else wulong))
    assert not AuditRecord.objects.filter(action="personal.viewed").exists()


def test_revealing_ends_at_the_district(person):
    with pytest.raises(Denied):
        personal.reveal(person, by=user("clerk", Region.objects.get(code="500238")))


@pytest.mark.parametrize("role", ["clerk", "reviewer", "approver", "admin"])
@pytest.mark.parametrize("page", ["", "{pk}/change/", "{pk}/history/", "export/"])
def test_pages_and_exports_mask_numbers(role, page, person, wulong, client_for):
    answer = client_for(user(role, wulong)).get("/admin/training/person/" + page.format(pk=person.pk))
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == 200
    if page == "export/":
        content = "".join(map(str, openpyxl.load_workbook(BytesIO(content)).active.values)).encode()
        assert b"139****0001" in content
    assert not shows(content)


def test_whole_numbers_come_as_answer_to_a_post_only(person, clerk, client_for):
    client = client_for(clerk)
    url = f"/admin/training/person/{person.pk}/reveal/"
    assert client.get(url).status_code == 405
    assert not AuditRecord.objects.filter(action="personal.viewed").exists()
    answer = client.post(url, {"why": "核对"})
    assert shows(answer.content) == list(CANARIES)
    assert "no-store" in answer["Cache-Control"]
    assert AuditRecord.objects.filter(action="personal.viewed", by_id=clerk.pk).count() == 1
    assert not shows(client.get(f"/admin/training/person/{person.pk}/change/").content), "seen once, not for ever"


def test_reveal_button_is_for_those_who_may(person, clerk, reviewer, client_for):
    url = f"/admin/training/person/{person.pk}/change/"
    assert "显示完整号码" in client_for(clerk).get(url).content.decode()
    assert "显示完整号码" not in client_for(reviewer).get(url).content.decode()
    assert client_for(reviewer).post(f"/admin/training/person/{person.pk}/reveal/").status_code == 403


def test_whole_export_wants_permission_and_reason(person, clerk, reviewer, client_for):
    url = "/admin/training/person/export-whole/"
    assert client_for(reviewer).post(url, {"why": "想看看"}).status_code == 403
    assert client_for(clerk).post(url, {"why": " "}).status_code == 302
    assert client_for(clerk).get(url).status_code == 405
    assert not AuditRecord.objects.filter(action="personal.exported").exists()
    answer = client_for(clerk).post(url, {"why": "发放证书"})
    cells = str(list(openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active.values))
    assert PHONE in cells
    assert NUMBER in cells
    detail = AuditRecord.objects.get(action="personal.exported", by_id=clerk.pk).detail
    assert (detail["rows"], detail["why"]) == (1, "发放证书")


def test_api_never_tells_a_number(person, wulong, client_for):
    """Every endpoint without a key in its address, as the client that the API is made for."""
    client = client_for(user("apiclient", wulong))
    asked = [f"/api/v1/{path}" for path in _endpoints()]
    assert len(asked) > 8
    for url in asked:
        answer = client.get(f"{url}?district=500156")
        assert not shows(answer.content), url
        assert person.name.encode() not in answer.content, url


def _endpoints() -> list[str]:
    below = next(entry for entry in get_resolver().url_patterns if str(entry.pattern) == "api/v1/")
    return [
        str(entry.pattern)
        for entry in below.url_patterns
        if "<" not in str(entry.pattern) and "^" not in str(entry.pattern)
    ]


def test_logs_of_a_failing_page_hold_no_number(person, clerk, client_for, caplog, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("演示故障")

    monkeypatch.setattr("training.personal.audit.record", broken)
    client = client_for(clerk)
    client.raise_request_exception = False
    with caplog.at_level(logging.DEBUG):
        answer = client.post(f"/admin/training/person/{person.pk}/reveal/", {"why": "核对"})
    assert answer.status_code == 500
    assert "演示故障" in caplog.text
    assert not shows(answer.content)
    assert not [canary for canary in CANARIES if canary in caplog.text]


# How long it is kept


@pytest.mark.parametrize(
    ("ended", "day", "is_over"),
    [
        (date(2015, 12, 10), date(2020, 12, 10), False),
        (date(2015, 12, 9), date(2020, 12, 10), True),
        (date(2016, 2, 29), date(2021, 2, 28), False),
        (date(2016, 2, 29), date(2021, 3, 1), True),
        (date(2015, 2, 27), date(2020, 2, 29), True),
        (date(2015, 2, 28), date(2020, 2, 29), False),
    ],
)
def test_time_is_over_the_day_after_the_fifth_year(wulong, maker, ended, day, is_over):
    row = somebody(wulong, maker=maker, ended=ended)
    assert personal.expired(Person.objects.filter(pk=row.pk), day).exists() is is_over


def test_member_of_a_team_is_kept_while_in_it(old, wulong, maker):
    village = region("铁佛村")
    member = TeamMember.objects.create(village=village, kind="assistant", person=old, recorded_by=maker)
    assert not personal.is_expired(old)
    member.ends_on = date(2013, 1, 1)
    member.save()
    assert personal.is_expired(old)


def test_years_are_a_setting(old):
    with override_settings(PERSONAL_YEARS=30):
        assert not personal.is_expired(old)


def counts() -> tuple:
    done = Attendance.objects.filter(retracted_at=None, completed=True)
    return (Person.objects.count(), done.count(), done.values("person").distinct().count(), Certificate.objects.count())


def test_erasing_takes_name_and_numbers_and_leaves_the_counts(old, person, approver):
    before = counts()
    personal.erase(old, by=approver)
    assert counts() == before
    row = Person.objects.get(pk=old.pk)
    assert (row.name, row.phone, row.phone_digest, row.erased_by) == (ERASED_NAME, "", "", approver)
    assert set(row.certificates.values_list("number_digest", flat=True)) == {""}
    assert Person.objects.get(pk=person.pk).phone == PHONE
    record = AuditRecord.objects.get(action="personal.erased")
    assert (record.by_id, record.object_id) == (approver.pk, str(old.pk))
    told = record.object_name + json.dumps(record.detail, ensure_ascii=False)
    assert not [word for word in (PHONE, "OLD00000001", "演示乙") if word in told]


def test_erasing_is_refused_twice_and_before_the_time(old, wulong, maker, approver):
    recent = somebody(wulong, maker=maker, name="演示丙", ended=wulong.default_as_of(), phone="", number="NEW0000001")
    personal.erase(old, by=approver)
    for row, words in ((old, "已经清除"), (recent, "还没有到期")):
        with pytest.raises(MoveRefused, match=words):
            personal.erase(row, by=approver)
    with pytest.raises(MoveRefused):
        personal.reveal(old, by=user("clerk", wulong))


@pytest.mark.parametrize("role", ["clerk", "reviewer", "leader", "township", "admin"])
def test_erasing_needs_the_permission(role, old, wulong, baima):
    with pytest.raises(Denied):
        personal.erase(old, by=user(role, baima if role == "township" else wulong))


def test_erasing_ends_at_the_district(old):
    with pytest.raises(Denied):
        personal.erase(old, by=user("approver", Region.objects.get(code="500238")))


def test_page_erases_after_a_tick_only(old, approver, client_for):
    client, url = client_for(approver), f"/admin/training/person/{old.pk}/erase/"
    assert client.get(url).status_code == 405
    client.post(url)
    assert Person.objects.get(pk=old.pk).erased_at is None
    client.post(url, {"sure": "yes"})
    assert Person.objects.get(pk=old.pk).erased_by == approver
    assert "已按期清除" in client.get(f"/admin/training/person/{old.pk}/change/").content.decode()


def test_list_filters_those_whose_time_is_over(old, person, approver, client_for, wulong):
    Attendance.objects.filter(person=person).update(session=_recent(wulong, approver))
    listed = client_for(approver).get("/admin/training/person/?kept=over").content.decode()
    assert "演示乙" in listed
    assert "演示甲" not in listed


def _recent(district, by) -> TrainingSession:
    day = district.default_as_of()
    return TrainingSession.objects.create(
        district=district, title="新班", role="caregiver", starts_on=day, ends_on=day, created_by=by
    )


def test_command_lists_first_and_clears_by_an_account(old, approver, clerk):
    out = StringIO()
    call_command("eraseexpired", "--dry-run", stdout=out)
    assert f"{old.pk} 号" in out.getvalue()
    assert "演示乙" not in out.getvalue()
    assert Person.objects.get(pk=old.pk).erased_at is None
    for wrong in ([], ["--by", "nobody"], ["--by", clerk.username]):
        with pytest.raises(CommandError):
            call_command("eraseexpired", "--yes", *wrong, stdout=StringIO())
    call_command("eraseexpired", "--yes", "--by", approver.username, stdout=StringIO())
    assert Person.objects.get(pk=old.pk).erased_by == approver
    out = StringIO()
    call_command("eraseexpired", "--dry-run", stdout=out)
    assert "没有到期" in out.getvalue()

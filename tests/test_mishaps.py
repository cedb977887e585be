"""When the portal itself fails, who asked is told so in a form they can read, and why where there is a plain reason."""

import runpy
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InterfaceError, OperationalError, connection

from eldercare.mishaps import AWAY, BUSY, FULL, LOCKED, OWN, cause_of
from eldercare.uploads import Upload

UNWRITABLE = Path("/sys/portal")
"""A folder that not even the superuser can make."""


@pytest.fixture
def sender(client_for, township_user, settings):
    """An official whose file cannot be kept."""
    if not UNWRITABLE.parent.is_dir():
        pytest.skip("只有 Linux 有谁都不能写的 /sys")
    settings.MEDIA_ROOT = UNWRITABLE
    client = client_for(township_user)
    client.raise_request_exception = False
    return client


def send(client, **headers):
    file = SimpleUploadedFile("月报.xlsx", b"PK\x03\x04")
    return client.post("/uploads/new/", {"kind": "progress", "period": "2020-12", "file": file}, headers=headers)


def test_person_whose_file_cannot_be_kept_is_told_what_is_the_matter(sender):
    answer = send(sender)
    assert answer.status_code == 503
    assert LOCKED.message in answer.content.decode()
    assert LOCKED.hint in answer.content.decode()
    assert not Upload.objects.exists()


def test_script_is_told_the_same_in_the_contract_s_form(sender):
    answer = send(sender, accept="application/json")
    assert answer.status_code == 503
    told = answer.json()
    assert (told["status"], told["problems"][0]["code"], told["problems"][0]["message"]) == (
        "refused", "storage", LOCKED.message,
    )  # fmt: skip


def no_room() -> OSError:
    try:
        with open("/dev/full", "wb", buffering=0) as full:
            full.write(b"x")
    except OSError as error:
        return error
    pytest.skip("只有 Linux 有 /dev/full")


def test_full_disk_is_called_one():
    assert cause_of(no_room()) is FULL


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (OperationalError("database or disk is full"), FULL),
        (OperationalError('could not extend file "base/5/1": No space left on device'), FULL),
        (OperationalError("attempt to write a readonly database"), LOCKED),
        (OperationalError("database is locked"), BUSY),
        (OperationalError("deadlock detected\nDETAIL: Process 1 waits"), BUSY),
        (OperationalError("server closed the connection unexpectedly"), AWAY),
        (InterfaceError("connection already closed"), AWAY),
        (KeyError("x"), OWN),
        (FileNotFoundError(2, "x"), OWN),
        (None, OWN),
    ],
)
def test_cause_is_told_in_words(error, problem):
    assert cause_of(error) is problem


def test_waiting_for_a_lock_ends_before_the_server_ends_the_process(db):
    served = runpy.run_path(str(settings.BASE_DIR / "gunicorn.conf.py"))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT setting::int / 1000 FROM pg_settings WHERE name = 'lock_timeout'")
            (seconds,) = cursor.fetchone()
    else:
        seconds = settings.DATABASES["default"]["OPTIONS"]["timeout"]
    assert 0 < seconds < served["timeout"] / 2


FORM = "application/x-www-form-urlencoded"
UNREADABLE_FORMS = [
    (b"a=1", f"{FORM}; charset=utf-7"),
    (b"a=1&" * 20_000, FORM),
    (b"x", "multipart/form-data"),
    (b"x", "multipart/form-data; boundary="),
]


@pytest.mark.parametrize(
    ("body", "kind"), UNREADABLE_FORMS, ids=["encoding", "fields", "no boundary", "empty boundary"]
)
def test_form_that_cannot_be_read_is_refused_and_not_our_failure(client_for, township_user, body, kind):
    client = client_for(township_user)
    page = client.generic("POST", "/uploads/new/", body, kind)
    assert (page.status_code, "没有改动任何数据" in page.content.decode()) == (400, True)
    told = client.generic("POST", "/uploads/new/", body, kind, headers={"accept": "application/json"})
    assert (told.status_code, told.json()["problems"][0]["code"]) == (400, "bad_request")


def test_too_many_files_at_once_are_counted(client_for, clerk):
    files = [SimpleUploadedFile(f"{number}.jpg", b"x") for number in range(101)]
    page = client_for(clerk).post("/admin/facilities/attachment/attach/", {"files": files})
    assert page.status_code == 400
    assert "一次最多发来 100 个文件" in page.content.decode()


def test_page_that_refuses_a_question_says_what_is_wrong_with_it(client_for, leader):
    page = client_for(leader).get("/dashboard/500156/", {"as_of": "12月底"})
    assert page.status_code == 400
    assert "统计日期“12月底”不是有效日期，请写成 2020-12-31 的形式" in page.content.decode()

"""Long sheets at a served portal of several processes: with scripts off, on a double click, on a line that breaks."""

import json
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from filled import MONTH, Filled
from portal import ROOT
from visitor import JSON, Visitor

MANY = 700
WAIT = 120_000
STATE = """
import json
from eldercare.review import ReviewEvent
from eldercare.uploads import Upload
from facilities.models import Facility, FacilityRecord
from plans.models import ProgressReport
u = Upload.objects.get(pk={pk})
print(json.dumps({{
    "status": u.status, "records": FacilityRecord.objects.filter(upload=u).count(),
    "new": Facility.objects.filter(name__startswith="{mark}").count(),
    "events": ReviewEvent.objects.filter(model="eldercare.upload", object_id=u.pk).count(),
    "handed_in": ProgressReport.objects.filter(upload=u).count(),
}}))
"""
# Holds whatever a confirmation must lock, until the line on standard input that lets go.
HOLD = """
import sys
from django.db import transaction
from eldercare.uploads import Upload
with transaction.atomic():
    list(Upload.objects.select_for_update().filter(pk={pk}))
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def official(portal):
    return Visitor(portal, "township")


@pytest.fixture
def long_file(official, tmp_path, request):
    """The township's sheet with that many new facilities, whose names begin with the test's own mark."""
    sheet = Filled(official.get(f"/uploads/template/?period={MONTH}").body)
    first, mark = sheet.next_row, mark_of(request)
    for number in range(first, first + MANY):
        sheet.put(number, name=f"{mark}{number}", type="村级互助养老点", planned_year=2020, stage="在建")
    path = tmp_path / "月报.xlsx"
    path.write_bytes(sheet.content())
    return path


def mark_of(request) -> str:
    return f"点{sum(map(ord, request.node.name))}-"


@pytest.fixture
def long_upload(official, long_file) -> int:
    """The preview of that sheet."""
    with long_file.open("rb") as file:
        answer = official.post("/uploads/new/", JSON, kind="progress", period=MONTH, file=file)
    assert answer.status == 201, answer.text
    return answer.data["id"]


def state(portal, request, pk: int) -> dict:
    code = STATE.format(pk=pk, mark=mark_of(request))
    return json.loads(portal.manage("shell", "-v", "0", "-c", code).splitlines()[-1])


CONFIRMED = {"status": "confirmed", "records": MANY, "new": MANY, "events": 1, "handed_in": 1}
UNTOUCHED = {"status": "staged", "records": 0, "new": 0, "events": 0, "handed_in": 0}


@pytest.fixture
def plain_page(browser, portal):
    """A browser window without scripts, signed in as the township's official."""
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    window = context.new_page()
    portal.sign_in(window, "township")
    yield window
    context.close()


def test_without_scripts_a_long_sheet_goes_from_the_form_to_the_receipt(portal, plain_page, long_file, request):
    plain_page.goto(f"{portal.url}/uploads/new/")
    plain_page.set_input_files("input[type=file]", str(long_file))
    plain_page.click("text=上传并比对")
    plain_page.wait_for_url("**/uploads/*/", timeout=WAIT)
    assert "可以入库" in plain_page.inner_text("main")
    pk = int(plain_page.url.rstrip("/").rpartition("/")[2])
    plain_page.click("button[value=confirm]")
    plain_page.wait_for_selector("text=上传回执", timeout=WAIT)
    assert plain_page.url == f"{portal.url}/uploads/{pk}/"
    assert state(portal, request, pk) == CONFIRMED


def test_double_click_on_confirming_applies_once_and_ends_at_the_receipt(portal, plain_page, long_upload, request):
    plain_page.goto(f"{portal.url}/uploads/{long_upload}/")
    plain_page.dblclick("button[value=confirm]")
    plain_page.wait_for_selector("text=/上传回执|已经办理过/", timeout=WAIT)
    if "已经办理过" in plain_page.inner_text("main"):
        plain_page.click("main a.btn.is-primary")
    plain_page.wait_for_selector("text=上传回执", timeout=WAIT)
    assert state(portal, request, long_upload) == CONFIRMED


@contextmanager
def line(portal, official, path: str, **data):
    """A POST on a line of its own that has begun to answer; the line is cut at the end of the block."""
    token = next(cookie.value for cookie in official.jar if cookie.name == "csrftoken")
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in official.jar)
    body = encode_multipart(BOUNDARY, data)
    place = urlsplit(portal.url)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {place.netloc}\r\nCookie: {cookies}\r\nX-CSRFToken: {token}\r\n"
        f"Content-Type: {MULTIPART_CONTENT}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((place.hostname, place.port), timeout=60) as open_line:
        open_line.sendall(head.encode() + body)
        beginning = b""
        while b"working-now" not in beginning:
            piece = open_line.recv(65536)
            assert piece, beginning.decode(errors="replace")
            beginning += piece
        yield open_line


@contextmanager
def held(portal, pk: int):
    """The upload locked by somebody else until the end of the block."""
    holder = subprocess.Popen(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", HOLD.format(pk=pk)],
        cwd=ROOT, env=portal.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert holder.stdout.readline().strip() == "held"
        yield
    finally:
        holder.communicate("\n", timeout=30)


def settled(portal, request, pk: int) -> dict:
    """The state once the server has noticed that the line is gone: all workers answer, and nothing changes any more."""
    before = None
    for _ in range(20):
        now = state(portal, request, pk)
        if now == before:
            return now
        before = now
        time.sleep(1)
    raise AssertionError("the server does not come to rest")


def test_line_cut_while_the_confirmation_waits_leaves_all_rows_or_none(portal, official, long_upload, request):
    with held(portal, long_upload), line(portal, official, f"/uploads/{long_upload}/confirm/"):
        assert state(portal, request, long_upload) == UNTOUCHED
    after = settled(portal, request, long_upload)
    assert after in (UNTOUCHED, CONFIRMED)
    again = official.confirm(long_upload)
    assert again.status == (200 if after == UNTOUCHED else 409)
    assert state(portal, request, long_upload) == CONFIRMED


def test_line_cut_while_rows_are_written_leaves_all_rows_or_none(portal, official, long_upload, request):
    with line(portal, official, f"/uploads/{long_upload}/confirm/"):
        time.sleep(0.1)
    after = settled(portal, request, long_upload)
    assert after in (UNTOUCHED, CONFIRMED)
    official.confirm(long_upload)
    assert state(portal, request, long_upload) == CONFIRMED


def test_line_cut_while_a_sheet_is_read_leaves_no_damage(portal, official, long_file):
    numbers = "from eldercare.uploads import Upload; print(Upload.objects.filter(staged=None).count())"
    with (
        long_file.open("rb") as file,
        line(portal, official, "/uploads/new/", kind="progress", period=MONTH, file=file),
    ):
        pass
    time.sleep(3)
    assert portal.manage("shell", "-v", "0", "-c", numbers).split()[-1] == "0", "an upload without its rows"
    assert official.get("/uploads/").status == 200

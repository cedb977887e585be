"""Thousands of rows: the page comes at once, tells what is being done, and leads to what came of it."""

import re
import runpy
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from shutting import shut

from eldercare.sheets.limits import LIMITS
from eldercare.uploads import Upload
from facilities.models import Facility, FacilityRecord
from plans.models import ProgressReport

pytestmark = pytest.mark.django_db
MANY = 620
BROWSER = {}


def long_sheet(desk, count: int = MANY):
    """A sheet with that many new facilities besides the known."""
    sheet = desk.template()
    first = sheet.next_row
    for number in range(first, first + count):
        sheet.put(number, name=f"第{number}点", type="村级互助养老点", planned_year=2020, stage="在建", progress=50)
    return sheet


@pytest.fixture
def long_upload(desk) -> Upload:
    """The preview of a long sheet."""
    return Upload.objects.get(pk=desk.staged(long_sheet(desk))["id"])


def press(desk, upload: Upload, verb: str = "confirm", **data):
    """A click on the preview's button in a browser."""
    return desk.client.post(f"/uploads/{upload.pk}/{verb}/", data, headers=BROWSER)


def text_of(response) -> str:
    return b"".join(response.streaming_content).decode()


def kept_files() -> set[Path]:
    return {path for path in (Path(settings.MEDIA_ROOT) / "uploads").rglob("*") if path.is_file()}


def test_long_sheet_is_told_step_by_step_and_leads_to_its_preview(desk):
    response = desk.send(long_sheet(desk), headers=BROWSER)
    assert response.streaming
    assert response["X-Accel-Buffering"] == "no"
    told = text_of(response)
    upload = Upload.objects.get()
    lines = re.findall(r'<p class="working-line">([^<]+)', told)
    assert [line.split("（")[0] for line in lines] == [
        "收到文件 月报.xlsx", "安全检查，读取表格", f"读到 {MANY} 行，与登记比对", "保存预览",
    ]  # fmt: skip
    assert f'<progress value="500" max="{MANY}">' in told
    assert f'<meta http-equiv="refresh" content="0;url=/uploads/{upload.pk}/">' in told
    assert f'href="/uploads/{upload.pk}/"' in told
    assert (upload.status, upload.counts["new"]) == ("staged", MANY)


def test_page_of_a_long_sheet_begins_before_the_rows_are_compared(desk):
    pieces = iter(desk.send(long_sheet(desk), headers=BROWSER).streaming_content)
    beginning = next(pieces).decode()
    assert "正在核对 月报.xlsx" in beginning
    assert "收到文件" in beginning
    assert not Upload.objects.exists()
    assert b"".join(pieces).decode().rstrip().endswith("</html>")
    assert Upload.objects.get().status == "staged"


def test_long_sheet_with_errors_leads_to_what_is_wrong(desk):
    told = text_of(desk.send(long_sheet(desk).put(progress=500), headers=BROWSER))
    upload = Upload.objects.get()
    assert upload.status == "refused"
    assert f'href="/uploads/{upload.pk}/"' in told


def test_script_is_answered_whole_however_long_the_sheet(desk):
    response = desk.send(long_sheet(desk))
    assert (response.status_code, response.streaming) == (201, False)


def test_short_sheet_is_answered_without_a_page_between(desk, point):
    assert desk.send(desk.template().put(progress=50), headers=BROWSER).status_code == 302


def test_sending_that_breaks_off_leaves_neither_upload_nor_file(desk):
    before = kept_files()
    for pieces in (1, 2, 3):
        response = desk.send(long_sheet(desk), headers=BROWSER)
        stream = iter(response.streaming_content)
        for _ in range(pieces):
            next(stream)
        shut(response)
    assert not Upload.objects.exists()
    assert kept_files() == before


def test_sending_that_fails_midway_says_so_and_keeps_nothing(desk, settings, tmp_path):
    lines = [f"第{number}点,村级互助养老点,2020,在建,{'待协调' * 20}" for number in range(MANY)]
    content = "\n".join(["设施名称,设施类型,计划年度,建设阶段,备注", *lines]).encode()
    stream = iter(desk.send(content, name="月报.csv", headers=BROWSER).streaming_content)
    told = next(stream) + next(stream)
    # The folder of the files is lost while the sheet waits to be read.
    settings.MEDIA_ROOT = tmp_path / "lost"
    settings.MEDIA_ROOT.write_bytes(b"")
    told = (told + b"".join(stream)).decode()
    assert "什么都没有写入" in told
    assert 'href="/uploads/"' in told
    assert told.rstrip().endswith("</html>")
    assert not Upload.objects.exists()


def test_confirming_a_long_sheet_is_told_and_leads_to_the_receipt(desk, long_upload):
    told = text_of(press(desk, long_upload))
    assert "写入登记" in told
    assert f'content="0;url=/uploads/{long_upload.pk}/"' in told
    long_upload.refresh_from_db()
    assert long_upload.status == "confirmed"
    assert FacilityRecord.objects.filter(upload=long_upload).count() == MANY
    assert "上传回执" in desk.page(long_upload.pk).content.decode()


def test_confirming_that_breaks_off_before_the_write_writes_nothing_and_can_be_repeated(desk, long_upload):
    response = press(desk, long_upload)
    next(iter(response.streaming_content))
    shut(response)
    long_upload.refresh_from_db()
    assert long_upload.status == "staged"
    assert not Facility.objects.exists()
    text_of(press(desk, long_upload))
    assert Facility.objects.count() == MANY


def test_no_step_is_told_while_a_transaction_is_open(desk, long_upload):
    outside = list(connection.savepoint_ids)
    for verb in ("confirm", "undo"):
        for _ in press(desk, long_upload, verb).streaming_content:
            assert connection.savepoint_ids == outside


def test_second_click_while_the_first_is_at_work_changes_nothing_and_leads_to_the_receipt(desk, long_upload):
    first, second = press(desk, long_upload), press(desk, long_upload)
    beginnings = [next(iter(answer.streaming_content)) for answer in (first, second)]
    assert all("正在确认入库".encode() in beginning for beginning in beginnings)
    assert "办完了" in text_of(first)
    late = text_of(second)
    assert "已经办理过，没有重复执行" in late
    assert f'href="/uploads/{long_upload.pk}/"' in late
    assert "http-equiv" not in late, "what is to be read does not go away by itself"
    assert FacilityRecord.objects.filter(upload=long_upload).count() == MANY
    assert ProgressReport.objects.get().number == 1


def test_click_after_it_is_done_is_answered_at_once(desk, long_upload):
    desk.confirm(long_upload.pk)
    assert press(desk, long_upload).status_code == 409


def test_preview_that_became_stale_is_made_anew_and_said_so(desk, point, long_upload):
    other = desk.template()
    other.add(name="后来的点")
    response = press(desk, long_upload)
    desk.confirmed(other)
    told = text_of(response)
    assert "已按最新数据重新比对" in told, told
    long_upload.refresh_from_db()
    assert (long_upload.status, long_upload.version) == ("staged", 1)


def test_undoing_a_long_sheet_is_told_too(desk, long_upload):
    desk.confirm(long_upload.pk)
    assert "办完了" in text_of(press(desk, long_upload, "undo"))
    assert not Facility.objects.exists()


def test_server_gives_a_worker_the_time_that_the_largest_sheet_may_take():
    served = runpy.run_path(str(settings.BASE_DIR / "gunicorn.conf.py"))
    marking = LIMITS.scan_seconds + LIMITS.child_wall_seconds + 2 * 2 * LIMITS.child_wall_seconds
    waiting = settings.DATABASES["default"].get("OPTIONS", {}).get("timeout", 20)
    assert served["timeout"] > marking + waiting

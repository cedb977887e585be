"""importplan and importprogress: read as printed or refused with the cell, and a dry run leaves nothing behind."""

from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eldercare.uploads import Upload
from facilities.models import Facility, FacilityRecord
from plans.models import PlanTarget, PrintedTotal, ProgressReport
from plans.progress.sheet import SHEET
from training.models import TrainingQuota

FIXTURES = settings.BASE_DIR / "fixtures/wulong-2020"
POLICY = ("--policy", "wulong-2020")


def run(*args) -> str:
    out = StringIO()
    call_command(*map(str, args), stdout=out, stderr=StringIO())
    return out.getvalue()


def refusal(*args) -> str:
    with pytest.raises(CommandError) as refused:
        run(*args)
    return str(refused.value)


@pytest.fixture
def edited(tmp_path):
    """edited("2", old, new) -> the annex's file with one text replaced."""

    def make(annex: str, old: str, new: str) -> Path:
        text = (FIXTURES / f"annex-{annex}.csv").read_text(encoding="utf-8")
        assert text.count(old) == 1
        path = tmp_path / f"附件{annex}.csv"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return path

    return make


def planned(unit: str, type_: str, year: int) -> int | None:
    return PlanTarget.objects.get(table__annex="2", unit=unit, type=type_, year=year).planned


def test_importplan_prints_the_one_wrong_total_of_annex_2(db):
    printed = run("importplan", FIXTURES / "annex-2.csv", *POLICY, "--annex", "2")
    differing = [line.split() for line in printed.splitlines() if "不一致" in line]
    assert differing == [["村级互助养老点", "2021", "23", "22", "←", "不一致，按印发保留"]]


@pytest.mark.parametrize("annex", ["1", "2", "4", "5"])
def test_importplan_of_the_printed_table_again_changes_nothing(db, annex):
    before = list(PlanTarget.objects.values()), list(TrainingQuota.objects.values())
    run("importplan", FIXTURES / f"annex-{annex}.csv", *POLICY, "--annex", annex)
    assert (list(PlanTarget.objects.values()), list(TrainingQuota.objects.values())) == before


def test_importplan_writes_a_changed_number_and_keeps_the_printed_total(db, edited):
    printed = run("importplan", edited("2", "4,仙女山镇,,1,,", "4,仙女山镇,,2,,"), *POLICY, "--annex", "2")
    assert "仙女山镇 乡镇养老服务中心 2020：计划数（个） 1 → 2" in printed
    assert planned("仙女山镇", "TOWNSHIP_CENTRE", 2020) == 2
    assert PrintedTotal.objects.get(table__annex="2", type="TOWNSHIP_CENTRE", year=2020).printed == 7


def test_importplan_keeps_blank_apart_from_zero(db, edited):
    run("importplan", edited("2", "26,赵家乡,,,,1,,,,", "26,赵家乡,,,0,1,,,,"), *POLICY, "--annex", "2")
    assert planned("赵家乡", "TOWNSHIP_CENTRE", 2021) == 0
    assert planned("赵家乡", "TOWNSHIP_CENTRE", 2020) is None


def test_importplan_dry_run_says_what_it_would_do_and_does_not(db, edited):
    path = edited("2", "4,仙女山镇,,1,,", "4,仙女山镇,,2,,")
    assert "没有写入" in run("importplan", path, *POLICY, "--annex", "2", "--dry-run")
    assert planned("仙女山镇", "TOWNSHIP_CENTRE", 2020) == 1


def test_importplan_refuses_a_doubtful_cell_by_its_address(db, edited):
    said = refusal("importplan", edited("2", "4,仙女山镇,,1,,", "4,仙女山镇,,约3,,"), *POLICY, "--annex", "2")
    assert "D8" in said
    assert "约3" in said
    assert planned("仙女山镇", "TOWNSHIP_CENTRE", 2020) == 1


def test_importplan_names_the_units_that_are_no_township(db):
    assert "区民政局直属机构" in run("importplan", FIXTURES / "annex-5.csv", *POLICY, "--annex", "5", "--dry-run")


@pytest.mark.parametrize(
    ("file", "policy", "annex", "words"),
    [
        (FIXTURES / "annex-2.csv", "wulong-2020", "9", "只有附件1、2、4、5"),
        (FIXTURES / "annex-2.csv", "elsewhere", "2", "没有政策 elsewhere"),
        (FIXTURES / "annex-9.csv", "wulong-2020", "2", "没有文件"),
        (FIXTURES / "annex-5.csv", "wulong-2020", "2", "不是这种表的列"),
        (FIXTURES / "policy.toml", "wulong-2020", "2", "xlsx"),
    ],
)
def test_importplan_explains_a_wrong_request(db, file, policy, annex, words):
    assert words in refusal("importplan", file, "--policy", policy, "--annex", annex)


@pytest.fixture
def sheet(client_for, township_user, tmp_path):
    """sheet(**cells) -> 白马镇's December sheet, as downloaded, with cells of its first facility filled by column key."""

    def make(**cells) -> Path:
        page = client_for(township_user).get("/uploads/template/?period=2020-12")
        book = openpyxl.load_workbook(BytesIO(page.getvalue()))
        tab = book[SHEET.name]
        keys = [column.key for column in SHEET.columns]
        [row] = [cell.row for cell in tab["A"] if str(cell.value or "").startswith("500156-")]
        for key, value in cells.items():
            tab.cell(row, keys.index(key) + 1).value = value
        path = tmp_path / "12月.xlsx"
        book.save(path)
        return path

    return make


@pytest.fixture
def building(register):
    return register(stage="building", planned_year=2019, progress=40)


WHO = ("--as", "township", "--period", "2020-12")


def test_importprogress_moves_the_register_and_hands_the_month_in(building, sheet):
    printed = run("importprogress", sheet(progress=70), *WHO)
    building.refresh_from_db()
    assert building.progress == 70
    assert "变更 1" in printed
    assert Upload.objects.get().status == "confirmed"
    assert ProgressReport.objects.get().status == "submitted"


def test_importprogress_refuses_a_wrong_row_by_sheet_and_cell_and_writes_nothing(building, sheet):
    said = refusal("importprogress", sheet(progress="约八成"), *WHO)
    assert f"{SHEET.name}!G" in said
    assert "约八成" in said
    building.refresh_from_db()
    assert building.progress == 40
    assert FacilityRecord.objects.count() == 1
    assert not ProgressReport.objects.exists()


def test_importprogress_dry_run_leaves_neither_upload_nor_file(building, sheet):
    path = sheet(progress=70)
    kept = set(settings.MEDIA_ROOT.rglob("*.xlsx"))
    assert "变更 1" in run("importprogress", path, *WHO, "--dry-run")
    assert set(settings.MEDIA_ROOT.rglob("*.xlsx")) == kept
    assert not Upload.objects.exists()
    assert Facility.objects.get().progress == 40


def test_importprogress_dry_run_opens_no_transaction_while_it_reads_and_writes_nothing(building, sheet):
    path = sheet(progress=70)
    with CaptureQueriesContext(connection) as statements:
        run("importprogress", path, *WHO, "--dry-run")
    verbs = {statement["sql"].split()[0].upper() for statement in statements}
    # PostgreSQL reads long lists through a cursor that it declares.
    assert verbs <= {"SELECT", "DECLARE"}


def test_importprogress_of_a_foreign_township_is_refused(building, sheet, jiangkou):
    path = sheet(progress=70)
    assert "不在账号 township 的管理范围内" in refusal("importprogress", path, *WHO, "--township", jiangkou.code)
    assert not Upload.objects.exists()


def test_importprogress_by_a_role_that_may_not_is_refused(building, sheet, leader, baima):
    path = sheet(progress=70)
    who = ("--as", "leader", "--period", "2020-12", "--township", baima.code)
    assert "您的角色不能上传" in refusal("importprogress", path, *who)


def test_importprogress_by_the_bureau_must_name_the_township(building, sheet, clerk):
    assert "--township" in refusal("importprogress", sheet(), "--as", "clerk", "--period", "2020-12")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--as", "ghost", "--period", "2020-12"), "没有可用的账号 ghost"),
        (("--as", "township", "--period", "2020-13"), "请写成 2020-12 的形式"),
        (("--as", "township", "--period", "2099-01"), "还没有到"),
    ],
)
def test_importprogress_explains_a_wrong_request(township_user, args, words, tmp_path):
    path = tmp_path / "空.xlsx"
    openpyxl.Workbook().save(path)
    assert words in refusal("importprogress", path, *args)

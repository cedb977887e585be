"""The monthly sheet of allowances in 长寿: prefilled, recomputed, confirmed once, corrected, taken back; never a name."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from allowanceground import (
    APRIL,
    DESTITUTE,
    FRAIL,
    HEADINGS,
    OLD,
    RIGHT,
    codes,
    confirmed,
    context,
    sheet,
    staged,
    standing,
)  # fmt: skip
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from eldercare import uploads
from eldercare.review import MoveRefused, StaleObject
from eldercare.uploads import Upload, UploadRefused
from subsidies.allowancesheet import KIND
from subsidies.models import AllowanceTotal


def test_month_is_written_with_its_computation_and_the_cell_it_comes_from(town, official):
    upload = confirmed(town, official, *RIGHT)
    rows = {row.band: row for row in AllowanceTotal.objects.filter(upload=upload)}
    assert standing(town) == {"90—95岁": (312, 31200), "96—99岁": (40, 8000), "100岁及以上": (3, 2400)}
    assert {band: (row.rate, row.computed, row.difference) for band, row in rows.items()} == {
        "90—95岁": (100, 31200, 0), "96—99岁": (200, 8000, 0), "100岁及以上": (800, 2400, 0),
    }  # fmt: skip
    assert rows["96—99岁"].sources["people"].endswith("!C3")
    assert rows["96—99岁"].recorded_by == official


def test_difference_needs_a_reason_and_keeps_it(town, official):
    wrong = staged(town, official, (OLD, "90—95岁", 312, 31300, ""))
    assert wrong.status == Upload.Status.REFUSED
    assert codes(wrong) == ["difference_unexplained"]
    (said,) = [problem["message"] for problem in wrong.problems if problem["code"] == "difference_unexplained"]
    assert said == "312 人 × 100 元 = 31200 元，填的是 31300 元，多 100 元"
    assert not standing(town)
    confirmed(town, official, (OLD, "90—95岁", 312, 31300, "补发上月 1 人"))
    row = AllowanceTotal.objects.get(superseded_at=None)
    assert (row.difference, row.reason) == (100, "补发上月 1 人")


def test_amount_that_no_file_prints_is_kept_and_computed_as_unknown(town, official):
    confirmed(town, official, (FRAIL, "不分档", 25, "5000.50", ""))
    row = AllowanceTotal.objects.get()
    assert (row.amount, row.rate, row.computed, row.difference) == (Decimal("5000.50"), None, None, None)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ((OLD, "80岁", 1, 100, ""), "unknown_band"),
        ((FRAIL, "90—95岁", 1, 100, ""), "unknown_band"),
        ((OLD, "90—95岁", "", 100, ""), "half_filled"),
        ((OLD, "90—95岁", 3, "", ""), "half_filled"),
        ((FRAIL, "不分档", 0, 100, ""), "difference_unexplained"),
        ((OLD, "90—95岁", "", "", ""), "nothing_filled"),
        ((OLD, "90—95岁", -1, -100, ""), "too_small"),
        ((OLD, "90—95岁", 1_000_001, 100, ""), "too_large"),
    ],
)
def test_row_that_cannot_be_meant_is_refused_with_its_reason(town, official, row, code):
    upload = staged(town, official, row)
    assert upload.status == Upload.Status.REFUSED
    assert code in codes(upload)


@pytest.mark.parametrize(
    ("row", "cell", "read"),
    [
        ((OLD, "80岁", 1, 100, ""), "B2", "80岁"),
        ((OLD, "90—95岁", "", 100, ""), "C2", ""),
        ((OLD, "90—95岁", 3, "", ""), "D2", ""),
        ((OLD, "90—95岁", 312, 31300, ""), "D2", "31300"),
        ((OLD, "90—95岁", "三百", 100, ""), "C2", "三百"),
        ((OLD, "90—95岁", 3, "1e30", ""), "D2", "1e30"),
        ((OLD, "90—95岁", 3, "NaN", ""), "D2", "NaN"),
        ((OLD, "90—95岁", 3, "-300", ""), "D2", "-300"),
        ((OLD, "90—95岁", "3.5", 300, ""), "C2", "3.5"),
        ((OLD, "90—95岁", 3, "300.001", ""), "D2", "300.001"),
    ],
)
def test_bad_input_is_named_by_its_cell_and_as_it_was_read(town, official, row, cell, read):
    upload = staged(town, official, row)
    assert upload.status == Upload.Status.REFUSED
    told = [problem for problem in upload.problems if problem["level"] == "error"]
    assert [(one["cell"], one["read"]) for one in told] == [(cell, read)]
    assert all(one["message"] and one["hint"] for one in told)
    assert not standing(town)


def test_all_that_is_wrong_in_a_sheet_is_told_at_once(town, official):
    rows = ((OLD, "90—95岁", "x", 100, ""), (OLD, "96—99岁", 40, 7999, ""), (OLD, "101岁", 3, 2400, ""))
    told = [one["cell"] for one in staged(town, official, *rows).problems if one["level"] == "error"]
    assert told == ["C2", "D3", "B4"]


def test_full_width_numbers_are_read(town, official):
    confirmed(town, official, (OLD, "90—95岁", "３１２", "３１，２００．００", ""))
    assert standing(town) == {"90—95岁": (312, 31200)}


def test_blank_band_is_not_reported_and_zero_is(town, official):
    upload = confirmed(town, official, RIGHT[0], (OLD, "96—99岁", "", "", ""), (OLD, "100岁及以上", 0, 0, ""))
    assert codes(upload) == ["not_reported"]
    assert standing(town) == {"90—95岁": (312, 31200), "100岁及以上": (0, 0)}


def test_same_band_twice_is_refused(town, official):
    assert "duplicate" in codes(staged(town, official, RIGHT[0], RIGHT[0]))


def test_later_report_supersedes_and_undoing_it_restores_the_earlier(town, official):
    first = confirmed(town, official, *RIGHT)
    second = staged(town, official, (OLD, "90—95岁", 313, 31300, ""), RIGHT[1])
    assert {key: second.counts[key] for key in ("changed", "unchanged", "missing")} == {
        "changed": 1, "unchanged": 1, "missing": 1,
    }  # fmt: skip
    old_new = [(change["old"], change["new"]) for change in second.staged.read()[0]["changes"]]
    assert old_new == [("312", "313"), ("31200", "31300")]
    uploads.confirm(second, by=official)
    assert standing(town)["90—95岁"] == (313, 31300)
    assert standing(town)["100岁及以上"] == (3, 2400)
    uploads.undo(second, by=official)
    assert standing(town) == {"90—95岁": (312, 31200), "96—99岁": (40, 8000), "100岁及以上": (3, 2400)}
    uploads.undo(first, by=official)
    assert standing(town) == {}
    assert AllowanceTotal.objects.count() == 4


def test_undoing_an_earlier_report_leaves_the_later_one_and_says_so(town, official):
    first = confirmed(town, official, *RIGHT)
    second = confirmed(town, official, (OLD, "90—95岁", 313, 31300, ""))
    left = uploads.undo(first, by=official)
    assert len(left) == 1
    assert left[0].startswith("高龄津贴 90—95岁")
    assert standing(town) == {"90—95岁": (313, 31300)}
    uploads.undo(second, by=official)
    assert standing(town) == {}


def test_preview_is_applied_once_and_only_upon_what_it_was_compared_with(town, official):
    upload, other = staged(town, official, RIGHT[0]), staged(town, official, (OLD, "90—95岁", 1, 100, ""))
    uploads.confirm(other, by=official)
    with pytest.raises(StaleObject):
        uploads.confirm(upload, by=official)
    assert standing(town) == {"90—95岁": (1, 100)}
    uploads.confirm(upload, by=official)
    with pytest.raises(MoveRefused):
        uploads.confirm(upload, by=official)
    assert standing(town) == {"90—95岁": (312, 31200)}


def test_template_brings_last_months_people_and_reads_back(town, official):
    confirmed(town, official, *RIGHT)
    content = KIND.template(context(town, official, APRIL))
    book = openpyxl.load_workbook(BytesIO(content))
    tab = book["津贴月报"]
    lines = [[cell.value for cell in row] for row in tab.iter_rows(min_row=5) if row[0].value]
    assert [(line[0], line[1], line[3], line[4]) for line in lines] == [
        (OLD, "90—95岁", 312, None), (OLD, "96—99岁", 40, None), (OLD, "100岁及以上", 3, None),
        (FRAIL, "不分档", None, None), (DESTITUTE, "不分档", None, None),
    ]  # fmt: skip
    assert [line[2] for line in lines][2:4] == ["800 元/人·月", "文件没有印金额"]
    for number, amount in ((5, 31200), (6, 8000), (7, 2400)):
        tab.cell(number, 5, amount)
    target = BytesIO()
    book.save(target)
    file = SimpleUploadedFile("津贴.xlsx", target.getvalue())
    upload = uploads.stage(KIND, context(town, official, APRIL), file)
    assert upload.status == Upload.Status.STAGED, upload.problems
    wrong_month = uploads.stage(KIND, context(town, official), SimpleUploadedFile("津贴.xlsx", target.getvalue()))
    assert wrong_month.status == Upload.Status.REFUSED


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        ("500221193001010012", "身份证号码"),
        ("50022119300101001X", "身份证号码"),
        ("５００２２１１９３００１０１００１２", "身份证号码"),
        ("演示甲13800000001", "手机号码"),
        ("138 0000 0001", "手机号码"),
        ("+86-138-0000-0001", "手机号码"),
    ],
)
def test_file_with_a_persons_number_is_refused_and_not_kept(town, official, cell, word):
    before = set(Path(settings.MEDIA_ROOT).rglob("*.csv"))
    with pytest.raises(UploadRefused) as refused:
        staged(town, official, (*RIGHT[0][:4], cell))
    assert word in refused.value.problem.message
    assert "E2" in refused.value.problem.message
    assert "门户不收个人信息" in refused.value.problem.hint
    assert cell not in str(refused.value.problem)
    assert not Upload.objects.exists()
    assert set(Path(settings.MEDIA_ROOT).rglob("*.csv")) == before


@pytest.mark.parametrize("heading", ["姓名", "身份证号码*", "手机号（必填）", "银行卡号"])
def test_sheet_with_a_persons_column_is_refused(town, official, heading):
    with pytest.raises(UploadRefused) as refused:
        uploads.stage(KIND, context(town, official), sheet((*RIGHT[0], ""), headings=(*HEADINGS, heading)))
    assert "个人信息的表头" in refused.value.problem.message


def test_sums_and_dates_are_no_persons_numbers(town, official):
    row = (FRAIL, "不分档", 1_000_000, "199999999.99", "2024-03-01 至 2024-03-31 补发，文号〔2024〕138")
    assert staged(town, official, row).status == Upload.Status.STAGED


def test_month_that_has_not_come_and_district_without_allowances_take_nothing(town, official, baima, township_user):
    with pytest.raises(UploadRefused, match="还没有到"):
        staged(town, official, RIGHT[0], month=date(2099, 1, 1))
    with pytest.raises(UploadRefused, match="没有按人数逐月发放的津贴"):
        staged(baima, township_user, RIGHT[0], month=date(2020, 11, 1))

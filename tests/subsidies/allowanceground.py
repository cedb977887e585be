"""Sheets of allowances as a township of 长寿 sends them, taken as far as a test needs by the real services."""

import csv
from datetime import date
from io import StringIO

from django.core.files.uploadedfile import SimpleUploadedFile

from eldercare import uploads
from eldercare.regions import Region
from eldercare.uploads import Context, Upload
from subsidies.allowancesheet import KIND
from subsidies.models import AllowanceTotal

MARCH, APRIL = date(2024, 3, 1), date(2024, 4, 1)
OLD, FRAIL, DESTITUTE = "高龄津贴", "经济困难高龄失能老人养老服务补贴", "特困人员护理补贴"
HEADINGS = ("补助名称", "档次", "人数", "发放金额", "差异说明")
RIGHT = ((OLD, "90—95岁", 312, 31200, ""), (OLD, "96—99岁", 40, 8000, ""), (OLD, "100岁及以上", 3, 2400, ""))


def sheet(*rows: tuple, headings: tuple = HEADINGS) -> SimpleUploadedFile:
    target = StringIO()
    csv.writer(target).writerows([headings, *rows])
    return SimpleUploadedFile("津贴.csv", target.getvalue().encode("utf-8-sig"))


def context(unit: Region, by, month: date = MARCH) -> Context:
    return Context(unit, unit.parent, month, by)


def staged(unit: Region, by, *rows: tuple, month: date = MARCH) -> Upload:
    return uploads.stage(KIND, context(unit, by, month), sheet(*rows))


def confirmed(unit: Region, by, *rows: tuple, month: date = MARCH) -> Upload:
    upload = staged(unit, by, *rows, month=month)
    uploads.confirm(upload, by=by)
    return upload


def standing(unit: Region, month: date = MARCH) -> dict:
    rows = AllowanceTotal.objects.filter(township=unit, month=month, superseded_at=None)
    return {row.band: (row.people, row.amount) for row in rows}


def codes(upload: Upload) -> list[str]:
    """What was found in the rows; that these short sheets leave out the printed standard is no matter."""
    return [problem["code"] for problem in upload.problems if problem["column"] != "文件标准"]

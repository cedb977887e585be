"""Rosters of village teams as a clerk types them, and what is counted of them."""

from datetime import date
from io import BytesIO

import openpyxl

from training import teamfacts

HEADINGS = ("村（社区）", "队伍类别", "队伍名称", "姓名", "职务", "联系方式", "加入日期", "退出日期")
PHONE = "13987650001"


def workbook(*rows) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "花名册"
    for row in (HEADINGS, *rows):
        book.active.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def line(village, name, kind="养老助理", team="", phone="", starts=None, ends=None):
    return (village.short_name, kind, team, name, "", phone, starts, ends)


def counted(village, day=date(2020, 12, 1)) -> dict:
    return teamfacts.rostered([village.pk], day).get(village.pk, {})


def codes(upload) -> list[str]:
    return [problem["code"] for problem in upload.problems if problem["level"] == "error"]

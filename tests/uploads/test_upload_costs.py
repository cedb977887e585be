"""Statements and page sizes do not grow with the sheet, and are few."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from filled import HEADER_ROW
from statements import own_statements

from eldercare.uploads import Upload
from facilities.models import Facility, FacilityRecord

pytestmark = pytest.mark.django_db
MOST = 20
LONG = "这一处的困难需要上级协调解决，" * 30


def sheet_of(desk, count: int, month: str):
    """A sheet of that many new facilities, every column filled."""
    sheet = desk.template(month)
    first = sheet.next_row
    for number in range(first, first + count):
        sheet.put(
            number, name=f"{month} 第{number}点", type="村级互助养老点", village="东升村", planned_year=2020,
            stage="在建", progress=50, gross_area=200, usable_area=100, beds=10, nursing_beds=1, zones="助餐、阅览",
            operation="未运营", operator="某服务中心", started_on="2020-01-01", invested=10, issues=LONG, remark=LONG,
        )  # fmt: skip
    return sheet


def statements(act) -> int:
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


class OfTownship:
    """The clerk's desk, at which everything is sent for one township."""

    def __init__(self, desk, township) -> None:
        self.desk, self.confirm, self.wishes = desk, desk.confirm, {"township": township.code}

    def template(self, month: str):
        return self.desk.template(month, **self.wishes)

    def send(self, sheet, month: str):
        return self.desk.send(sheet, month, **self.wishes)

    def confirmed(self, sheet, month: str):
        return self.desk.confirmed(sheet, month, **self.wishes)


def cost_of_a_sheet(desk, sheet, month: str) -> int:
    """Statements of preview and confirmation together."""
    previewed = own_statements(lambda: desk.send(sheet, month))
    upload = Upload.objects.latest("pk")
    confirmed = own_statements(lambda: desk.confirm(upload.pk))
    return len(previewed) + len(confirmed)


def change(sheet) -> object:
    """Every facility of the sheet a little further, in every column that may change."""
    for number in range(HEADER_ROW + 1, sheet.next_row):
        sheet.put(
            number, progress=70, gross_area=210, usable_area=110, beds=12, nursing_beds=2, zones="助餐", invested=20
        )
        sheet.put(number, operation="公建民营", operator="另一中心", village="灵山村", issues=LONG[1:], remark=LONG[2:])
        sheet.put(number, started_on="2020-02-01", completed_on="2020-03-01", stage="完工", planned_year=2021)
    return sheet


def a_new_register(desk, count: int):
    return sheet_of(desk, count, "2020-10"), "2020-10"


def a_new_month(desk, count: int):
    desk.confirmed(sheet_of(desk, count, "2020-10"), "2020-10")
    return change(desk.template("2020-11")), "2020-11"


def a_correction(desk, count: int):
    desk.confirmed(sheet_of(desk, count, "2020-10"), "2020-10")
    return change(desk.template("2020-10")), "2020-10"


def with_a_new_row(made):
    def sheet(desk, count: int):
        filled, month = made(desk, count)
        filled.add()
        return filled, month

    return sheet


SHEETS = {
    "new": a_new_register,
    "changed": a_new_month,
    "corrected": a_correction,
    "changed and new": with_a_new_row(a_new_month),
    "corrected and new": with_a_new_row(a_correction),
}
STATEMENTS = {
    ("official", "new"): 17,
    ("official", "changed"): 17,
    ("official", "corrected"): 17,
    ("official", "changed and new"): 19,
    ("official", "corrected and new"): 19,
    ("clerk", "new"): 18,
    ("clerk", "changed"): 18,
    ("clerk", "corrected"): 18,
    ("clerk", "changed and new"): 20,
    ("clerk", "corrected and new"): 20,
}


@pytest.mark.parametrize("earlier", [None, "2020-12"], ids=["new", "changed"])
def test_preview_and_confirmation_cost_the_same_at_any_size(desk, earlier):
    desk.confirmed(sheet_of(desk, 1, "2020-09"), "2020-09")
    costs = {}
    for count, month in ((1, "2020-10"), (60, "2020-11")):
        sheet = sheet_of(desk, count, month)
        if earlier:
            desk.confirmed(sheet, month)
            sheet = change(desk.template(month))
        costs[count, "send"] = statements(lambda: desk.send(sheet, month))  # noqa: B023
        upload = Upload.objects.latest("pk")
        assert upload.status == "staged", upload.problems
        costs[count, "page"] = statements(lambda: desk.page(upload.pk))  # noqa: B023
        costs[count, "confirm"] = statements(lambda: desk.confirm(upload.pk))  # noqa: B023
        upload.refresh_from_db()
        assert upload.status == "confirmed"
    for step in ("send", "page", "confirm"):
        assert costs[1, step] == costs[60, step], costs


@pytest.mark.parametrize("count", [1, 30, 300])
@pytest.mark.parametrize("what", STATEMENTS, ids=" ".join)
def test_statements_of_preview_and_confirmation_are_few_and_the_same_at_any_size(desk, bureau, baima, what, count):
    sender, sheet = what
    mine = desk if sender == "official" else OfTownship(bureau, baima)
    filled, month = SHEETS[sheet](mine, count)
    assert cost_of_a_sheet(mine, filled, month) == STATEMENTS[what] <= MOST


def test_unchanged_sheet_writes_no_register_and_no_record_rows(desk):
    desk.confirmed(sheet_of(desk, 30, "2020-10"), "2020-10")
    before = [list(model.objects.order_by("pk").values()) for model in (Facility, FacilityRecord)]
    upload = desk.staged(desk.template("2020-10"), "2020-10")
    assert upload["counts"]["unchanged"] == 30
    asked = own_statements(lambda: desk.confirm(upload["id"]))
    assert not [sql for sql in asked if re.search(r'(INSERT INTO|UPDATE) "facilities_', sql)]
    assert [list(model.objects.order_by("pk").values()) for model in (Facility, FacilityRecord)] == before


def test_page_of_a_long_sheet_is_paged_and_small(desk):
    upload = desk.staged(sheet_of(desk, 260, "2020-12"))
    pages = [desk.page(upload["id"], page=number) for number in (1, 2, 3)]
    assert all(len(page.content) < 500_000 for page in pages)
    desk.confirm(upload["id"])
    changed = desk.staged(change(desk.template()))
    assert changed["counts"]["changed"] == 260
    page = desk.page(changed["id"])
    assert len(page.content) < 500_000
    assert "共 260 行" in page.content.decode()


def test_list_costs_the_same_with_many_uploads(desk, point):
    desk.staged(desk.template().put(progress=50))
    desk.client.get("/uploads/")
    few = statements(lambda: desk.client.get("/uploads/"))
    for progress in range(51, 57):
        desk.staged(desk.template().put(progress=progress))
    assert statements(lambda: desk.client.get("/uploads/")) == few

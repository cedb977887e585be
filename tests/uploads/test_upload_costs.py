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
def test_first_sheet_of_a_new_register_takes_few_statements(desk, count):
    assert cost_of_a_sheet(desk, sheet_of(desk, count, "2020-10"), "2020-10") == MOST


@pytest.mark.parametrize("count", [1, 30, 300])
def test_sheet_of_a_new_month_takes_few_statements_when_every_row_changed(desk, count):
    desk.confirmed(sheet_of(desk, count, "2020-10"), "2020-10")
    assert cost_of_a_sheet(desk, change(desk.template("2020-11")), "2020-11") == MOST


@pytest.mark.parametrize("count", [1, 30, 300])
def test_corrected_sheet_of_a_month_takes_few_statements(desk, count):
    desk.confirmed(sheet_of(desk, count, "2020-10"), "2020-10")
    assert cost_of_a_sheet(desk, change(desk.template("2020-10")), "2020-10") == MOST - 1


def test_new_and_changed_rows_together_take_few_statements_in_an_open_month(desk):
    desk.confirmed(sheet_of(desk, 30, "2020-10"), "2020-10")
    sheet = change(desk.template("2020-10"))
    sheet.add()
    assert cost_of_a_sheet(desk, sheet, "2020-10") <= MOST + 1


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

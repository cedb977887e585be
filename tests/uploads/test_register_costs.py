"""Statements of the register's sheet, preview and confirmation together: few, and the same at any number of rows."""

from datetime import date

import pytest
from factories import facility, region
from registersheet import FIRST, RegisterSheet
from statements import own_statements

from eldercare.names import RegionAlias
from eldercare.uploads import Upload
from facilities.models import Facility

pytestmark = pytest.mark.django_db
MOST = 20
COUNTS = pytest.mark.parametrize("count", [1, 40])


@pytest.fixture
def register_sheet(bureau):
    """register_sheet(registered, new, township, **values): a sheet in which all rows say something new.

    So many facilities stand in the register and are changed to the values, and so many are added to them.
    """

    def make(registered: int = 0, new: int = 0, township: str = "", **values) -> RegisterSheet:
        for number in range(registered):
            facility(region("白马镇"), name=f"老点{number}", beds=1)
        answer = bureau.client.get("/uploads/template/", {"kind": "facilities", "township": township})
        sheet = RegisterSheet(answer.content)
        for row in range(FIRST, FIRST + registered):
            sheet.put(row, **values)
        for number in range(new):
            sheet.add(name=f"新点{number}", beds=2)
        return sheet

    return make


@pytest.fixture
def cost(bureau):
    """cost(sheet, **data) -> own statements of sending and confirming it."""

    def count(sheet: RegisterSheet, **data) -> int:
        form = {"kind": "facilities", **data}
        previewed = own_statements(lambda: bureau.send(sheet.content(), "", name="登记表.xlsx", **form))
        upload = Upload.objects.latest("pk")
        return len(previewed) + len(own_statements(lambda: bureau.confirm(upload.pk)))

    return count


@COUNTS
def test_new_register_takes_few_statements(register_sheet, cost, count):
    assert cost(register_sheet(new=count)) == MOST - 3
    assert Facility.objects.count() == count


@COUNTS
def test_sheet_takes_few_statements_when_every_row_changed_on_a_day_of_its_own(register_sheet, cost, count):
    sheet = register_sheet(registered=count, beds=5, stage="已选址", effective_on=date(2020, 6, 1))
    assert cost(sheet) == MOST - 2
    assert Facility.objects.filter(beds=5).count() == count


@COUNTS
def test_new_and_changed_rows_together_take_few_statements(register_sheet, cost, count):
    sheet = register_sheet(registered=count, new=count, beds=5, effective_on=date(2020, 6, 1))
    assert cost(sheet) == MOST
    assert Facility.objects.count() == 2 * count


def test_names_confirmed_before_cost_one_statement_more_however_many(register_sheet, cost, wulong, baima):
    RegionAlias.objects.create(district=wulong, name="白马场镇", region=baima, status="confirmed")
    village = baima.children.get(short_name="东升村")
    RegionAlias.objects.create(district=wulong, name="东升大队", region=village, status="confirmed")
    sheet = register_sheet(new=20)
    for row in range(FIRST, FIRST + 20):
        sheet.put(row, township="白马场镇", village="东升大队")
    assert cost(sheet) == MOST - 2
    assert Facility.objects.filter(village=village).count() == 20


@COUNTS
def test_sheet_of_one_township_takes_few_statements(register_sheet, cost, baima, count):
    sheet = register_sheet(registered=count, township=baima.code, beds=5)
    assert cost(sheet, township=baima.code) <= MOST
    assert Facility.objects.filter(beds=5).count() == count

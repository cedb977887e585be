"""The preview sets what a sheet holds beside what is planned: by type and year, for the sender's township alone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eldercare.uploads import Upload

pytestmark = pytest.mark.django_db


def totals(desk, answer: dict) -> dict:
    """The lines of the preview by type and year: planned, held, completed, words."""
    lines = desk.page(answer["id"]).context["totals"]
    return {(line.label, line.year): (line.planned, line.held, line.completed, line.standing) for line in lines}


def test_planned_and_held_facilities_stand_side_by_side(desk, point, register):
    register(name="完工的点", village=point.village, planned_year=2020, stage="completed")
    sheet = desk.template()
    sheet.add(name="明年的点", planned_year=2021, stage="已选址")
    found = totals(desk, desk.staged(sheet))
    # Annexes of wulong-2020 for 白马镇 and what lies in it: village points 1, 1, 2 and 1 from 2019 on, and three more.
    assert found == {
        ("社区养老服务站", 2019): (1, 0, 0, "少 1"),
        ("乡镇养老服务中心", 2020): (1, 0, 0, "少 1"),
        ("村级互助养老点", 2019): (1, 0, 0, "少 1"),
        ("村级互助养老点", 2020): (1, 2, 1, "多 1"),
        ("村级互助养老点", 2021): (2, 1, 0, "少 1"),
        ("村级互助养老点", 2022): (1, 0, 0, "少 1"),
        ("医养结合型机构", 2021): (1, 0, 0, "少 1"),
    }


def test_what_the_sheet_changes_counts_as_the_sheet_says(desk, point):
    answer = desk.staged(desk.template().put(planned_year=2022, stage="完工", progress=100))
    found = totals(desk, answer)
    assert found["村级互助养老点", 2020][:2] == (1, 0)
    assert found["村级互助养老点", 2022] == (1, 1, 1, "相符")


def test_facility_that_the_sheet_leaves_out_is_not_counted(desk, point):
    sheet = desk.template().drop()
    sheet.add(name="新的点", type="敬老院", village=None, planned_year=2020)
    found = totals(desk, desk.staged(sheet))
    assert found["村级互助养老点", 2020] == (1, 0, 0, "少 1")
    assert found["敬老院", 2020] == (None, 1, 0, "无计划数")


def test_totals_are_shown_on_the_page_until_it_is_confirmed(desk, point):
    answer = desk.staged(desk.template().put(progress=50))
    assert "本表与计划" in desk.page(answer["id"]).content.decode()
    desk.confirm(answer["id"])
    assert "本表与计划" not in desk.page(answer["id"]).content.decode()


def test_totals_cost_the_same_however_long_the_sheet(desk, point):
    costs = []
    for count in (1, 40):
        sheet = desk.template()
        for number in range(count):
            sheet.add(name=f"第{number}点")
        pk = desk.staged(sheet)["id"]
        with CaptureQueriesContext(connection) as queries:
            desk.page(pk)
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert Upload.objects.count() == 2

"""How far behind its plan a township is, and why: expected linearly through the year, unknown progress never read as zero."""

from datetime import date
from decimal import Decimal

import factories
import pytest

from eldercare import figures
from plans import schedule
from plans.schedule import elapsed, line
from plans.statistics import PlannedCount

YEAR_END = date(2020, 12, 31)


def plan(count, year=2020):
    return PlannedCount("t", "VILLAGE_POINT", year, count)


@pytest.mark.parametrize(
    ("day", "share"),
    [
        (date(2019, 12, 31), Decimal(0)),
        (date(2020, 1, 1), Decimal(1) / 366),
        (date(2020, 12, 31), Decimal(1)),
        (date(2021, 3, 1), Decimal(1)),
    ],
)
def test_elapsed_counts_days_of_the_planned_year(day, share):
    assert elapsed(day, 2020) == share


def test_line_expects_past_years_whole_and_this_year_linearly():
    found = line([plan(1, 2019), plan(1, 2020)], [], date(2020, 7, 1))

    assert found.expected == (1 + Decimal(183) / 366) * 100 / 2


def test_line_leaves_future_years_out():
    assert line([plan(3, 2021)], [], YEAR_END).planned == 0


def test_line_without_plan_says_so_and_has_no_light():
    found = line([plan(None)], [], YEAR_END)

    assert (found.light, found.why) == ("quiet", "至今没有计划任务")


def test_line_with_plan_but_nothing_reported_needs_action_and_is_not_called_zero():
    found = line([plan(2)], [], YEAR_END)

    assert found.actual is None
    assert found.light == "act"
    assert found.why == "应完成100%，没有一个设施报过进度，2个计划设施未登记"


@pytest.mark.parametrize(
    ("progress", "light"), [(91, "good"), (90, "watch"), (70, "watch"), (69, "act"), (100, "good")]
)
def test_light_follows_the_points_behind(wulong, baima, progress, light):
    factories.facility(baima, stage="building", planned_year=2020, progress=progress)
    scope = figures.scope_for(wulong, YEAR_END)
    found = line([plan(1)], schedule._planned_types(scope), YEAR_END)

    assert found.light == light
    assert found.behind == 100 - progress


def test_accepted_facility_counts_as_complete_whatever_its_last_progress(wulong, baima):
    factories.operating(baima, planned_year=2020, progress=60)
    found = schedule.by_township(figures.scope_for(wulong, YEAR_END))[baima.code]

    assert (found.actual, found.accepted, found.operating) == (100, 1, 1)


def test_facility_without_progress_is_shown_apart(wulong, baima):
    factories.facility(baima, stage="building", planned_year=2020, progress=50)
    factories.facility(baima, stage="sited", planned_year=2020)
    found = schedule.by_township(figures.scope_for(wulong, YEAR_END))[baima.code]

    assert found.actual == 50
    assert found.silent == 1
    assert "1个设施未报进度" in found.why


def test_outstanding_facilities_are_told_by_stage_in_the_order_of_building(wulong, baima):
    for stage in ("building", "sited", "sited"):
        factories.facility(baima, stage=stage, planned_year=2020)
    factories.operating(baima, planned_year=2020)
    found = schedule.by_township(figures.scope_for(wulong, YEAR_END))[baima.code]

    assert found.where == "已选址 2 个、在建 1 个"
    assert line([plan(2)], [], YEAR_END).where == "未登记 2 个"
    assert line([], [], YEAR_END).where == ""


def test_baima_plan_adds_up_over_annexes_and_years(wulong, baima):
    """白马镇 to 2020: one station (annex 1, 2019), one centre (2020), points 1 + 1 (annex 2); 2021 is not due yet."""
    assert schedule.by_township(figures.scope_for(wulong, YEAR_END))[baima.code].planned == 4


def test_types_keep_an_unprinted_year_apart_from_a_printed_zero(wulong):
    rows = {row.type: row for row in schedule.by_type(figures.scope_for(wulong, YEAR_END))}

    assert [plan for plan, _ in rows["VILLAGE_POINT"].years.values()] == [21, 24, 22, 23]
    assert [plan for plan, _ in rows["STREET_CENTRE"].years.values()] == [1, 1, None, None]

"""Each rule over a row of the monthly sheet: what it finds, at which cell, and what satisfies it."""

from datetime import date
from decimal import Decimal

import pytest

from eldercare.regions import Kind, Region
from eldercare.sheets.cells import Level
from eldercare.sheets.columns import ReadRow
from facilities.models import FacilityRecord
from plans.progress import rowrules
from plans.progress.likeness import likeness
from plans.progress.sheet import SHEET

MONTH_END = date(2020, 12, 31)
VILLAGE = Region(pk=1, short_name="板桥村", kind=Kind.VILLAGE)
OTHER = Region(pk=2, short_name="东升村", kind=Kind.VILLAGE)
COMMUNITY = Region(pk=3, short_name="六方坪社区", kind=Kind.COMMUNITY)
BEFORE = {
    "type": "VILLAGE_POINT", "village": VILLAGE, "stage": "building", "progress": Decimal(60), "invested": Decimal(12),
    "gross_area": Decimal(200), "usable_area": Decimal(150), "beds": 10, "nursing_beds": 2, "remark": "",
}  # fmt: skip
STANDING = {"stage": "accepted", "accepted_on": date(2020, 9, 15), "progress": Decimal(100)}


def found(before: dict | None, **typed) -> list[tuple[str, str, Level]]:
    """(code, column key, level) of a row typed over a state; `before` None for a new facility, else its differences."""
    state = None if before is None else BEFORE | before
    values = (state or {"type": "VILLAGE_POINT", "village": VILLAGE}) | {"remark": None} | typed
    cells = {column.key: column.key for column in SHEET.columns}
    row = ReadRow("进度月报", 5, values, cells, {})
    record = FacilityRecord(**state) if state else None
    return [(p.code, p.cell, p.level) for p in rowrules.check(row, values, record, MONTH_END)]


ERROR, WARNING = Level.ERROR, Level.WARNING
CASES = [
    ("known_stays_filled", None, {"planned_year": None}, ("required", "planned_year", ERROR)),
    ("known_stays_filled", {"planned_year": 2020}, {"planned_year": None}, ("required", "planned_year", ERROR)),
    ("type_stays", {}, {"type": "CARE_HOME"}, ("type_changed", "type", ERROR)),
    ("accepted_stays_accepted", STANDING, {"stage": "completed"}, ("already_accepted", "stage", ERROR)),
    ("acceptance_is_the_bureaus", {}, {"stage": "operating"}, ("stage_needs_acceptance", "stage", ERROR)),
    ("step_back_has_a_reason", {}, {"stage": "sited"}, ("stage_back", "stage", ERROR)),
    ("fall_has_a_reason", {}, {"progress": Decimal("59.99")}, ("cumulative_falls", "progress", ERROR)),
    ("fall_has_a_reason", {}, {"invested": Decimal(0)}, ("cumulative_falls", "invested", ERROR)),
    (
        "built_does_not_shrink", {"stage": "completed"}, {"beds": 9}, ("shrinks_after_completion", "beds", WARNING),
    ),
    (
        "built_does_not_shrink", STANDING, {"gross_area": Decimal(199)},
        ("shrinks_after_completion", "gross_area", WARNING),
    ),
    ("part_within_whole", {}, {"nursing_beds": 11}, ("part_above_whole", "nursing_beds", ERROR)),
    ("part_within_whole", {}, {"usable_area": Decimal(201)}, ("part_above_whole", "usable_area", ERROR)),
    ("days_have_come", {}, {"started_on": date(2021, 1, 1)}, ("date_after_month", "started_on", ERROR)),
    (
        "completed_after_started", {"started_on": date(2020, 6, 1)}, {"completed_on": date(2020, 5, 31)},
        ("completed_before_started", "completed_on", ERROR),
    ),
    (
        "completed_before_acceptance", STANDING, {"completed_on": date(2020, 9, 16)},
        ("completed_after_acceptance", "completed_on", ERROR),
    ),
    ("home_is_given", {}, {"village": None}, ("village_not_given", "village", WARNING)),
    ("home_is_of_its_kind", {}, {"village": COMMUNITY}, ("village_of_other_kind", "village", WARNING)),
    ("accepted_does_not_move", STANDING, {"village": OTHER}, ("village_changed", "village", WARNING)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "before", "typed", "expected"), CASES, ids=[f"{c[0]}-{c[3][1]}-{n}" for n, c in enumerate(CASES)]
)
def test_rule_finds_its_cell(rule, before, typed, expected):
    assert found(before, **typed) == [expected]


def test_a_year_that_the_register_does_not_know_may_stay_blank():
    assert found({"planned_year": None}, planned_year=None) == []


def test_every_rule_has_a_case_and_says_its_code_first():
    assert {rule.__name__ for rule in rowrules.RULES} == {case[0] for case in CASES}
    codes = {case[0]: case[3][0] for case in CASES}
    assert all(rule.__doc__.startswith(f"{codes[rule.__name__]}: ") for rule in rowrules.RULES)


@pytest.mark.parametrize("before", [{}, {"stage": "completed"}, STANDING, {"stage": "suspended"}])
def test_row_as_prefilled_breaks_no_rule(before):
    assert found(before) == []


def test_new_row_with_the_least_breaks_no_rule():
    assert found(None, stage="sited") == []


NEEDS_REASON = [
    ({}, {"stage": "sited"}),
    ({}, {"progress": Decimal(1)}),
    ({}, {"invested": Decimal(1)}),
    ({"stage": "completed"}, {"beds": 9}),
]


@pytest.mark.parametrize(("before", "typed"), NEEDS_REASON)
def test_reason_in_the_remark_satisfies(before, typed):
    assert found(before, remark="上月误填", **typed) == []


@pytest.mark.parametrize(("before", "typed"), NEEDS_REASON)
def test_remark_of_an_earlier_month_is_no_reason(before, typed):
    assert len(found(before | {"remark": "上月误填"}, remark="上月误填", **typed)) == 1


def test_figure_left_blank_is_no_fall():
    assert found({"stage": "completed"}, progress=None, invested=None, beds=None, nursing_beds=None) == []


def test_beds_of_a_facility_still_building_may_be_planned_anew():
    assert found({}, beds=8) == []


@pytest.mark.parametrize(("before", "after"), [("operating", "suspended"), ("suspended", "operating")])
def test_running_and_suspended_change_without_a_reason(before, after):
    assert found(STANDING | {"stage": before}, stage=after) == []


def test_contradictory_day_that_was_registered_so_is_let_stand():
    assert found(STANDING | {"completed_on": date(2020, 10, 1)}) == []


def test_facility_that_is_not_accepted_may_move():
    assert found({}, village=OTHER) == []


def test_village_that_became_another_is_no_move():
    ended = Region(pk=4, short_name="老板桥村", kind=Kind.VILLAGE, valid_to=date(2020, 7, 1), successor=VILLAGE)
    assert found(STANDING | {"village": ended}, village=VILLAGE) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("板桥村互助养老点", "板桥互助点"),
        ("板桥村互助养老点", "板桥村养老互助点"),
        ("白马镇养老服务中心", "白马 养老中心"),
        ("第１村互助点", "第1村互助养老点"),
    ],
)
def test_names_that_differ_in_common_words_are_alike(one, other):
    assert likeness("VILLAGE_POINT", one) == likeness("VILLAGE_POINT", other)


@pytest.mark.parametrize(("one", "other"), [("一村互助点", "二村互助点"), ("板桥村1号点", "板桥村2号点")])
def test_numbered_names_are_not_alike(one, other):
    assert likeness("VILLAGE_POINT", one) != likeness("VILLAGE_POINT", other)


def test_names_of_other_types_or_of_common_words_alone_are_not_alike():
    assert likeness("VILLAGE_POINT", "板桥点") != likeness("COMMUNITY_STATION", "板桥站")
    assert likeness("VILLAGE_POINT", "养老服务中心") is None

"""Plan targets and quotas equal the printed annexes, column by column, blanks and wrong totals included."""

import pytest

PLANNED = {
    ("1", "STREET_CENTRE"): [1, 1],
    ("1", "COMMUNITY_STATION"): [4, 6],
    ("2", "TOWNSHIP_CENTRE"): [4, 7, 7, 7],
    ("2", "VILLAGE_POINT"): [21, 24, 22, 23],
    ("4", "MEDICAL_ELDERLY_INSTITUTION"): [2, 2, 1],
}
QUOTAS = {"care_supervisor": [11, 11, 11], "home_director": [11, 10, 10], "caregiver": [30, 35, 36]}


def _by_year(rows, column):
    years = sorted({row["year"] for row in rows})
    return [sum(row[column] or 0 for row in rows if row["year"] == year) for year in years]


@pytest.mark.parametrize(("annex", "type_"), PLANNED)
def test_planned_columns_add_up_to_the_printed_rows(api, annex, type_):
    rows = [row for row in api.rows(f"plan-targets/?page_size=200&type={type_}") if row["annex"] == annex]
    assert _by_year(rows, "planned") == PLANNED[annex, type_]


@pytest.mark.parametrize("role", QUOTAS)
def test_quota_columns_add_up_to_the_printed_rows(api, role):
    assert _by_year(api.rows(f"training-quotas/?page_size=200&role={role}"), "quota") == QUOTAS[role]


def test_the_118_blank_cells_of_annex_2_are_null_and_zeros_stay_zero(api):
    rows = api.rows("plan-targets/?page_size=200")
    assert len([row for row in rows if row["planned"] is None]) == 118
    assert {row["annex"] for row in rows if row["planned"] is None} == {"2"}
    assert any(row["planned"] == 0 for row in rows)


def test_a_wrong_printed_total_is_given_as_printed(api):
    rows = api.rows("plan-targets/?page_size=200&type=VILLAGE_POINT&year=2021")
    assert {row["printed_total"] for row in rows} == {23}
    assert sum(row["planned"] or 0 for row in rows) == 22


def test_a_printed_name_that_matches_no_unit_has_no_region(api):
    rows = api.rows("training-quotas/?page_size=200")
    assert {row["unit"] for row in rows if row["region"] is None} == {"庙坪乡", "区民政局直属机构"}


def test_rows_up_to_a_day_add_up_to_the_figure_of_that_day(api):
    rows = api.rows("plan-targets/?page_size=200&type=VILLAGE_POINT&as_of=2020-12-31")
    figures = api.body("coverage/?as_of=2020-12-31")["figures"]
    [ratio] = [figure for figure in figures if figure["definition"] == "plan_ratio.village_point"]
    assert ratio["numerator"] == sum(row["planned"] or 0 for row in rows) == 45

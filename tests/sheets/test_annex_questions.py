"""What a plan table leaves open is asked once, at its place; what is at fault is a problem; nothing is guessed."""

from datetime import date
from decimal import Decimal

import pytest
from annex_tables import HEAD, STATION, STREET, asked, heads, read, table, values
from hypothesis import given, settings
from hypothesis import strategies as st

from eldercare.sheets import annex
from eldercare.sheets.cells import Grid, Level, Mark, Merge


def test_two_different_totals_are_asked_about():
    matrix = read("单位|2020年敬老院|2021年敬老院", "白马镇|1|0", "合计|1|0", "总计|2|0")

    assert asked(matrix) == [("two_totals", "A4")]


def test_section_line_with_figures_is_asked_about_as_it_may_be_a_sum():
    matrix = read("序号|单位|2020年敬老院|2021年敬老院", "一|街道|1|0", "1|凤山街道|1|0")

    assert asked(matrix) == [("row_unclear", "B2")]


def test_unnumbered_line_without_figures_in_a_numbered_table_is_asked_about():
    matrix = read("序号|单位|2020年敬老院|2021年敬老院", "1|凤山街道|1|0", "_|芙蓉|_|_", "2|白马镇|1|0")

    assert asked(matrix) == [("row_unclear", "B3")]


def test_figures_without_a_unit_are_asked_about():
    matrix = read("序号|单位|2020年敬老院|2021年敬老院", "1|凤山街道|1|0", "2|_|1|0")

    assert asked(matrix) == [("unit_missing", "B3")]


def test_unit_named_twice_is_asked_about_at_its_second_line():
    matrix = read("单位|2020年敬老院|2021年敬老院", "白马镇|1|0", "江口镇|1|0", "白 马 镇|1|1")

    (question,) = matrix.questions
    assert (question.code, question.address, question.read) == ("duplicate_unit", "A4", "白马镇")
    assert "第 2 行" in question.message


def test_year_missing_from_one_heading_is_asked_about_once():
    matrix = read(HEAD[0], "_|_|2019年拟建数|拟建数|2019年拟建数|2020年拟建数", "1|凤山街道|0|1|0|2")

    assert asked(matrix) == [("year_missing", "D2")]
    assert heads(matrix)[:2] == [(STREET, 2019), (STREET, None)]


def test_year_that_only_the_title_prints_is_asked_about_once():
    matrix = read("2021年养老设施建设计划表", "单位|敬老院|社区养老服务站", "白马镇|1|2")

    (question,) = matrix.questions
    assert (question.code, question.choices) == ("table_year_missing", ("2021",))
    assert heads(matrix) == [("ELDERLY_HOME", None), (STATION, None)]


def test_unknown_heading_is_asked_about_once_with_the_nearest_types():
    matrix = read("单位|养老服务站|_|老年餐厅|_", "_|2019年|2020年|2019年|2020年", "白马镇|1|2|3|4")

    assert asked(matrix) == [("unknown_heading", "B1"), ("unknown_heading", "D1")]
    assert [question.choices for question in matrix.questions] == [(STATION,), ()]


def test_unknown_heading_is_settled_by_the_tables_own_override():
    matrix = read("单位|老年餐厅|_", "_|2019年|2020年", "白马镇|1|2", types={"老年 餐厅": "MEAL_POINT"})

    assert heads(matrix) == [("MEAL_POINT", 2019), ("MEAL_POINT", 2020)]
    assert matrix.is_certain


def test_wording_that_changes_what_is_counted_is_asked_about():
    matrix = read("单位|敬老院|_", "_|2019年拟建数|2019年完成数", "白马镇|1|2")

    assert asked(matrix) == [("unclear_heading", "C2")]


def test_group_without_a_type_under_merged_headers_is_one_question():
    merges = (Merge(1, 3, 1, 4), Merge(1, 1, 2, 1), Merge(1, 2, 2, 2))
    matrix = read("序号|乡镇|敬老院|_|_|_", HEAD[1], "1|凤山街道|0|1|0|2", merges=merges)

    (question,) = matrix.questions
    assert (question.code, question.address) == ("type_missing", "E1")
    assert "第 E—F 列" in question.message


def test_group_without_a_type_under_continued_headers_is_one_question():
    matrix = read("序号|乡镇|敬老院|_|_|_", HEAD[1], "1|凤山街道|0|1|0|2")

    assert asked(matrix) == [("duplicate_column", "E2")]


@pytest.mark.parametrize(
    ("title", "code", "choices"),
    [
        ("2020—2021年设施建设计划表", "title_type_missing", ()),
        ("2020—2021年敬老院和社区养老服务站计划表", "title_type_ambiguous", (STATION, "ELDERLY_HOME")),
        ("2020—2021年农村养老服务中心计划表", "title_type_ambiguous", (STREET, "TOWNSHIP_CENTRE")),
    ],
)
def test_title_that_does_not_name_one_type_is_asked_about(title, code, choices):
    matrix = read(title, "单位|2020年|2021年", "白马镇|1|2")

    (question,) = matrix.questions
    assert (question.code, question.address, question.choices) == (code, "A1", choices)


def test_two_unit_columns_are_asked_about():
    matrix = read("序号|乡镇|村（社区）|2020年敬老院|2021年敬老院", "1|白马镇|豹岩村|1|0")

    assert asked(matrix) == [("unit_column", "C1")]


def test_fragment_whose_numbers_begin_again_is_asked_about():
    matrix = read(*HEAD, "1|凤山街道|0|1|0|2", *HEAD, "1|芙蓉街道|1|0|1|2")

    assert asked(matrix) == [("fragment_unclear", "A4")]


def test_error_cells_in_the_body_are_problems_with_their_place_and_no_questions():
    grid = table(*HEAD, "1|凤山街道|#REF!|1|_|2", marks={(3, 3): Mark.ERROR, (3, 5): Mark.FORMULA_WITHOUT_VALUE})

    (matrix,) = annex.read(grid)

    assert [(problem.code, problem.cell, problem.sheet) for problem in matrix.problems] == [
        ("cell_error", "C3", "表1"),
        ("formula_without_value", "E3", "表1"),
    ]
    assert matrix.problems[0].read == "#REF!"
    assert matrix.questions == []
    assert values(matrix) == {"凤山街道": [None, 1, None, 2]}


def test_one_figure_merged_over_two_units_is_asked_about_once():
    matrix = read(*HEAD, "1|凤山街道|1|1|0|2", "2|芙蓉街道|_|0|1|2", merges=(Merge(3, 3, 4, 3),))

    assert asked(matrix) == [("merged_cell", "C3")]
    assert [row.cells[3].value for row in matrix.rows] == [None, None]


def test_hidden_rows_are_read_with_a_warning():
    matrix = read(*HEAD, "1|凤山街道|1|1|0|2", "2|芙蓉街道|0|0|1|2", hidden_rows=frozenset({4}))

    assert list(values(matrix)) == ["凤山街道", "芙蓉街道"]
    assert [(problem.code, problem.level) for problem in matrix.problems] == [("hidden_rows", Level.WARNING)]


def test_jump_in_the_serial_numbers_is_a_warning():
    matrix = read(*HEAD, "1|凤山街道|1|1|0|2", "3|芙蓉街道|0|0|1|2")

    assert [(problem.code, problem.level) for problem in matrix.problems] == [("serial_gap", Level.WARNING)]


def test_column_that_may_not_be_a_plan_at_all_is_one_question():
    matrix = read("单位|老年人口（人）|2020年敬老院|2021年敬老院", "白马镇|3000|1|0")

    assert asked(matrix) == [("unknown_heading", "B1")]


def test_unnumbered_line_of_the_whole_district_is_asked_about_as_it_may_be_a_sum():
    matrix = read("序号|单位|2020年敬老院|2021年敬老院", "_|武隆区|2|1", "1|白马镇|1|0", "2|江口镇|1|1")

    assert asked(matrix) == [("row_unclear", "B2")]


def test_figures_under_no_heading_are_asked_about():
    matrix = read("单位|2020年敬老院|2021年敬老院", "白马镇|1|0|4")

    assert asked(matrix) == [("heading_missing", "D1")]


def test_question_speaks_chinese_and_names_the_columns_it_concerns():
    matrix = read(HEAD[0], "_|_|2019年拟建数|拟建数|2019年拟建数|2020年拟建数", "1|凤山街道|0|1|0|2")

    assert matrix.questions[0].message == "第 D 列的表头“拟建数”没有印年份，请选择它是哪一年。"


SNIPPETS = [
    None,
    0,
    1,
    2021,
    -1,
    True,
    Decimal("0.5"),
    date(2020, 5, 1),
    "",
    " ",
    "—",
    "3?",
    "合计",
    "小计",
    "序号",
    "1",
]
SNIPPETS += [
    "单位",
    "乡镇（街道）",
    "白马镇",
    "一",
    "2020年",
    "2019—2020年",
    "敬老院",
    "养老服务中心",
    "备注",
    "注：无。",
    "续表",
]
SNIPPETS += ["2020年敬老院计划表", "附件1", "养老护理员（人）", "2021年拟建数", "甲", "#REF!"]
PLACES = st.integers(1, 7)
MERGES = st.builds(lambda top, left, down, right: Merge(top, left, top + down, left + right), *[PLACES] * 4)


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(st.lists(st.sampled_from(SNIPPETS), max_size=7).map(tuple), max_size=9),
    merges=st.lists(MERGES, max_size=3).map(tuple),
    marks=st.dictionaries(st.tuples(PLACES, PLACES), st.sampled_from(Mark), max_size=2),
)
def test_any_sheet_is_read_or_explained_and_no_doubt_is_asked_twice(rows, merges, marks):
    survey = annex.survey(Grid("表1", rows, merges=merges, marks=marks))

    assert survey.matrices or survey.problems
    for matrix in survey.matrices:
        assert len(set(asked(matrix))) == len(matrix.questions)
        assert all(cell.value is None or cell.value >= 0 for row in matrix.rows for cell in row.cells.values())


@pytest.mark.parametrize(
    "lines",
    [
        ("单位|养老服务中心 (个)|_", "_|2019年|2020年", "白马镇|1|2"),
        ("单位|2019年养老服务中心（个）|2020年养老服务中心（个）", "白马镇|1|2"),
        ("武隆区2019—2020年养老服务中心建设计划表", "单位|2019年|2020年", "白马镇|1|2"),
        ("武隆区2019—2020年设施建设计划表", "单位|2019年|2020年", "白马镇|1|2"),
    ],
)
def test_question_about_a_type_is_answered_under_the_text_it_quotes(lines):
    (question,) = read(*lines).questions

    answered = read(*lines, types={question.read: "TOWNSHIP_CENTRE"})

    assert heads(answered) == [("TOWNSHIP_CENTRE", 2019), ("TOWNSHIP_CENTRE", 2020)]
    assert answered.is_certain

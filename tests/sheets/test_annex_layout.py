"""However people lay a plan table out, its columns, units, totals and notes are told apart."""

import pytest
from annex_tables import HEAD, STATION, STREET, asked, heads, read, table, values

from eldercare.sheets import annex
from eldercare.sheets.cells import Merge


def test_merged_headers_are_read_like_headers_continued_over_blanks():
    merges = (Merge(1, 3, 1, 4), Merge(1, 5, 1, 6), Merge(1, 1, 2, 1), Merge(1, 2, 2, 2))
    lines = (*HEAD, "1|凤山街道|0|1|_|2")

    assert values(read(*lines, merges=merges)) == values(read(*lines)) == {"凤山街道": [0, 1, None, 2]}
    assert heads(read(*lines, merges=merges)) == heads(read(*lines))


def test_years_over_types_are_read_as_types_over_years():
    matrix = read(
        "乡镇|2019 年|_|2020\\n年度|_",
        "_|街道养老服务 中心|社区养老服务站|街道养老服务中心|社区养老服务站",
        "凤山街道|1|2|3|4",
    )

    assert heads(matrix) == [(STREET, 2019), (STATION, 2019), (STREET, 2020), (STATION, 2020)]
    assert matrix.orientation == annex.Orientation.YEAR_OVER_TYPE


def test_words_without_a_subject_are_passed_over_however_often_they_stand_there():
    many = "计划年度" * 8_000
    matrix = read(f"乡镇|2020年敬老院{many}|2021年{many}敬老院{many}甲", "凤山街道|1|2")

    assert heads(matrix)[0] == ("ELDERLY_HOME", 2020)


def test_three_header_rows_with_a_caption_and_a_measure_row_need_no_question():
    matrix = read(
        "序号|单位|城市养老设施建设任务（2019—2020年）|_|_|_",
        "_|_|街道养老服务中心|_|社区养老服务站|_",
        "_|_|2019年|2020年|2019年|2020年",
        "1|凤山街道|1|0|2|3",
        merges=(Merge(1, 3, 1, 6), Merge(2, 3, 2, 4), Merge(2, 5, 2, 6), Merge(1, 1, 3, 1), Merge(1, 2, 3, 2)),
    )

    assert matrix.is_certain
    assert heads(matrix) == [(STREET, 2019), (STREET, 2020), (STATION, 2019), (STATION, 2020)]
    assert matrix.columns[3].labels == ("城市养老设施建设任务（2019—2020年）", "社区养老服务站", "2020年")


def test_a_heading_row_above_the_unit_heading_belongs_to_the_header():
    matrix = read("_|_|敬老院|_", "序号|单位|2021年|2022年", "1|白马镇|1|0")

    assert matrix.header_rows == (1, 2)
    assert heads(matrix) == [("ELDERLY_HOME", 2021), ("ELDERLY_HOME", 2022)]


@pytest.mark.parametrize(
    "label", ["合计", "合 计", "合　计", "总计", "全区合计", "小计", "总计：", "合计（个）", "全区"]
)
def test_total_row_is_known_in_any_spelling(label):
    matrix = read("序号|单位|2020年敬老院|2021年敬老院", "1|白马镇|1|0", f"{label}|_|1|2")

    assert matrix.total_row == 3
    assert [(difference.printed, difference.computed) for difference in matrix.total_differences()] == [(2, 0)]
    assert list(values(matrix)) == ["白马镇"]


def test_total_split_over_two_cells_is_a_total():
    assert read("序号|单位|2020年敬老院|2021年敬老院", "1|白马镇|1|0", "合|计|1|0").total_row == 3


def test_total_row_above_the_units_is_a_total():
    matrix = read("单位|2020年敬老院|2021年敬老院", "合计|3|0", "白马镇|1|0", "江口镇|2|_")

    assert matrix.total_row == 2
    assert matrix.total_differences() == []


def test_subtotals_stay_apart_from_units_and_from_the_total():
    matrix = read(
        "单位|2020年敬老院|2021年敬老院",
        "白马镇|1|0",
        "镇小计|1|0",
        "后坪乡|2|1",
        "乡小计|2|1",
        "合计|3|1",
        "注：见附件1",
    )

    assert list(values(matrix)) == ["白马镇", "后坪乡"]
    assert [total.label for total in matrix.subtotals] == ["镇小计", "乡小计"]
    assert matrix.total_row == 6
    assert matrix.is_certain


def test_computed_total_of_blanks_is_null_not_zero():
    matrix = read("单位|2020年敬老院|2021年敬老院", "白马镇|1|_", "江口镇|0|—", "合计|1|_")

    assert matrix.computed_totals() == {2: 1, 3: None}
    assert matrix.total_differences() == []


def test_lines_around_the_table_are_title_and_notes_never_units():
    matrix = read(
        "附件 2",
        "武隆区2020—2021年敬老院改造计划表",
        "单位：个",
        "单位|2020年|2021年",
        "白马镇|1|_",
        "合计|1|_",
        "注：空白为未安排。",
        "填表人：|审核人：",
        "武隆区民政局",
        "2020年5月9日",
    )

    assert matrix.title == "武隆区2020—2021年敬老院改造计划表"
    assert matrix.notes == [
        "附件 2",
        "单位：个",
        "注：空白为未安排。",
        "填表人： 审核人：",
        "武隆区民政局",
        "2020年5月9日",
    ]
    assert list(values(matrix)) == ["白马镇"]
    assert matrix.is_certain


def test_section_line_between_units_is_a_note():
    matrix = read("序号|单位|2020年敬老院|2021年敬老院", "一|街道|_|_", "1|凤山街道|1|0", "二|乡镇|_|_", "2|白马镇|1|0")

    assert list(values(matrix)) == ["凤山街道", "白马镇"]
    assert matrix.notes == ["一 街道", "二 乡镇"]


def test_numbered_unit_without_any_figure_is_a_unit():
    assert values(read("序号|单位|2020年敬老院|2021年敬老院", "1|凤山街道|_|_")) == {"凤山街道": [None, None]}


def test_heading_with_a_span_of_years_offers_those_years():
    matrix = read("单位|2019年敬老院|2020—2021年敬老院", "白马镇|1|2")

    (question,) = matrix.questions
    assert (question.code, question.choices) == ("year_missing", ("2020", "2021"))


def test_remark_and_total_columns_are_no_plan_columns():
    matrix = read(
        "单位|敬老院|_|_|备注", "_|2020年|2021年|小计|_", "白马镇|1|2|3|改建", "江口镇|1|1|3|_", "合计|2|3|6|_"
    )

    assert heads(matrix) == [("ELDERLY_HOME", 2020), ("ELDERLY_HOME", 2021)]
    assert [(aside.labels, aside.is_total) for aside in matrix.asides] == [
        (("敬老院", "小计"), True),
        (("备注",), False),
    ]
    assert matrix.asides[1].cells[3].printed == "改建"
    assert [(found.row.unit, found.printed, found.computed) for found in matrix.row_differences()] == [("江口镇", 3, 2)]
    assert matrix.is_certain


def test_page_fragments_with_the_same_header_are_one_table():
    matrix = read(*HEAD, "1|凤山街道|0|1|0|2", "— 8 —", "", "（续表）", *HEAD, "2|芙蓉街道|1|0|1|2", "合计|_|1|1|1|4")

    assert values(matrix) == {"凤山街道": [0, 1, 0, 2], "芙蓉街道": [1, 0, 1, 2]}
    assert matrix.rows[1].cells[3].address == "C9"
    assert matrix.is_certain


def test_table_printed_in_two_halves_side_by_side_is_one_table():
    matrix = read(
        "2020—2021年敬老院计划表",
        "序号|单位|2020年|2021年|序号|单位|2020年|2021年",
        "1|白马镇|1|0|3|后坪乡|_|2",
        "2|江口镇|0|1|4|浩口乡|1|1",
        "合计|_|_|_|_|_|2|4",
    )

    assert values(matrix) == {"白马镇": [1, 0], "江口镇": [0, 1], "后坪乡": [None, 2], "浩口乡": [1, 1]}
    assert matrix.rows[2].cells[4].address == "H3"


def test_several_tables_on_one_sheet_are_read_apart():
    grid = table(
        "附件1",
        "2020—2021年敬老院改造计划表",
        "单位|2020年|2021年",
        "白马镇|1|0",
        "合计|1|0",
        "注：见正文。",
        "",
        "附件2",
        "2020—2021年养老护理员培训计划表",
        "单位|2020年|2021年",
        "白马镇|5|6",
    )

    first, second = annex.read(grid)

    assert (first.title, second.title) == ("2020—2021年敬老院改造计划表", "2020—2021年养老护理员培训计划表")
    assert (first.notes, second.notes) == (["附件1", "注：见正文。"], ["附件2"])
    assert heads(second) == [("caregiver", 2020), ("caregiver", 2021)]


def test_next_table_without_a_title_does_not_borrow_the_type_of_the_one_above():
    grid = table(
        "2020年敬老院计划表", "单位|2020年|2021年", "白马镇|1|0", "合计|1|0", "", "单位|2020年|2021年", "白马镇|5|6"
    )

    first, second = annex.read(grid)

    assert heads(first) == [("ELDERLY_HOME", 2020), ("ELDERLY_HOME", 2021)]
    assert asked(second) == [("title_type_missing", "A6")]


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("blank_sheet", ()),
        ("no_unit_column", ("序号|姓名|职务|联系方式", "1|某某|助理|_")),
        ("no_unit_column", ("序号|类型|名称|2020年现状值|2025年目标值", "1|设施|覆盖率|60|90")),
        ("no_year", ("序号|单位|姓名|职务", "1|白马镇|某某|助理")),
        ("no_year", ("序号|镇乡|街道养老服务中心|社区养老服务站", "1|白马镇|1|2")),
        ("no_rows", HEAD),
        ("units_of_measure", ("序号|指标|单位|2020年|2025年", "1|床位|张|2731|4200", "2|覆盖率|%|63|100")),
        (
            "words_not_counts",
            (
                "序号|单位|2020年工作|2021年工作",
                *(f"{count}|{name}镇|选址|开工" for count, name in enumerate("甲乙丙", 1)),
            ),
        ),
    ],
)
def test_table_of_another_family_is_not_read_and_the_reason_is_told(code, lines):
    grid = table(*lines)

    assert annex.read(grid) == []
    (problem,) = annex.explain(grid)
    assert (problem.code, problem.sheet) == (code, "表1")
    assert problem.message
    assert problem.hint


def test_explain_has_nothing_to_say_about_a_table_that_was_read():
    assert annex.explain(table(*HEAD, "1|凤山街道|1|1|0|2")) == []


def test_merged_headers_whose_text_is_repeated_in_every_cell_are_read_the_same():
    matrix = read(
        "单位|街道养老服务中心|街道养老服务中心|社区养老服务站|社区养老服务站",
        "单位|2019年|2020年|2019年|2020年",
        "凤山街道|0|1|_|2",
    )

    assert heads(matrix) == [(STREET, 2019), (STREET, 2020), (STATION, 2019), (STATION, 2020)]
    assert values(matrix) == {"凤山街道": [0, 1, None, 2]}


def test_title_printed_again_on_the_next_page_goes_on_with_the_table():
    title = "武隆区2020—2021年敬老院改造计划表"
    matrix = read(title, "序号|单位|2020年|2021年", "1|白马镇|1|0", title, "序号|单位|2020年|2021年", "2|江口镇|1|1")

    assert values(matrix) == {"白马镇": [1, 0], "江口镇": [1, 1]}
    assert matrix.is_certain


def test_column_without_a_year_that_is_blank_on_one_page_stays_a_column_of_the_table():
    head = ("序号|单位|敬老院|_", "_|_|2020年|_")
    matrix = read(*head, "1|白马镇|1|_", *head, "2|江口镇|1|4")

    assert asked(matrix) == [("year_missing", "D2")]
    assert values(matrix) == {"白马镇": [1, None], "江口镇": [1, 4]}


@pytest.mark.parametrize("label", ["2020年（拟建数）", "２０２０ 年\\n拟建数", "二〇二〇年度计划数（个）", "2020"])
def test_year_is_read_in_the_ways_it_is_printed(label):
    matrix = read("单位|敬老院|_", f"_|{label}|2021年", "白马镇|1|2")

    assert heads(matrix) == [("ELDERLY_HOME", 2020), ("ELDERLY_HOME", 2021)]
    assert matrix.is_certain

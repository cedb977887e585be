"""One declaration reads what people really send: every row, every problem, each with its cell."""

from decimal import Decimal

import pytest
from progress_sheet import HEADINGS, SHEET, filled, printed_row, workbook

from eldercare.sheets.cells import Grid, Level, Mark, Merge, Workbook


def read(*rows, **extra):
    return SHEET.read(filled(*rows, **extra))


def codes(problems):
    return [(problem.code, problem.cell) for problem in problems]


def moved(*rows, columns, headings):
    """The same cells under other headings: keep the named columns, in that order."""
    kept = [[column.key for column in SHEET.columns].index(key) for key in columns]
    return workbook(tuple(headings), *(tuple(row[place] for place in kept) for row in rows))


def test_row_has_values_cells_and_what_was_read():
    reading = read(printed_row(beds="１２张", gross="1,420.5㎡"))
    (row,) = reading.rows
    assert reading.problems == []
    assert (row.sheet, row.number) == ("进度月报", 2)
    assert (row.values["beds"], row.cells["beds"], row.raw["beds"]) == (12, "J2", "１２张")
    assert row.values["gross"] == Decimal("1420.5")
    assert row.values["type"] == "TOWNSHIP_CENTRE"
    assert row.values["usable"] is None
    assert row.raw["usable"] == ""


def test_every_problem_is_collected_with_its_cell():
    reading = read(
        printed_row(beds="若干", gross="一千", stage="在建中"),
        printed_row(code="500156-0002", name=None, progress=120, started="2020.8"),
    )
    assert codes(reading.errors) == [
        ("not_choice", "F2"),
        ("not_number", "H2"),
        ("not_number", "J2"),
        ("too_large", "G3"),
        ("not_date", "O3"),
        ("required", "B3"),
    ]
    first = reading.errors[0]
    assert (first.sheet, first.column, first.read) == ("进度月报", "建设阶段", "在建中")
    assert "“在建”" in first.hint
    assert "stage" not in reading.rows[0].values


def test_zero_none_and_blank_stay_apart():
    reading = read(printed_row(beds=0, zones="无"), printed_row(code="2", beds=None, zones=None))
    assert [(row.values["beds"], row.values["zones"]) for row in reading.rows] == [(0, []), (None, None)]
    assert reading.problems == []


def test_dash_is_not_recorded_with_a_warning_and_missing_when_required():
    reading = read(printed_row(beds="—", stage="/"))
    assert reading.rows[0].values["beds"] is None
    assert [(problem.code, problem.cell) for problem in reading.warnings] == [("dash", "J2")]
    assert codes(reading.errors) == [("required", "F2")]


def test_marked_cells_are_errors_and_never_blanks():
    marks = {(2, 8): Mark.FORMULA_WITHOUT_VALUE, (2, 10): Mark.ERROR, (3, 10): Mark.ERROR}
    reading = read(printed_row(beds="#REF!"), (), marks=marks)
    assert codes(reading.errors)[:2] == [("formula_without_value", "H2"), ("error_cell", "J2")]
    assert ("error_cell", "J3") in codes(reading.errors)


def test_header_below_titles_with_moved_and_extra_columns():
    heads = ("序号", "备注", "建设阶段", "设施名称", "计划\n年度*", "设 施 类 型", "核对人")
    rows = (1, "好", "在建", "白马镇中心", "2020年", "乡镇养老服务中心", "张")
    reading = SHEET.read(workbook(("附件3",), (None, "月报"), (), heads, rows))
    assert reading.rows[0].values == {
        "name": "白马镇中心",
        "type": "TOWNSHIP_CENTRE",
        "year": 2020,
        "stage": "在建",
        "remarks": "好",
    }
    assert reading.rows[0].cells["stage"] == "C5"
    assert reading.unknown_columns == ["序号", "核对人"]
    assert codes(reading.warnings).count(("unknown_column", "G4")) == 1
    assert "beds" in reading.missing_columns
    assert reading.errors == []


def test_header_alias_and_two_merged_rows():
    upper = ("编码", "项目名称", "设施类型", "计划年度", "建设阶段", "面积", None, "床位", None)
    lower = (None, None, None, None, None, "建筑面积", "使用面积（平方米）", "床位数", "护理型床位数")
    reading = SHEET.read(workbook(upper, lower, (None, "甲", "社区养老服务站", 2020, "完工", 300, 250, 10, 0)))
    values = reading.rows[0].values
    assert (values["name"], values["gross"], values["usable"], values["nursing"]) == ("甲", 300, 250, 0)


def test_missing_required_column_is_a_file_error_with_a_proposal():
    kept = [column.key for column in SHEET.columns if column.key != "stage"]
    heads = [SHEET[key].heading for key in kept]
    heads[kept.index("remarks")] = "建设阶"
    reading = SHEET.read(moved(printed_row(), columns=kept, headings=heads))
    (problem,) = [problem for problem in reading.errors if problem.code == "missing_column"]
    assert problem.column == "建设阶段"
    assert "建设阶" in problem.hint
    assert reading.missing_columns == ["stage", "remarks"]


def test_column_twice_is_an_error():
    reading = SHEET.read(workbook((*HEADINGS, "床位数"), (*printed_row(beds=5), 6)))
    assert codes(reading.errors) == [("repeated_column", "T1")]
    assert "beds" not in reading.rows[0].values


def test_heading_in_another_unit_is_an_error():
    heads = [heading.replace("万元", "元") for heading in HEADINGS]
    reading = SHEET.read(workbook(tuple(heads), printed_row(money=1865025)))
    assert codes(reading.errors) == [("heading_unit", "Q1")]


def test_no_header_says_which_headings_are_wanted():
    (problem,) = SHEET.read(workbook(("姓名", "电话"), ("张三", 1))).errors
    assert problem.code == "no_header"
    assert "建设阶段" in problem.hint


def test_best_sheet_is_read_and_others_are_named():
    notes = Grid("说明", [("请于5日前报送",)])
    hidden = Grid("旧表", [tuple(HEADINGS), printed_row(name="旧")], hidden=True)
    (month,) = filled(printed_row()).grids
    reading = SHEET.read(Workbook([notes, hidden, month]))
    assert [row.sheet for row in reading.rows] == ["进度月报"]
    assert [(problem.code, problem.sheet) for problem in reading.problems] == [
        ("sheet_ignored", "说明"),
        ("sheet_ignored", "旧表"),
    ]


def test_two_equally_good_sheets_are_refused():
    grids = [Grid(name, [tuple(HEADINGS), printed_row()]) for name in ("一月", "二月")]
    reading = SHEET.read(Workbook(grids))
    assert reading.rows == []
    assert [problem.code for problem in reading.errors] == ["ambiguous_sheet"]


def test_second_sheet_with_a_bare_header_is_no_rival():
    empty = Grid("空表", [tuple(HEADINGS)])
    reading = SHEET.read(Workbook([empty, *filled(printed_row()).grids]))
    assert [row.sheet for row in reading.rows] == ["进度月报"]


def test_rows_that_are_no_facilities_are_left_out():
    reading = read(
        printed_row(beds=10),
        (),
        (None, "  "),
        tuple(HEADINGS),
        printed_row(code="2", name="乙", beds=5),
        printed_row(code="合 计", name=None, type=None, year=None, stage=None, beds=15),
        ("填表人：张三", None, None, "审核人：李四"),
        ("注：面积以实测为准",),
    )
    assert [row.number for row in reading.rows] == [2, 6]
    assert reading.problems == []


def total_row(**changes):
    return printed_row(code=None, name="合计", type=None, year=None, stage=None, **changes)


def test_total_row_with_wrong_sums_is_a_warning():
    reading = read(printed_row(beds=10, gross=1), printed_row(code="2", beds=5), total_row(beds=16, gross=1))
    assert codes(reading.problems) == [("total_differs", "J4")]
    assert reading.problems[0].level is Level.WARNING
    assert "15" in reading.problems[0].message


def test_subtotals_and_grand_total_are_each_compared_with_their_rows():
    subtotal = printed_row(code=None, name="小计", type=None, year=None, stage=None, beds=5)
    reading = read(
        printed_row(beds=10), total_row(beds=10), printed_row(code="2", beds=5), subtotal, total_row(beds=15)
    )
    assert reading.problems == []


def test_total_above_the_rows_is_compared_with_all_of_them():
    rows = printed_row(beds=10), printed_row(code="2", beds=5)
    assert read(total_row(beds=15), *rows).problems == []
    assert codes(read(total_row(beds=16), *rows).problems) == [("total_differs", "J2")]


def test_words_alone_in_the_first_column_are_no_facility_and_are_named():
    reading = read(printed_row(), ("养老服务设施建设进度月报",), printed_row(code="2"), ("1.面积按图纸填报",))
    assert [row.number for row in reading.rows] == [2, 4]
    assert codes(reading.problems) == [("note_passed_over", "A3"), ("note_passed_over", "A5")]
    assert {problem.level for problem in reading.problems} == {Level.WARNING}
    assert "500156-0002" in [row.raw["code"] for row in read(("500156-0002",)).rows]


@pytest.mark.parametrize("words", ["本月无新增设施", "本期暂无变化", "无新增"])
def test_line_that_says_nothing_is_new_is_no_facility_in_whatever_column(words):
    reading = read(printed_row(), (None, words))
    assert [row.number for row in reading.rows] == [2]
    assert codes(reading.problems) == [("note_passed_over", "B3")]


@pytest.mark.parametrize(
    "line",
    [
        ("单位（盖章）：白马镇人民政府", None, None, "分管领导签字："),
        ("单位：万元",),
        (None, "以下空白"),
        ("领导(签名):",),
    ],
    ids=lambda line: line[0] or line[1],
)
def test_line_for_signatures_under_the_table_is_left_out(line):
    reading = read(printed_row(), line)
    assert ([row.number for row in reading.rows], reading.problems) == ([2], [])


@pytest.mark.parametrize("name", ["无", "待定", "-"])
def test_name_that_names_nothing_is_missing_and_told_once(name):
    assert codes(read(printed_row(name=name)).problems) == [("required", "B2")]


def test_facility_named_like_a_total_is_read_when_it_has_a_code():
    assert [row.values["name"] for row in read(printed_row(name="合计")).rows] == ["合计"]


def test_hidden_rows_are_read_with_one_warning():
    reading = read(printed_row(), printed_row(code="2"), printed_row(code="3"), hidden_rows=frozenset({3, 4, 9}))
    assert len(reading.rows) == 3
    (problem,) = reading.problems
    assert (problem.code, problem.level) == ("hidden_rows", Level.WARNING)
    assert "第 3、4 行" in problem.message


def test_merged_body_cells_are_errors_naming_the_range():
    merges = (Merge(2, 6, 3, 6), Merge(1, 1, 1, 2), Merge(9, 1, 9, 19))
    reading = read(printed_row(), printed_row(code="2", stage=None), merges=merges)
    (merged,) = [problem for problem in reading.errors if problem.code == "merged_cells"]
    assert (merged.cell, merged.column, merged.read) == ("F2:F3", "建设阶段", "在建")
    assert ("required", "F3") in codes(reading.errors)


def test_duplicate_code_names_both_rows():
    reading = read(printed_row(), printed_row(code="2"), printed_row(name="另一处"))
    assert codes(reading.errors) == [("duplicate", "A4")]
    assert "第 2 行" in reading.errors[0].message


@pytest.mark.parametrize("order", [1, -1])
def test_new_row_that_repeats_a_known_facility_is_a_duplicate(order):
    rows = [printed_row(), printed_row(code=None, name="白马镇 养老服务中心")][::order]
    assert [problem.code for problem in read(*rows).errors] == ["duplicate"]


def test_new_rows_without_code_differ_by_village():
    assert read(printed_row(code=None, village="甲村"), printed_row(code=None, village="乙村")).problems == []


def test_sheet_without_rows_says_so():
    assert [problem.code for problem in read().errors] == ["no_rows"]


def meta_line(text):
    return workbook(("月报",), (text,), tuple(HEADINGS), printed_row())


def test_meta_is_read_from_the_line_above_the_header():
    reading = SHEET.read(meta_line("填报单位：白马镇（500156101）　报送期：2020年3月　表样：progress/1"))
    assert reading.meta == {
        "sheet": "progress",
        "version": "1",
        "period": "2020-03",
        "township": "500156101",
        "township_name": "白马镇",
    }


def test_hidden_meta_outweighs_the_visible_line():
    book = meta_line("报送期：2020年3月")
    book.grids.append(Grid("版本", [("表样", "progress"), ("报送期", "2020-12")], hidden=True))
    assert SHEET.read(book).meta["period"] == "2020-12"


@pytest.mark.parametrize(
    ("line", "expected", "code"),
    [
        ("表样：facilities/1", {}, "foreign_sheet"),
        ("表样：progress/0", {}, "old_version"),
        ("报送期：2020年3月", {"period": "2020-12"}, "other_period"),
        ("填报单位：江口镇（500156102）", {"township": "500156101"}, "other_township"),
    ],
)
def test_old_or_foreign_copy_is_recognised(line, expected, code):
    assert [problem.code for problem in SHEET.read(meta_line(line), expected=expected).problems] == [code]


def test_copy_without_meta_is_not_held_against_it():
    assert SHEET.read(filled(printed_row()), expected={"period": "2020-12", "township": "500156101"}).problems == []

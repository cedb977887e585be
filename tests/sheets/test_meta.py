"""A copy of a sheet says what it is; an old one, another's, another month's and another kind are told apart."""

from io import BytesIO

import openpyxl
import pytest
from progress_sheet import META, SHEET, full_row, loaded

from eldercare.sheets import writer
from eldercare.sheets.cells import Grid, Level, Workbook
from eldercare.sheets.columns import Column, Sheet

EXPECTED = {"period": "2020-12", "township": "500156101"}
PLAN = Sheet(
    "plan", "建设计划表", "计划", "3", (Column("unit", "单位", required=True), Column("count", "数量")), key=("unit",)
)


def said(workbook, expected=EXPECTED):
    """The problems that concern the file as a whole."""
    return [problem for problem in SHEET.read(workbook, expected=expected).problems if not problem.cell]


def copy(**meta):
    return loaded(writer.template(SHEET, [full_row()], meta=META | meta))


def without_hidden_sheet(workbook):
    """What is left of a copy that was saved as CSV."""
    return Workbook([grid for grid in workbook.grids if grid.name == SHEET.name])


def rewritten(line: str, **meta):
    """A copy in which somebody typed over the line under the title."""
    book = openpyxl.load_workbook(BytesIO(writer.template(SHEET, [full_row()], meta=META | meta)))
    book.worksheets[0]["A2"] = line
    changed = BytesIO()
    book.save(changed)
    return loaded(changed.getvalue())


def own_form(line: str):
    """A form of one's own: a line above, the portal's headings and rows below."""
    rows = without_hidden_sheet(copy()).grids[0].rows
    header = next(at for at, row in enumerate(rows) if row and row[0] == SHEET.columns[0].label)
    return Workbook([Grid("月报", [(line,), *rows[header:]])])


@pytest.mark.parametrize("left", [lambda book: book, without_hidden_sheet], ids=["xlsx", "csv"])
@pytest.mark.parametrize(
    ("meta", "code", "message"),
    [
        ({"period": "2020-11"}, "other_period", "这是 2020年11月的表，本次要报的是 2020年12月"),
        (
            {"township": "500156102", "township_name": "江口镇"},
            "other_township", "这是江口镇（500156102）的表，本次填报单位的代码是 500156101",
        ),
        ({"sheet": "roster"}, "foreign_sheet", "这是另一种表（表样 roster），不是《养老服务设施建设进度月报》"),
    ],
)  # fmt: skip
def test_sheet_made_for_something_else_is_refused_in_its_own_words(meta, code, message, left):
    found = said(left(copy(**meta)))
    assert [(problem.code, problem.message, problem.level) for problem in found] == [(code, message, Level.ERROR)]
    assert found[0].hint


@pytest.mark.parametrize("left", [lambda book: book, without_hidden_sheet], ids=["xlsx", "csv"])
def test_old_version_is_read_by_its_headings_with_a_warning(left):
    workbook = left(copy(version="0"))
    assert [(p.code, p.level, p.message) for p in said(workbook)] == [
        ("old_version", Level.WARNING, "这是旧的表样（0 版），现行的是 1 版")
    ]
    assert [row.values for row in SHEET.read(workbook).rows] == [full_row()]


def test_month_that_is_none_is_told_as_it_stands():
    assert said(copy(period="下个月"))[0].message == "这是 下个月的表，本次要报的是 2020年12月"


def test_foreign_sheet_is_called_by_its_own_title():
    assert said(copy(sheet="roster", title="养老护理员名册"))[0].message.startswith("这是“养老护理员名册”，不是")


def test_other_month_and_other_township_are_both_told():
    found = said(copy(period="2020-11", township="500156102"))
    assert {problem.code for problem in found} == {"other_period", "other_township"}


@pytest.mark.parametrize("left", [lambda book: book, lambda book: Workbook(book.grids[:1])], ids=["xlsx", "csv"])
def test_another_kind_of_sheet_is_named_even_without_a_single_known_heading(left):
    found = said(left(loaded(writer.template(PLAN, [{"unit": "白马镇", "count": "3"}]))))
    assert [problem.code for problem in found] == ["foreign_sheet"]
    assert "plan" in found[0].message
    assert "改选表格种类" in found[0].hint


def test_file_that_says_nothing_of_itself_only_lacks_its_header():
    assert [problem.code for problem in said(Workbook([Grid("表", [("甲", "乙"), (1, 2)])]))] == ["no_header"]


def test_title_changed_by_hand_does_not_turn_november_into_december():
    book = rewritten("填报单位：白马镇（500156101）　报送期：2020年12月　表样：progress/1", period="2020-11")
    assert [problem.code for problem in said(book)] == ["other_period"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("建设进度月报（2019年12月）", ["表头上写的是 2019年12月，这次按 2020年12月读取"]),
        ("建设进度月报（2020年12月）", []),
        ("填报日期：2021年1月", []),
        ("2020年12月30日　白马镇", []),
        ("2020年11月至2020年12月", []),
    ],
)
def test_own_form_with_another_month_in_its_title_asks_for_a_look(line, told):
    found = said(own_form(line))
    assert [problem.message for problem in found] == told
    assert all(problem.level is Level.WARNING and problem.hint for problem in found)


def test_line_changed_by_hand_beside_the_hidden_month_is_told():
    book = rewritten("填报单位：白马镇（500156101）　报送期：2019年12月　表样：progress/1")
    assert [problem.code for problem in said(book)] == ["other_title"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("填报单位：葛兰镇", ["表头上的填报单位是“葛兰镇”，这次按白马镇读取"]),
        ("填报单位（盖章）：江口镇人民政府", ["表头上的填报单位是“江口镇人民政府”，这次按白马镇读取"]),
        ("填报单位：武隆区白马镇人民政府", []),
        ("填报单位：民政办", []),
        ("填报单位：　　　填报人：乡镇经办", []),
    ],
)
def test_own_form_of_another_township_asks_for_a_look(line, told):
    found = said(own_form(line), EXPECTED | {"township_name": "白马镇"})
    assert [problem.message for problem in found] == told
    assert all(problem.level is Level.WARNING for problem in found)


def test_sheet_without_its_column_of_codes_is_told_what_follows():
    grid = copy().grids[0]
    own = Workbook([Grid("月报", [row[1:] for row in grid.rows])])
    found = next(problem for problem in said(own) if problem.code == "column_absent")
    assert found.message == "没有“设施编码”列，每一行都当作新增"
    assert "补上这一列" in found.hint

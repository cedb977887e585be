"""The sender's own file comes back with every remark where it stands, in its own shape, and runs nothing."""

from datetime import date
from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table, TableFormula
from progress_sheet import META, SHEET, filled, full_row, loaded, printed_row

from eldercare.sheets import writer
from eldercare.sheets.cells import Grid, Level, Problem, Workbook
from eldercare.sheets.remarks import Look, Remark


def opened(content):
    return openpyxl.load_workbook(BytesIO(content))


BEDS = {"sheet": "进度月报", "cell": "J2", "column": "床位数"}
PROBLEMS = [
    Problem("not_number", "不是数字", "只填数字", **BEDS, read="=cmd|'/c calc'!A0"),
    Problem("dash", "按未填处理", level=Level.WARNING, **BEDS, read="若干"),
    Problem("dash", "按未填处理", level=Level.WARNING, sheet="进度月报", cell="H2"),
    Problem("merged_cells", "是合并单元格", sheet="进度月报", cell="F2:F3"),
    Problem("no_rows", "表里没有数据行"),
]
RED, AMBER, BLUE = "00F8C9C4", "00FCE9B2", "00CFE2F3"


def own_file(path):
    """A sender's file with a formula, a link, a merge and a note of its own."""
    book = openpyxl.Workbook()
    tab = book.active
    tab.title = "进度月报"
    tab.append([column.label for column in SHEET.columns])
    tab.append(list(printed_row(beds="若干")))
    tab["K2"] = "=SUM(1,2)"
    tab["I2"] = '=WEBSERVICE("http://example.invalid")'
    tab["S2"].hyperlink = "http://example.invalid"
    tab.merge_cells("F2:F3")
    tab.column_dimensions["B"].width = 33
    book.save(path)
    grid = Grid("进度月报", [tuple(cell.value for cell in row) for row in tab.iter_rows()])
    grid.rows[1] = (*grid.rows[1][:8], None, "若干", 3, *grid.rows[1][11:])
    return Workbook([grid])


def check_marks(tab):
    assert (tab["J2"].fill.fgColor.rgb, tab["H2"].fill.fgColor.rgb) == (RED, AMBER)
    assert tab["J2"].comment.text == "【错误】不是数字。只填数字\n【提醒】按未填处理"
    assert tab["F2"].fill.fgColor.rgb == RED
    assert "合并" in tab["F2"].comment.text


def test_annotated_own_file_keeps_its_shape_and_runs_nothing(tmp_path):
    path = tmp_path / "own.xlsx"
    workbook = own_file(path)
    book = opened(writer.annotated(workbook, PROBLEMS, path))
    tab = book["进度月报"]
    check_marks(tab)
    assert tab.column_dimensions["B"].width == 33
    assert tab["K2"].value == 3
    assert (tab["I2"].data_type, tab["I2"].value) == ("s", '=WEBSERVICE("http://example.invalid")')
    assert tab["S2"].hyperlink is None


def test_annotated_lists_every_problem_on_the_first_sheet():
    book = opened(writer.annotated(filled(printed_row()), PROBLEMS))
    listed = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows(min_row=3)]
    assert book.sheetnames == ["问题清单", "进度月报"]
    assert listed[0] == ["级别", "工作表", "单元格", "列", "读到的内容", "问题", "怎么改"]
    assert listed[1] == ["错误", "进度月报", "J2", "床位数", "=cmd|'/c calc'!A0", "不是数字", "只填数字"]
    assert len(listed) == 1 + len(PROBLEMS)
    assert [row[0] for row in listed[1:]] == ["错误", "错误", "错误", "提醒", "提醒"]
    assert book.worksheets[0]["E4"].data_type == "s"
    assert book.worksheets[0]["C4"].hyperlink.location == "'进度月报'!J2"
    check_marks(book["进度月报"])
    assert book["进度月报"]["F3"].fill.fgColor.rgb == RED


@pytest.mark.parametrize("content", [b"", b"not a zip", None])
def test_annotated_is_rebuilt_when_the_own_file_cannot_be_loaded(tmp_path, content):
    path = tmp_path / "own.xls"
    if content is not None:
        path.write_bytes(content)
    grids = [Grid("a/b[1]", [("=1+1", "\x0b", 2)]), Grid("第二", [(None, date(2020, 1, 1))], hidden=True)]
    problem = Problem("x", "错了", sheet="a/b[1]", cell="C1")
    book = opened(writer.annotated(Workbook(grids), [problem], path))
    assert book.sheetnames == ["问题清单", "a_b_1_", "第二"]
    assert (book["a_b_1_"]["A1"].value, book["a_b_1_"]["A1"].data_type) == ("=1+1", "s")
    assert book["a_b_1_"]["C1"].comment.text == "【错误】错了"


def test_annotated_copy_mended_is_read_without_the_problem_list():
    first = SHEET.read(filled(printed_row(beds="若干")))
    book = opened(writer.annotated(filled(printed_row(beds="若干")), first.problems))
    book["进度月报"]["J2"] = 12
    mended = BytesIO()
    book.save(mended)
    reading = SHEET.read(loaded(mended.getvalue()))
    assert reading.problems == []
    assert reading.rows[0].values["beds"] == 12


NOTES = [
    Remark(Look.NOTE, "床位数与现场不符", "请改正后再报", "进度月报", "J2", "床位数"),
    Remark(Look.NOTE, "整行请核对", sheet="进度月报", cell="A3:D3"),
    Remark(Look.WARNING, "按未填处理", sheet="进度月报", cell="J2"),
]


def test_annotate_takes_the_bureau_s_notes_beside_the_problems(tmp_path):
    path = tmp_path / "own.xlsx"
    book = opened(writer.annotate(own_file(path), NOTES, path))
    tab = book["进度月报"]
    assert book["问题清单"]["A1"].value == "问题清单：提醒 1 处，民政局意见 2 处"
    assert "蓝色为民政局意见" in book["问题清单"]["A2"].value
    assert tab["J2"].comment.text == "【民政局意见】床位数与现场不符。请改正后再报\n【提醒】按未填处理"
    assert {tab[cell].fill.fgColor.rgb for cell in ("J2", "A3", "D3")} == {BLUE}


def test_annotated_clerk_note_is_shown_as_one(tmp_path):
    note = Problem("clerk_note", "请核对", level=Level.WARNING, sheet="进度月报", cell="J2")
    book = opened(writer.annotated(filled(printed_row()), [note]))
    assert book["进度月报"]["J2"].fill.fgColor.rgb == BLUE


def test_annotated_keeps_own_comments_lists_locks_and_sheets_of_a_downloaded_copy(tmp_path):
    path = tmp_path / "own.xlsx"
    villages = {"village": [f"第{number}村村民委员会" for number in range(60)]}
    path.write_bytes(writer.template(SHEET, [full_row()], meta=META, choices=villages))
    problem = Problem("not_choice", "不在可选范围内", sheet="进度月报", cell="C5")
    book = opened(writer.annotated(loaded(path.read_bytes()), [problem], path))
    tab = book["进度月报"]
    assert book.sheetnames == ["问题清单", "进度月报", "填报说明", "选项", "版本"]
    assert [book[name].sheet_state for name in ("选项", "版本")] == ["hidden", "hidden"]
    assert SHEET["stage"].help in tab["F4"].comment.text
    assert len(tab.data_validations.dataValidation) == len(
        opened(path.read_bytes()).worksheets[0].data_validations.dataValidation
    )
    assert tab.protection.sheet
    assert not tab["C5"].protection.locked
    assert tab["A5"].protection.locked
    assert tab.freeze_panes == "C5"


def test_annotated_copy_keeps_no_formula_that_a_program_would_write_or_ask_by_itself(tmp_path):
    book = openpyxl.Workbook()
    tab = book.active
    tab.title = "进度月报"
    for row in (("名称", "床位"), ("甲", 1), ("乙", 2)):
        tab.append(row)
    table = Table(displayName="表1", ref="A1:B3")
    table._initialise_columns()
    for column, name in zip(table.tableColumns, ("名称", "床位"), strict=True):
        column.name = name
        column.calculatedColumnFormula = TableFormula(attr_text='WEBSERVICE("http://example.invalid")')
    tab.add_table(table)
    rule = DataValidation(type="whole", formula1="1", formula2='WEBSERVICE("http://example.invalid")')
    rule.add("B2:B3")
    tab.add_data_validation(rule)
    path = tmp_path / "own.xlsx"
    book.save(path)
    workbook = Workbook([Grid("进度月报", [("名称", "床位"), ("甲", 1), ("乙", 2)])])
    content = writer.annotated(workbook, PROBLEMS, path)
    with ZipFile(BytesIO(content)) as package:
        assert not [name for name in package.namelist() if b"example.invalid" in package.read(name)]
    assert list(opened(content)["进度月报"].tables) == ["表1"]


def test_annotated_appends_to_a_comment_of_the_sender(tmp_path):
    path = tmp_path / "own.xlsx"
    workbook = own_file(path)
    book = openpyxl.load_workbook(path)
    book["进度月报"]["J2"].comment = Comment("村里报的数", "张三")
    book.save(path)
    tab = opened(writer.annotated(workbook, PROBLEMS, path))["进度月报"]
    assert tab["J2"].comment.text.endswith("原批注：村里报的数")


def test_annotated_list_is_capped_and_says_how_many_there_are():
    problems = [Problem("dash", f"第 {n} 个", sheet="进度月报", cell=f"J{n}") for n in range(2, 302)]
    book = opened(writer.annotated(filled(*[printed_row()] * 300), problems, total=5000))
    tab = book["问题清单"]
    assert tab["A1"].value == "问题清单：共 5000 处，这里标出前 300 处：错误 300 处"
    assert tab.max_row == 3 + 200 + 1
    assert tab["A204"].value == "另有 100 处没有列出，已在表中标出。"
    assert book["进度月报"]["J301"].fill.fgColor.rgb == RED


def test_annotated_merge_over_the_whole_sheet_marks_its_beginning():
    problem = Problem("merged_cells", "是合并单元格", sheet="进度月报", cell="A2:XFD1048576")
    tab = opened(writer.annotated(filled(printed_row()), [problem]))["进度月报"]
    assert tab["A2"].fill.fgColor.rgb == RED
    assert tab.max_column <= 500


def test_annotated_rebuilt_copy_has_readable_columns():
    tab = opened(writer.annotated(filled(printed_row()), []))["进度月报"]
    assert 10 <= tab.column_dimensions["A"].width <= 32
    assert tab.column_dimensions["B"].width > tab.column_dimensions["J"].width

"""What the portal hands out reads back the same, runs nothing, and marks errors where they stand."""

import csv
import shutil
import subprocess
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO

import openpyxl
import pytest
from progress_sheet import META, SHEET, STAGES, filled, full_row, loaded, printed_row

from eldercare.sheets import writer
from eldercare.sheets.cells import Grid, Level, Problem, Workbook

STATION = {"code": "500156-0002", "name": '@东升<站>&"1"', "type": "COMMUNITY_STATION"}
POINT = {"code": "500156-0003", "name": "第三村互助点", "type": "VILLAGE_POINT", "remarks": "_x0041_"}
ROWS = [
    full_row(),
    full_row(**STATION, zones=[], beds=None, progress=Decimal(0)),
    full_row(**POINT, village=None, zones=None),
]
EXPECTED = {"period": "2020-12", "township": "500156101"}


def opened(content):
    return openpyxl.load_workbook(BytesIO(content))


def template(**options):
    return writer.template(SHEET, ROWS, meta=META, **options)


@pytest.fixture(scope="module")
def sheet():
    return opened(template()).worksheets[0]


def test_template_reads_back_the_same_values_without_problems():
    reading = SHEET.read(loaded(template()), expected=EXPECTED)
    assert reading.problems == []
    assert [row.values for row in reading.rows] == ROWS
    assert reading.meta == {"sheet": "progress", "version": "1", **META}


def test_template_holds_no_formula(sheet):
    assert [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []
    assert sheet["N5"].value == "=某服务中心"


def test_template_locks_identity_where_filled_and_nothing_else(sheet):
    locked = {cell.coordinate for row in sheet.iter_rows(min_row=5) for cell in row if cell.protection.locked}
    assert locked == {f"{letter}{row}" for letter in "ABCD" for row in (5, 6, 7)} - {"D7"}
    assert sheet.protection.sheet
    assert not sheet.protection.password


def test_template_locks_only_the_keys_it_is_told():
    tab = opened(template(locked={"code"})).worksheets[0]
    assert [tab[cell].protection.locked for cell in ("A5", "B5", "A8")] == [True, False, False]


def test_template_offers_closed_lists_and_checks_figures(sheet):
    rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    assert rules["F5"].formula1 == f'"{",".join(STAGES)}"'
    assert rules["F5"].errorStyle in (None, "stop")
    assert (rules["G5"].type, rules["G5"].formula1, rules["G5"].formula2) == ("decimal", "0", "100")
    assert (rules["J5"].type, rules["O5"].type) == ("whole", "date")
    assert str(rules["F5"].sqref) == "F5:F37"


def test_template_puts_a_long_list_on_a_hidden_sheet():
    villages = [f"第{number}村村民委员会" for number in range(1, 60)]
    book = opened(template(choices={"village": villages}))
    rules = {str(rule.sqref).split(":")[0]: rule for rule in book.worksheets[0].data_validations.dataValidation}
    assert (rules["D5"].formula1, rules["D5"].errorStyle) == ("choices_village", "information")
    assert book.defined_names["choices_village"].attr_text == "'选项'!$A$1:$A$59"
    assert [cell.value for cell in book["选项"]["A"]] == villages
    assert book["选项"].sheet_state == "hidden"


def test_template_explains_each_heading_and_column(sheet):
    notes = [cell.comment.text for cell in sheet[4]]
    assert all(column.help in note for column, note in zip(SHEET.columns, notes, strict=True))
    page = opened(template(guidance=["每月 5 日前报送"]))["填报说明"]
    texts = [[cell.value for cell in row] for row in page.iter_rows()]
    assert ["2. 每月 5 日前报送", None, None] in texts
    assert ["建设阶段", "必填", SHEET["stage"].help] in texts


def test_template_prints_on_a4_landscape_with_repeated_header(sheet):
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$4:$4"
    assert sheet.freeze_panes == "C5"


def test_template_without_rows_is_an_empty_form():
    reading = SHEET.read(loaded(writer.template(SHEET)))
    assert [problem.code for problem in reading.problems] == ["no_rows"]


def libreoffice(content, suffix, folder):
    """The file opened and saved by LibreOffice as another format."""
    program = shutil.which("soffice")
    if not program:
        pytest.skip("LibreOffice (soffice) is not installed")
    source = folder / "sheet.xlsx"
    source.write_bytes(content)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    target = folder / "saved"
    command = [program, profile, "--headless", "--convert-to", suffix, "--outdir", str(target), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return next(target.iterdir())


@pytest.mark.libreoffice
def test_template_saved_by_libreoffice_as_xlsx_reads_back_the_same(tmp_path):
    saved = libreoffice(template(), "xlsx", tmp_path)
    reading = SHEET.read(loaded(saved.read_bytes()), expected=EXPECTED)
    assert reading.problems == []
    assert [row.values for row in reading.rows] == ROWS
    assert reading.meta["version"] == "1"


@pytest.mark.libreoffice
def test_template_saved_by_libreoffice_as_csv_reads_back_the_same(tmp_path):
    saved = libreoffice(template(), "csv:Text - txt - csv (StarCalc):44,34,76", tmp_path)
    with saved.open(encoding="utf-8", newline="") as lines:
        rows = [tuple(value or None for value in row) for row in csv.reader(lines)]
    reading = SHEET.read(Workbook([Grid("CSV", rows)]), expected=EXPECTED)
    assert reading.problems == []
    assert [row.values for row in reading.rows] == ROWS
    assert reading.meta == {"sheet": "progress", "version": "1", **META}


BEDS = {"sheet": "进度月报", "cell": "J2", "column": "床位数"}
PROBLEMS = [
    Problem("not_number", "不是数字", "只填数字", **BEDS, read="=cmd|'/c calc'!A0"),
    Problem("dash", "按未填处理", level=Level.WARNING, **BEDS, read="若干"),
    Problem("dash", "按未填处理", level=Level.WARNING, sheet="进度月报", cell="H2"),
    Problem("merged_cells", "是合并单元格", sheet="进度月报", cell="F2:F3"),
    Problem("no_rows", "表里没有数据行"),
]
RED, AMBER = "00F8C9C4", "00FCE9B2"


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


def test_export_writes_text_as_text_and_values_as_what_they_are():
    rows = [
        ["=1+1", Decimal("12.5"), 3, date(2020, 1, 2), None, True, ["助餐", "康复"]],
        ["+86", -1, 10**17, datetime(2020, 1, 2, 3, 4), "", False, "@x"],
    ]
    content = writer.export(list("ABCDEFG"), iter(rows), title="设施清单", name="设施", notes=["截至 2020-12-31"])
    tab = opened(content)["设施"]
    assert (tab["A1"].value, tab["A2"].value, tab["A3"].value) == ("设施清单", "截至 2020-12-31", "A")
    first, second = ([cell.value for cell in tab[row]] for row in (4, 5))
    assert first == ["=1+1", 12.5, 3, datetime(2020, 1, 2), None, "是", "助餐、康复"]
    assert second == ["+86", -1, str(10**17), datetime(2020, 1, 2, 3, 4), None, "否", "@x"]
    assert tab["A4"].data_type == "s"


def test_export_without_rows_has_its_header():
    tab = opened(writer.export(["名称"], [], title="", name="空")).active
    assert [[cell.value for cell in row] for row in tab.iter_rows()] == [["名称"]]


def test_export_into_counts_its_rows():
    assert writer.export_into(BytesIO(), ["数"], ([n] for n in range(7)), title="数", name="数") == 7


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\tx", "\rx", "＝1", "－1"])
def test_export_csv_guards_texts_that_look_like_formulas(text):
    lines = "".join(writer.export_csv(["名称"], [[text]]))
    assert list(csv.reader(StringIO(lines.removeprefix("\ufeff"), newline="")))[1] == [f"'{text}"]


def test_export_csv_starts_with_a_bom_and_leaves_values_alone():
    rows = [[-5, Decimal("-1.50"), None, date(2020, 1, 2), 'a"b,c', "5-6"]]
    lines = list(writer.export_csv(list("ABCDEF"), rows))
    assert lines == ["\ufeffA,B,C,D,E,F\r\n", '-5,-1.50,,2020-01-02,"a""b,c",5-6\r\n']

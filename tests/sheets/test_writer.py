"""The sheet that the portal hands out reads back the same, explains itself and runs nothing."""

import csv
import shutil
import subprocess
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from progress_sheet import META, SHEET, STAGES, ZONES, full_row, loaded

from eldercare.sheets import writer
from eldercare.sheets.cells import Grid, Workbook
from eldercare.sheets.template import BLANK_ROWS

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
    assert str(rules["F5"].sqref) == "F5:F1007"


def test_template_offers_names_one_by_one_where_several_may_stand(sheet):
    rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    assert rules["L5"].formula1 == f'"{",".join(ZONES)}"'
    assert not rules["L5"].showErrorMessage
    assert "用“、”隔开，如：生活照料、康复护理" in rules["L5"].prompt
    page = opened(template())["填报说明"]
    assert "、".join(ZONES) in [cell.value for cell in page["C"]]
    assert not page.protection.sheet


def test_template_can_be_filled_in_below_its_ruled_rows(sheet):
    assert not any(sheet.column_dimensions[letter].protection.locked for letter in ("A", "G", "S"))
    assert sheet.max_row == 4 + len(ROWS) + BLANK_ROWS


def test_template_explains_blank_zero_and_none():
    page = opened(template())["填报说明"]
    texts = {row[1].value: row[2].value for row in page.iter_rows() if len(row) > 2}
    assert texts["留空"].startswith("没有记录")
    assert texts["0"] == "记为 0，计入统计；与留空不同"
    assert texts["无"] == "记为“没有”；与留空不同"


def test_template_says_what_its_values_are_of():
    prefilled = {"prefilled": "2020-11-30 的登记，上次报送 2020年11月"}
    content = writer.template(SHEET, ROWS, meta=META | prefilled)
    line = opened(content).worksheets[0]["A2"].value
    assert (
        line
        == "填报单位：白马镇（500156101）　　报送期：2020年12月　　预填：2020-11-30 的登记，上次报送 2020年11月　　表样：progress/1"
    )
    assert SHEET.read(loaded(content), expected=EXPECTED).problems == []


def test_template_breaks_headings_that_are_wider_than_their_columns(sheet):
    assert [sheet[cell].value for cell in ("K4", "H4", "F4")] == ["护理型\n床位数", "建筑面积\n（㎡）", "建设阶段*"]


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
    assert sheet.print_area == ""
    assert "第 &P 页 共 &N 页" in sheet.oddFooter.right.text
    assert "单位盖章" in sheet.oddFooter.left.text


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

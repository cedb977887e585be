"""The four annexes of 武隆 are read as printed, from every kind of file they come in."""

import csv
import shutil
import subprocess
from functools import cache
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from annex_tables import heads, values

from eldercare.sheets import annex, reader

WULONG = Path(__file__).parents[2] / "fixtures" / "wulong-2020"
TYPES = {2: {"养老服务中心": "TOWNSHIP_CENTRE"}}
SUMS = {
    1: [1, 1, 4, 6],
    2: [4, 7, 7, 7, 21, 24, 22, 23],
    4: [2, 2, 1],
    5: [11, 11, 11, 11, 10, 10, 30, 35, 36],
}
GROUPS = {1: 2, 2: 4, 4: 0, 5: 3}


@cache
def wulong(number, *, is_settled=True):
    return matrix_in(WULONG / f"annex-{number}.csv", TYPES.get(number, {}) if is_settled else {})


def matrix_in(path, types):
    (grid,) = reader.read(path, path.name).grids
    (matrix,) = annex.read(grid, types=types)
    return matrix


@pytest.mark.parametrize("number", SUMS)
def test_wulong_annex_sums_to_the_figures_of_its_rows(number):
    matrix = wulong(number)

    assert list(matrix.computed_totals().values()) == SUMS[number]
    assert matrix.is_certain
    assert matrix.notes == [f"附件 {number}"]


@pytest.mark.parametrize(("number", "units", "blanks"), [(1, 7, 0), (2, 27, 118), (4, 5, 0), (5, 28, 0)])
def test_wulong_annex_keeps_blanks_apart_from_zeros(number, units, blanks):
    matrix = wulong(number)
    cells = [found for row in matrix.rows for found in row.cells.values()]

    assert [row.number for row in matrix.rows] == [str(count + 1) for count in range(units)]
    assert sum(found.value is None and found.printed == "" for found in cells) == blanks
    assert all(found.value == int(found.printed) for found in cells if found.printed)


def test_wulong_annex_2_shows_its_one_wrong_total_and_repairs_nothing():
    matrix = wulong(2)

    ((column, printed, computed),) = matrix.total_differences()

    assert (column.code, column.year, printed, computed) == ("VILLAGE_POINT", 2021, 23, 22)
    assert matrix.printed_totals[column.index].value == 23
    assert matrix.printed_totals[column.index].address == "I32"


@pytest.mark.parametrize("number", [1, 4, 5])
def test_wulong_annex_with_right_totals_shows_no_difference(number):
    assert wulong(number).total_differences() == []


def test_wulong_annex_2_without_an_override_asks_once_which_centre_is_meant():
    matrix = wulong(2, is_settled=False)

    (question,) = matrix.questions

    assert (question.code, question.address, question.read) == ("ambiguous_heading", "C3", "养老服务中心 (个)")
    assert question.choices == ("STREET_CENTRE", "TOWNSHIP_CENTRE")
    assert heads(matrix)[:5] == [(None, 2019), (None, 2020), (None, 2021), (None, 2022), ("VILLAGE_POINT", 2019)]


def test_wulong_annex_4_takes_its_type_from_the_title():
    matrix = wulong(4)

    assert matrix.orientation == annex.Orientation.YEARS_ONLY
    assert heads(matrix) == [("MEDICAL_ELDERLY_INSTITUTION", year) for year in (2020, 2021, 2022)]
    assert values(matrix)["鸭江镇"] == [0, 0, 1]


def test_wulong_annex_5_joins_its_three_pages_and_names_units_as_printed():
    matrix = wulong(5)

    assert [matrix.rows[15].unit, matrix.rows[27].unit] == ["庙坪乡", "区民政局直属机构"]
    assert {column.kind for column in matrix.columns} == {"role"}
    assert heads(matrix)[::3] == [("care_supervisor", 2020), ("home_director", 2020), ("caregiver", 2020)]
    assert matrix.columns[0].labels == ("养老护理主管", "2020 年 拟培训 数")
    assert matrix.rows[27].cells[9].address == "I36"


def printed(number):
    with (WULONG / f"annex-{number}.csv").open(encoding="utf-8", newline="") as lines:
        return [[int(text) if text.isdigit() else text for text in row] for row in csv.reader(lines)]


def header_merges(number, rows):
    """The ranges a spreadsheet would merge in each printed header: groups of years, and cells over both rows."""
    if not GROUPS[number]:
        return
    for top in (at for at, row in enumerate(rows, 1) if row[0] == "序号"):
        yield from (((top, column), (top + 1, column)) for column in (1, 2))
        for left in range(3, len(rows[0]) + 1, GROUPS[number]):
            yield (top, left), (top, left + GROUPS[number] - 1)


def with_openpyxl(number, path):
    book = openpyxl.Workbook()
    rows = printed(number)
    for row in rows:
        book.active.append([None if text == "" else text for text in row])
    for (top, left), (bottom, right) in header_merges(number, rows):
        book.active.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
    book.save(path)


def with_xlsxwriter(number, path):
    rows = printed(number)
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("附件")
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, [None if text == "" else text for text in row])
        for (top, left), (bottom, right) in header_merges(number, rows):
            sheet.merge_range(top - 1, left - 1, bottom - 1, right - 1, rows[top - 1][left - 1])


def assert_same_table(matrix, number):
    expected = wulong(number)
    assert heads(matrix) == heads(expected)
    assert values(matrix) == values(expected)
    assert [cell.value for cell in matrix.printed_totals.values()] == [
        cell.value for cell in expected.printed_totals.values()
    ]
    assert matrix.is_certain


@pytest.mark.parametrize("write", [with_openpyxl, with_xlsxwriter])
@pytest.mark.parametrize("number", SUMS)
def test_wulong_annex_as_xlsx_with_merged_headers_is_the_same_table(number, write, tmp_path):
    path = tmp_path / "annex.xlsx"
    write(number, path)

    assert_same_table(matrix_in(path, TYPES.get(number, {})), number)


@pytest.mark.libreoffice
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice Calc is not installed")
def test_wulong_annexes_through_libreoffice_to_xls_are_the_same_tables(tmp_path):
    for number in SUMS:
        with_openpyxl(number, tmp_path / f"annex-{number}.xlsx")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    sources = sorted(map(str, tmp_path.glob("*.xlsx")))
    command = ["soffice", profile, "--headless", "--convert-to", "xls", "--outdir", str(tmp_path), *sources]
    subprocess.run(command, check=True, capture_output=True, timeout=120)

    for number in SUMS:
        assert_same_table(matrix_in(tmp_path / f"annex-{number}.xls", TYPES.get(number, {})), number)

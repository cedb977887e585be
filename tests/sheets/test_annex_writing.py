"""A table written as it was printed: merged headers, blanks and dashes in their cells, and it reads back the same."""

import random
from dataclasses import replace
from io import BytesIO

import openpyxl
import pytest
from annex_tables import table as drawn
from hypothesis import given, settings
from hypothesis import strategies as st
from test_annex_property import SHAPES, Sheet, Table

from eldercare.annexes import tables as annextables
from eldercare.annexes.printed import printed_table
from eldercare.sheets import annex, reader
from eldercare.sheets.annex import HeaderCell, PrintedColumn, PrintedRow, PrintedSum, PrintedTable
from plans.models import PlanTable, PlanTarget, PrintedTotal

CERTAIN = {"cell_doubts": 0, "unknown_heading": False, "year_missing": False, "duplicate_unit": False}
PLAN = PrintedTable(
    title_lines=("附件 7", "武隆区 2019—2020 年建设计划表", "单位：个"),
    title_line=1,
    serial_heading="序号",
    unit_heading="乡镇\n（街道）",
    columns=(
        PrintedColumn(("街道养老服务中心", "2019 年"), "STREET_CENTRE", 2019),
        PrintedColumn(("街道养老服务中心", "2020 年"), "STREET_CENTRE", 2020),
        PrintedColumn(("2019 年村级互助养老点",), "VILLAGE_POINT", 2019),
    ),
    rows=(PrintedRow("1", "凤山街道", (0, None, "—")), PrintedRow("2", "白 马镇", (2, "３", None))),
    sums=(PrintedSum(("合 计", ""), (2, 4, "—"), 2),),
    notes=("注：空白表示没有安排。", "武隆区民政局"),
)


def opened(table):
    return openpyxl.load_workbook(BytesIO(annex.write(table))).worksheets[0]


def read_back(table, folder, **options):
    path = folder / "annex.xlsx"
    path.write_bytes(annex.write(table))
    (grid,) = reader.read(path, path.name).grids
    (matrix,) = annex.read(grid, **options)
    assert matrix.is_certain, (matrix.questions, matrix.problems)
    return matrix


def paper_of(matrix):
    """The matrix stored and taken out again, as an export does it; nothing is saved."""
    printed = printed_table(matrix, "7", "附件7")
    table = PlanTable(annex="7", title=printed.title, layout=printed.layout)
    cells = [
        PlanTarget(
            row=cell.row, unit=cell.unit, type=cell.subject, year=cell.year, planned=cell.value, cell=cell.address
        )
        for cell in printed.cells
    ]
    totals = [PrintedTotal(type=cell.subject, year=cell.year, printed=cell.value) for cell in printed.totals]
    return annextables.printed_table(table, cells, totals, subject="type", value="planned")


@settings(max_examples=25, deadline=None)
@given(shape=SHAPES.map(lambda shape: shape | CERTAIN), merged=st.booleans(), textual=st.booleans())
def test_any_table_of_the_family_is_the_same_after_it_was_stored_written_and_read(
    shape, merged, textual, tmp_path_factory
):
    sheet = Sheet(merged, textual, random.Random(shape["seed"]))
    Table(shape, sheet, "武隆区").draw()
    (matrix,) = annex.read(sheet.grid())
    paper = paper_of(matrix)

    again = read_back(paper, tmp_path_factory.mktemp("annex"))

    assert paper_of(again) == paper
    assert [(row.number, row.unit, numbers(row)) for row in again.rows] == [
        (row.number, row.unit, numbers(row)) for row in matrix.rows
    ]
    assert [cell.value for cell in again.printed_totals.values()] == [
        cell.value for cell in matrix.printed_totals.values()
    ]
    assert [(column.labels, column.code, column.year) for column in again.columns] == [
        (column.labels, column.code, column.year) for column in matrix.columns
    ]
    assert (again.title, again.title_lines, again.notes) == (matrix.title, matrix.title_lines, matrix.notes)


def numbers(row):
    return [(cell.value, cell.printed) for cell in row.cells.values()]


DRAWN = {
    "remarks and sums across": (
        "建设计划表",
        "序号|单位|村级互助养老点|_|合计|备注",
        "_|_|2019年|2020年|_|_",
        "1|白马镇|1|2|3|选址未定",
        "2|江口镇|_|—|0|_",
        "合计|_|1|2|3|见说明",
    ),
    "a remark between counts": (
        "单位|2019年社区养老服务站|说明|2020年社区养老服务站",
        "凤山街道|1|0571|2",
        "白马镇|2|_|_",
    ),
    "subtotals, and the total on top": (
        "附件3",
        "2020—2021年建设计划表",
        "序号|乡镇|2020年村级互助养老点|2021年村级互助养老点",
        "合计|_|6|7个",
        "1|白马镇|1|2",
        "2|江口镇|1|1",
        "_|小计|2|3",
        "3|平桥镇|4|4",
        "_|小计|4|—",
    ),
    "three layers": (
        "序号|单位|养老服务设施|_|_|_",
        "_|_|街道养老服务中心|_|社区养老服务站|_",
        "_|_|2019年|2020年|2019年|2020年",
        "1|凤山街道|1|0|_|—",
    ),
    "a total over two cells": ("序号|单位|2020年敬老院|2021年敬老院", "1|白马镇|1|1", "合|计|1|1"),
    "two equal headings side by side": (
        "单位|2020年敬老院|小计|2021年敬老院|备注|备注",
        "白马镇|1|1|2|东升村|选址未定",
        "江口镇|1|1|2|_|_",
    ),
    "a loose note without serial numbers or total": (
        "单位|2020年敬老院|2021年敬老院",
        "白马镇|1|1",
        "_|武隆区民政局",
    ),
    "no serial numbers and loose notes": (
        "村（社区）|2020年敬老院|2021年敬老院",
        "东升村|1|1",
        "合计|1|1",
        "_|武隆区民政局",
        "注：以实际为准。",
        "_|2020年5月9日",
    ),
}


@pytest.mark.parametrize("lines", DRAWN.values(), ids=DRAWN.keys())
def test_table_with_more_than_counts_is_the_same_after_writing(lines, tmp_path):
    (matrix,) = annex.read(drawn(*lines))
    assert matrix.is_certain
    paper = paper_of(matrix)

    again = read_back(paper, tmp_path)

    assert paper_of(again) == paper
    assert [line.label for line in paper.sums] == [
        line.label for line in sorted([*matrix.subtotals, *filter(None, [matrix.total])], key=lambda sum: sum.sheet_row)
    ]
    assert [aside.labels for aside in again.asides] == [aside.labels for aside in matrix.asides]


def test_lines_of_sums_stand_where_they_were_printed():
    (matrix,) = annex.read(drawn(*DRAWN["subtotals, and the total on top"]))

    sheet = opened(paper_of(matrix))

    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)] == [
        ["合计", None, 6, "7个"],
        [1, "白马镇", 1, 2],
        [2, "江口镇", 1, 1],
        [None, "小计", 2, 3],
        [3, "平桥镇", 4, 4],
        [None, "小计", 4, "—"],
    ]


def test_cells_hold_what_was_printed_and_blanks_stay_blank():
    sheet = opened(PLAN)

    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=6, max_row=8)] == [
        [1, "凤山街道", 0, None, "—"],
        [2, "白 马镇", 2, "３", None],
        ["合 计", None, 2, 4, "—"],
    ]
    assert [sheet.cell(row, 1).value for row in (1, 2, 3, 9, 10)] == [*PLAN.title_lines, *PLAN.notes]


def test_headings_are_merged_across_equal_neighbours_and_down_where_a_layer_is_missing():
    merged = {str(found) for found in opened(PLAN).merged_cells.ranges}

    assert merged == {"A1:E1", "A2:E2", "A3:E3", "A4:A5", "B4:B5", "C4:D4", "E4:E5", "A8:B8", "A9:E9"}
    assert annex.header(PLAN)[2:] == [
        HeaderCell("街道养老服务中心", 0, 2, 1, 2),
        HeaderCell("2019 年村级互助养老点", 0, 4, 2, 1),
        HeaderCell("2019 年", 1, 2, 1, 1),
        HeaderCell("2020 年", 1, 3, 1, 1),
    ]


def test_equal_lowest_labels_are_not_merged():
    columns = (
        PrintedColumn(("2019年", "敬老院"), "ELDERLY_HOME", 2019),
        PrintedColumn(("2020年", "敬老院"), "ELDERLY_HOME", 2020),
        PrintedColumn(("备注",), None, None),
        PrintedColumn(("备注",), None, None),
    )

    header = annex.header(PrintedTable(("表",), 0, "", "单位", columns, ()))

    assert [cell.width for cell in header] == [1] * 7


def test_total_that_differs_keeps_the_printed_number_and_says_the_sum_in_a_comment():
    sheet = opened(PLAN)

    comments = {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment}

    assert comments == {"D8": "印发合计 4，各行相加为 3，按印发的数保留。"}
    assert sheet["D8"].value == 4


def test_total_of_a_column_without_any_number_is_compared_with_nothing():
    bare = replace(PLAN, sums=(PrintedSum(("合计", ""), (2, 3, 5), 2),))

    assert bare.differences() == {2: (5, None)}
    assert replace(bare, sums=(PrintedSum(("合计", ""), (2, 3, 0), 2),)).differences() == {}
    assert opened(bare)["E8"].comment.text == "印发合计 5，各行都没有数，按印发的数保留。"


def test_text_never_becomes_a_formula_or_a_link():
    risky = replace(
        PLAN,
        title_lines=("=1+1", "http://example.test/计划表"),
        rows=(PrintedRow("=2", "=cmd|' /C calc'!A0", (0, "—", "@SUM(A1)")),),
    )
    sheet = opened(risky)

    assert [
        cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f" or cell.hyperlink
    ] == []
    assert (sheet["A1"].value, sheet["B5"].value) == ("=1+1", "=cmd|' /C calc'!A0")


def test_page_is_a4_as_wide_as_the_table_with_the_header_on_every_sheet_of_paper():
    sheet = opened(PLAN)

    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "portrait")
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$4:$5"
    assert sheet.freeze_panes == "C6"
    assert sheet.title == "附件7"


def test_wide_table_lies_on_its_side():
    years = range(2011, 2025)
    columns = tuple(PrintedColumn((f"{year}年拟建数",), "VILLAGE_POINT", year) for year in years)
    wide = replace(PLAN, columns=columns, rows=(PrintedRow("1", "白马镇", (1,) * len(columns)),), sums=())

    assert opened(wide).page_setup.orientation == "landscape"

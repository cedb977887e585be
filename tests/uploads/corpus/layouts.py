"""The same rows laid out as people lay them out: titles, gaps, notes, hidden and merged things, more sheets."""

from corpus.case import UNTOUCHED, Case
from corpus.table import HEADINGS, Table

TITLE = ("巫溪县养老服务设施建设进度月报",)
UNIT = ("填报单位：塘坊镇", None, None, None, "2020年12月", None, None, "单位：㎡、张、万元")
LOOK = (0, 0, 3, 0, 0, 1)
"""Nothing differs, one thing to look at."""


def _titled() -> Table:
    return Table().above(TITLE, UNIT)


def _merged_title(book, tab) -> None:
    tab.merge_cells("A1:S1")
    tab.merge_cells("A2:D2")


def _notes(book, tab) -> None:
    notes = book.create_sheet("说明")
    notes.append(["本月红土村点因雨停工"])
    notes.append(["填报人", "张三"])


def _hidden_copy(book, tab) -> None:
    copy = book.copy_worksheet(tab)
    copy.title, copy.sheet_state = "上月", "hidden"


def _two_alike(book, tab) -> None:
    book.copy_worksheet(tab).title = "月报（2）"


def _own_sheets(book, tab) -> None:
    book.create_sheet("填报说明", 0).append(["一行一个设施"])
    book.create_sheet("Sheet2")


def _only_sheet_hidden(book, tab) -> None:
    book.create_sheet("封面", 0)
    tab.sheet_state = "hidden"


def _hide(book, tab) -> None:
    tab.row_dimensions[3].hidden = True


def _hide_columns(book, tab) -> None:
    for letter in "GHIJ":
        tab.column_dimensions[letter].hidden = True


def _filtered(book, tab) -> None:
    tab.auto_filter.ref = "A1:S4"
    tab.row_dimensions[2].hidden = tab.row_dimensions[4].hidden = True


def _merge_villages(book, tab) -> None:
    tab.merge_cells("D2:D3")


def _merge_total(book, tab) -> None:
    tab.merge_cells("A5:F5")


def _styled_tail(book, tab) -> None:
    from openpyxl.styles import PatternFill

    for number in range(5, 1500):
        tab.cell(number, 1).fill = PatternFill("solid", fgColor="FFFF00")


def _two_row_header() -> Table:
    """建筑面积 and 使用面积 under one heading 面积, the beds under 床位; the rest stands in the upper row."""
    upper = list(HEADINGS)
    upper[7:11] = ["面积", None, "床位", None]
    lower = [None] * 7 + HEADINGS[7:11] + [None] * 8
    table = Table()
    table.rows[:1] = [upper, lower]
    return table


def _two_row_merges(book, tab) -> None:
    tab.merge_cells("H1:I1")
    tab.merge_cells("J1:K1")
    for letter in "ABCDEFGLMNOPQRS":
        tab.merge_cells(f"{letter}1:{letter}2")


def _shifted() -> Table:
    table = Table()
    table.rows = [[None, None, *row] for row in table.rows]
    return table


CASES = (
    Case("title_rows", lambda: _titled().xlsx()),
    Case("title_rows_merged", lambda: _titled().xlsx(_merged_title)),
    Case("thirty_lines_above_the_header", lambda: Table().above(*[(f"第 {n} 条",) for n in range(30)]).xlsx()),
    Case("header_in_two_rows", lambda: _two_row_header().xlsx(_two_row_merges)),
    Case("table_begins_in_column_c", lambda: _shifted().xlsx()),
    Case("blank_rows_between", lambda: Table().insert(3, []).insert(4, []).xlsx()),
    Case("row_of_spaces_between", lambda: Table().insert(3, [" ", "\u3000", "\xa0"]).xlsx()),
    Case("header_again_on_page_two", lambda: Table().insert(3, HEADINGS).xlsx()),
    Case(
        "title_and_header_again_on_page_two",
        lambda: Table().insert(3, HEADINGS).insert(3, TITLE).xlsx(),
        LOOK,
        (("note_passed_over", "A3"),),
    ),
    Case("remark_under_the_table", lambda: Table().under([], ["备注：红土村点因雨停工"]).xlsx()),
    Case(
        "notes_under_the_table",
        lambda: Table().under([], ["注：投入资金为累计数"], ["1.面积按图纸填报"]).xlsx(),
        LOOK,
        (("note_passed_over", "A7"),),
    ),
    Case(
        "signatures_under_the_table",
        lambda: Table().under(["填表人：张三", None, None, "审核人：李四", None, None, "2020年12月30日"]).xlsx(),
    ),
    Case("styled_blank_rows", lambda: Table().xlsx(_styled_tail)),
    Case("hidden_columns", lambda: Table().xlsx(_hide_columns)),
    Case("hidden_row", lambda: Table().xlsx(_hide), LOOK, (("hidden_rows", ""),)),
    Case("filtered_rows", lambda: Table().xlsx(_filtered), LOOK, (("hidden_rows", ""),)),
    Case("second_sheet_of_notes", lambda: Table().xlsx(_notes), LOOK, (("sheet_ignored", ""),)),
    Case("hidden_copy_of_last_month", lambda: Table().xlsx(_hidden_copy), LOOK, (("sheet_ignored", ""),)),
    Case("own_instruction_sheet_and_a_blank_one", lambda: Table().xlsx(_own_sheets), UNTOUCHED),
    Case("only_sheet_hidden", lambda: Table().xlsx(_only_sheet_hidden), LOOK, (("hidden_sheet", ""),)),
    Case("two_sheets_alike", lambda: Table().xlsx(_two_alike), (0, 0, 0, 0, 1, 0), (("ambiguous_sheet", ""),)),
    Case(
        "merged_villages",
        lambda: Table().put(3, village=None).xlsx(_merge_villages),
        (0, 1, 2, 0, 1, 1),
        (("merged_cells", "D2:D3"), ("village_not_given", "D3")),
    ),
    Case("merged_total", lambda: Table().under(["合计", *[None] * 6, 1400, 1150, 50, 22]).xlsx(_merge_total)),
    Case(
        "header_without_rows",
        lambda: Table().xlsx(lambda book, tab: tab.delete_rows(2, 3)),
        (0, 0, 0, 0, 1, 0),
        (("no_rows", ""),),
    ),
)

"""The copy with marks of files as they come: it opens, keeps what was sent, and marks exactly the cells spoken of."""

from collections.abc import Callable
from io import BytesIO

import openpyxl
import pytest
from corpus.layouts import TITLE, UNIT
from corpus.table import HEADINGS, KEYS, Table
from openpyxl.cell.cell import MergedCell
from openpyxl.utils.cell import range_boundaries

pytestmark = pytest.mark.django_db
WRONG = {"name": "新点", "village": "不存在村", "beds": "十张", "started_on": "2020年8月", "remark": "=1+1"}


def _sheet() -> Table:
    """One new facility with two errors (村、床位数) and one doubt (开工日期)."""
    table = Table()
    table.rows = [list(HEADINGS)]
    return table.add(**WRONG)


def _text_remark(tab, address: str) -> None:
    tab[address].data_type = "s"


def _plain(book, tab) -> None:
    _text_remark(tab, "S2")
    tab.column_dimensions["B"].width = 33
    notes = book.create_sheet("说明")
    notes["B7"] = "请先看这里"


def _titled(book, tab) -> None:
    _text_remark(tab, "S4")
    tab.merge_cells("A1:S1")
    tab.row_dimensions[4].hidden = True


SAMPLE: tuple[tuple[str, Callable[[], bytes], str, set[str], set[str]], ...] = (
    ("月报.xlsx", lambda: _sheet().xlsx(_plain), "月报", {"D2", "J2"}, {"O2"}),
    ("有标题.xlsx", lambda: _sheet().above(TITLE, UNIT).xlsx(_titled), "月报", {"D4", "J4"}, {"O4"}),
    ("倒过来.xlsx", lambda: _sheet().put(2, remark=None).order(KEYS[::-1]).xlsx(), "月报", {"J2", "P2"}, {"E2"}),
    ("月报.xls", lambda: _sheet().xls(), "月报", {"D2", "J2"}, {"O2"}),
    ("白马镇.csv", lambda: _sheet().text().encode("gb18030"), "白马镇", {"D2", "J2"}, {"O2"}),
    ("白马镇.csv", lambda: _sheet().text(delimiter="\t").encode("utf-16"), "白马镇", {"D2", "J2"}, {"O2"}),
    (
        "表头重名.xlsx",
        lambda: _sheet().put(2, remark=None).widen(10, "床位数", 9).xlsx(),
        "月报",
        {"D2", "K1"},
        {"P2"},
    ),
    ("单位不对.xlsx", lambda: _sheet().put(2, remark=None).head(invested="投入资金（元）").xlsx(), "月报",
     {"D2", "J2", "Q1"}, {"O2"}),
)  # fmt: skip


def _copy(desk, answer: dict) -> openpyxl.Workbook:
    response = desk.client.get(f"/uploads/{answer['id']}/annotated/")
    assert response.status_code == 200
    return openpyxl.load_workbook(BytesIO(response.content))


def _cells(problems: list[dict], level: str) -> set[str]:
    return {problem["cell"] for problem in problems if problem["level"] == level and problem["cell"]}


def _marked(tab) -> dict[str, str]:
    """Address and colour of every cell that has a comment."""
    cells = (cell for row in tab.iter_rows() for cell in row if not isinstance(cell, MergedCell))
    return {cell.coordinate: cell.fill.fgColor.rgb for cell in cells if cell.comment}


@pytest.mark.parametrize(
    ("filename", "build", "sheet", "errors", "doubts"), SAMPLE, ids=[f"{n}-{case[0]}" for n, case in enumerate(SAMPLE)]
)
def test_copy_marks_the_cells_of_the_problems_and_no_other(desk, filename, build, sheet, errors, doubts):
    answer = desk.send(build(), name=filename).json()
    assert _cells(answer["problems"], "error") == errors
    assert _cells(answer["problems"], "warning") >= doubts
    book = _copy(desk, answer)
    assert book.sheetnames[0] == "问题清单"
    marked = _marked(book[sheet])
    assert set(marked) == _cells(answer["problems"], "error") | _cells(answer["problems"], "warning")
    red, yellow = ({marked[address] for address in addresses} for addresses in (errors, doubts))
    assert len(red) == len(yellow) == 1
    assert red != yellow
    for problem in answer["problems"]:
        if problem["cell"]:
            assert problem["message"] in book[sheet][problem["cell"]].comment.text


@pytest.mark.parametrize("case", SAMPLE[:2] + SAMPLE[3:5], ids=lambda case: case[0])
def test_copy_keeps_what_was_typed_and_runs_nothing(desk, case):
    filename, build, sheet, errors, _ = case
    book = _copy(desk, desk.send(build(), name=filename).json())
    row = range_boundaries(min(errors))[1]
    for key, typed in WRONG.items():
        cell = book[sheet].cell(row, KEYS.index(key) + 1)
        assert (cell.value, cell.data_type) == (typed, "s")
    assert not [cell for tab in book.worksheets for line in tab.iter_rows() for cell in line if cell.data_type == "f"]


def test_copy_of_an_own_workbook_keeps_widths_and_other_sheets(desk):
    book = _copy(desk, desk.send(SAMPLE[0][1]()).json())
    assert book["月报"].column_dimensions["B"].width == 33
    assert book["说明"]["B7"].value == "请先看这里"


def test_copy_of_many_problems_lists_200_and_says_how_many_there_are(desk):
    table = _sheet()
    for number in range(249):
        table.add(**WRONG | {"name": f"新点{number}", "remark": None})
    answer = desk.send(table.put(2, remark=None).xlsx()).json()
    assert (answer["counts"]["errors"], answer["counts"]["warnings"]) == (500, 250)
    assert len(answer["problems"]) == 200
    assert {problem["level"] for problem in answer["problems"]} == {"error"}
    book = _copy(desk, answer)
    assert "750" in str(book["问题清单"]["A1"].value)
    assert len(_marked(book["月报"])) == 200
    assert "共 500 个问题，这里列出前 200 个" in desk.page(answer["id"]).content.decode()


def test_mended_copy_can_be_sent_again(desk):
    book = _copy(desk, desk.send(SAMPLE[0][1]()).json())
    tab = book["月报"]
    tab["D2"], tab["J2"], tab["S2"] = "东升村", 10, None
    target = BytesIO()
    book.save(target)
    answer = desk.send(target.getvalue())
    assert answer.status_code == 201, answer.json()["problems"]
    assert answer.json()["counts"]["new"] == 1

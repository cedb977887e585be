"""What is typed arrives in the register as exactly that value: read, staged, confirmed, and looked up again."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from corpus.injections import LIVE
from corpus.table import HEADINGS, KEYS, Table

from facilities.models import Facility, FacilityRecord

pytestmark = pytest.mark.django_db
D = Decimal
FIGURES = (
    ("beds", "10", 10),
    ("beds", "１０", 10),
    ("beds", "1,200", 1200),
    ("beds", "１，２００", 1200),
    ("beds", "12个", 12),
    ("beds", "20张", 20),
    ("beds", "20 张", 20),
    ("beds", "007", 7),
    ("beds", "'15", 15),
    ("beds", "16.0", 16),
    ("beds", "0", 0),
    ("beds", "", None),
    ("beds", "—", None),
    ("beds", "/", None),
    ("beds", " \u200b ", None),
    ("gross_area", "1420.35", D("1420.35")),
    ("gross_area", "1,420.30㎡", D("1420.30")),
    ("gross_area", "1 420平方米", D(1420)),
    ("gross_area", "0.00", D(0)),
    ("invested", "186.5025", D("186.5025")),
    ("invested", "186.5万元", D("186.5")),
    ("invested", "0.0001", D("0.0001")),
    ("invested", "-", None),
    ("progress", "80%", D(80)),
    ("progress", "８０．５％", D("80.5")),
    ("progress", "80", D(80)),
    ("progress", "0%", D(0)),
    ("progress", "100", D(100)),
)
DAYS = (
    ("started_on", "2020-08-01", date(2020, 8, 1)),
    ("started_on", "2020.8.1", date(2020, 8, 1)),
    ("started_on", "2020/8/1", date(2020, 8, 1)),
    ("started_on", "2020-8-1", date(2020, 8, 1)),
    ("started_on", "20200801", date(2020, 8, 1)),
    ("started_on", "2020年8月1日", date(2020, 8, 1)),
    ("started_on", "2020年8月", date(2020, 8, 1)),
    ("started_on", "44044", date(2020, 8, 1)),
    ("started_on", "／", None),
    ("started_on", "", None),
)
WORDS = (
    ("zones", "助餐、生活照料", ["助餐", "生活照料"]),
    ("zones", "助餐，生活照料", ["助餐", "生活照料"]),
    ("zones", "无", []),
    ("zones", "", None),
    ("operation", "公建 民营", "public_built_private_run"),
    ("operation", "", ""),
    ("operator", "  康寿\u200b公司 ", "康寿公司"),
    ("operator", "无", "无"),
    ("remark", "第一段\n第二段", "第一段\n第二段"),
    ("remark", "1,200", "1,200"),
    *(("remark", words, words.strip()) for words in LIVE),
)
SPELLINGS = FIGURES + DAYS + WORDS
TYPED = (
    ("beds", 12, 12),
    ("beds", 12.0, 12),
    ("gross_area", 1420.35, D("1420.35")),
    ("gross_area", 0.1 + 0.2, D("0.3")),
    ("invested", 186.5025, D("186.5025")),
    ("progress", 62.5, D("62.5")),
    ("started_on", date(2020, 8, 1), date(2020, 8, 1)),
    ("started_on", 20200801, date(2020, 8, 1)),
    ("started_on", 44044, date(2020, 8, 1)),
)
SHOWN_AS_PERCENT = ((0.8, "0%", D(80)), (0.455, "0.0%", D("45.5")), (1, "0.00%", D(100)), (0.07, "0%", D(7)))
FORMATS = {
    "月报.xlsx": lambda table: table.xlsx(_words_as_words),
    "月报.xls": Table.xls,
    "月报.csv": lambda table: table.text().encode("gb18030"),
}


def _words_as_words(book, tab) -> None:
    """A text that begins with = is a text here, as it is where somebody typed an apostrophe before it."""
    for row in tab.iter_rows(min_row=2):
        for cell in row:
            if cell.data_type == "f":
                cell.data_type = "s"


def _new(cells) -> Table:
    """A sheet of new facilities, one a cell, each with only that cell filled beside what is required."""
    table = Table()
    table.rows = [list(HEADINGS)]
    for number, (key, typed, _) in enumerate(cells):
        table.add(**{"name": f"第{number}点", "village": None, key: typed})
    return table


def _confirmed(desk, content: bytes, filename: str) -> None:
    answer = desk.send(content, name=filename)
    assert answer.status_code == 201, answer.json()["problems"]
    assert desk.confirm(answer.json()["id"]).status_code == 200


def _stored(number: int, key: str) -> object:
    """What the register and its one dated record both hold."""
    facility = Facility.objects.get(name=f"第{number}点")
    record = FacilityRecord.objects.get(facility=facility)
    assert getattr(record, key) == getattr(facility, key)
    return getattr(facility, key)


def _assert_stored(cells) -> None:
    for number, (key, typed, expected) in enumerate(cells):
        found = _stored(number, key)
        assert (found, type(found)) == (expected, type(expected)), f"{key} {typed!r}"


@pytest.mark.parametrize("filename", FORMATS)
def test_text_as_people_write_it_becomes_exactly_this_value(desk, filename):
    _confirmed(desk, FORMATS[filename](_new(SPELLINGS)), filename)
    _assert_stored(SPELLINGS)


def test_typed_cells_become_exactly_their_value(desk):
    _confirmed(desk, _new(TYPED).xlsx(), "月报.xlsx")
    _assert_stored(TYPED)


def test_cell_formatted_as_percentage_is_read_as_it_is_shown(desk):
    cells = tuple(("progress", typed, expected) for typed, _, expected in SHOWN_AS_PERCENT)

    def finish(book, tab) -> None:
        for row, (_, code, _) in enumerate(SHOWN_AS_PERCENT, 2):
            tab.cell(row, KEYS.index("progress") + 1).number_format = code

    _confirmed(desk, _new(cells).xlsx(finish), "月报.xlsx")
    _assert_stored(cells)


def test_column_that_the_file_does_not_have_stays_as_it_was(desk, point):
    table = Table()
    table.rows = [list(HEADINGS), Table.line({"code": point.code, "name": point.name, "type": "村级互助养老点",
                                               "planned_year": 2020, "stage": "在建", "progress": 50})]  # fmt: skip
    _confirmed(desk, table.order(["code", "name", "type", "planned_year", "stage", "progress"]).xlsx(), "月报.xlsx")
    point.refresh_from_db()
    assert (point.progress, point.beds, point.zones) == (D(50), 10, ["助餐"])


def test_text_that_would_run_comes_back_as_text_in_next_month_s_sheet(desk):
    cells = tuple(("remark", words, words) for words in LIVE)
    _confirmed(desk, _new(cells).xlsx(_words_as_words), "月报.xlsx")
    tab = openpyxl.load_workbook(BytesIO(desk.template().content()))["进度月报"]
    found = [cell for row in tab.iter_rows() for cell in row if cell.value in {words.strip() for words in LIVE}]
    assert len(found) == len(LIVE)
    assert {cell.data_type for cell in found} == {"s"}


@pytest.mark.parametrize("words", LIVE[:5])
def test_name_that_would_run_leaves_the_portal_as_text(desk, apiclient, client_for, words):
    _confirmed(desk, _new([("name", words, words)]).xlsx(_words_as_words), "月报.xlsx")
    reader = client_for(apiclient)
    table = reader.get("/api/v1/facilities/", {"format": "xlsx"})
    assert table.status_code == 200
    tab = openpyxl.load_workbook(BytesIO(b"".join(table.streaming_content))).worksheets[0]
    cell = next(cell for row in tab.iter_rows() for cell in row if cell.value == words)
    assert cell.data_type == "s"
    lines = b"".join(reader.get("/api/v1/facilities/", {"format": "csv"}).streaming_content).decode("utf-8-sig")
    assert f"'{words[:4]}" in lines
    assert f",{words[:4]}" not in lines

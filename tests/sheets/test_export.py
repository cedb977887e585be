"""Tables out of the portal: text is text in every program, values are what they are, and size costs no memory."""

import csv
import tracemalloc
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO

import openpyxl
import pytest

from eldercare.sheets import writer
from facilities.models import Facility


def opened(content):
    return openpyxl.load_workbook(BytesIO(content))


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


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@a", "0123", "1e5", "2020-01-01", "TRUE", "https://example.invalid"]
)
def test_export_never_turns_a_text_into_something_else(text):
    cell = opened(writer.export(["名称"], [[text]], title="", name="表")).active["A2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_export_guards_headings_and_items_of_lists_too():
    lines = list(writer.export_csv(["=名称"], [[["=1+1", "b"]]]))
    assert lines == ["\ufeff'=名称\r\n", "'=1+1、b\r\n"]


def peak(rows, folder):
    """The most memory that exporting so many rows took beyond what was there before."""
    with (folder / "table.xlsx").open("wb") as target:
        tracemalloc.start()
        writer.export_into(target, ["名称", "数"], ([f"设施{n}", n] for n in range(rows)), title="表", name="表")
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return most


def test_export_of_many_rows_takes_no_more_memory_than_of_few(tmp_path):
    few, many = peak(2_000, tmp_path), peak(8_000, tmp_path)
    assert many < few * 1.2


def test_export_csv_gives_its_lines_one_by_one():
    taken = []
    lines = writer.export_csv(["数"], (taken.append(n) or [n] for n in range(1000)))
    assert [next(lines), next(lines), taken] == ["\ufeff数\r\n", "0\r\n", [0]]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 5])
def test_export_of_a_queryset_is_one_query(register, django_assert_num_queries, count):
    for number in range(count):
        register(name=f"第{number}个点")
    rows = Facility.objects.values_list("code", "name", "beds")
    with django_assert_num_queries(1):
        assert (
            writer.export_into(BytesIO(), ["编码", "名称", "床位"], rows.iterator(), title="设施", name="设施") == count
        )

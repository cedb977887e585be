"""What the reader makes of good files and of odd but honest ones: exact values with their address."""

import io
import math
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
import xlsbuilder as xls
import xlsxwriter
from packages import (
    BOOK_TARGETS,
    STRICT,
    STRICT_OFFICE,
    book,
    rels,
    shared,
    sheet,
    styles,
    xlsx,
)

from eldercare.sheets import reader, text
from eldercare.sheets.cells import Mark, Merge
from eldercare.sheets.guard import Refused


@pytest.fixture
def read(tmp_path):
    def run(data: bytes, filename: str = "月报.xlsx"):
        path = tmp_path / "upload"
        path.write_bytes(data)
        return reader.read(path, filename)

    return run


@pytest.fixture
def grid(read):
    """The first worksheet of a file."""
    return lambda data, filename="月报.xlsx": read(data, filename).grids[0]


def cells(*pairs: tuple[str, str]) -> str:
    return "".join(
        f'<c r="{"ABCDEFGHIJ"[n]}1"{attributes}>{content}</c>' for n, (attributes, content) in enumerate(pairs)
    )


def row(*pairs: tuple[str, str]) -> bytes:
    return xlsx(rows=f'<row r="1">{cells(*pairs)}</row>')


# Numbers, text, dates


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12", 12),
        ("-3", -3),
        ("+4", 4),
        ("0", 0),
        ("0.5", Decimal("0.5")),
        (".5", Decimal("0.5")),
        ("0.30000000000000004", Decimal("0.3")),
        ("1234.5600000000001", Decimal("1234.56")),
        ("1E3", Decimal(1000)),
        ("1.1E-7", Decimal("0.00000011")),
        ("110101195001011234", 110101195001011234),
    ],
)
def test_number_is_exact(grid, written, value):
    read = grid(row(("", f"<v>{written}</v>"))).value(1, 1)
    assert (read, type(read)) == (value, type(value))


def test_decimal_of_large_number_has_no_exponent(grid):
    assert str(grid(row(("", "<v>1.5E+20</v>"))).value(1, 1)) == "150000000000000000000"


@pytest.mark.parametrize(
    ("attributes", "content", "value"),
    [
        (' t="s"', "<v>1</v>", "敬老院"),
        (' t="str"', "<f>A2</f><v>街道</v>", "街道"),
        (' t="inlineStr"', "<is><t>街道</t></is>", "街道"),
        (' t="inlineStr"', "<is><r><t>街</t></r><r><rPr><b/></rPr><t>道</t></r></is>", "街道"),
        (' t="inlineStr"', '<is><t xml:space="preserve"> 街道 </t></is>', " 街道 "),
        (' t="str"', "<v>=1+1</v>", "=1+1"),
        (' t="str"', "<v>007</v>", "007"),
        (' t="str"', "<v>一_x000D_\n二</v>", "一\n二"),
        (' t="str"', "<v>_x005F_x0041_</v>", "_x0041_"),
        (' t="str"', "<v>_xD83C__xDFE0_</v>", "🏠"),
        (' t="str"', "<v>&lt;x5F&amp;x005F_&gt;</v>", "<x5F&x005F_>"),
        (' t="str"', "<v>敬\u200b老\u202e院\ufeff</v>", "敬老院"),
        (' t="str"', "<v>（１２）㎡</v>", "（１２）㎡"),
        (' t="b"', "<v>1</v>", True),
        (' t="b"', "<v>0</v>", False),
        (' t="d"', "<v>2025-03-01</v>", date(2025, 3, 1)),
        (' t="d"', "<v>2025-03-01T08:30:00Z</v>", datetime(2025, 3, 1, 8, 30)),
        (' s="1"', "<v>45717</v>", date(2025, 3, 1)),
        (' s="1"', "<v>45717.5</v>", datetime(2025, 3, 1, 12)),
        (' s="1"', "<v>0.5</v>", "12:00:00"),
    ],
)
def test_value_is_read_as_written(grid, attributes, content, value):
    read = grid(row((attributes, content))).value(1, 1)
    assert (read, type(read)) == (value, type(value))


def test_dates_of_1904_system(grid):
    data = xlsx(
        rows='<row r="1"><c r="A1" s="1"><v>44255</v></c></row>', book=book(before='<workbookPr date1904="1"/>')
    )
    assert grid(data).value(1, 1) == date(2025, 3, 1)


@pytest.mark.parametrize("number", [27, 31, 36, 50, 57, 58], ids=str)
def test_chinese_built_in_date_formats_are_dates(grid, number):
    data = xlsx(rows='<row r="1"><c r="A1" s="1"><v>45717</v></c></row>', styles=styles(used=(0, number)))
    assert grid(data).value(1, 1) == date(2025, 3, 1)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("yyyy&quot;年&quot;m&quot;月&quot;", date(2025, 3, 1)),
        ("[$-804]yyyy/m/d;@", date(2025, 3, 1)),
        ("0&quot;年&quot;", 45717),
        ("#,##0.00", 45717),
        ("[h]:mm", "1097208:00:00"),
    ],
)
def test_declared_format_decides_what_is_a_date(grid, code, value):
    custom = f'<numFmt numFmtId="176" formatCode="{code}"/>'
    data = xlsx(rows='<row r="1"><c r="A1" s="1"><v>45717</v></c></row>', styles=styles(custom=custom, used=(0, 176)))
    assert grid(data).value(1, 1) == value


@pytest.mark.parametrize(
    ("code", "written", "value"),
    [
        (9, "0.8", "80%"),
        (10, "0.455", "45.5%"),
        (9, "1", "100%"),
        (9, "0", "0%"),
        (9, "-0.05", "-5%"),
        (9, "0.07", "7%"),
        (0, "0.8", Decimal("0.8")),
    ],
)
def test_cell_formatted_as_percentage_reads_as_it_is_shown(grid, code, written, value):
    data = xlsx(rows=f'<row r="1"><c r="A1" s="1"><v>{written}</v></c></row>', styles=styles(used=(0, code)))
    read = grid(data).value(1, 1)
    assert (read, type(read)) == (value, type(value))
    records = xls.number(0, 0, float(written), style=3 if code else 0)
    assert grid(xls.workbook([("机构", records)]), "月报.xls").value(1, 1) == (value if code else Decimal("0.8"))


def test_phonetic_guides_are_no_text(grid):
    strings = shared('<t>重</t><rPh sb="0" eb="1"><t>chong</t></rPh>')
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    assert grid(xlsx(strings=strings, rows=rows)).value(1, 1) == "重"


# Cells that look empty or strange


@pytest.mark.parametrize("content", ["<f>SUM(B1:B9)</f>", "<f>SUM(B1:B9)</f><v/>", '<f t="shared" si="0"/><v></v>'])
def test_formula_without_result_is_marked_and_its_row_is_not_blank(grid, content):
    read = grid(row(("", "<v>1</v>"), ("", ""), ("", content)))
    assert read.marks == {(1, 3): Mark.FORMULA_WITHOUT_VALUE}
    assert read.rows == [(1, None, None)]


def test_formula_with_result_is_its_result(grid):
    read = grid(row(("", "<f>1+1</f><v>2</v>"), (' t="str"', '<f>""</f><v></v>')))
    assert (read.rows, read.marks) == ([(2,)], {})


@pytest.mark.parametrize("shown", ["#REF!", "#DIV/0!", "#N/A", "#VALUE!"])
def test_error_cell_is_marked_and_shows_its_error(grid, shown):
    read = grid(row((' t="e"', f"<f>X</f><v>{shown}</v>")))
    assert (read.rows, read.marks) == ([(shown,)], {(1, 1): Mark.ERROR})


@pytest.mark.parametrize("serial", ["-5", "99999999"])
def test_date_out_of_range_is_an_error(grid, serial):
    assert grid(row((' s="1"', f"<v>{serial}</v>"))).marks == {(1, 1): Mark.ERROR}


# Shape


def test_rows_and_cells_keep_their_place(grid):
    data = xlsx(rows='<row r="3"><c r="B3"><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>')
    assert grid(data).rows == [(), (), (None, 1, 2), (3,)]


def test_wrong_dimension_and_counts_lose_nothing(grid):
    rows = "".join(
        f'<row r="{n}" spans="1:1"><c r="A{n}"><v>{n}</v></c><c r="B{n}"><v>{n}</v></c></row>' for n in (1, 2, 9)
    )
    assert len(grid(xlsx(sheet=sheet(rows, before='<dimension ref="A1"/>'))).rows) == 9


def test_blank_tail_is_trimmed(grid):
    blank = (' s="1"', ""), (' t="str"', "<v> \u200b\u3000</v>"), (' t="s"', "<v></v>")
    read = grid(xlsx(rows=f'<row r="1">{cells(("", "<v>1</v>"), *blank)}</row><row r="2"><c r="A2" s="1"/></row>'))
    assert read.rows == [(1,)]


def test_a_million_styled_empty_rows_are_nothing(grid):
    tail = "".join(f'<row r="{n}" s="1" customFormat="1" ht="20"/>' for n in range(2, 1_048_577))
    assert grid(xlsx(rows=f'<row r="1">{cells(("", "<v>1</v>"))}</row>{tail}')).rows == [(1,)]


def test_merges_hidden_rows_and_hidden_sheets_are_told(read):
    wanted = openpyxl.Workbook()
    first = wanted.active
    first.title, first["A1"], first["A4"] = "机构", "名称", "敬老院"
    first.merge_cells("A1:C2")
    first.row_dimensions[4].hidden = first.row_dimensions[9].hidden = True
    wanted.create_sheet("隐藏").sheet_state = "veryHidden"
    wanted.create_chartsheet("图")
    out = io.BytesIO()
    wanted.save(out)
    shown, hidden = read(out.getvalue()).grids
    assert (shown.name, shown.hidden, shown.merges, shown.hidden_rows) == ("机构", False, (Merge(1, 1, 2, 3),), {4})
    assert (hidden.name, hidden.hidden, hidden.rows) == ("隐藏", True, [])


def test_strict_workbook_reads_like_any_other(read):
    data = xlsx(
        root=rels(("officeDocument", "xl/workbook.xml"), office=STRICT_OFFICE),
        book=book(strict=True),
        rels=rels(*BOOK_TARGETS, office=STRICT_OFFICE),
        strings=shared("<t>名称</t>").replace("http://schemas.openxmlformats.org/spreadsheetml/2006/main", STRICT),
        sheet=sheet('<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>12</v></c></row>', space=STRICT),
    )
    assert read(data).grid("机构").rows == [("名称", 12)]


def test_absolute_targets_and_other_part_names_are_followed(read):
    data = xlsx(
        {"data/表 1.xml": sheet()},
        rels=rels(("worksheet", "/data/%E8%A1%A8%201.xml"), ("styles", "/xl/styles.xml")),
    )
    assert read(data).grids[0].rows == [(1,)]


def test_external_links_are_ignored(grid):
    link = (
        f'<Relationship Id="x" Type="{STRICT_OFFICE}/externalLink" Target="http://192.0.2.1/x" TargetMode="External"/>'
    )
    assert grid(xlsx({"xl/externalLinks/externalLink1.xml": "<x/>"}, rels=rels(*BOOK_TARGETS, more=link))).rows == [
        (1,)
    ]


def test_workbook_without_strings_and_styles_is_read(grid):
    data = xlsx(rels=rels(("worksheet", "worksheets/sheet1.xml")), rows='<row r="1"><c r="A1" s="0"><v>1</v></c></row>')
    assert grid(data).rows == [(1,)]


def test_ten_thousand_rows_arrive_complete(grid):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as wanted:
        page = wanted.add_worksheet()
        for n in range(10_000):
            page.write_row(n, 0, [f"第{n}号", n, n / 8, *range(16)])
    rows = grid(out.getvalue()).rows
    assert len(rows) == 10_000
    assert rows[9_999][:3] == ("第9999号", 9_999, Decimal("1249.875"))
    assert sum(map(len, rows)) == 190_000


# .xls


def test_xls_values_are_exact(grid):
    records = xls.label(0, 0, "敬老院\u200b") + xls.number(0, 1, 12) + xls.number(0, 2, 0.1 + 0.2) + xls.blank(0, 3)
    records += xls.number(2, 0, 45717, style=1) + xls.number(2, 1, 45717.5, style=1) + xls.number(2, 2, 0.5, style=2)
    records += xls.boolean(2, 3, True) + xls.error(2, 4, 0x17) + xls.number(3, 0, -5, style=1) + xls.blank(9, 9)
    read = grid(xls.workbook([("机构", records)]), "月报.xls")
    assert read.rows == [
        ("敬老院", 12, Decimal("0.3")),
        (),
        (date(2025, 3, 1), datetime(2025, 3, 1, 12), "12:00:00", True, "#REF!"),
        ("#VALUE!",),
    ]
    assert type(read.value(1, 2)) is int
    assert read.marks == {(3, 5): Mark.ERROR, (4, 1): Mark.ERROR}


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("style", [0, 1, 3])
def test_xls_number_that_is_none_is_an_error_and_no_word(grid, number, style):
    read = grid(xls.workbook([("机构", xls.label(0, 0, "x") + xls.number(0, 1, number, style=style))]), "月报.xls")
    assert read.marks == {(1, 2): Mark.ERROR}
    assert read.rows[0][1].startswith("#")


def test_xls_dates_of_1904_system(grid):
    data = xls.workbook([("机构", xls.number(0, 0, 44255, style=1))], date1904=True)
    assert grid(data, "月报.xls").value(1, 1) == date(2025, 3, 1)


def test_xls_merges_hidden_rows_and_hidden_sheets_are_told(read):
    records = xls.hidden_row(1) + xls.number(1, 0, 1) + xls.hidden_row(5) + xls.merged((0, 1, 0, 2))
    shown, hidden = read(xls.workbook([("机构", records), ("隐藏", b"")], hidden=["隐藏"]), "A.XLS").grids
    assert (shown.name, shown.hidden, shown.merges, shown.hidden_rows) == ("机构", False, (Merge(1, 1, 2, 3),), {2})
    assert (hidden.name, hidden.hidden) == ("隐藏", True)


# .csv


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_csv_of_each_encoding(read, encoding):
    grid = read("名称,床位\n敬老院（１）,012\n".encode(encoding), "三月.csv").grids[0]
    assert (grid.name, grid.rows) == ("三月", [("名称", "床位"), ("敬老院（１）", "012")])


@pytest.mark.parametrize("order", ["le", "be"])
def test_csv_of_utf16_in_either_order(grid, order):
    assert grid("\ufeff名称\t床位".encode(f"utf-16-{order}"), "a.csv").rows == [("名称", "床位")]


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_csv_delimiter_is_taken_from_the_first_line_that_has_one(grid, separator):
    data = f"月报表\n名称{separator}床位{separator}地址\n院{separator}1{separator}a，b:c\n".encode()
    assert grid(data, "a.csv").rows == [("月报表",), ("名称", "床位", "地址"), ("院", "1", "a，b:c")]


def test_csv_delimiter_inside_quotes_does_not_count(grid):
    assert grid(b'"a;b;c;d",e\nf,g', "a.csv").rows == [("a;b;c;d", "e"), ("f", "g")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_csv_line_ends_and_quoted_line_breaks(grid, end):
    data = end.join(["名称,床位", f'"一{end}二 ""三""",1', "", "四,"]).encode()
    assert grid(data, "a.csv").rows == [("名称", "床位"), ('一\n二 "三"', "1"), (), ("四",)]


def test_csv_control_character_names_its_cell(read):
    with pytest.raises(Refused, match="工作表“三月”的 B2 单元格"):
        read(b"a,b\nc,\x00d\n", "三月.csv")


def test_csv_without_a_name_is_called_csv(read):
    assert read(b"a,b", " .csv").grids[0].name == "CSV"


# Text


def test_normalised_text_folds_width_and_spacing():
    assert text.normalise(" 床位\u3000（ 张\u200b ）\n１２㎡ ") == "床位 ( 张 ) 12m2"


def test_compact_text_has_no_white_space():
    assert text.compact(" 床位\u3000（ 张\ufeff ）\n") == "床位(张)"

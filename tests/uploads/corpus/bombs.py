"""Files that are small to send and large, endless or circular to read."""

import io
import struct
import zipfile
from collections.abc import Callable

import packages
import xlsbuilder as xls

from corpus.case import Case, refused
from corpus.packed import rewritten
from corpus.table import HEADINGS, Table

MEGABYTE = 1024 * 1024
SECTOR = 512


def _styled_blanks() -> bytes:
    """A million blank styled cells under the three facilities, as a column coloured to its end leaves them."""
    content = Table().xlsx()
    rows = "".join(f'<row r="{number}">' + '<c s="0"/>' * 50 + "</row>" for number in range(100, 20_100))
    return rewritten(content, "</sheetData>", f"{rows}</sheetData>")


def _same_string_everywhere() -> bytes:
    """One shared string of 30,000 characters, pointed at by 20,000 cells."""
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 20_001))
    return packages.xlsx(strings=packages.shared(f"<t>{'长' * 30_000}</t>"), rows=rows)


def _nested_zips() -> bytes:
    content = bytes(MEGABYTE)
    for depth in range(6):
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
            for copy in range(10):
                package.writestr(f"{depth}-{copy}.zip", content)
        content = target.getvalue()
    return content


def _zip_inside_workbook() -> bytes:
    return packages.xlsx({"xl/embeddings/x.zip": _nested_zips()})


def _deep_strings() -> bytes:
    return packages.xlsx(strings=f'<sst xmlns="{packages.MAIN}"><si>{"<x>" * 5000}{"</x>" * 5000}</si></sst>')


def _many_styles() -> bytes:
    used = "<xf numFmtId='0'/>" * 70_000
    return packages.xlsx(
        {packages.STYLES: f'<styleSheet xmlns="{packages.MAIN}"><cellXfs>{used}</cellXfs></styleSheet>'}
    )


def _many_attributes() -> bytes:
    attributes = " ".join(f'a{n}="{n}"' for n in range(200_000))
    return packages.xlsx(sheet=packages.sheet(f'<row r="1" {attributes}/>'))


def _looping_fat(place: Callable[[int], int]) -> bytes:
    """An .xls whose sectors follow each other in a circle: `place` says what follows a sector."""
    data = bytearray(Table().xls())
    first = struct.unpack_from("<I", data, 0x4C)[0]
    at = SECTOR * (first + 1)
    for sector in range(2, 30):
        struct.pack_into("<I", data, at + 4 * sector, place(sector))
    return bytes(data)


def _looping_directory() -> bytes:
    """Every directory entry is its own left and right neighbour."""
    data = bytearray(Table().xls())
    at = SECTOR * (struct.unpack_from("<I", data, 0x30)[0] + 1)
    for entry in range(2):
        struct.pack_into("<III", data, at + 128 * entry + 68, entry, entry, entry)
    return bytes(data)


def _sheets_at_the_same_place() -> bytes:
    """Twenty sheets whose records all begin where the workbook itself begins: reading goes round in a circle."""
    stream = bytearray(xls.stream([(f"表{n}", b"") for n in range(20)]))
    at = 0
    while at + 4 < len(stream):
        number, length = struct.unpack_from("<HH", stream, at)
        if number == 0x0085:
            struct.pack_into("<I", stream, at + 4, 0)
        at += 4 + length
    return xls.ole(bytes(stream))


def _xls_strings(count: int) -> bytes:
    """A table of shared strings that announces many more than it has."""
    return xls.workbook([("月报", xls.label(0, 0, "x"))], extra=xls.record(0x00FC, struct.pack("<II", count, count)))


def _xls_far_row() -> bytes:
    return xls.workbook([("月报", xls.number(65_535, 0, 1) + xls.number(65_535, 59, 1))])


def _one_line(mebibytes: int) -> bytes:
    return b"a" * mebibytes * MEGABYTE


def _remarked(words: str) -> bytes:
    """The same remark in every row, long enough that whatever looks at it twice for each of its characters never ends."""
    return Table().put(2, remark=words).put(3, remark=words).put(4, remark=words).text().encode()


def _ligatures() -> bytes:
    """Above the table, 900 cells of 32,000 signs that fold to eighteen letters each; all of them point at one string."""
    above = "".join(f'<row r="{row}">{_POINTING}</row>' for row in range(1, 37))
    table = "".join(f'<row r="{row}">{"".join(map(_typed, cells))}</row>' for row, cells in enumerate(Table().rows, 37))
    return packages.xlsx(strings=packages.shared(f"<t>{chr(0xFDFA) * 32_000}</t>"), rows=above + table)


_POINTING = '<c t="s"><v>0</v></c>' * 25


def _typed(value: str | float | None) -> str:
    if value is None:
        return "<c/>"
    return f'<c t="{"str" if isinstance(value, str) else "n"}"><v>{value}</v></c>'


CASES = (
    Case("million_styled_blank_cells", _styled_blanks),
    refused("one_string_in_20000_cells", "too_much_text", _same_string_everywhere),
    refused("zips_in_zips", "compressed", _nested_zips),
    refused("zips_in_a_workbook", "no_header", _zip_inside_workbook),
    refused("strings_5000_deep", "too_deep", _deep_strings),
    refused("seventy_thousand_styles", "bomb", _many_styles),
    refused("two_hundred_thousand_attributes", "no_header", _many_attributes),
    refused("xls_sector_follows_itself", "broken_xls", lambda: _looping_fat(lambda sector: sector), "月报.xls"),
    refused("xls_sectors_in_a_circle", "broken_xls", lambda: _looping_fat(lambda sector: 2), "月报.xls"),
    refused("xls_directory_in_a_circle", "broken_xls", _looping_directory, "月报.xls"),
    refused("xls_sheets_in_a_circle", "broken_xls", _sheets_at_the_same_place, "月报.xls"),
    refused("xls_four_billion_strings", "no_header", lambda: _xls_strings(0xFFFFFFFF), "月报.xls"),
    refused("xls_far_row", "no_header", _xls_far_row, "月报.xls"),
    refused("csv_one_line_of_nine_megabytes", "csv_quotes", lambda: _one_line(9), "月报.csv"),
    refused("csv_open_quote_of_nine_megabytes", "csv_quotes", lambda: b'"' + _one_line(9), "月报.csv"),
    refused("csv_four_million_columns", "no_header", lambda: b"," * (4 * MEGABYTE), "月报.csv"),
    refused("csv_four_million_filled_columns", "too_many_columns", lambda: b"1," * (4 * MEGABYTE), "月报.csv"),
    refused("csv_four_million_quotes", "csv_quotes", lambda: b'""' * (4 * MEGABYTE), "月报.csv"),
    Case(
        "csv_thirty_thousand_brackets_in_a_cell",
        lambda: _remarked("(" * 30_000),
        (0, 0, 0, 0, 3, 0),
        (("too_long", "S2"), ("too_long", "S3"), ("too_long", "S4")),
        "月报.csv",
    ),
    Case("nine_hundred_ligatures_of_eighteen_letters_above", _ligatures),
    refused("csv_four_million_lines", "no_header", lambda: b"\n" * (4 * MEGABYTE), "月报.csv"),
    refused("csv_nine_megabytes_of_nul", "csv_encoding", lambda: bytes(9 * MEGABYTE), "月报.csv"),
    Case(
        "xlsx_headings_then_20000_empty_rows",
        lambda: packages.xlsx(rows=_headings() + "".join(f'<row r="{n}"/>' for n in range(2, 20_000))),
        (0, 0, 0, 0, 1, 0),
        (("no_rows", ""),),
    ),
)


def _headings() -> str:
    cells = "".join(f'<c t="inlineStr"><is><t>{heading}</t></is></c>' for heading in HEADINGS)
    return f'<row r="1">{cells}</row>'

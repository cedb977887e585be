"""Files that lie, overflow or hide something, each with the code of the refusal it must meet (None: read all right)."""

import struct
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import xlsbuilder as xls
from packages import (
    BOOK,
    BOOK_TARGETS,
    KIND,
    MAIN,
    PACKAGE,
    ROW,
    SHEET,
    STRINGS,
    STYLES,
    TYPES,
    book,
    patched,
    rels,
    shared,
    sheet,
    styles,
    with_entry,
    without,
    xlsx,
    zipped,
)

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Case:
    """One file: what a test calls it, the name its sender gave it, its bytes and the expected code."""

    name: str
    code: str | None
    build: Callable[[], bytes]
    filename: str = "月报.xlsx"


def _duplicate() -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return with_entry(zipfile.ZipInfo(SHEET), sheet("").encode())


def _link() -> bytes:
    info = zipfile.ZipInfo("xl/media/link")
    info.external_attr = 0o120777 << 16
    return with_entry(info, b"/etc/passwd")


def _cells(count: int) -> str:
    return "".join(f"<c><v>{n}</v></c>" for n in range(count))


def _sheets(count: int) -> bytes:
    names = "".join(f'<sheet name="{n}" sheetId="{n}" r:id="r{n}"/>' for n in range(1, count + 1))
    return xlsx(
        {f"xl/worksheets/s{n}.xml": sheet() for n in range(1, count + 1)},
        book=book(names),
        rels=rels(*(("worksheet", f"worksheets/s{n}.xml") for n in range(1, count + 1))),
    )


def _rows(count: int) -> str:
    return "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, count + 1))


def _cell(attributes: str, content: str) -> bytes:
    return xlsx(rows=f'<row r="1"><c r="A1"{attributes}>{content}</c></row>')


def _merges(*references: str) -> bytes:
    cells = "".join(f'<mergeCell ref="{reference}"/>' for reference in references)
    return xlsx(sheet=sheet(after=f"<mergeCells>{cells}</mergeCells>"))


def _lines(count: int) -> bytes:
    return "".join(f"{n},敬老院\n" for n in range(count)).encode()


ENTITIES = f"""<!DOCTYPE worksheet [<!ENTITY a "{"九" * 50}"><!ENTITY b "{"&a;" * 50}"><!ENTITY c "{"&b;" * 50}">]>"""
EXTERNAL = '<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
MACRO_TYPES = f"""<Types xmlns="{PACKAGE}/content-types"><Override PartName="/{BOOK}"
    ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>"""
DEEP = "<x>" * 100 + "</x>" * 100
FOREIGN_SHEET = f'<chartsheet xmlns="{MAIN}"><sheetData>{ROW}</sheetData></chartsheet>'

ZIP_CASES = (
    Case("truncated", "broken_zip", lambda: xlsx()[:-300]),
    Case("half_downloaded", "broken_zip", lambda: xlsx(rows=_rows(500))[:2000]),
    Case("empty_zip", "broken_zip", lambda: zipped({})),
    Case("plain_zip", "compressed", lambda: zipped({"表.txt": "x"})),
    Case("workbook_inside_zip", "compressed", lambda: zipped({"表.xlsx": xlsx()})),
    Case("too_many_entries", "too_many_parts", lambda: xlsx({f"xl/media/{n}": "" for n in range(200)})),
    Case("very_many_entries", "too_many_parts", lambda: xlsx({f"xl/media/{n}": "" for n in range(5000)})),
    Case("duplicate_entry", "duplicate_part", _duplicate),
    Case("duplicate_in_other_case", "duplicate_part", lambda: xlsx({SHEET.upper(): sheet("")})),
    Case("path_traversal", "unsafe_part", lambda: with_entry(zipfile.ZipInfo("../../etc/cron.d/x"))),
    Case("absolute_path", "unsafe_part", lambda: with_entry(zipfile.ZipInfo("/etc/cron.d/x"))),
    Case("backslash_path", "unsafe_part", lambda: with_entry(zipfile.ZipInfo("xl\\media\\x"))),
    Case("symbolic_link", "unsafe_part", _link),
    Case("encrypted_entry", "encrypted", lambda: patched(xlsx(), SHEET, flags=1)),
    Case("unknown_compression", "method", lambda: zipped({TYPES: "x"}, method=zipfile.ZIP_LZMA)),
    Case("overlapping_entries", "overlap", lambda: patched(xlsx(), SHEET, packed=5000)),
    Case("overlapping_inner_entry", "overlap", lambda: patched(xlsx(), BOOK, packed=900)),
    Case("wrong_checksum", "broken_zip", lambda: patched(xlsx(), SHEET, crc=7)),
    Case("stream_ends_early", "broken_zip", lambda: patched(xlsx(), SHEET, packed=40)),
    Case("wrong_declared_size", None, lambda: patched(xlsx(), SHEET, size=1)),
    Case("zip_bomb", "bomb", lambda: xlsx(sheet=sheet(after=" " * 70 * MEGABYTE))),
    Case("dense_zip_bomb", "bomb", lambda: xlsx(sheet=sheet(after=" " * 9 * MEGABYTE))),
    Case("bomb_declared_small", "bomb", lambda: patched(xlsx(sheet=sheet(after=" " * 9 * MEGABYTE)), SHEET, size=10)),
    Case("bomb_in_unknown_part", None, lambda: xlsx({"xl/media/x.bin": bytes(70 * MEGABYTE)})),
    Case("unknown_parts", None, lambda: xlsx({"customXml/x.xml": "<!DOCTYPE x><x/>", "docProps/x": "y"})),
    Case(
        "huge_shared_strings",
        "bomb",
        lambda: xlsx(strings=shared(*(f"<t>第{n}个字符串内容</t>" for n in range(500_000)))),
    ),
    Case("macro_project", "macro", lambda: xlsx({"xl/vbaProject.bin": "x"})),
    Case("macro_content_type", "macro", lambda: xlsx(types=MACRO_TYPES)),
    Case("macro_sheet", "macro", lambda: xlsx({"xl/macrosheets/sheet1.xml": "x"})),
)

XML_CASES = (
    Case("entity_bomb", "doctype", lambda: xlsx(sheet=ENTITIES + sheet())),
    Case("external_entity", "doctype", lambda: xlsx(sheet=EXTERNAL + sheet())),
    Case("doctype_in_strings", "doctype", lambda: xlsx(strings="<!DOCTYPE sst>" + shared())),
    Case("doctype_in_workbook", "doctype", lambda: xlsx(book="<!DOCTYPE workbook>" + book())),
    Case("doctype_in_styles", "doctype", lambda: xlsx(styles="<!DOCTYPE x><x/>")),
    Case("doctype_in_relationships", "doctype", lambda: xlsx(rels="<!DOCTYPE x>" + rels(*BOOK_TARGETS))),
    Case("doctype_in_utf16", "doctype", lambda: xlsx({SHEET: ("<!DOCTYPE worksheet>" + sheet()).encode("utf-16")})),
    Case("deep_nesting", "too_deep", lambda: xlsx(sheet=sheet(after=DEEP))),
    Case("endless_attribute", "malformed_xml", lambda: xlsx(sheet=sheet(after=f'<x y="{"ab" * 3 * MEGABYTE}'))),
    Case("cut_xml", "malformed_xml", lambda: xlsx(sheet=sheet()[:-20])),
    Case("not_xml", "malformed_xml", lambda: xlsx(sheet="名称,床位")),
    Case("two_roots", "malformed_xml", lambda: xlsx(sheet=sheet() + sheet())),
    Case("no_content_types", "compressed", lambda: without(TYPES)),
    Case("no_workbook", "broken_parts", lambda: without(BOOK)),
    Case("no_sheet_part", "broken_parts", lambda: without(SHEET)),
    Case("no_strings_part", "broken_parts", lambda: without(STRINGS)),
    Case("no_styles_part", "broken_parts", lambda: without(STYLES)),
    Case("relationship_missing", "broken_parts", lambda: xlsx(rels=rels(("styles", "styles.xml")))),
    Case("relationship_outside", "broken_parts", lambda: xlsx(rels=rels(("worksheet", "../../../x.xml")))),
    Case(
        "relationship_twice",
        "broken_parts",
        lambda: xlsx(book=book('<sheet name="A" r:id="r1"/><sheet name="B" r:id="r1"/>')),
    ),
    Case("relationship_of_other_kind", "broken_parts", lambda: xlsx(rels=rels(("theme", "worksheets/sheet1.xml")))),
    Case(
        "same_sheet_name_twice",
        "broken_parts",
        lambda: xlsx(book=book('<sheet name="A" r:id="r1"/><sheet name="a" r:id="r2"/>')),
    ),
    Case("no_sheets", "no_sheet", lambda: xlsx(book=book(""))),
    Case("other_root", "broken_parts", lambda: xlsx(sheet=FOREIGN_SHEET)),
    Case("no_namespace", "broken_parts", lambda: xlsx(sheet=sheet(space=""))),
    Case("no_sheet_data", "broken_parts", lambda: xlsx(sheet=f'<worksheet xmlns="{MAIN}"/>')),
    Case("two_sheet_data", "broken_parts", lambda: xlsx(sheet=sheet(after=f"<sheetData>{ROW}</sheetData>"))),
    Case("rows_wrapped", "broken_parts", lambda: xlsx(rows=f"<x>{ROW}</x>")),
    Case("too_many_sheets", "too_many_sheets", lambda: _sheets(21)),
    Case("too_many_rows", "too_many_rows", lambda: xlsx(rows=_rows(20_001))),
    Case("column_16384", "too_many_columns", lambda: xlsx(rows='<row r="1"><c r="XFD1"><v>1</v></c></row>')),
    Case("column_61", "too_many_columns", lambda: xlsx(rows=f'<row r="1">{_cells(61)}</row>')),
    Case("column_beyond_sheet", "bad_reference", lambda: xlsx(rows='<row r="1"><c r="XFE1"><v>1</v></c></row>')),
    Case("last_row_of_sheet", "far_cell", lambda: xlsx(rows='<row r="1048576"><c r="A1048576"><v>1</v></c></row>')),
    Case("row_beyond_sheet", "bad_reference", lambda: xlsx(rows='<row r="4294967297"><c><v>1</v></c></row>')),
    Case("row_zero", "bad_reference", lambda: xlsx(rows='<row r="0"><c><v>1</v></c></row>')),
    Case("row_negative", "bad_reference", lambda: xlsx(rows='<row r="-1"><c><v>1</v></c></row>')),
    Case("row_twice", "bad_reference", lambda: xlsx(rows=ROW + ROW)),
    Case("rows_backwards", "bad_reference", lambda: xlsx(rows='<row r="2"/>' + ROW)),
    Case("cell_of_other_row", "bad_reference", lambda: xlsx(rows='<row r="1"><c r="A2"><v>1</v></c></row>')),
    Case("cell_reference_nonsense", "bad_reference", lambda: xlsx(rows='<row r="1"><c r="甲1"><v>1</v></c></row>')),
    Case(
        "cell_twice",
        "duplicate_cell",
        lambda: xlsx(rows='<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>'),
    ),
    Case(
        "cells_backwards",
        "duplicate_cell",
        lambda: xlsx(rows='<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>'),
    ),
    Case("value_twice", "bad_cell", lambda: _cell("", "<v>1</v><v>2</v>")),
    Case("number_nonsense", "bad_cell", lambda: _cell("", "<v>12床</v>")),
    Case("number_nan", "bad_cell", lambda: _cell("", "<v>NaN</v>")),
    Case("number_infinite", "bad_cell", lambda: _cell("", "<v>1E999</v>")),
    Case("number_of_100000_digits", "bad_cell", lambda: _cell("", f"<v>{'9' * 100_000}</v>")),
    Case("string_missing", "bad_cell", lambda: _cell(' t="s"', "<v>7</v>")),
    Case("string_index_negative", "bad_cell", lambda: _cell(' t="s"', "<v>-1</v>")),
    Case("format_negative", "broken_parts", lambda: xlsx(styles=styles(used=(0, -5, 14)))),
    Case("style_missing", "bad_cell", lambda: _cell(' s="9"', "<v>1</v>")),
    Case("type_unknown", "bad_cell", lambda: _cell(' t="x"', "<v>1</v>")),
    Case("boolean_nonsense", "bad_cell", lambda: _cell(' t="b"', "<v>是</v>")),
    Case("date_nonsense", "bad_cell", lambda: _cell(' t="d"', "<v>2025-02-30</v>")),
    Case("inline_and_number", "bad_cell", lambda: _cell("", "<v>1</v><is><t>二</t></is>")),
    Case("long_text", "long_text", lambda: _cell(' t="str"', f"<v>{'长' * 32_768}</v>")),
    Case("long_shared_text", "long_text", lambda: xlsx(strings=shared(f"<t>{'长' * 32_768}</t>"))),
    Case("control_character", "control_character", lambda: _cell(' t="str"', "<v>a_x0001_b</v>")),
    Case("lone_surrogate", "control_character", lambda: _cell(' t="inlineStr"', "<is><t>_xD83D_</t></is>")),
    Case("too_many_merges", "too_many_merges", lambda: _merges(*(f"A{n}:B{n}" for n in range(1, 5002)))),
    Case("merge_nonsense", "bad_reference", lambda: _merges("A1:甲2")),
    Case("merge_backwards", "bad_reference", lambda: _merges("B2:A1")),
)

OTHER_CASES = (
    Case("nothing", "empty", lambda: b""),
    Case("11_megabytes", "too_big", lambda: bytes(10 * MEGABYTE + 1)),
    Case("no_suffix", "suffix", xlsx, "月报"),
    Case("macro_suffix", "suffix", xlsx, "月报.xlsm"),
    Case("double_suffix", "suffix", xlsx, "月报.xlsx.exe"),
    Case("html_as_xls", "html", lambda: "\r\n<html><table><tr><td>名称</td></tr></table></html>".encode(), "月报.xls"),
    Case("html_as_csv", "html", lambda: b"\xef\xbb\xbf<table><tr><td>1</td></tr></table>", "月报.csv"),
    Case("html_in_utf16", "html", lambda: "<HTML><body>".encode("utf-16"), "月报.xls"),
    Case("xml_spreadsheet", "xml_table", lambda: b'<?xml version="1.0"?><Workbook/>', "月报.xls"),
    Case("web_archive", "mhtml", lambda: b"MIME-Version: 1.0\r\nX-Document-Type: Workbook", "月报.xls"),
    Case("pdf", "pdf", lambda: b"%PDF-1.7\n1 0 obj", "月报.xlsx"),
    Case("pdf_as_csv", "pdf", lambda: b"%PDF-1.7\n1 0 obj", "月报.csv"),
    Case("png", "picture", lambda: PNG, "月报.xls"),
    Case("jpeg", "picture", lambda: b"\xff\xd8\xff\xe0" + bytes(40)),
    Case("rar", "compressed", lambda: b"Rar!\x1a\x07\x01\x00"),
    Case("seven_zip", "compressed", lambda: b"7z\xbc\xaf\x27\x1c"),
    Case("gzip", "compressed", lambda: b"\x1f\x8b\x08"),
    Case("rich_text", "docx", lambda: b"{\\rtf1", "月报.xls"),
    Case("word", "docx", lambda: zipped({TYPES: "x", "word/document.xml": "x"})),
    Case("slides", "pptx", lambda: zipped({TYPES: "x", "ppt/presentation.xml": "x"})),
    Case("binary_workbook", "xlsb", lambda: zipped({TYPES: "x", "xl/workbook.bin": "x"})),
    Case("ods", "ods", lambda: zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"})),
    Case("xls_renamed_xlsx", "renamed", lambda: xls.workbook([("机构", b"")])),
    Case("xlsx_renamed_xls", "renamed", xlsx, "月报.xls"),
    Case("xlsx_renamed_csv", "renamed", xlsx, "月报.csv"),
    Case("text_renamed_xlsx", "text_as_excel", lambda: "名称,床位\n".encode()),
    Case("noise_renamed_xls", "unknown_content", lambda: b"\x00\x01\x02\x80" * 20, "月报.xls"),
    Case("encrypted_xlsx", "encrypted", lambda: xls.ole(b"", "EncryptedPackage")),
    Case("encrypted_xlsx_renamed_xls", "encrypted", lambda: xls.ole(b"", "EncryptedPackage"), "月报.xls"),
    Case("old_word", "docx", lambda: xls.ole(b"", "WordDocument"), "月报.xls"),
    Case("unknown_compound_file", "unknown_content", lambda: xls.ole(b"", "Contents"), "月报.xls"),
)

XLS_CASES = (
    Case("xls_macro", "macro", lambda: xls.ole(b"", "_VBA_PROJECT_CUR"), "月报.xls"),
    Case(
        "xls_encrypted", "encrypted", lambda: xls.workbook([("A", b"")], extra=xls.record(0x2F, bytes(6))), "月报.xls"
    ),
    Case("xls_truncated", "broken_xls", lambda: xls.workbook([("A", xls.number(0, 0, 1) * 500)])[:3000], "月报.xls"),
    Case("xls_header_only", "unknown_content", lambda: xls.workbook([("A", b"")])[:512], "月报.xls"),
    Case("xls_no_stream", "broken_xls", lambda: xls.ole(b""), "月报.xls"),
    Case("xls_record_too_long", "broken_xls", lambda: xls.ole(struct.pack("<HH", 0x0809, 60_000)), "月报.xls"),
    Case("xls_21_sheets", "too_many_sheets", lambda: xls.workbook([(f"表{n}", b"") for n in range(21)]), "月报.xls"),
    Case("xls_column_61", "too_many_columns", lambda: xls.workbook([("A", xls.number(0, 60, 1))]), "月报.xls"),
    Case("xls_blank_column_200", None, lambda: xls.workbook([("A", xls.blank(0, 200))]), "月报.xls"),
    Case(
        "xls_rows",
        "too_many_rows",
        lambda: xls.workbook([("A", b"".join(xls.number(n, 0, 1) for n in range(20_001)))]),
        "月报.xls",
    ),
    Case(
        "xls_control_character",
        "control_character",
        lambda: xls.workbook([("A", xls.label(0, 0, "a\x02"))]),
        "月报.xls",
    ),
)

CSV_CASES = (
    Case("csv_nul", "control_character", lambda: b"a,b\x00\n", "月报.csv"),
    Case("csv_utf16_without_mark", "control_character", lambda: "a,b\n".encode("utf-16-le"), "月报.csv"),
    Case("csv_escape_sequence", "control_character", lambda: b"a,\x1b[31m\n", "月报.csv"),
    Case(
        "csv_damaged_utf8",
        "csv_encoding",
        lambda: "名称,床位\n敬老院,十二\n".encode().replace(b"\x8d", b"\xff"),
        "月报.csv",
    ),
    Case("csv_cut_utf8", "csv_encoding", lambda: "名称,床位\n敬老院".encode()[:-1], "月报.csv"),
    Case("csv_cut_gb18030", "csv_encoding", lambda: "名称,床位\n敬老院".encode("gb18030")[:-1], "月报.csv"),
    Case("csv_cut_utf16", "csv_encoding", lambda: "名称".encode("utf-16")[:-1], "月报.csv"),
    Case("csv_damaged_mark", "csv_encoding", lambda: b"\xef\xbb\xbf\xff\xff", "月报.csv"),
    Case("csv_either_encoding", "csv_encoding", lambda: "一".encode("gb18030") + b",1\n", "月报.csv"),
    Case("csv_open_quote", "csv_quotes", lambda: b'a,b\n"c,d\n', "月报.csv"),
    Case("csv_text_after_quote", "csv_quotes", lambda: b'a,b\n"c"d,e\n', "月报.csv"),
    Case("csv_long_text", "csv_quotes", lambda: b"a," + b"x" * 32_768, "月报.csv"),
    Case("csv_delimiter_tie", "csv_delimiter", lambda: b"a,b;c\n", "月报.csv"),
    Case("csv_column_61", "too_many_columns", lambda: b",".join([b"1"] * 61), "月报.csv"),
    Case("csv_rows", "too_many_rows", lambda: _lines(20_001), "月报.csv"),
    Case("csv_blank_tail", None, lambda: b"a,b\n" + b",,,,\n" * 50_000, "月报.csv"),
)

CASES = ZIP_CASES + XML_CASES + OTHER_CASES + XLS_CASES + CSV_CASES
__all__ = ["CASES", "KIND", "Case"]

"""Files that are something else, or two things at once, under the name of a spreadsheet."""

import io
import zipfile

import packages
import xlsbuilder as xls

from corpus.case import Case, refused
from corpus.packed import with_parts
from corpus.table import Table

EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + bytes(200) + b"PE\x00\x00"
ELF = b"\x7fELF\x02\x01\x01" + bytes(200)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
HTML_TABLE = "<html><body><table><tr><td>设施名称</td></tr></table></body></html>"


def _second_workbook_appended() -> bytes:
    """Two whole archives, one behind the other: readers disagree about which one it is."""
    return Table().put(2, progress=99).xlsx() + Table().xlsx()


def _commented() -> bytes:
    target = io.BytesIO(Table().xlsx())
    with zipfile.ZipFile(target, "a") as package:
        package.comment = b"<script>" * 1000
    return target.getvalue()


CASES = (
    refused("exe_as_xlsx", "program", lambda: EXE),
    refused("exe_as_xls", "program", lambda: EXE, "月报.xls"),
    refused("exe_as_csv", "program", lambda: EXE, "月报.csv"),
    refused("elf_as_xls", "program", lambda: ELF, "月报.xls"),
    refused("shell_script_as_xls", "text_as_excel", lambda: b"#!/bin/sh\nrm -rf /\n", "月报.xls"),
    refused("shell_script_as_csv", "no_header", lambda: b"#!/bin/sh\nrm -rf /\n", "月报.csv"),
    refused("html_table_as_xls", "html", lambda: HTML_TABLE.encode("gb18030"), "月报.xls"),
    refused("html_behind_blank_lines", "html", lambda: b"\r\n" * 500 + HTML_TABLE.encode(), "月报.xls"),
    refused("svg_as_csv", "xml_table", lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>', "月报.csv"),
    refused("pdf_before_a_workbook", "pdf", lambda: PDF + Table().xlsx()),
    refused("exe_before_a_workbook", "program", lambda: EXE + Table().xlsx()),
    refused("workbook_before_a_workbook", "overlap", _second_workbook_appended),
    Case("html_inside_an_archive", lambda: with_parts(Table().xlsx(), {"index.html": HTML_TABLE})),
    Case("script_in_the_archive_comment", _commented),
    refused("old_format_with_a_zip_behind", "broken_xls", lambda: xls.ole(b"") + Table().xlsx(), "月报.xls"),
    refused("nothing_but_blanks", "no_header", lambda: b" \r\n\t\r\n", "月报.csv"),
    refused("only_a_mark", "no_header", lambda: b"\xef\xbb\xbf", "月报.csv"),
    refused("sound_workbook_of_something_else", "no_header", packages.xlsx),
)

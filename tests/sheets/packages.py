"""Writes .xlsx packages part by part, so that a test can get every single thing wrong."""

import io
import struct
import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml."
SHEET = "xl/worksheets/sheet1.xml"
BOOK = "xl/workbook.xml"
RELS = "xl/_rels/workbook.xml.rels"
STRINGS = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"
TYPES = "[Content_Types].xml"
ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'


def sheet(rows: str = ROW, *, before: str = "", after: str = "", space: str = MAIN) -> str:
    return f'<worksheet xmlns="{space}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def shared(*items: str) -> str:
    return f'<sst xmlns="{MAIN}" count="9" uniqueCount="9">{"".join(f"<si>{item}</si>" for item in items)}</sst>'


def styles(*, custom: str = "", used: tuple[int, ...] = (0, 14)) -> str:
    xfs = "".join(f'<xf numFmtId="{number}"/>' for number in used)
    return f'<styleSheet xmlns="{MAIN}"><numFmts>{custom}</numFmts><cellXfs>{xfs}</cellXfs></styleSheet>'


def book(sheets: str = '<sheet name="机构" sheetId="1" r:id="r1"/>', *, before: str = "", strict: bool = False) -> str:
    main, office = (STRICT, STRICT_OFFICE) if strict else (MAIN, OFFICE)
    return f'<workbook xmlns="{main}" xmlns:r="{office}">{before}<sheets>{sheets}</sheets></workbook>'


def rels(*targets: tuple[str, str], office: str = OFFICE, more: str = "") -> str:
    items = "".join(
        f'<Relationship Id="r{n}" Type="{office}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{items}{more}</Relationships>'


BOOK_TARGETS = (
    ("worksheet", "worksheets/sheet1.xml"),
    ("sharedStrings", "sharedStrings.xml"),
    ("styles", "styles.xml"),
)


def parts(**changed: str) -> dict[str, str]:
    """The parts of a sound workbook with one sheet 机构; keywords replace rows, sheet, strings, styles, book, rels."""
    override = f'<Override PartName="/{BOOK}" ContentType="{KIND}sheet.main+xml"/>'
    return {
        TYPES: changed.get("types", f'<Types xmlns="{PACKAGE}/content-types">{override}</Types>'),
        "_rels/.rels": changed.get("root", rels(("officeDocument", "xl/workbook.xml"))),
        BOOK: changed.get("book", book()),
        RELS: changed.get("rels", rels(*BOOK_TARGETS)),
        STYLES: changed.get("styles", styles()),
        STRINGS: changed.get("strings", shared("<t>名称</t>", "<t>敬老院</t>")),
        SHEET: changed.get("sheet", sheet(changed.get("rows", ROW))),
    }


def zipped(content: dict[str, str | bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as package:
        for name, text in content.items():
            package.writestr(name, text)
    return out.getvalue()


def xlsx(more: dict[str, str | bytes] | None = None, **changed: str) -> bytes:
    """A whole .xlsx file; `more` adds parts."""
    return zipped({**parts(**changed), **(more or {})})


def without(name: str) -> bytes:
    """A sound file but for one missing part."""
    content = parts()
    del content[name]
    return zipped(content)


def with_entry(info: zipfile.ZipInfo, content: bytes = b"x") -> bytes:
    """A sound file and one odd entry, added as it stands."""
    out = io.BytesIO(xlsx())
    with zipfile.ZipFile(out, "a") as package:
        package.writestr(info, content)
    return out.getvalue()


_CENTRAL_FIELDS = {
    "flags": (8, "<H"),
    "method": (10, "<H"),
    "crc": (16, "<I"),
    "packed": (20, "<I"),
    "size": (24, "<I"),
}


def patched(data: bytes, name: str, **fields: int) -> bytes:
    """The file with fields of one entry of its central directory overwritten: the directory lies."""
    changed = bytearray(data)
    entry = data.rindex(name.encode()) - 46
    assert data[entry : entry + 4] == b"PK\x01\x02"
    for field, value in fields.items():
        offset, layout = _CENTRAL_FIELDS[field]
        struct.pack_into(layout, changed, entry + offset, value)
    return bytes(changed)

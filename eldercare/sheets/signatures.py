"""What a file is by its first bytes and its inner names, whatever its suffix says."""

import re

from .refusal import Refused, refuse

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_FIRST_BYTES: tuple[tuple[bytes, str, dict[str, str]], ...] = (
    (b"%PDF-", "pdf", {}),
    (b"\x89PNG\r\n", "picture", {}),
    (b"\xff\xd8\xff", "picture", {}),
    (b"GIF8", "picture", {}),
    (b"II*\x00", "picture", {}),
    (b"MM\x00*", "picture", {}),
    (b"Rar!\x1a\x07", "compressed", {"kind": "RAR"}),
    (b"7z\xbc\xaf\x27\x1c", "compressed", {"kind": "7z"}),
    (b"\x1f\x8b", "compressed", {"kind": "GZIP"}),
    (b"BZh", "compressed", {"kind": "BZIP2"}),
    (b"PK\x05\x06", "broken_zip", {}),
    (b"{\\rtf", "docx", {}),
)
_HTML = re.compile(rb"<(!doctype\s+html|html|head|meta|body|table|style|div)\b", re.IGNORECASE)
_HTML_IN_XML = re.compile(rb"<(!doctype\s+html|html)\b", re.IGNORECASE)
_MARKUP = re.compile(rb"<(\?xml|!doctype|!--|[a-z]+:?[a-z]*[\s>])", re.IGNORECASE)
_DIRECTORY_ENTRY = 128


def foreign(data: bytes) -> Refused | None:
    """The refusal of a file that is something else altogether (PDF, picture, archive, web page), or None."""
    for magic, code, facts in _FIRST_BYTES:
        if data.startswith(magic):
            return refuse(code, **facts)
    return refuse("program") if _is_program(data[:64]) else _markup(data[:2048])


def _is_program(head: bytes) -> bool:
    """Whether a file begins as programs of Windows or Linux do; a text may begin with MZ, but holds no NUL."""
    return head.startswith(b"\x7fELF") or (head.startswith(b"MZ") and b"\0" in head)


def _plain(head: bytes) -> bytes:
    """The head of a text file as ASCII-compatible bytes: UTF-16 is narrowed, the byte order mark dropped."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.decode("utf-16", "ignore").encode()
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()


def _markup(head: bytes) -> Refused | None:
    text = _plain(head)
    if text[:13].lower() == b"mime-version:":
        return refuse("mhtml")
    if _HTML.match(text) or (text[:1] == b"<" and _HTML_IN_XML.search(text)):
        return refuse("html")
    return refuse("xml_table") if _MARKUP.match(text) else None


def _has_entry(data: bytes, name: str) -> bool:
    """Whether an OLE directory holds that name: entries are 128-byte aligned and tell their name's length at 64."""
    raw = name.encode("utf-16-le") + b"\0\0"
    at = data.find(raw)
    while at >= 0:
        if at % _DIRECTORY_ENTRY == 0 and data[at + 64 : at + 66] == len(raw).to_bytes(2, "little"):
            return True
        at = data.find(raw, at + 2)
    return False


def ole_kind(data: bytes) -> str:
    """What an OLE compound file holds: encrypted, macro, xls, docx, pptx or unknown."""
    entries = (
        ("EncryptedPackage", "encrypted"),
        ("_VBA_PROJECT_CUR", "macro"),
        ("_VBA_PROJECT", "macro"),
        ("Workbook", "xls"),
        ("Book", "xls"),
        ("WordDocument", "docx"),
        ("PowerPoint Document", "pptx"),
    )
    return next((kind for name, kind in entries if _has_entry(data, name)), "unknown")


def zip_kind(names: set[str], mimetype: bytes) -> str:
    """What a zip holds, by its casefolded entry names and the content of an entry `mimetype`."""
    if b"opendocument" in mimetype:
        return "ods"
    if "word/document.xml" in names:
        return "docx"
    if "ppt/presentation.xml" in names:
        return "pptx"
    if "index/document.iwa" in names:
        return "numbers"
    if "xl/workbook.bin" in names:
        return "xlsb"
    return "xlsx" if "[content_types].xml" in names else "zip"

"""Small files of every kind that somebody may attach, and of those that nobody should: made here, byte by byte."""

import io
import struct
import zipfile
import zlib

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MACRO_TYPE = "application/vnd.ms-word.document.macroEnabled.main+xml"
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xdb\x00\x43" + b"\x01" * 65 + b"\xff\xd9"
)
WEBP = b"RIFF" + (22).to_bytes(4, "little") + b"WEBPVP8L" + (10).to_bytes(4, "little") + b"\x2f" + b"\x00" * 9
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00" + b"\x00" * 80


def png(grey: int = 128, *, width: int = 2, height: int = 2) -> bytes:
    """A grey picture; another grey is another file."""
    rows = (b"\0" + bytes([grey]) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def package(**parts: bytes) -> bytes:
    """A zip; a name with `__` for `/` and `_` for `.`, `types` for the list of content types."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            path = "[Content_Types].xml" if name == "types" else name.replace("__", "/").replace("_", ".")
            file.writestr(path, content)
    return target.getvalue()


def docx(type: str = WORD_TYPE, **more: bytes) -> bytes:
    """A Word package with one empty document part, and further parts."""
    return package(
        types=f'<Types><Override ContentType="{type}"/></Types>'.encode(), word__document_xml=b"<w/>", **more
    )


def xlsx(**more: bytes) -> bytes:
    """An Excel package with one empty workbook part, and further parts."""
    return package(types=b"<Types/>", xl__workbook_xml=b"<w/>", **more)


def claiming(data: bytes, size: int) -> bytes:
    """The package with its last part said to inflate to `size` bytes."""
    at = data.rindex(b"PK\x01\x02") + 24
    return data[:at] + size.to_bytes(4, "little") + data[at + 4 :]

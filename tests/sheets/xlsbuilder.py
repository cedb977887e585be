"""Writes .xls files record by record (MS-XLS, BIFF8, in an OLE compound file), good ones and bad ones."""

import struct
from collections.abc import Sequence

SECTOR = 512
FREE, CHAIN_END, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def record(number: int, payload: bytes = b"") -> bytes:
    return struct.pack("<HH", number, len(payload)) + payload


def _start(kind: int) -> bytes:
    return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0x41, 0x06))


def _text(value: str) -> bytes:
    return struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")


def label(row: int, column: int, value: str) -> bytes:
    return record(0x0204, struct.pack("<HHH", row, column, 0) + _text(value))


def number(row: int, column: int, value: float, *, style: int = 0) -> bytes:
    """A number; style 1 is a date, style 2 a time, style 3 a percentage."""
    return record(0x0203, struct.pack("<HHHd", row, column, style, value))


def boolean(row: int, column: int, value: bool) -> bytes:
    return record(0x0205, struct.pack("<HHHBB", row, column, 0, value, 0))


def error(row: int, column: int, code: int) -> bytes:
    return record(0x0205, struct.pack("<HHHBB", row, column, 0, code, 1))


def blank(row: int, column: int) -> bytes:
    return record(0x0201, struct.pack("<HHH", row, column, 0))


def hidden_row(row: int) -> bytes:
    return record(0x0208, struct.pack("<HHHHHHI", row, 0, 5, 255, 0, 0, 0x20))


def merged(*ranges: tuple[int, int, int, int]) -> bytes:
    """Ranges as first row, last row, first column, last column, from 0."""
    return record(0x00E5, struct.pack("<H", len(ranges)) + b"".join(struct.pack("<4H", *each) for each in ranges))


def _styles() -> bytes:
    name = "Arial".encode("utf-16-le")
    font = record(0x0031, struct.pack("<HHHHHBBBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0, 5, 1) + name)
    cells = b"".join(record(0x00E0, struct.pack("<HHH", 0, code, 1) + bytes(14)) for code in (0, 14, 21, 9))
    return font * 5 + cells


def stream(
    sheets: Sequence[tuple[str, bytes]], *, date1904: bool = False, hidden: Sequence[str] = (), extra: bytes = b""
) -> bytes:
    """The workbook stream: globals, then each sheet of (name, records)."""
    head = (
        _start(0x0005) + extra + record(0x0042, struct.pack("<H", 1200)) + record(0x0022, struct.pack("<H", date1904))
    )
    head += _styles()
    listed = sum(4 + 8 + 2 * len(name) for name, _ in sheets)
    at, directory, bodies = len(head) + listed + 4, b"", b""
    for name, records in sheets:
        text = struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")
        directory += record(0x0085, struct.pack("<IBB", at + len(bodies), name in hidden, 0) + text)
        bodies += _start(0x0010) + records + record(0x000A)
    return head + directory + record(0x000A) + bodies


def _entry(name: str, kind: int, start: int, size: int, child: int = FREE) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<HBBIII", len(raw), kind, 1, FREE, FREE, child)
    return raw.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, size)


def ole(content: bytes, name: str = "Workbook") -> bytes:
    """A compound file with one stream (padded to 4,096 bytes, so that it needs no mini stream)."""
    content = content.ljust(max(4096, -(-len(content) // SECTOR) * SECTOR), b"\0")
    sectors = len(content) // SECTOR
    tables = -(-(sectors + 2) // 126)
    first = tables + 1
    fat = [FAT_SECTOR] * tables + [CHAIN_END, *range(first + 1, first + sectors), CHAIN_END]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, tables, tables, 0, 4096, CHAIN_END, 0, CHAIN_END, 0)
    header += b"".join(struct.pack("<I", each) for each in [*range(tables), *[FREE] * (109 - tables)])
    table = b"".join(struct.pack("<I", each) for each in fat).ljust(tables * SECTOR, b"\xff")
    directory = _entry("Root Entry", 5, CHAIN_END, 0, 1) + _entry(name, 2, first, len(content))
    return header + table + directory.ljust(SECTOR, b"\0") + content


def workbook(sheets: Sequence[tuple[str, bytes]], **options) -> bytes:
    """A whole .xls file."""
    return ole(stream(sheets, **options))

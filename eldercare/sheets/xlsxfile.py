"""The minimal .xlsx package of the guard, read row by row; nothing but what the guard writes is understood."""

import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path

from . import numberformats, percents
from .cells import Value, column_letters
from .numberformats import EPOCH_1900, EPOCH_1904, Shown
from .refusal import refuse
from .wire import Failure, Heading, exact, moment

_CHUNK = 256 * 1024
_COLUMNS = {column_letters(number): number for number in range(1, 16_385)}
_SHEET = re.compile(r"xl/worksheets/sheet([0-9]+)\.xml")
_HEAD = re.compile(r"<worksheet[^>]*><sheetData>")
_TAIL = "</sheetData></worksheet>"
_ROW_END = "</row>"
_ROW = re.compile(r'<row r="([0-9]+)">(.*?)</row>', re.DOTALL)
_CELL = re.compile(r'<c r="([A-Z]+)[0-9]+"(?: s="([0-9]+)"| t="([a-z]+)")><v>([^<]*)</v></c>')
_STYLE = re.compile(r'<xf numFmtId="([0-9]+)"/>')
_CODE = re.compile(r'<numFmt numFmtId="([0-9]+)" formatCode="([^"]*)"/>')
_BAD_DATE = Failure("#VALUE!")

Rows = Iterator[tuple[int, list[Value | Failure]]]


def sheets(path: Path) -> Iterator[tuple[Heading, Rows]]:
    """Each worksheet and its rows with their numbers; names, merges and visibility stay with the guard's outlines."""
    with zipfile.ZipFile(path) as package:
        read = _Numbers(package.read("xl/styles.xml").decode(), package.read("xl/workbook.xml").decode()).read
        numbers = sorted(int(found[1]) for name in package.namelist() if (found := _SHEET.fullmatch(name)))
        for number in numbers:
            yield Heading(f"s{number}", False, [], []), _rows(package, f"xl/worksheets/sheet{number}.xml", read)


def _rows(package: zipfile.ZipFile, name: str, read: Callable[[int, str], Value | Failure]) -> Rows:
    for block in _blocks(package, name):
        for number, cells in _all(_ROW, block, "<row "):
            values: list[Value | Failure] = []
            for letters, style, kind, text in _all(_CELL, cells, "<c "):
                column = _COLUMNS[letters]
                if column > len(values) + 1:
                    values.extend([None] * (column - len(values) - 1))
                if style:
                    values.append(read(int(style), text))
                else:
                    values.append((unescape(text) if "&" in text else text) if kind == "str" else _KINDS[kind](text))
            yield int(number), values


def _all(pattern: re.Pattern, text: str, opening: str) -> list[tuple[str, ...]]:
    """Every row, or every cell of one; refused when there is one that the pattern does not take, never read as fewer."""
    found = pattern.findall(text)
    if len(found) != text.count(opening):
        raise refuse("crashed")
    return found


def _blocks(package: zipfile.ZipFile, name: str) -> Iterator[str]:
    """The part in pieces of whole rows; refused when there is anything else in it."""
    rest = b""
    with package.open(name) as part:
        while chunk := part.read(_CHUNK):
            rest += chunk
            end = rest.rfind(_ROW_END.encode()) + len(_ROW_END)
            if end >= len(_ROW_END):
                block, rest = rest[:end].decode(), rest[end:]
                yield block
    if not rest.endswith(_TAIL.encode()):
        raise refuse("crashed")


def _text(text: str) -> str:
    return unescape(text)


def _day(text: str) -> Value | Failure:
    return _checked(datetime.fromisoformat(text))


_KINDS: dict[str, Callable[[str], Value | Failure]] = {
    "b": lambda text: text == "1",
    "e": lambda text: Failure(unescape(text)),
    "d": _day,
}


class _Numbers:
    """Numbers as their cell styles show them; what was met once is remembered, because a sheet repeats itself."""

    def __init__(self, styles: str, workbook: str):
        codes = {int(number): unescape(code) for number, code in _CODE.findall(styles)}
        self._shown = [numberformats.shown(codes.get(number, number)) for number in map(int, _STYLE.findall(styles))]
        self._epoch = EPOCH_1904 if 'date1904="1"' in workbook else EPOCH_1900
        self._known: dict[tuple[Shown, str], Value | Failure] = {}

    def read(self, style: int, text: str) -> Value | Failure:
        """The value of a number under a style."""
        key = self._shown[style], text
        value = self._known.get(key)
        if value is None:
            value = self._value(*key)
            if len(self._known) < 50_000:
                self._known[key] = value
        return value

    def _value(self, shown: Shown, text: str) -> Value | Failure:
        number = int(text) if text.lstrip("-").isdecimal() else float(text)
        if shown is Shown.PLAIN:
            return exact(number) if isinstance(number, float) else number
        if shown is Shown.PERCENT:
            return percents.shown(exact(number) if isinstance(number, float) else number)
        if shown is Shown.SCALED:
            return percents.scaled(exact(number) if isinstance(number, float) else number)
        try:
            if shown is Shown.ELAPSED:
                return _checked(numberformats.elapsed(number))
            return _checked(numberformats.moment(number, self._epoch))
        except (OverflowError, ValueError):
            return _BAD_DATE


def _checked(value) -> Value | Failure:
    """A moment as a value; one that shows as ##### in the spreadsheet is none."""
    if isinstance(value, timedelta):
        return _BAD_DATE if value < timedelta() else moment(value)
    return _BAD_DATE if isinstance(value, datetime) and numberformats.is_before_calendar(value) else moment(value)

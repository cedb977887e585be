"""Comma separated text from any program: the encoding and the delimiter are certain, or the file is refused."""

import codecs
import csv
import io
from collections.abc import Iterator

from .limits import Limits
from .refusal import place, refuse
from .tally import Tally
from .text import ControlCharacterError, clean

_DELIMITERS = ",\t;"
_FIRST_CJK = "\u0800"
# The apostrophe that our own CSV exports put before a text that looks like a formula (export.guarded); taken off again.
_GUARDED = tuple(f"'{live}" for live in "=+-@＝＋－＠")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(data: bytes) -> str:
    """The text: by its byte order mark, else strict UTF-8, else strict GB 18030; raises Refused `csv_encoding`."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    try:
        return data.decode(encoding) if encoding else _unmarked(data)
    except UnicodeDecodeError as error:
        raise refuse("csv_encoding") from error


def _unmarked(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _gb18030(data)
    if not text.isascii() and max(text) < _FIRST_CJK and _is_gb18030(data):
        # Short Chinese text in GB 18030 can be valid UTF-8 of Latin or Arabic letters: nobody can tell which.
        raise refuse("csv_encoding")
    return text


def _gb18030(data: bytes) -> str:
    # One damaged byte makes UTF-8 invalid, yet its pairs of bytes still look like GB 18030: that is garbled text.
    loose = data.decode("utf-8", "replace")
    if sum(char >= _FIRST_CJK and char != "\ufffd" for char in loose) > loose.count("\ufffd"):
        raise refuse("csv_encoding")
    return data.decode("gb18030")


def _is_gb18030(data: bytes) -> bool:
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return True


def delimiter(text: str) -> str:
    """The delimiter of the first line that has one outside quotes, comma without any; raises Refused on a tie."""
    quoted, counts = False, dict.fromkeys(_DELIMITERS, 0)
    for char in text:
        if char == '"':
            quoted = not quoted
        elif not quoted and char in counts:
            counts[char] += 1
        elif not quoted and char in "\r\n" and any(counts.values()):
            break
    best = max(counts.values())
    if best and list(counts.values()).count(best) > 1:
        raise refuse("csv_delimiter")
    return max(counts, key=counts.__getitem__)


def rows(data: bytes, name: str, limits: Limits) -> Iterator[tuple[int, list[str | None]]]:
    """Each record that holds something with its number from 1; cells stay text, blanks are None.

    Raises Refused for quotes that do not close, control characters (naming the cell) and any bound passed.
    """
    text, tally = decode(data), Tally(limits)
    csv.field_size_limit(limits.text)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text), strict=True)
    try:
        for number, record in enumerate(records, 1):
            tally.new_row()
            cells = [_cell(value, name, number, column, tally) for column, value in enumerate(record, 1)]
            if any(cells):
                yield number, cells
    except csv.Error as error:
        # Where nothing but NULs separates the words no quote is to blame: the text was decoded in another encoding.
        raise refuse("csv_encoding" if "\0" in text else "csv_quotes", line=records.line_num) from error


def _cell(value: str, name: str, row: int, column: int, tally: Tally) -> str | None:
    try:
        text = clean(value)
    except ControlCharacterError as error:
        raise refuse("control_character", place=place(name, row, column), character=error.name) from error
    if not text or text.isspace():
        return None
    if text.startswith(_GUARDED):
        text = text[1:]
    tally.cell(name, row, column)
    tally.text(len(text))
    return text

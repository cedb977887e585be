"""What the parsers of single cells have in common: their results, their refusals, and the opening of a value."""

import re
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from eldercare.sheets.cells import Value
from eldercare.sheets.text import ControlCharacterError, clean

_FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FOLD |= dict.fromkeys((0x3000, 0xA0, 0x2007, 0x202F, 0x2009), " ") | {0x2212: "-"}
# What a spreadsheet program is told by a leading apostrophe, "this is text", arrives as a character from others.
_APOSTROPHE = re.compile(r"['’](?=[0-9][0-9,.%/-]*$)")
_DITTO = frozenset({"同上", "同左", "同前", "〃", "″"})
_GARBLED = "\ufffd"
_DASHES = re.compile(r"[-‐‑‒–—―─━/\\]+")


class ParseError(ValueError):
    """A value that cannot be read as its column wants it; message and hint are for the person who filled it in."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint


class Note(NamedTuple):
    """A doubt about a value that was read all the same."""

    code: str
    message: str
    hint: str = ""


class Parsed(NamedTuple):
    """What stands in a cell, and what its sender should look at once more."""

    value: object
    notes: tuple[Note, ...] = ()


BLANK = Parsed(None)
DASH = Parsed(None, (Note("dash", "按未填处理", "数值为零请填 0；没有可填请留空"),))


def printed(value: Value) -> str:
    """The text of a cell value for messages; "" for a blank."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int) and value.bit_length() > 4096:
        return "超长数字"
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < 40:
        return f"{value:f}"
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date().isoformat()
    return str(value)


def folded(text: str) -> str:
    """Text with full-width ASCII made narrow and white space collapsed."""
    if text.isascii() and " " not in text and text.isprintable():
        return text
    return " ".join(text.translate(_FOLD).split())


def opened(value: Value, *, lines: bool = False) -> tuple[Value, Parsed | None]:
    """The value with folded text (with `lines` only cleaned), and the result when it is a blank or a dash."""
    if value is None:
        return None, BLANK
    if not isinstance(value, str):
        return value, None
    try:
        value = clean(value)
    except ControlCharacterError as error:
        raise ParseError("control_character", f"含有看不见的控制字符 {error.name}", "请删除后重新填写") from None
    plain = folded(value)
    if plain in _DITTO or _GARBLED in plain:
        raise _unreadable(plain)
    if plain[:1] in ("'", "’") and _APOSTROPHE.match(plain):
        value = plain = plain[1:]
    if not plain:
        return None, BLANK
    if _DASHES.fullmatch(plain):
        return None, DASH
    return (value if lines else plain), None


def _unreadable(text: str) -> ParseError:
    """Why words that a person understands, or once could, say nothing where rows are sorted and cells are moved."""
    if _GARBLED in text:
        return ParseError("garbled_text", f"文字里有乱码“{_GARBLED}”", "请把这一格重新填写")
    return ParseError("ditto", f"“{text}”没有写出内容", "每一行都要写出自己的内容，可以复制上一行的")

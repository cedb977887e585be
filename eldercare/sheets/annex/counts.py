"""Reading one body cell of a plan table: an exact whole number, a blank, a dash, or a doubt."""

import re
from decimal import Decimal
from typing import NamedTuple

from eldercare.sheets.cells import Value
from eldercare.sheets.text import normalise

LARGEST = 999_999
NUMBER = re.compile(r"([+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?) ?[个人名所处张家]?")
DASH = re.compile(r"[-—–―‐‑−─_/]+")


class Count(NamedTuple):
    """What a cell holds: `value` None for a blank or a dash; `doubt` names the question to ask, if any."""

    value: int | None
    printed: str
    doubt: str = ""


def read(value: Value) -> Count:
    """The count a cell states exactly; anything that is not one whole number from 0 to 999,999 is a doubt."""
    printed = "" if value is None else str(value).strip()
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return Count(None, printed, "" if value is None else "not_a_number")
    if isinstance(value, str):
        return _from_text(normalise(value), printed)
    return _whole(Decimal(value), printed)


def is_count(value: Value) -> bool:
    """True when a cell states a number, whole or not."""
    count = read(value)
    return count.value is not None or count.doubt in {"fraction", "negative", "too_large"}


def _from_text(text: str, printed: str) -> Count:
    if not text or DASH.fullmatch(text):
        return Count(None, printed)
    match = NUMBER.fullmatch(text)
    return _whole(Decimal(match[1].replace(",", "")), printed) if match else Count(None, printed, "not_a_number")


def _whole(number: Decimal, printed: str) -> Count:
    if number < 0:
        return Count(None, printed, "negative")
    if number != number.to_integral_value():
        return Count(None, printed, "fraction")
    return Count(None, printed, "too_large") if number > LARGEST else Count(int(number), printed)

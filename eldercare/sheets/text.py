"""Text as people mean it: marks nobody sees are removed, and matching ignores width and spacing."""

import re
import unicodedata
from functools import lru_cache
from math import ceil

# Zero-width characters, word joiner and byte order mark; bidirectional marks, embeddings, overrides and isolates.
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff\u061c\u202a-\u202e\u2066-\u2069]")
_LONGEST = 1_000
"""No name and no heading is longer; one character may fold to eighteen, so that longer texts are left as they stand."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class ControlCharacterError(ValueError):
    """Text holds a character no spreadsheet cell should; `name` is its code point as U+XXXX."""

    def __init__(self, character: str):
        self.name = f"U+{ord(character):04X}"
        super().__init__(self.name)


def clean(text: str) -> str:
    """The text of a cell without unseen marks and with \\n line ends; full-width characters stay as they are.

    Raises ControlCharacterError for other control characters, lone surrogates and non-characters.
    """
    if text.isascii() and text.isprintable():
        return text
    found = _CONTROL.search(text)
    if found:
        raise ControlCharacterError(found.group())
    return _UNSEEN.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def _folded(text: str) -> list[str]:
    if len(text) > _LONGEST:
        return text.split()
    return unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).split()


def normalise(text: str) -> str:
    """Text for matching: NFKC, unseen marks removed, every run of white space one space, none at the ends."""
    return " ".join(_folded(text))


# Few are remembered: the judges of one row ask for the same text one after another.
@lru_cache(maxsize=64)
def compact(text: str) -> str:
    """Text for matching headings: normalised, with all white space removed."""
    if text.isascii():
        return "".join(text.split())
    return "".join(_folded(text))


def wide(text: str) -> int:
    """Width of one line of text in columns of a fixed font: a Chinese character is two wide."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def lines_taken(text: str, width: float) -> int:
    """Lines a text takes in a spreadsheet column of that width."""
    return sum(max(1, ceil(wide(line) / max(width - 1, 1))) for line in text.split("\n"))

"""One streaming pass over an XML part: no document type, no depth without end, no token or time without end."""

import time
from collections.abc import Iterable
from xml.parsers import expat

from .limits import Limits
from .refusal import refuse

_MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_BOOK_NAMES = ("workbook", "workbookPr", "sheets", "sheet", "styleSheet", "numFmts", "numFmt", "cellXfs", "xf")
_TEXT_NAMES = ("sst", "si", "t", "r")
_SHEET_NAMES = ("worksheet", "sheetData", "row", "c", "v", "f", "is", "mergeCells", "mergeCell")

# Names of Strict and Transitional files alike as the short tags the handlers know; every other name is none of them,
# the same words without their namespace too.
TAGS = {f"{space} {name}": name for space in _MAIN for name in _BOOK_NAMES + _TEXT_NAMES + _SHEET_NAMES}
TAGS |= {f"{_PACKAGE}relationships {name}": name for name in ("Relationships", "Relationship")}
TAGS |= {f"{_PACKAGE}content-types {name}": name for name in ("Types", "Default", "Override")}
_FOREIGN = ""


class Clock:
    """Processor seconds of this thread that the passes over one file may use together."""

    def __init__(self, limits: Limits):
        self._end = time.thread_time() + limits.scan_seconds

    def check(self) -> None:
        """Raises Refused `too_slow` when they are used up."""
        if time.thread_time() > self._end:
            raise refuse("too_slow")


class Part:
    """What a pass tells about: `path` is the tags from the root to here; subclasses override open, close and text."""

    root = ""

    def __init__(self, limits: Limits):
        self.limits = limits
        self.path: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Called by the parser for each start tag; keeps the path and its bounds."""
        tag = TAGS.get(name, _FOREIGN)
        path = self.path
        if len(path) >= self.limits.depth:
            raise refuse("too_deep")
        if not path and tag != self.root:
            raise refuse("broken_parts")
        path.append(tag)
        self.open(tag, attributes)

    def end(self, _name: str) -> None:
        """Called by the parser for each end tag."""
        self.close(self.path[-1])
        self.path.pop()

    def open(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins; the path already ends with it."""

    def close(self, tag: str) -> None:
        """An element ends; the path still ends with it."""

    def text(self, data: str) -> None:
        """Character data, in pieces."""


def _doctype(*_: object) -> None:
    raise refuse("doctype")


def scan(chunks: Iterable[bytes], part: Part, clock: Clock) -> None:
    """Feed the part's handlers; raises Refused for a DOCTYPE, bad XML, a token without end or a used-up clock."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = part.start
    parser.EndElementHandler = part.end
    parser.CharacterDataHandler = part.text
    parser.StartDoctypeDeclHandler = _doctype
    try:
        _feed(parser, chunks, part.limits, clock)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise refuse("malformed_xml") from error


def _feed(parser: expat.XMLParserType, chunks: Iterable[bytes], limits: Limits, clock: Clock) -> None:
    fed = 0
    for chunk in chunks:
        parser.Parse(chunk)
        fed += len(chunk)
        # An unfinished tag is parsed anew with every chunk, so its length must not grow with the file.
        if fed - parser.CurrentByteIndex > limits.token_bytes:
            raise refuse("malformed_xml")
        clock.check()
    parser.Parse(b"", True)

"""The small parts of a workbook package: content types, relationships, workbook, styles, shared strings."""

import posixpath
from dataclasses import dataclass
from urllib.parse import unquote

from .limits import Limits
from .refusal import refuse
from .text import ControlCharacterError, clean
from .xmlpass import Part
from .xmltext import unescape

_RELATIONSHIP_IDS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships id",
    "http://purl.oclc.org/ooxml/officeDocument/relationships id",
)

# Built-in formats of Chinese, Japanese and Korean Excel that files use without declaring them: dates and times.
_DATE, _TIME = "yyyy-mm-dd", "h:mm:ss"
_EAST_ASIAN = dict.fromkeys((27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58), _DATE)
_EAST_ASIAN |= dict.fromkeys((32, 33, 34, 35, 55, 56), _TIME)


class ContentTypes(Part):
    """[Content_Types].xml; refuses macros."""

    root = "Types"

    def open(self, tag: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("ContentType", "").casefold()
        if tag in ("Default", "Override") and ("macroenabled" in kind or "vbaproject" in kind):
            raise refuse("macro")


@dataclass(frozen=True, slots=True)
class Relationship:
    """One relationship: `kind` is the last segment of its type, `target` the resolved part name, '' when outside."""

    kind: str
    target: str


class Relationships(Part):
    """A .rels part of the part `source`; `by_id` keeps its relationships in their order."""

    root = "Relationships"

    def __init__(self, limits: Limits, source: str):
        super().__init__(limits)
        self._folder = posixpath.dirname(source)
        self.by_id: dict[str, Relationship] = {}

    def open(self, tag: str, attributes: dict[str, str]) -> None:
        if tag != "Relationship":
            return
        key = attributes.get("Id", "")
        if not key or key in self.by_id:
            raise refuse("broken_parts")
        target = "" if attributes.get("TargetMode") == "External" else self._resolve(attributes.get("Target", ""))
        self.by_id[key] = Relationship(attributes.get("Type", "").rpartition("/")[2], target)

    def _resolve(self, target: str) -> str:
        return posixpath.normpath(posixpath.join("/", self._folder, unquote(target))).lstrip("/")

    def only(self, kind: str) -> str | None:
        """The part of the one relationship of that kind, None without one; raises Refused when there are two."""
        targets = {relationship.target for relationship in self.by_id.values() if relationship.kind == kind}
        if len(targets) > 1:
            raise refuse("broken_parts")
        return targets.pop() if targets else None


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A sheet as the workbook lists it."""

    name: str
    hidden: bool
    relationship: str


class WorkbookPart(Part):
    """The workbook part: its sheets in their order and its date system."""

    root = "workbook"

    def __init__(self, limits: Limits):
        super().__init__(limits)
        self.sheets: list[SheetEntry] = []
        self.date1904 = False

    def open(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "workbookPr" and len(self.path) == 2:
            self.date1904 = attributes.get("date1904", "0") in ("1", "true", "on")
        elif tag == "sheet":
            self._sheet(attributes)

    def _sheet(self, attributes: dict[str, str]) -> None:
        key = next((attributes[name] for name in _RELATIONSHIP_IDS if name in attributes), "")
        name = self._name(attributes.get("name", ""))
        taken = {sheet.name.casefold() for sheet in self.sheets}
        if self.path != ["workbook", "sheets", "sheet"] or not key or not name or name.casefold() in taken:
            raise refuse("broken_parts")
        if len(self.sheets) >= self.limits.sheets:
            raise refuse("too_many_sheets", limit=self.limits.sheets)
        self.sheets.append(SheetEntry(name, attributes.get("state", "visible") != "visible", key))

    @staticmethod
    def _name(name: str) -> str:
        try:
            return clean(unescape(name)).strip()[:255]
        except ControlCharacterError as error:
            raise refuse("broken_parts") from error


def _number(text: str) -> int:
    """The number of a format; raises Refused for one that none can have, lest the formats after it be counted wrongly."""
    number = int(text)
    if number < 0:
        raise refuse("broken_parts")
    return number


class StylesPart(Part):
    """The styles part, of which only the number format of each cell style is kept."""

    root = "styleSheet"

    def __init__(self, limits: Limits):
        super().__init__(limits)
        self._codes: dict[int, str] = {}
        self._formats: list[int] = []

    def open(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt" and self.path[1:-1] == ["numFmts"]:
            self._codes[_number(attributes["numFmtId"])] = attributes["formatCode"]
        elif tag == "xf" and self.path[1:-1] == ["cellXfs"]:
            self._formats.append(_number(attributes.get("numFmtId", "0")))
        if len(self._formats) > self.limits.styles or len(self._codes) > self.limits.styles:
            raise refuse("bomb")

    def formats(self) -> list[int | str]:
        """The format of each cell style: its code when declared or East Asian, else the number of a built-in one."""
        return [self._codes.get(number, _EAST_ASIAN.get(number, number)) for number in self._formats]


class StringsPart(Part):
    """The shared strings, cleaned; `unreadable` tells which hold a control character and which one."""

    root = "sst"

    def __init__(self, limits: Limits):
        super().__init__(limits)
        self.strings: list[str] = []
        self.unreadable: dict[int, str] = {}
        self._pieces: list[str] = []
        self._length = 0

    def open(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "si":
            if len(self.path) != 2:
                raise refuse("broken_parts")
            self._pieces, self._length = [], 0

    def text(self, data: str) -> None:
        # Phonetic guides (rPh) hold a `t` too; only the text itself and its rich runs are the value.
        path = self.path
        if path[-1] == "t" and path[1] == "si" and (len(path) == 3 or (len(path) == 4 and path[2] == "r")):
            self._length += len(data)
            if self._length > 8 * self.limits.text:
                raise refuse("long_text", place="有一个单元格", limit=self.limits.text)
            self._pieces.append(data)

    def close(self, tag: str) -> None:
        if tag != "si":
            return
        try:
            text = clean(unescape("".join(self._pieces)))
        except ControlCharacterError as error:
            self.unreadable[len(self.strings)] = error.name
            text = ""
        if len(text) > self.limits.text:
            raise refuse("long_text", place="有一个单元格", limit=self.limits.text)
        self.strings.append(text)

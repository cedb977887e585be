"""Rows as spreadsheet programs usually write them, read without the XML parser, which takes most of the time of a pass.

A row is taken here only when it has, to the last character, the one plain form below: addresses in order, numbers, shared
or inline text, blanks. Everything else goes to the parser as it came and is judged there alone: what stands before and
after the rows, rows with formulas, errors or unusual attributes, and every refusal. What could change how the text after
it is read (comments, character data sections, other encodings, broken bytes) ends this reading for the rest of the part.
"""

import re
from collections.abc import Iterable, Iterator

from .cells import column_letters
from .sheetpart import SheetPart, Shelf
from .text import ControlCharacterError, clean
from .xmltext import markup, unescape

_START, _END, _ROW_END = b"<sheetData>", b"</sheetData", b"</row>"
_HEAD = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:<\?xml version=[\"']1\.0[\"'](?: encoding=[\"'][uU][tT][fF]-8[\"'])?"
    rb"(?: standalone=[\"'](?:yes|no)[\"'])?[ \n\r]*\?>)?[ \n\r]*<[^?!]"
)
_DISTURBING = ("\r", "]]>")
_NUMBER = r"-?[0-9]{1,15}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,2})?"
_TEXT = "(?:[^<&\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]++|&(?:amp|lt|gt|quot|apos);)*+"
_ATTRIBUTES = r'(?: (?:[A-Za-z]\w*:)?[A-Za-z]\w*="[\w.: -]*")*+'


def _cell(group: str) -> str:
    """The form of one cell: column, row, style, and number, shared or inline text where it holds any."""
    return (
        rf'<c r="{group}[A-Z]{{1,2}})([0-9]{{1,7}})"(?: s="{group}[0-9]{{1,5}})")?'
        rf'(?:(?: t="n")?(?: ?/>|><v>{group}{_NUMBER})</v></c>)'
        rf'| t="s"><v>{group}[0-9]{{1,7}})</v></c>'
        rf'| t="inlineStr"><is><t(?: xml:space="preserve")?>{group}{_TEXT})</t></is></c>)'
    ).replace("([0-9]{1,7})", f"{group}[0-9]{{1,7}})")


_CELL = re.compile(_cell("("))
_ROW = re.compile(rf'[ \t\n]*+<row r="([0-9]{{1,7}})"({_ATTRIBUTES}) ?(?:/>|>((?:{_cell("(?:")})*+)</row>)', re.ASCII)
_NAME = re.compile(r' ([\w:]+)="')
_SHOWN = re.compile(' hidden="(?:0|false)"')
_HARMLESS = {
    "spans", "ht", "customHeight", "s", "customFormat", "thickTop", "thickBot", "outlineLevel", "collapsed", "ph",
}  # fmt: skip
_COLUMNS = {column_letters(number): number for number in range(1, 703)}
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
_ENTITY = re.compile("&[a-z]+;")
_LAYOUT = "x14ac:dyDescent"
"""What Excel says of a row's text line, under a prefix that must have been declared."""
_KEPT = 20_000
"""How many texts and heads of rows are remembered; most of a sheet's are the same few."""

Text = tuple[int, str]
"""Length and markup of a text that may be written; an empty one for a blank."""


class PlainRows:
    """Stands between the pieces of a worksheet part and the parser that feeds it: takes plain rows, hands on the rest."""

    def __init__(self, part: SheetPart, shelf: Shelf):
        self._part, self._limits, self._strings = part, part.limits, shelf.strings
        self._styles = {"", *map(str, range(max(1, shelf.styles)))}
        self._texts: dict[str, Text | None] = {}
        self._shared: dict[str, Text | None] = {}
        self._heads: dict[str, bool] = {"": True}
        self._harmless = _HARMLESS
        self._rest = b""

    def rest(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """What the parser must see, in the order of the part; each piece must be parsed before the next is asked for."""
        chunks = iter(chunks)
        head = yield from self._before_rows(chunks)
        if head and self._part.is_between_rows:
            yield from self._rows(chunks)
        yield self._rest
        yield from chunks

    def _before_rows(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Hand on all up to the first row; whether the part is one whose rows can be taken."""
        self._rest = next(chunks, b"")
        found = _HEAD.match(self._rest)
        if not found:
            return False
        root = self._rest[found.end() : self._rest.find(b">", found.end())]
        if b' xmlns:x14ac="' in root:
            self._harmless = _HARMLESS | {_LAYOUT}
        while (start := self._rest.find(_START)) < 0:
            chunk = next(chunks, None)
            if chunk is None:
                return False
            yield self._rest[: -len(_START)]
            self._rest = self._rest[-len(_START) :] + chunk
        start += len(_START)
        yield self._rest[:start]
        self._rest = self._rest[start:]
        return True

    def _rows(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Take rows as long as all before them is understood; leaves what is not in `_rest`."""
        while True:
            end = self._rest.rfind(_ROW_END) + len(_ROW_END)
            if end >= len(_ROW_END):
                block, self._rest = self._rest[:end], self._rest[end:]
                left = yield from self._block(block)
                if left is None or left:
                    self._rest = (left or b"") + self._rest
                    return
            if _END in self._rest or len(self._rest) > self._limits.token_bytes:
                return
            chunk = next(chunks, None)
            if chunk is None:
                return
            # Nothing to parse, but the clock is asked.
            yield b""
            self._rest += chunk

    def _block(self, block: bytes) -> Iterator[bytes]:
        """Take some whole rows; those that are not plain go to the parser one by one. What has to follow them there."""
        try:
            text = block.decode()
        except UnicodeDecodeError:
            return block
        if any(words in text for words in _DISTURBING):
            return block
        at = 0
        while at < len(text):
            found = _ROW.match(text, at)
            if found and self._is_taken(*found.groups(default="")):
                at = found.end()
                continue
            end = text.find("</row>", at) + len("</row>")
            piece = text[at:end]
            if "<!" in piece or "<?" in piece:
                return text[at:].encode()
            yield piece.encode()
            at = end
            if not self._part.is_between_rows:
                return text[at:].encode()
        return b""

    def _is_taken(self, number: str, head: str, cells: str) -> bool:
        """Whether the row was written; False when the parser must judge it."""
        if not self._is_harmless(head) or not self._part.comes_next(int(number)):
            return False
        last = filled = length = 0
        written = []
        for letters, row, style, figure, shared, inline in _CELL.findall(cells):
            column = _COLUMNS[letters]
            if row != number or column <= last or style not in self._styles:
                return False
            last = column
            if figure:
                written.append(f'<c r="{letters}{row}" s="{style or 0}"><v>{figure}</v></c>')
            elif shared or inline:
                text = self._shared_text(shared) if shared else self._text(inline)
                if text is None:
                    return False
                if not text[0]:
                    continue
                length += text[0]
                written.append(f'<c r="{letters}{row}" t="str"><v>{text[1]}</v></c>')
            else:
                continue
            filled = column
        if filled > self._limits.columns:
            return False
        self._part.take_row(int(number), filled, length, "".join(written))
        return True

    def _is_harmless(self, head: str) -> bool:
        """Whether a row's attributes say nothing about its values; none twice, none of another namespace."""
        known = self._heads.get(head)
        if known is None:
            names = _NAME.findall(_SHOWN.sub("", head, count=1))
            known = self._harmless.issuperset(names) and len(set(names)) == len(names)
            if len(self._heads) < _KEPT:
                self._heads[head] = known
        return known

    def _text(self, raw: str) -> Text | None:
        if raw in self._texts:
            return self._texts[raw]
        plain = _ENTITY.sub(lambda found: _ENTITIES[found.group()], raw) if "&" in raw else raw
        try:
            text = self._written(clean(unescape(plain)))
        except ControlCharacterError:
            text = None
        if len(self._texts) < _KEPT:
            self._texts[raw] = text
        return text

    def _shared_text(self, index: str) -> Text | None:
        if index not in self._shared:
            at = int(index)
            known = at < len(self._strings.strings) and at not in self._strings.unreadable
            self._shared[index] = self._written(self._strings.strings[at]) if known else None
        return self._shared[index]

    def _written(self, text: str) -> Text | None:
        if len(text) > self._limits.text:
            return None
        return (0, "") if not text or text.isspace() else (len(text), markup(text))

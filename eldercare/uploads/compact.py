"""Staged rows of a sheet in few characters: what all rows share is written once, and unfolded where it is looked at.

Every row of a sheet has its cells in the same columns, so that a change needs only the column, the old and the new text,
and the source of a value only its column: the rest follows from the row's number.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple


class Head(NamedTuple):
    """A column of the sheet as rows refer to it: its key, the stored field, the heading, its letters ("" if absent)."""

    key: str
    column: str
    label: str
    letters: str


Heads = tuple[Head, ...]
_WRITTEN = ("new", "changed")
_FOLDED = '{"layouts"'
_JSON = json.JSONEncoder(ensure_ascii=False)


class Layout:
    """Which stored fields a row gives, and in which columns of which sheet they stand; most rows share one."""

    __slots__ = ("_parts", "columns", "heads", "places", "sheet")

    def __init__(self, heads: Heads, sheet: str, places: Sequence[int]) -> None:
        self.heads, self.sheet, self.places = heads, sheet, tuple(places)
        self.columns = tuple(heads[at].column for at in self.places)
        self._parts: list[str] = []

    def sources_text(self, number: int) -> str:
        """The JSON text of the cells of the row of that number, by stored field."""
        if not self._parts:
            cells = [_JSON.encode(f"{self.sheet}!{self.heads[at].letters}")[:-1] for at in self.places]
            fields = [f"{_JSON.encode(column)}: {cell}" for column, cell in zip(self.columns, cells, strict=True)]
            opened = [f'", {field}' for field in fields[1:]]
            self._parts = ["{" + fields[0], *opened, '"}'] if fields else ["{}"]
        return str(number).join(self._parts)


class Layouts:
    """The layouts of one sheet, each made once."""

    def __init__(self, heads: Heads) -> None:
        self.heads = heads
        self._known: dict[tuple[str, tuple[int, ...]], Layout] = {}

    def of(self, sheet: str, places: tuple[int, ...]) -> Layout:
        """The layout of rows that give the fields of these columns."""
        known = self._known.get((sheet, places))
        if known is None:
            known = self._known[sheet, places] = Layout(self.heads, sheet, places)
        return known


class Changes(Sequence):
    """Old → new of a row's cells, each a dict of key, label, old, new, cell.

    `told` holds them in one list, three by three: place of the head, old text, new text.
    """

    __slots__ = ("heads", "number", "told")

    def __init__(self, heads: Heads, number: int, told: list) -> None:
        self.heads, self.number, self.told = heads, number, told

    def __len__(self) -> int:
        return len(self.told) // 3

    def __getitem__(self, place):
        if isinstance(place, slice):
            return [self._line(at) for at in range(len(self))[place]]
        return self._line(range(len(self))[place])

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Sequence) else NotImplemented

    __hash__ = None

    def _line(self, place: int) -> dict:
        at, old, new = self.told[3 * place : 3 * place + 3]
        key, _, label, letters = self.heads[at]
        cell = f"{letters}{self.number}" if letters else ""
        return {"key": key, "label": label, "old": old, "new": new, "cell": cell}


class Sources(Mapping):
    """The cell that each stored field of a row came from, as `sheet!cell`."""

    __slots__ = ("layout", "number")

    def __init__(self, layout: Layout, number: int) -> None:
        self.layout, self.number = layout, number

    def __len__(self) -> int:
        return len(self.layout.places)

    def __iter__(self) -> Iterator[str]:
        return iter(self.layout.columns)

    def __getitem__(self, column: str) -> str:
        layout = self.layout
        if column not in layout.columns:
            raise KeyError(column)
        return f"{layout.sheet}!{layout.heads[layout.places[layout.columns.index(column)]].letters}{self.number}"

    def as_json(self) -> str:
        """The JSON text of the mapping."""
        return self.layout.sources_text(self.number)


def sources_text(sources: Mapping) -> str:
    """The JSON text of a row's sources, also of one that was staged in full."""
    return sources.as_json() if isinstance(sources, Sources) else json.dumps(sources, ensure_ascii=False)


def as_text(rows: list[dict]) -> str:
    """Rows as they are stored; of folded ones those to be written stand on a line of their own."""
    layouts = {layout: at for at, layout in enumerate(dict.fromkeys(_layouts(rows)))}
    if not layouts:
        return json.dumps(rows, ensure_ascii=False)
    written = [place for place, row in enumerate(rows) if row["action"] in _WRITTEN]
    head = {"layouts": [(layout.sheet, layout.places) for layout in layouts], "heads": next(iter(layouts)).heads}
    others = [_folded(row, layouts) for row in rows if row["action"] not in _WRITTEN]
    lines = (head, [_folded(rows[place], layouts) for place in written], {"written": written, "others": others})
    return "\n".join(map(_JSON.encode, lines))


def _layouts(rows: list[dict]) -> Iterator[Layout]:
    return (row["sources"].layout for row in rows if isinstance(row.get("sources"), Sources))


def _folded(row: dict, layouts: dict[Layout, int]) -> tuple:
    """A row as a list; its values are those of its layout's columns, in their order."""
    head = (layouts[row["sources"].layout], row["action"], row["number"], row["code"], row["name"], row["facility"])
    return *head, row["changes"].told, list(row["values"].values())


def rows_of(text: str) -> list[dict]:
    """The rows that `as_text` stored."""
    if not text.startswith(_FOLDED):
        return _unfolded_before(text)
    rest = json.loads(text[text.rindex("\n") :])
    written = dict(zip(rest["written"], written_of(text), strict=True))
    others = iter(_unfolded(text, rest["others"]))
    return [written.get(place) or next(others) for place in range(len(written) + len(rest["others"]))]


def written_of(text: str) -> list[dict]:
    """The same to be applied: of folded rows those that are new or changed; the others are not even decoded."""
    if not text.startswith(_FOLDED):
        return _unfolded_before(text)
    return _unfolded(text, json.loads(text.split("\n", 2)[1]))


def _unfolded(text: str, lines: list[list]) -> list[dict]:
    head = json.loads(text[: text.index("\n")])
    heads = tuple(Head(*head) for head in head["heads"])
    layouts = [Layout(heads, sheet, places) for sheet, places in head["layouts"]]
    return [_row(layouts[at], *line) for at, *line in lines]


def _row(
    layout: Layout, action: str, number: int, code: str, name: str, facility: int | None, told: list, values: list
) -> dict:
    return {
        "action": action,
        "sheet": layout.sheet,
        "number": number,
        "code": code,
        "name": name,
        "facility": facility,
        "changes": Changes(layout.heads, number, told),
        "values": dict(zip(layout.columns, values, strict=False)),
        "sources": Sources(layout, number),
    }


def _unfolded_before(text: str) -> list[dict]:
    """Rows in full, or as they were folded at first: a layout and the names of its fields with every row."""
    held = json.loads(text)
    if isinstance(held, list):
        return held
    heads = tuple(Head(*head) for head in held["heads"])
    for row in held["rows"]:
        row["changes"] = Changes(heads, row["number"], row["changes"])
        row["sources"] = Sources(Layout(heads, row["sheet"], row["sources"]), row["number"])
    return held["rows"]

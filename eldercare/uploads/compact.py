"""Staged rows of a sheet in few characters: what all rows share is written once, and unfolded where it is looked at.

Every row of a sheet has its cells in the same columns, so that a change needs only the column, the old and the new text,
and the source of a value only its column: the rest follows from the row's number.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

_NUMBER = "\ue000"
"""Stands for the row's number in the text of sources; a private character, which no reader of sheets lets pass."""


class Head(NamedTuple):
    """A column of the sheet as rows refer to it: its key, the stored field, the heading, its letters ("" if absent)."""

    key: str
    column: str
    label: str
    letters: str


Heads = tuple[Head, ...]
_BETWEEN = ",\n"
_WRITTEN = ('{"action": "new"', '{"action": "changed"')


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

    __slots__ = ("heads", "number", "places", "sheet")

    def __init__(self, heads: Heads, sheet: str, number: int, places: Sequence[int]) -> None:
        self.heads, self.sheet, self.number, self.places = heads, sheet, number, places

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[str]:
        return (self.heads[at].column for at in self.places)

    def __getitem__(self, column: str) -> str:
        for at in self.places:
            if self.heads[at].column == column:
                return f"{self.sheet}!{self.heads[at].letters}{self.number}"
        raise KeyError(column)

    def as_json(self) -> str:
        """The JSON text of the mapping."""
        return _pattern(self.heads, self.sheet, tuple(self.places)).replace(_NUMBER, str(self.number))


@lru_cache(maxsize=256)
def _pattern(heads: Heads, sheet: str, places: tuple[int, ...]) -> str:
    name = sheet.replace(_NUMBER, " ")
    return json.dumps({heads[at].column: f"{name}!{heads[at].letters}{_NUMBER}" for at in places}, ensure_ascii=False)


def sources_text(sources: Mapping) -> str:
    """The JSON text of a row's sources, also of one that was staged in full."""
    return sources.as_json() if isinstance(sources, Sources) else json.dumps(sources, ensure_ascii=False)


def as_text(rows: list[dict]) -> str:
    """Rows as they are stored; of folded ones each stands on a line of its own."""
    heads = next((row["changes"].heads for row in rows if isinstance(row.get("changes"), Changes)), None)
    if heads is None:
        return json.dumps(rows, ensure_ascii=False)
    encode = json.JSONEncoder(ensure_ascii=False, default=_folded).encode
    return f'{{"heads": {encode(heads)}, "rows": [\n{_BETWEEN.join(map(encode, rows))}\n]}}'


def rows_of(text: str) -> list[dict]:
    """The rows that `as_text` stored."""
    held = json.loads(text)
    return held if isinstance(held, list) else _unfolded(held)


def written_of(text: str) -> list[dict]:
    """The same to be applied: of folded rows those that are new or changed; the others are not even decoded."""
    if not text.startswith("{"):
        return rows_of(text)
    head, *lines, tail = text.split("\n")
    wanted = [line.removesuffix(",") for line in lines if line.startswith(_WRITTEN)]
    return _unfolded(json.loads(f"{head}{','.join(wanted)}{tail}"))


def _unfolded(held: dict) -> list[dict]:
    heads = tuple(Head(*head) for head in held["heads"])
    for row in held["rows"]:
        row["changes"] = Changes(heads, row["number"], row["changes"])
        row["sources"] = Sources(heads, row["sheet"], row["number"], row["sources"])
    return held["rows"]


def _folded(value: object) -> list:
    if isinstance(value, Changes):
        return value.told
    if isinstance(value, Sources):
        return value.places
    raise TypeError(type(value).__name__)

"""An annex table while it is being typed: texts as they stand in the inputs, read into a state, merged after a clash."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from eldercare.annexes import editing as annexediting
from eldercare.annexes.kinds import AnnexKind
from eldercare.annexes.printed import Printed, PrintedCell
from eldercare.annexes.state import Key, columns_of, lines_of
from eldercare.sheets.annex import counts
from eldercare.sheets.cells import Problem, address
from eldercare.sheets.text import ControlCharacterError, clean, compact, normalise

WRONG = {
    "not_a_number": "不是一个确定的整数。",
    "fraction": "应当是整数。",
    "negative": "不能是负数。",
    "too_large": "这个数过大。",
}
HINT = "填 0 或正整数；没有数请留空。"


@dataclass(slots=True)
class TypedRow:
    """One line: the unit and a text a column."""

    unit: str
    cells: dict[Key, str]

    @property
    def is_blank(self) -> bool:
        return not self.unit.strip() and not any(text.strip() for text in self.cells.values())


@dataclass(slots=True)
class Typed:
    """All texts of a grid by row number; row 0 does not exist, printed totals are apart."""

    columns: list[Key]
    rows: dict[int, TypedRow] = field(default_factory=dict)
    totals: dict[Key, str] = field(default_factory=dict)

    def pack(self) -> str:
        """The texts in one hidden field, so that a clash can be told from an own change."""
        rows = [
            [number, row.unit, *(row.cells.get(key, "") for key in self.columns)] for number, row in self.rows.items()
        ]
        return json.dumps([self.columns, rows, [self.totals.get(key, "") for key in self.columns]], ensure_ascii=False)


def unpack(text: str) -> Typed | None:
    """The texts of a hidden field; None when it is not what `pack` wrote."""
    try:
        columns, rows, totals = json.loads(text)
        keys = [(str(code), int(year)) for code, year in columns]
        found = {
            int(number): TypedRow(str(unit), dict(zip(keys, map(str, texts), strict=True)))
            for number, unit, *texts in rows
        }
        return Typed(keys, found, dict(zip(keys, map(str, totals), strict=True)))
    except (ValueError, TypeError, RecursionError):
        return None


def typed_of(state: Printed) -> Typed:
    """What the inputs hold for a stored state: a number, the text that is printed for it, or nothing."""
    keys = columns_of(state)
    texts = {(row, code, year): text for row, code, year, text in state.layout.get("texts", [])}

    def text(row: int, key: Key, value: int | None) -> str:
        printed = texts.get((row, *key))
        return printed if printed is not None and counts.read(printed).value == value else _shown(value)

    rows = {}
    for cells in lines_of(state).values():
        known = next(iter(cells.values()))
        found = {key: text(known.row, key, cells[key].value if key in cells else None) for key in keys}
        rows[known.row] = TypedRow(known.unit, found)
    totals = {(cell.subject, cell.year): cell.value for cell in state.totals}
    return Typed(keys, rows, {key: text(0, key, totals.get(key)) for key in keys})


def _shown(value: int | None) -> str:
    return "" if value is None else str(value)


def typed_from(data: Mapping[str, str], columns: list[Key]) -> Typed:
    """The texts that a form sent."""
    last = data.get("rows", "")
    number = min(int(last), annexediting.MOST_ROWS) if last.isascii() and last.isdigit() and len(last) < 6 else 0
    rows = {
        row: TypedRow(data.get(f"unit-{row}", ""), {key: data.get(name_of(row, key), "") for key in columns})
        for row in range(1, number + 1)
    }
    kept = {row: found for row, found in rows.items() if not found.is_blank}
    return Typed(columns, kept, {key: data.get(name_of(0, key), "") for key in columns})


def name_of(row: int, key: Key) -> str:
    """Name of a cell's input; row 0 is the printed total."""
    return f"cell-{row}-{key[0]}-{key[1]}"


def merged(base: Typed, mine: Typed, now: Typed) -> tuple[Typed, set[tuple[int, Key]]]:
    """My changes put on what is stored now, units matched by name; and the cells that both changed."""
    result = Typed(now.columns, {row: TypedRow(line.unit, dict(line.cells)) for row, line in now.rows.items()})
    clashes = set()
    places = {compact(line.unit): row for row, line in now.rows.items()}
    for row, line in mine.rows.items():
        was = base.rows.get(row, TypedRow("", {}))
        place = places.get(compact(was.unit)) if was.unit else places.get(compact(line.unit))
        if place is None and line == was:
            continue  # the other removed a line that was left alone here
        if place is None:
            place = max([*result.rows, 0]) + 1
            result.rows[place] = TypedRow(line.unit, {})
        target = result.rows[place]
        target.unit = line.unit if line.unit != was.unit else target.unit
        clashes |= {(place, key) for key in _put(was.cells, line.cells, target.cells)}
    for row, was in base.rows.items():
        place = places.get(compact(was.unit))
        if row not in mine.rows and place is not None and now.rows[place].cells == was.cells:
            del result.rows[place]
    result.totals = dict(now.totals)
    clashes |= {(0, key) for key in _put(base.totals, mine.totals, result.totals)}
    return result, clashes


def _put(was: dict[Key, str], mine: dict[Key, str], target: dict[Key, str]) -> set[Key]:
    """Lay the texts that were typed over the stored ones; the keys where both sides had changed something."""
    clashes = set()
    for key, text in mine.items():
        old = was.get(key, "")
        if text.strip() != old.strip():
            if target.get(key, "") not in (old, text):
                clashes.add(key)
            target[key] = text
    return clashes


@dataclass(slots=True)
class Parsed:
    """What the texts say: the state to store, and every cell that is wrong."""

    state: Printed
    problems: list[Problem]


class Parsing:
    """Reads the texts of a grid; addresses are those of the exported sheet."""

    def __init__(self, kind: AnnexKind, before: Printed, typed: Typed) -> None:
        self.kind, self.before, self.typed = kind, before, typed
        self.names = kind.names
        self.problems: list[Problem] = []
        layout = before.layout
        depth = max((len(column["labels"]) for column in layout.get("columns", [])), default=2) or 1
        self.top = len(layout.get("title_lines", [])) + depth
        self.lead = 2 if layout.get("serial_heading", "序号") else 1
        asides = sorted(aside["at"] for aside in layout.get("asides", []))
        places = [place for place in range(len(typed.columns) + len(asides)) if place not in asides]
        self.places = dict(zip(typed.columns, places, strict=True))

    def address(self, place: int, key: Key | None) -> str:
        """Address of a cell of the line at that place (from 1); of the unit when no column is named."""
        column = self.lead if key is None else self.lead + 1 + self.places[key]
        return address(self.top + place, column)

    def parse(self) -> Parsed:
        """The state, and all that is wrong with it."""
        cells, order, where = [], [], {}
        for place, (row, line) in enumerate(self.typed.rows.items(), 1):
            order.append(row)
            where[place] = self.address(place, None)
            cells += self._line(place, row, line, where)
        totals = self._totals(len(order) + 1)
        layout = relaid(self.before.layout, order, self._texts(order))
        state = Printed(self.before.annex, self.before.title, self.before.clause, layout, cells, totals)
        return Parsed(state, [*self.problems, *annexediting.problems(self.kind, state, where)])

    def _line(self, place: int, row: int, line: TypedRow, where: dict) -> list[PrintedCell]:
        unit = self._unit(place, line)
        known = {(c.subject, c.year): c.address for c in self.before.cells if c.row == row}
        found = []
        for key in self.typed.columns:
            where[place, *key] = self.address(place, key)
            value = self._count(line.cells.get(key, ""), self.address(place, key), unit, key)
            found.append(PrintedCell(place, unit, *key, value, known.get(key, "")))
        return found

    def _unit(self, place: int, line: TypedRow) -> str:
        where = self.address(place, None)
        try:
            unit = "".join(clean(line.unit).split())
        except ControlCharacterError as error:
            words = f"单位名称里有不能保存的字符（{error.name}）。"
            self.problems.append(Problem("control_character", words, "请重新输入。", cell=where, column="单位"))
            return ""
        if not unit:
            words = "这一行有数，但没有写单位。"
            self.problems.append(
                Problem("unit_missing", words, "请写上单位，或清空这一行。", cell=where, column="单位")
            )
        return unit

    def _count(self, text: str, where: str, unit: str, key: Key) -> int | None:
        count = counts.read(text)
        if count.doubt:
            column = f"{unit} · {self.names.get(key[0], key[0])} {key[1]}"
            words = WRONG[count.doubt]
            problem = Problem(count.doubt, words, HINT, cell=where, column=column, read=text.strip()[:60])
            self.problems.append(problem)
        return count.value

    def _totals(self, place: int) -> list[PrintedCell]:
        known = {(total.subject, total.year): total for total in self.before.totals}
        texts = self.typed.totals
        if not known and not any(text.strip() for text in texts.values()):
            return []
        values = {key: self._count(texts.get(key, ""), self.address(place, key), "印发合计", key) for key in texts}
        return [PrintedCell(0, "", *key, values[key], known[key].address if key in known else "") for key in texts]

    def _texts(self, order: list[int]) -> list[list]:
        """Cells that print something else than the number: a dash, or what was printed and has not been touched."""
        old = {(row, code, year): text for row, code, year, text in self.before.layout.get("texts", [])}
        lines = [(0, 0, self.typed.totals)]
        lines += [(place, row, self.typed.rows[row].cells) for place, row in enumerate(order, 1)]
        return [
            [place, *key, text.strip()]
            for place, row, cells in lines
            for key, text in cells.items()
            if counts.DASH.fullmatch(normalise(text)) or (text.strip() and old.get((row, *key)) == text.strip())
        ]


def relaid(layout: dict, order: list[int], texts: list[list]) -> dict:
    """The layout with its rows as they stand now: `order` names for each line the row it had, or a new number."""
    numbers, units = layout.get("numbers", []), layout.get("units", [])
    plain = numbers == [str(number) for number in range(1, len(numbers) + 1)]
    kept = [_at(numbers, row) for row in order]
    if plain or not numbers:
        kept = [str(place) for place in range(1, len(order) + 1)] if layout.get("serial_heading", "序号") else kept
    return layout | {
        "numbers": kept,
        "units": [_at(units, row) for row in order],
        "texts": texts,
        "asides": [
            aside | {"rows": [_at(aside["rows"], row, None) for row in order]} for aside in layout.get("asides", [])
        ],
        "sums": [_moved(line, order) for line in layout.get("sums", [])],
    }


def _moved(line: dict, order: list[int]) -> dict:
    if line["after"] is None:
        return line
    return line | {"after": sum(row <= line["after"] for row in order)}


def _at(values: list, row: int, default=""):
    return values[row - 1] if 0 < row <= len(values) else default

"""A stored annex table as one value: read whole, compared unit by unit and cell by cell, written whole."""

import hashlib
import json
from collections import Counter
from dataclasses import asdict, dataclass, field

from django.db import models

from eldercare import bulk
from eldercare.annexes.kinds import AnnexKind
from eldercare.annexes.printed import Printed, PrintedCell, region_links
from eldercare.annexes.rows import AnnexTable
from eldercare.sheets.text import compact

TOTAL_LINE = "印发合计"
Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class CellChange:
    """One number that differs; None is a blank. `address` is the cell it comes from, empty for a typed one."""

    subject: str
    year: int
    address: str
    old: int | None
    new: int | None


@dataclass(slots=True)
class LineChange:
    """One line that differs: `action` is new, changed or removed; the printed totals are a line of their own."""

    unit: str
    number: int
    action: str
    cells: list[CellChange] = field(default_factory=list)
    is_total: bool = False


@dataclass(slots=True)
class Differences:
    """What one state of a table has otherwise than another: `head` says in words what is no number of a unit."""

    lines: list[LineChange] = field(default_factory=list)
    head: list[str] = field(default_factory=list)
    unchanged: int = 0

    @property
    def any(self) -> bool:
        return bool(self.lines or self.head)

    def words(self, kind: AnnexKind) -> list[str]:
        """Every difference as a sentence: 白马镇 村级互助养老点 2020：1 → 2."""
        names = kind.names
        verbs = {"new": "新增", "removed": "删去", "changed": ""}
        return [
            *self.head,
            *(f"{verbs[line.action]} {line.unit}" for line in self.lines if line.action != "changed"),
            *(
                f"{line.unit} {names.get(cell.subject, cell.subject)} {cell.year}：{shown(cell.old)} → {shown(cell.new)}"
                for line in self.lines
                for cell in line.cells
            ),
        ]


def shown(value: int | None) -> str:
    """A number in a sentence."""
    return "空" if value is None else str(value)


def stored(kind: AnnexKind, table: AnnexTable) -> Printed:
    """The table as it is stored now; two queries."""
    entries = kind.entry._base_manager.filter(table=table).order_by("row", "pk")
    totals = kind.total._base_manager.filter(table=table).order_by("pk")
    cells = [
        PrintedCell(row.row, row.unit, getattr(row, kind.subject), row.year, getattr(row, kind.value), row.cell)
        for row in entries
    ]
    sums = [PrintedCell(0, "", getattr(row, kind.subject), row.year, row.printed, row.cell) for row in totals]
    return Printed(table.annex, table.title, table.clause, table.layout, cells, sums)


def fingerprint(state: Printed) -> str:
    """Names one state of a table: whatever is typed, imported or loaded gives another."""
    cells = sorted((cell.row, cell.unit, cell.subject, cell.year, cell.value) for cell in state.cells)
    totals = sorted((cell.subject, cell.year, cell.value) for cell in state.totals)
    told = json.dumps([state.title, state.layout, _plain(cells), _plain(totals)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _plain(cells: list[tuple]) -> list[list]:
    return [list(cell) for cell in cells]


def packed(state: Printed) -> dict:
    """A state as JSON."""
    return asdict(state)


def unpacked(data: dict) -> Printed:
    """A state from JSON."""
    cells, totals = ([PrintedCell(**cell) for cell in data[name]] for name in ("cells", "totals"))
    return Printed(data["annex"], data["title"], data["clause"], data["layout"], cells, totals)


def lines_of(state: Printed) -> dict[tuple[str, int], dict[Key, PrintedCell]]:
    """Cells by (unit, which of that name) and (subject, year), in the order of the rows."""
    by_row: dict[int, dict[Key, PrintedCell]] = {}
    for cell in sorted(state.cells, key=lambda cell: cell.row):
        by_row.setdefault(cell.row, {})[cell.subject, cell.year] = cell
    seen: Counter = Counter()
    lines = {}
    for cells in by_row.values():
        name = compact(next(iter(cells.values())).unit)
        lines[name, seen[name]] = cells
        seen[name] += 1
    return lines


def columns_of(state: Printed) -> list[Key]:
    """The columns of counts in printed order: of the layout, then what is stored besides."""
    told = [(column["subject"], column["year"]) for column in state.layout.get("columns", [])]
    found = [(cell.subject, cell.year) for cell in [*state.cells, *state.totals]]
    return list(dict.fromkeys([*told, *found]))


def differences(kind: AnnexKind, before: Printed, after: Printed) -> Differences:
    """What `after` would change, units matched by name, whatever row they stand in."""
    result = Differences(head=_head(kind, before, after))
    old, new = lines_of(before), lines_of(after)
    for key, cells in new.items():
        line = _line("changed" if key in old else "new", old.get(key, {}), cells)
        if line.cells or line.action == "new":
            result.lines.append(line)
        else:
            result.unchanged += 1
    result.lines += [_line("removed", cells, {}) for key, cells in old.items() if key not in new]
    totals = LineChange(TOTAL_LINE, 0, "changed", _cells(_by_key(before.totals), _by_key(after.totals)), is_total=True)
    result.lines += [totals] if totals.cells else []
    return result


def _by_key(totals: list[PrintedCell]) -> dict[Key, PrintedCell]:
    return {(cell.subject, cell.year): cell for cell in totals}


def _line(action: str, old: dict[Key, PrintedCell], new: dict[Key, PrintedCell]) -> LineChange:
    known = next(iter((new or old).values()))
    return LineChange(known.unit, known.row, action, _cells(old, new))


def _cells(old: dict[Key, PrintedCell], new: dict[Key, PrintedCell]) -> list[CellChange]:
    changes = []
    for key in dict.fromkeys([*new, *old]):
        was, now = (cells[key].value if key in cells else None for cells in (old, new))
        if was != now:
            changes.append(CellChange(*key, new[key].address if key in new else "", was, now))
    return changes


def _head(kind: AnnexKind, before: Printed, after: Printed) -> list[str]:
    names, old, new = kind.names, columns_of(before), columns_of(after)
    found = [] if before.title == after.title else [f"表名：{before.title} → {after.title}"]
    found += [f"新增一列：{names.get(code, code)} {year}" for code, year in new if (code, year) not in old]
    found += [f"去掉一列：{names.get(code, code)} {year}" for code, year in old if (code, year) not in new]
    units = [key for key in lines_of(before) if key in lines_of(after)]
    if units != [key for key in lines_of(after) if key in lines_of(before)]:
        found.append("单位的先后次序有变化")
    if not found and before.layout != after.layout and list(lines_of(before)) == list(lines_of(after)):
        found.append("印发版式（标题、表头、序号或表外文字）有变化")
    return found


def store(kind: AnnexKind, table: AnnexTable, state: Printed) -> None:
    """Write a whole state of a table in a fixed number of statements, inside the caller's transaction.

    Unit names are matched here: exact or confirmed ones are linked, similar ones become proposals for a clerk.
    """
    table.title, table.layout = state.title, state.layout
    table.save(update_fields=["title", "layout"])
    links = region_links(table.policy, state)
    cells = {
        (cell.row, cell.subject, cell.year): {
            "unit": cell.unit,
            "region_id": links[cell.unit].pk if links[cell.unit] else None,
            kind.value: cell.value,
            "cell": cell.address,
        }
        for cell in state.cells
    }
    totals = {(cell.subject, cell.year): {"printed": cell.value, "cell": cell.address} for cell in state.totals}
    _sync(kind.entry, table, ("row", kind.subject, "year"), cells)
    _sync(kind.total, table, (kind.subject, "year"), totals)


def _sync(model: type[models.Model], table: AnnexTable, keys: tuple[str, ...], wanted: dict[tuple, dict]) -> None:
    rows = {tuple(getattr(row, name) for name in keys): row for row in model._base_manager.filter(table=table)}
    gone = [row.pk for key, row in rows.items() if key not in wanted]
    changed, new = [], []
    for key, values in wanted.items():
        row = rows.get(key)
        if row is None:
            new.append(model(table=table, **dict(zip(keys, key, strict=True)), **values))
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            changed.append(row)
    model._base_manager.filter(pk__in=gone).delete() if gone else None
    bulk.overwrite(changed, list(next(iter(wanted.values()))) if changed else [])
    bulk.insert(new)

"""Taking an import back: every cell that still holds what the import wrote returns to what it was before."""

from dataclasses import dataclass, field, replace

from eldercare import audit
from eldercare.annexes import editing as annexediting
from eldercare.annexes import state as annexstate
from eldercare.annexes.grid import relaid
from eldercare.annexes.kinds import AnnexKind
from eldercare.annexes.printed import Printed, PrintedCell
from eldercare.annexes.rows import AnnexTable
from eldercare.annexes.state import Key, columns_of, lines_of, shown
from eldercare.review import MoveRefused
from eldercare.uploads import Upload

Line = dict[Key, PrintedCell]


def undo(kind: AnnexKind, upload: Upload, table: AnnexTable | None, by) -> list[str]:
    """Restore the table; returns the cells that somebody changed since, which keep their present numbers."""
    if table is None:
        raise MoveRefused(f"这张{kind.label}已经不在了，没有可以撤销的内容。")
    document = next(row for row in upload.staged.read() if row["action"] == "table")
    before, written = (annexstate.unpacked(document[name]) for name in ("before", "state"))
    row = annexediting.locked(kind, table, by)
    now = annexstate.stored(kind, row)
    kept: list[str] = []
    target = before
    if annexstate.fingerprint(now) != annexstate.fingerprint(written):
        merging = Merging(kind, before, written, now)
        target, kept = merging.state(), merging.kept
    changes = annexstate.differences(kind, now, target)
    annexstate.store(kind, row, target)
    if changes.any:
        detail = annexediting.detail(kind, changes) | {"upload": upload.pk}
        audit.record("record.changed", by=by, target=row, detail=detail)
    return kept


@dataclass(slots=True)
class Merging:
    """The state before an import laid over a table that has been changed since; units go by name."""

    kind: AnnexKind
    before: Printed
    written: Printed
    now: Printed
    kept: list[str] = field(default_factory=list)

    def state(self) -> Printed:
        """The table with what can be taken back taken back."""
        old, new, lines = lines_of(self.before), lines_of(self.written), lines_of(self.now)
        columns = list(dict.fromkeys([*columns_of(self.now), *columns_of(self.before)]))
        result: list[tuple[int, str, dict[Key, int | None]]] = []
        for name, line in lines.items():
            unit, row = _unit(line), next(iter(line.values())).row
            if name in new and name not in old and _values(line) == _values(new[name]):
                continue
            added = name in new and name not in old
            if added:
                self.kept.append(f"{unit}：导入后又改过，整行保留")
            was, wrote = (_values(lines.get(name, {})) for lines in (old, new))
            cells = _values(line) if added else self._restored(unit, was, wrote, _values(line), columns)
            result.append((row, unit, cells))
        last = max([row for row, _, _ in result], default=0)
        gone = [line for name, line in old.items() if name not in new and name not in lines]
        result += [(last + place, _unit(line), _values(line)) for place, line in enumerate(gone, 1)]
        return self._assembled(result, columns)

    def _restored(self, unit: str, was: dict, wrote: dict, present: dict, columns: list[Key]) -> dict[Key, int | None]:
        cells = {}
        for key in columns:
            value = present.get(key)
            if was.get(key) == wrote.get(key):
                cells[key] = value
            elif value == wrote.get(key):
                cells[key] = was.get(key)
            else:
                cells[key] = value
                name = self.kind.names.get(key[0], key[0])
                self.kept.append(
                    f"{unit} {name} {key[1]}：现为 {shown(value)}，导入后又改过，没有退回 {shown(was.get(key))}"
                )
        return cells

    def _assembled(self, lines: list, columns: list[Key]) -> Printed:
        known = {(cell.row, cell.subject, cell.year): cell.address for cell in self.now.cells}
        cells = [
            PrintedCell(place, unit, *key, values.get(key), known.get((row, *key), ""))
            for place, (row, unit, values) in enumerate(lines, 1)
            for key in columns
        ]
        was, wrote, present = (_totals(state) for state in (self.before, self.written, self.now))
        sums = self._restored("印发合计", was, wrote, present, columns) if was or present else {}
        totals = [PrintedCell(0, "", *key, value, "") for key, value in sums.items()]
        order = [row for row, _, _ in lines]
        texts = [text for text in self.now.layout.get("texts", []) if text[0] == 0]
        texts += [
            [place, *text[1:]]
            for place, row in enumerate(order, 1)
            for text in self.now.layout.get("texts", [])
            if text[0] == row
        ]
        title = self.before.title if self.now.title == self.written.title else self.now.title
        layout = relaid(self.now.layout, order, texts)
        same = [unit for _, unit, _ in lines] == [_unit(line) for line in lines_of(self.before).values()]
        if same and self.now.layout == self.written.layout:
            layout = self.before.layout
        return replace(self.now, title=title, layout=layout, cells=cells, totals=totals)


def _unit(line: Line) -> str:
    return next(iter(line.values())).unit


def _values(line: Line) -> dict[Key, int | None]:
    return {key: cell.value for key, cell in line.items()}


def _totals(state: Printed) -> dict[Key, int | None]:
    return {(total.subject, total.year): total.value for total in state.totals}

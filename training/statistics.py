"""Training against its quotas, and the figures of completion by role."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from eldercare import figures
from eldercare.figures import Definition, Figure, Scope
from eldercare.sheets.text import compact
from training import counting, reading
from training.counting import Cell, Done
from training.models import TrainingRole
from training.reading import Completed, Printed

FAMILY = "training_completion"
NO_QUOTA = "没有印发培训指标"
SOURCE = (
    "口径说明：结业且培训班未取消，按结业日期归入年度；同一人同一类一年只计一次，计入当年最先结业的单位；"
    "指标写明人次的按人次计；每个单位每年最多计到指标数，超出的另列，不抵其他单位和年度"
)
DEFINITIONS = tuple(
    Definition(
        f"{FAMILY}.{role.value}",
        f"{role.label}培训完成率",
        "已结业并计入指标的人数",
        "截至统计日所在年度的培训指标数",
        SOURCE,
    )
    for role in TrainingRole
)


@dataclass(slots=True)
class UnitLine:
    """One unit of the quota tables: its township's code (None for a unit of the district), cells by (role, year)."""

    key: str
    name: str
    township: str | None
    cells: dict[tuple[str, int], Cell] = field(default_factory=dict)


@dataclass(slots=True)
class Board:
    """All units with their cells in the printed order; units that only rosters name come last."""

    years: list[int]
    lines: list[UnitLine] = field(default_factory=list)
    attendances: dict[tuple[str, int], int] = field(default_factory=dict)

    def sums(self, role: str, township: str | None = None) -> list[Cell]:
        """The cells of a role, of all units or of one township's."""
        lines = [line for line in self.lines if township is None or line.township == township]
        return [cell for line in lines for (code, _), cell in line.cells.items() if code == role]


def done(scope: Scope) -> list[Done]:
    """Every completed attendance of sessions that ended by the day and were not cancelled, with the unit it counts for."""
    return scope.once("training.done", _done)


def _done(scope: Scope) -> list[Done]:
    rows = reading.completed(scope)
    keys = unit_keys(scope) if any(row.region_id is None for row in rows) else {}
    return [Done(row.pk, row.person, row.session, row.role, row.ended_on, _unit_key(scope, keys, row)) for row in rows]


def unit_keys(scope: Scope) -> dict[str, str]:
    """The key of each printed unit name: its township's code of the day, or the name itself."""
    return {compact(row.unit): _quota_key(scope, row) for row in reading.printed(scope)}


def _quota_key(scope: Scope, row: Printed) -> str:
    if row.region_id is None:
        return compact(row.unit)
    return scope.today_of(row.region_id, row.region_code)[1]


def _unit_key(scope: Scope, keys: dict[str, str], row: Completed) -> str:
    if row.region_id is not None:
        return scope.today_of(row.region_id, row.region_code)[1]
    return keys.get(compact(row.unit), compact(row.unit))


def counted(scope: Scope) -> list[Done]:
    """The attendances that count: one a person, role and year, or each where the quota speaks of attendances."""
    by_attendance = {row.role for row in reading.printed(scope) if row.by_attendance}
    each = [row for row in done(scope) if row.role in by_attendance]
    return counting.once(row for row in done(scope) if row.role not in by_attendance) + each


def completion(scope: Scope, *, carry: bool = False) -> Board:
    """Every unit, role and year: quota, trained, left, and the surplus of earlier years, which is added only with `carry`."""
    trained = counting.tally(counted(scope))
    printed: dict[tuple[str, str], dict[int, int | None]] = defaultdict(dict)
    names: dict[str, str] = {unit.code: str(unit) for unit in scope.townships}
    order: dict[str, None] = {}
    for row in reading.printed(scope):
        key = _quota_key(scope, row)
        order[key] = None
        names.setdefault(key, row.unit)
        known = printed[key, row.role].get(row.year)
        printed[key, row.role][row.year] = known if row.quota is None else (known or 0) + row.quota
    order |= dict.fromkeys(sorted({unit for unit, _, _ in trained} - set(order)))
    board = Board(sorted({year for per in printed.values() for year in per} | {year for _, _, year in trained}))
    people: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    for (unit, role, year), count in trained.items():
        people[unit, role][year] = count
    codes = {unit.code for unit in scope.townships}
    for key in order:
        line = UnitLine(key, names.get(key, key), key if key in codes else None)
        for role in TrainingRole.values:
            wanted, came = printed.get((key, role), {}), people.get((key, role), {})
            if wanted or came:
                cells = counting.by_year(wanted, came, carry=carry)
                line.cells |= {(role, year): cell for year, cell in cells.items()}
        board.lines.append(line)
    board.attendances = dict(Counter((row.role, row.year) for row in done(scope)))
    return board


def in_years(scope: Scope, year: int) -> bool:
    """Whether a year counts: up to the day's year, or only the year asked for."""
    return year == scope.year if scope.year else year <= scope.as_of.year


def provide(scope: Scope) -> Iterator[tuple[str | None, Figure]]:
    """Completion by role of the district and of its townships; null with the reason where no quota is printed."""
    board = scope.once("training.board", completion)
    lines: dict[str | None, list[UnitLine]] = defaultdict(list)
    for line in board.lines:
        for place in {None, line.township}:
            lines[place].append(line)
    for role in TrainingRole.values:
        for place in (None, *(unit.code for unit in scope.townships)):
            yield place, _completion_of(scope, role, lines.get(place, ()))


def _completion_of(scope: Scope, role: str, lines: Iterable[UnitLine]) -> Figure:
    cells = [
        cell for line in lines for (code, year), cell in line.cells.items()
        if code == role and in_years(scope, year) and cell.quota is not None
    ]  # fmt: skip
    quota = sum(cell.quota for cell in cells) if cells else None
    trained = sum(cell.counted for cell in cells)
    return figures.ratio(f"{FAMILY}.{role}", trained, quota, scope, reason="" if cells else NO_QUOTA)


def connect() -> None:
    """Add training to the catalogue of figures."""
    figures.define(*DEFINITIONS)
    figures.provide(provide)

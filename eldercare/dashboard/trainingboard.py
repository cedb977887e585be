"""人员培训: who was to be trained, who was, by unit, role and year; printed totals beside sums, body targets beside annexes."""

from collections import Counter
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from eldercare import figures
from eldercare.dashboard import asof
from eldercare.figures import Figure, FigureSet, Scope
from eldercare.regions import Region
from plans.models import Target
from training import statistics
from training.counting import Cell
from training.models import Attendance, QuotaTotal, TrainingRole
from training.statistics import FAMILY, Board, UnitLine


@dataclass(frozen=True, slots=True)
class Column:
    """One role and year of the board: sums of the rows beside what is printed under them."""

    role: str
    year: int
    quota: int | None
    trained: int
    counted: int
    left: int
    printed: int | None

    @property
    def differs(self) -> bool:
        return self.printed is not None and self.printed != (self.quota or 0)


@dataclass(frozen=True, slots=True)
class RoleLine:
    """One role over all years: what the annex and the body of the policy want, who was trained, what is left."""

    role: str
    label: str
    columns: list[Column]
    figure: Figure | None
    targets: list[Target]

    def _sum(self, name: str) -> int:
        return sum(getattr(column, name) or 0 for column in self.columns)

    @property
    def quota(self) -> int:
        return self._sum("quota")

    @property
    def trained(self) -> int:
        return self._sum("trained")

    @property
    def counted(self) -> int:
        return self._sum("counted")

    @property
    def surplus(self) -> int:
        return self.trained - self.counted

    @property
    def left(self) -> int:
        return self._sum("left")


def board_of(scope: Scope) -> Board:
    """The board of a scope, counted once."""
    return scope.once("training.board", statistics.completion)


def roles(found: FigureSet, targets: list[Target] | None = None, printed: dict | None = None) -> list[RoleLine]:
    """The roles for which something is printed or somebody was trained; `printed` are the totals as `printed_totals` gives."""
    board, printed = board_of(found.scope), printed or {}
    lines = []
    for role in TrainingRole:
        columns = [_column(board, role.value, year, printed) for year in board.years]
        if not any(column.quota is not None or column.trained for column in columns):
            continue
        own = [target for target in targets or [] if target.body.get("role") == role.value]
        lines.append(RoleLine(role.value, role.label, columns, found.district.get(f"{FAMILY}.{role.value}"), own))
    return lines


def printed_totals(scope: Scope) -> dict[tuple[str, int], int]:
    """The totals as printed by role and year: one query."""
    rows = QuotaTotal.objects.filter(table__policy__district=scope.district, printed__isnull=False)
    sums: Counter = Counter()
    for role, year, printed in rows.values_list("role", "year", "printed"):
        sums[role, year] += printed
    return dict(sums)


def _column(board: Board, role: str, year: int, printed: dict) -> Column:
    cells = [line.cells[role, year] for line in board.lines if (role, year) in line.cells]
    quotas = [cell.quota for cell in cells if cell.quota is not None]
    return Column(
        role,
        year,
        sum(quotas) if quotas else None,
        sum(cell.trained for cell in cells),
        sum(cell.counted for cell in cells),
        sum(cell.left or 0 for cell in cells),
        printed.get((role, year)),
    )


def of_township(found: FigureSet, township: Region) -> list[tuple[str, int, Cell]]:
    """(role, year, cell) of one township where something is wanted or done, for its own page."""
    own = [line for line in board_of(found.scope).lines if line.township == township.code]
    return [
        (TrainingRole(role).label, year, cell)
        for line in own
        for (role, year), cell in line.cells.items()
        if cell.quota or cell.trained
    ]


def rows_behind(scope: Scope, role: str, user) -> list[dict]:
    """Every completed attendance behind a figure; names only for those who may see the people of rosters: one query."""
    counted = _within_quota(scope, role)
    once = {row.attendance for row in statistics.counted(scope)}
    rows = [row for row in statistics.done(scope) if row.role == role and statistics.in_years(scope, row.year)]
    known = Attendance.objects.select_related("session", "person", "upload").in_bulk([row.attendance for row in rows])
    names = {line.key: line.name for line in board_of(scope).lines}
    shows_names = user is not None and user.has_perm("training.view_person")
    listed = []
    for row in sorted(rows, key=lambda row: (row.year, row.unit, row.attendance)):
        attendance = known[row.attendance]
        why = "计入" if row.attendance in counted else "超出指标，另列" if row.attendance in once else "当年已计过一次"
        who = f"{attendance.person.name}，" if shows_names else ""
        cell = attendance.sources.get("name", "")
        listed.append(
            {
                "township": names.get(row.unit, row.unit),
                "name": f"{who}{attendance.session}",
                "counts": row.attendance in counted,
                "why": f"{attendance.session.ends_on} 结业，{why}",
                "source": f"{attendance.upload.filename} {cell}".strip() if attendance.upload else "后台登记",
            }
        )
    return listed


def _within_quota(scope: Scope, role: str) -> set[int]:
    """The attendances that fill the quotas, the first ones of each unit and year."""
    lines = {line.key: line for line in board_of(scope).lines}
    filled: Counter = Counter()
    within = set()
    for row in sorted(statistics.counted(scope), key=lambda row: (row.ended_on, row.session, row.attendance)):
        if row.role != role or not statistics.in_years(scope, row.year):
            continue
        filled[row.unit, row.year] += 1
        if filled[row.unit, row.year] <= lines[row.unit].cells[role, row.year].counted:
            within.add(row.attendance)
    return within


@dataclass(frozen=True, slots=True)
class Line:
    """One unit of the page with its cells in the order of the columns, None where nothing is printed or done."""

    unit: UnitLine
    cells: list[Cell | None]


@asof.for_readers_of_dashboards
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The training board of a district on a day."""
    district = asof.visible_district(request, code)
    day = asof.day_of(request, district)
    found = figures.compute(district, day)
    wanted = Target.objects.filter(policy__district=district).select_related("policy")
    targets = [row for row in wanted if row.body.get("role") in TrainingRole.values]
    lines = roles(found, targets, printed_totals(found.scope))
    board = board_of(found.scope)
    keys = [(column.role, column.year) for line in lines for column in line.columns]
    context = {
        "district": district,
        "as_of": day,
        "roles": lines,
        "years": board.years,
        "lines": [Line(unit, [unit.cells.get(key) for key in keys]) for unit in board.lines],
        "columns": [column for line in lines for column in line.columns],
        "attendances": sum(board.attendances.values()),
    }
    return render(request, "dashboard/training.html", context)

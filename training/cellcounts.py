"""What was completed of printed cells in any number of districts, for lists: one statement, counted as the figures count."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import BigIntegerField, BooleanField, CharField, DateField, IntegerField, QuerySet, Value
from django.db.models.functions import Cast

from eldercare import figures
from eldercare.figures import Figure, Scope
from eldercare.regions import Region
from eldercare.sheets.text import compact
from training import statistics
from training.counting import Cell
from training.models import Attendance, TrainingQuota
from training.reading import Completed, Printed

NULL = Value(None, CharField())


class Heir(NamedTuple):
    """The unit in whose place a former one's people count."""

    pk: int
    code: str


class Counts:
    """The cells of districts on a day (each district's own where none is given), read when they are first asked for."""

    def __init__(self, day: date | None) -> None:
        self.day = day
        self.scopes: dict[int, Scope] = {}
        self.cells: dict[tuple[int, str], dict[tuple[str, int], Cell]] = {}

    def load(self, districts: Iterable[int]) -> None:
        """Count districts that are not counted yet: one query for all of them."""
        wanted = set(districts) - set(self.scopes)
        if not wanted:
            return
        self.scopes |= _scopes(wanted, self.day)
        for pk in wanted:
            for line in statistics.completion(self.scopes[pk]).lines:
                self.cells[pk, line.key] = line.cells

    def cell(self, district: int, region: int | None, code: str | None, unit: str, role: str, year: int) -> Cell:
        """The cell of a printed unit, role and year, over all tables of the district that print it."""
        self.load([district])
        key = compact(unit) if region is None else self.scopes[district].today_of(region, code)[1]
        return self.cells[district, key][role, year]

    def share(self, district: int, role: str, cell: Cell) -> Figure:
        """How much of a cell is completed."""
        done = None if cell.quota is None else cell.counted
        return figures.ratio(f"{statistics.FAMILY}.{role}", done, cell.quota, self.scopes[district])


def _scopes(districts: set[int], day: date | None) -> dict[int, Scope]:
    """A scope for each district that holds its printed cells, what was completed by the day and who succeeded whom."""
    found: dict[int, list[tuple]] = defaultdict(list)
    for district, *row in _quotas(districts).union(_attendances(districts), all=True):
        found[district].append(row)
    scopes = {}
    for pk in districts:
        rows = found[pk]
        own = Region(pk=pk, is_demo=any(row[0] for row in rows))
        scope = Scope(own, day or own.default_as_of(), None, ())
        scope.heirs.update(_heirs(rows, scope.as_of))
        scope.once("training.rows", lambda scope, rows=rows: _split(rows, scope.as_of))
        scopes[pk] = scope
    return scopes


def _split(rows: list[tuple], day: date) -> tuple[list[Printed], list[Completed]]:
    cells, done = [], []
    for _, pk, annex, place, role, unit, region, code, *_, year, quota, counted, person, session, ended_on in rows:
        if person is None:
            cells.append((annex, place, pk, Printed(role, unit, region, code, year, quota, counted)))
        elif ended_on <= day:
            done.append(Completed(role, unit, region, code, pk, person, session, ended_on))
    return [cell for *_, cell in sorted(cells, key=lambda cell: cell[:3])], done


def _heirs(rows: list[tuple], day: date) -> dict[int, Heir]:
    """Who stands in a unit's place on the day, two steps of succession at most, as the filters by unit have it."""
    heirs = {}
    for row in rows:
        region, (ended, first, first_code, first_ended, second, second_code) = row[6], row[8:14]
        if region is None or ended is None or ended > day or first is None:
            continue
        gone_too = first_ended is not None and first_ended <= day and second is not None
        heirs[region] = Heir(second, second_code) if gone_too else Heir(first, first_code)
    return heirs


def _succession(unit: str) -> tuple[str, ...]:
    first, second = f"{unit}__successor", f"{unit}__successor__successor"
    return (
        f"{unit}_id", f"{unit}__code", f"{unit}__valid_to", f"{first}_id", f"{first}__code", f"{first}__valid_to",
        f"{second}_id", f"{second}__code",
    )  # fmt: skip


def _quotas(districts: set[int]) -> QuerySet:
    """The cells. What only attendances have is null and typed, because PostgreSQL takes a column's type from here."""
    number, day = Cast(NULL, BigIntegerField()), Cast(NULL, DateField())
    rows = TrainingQuota.objects.filter(table__policy__district__in=districts).order_by()
    told = ("role", "unit", *_succession("region"), "year", "quota", "table__counted")
    district = ("table__policy__district_id", "table__policy__district__is_demo")
    return rows.values_list(*district, "pk", "table__annex", "row", *told, number, number, day)


def _attendances(districts: set[int]) -> QuerySet:
    """What was completed, in the columns of the cells; whether the district is a demo the cells say."""
    rows = Attendance.objects.filter(
        session__district__in=districts, session__cancelled_at__isnull=True, retracted_at__isnull=True, completed=True
    ).order_by()
    zero, blank, no = Value(0, IntegerField()), Value(""), Value(False, BooleanField())
    told = ("session__role", "unit_name", *_succession("unit"), zero, zero, blank)
    return rows.values_list(
        "session__district_id", no, "pk", blank, zero, *told, "person_id", "session_id", "session__ends_on"
    )

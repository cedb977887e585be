"""The months of a district side by side: who reported which, in a fixed number of queries; and one township's own."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from eldercare.figures import Scope
from eldercare.regions import Region, district_of
from plans.models import PeriodException, ProgressReport, ReportingPeriod
from plans.periods import usual_due_day
from plans.reporting import due_day, last_day
from plans.submissions import MonthState, Submission

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One township's row of the table: a cell a month, None where it was not asked."""

    township: Region
    cells: tuple[Submission | None, ...]


def months_before(day: date, count: int = MONTHS) -> list[date]:
    """The months up to that of a day, the earliest first."""
    serial = day.year * 12 + day.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(serial - count + 1, serial + 1)]


def opened(district: Region, day: date, count: int) -> list[date]:
    """The day's own month and the last that were opened before it, the earliest first: one query."""
    own = day.replace(day=1)
    rows = ReportingPeriod.objects.filter(district=district, month__lt=own).order_by("-month")
    return [*reversed(list(rows.values_list("month", flat=True)[: count - 1])), own]


def states(scope: Scope, months: list[date]) -> list[MonthState]:
    """The state of each of several months: four queries, however many months and townships.

    Expected are the townships of the month's last day. A month that nobody opened has the district's usual deadline once
    the district has begun to report, and none before.
    """
    periods = {row.month: row for row in _periods(scope.district, months)}
    reports = {(row.period_id, row.township_id): row for row in _reports(periods)}
    leaves = _leaves(periods)
    first = _first_month(scope.district)
    usual = usual_due_day(scope.district)
    found = []
    for month in months:
        period = periods.get(month)
        due_on = period.due_on if period else due_day(month, usual) if first and month > first else None
        units = [unit for unit in scope.units_on(min(last_day(month), scope.as_of)) if unit.is_township]
        rows = tuple(
            Submission(
                unit,
                period and reports.get((period.pk, unit.pk)),
                due_on,
                scope.as_of,
                period and leaves.get((period.pk, unit.pk)),
            )
            for unit in units
        )
        found.append(MonthState(month, due_on, rows, period))
    return found


def lines(scope: Scope, found: list[MonthState]) -> list[Line]:
    """A row for each township of the scope's day; months of units that it succeeded stand in its row."""
    cells: dict[str, dict[date, Submission]] = defaultdict(dict)
    for state in found:
        for code, row in state.by_unit(scope).items():
            cells[code][state.month] = row
    return [Line(unit, tuple(cells[unit.code].get(state.month) for state in found)) for unit in scope.townships]


def own_months(township: Region, day: date, count: int = 6) -> list[tuple[MonthState, Submission]]:
    """The last months of one township that were opened, and the day's own, the latest first: six queries."""
    district = district_of(township)
    months = opened(district, day, count)
    periods = {row.month: row for row in _periods(district, months)}
    reports = {row.period_id: row for row in _reports(periods) if row.township_id == township.pk}
    leaves = _leaves(periods)
    usual = usual_due_day(district)
    found = []
    for month in reversed(months):
        period = periods.get(month)
        due_on = period.due_on if period else due_day(month, usual)
        report = reports.get(period.pk) if period else None
        row = Submission(township, report, due_on, day, period and leaves.get((period.pk, township.pk)))
        found.append((MonthState(month, due_on, (row,), period), row))
    return found


def _periods(district: Region, months: list[date]):
    return ReportingPeriod.objects.filter(district=district, month__in=months)


def _reports(periods: dict[date, ReportingPeriod]):
    return ProgressReport.objects.filter(period__in=list(periods.values()))


def _leaves(periods: dict[date, ReportingPeriod]) -> dict[tuple[int, int], date]:
    """Until when each township has leave, by period and township; the last line counts."""
    rows = PeriodException.objects.filter(period__in=list(periods.values())).order_by("pk")
    return {(row.period_id, row.township_id): row.until for row in rows}


def _first_month(district: Region) -> date | None:
    rows = ReportingPeriod.objects.filter(district=district).order_by("month")
    return rows.values_list("month", flat=True).first()

"""The money of a district: approved and paid by township, the year's budgets, what the plans would cost."""

from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from eldercare import figures
from eldercare.dashboard import asof
from eldercare.figures import Figure, FigureSet, Scope
from eldercare.regions import Region
from subsidies import amounts, board, ledger, shown
from subsidies.statistics import PAID_SHARE

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Sum:
    """What is approved and paid of one unit, in 万元, and how many claims that is."""

    unit: Region | None
    claims: int
    approved: str
    paid: str
    unpaid: str
    share: Figure | None = None


def sums(found: FigureSet) -> dict[str | None, Sum]:
    """By township code of the day, None for the district; only those with an approved claim, and the district. No query."""
    rows = standings(found.scope)
    by_unit: dict[str | None, list[ledger.Standing]] = {None: list(rows)}
    for row in rows:
        by_unit.setdefault(found.scope.today_of(row.township, row.township_code)[1], []).append(row)
    units = {unit.code: unit for unit in found.scope.townships}
    figure_of = {None: found.district, **found.townships}
    return {
        code: _sum(units.get(code), mine, figure_of.get(code, {}).get(PAID_SHARE)) for code, mine in by_unit.items()
    }


def _sum(unit: Region | None, rows: list[ledger.Standing], share: Figure | None) -> Sum:
    approved = sum((row.amount for row in rows), NOTHING)
    paid = sum((row.paid for row in rows), NOTHING)
    return Sum(unit, len(rows), *map(amounts.wan, (approved, paid, approved - paid)), share)


def standings(scope: Scope) -> list[ledger.Standing]:
    """The approved claims of a scope, read once for figures and pages."""
    return scope.once("subsidies.standings", lambda asked: ledger.standings(asked.district, asked.as_of, asked.year))


def line(found: FigureSet) -> dict:
    """The money in one line of the district's page: no query beyond the figures' own."""
    return {"sum": sums(found)[None]}


@asof.for_readers_of_dashboards
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The money page of a district on a day."""
    district = asof.visible_district(request, code)
    day = asof.day_of(request, district)
    found = figures.compute(district, day)
    by_unit = sums(found)
    whole = by_unit.pop(None)
    order = {unit.code: number for number, unit in enumerate(found.scope.townships)}
    context = {
        "district": district,
        "as_of": day,
        "year": day.year,
        "whole": whole,
        "meaning": figures.definition(PAID_SHARE),
        "units": [by_unit[code] for code in sorted(by_unit, key=lambda code: order.get(code, len(order)))],
        "board": shown.budgets(board.board(district, day.year)),
        "exposure": shown.exposed(district),
    }
    return render(request, "dashboard/money.html", context)

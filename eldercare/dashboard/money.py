"""The money of a district: approved and paid by township, the year's budgets, what the plans would cost."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from eldercare import charts, figures
from eldercare.dashboard import asof
from eldercare.figures import Figure, FigureSet, Scope
from eldercare.regions import Region
from subsidies import amounts, board, ledger, shown
from subsidies.models import SubsidyClaim
from subsidies.statistics import PAID_SHARE

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Sum:
    """What is approved and paid of one unit, in 万元, and how many claims that is.

    `flagged` are those of them whose ground fell away, `at_stake` what was paid of these.
    """

    unit: Region | None
    claims: int
    approved: str
    paid: str
    unpaid: str
    flagged: int
    at_stake: str
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
    flagged = [row.paid for row in rows if row.is_flagged]
    told = map(amounts.wan, (approved, paid, approved - paid))
    return Sum(unit, len(rows), *told, len(flagged), amounts.wan(sum(flagged, NOTHING)), share)


def standings(scope: Scope) -> list[ledger.Standing]:
    """The approved claims of a scope, read once for figures and pages."""
    return scope.once("subsidies.standings", lambda asked: ledger.standings(asked.district, asked.as_of, asked.year))


def line(found: FigureSet) -> dict:
    """The money in one line of the district's page: no query beyond the figures' own."""
    return {"sum": sums(found)[None]}


def _open(user, district: Region, day: date) -> dict:
    """What waits for somebody on the district's present day; a day of the past has nothing open any more."""
    rows = ledger.open_now(district) if day >= district.default_as_of() else []
    waiting = [row for row in rows if row.status == SubsidyClaim.Status.SUBMITTED]
    return {
        "flagged": [row for row in rows if row.flagged_at],
        "waiting": len(waiting),
        "asked_for": amounts.wan(sum((row.amount for row in waiting), NOTHING)),
        "may_open": user.is_staff and user.has_perm("subsidies.view_subsidyclaim"),
    }


def _split(found: board.Board) -> dict | None:
    """Where the year's budget went, as a bar in 万元; None without a budget."""
    if not found.lines:
        return None
    whole = found.total
    parts = (
        charts.Part("已拨付", whole.paid / amounts.WAN, "good"),
        charts.Part("已批准待拨付", whole.unpaid / amounts.WAN, "watch", "wide"),
        charts.Part("还可安排", whole.left / amounts.WAN, "quiet", "dots"),
    )
    title = f"{found.year}年预算 {amounts.wan(whole.planned)} 万元的去向"
    return {"title": title, "bar": charts.stacked(parts, title=title), "legend": charts.legend(parts)}


@asof.for_readers_of_dashboards
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The money page of a district on a day."""
    district = asof.visible_district(request, code)
    day = asof.day_of(request, district)
    found = figures.compute(district, day)
    by_unit = sums(found)
    whole = by_unit.pop(None)
    order = {unit.code: number for number, unit in enumerate(found.scope.townships)}
    year = board.board(district, day.year)
    context = {
        **_open(request.user, district, day),
        "split": _split(year) if day >= district.default_as_of() else None,
        "district": district,
        "as_of": day,
        "year": day.year,
        "whole": whole,
        "meaning": figures.definition(PAID_SHARE),
        "units": [by_unit[code] for code in sorted(by_unit, key=lambda code: order.get(code, len(order)))],
        "board": shown.budgets(year),
        "exposure": shown.exposed(district),
    }
    return render(request, "dashboard/money.html", context)

"""The leader's page: where are we, who is behind, who has not reported."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString

from eldercare import charts, figures
from eldercare.dashboard import asof, money, moves, trainingboard
from eldercare.figures import Definition, Figure, FigureSet
from eldercare.policies import Policy
from eldercare.regions import UNIT_KIND_LABELS, UNIT_KINDS, DivisionEdition, Kind, Region, district_of
from facilities import ledger
from plans import printed, schedule, submissions
from plans.schedule import Line
from plans.statistics import printed_units


def index(request: HttpRequest) -> HttpResponse:
    """Send a person to the page of their own region; of a city or province, list its districts."""
    user = request.user
    region = user.region
    if region is not None and region.is_township:
        return redirect("township", district_of(region).code, region.code)
    if not user.has_perm("eldercare.view_dashboard"):
        raise Http404("没有这个页面。")
    if region is not None and region.kind == Kind.DISTRICT:
        return redirect("district", region.code)
    with_data = Exists(Policy.objects.filter(district=OuterRef("pk"))) | Exists(
        DivisionEdition.objects.filter(district=OuterRef("pk"))
    )
    districts = list(Region.objects.visible_to(user).districts().filter(with_data).order_by("path"))
    if len(districts) == 1:
        return redirect("district", districts[0].code)
    return render(request, "dashboard/districts.html", {"districts": districts})


@dataclass(frozen=True, slots=True)
class Card:
    """One large figure of the page."""

    figure: Figure
    meaning: Definition
    chart: SafeString
    light: str


@dataclass(frozen=True, slots=True)
class TownshipRow:
    """One line of the lag table."""

    region: Region
    line: Line
    bar: SafeString
    community: Figure
    village: Figure
    submission: submissions.Submission | None


@asof.for_readers_of_dashboards
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The district page on a day."""
    district = asof.visible_district(request, code)
    day = asof.day_of(request, district)
    found = figures.compute(district, day)
    lines = schedule.by_township(found.scope)
    month = submissions.latest_state(found.scope)
    rows = _township_rows(found, lines, month)
    types = schedule.by_type(found.scope)
    context = {
        "district": district,
        "as_of": day,
        "edition": found.scope.edition,
        "total": lines[None],
        "laggards": [row for row in rows if row.line.lag and row.line.light in ("act", "watch")][:3],
        "cards": _cards(found),
        "more": _more(found),
        "rows": rows,
        "types": types,
        "years": _year_sums(types),
        "month": month,
        "unit_counts": _unit_counts(found),
        "training": trainingboard.roles(found),
        "conflicts": [doubt for policy in printed.of(found.scope).policies for doubt in policy.doubts],
        "trend": moves.trend(found.scope),
        "accepted": (accepted := len(moves.accepted_days(found.scope))),
        "ahead": accepted - lines[None].accepted,
        "ledger": _ledger(found),
        "money": money.line(found),
    }
    return render(request, "dashboard/district.html", context)


def _year_sums(types: list[schedule.TypeRow]) -> dict[int, tuple[int | None, int]]:
    """Planned (None: nothing printed) and accepted of every year, over the types."""
    sums = {}
    for year in types[0].years if types else []:
        planned = [row.years[year][0] for row in types if row.years[year][0] is not None]
        sums[year] = (sum(planned) if planned else None, sum(row.years[year][1] for row in types))
    return sums


def _cards(found: FigureSet) -> list[Card]:
    cards = []
    for kind in UNIT_KINDS:
        figure = found.district[f"coverage.{kind}"]
        chart = charts.bar(figure.numerator, figure.denominator, title=figure.label)
        cards.append(Card(figure, figures.definition(figure.definition), chart, ""))
    return cards


def _more(found: FigureSet) -> list[tuple[Figure, Definition]]:
    """The figures that are not on a card, in the catalogue's order."""
    shown = {f"coverage.{kind}" for kind in UNIT_KINDS}
    return [(figure, figures.definition(id_)) for id_, figure in sorted(found.district.items()) if id_ not in shown]


def _township_rows(found: FigureSet, lines: dict, month: submissions.MonthState) -> list[TownshipRow]:
    """Townships with the furthest behind first, then the largest number outstanding."""
    reports = month.by_unit(found.scope)
    rows = [
        TownshipRow(
            unit,
            lines[unit.code],
            charts.bar(lines[unit.code].accepted, lines[unit.code].planned or None, title=f"{unit}验收合格占计划"),
            found.townships[unit.code]["coverage.community"],
            found.townships[unit.code]["coverage.village"],
            reports.get(unit.code),
        )
        for unit in found.scope.townships
    ]
    return sorted(rows, key=lambda row: (_urgency(row.line), -(row.line.behind or 0), -row.line.lag, row.region.path))


def _urgency(line: Line) -> int:
    return {"act": 0, "watch": 1, "good": 2, "quiet": 3}[line.light]


def _unit_counts(found: FigureSet) -> list[tuple[str, int | None]]:
    """The district's units on the day; of a district without divisions what its policies print."""
    if found.scope.edition is None:
        counts = printed_units(found.scope)
        return [(label, counts.get(kind)) for kind, label in UNIT_KIND_LABELS.items()]
    return [
        (label, sum(unit.kind in UNIT_KINDS[kind] for unit in found.scope.units))
        for kind, label in UNIT_KIND_LABELS.items()
    ]


def _ledger(found: FigureSet) -> dict:
    """The rectification ledger of the district, and the townships with overdue items, the most first."""
    tallies = ledger.summary(found.scope)
    late = [(unit, tallies[unit.code].overdue) for unit in found.scope.townships if tallies[unit.code].overdue]
    return {"tally": tallies[None], "late": sorted(late, key=lambda pair: (-pair[1], pair[0].path))}

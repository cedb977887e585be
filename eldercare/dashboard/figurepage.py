"""怎么算的: the rows behind a published figure, down to the facility, the plan cell and the sheet they come from."""

from collections import defaultdict
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from eldercare import figures
from eldercare.dashboard import asof, money, trainingboard
from eldercare.figures import FigureSet, Scope
from eldercare.scoping import within
from facilities.kinds import FacilityType, Stage
from facilities.models import FacilityRecord
from facilities.statistics import Standing, standings
from plans.models import PlanTarget
from plans.statistics import cover, in_years, units_of_kind
from subsidies import amounts, ledger
from subsidies.statistics import PAID_SHARE
from training import statistics as training


@dataclass(frozen=True, slots=True)
class Row:
    """One row behind a figure: what it is, where, whether it counts in the numerator, and why."""

    township: str
    name: str
    counts: bool
    why: str
    source: str = ""


@asof.for_readers_of_dashboards
def page(request: HttpRequest, code: str, definition: str) -> HttpResponse:
    """One figure of a district with every row that it counts."""
    district = asof.visible_district(request, code)
    day = asof.day_of(request, district)
    found = figures.compute(district, day)
    figure = found.district.get(definition)
    if figure is None:
        raise Http404("没有这个指标。")
    context = {
        "district": district,
        "as_of": day,
        "figure": figure,
        "meaning": figures.definition(definition),
        "rows": rows_behind(found, definition, request.user),
        "plans": _plan_cells(found.scope, definition),
        "townships": [(unit, found.townships[unit.code].get(definition)) for unit in found.scope.townships],
    }
    return render(request, "dashboard/figure.html", context)


def rows_behind(found: FigureSet, definition: str, user=None) -> list[Row]:
    """The units or facilities that a figure counts, those in the numerator first."""
    family, _, part = definition.partition(".")
    if family in ("coverage", "coverage_with_exempt"):
        rows = _units(found.scope, part, extended=family == "coverage_with_exempt")
    elif family in ("completion", "plan_ratio"):
        rows = _facilities(found.scope, lambda row: row.type == part.upper(), lambda row: row.is_accepted)
    elif family == "social_operation":
        types = ("STREET_CENTRE", "COMMUNITY_STATION") if part == "urban" else ("TOWNSHIP_CENTRE", "VILLAGE_POINT")
        rows = _facilities(found.scope, lambda row: row.type in types and row.is_operating, lambda row: row.is_social)
    elif family == training.FAMILY:
        rows = [Row(**row) for row in trainingboard.rows_behind(found.scope, part, user)]
    elif definition == PAID_SHARE:
        rows = _claims(found.scope)
    else:
        rows = _facilities(found.scope, lambda row: row.is_operating, lambda row: row.beds is not None)
    return sorted(rows, key=lambda row: not row.counts)


def _units(scope: Scope, kind: str, *, extended: bool) -> list[Row]:
    found = cover(scope)
    names = {unit.code: str(unit) for unit in scope.townships}
    rows = []
    for unit in units_of_kind(scope, kind):
        by = found.by.get(unit.pk, [])
        exempt = unit.pk in found.exempt
        if exempt and not extended:
            continue
        why = "、".join(f"{row.name}（{row.code}）" for row in by) or ("设点豁免" if exempt else "没有运营中的设施")
        rows.append(Row(names.get(scope.township_code(unit) or "", ""), str(unit), bool(by) or exempt, why))
    return rows


def _claims(scope: Scope) -> list[Row]:
    """The approved claims with every ledger entry up to the day: two queries."""
    names = {unit.code: str(unit) for unit in scope.townships}
    listed: dict[int, list[str]] = defaultdict(list)
    for entry in ledger.entries([scope.district], until=scope.as_of):
        listed[entry.claim_id].append(f"{entry.on} {amounts.wan(entry.amount)} 万元，凭证 {entry.voucher}")
    claims = ledger.approved(scope.district, scope.as_of, scope.year).select_related("scheme", "facility", "township")
    paid = {row.claim: row.paid for row in money.standings(scope)}
    flagged = {row.claim for row in money.standings(scope) if row.is_flagged}
    rows = []
    for row in claims.order_by("township__path", "pk"):
        code = scope.today_of(row.township_id, row.township.code)[1]
        done = paid.get(row.pk, 0)
        why = f"批准 {amounts.wan(row.amount)} 万元，已拨付 {amounts.wan(done)} 万元{'，有预警' if row.pk in flagged else ''}"
        rows.append(Row(names.get(code, str(row.township)), str(row), done > 0, why, "；".join(listed[row.pk])))
    return rows


def _facilities(scope: Scope, belongs, counts) -> list[Row]:
    rows = [row for row in standings(scope) if belongs(row)]
    sources = _sources(scope)
    names = {unit.code: str(unit) for unit in scope.townships}
    return [
        Row(
            names.get(row.township, row.township),
            f"{row.name}（{row.code}）",
            counts(row),
            _state(row),
            sources.get(row.id, ""),
        )
        for row in rows
    ]


def _state(row: Standing) -> str:
    accepted = f"，{row.accepted_on} 验收" if row.accepted_on else ""
    beds = (
        f"，床位 {row.beds}（护理型 {row.nursing_beds if row.nursing_beds is not None else '未登记'}）"
        if row.beds is not None
        else ""
    )
    return f"{Stage(row.stage).label}{accepted}{beds}"


def _sources(scope: Scope) -> dict[int, str]:
    """Where each facility's stage was last said: file, sheet and cell, or the person who recorded it."""
    rows = FacilityRecord.objects.on(scope.as_of).filter(within("facility__township__path", scope.district.path))
    found = {}
    for pk, file, sources, reason in rows.values_list("facility_id", "upload__filename", "sources", "reason"):
        cell = sources.get("stage") or next(iter(sources.values()), "")
        found[pk] = f"{file} {cell}".strip() if file else reason or "后台登记"
    return found


def _plan_cells(scope: Scope, definition: str) -> list[PlanTarget]:
    """The printed plan cells in the denominator of a completion figure (numerator of a plan ratio)."""
    family, _, part = definition.partition(".")
    if family not in ("completion", "plan_ratio") or part.upper() not in FacilityType.values:
        return []
    cells = PlanTarget.objects.filter(table__policy__district=scope.district, type=part.upper(), planned__gt=0)
    rows = cells.select_related("table__policy", "region").order_by("table__annex", "row", "year")
    return [cell for cell in rows if in_years(scope, cell.year)]

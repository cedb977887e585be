"""怎么算的: the rows behind a published figure, down to the facility, the plan cell and the sheet they come from."""

from collections import defaultdict
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from eldercare import figures
from eldercare.dashboard import asof, money, trainingboard
from eldercare.figures import FigureSet, Scope
from eldercare.scoping import within
from facilities import dated
from facilities.kinds import RURAL_TYPES, URBAN_TYPES, FacilityType, Operation, Stage
from facilities.models import FacilityRecord
from facilities.statistics import Standing, standings
from plans.models import PlanTarget
from plans.statistics import cover, in_years, units_of_kind
from subsidies import amounts, ledger
from subsidies.statistics import PAID_SHARE
from training import statistics as training


@dataclass(frozen=True, slots=True)
class Row:
    """One row behind a figure: what it is, where, whether it counts in the numerator, why, and the cells that say so.

    `code` is the facility that the row is; `by` are the facilities (name, code) that make a unit count.
    """

    township: str
    name: str
    counts: bool
    why: str
    source: str = ""
    code: str = ""
    by: tuple[tuple[str, str], ...] = ()


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
    elif family == training.FAMILY:
        rows = [Row(**row) for row in trainingboard.rows_behind(found.scope, part, user)]
    elif definition == PAID_SHARE:
        rows = _claims(found.scope)
    else:
        rows = _facilities(found.scope, family, part)
    return sorted(rows, key=lambda row: not row.counts)


def _units(scope: Scope, kind: str, *, extended: bool) -> list[Row]:
    found = cover(scope)
    names, sources = {unit.code: str(unit) for unit in scope.townships}, _sources(scope, ("stage",))
    rows = []
    for unit in units_of_kind(scope, kind):
        by = found.by.get(unit.pk, [])
        exempt = unit.pk in found.exempt
        if exempt and not extended:
            continue
        why = "" if by else "设点豁免" if exempt else "没有运营中的设施"
        said = "；".join(dict.fromkeys(sources.get(row.id, "") for row in by))
        listed = tuple((row.name, row.code) for row in by)
        rows.append(
            Row(names.get(scope.township_code(unit) or "", ""), str(unit), bool(by) or exempt, why, said, by=listed)
        )
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


def _facilities(scope: Scope, family: str, part: str) -> list[Row]:
    """The facilities that a figure of the register counts, and by which recorded fields."""
    belongs, counts, why, fields = _reading(scope, family, part)
    sources = _sources(scope, fields)
    names = {unit.code: str(unit) for unit in scope.townships}
    return [
        Row(names.get(row.township, row.township), row.name, counts(row), why(row), sources.get(row.id, ""), row.code)
        for row in standings(scope)
        if belongs(row)
    ]


def _reading(scope: Scope, family: str, part: str) -> tuple:
    """How a family of figures reads a facility: whether it belongs, whether it counts, why, and the fields that say so."""
    if family in ("completion", "plan_ratio"):
        return lambda row: row.type == part.upper(), lambda row: row.is_accepted, _state, ("stage",)
    if family == "social_operation":
        types = URBAN_TYPES if part == "urban" else RURAL_TYPES
        return lambda row: row.is_operating and row.type in types, lambda row: row.is_social, _operation, ("operation",)
    if family == "medical_care_share":
        able = dated.of(scope).medical
        words = {True: "已认定具备医养服务能力", False: "已认定不具备医养服务能力", None: "没有认定过医养服务能力"}
        return _runs, lambda row: able.get(row.id, False), lambda row: words[able.get(row.id)], ("stage",)
    if family == "nursing_bed_share":
        return _runs, lambda row: None not in (row.beds, row.nursing_beds), _state, ("beds", "nursing_beds")
    return _runs, lambda row: row.beds is not None, _state, ("beds",)


def _runs(row: Standing) -> bool:
    return row.is_operating


def _operation(row: Standing) -> str:
    return Operation(row.operation).label if row.operation else "没有登记运营方式，或运营合同已到期"


def _state(row: Standing) -> str:
    accepted = f"，{row.accepted_on} 验收" if row.accepted_on else ""
    beds = (
        f"，床位 {row.beds}（护理型 {row.nursing_beds if row.nursing_beds is not None else '未登记'}）"
        if row.beds is not None
        else ""
    )
    return f"{Stage(row.stage).label}{accepted}{beds}"


def _sources(scope: Scope, fields: tuple[str, ...]) -> dict[int, str]:
    """Where each facility's fields were last said: file, sheet and cell, or day and words of the record. One query."""
    rows = FacilityRecord.objects.standing().filter(effective_on__lte=scope.as_of)
    rows = rows.filter(within("facility__township__path", scope.district.path)).order_by("effective_on", "pk")
    told = ("facility_id", "effective_on", "asserted", "sources", "upload__filename", "reason")
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for pk, day, asserted, cells, file, reason in rows.values_list(*told):
        for name in set(fields).intersection(asserted):
            found[pk][name] = f"{file} {cells.get(name, '')}".strip() if file else f"{day} {reason or '后台登记'}"
    return {pk: "；".join(dict.fromkeys(said[name] for name in fields if name in said)) for pk, said in found.items()}


def _plan_cells(scope: Scope, definition: str) -> list[PlanTarget]:
    """The printed plan cells in the denominator of a completion figure (numerator of a plan ratio)."""
    family, _, part = definition.partition(".")
    if family not in ("completion", "plan_ratio") or part.upper() not in FacilityType.values:
        return []
    cells = PlanTarget.objects.filter(table__policy__district=scope.district, type=part.upper(), planned__gt=0)
    rows = cells.select_related("table__policy", "region").order_by("table__annex", "row", "year")
    return [cell for cell in rows if in_years(scope, cell.year)]

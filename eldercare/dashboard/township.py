"""One township's page: to its official the three steps of the month, to everyone its plan, facilities and receipts."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from eldercare import figures
from eldercare.dashboard import asof, money, trainingboard
from eldercare.figures import FigureSet
from eldercare.regions import TOWNSHIP_KINDS, UNIT_KINDS, Region
from facilities import checks, ledger, unitchecks
from facilities.models import FacilityRecord
from facilities.rules.overall import Overall
from facilities.unitchecks import UnitCheck
from plans import schedule, submissions
from plans.models import PlanTarget, ProgressReport
from plans.progress import notes
from plans.reporting import current_month


@dataclass(frozen=True, slots=True)
class FacilityRow:
    """One facility as it stood on the day, with its check against the standard."""

    state: FacilityRecord
    overall: Overall
    problems: list


def may_see(user) -> bool:
    """Dashboards are for leaders and the bureau; a township official has the page of the own township."""
    return user.has_perm("eldercare.view_dashboard") or (
        user.is_township_user and user.has_perm("eldercare.view_township_page")
    )


def asked(request: HttpRequest, code: str, township_code: str) -> tuple[Region, date]:
    """The township and the day that an address asks for; Http404 for anyone it is not for, asof.Moved to a successor."""
    if not may_see(request.user):
        raise Http404("没有这个页面。")
    township = asof.visible_region(request, township_code, TOWNSHIP_KINDS)
    day = asof.day_of(request, township.parent)
    township = asof.visible_region(request, township_code, TOWNSHIP_KINDS, day)
    if township.parent.code != code:
        raise Http404("没有找到这个乡镇（街道）。")
    return township, _day_within(township, day)


def moved(request: HttpRequest, name: str, to: Region) -> HttpResponse:
    """Lead on to the same page of the unit that has taken the township's place."""
    asked_for = f"?{request.GET.urlencode()}" if request.GET else ""
    return redirect(reverse(name, args=[to.parent.code, to.code]) + asked_for)


def page(request: HttpRequest, code: str, township_code: str) -> HttpResponse:
    """The page of one township on a day; 404 for anyone it is not for."""
    try:
        township, day = asked(request, code, township_code)
    except asof.Moved as gone:
        return moved(request, "township", gone.region)
    return render(request, "dashboard/township.html", _context(request, township, day))


def _day_within(township: Region, day: date) -> date:
    """The day, or the unit's last one where it has ended since. Raises Http404 for a day before the unit began."""
    if township.valid_from and day < township.valid_from:
        raise Http404(f"{township}{township.valid_from}起才设立，此前的数据见原来的乡镇（街道）。")
    return min(day, township.valid_to - timedelta(days=1)) if township.valid_to else day


def _context(request: HttpRequest, township: Region, day: date) -> dict:
    district = township.parent
    reports = _reports(township)
    decisions = notes.decisions(reports)
    found = figures.compute(district, day)
    month = current_month(district, day)
    return {
        "district": district,
        "township": township,
        "as_of": day,
        "edition": found.scope.edition,
        "line": schedule.by_township(found.scope)[township.code],
        "figures": _figures(found, township),
        "duties": _duties(found, township),
        "facilities": _facilities(township, district, day),
        "rectifications": ledger.live_in(district, township.lineage(), day),
        "targets": list(
            PlanTarget.objects.filter(region__in=township.lineage(), planned__gt=0).select_related("table__policy")
        ),
        "money": money.sums(found).get(township.code),
        "training": trainingboard.of_township(found, township),
        "month": submissions.month_state(district, month, [township]),
        "reports": [(report, decisions.get(report.pk)) for report in reports],
        "returned": [(row, decisions.get(row.pk)) for row in reports if row.status == ProgressReport.Status.RETURNED],
        "may_upload": request.user.has_perm("eldercare.upload_progress") and request.user.region_id == township.pk,
    }


def _figures(found: FigureSet, township: Region) -> list[tuple]:
    own = found.townships.get(township.code, {})
    ids = [f"coverage.{kind}" for kind in UNIT_KINDS]
    return [(own[id_], figures.definition(id_)) for id_ in ids if id_ in own and own[id_].denominator]


def _duties(found: FigureSet, township: Region) -> list[UnitCheck]:
    """The layout duties of the township and its villages and communities, those that fail first."""
    units = [unit for unit in found.scope.units if found.scope.township_code(unit) == township.code]
    return sorted(unitchecks.check_units(found.scope, units), key=lambda check: not check.problems())


def _facilities(township: Region, district: Region, day: date) -> list[FacilityRow]:
    states = (
        FacilityRecord.objects.on(day)
        .filter(facility__township__in=township.lineage())
        .order_by("type", "facility__code")
    )
    states = list(states.select_related("facility__village", "facility__district", "village"))
    found = checks.check_all([state.facility for state in states], district, day)
    return [FacilityRow(state, check.overall, check.problems()) for state, check in zip(states, found, strict=True)]


def _reports(township: Region) -> list[ProgressReport]:
    """The last twelve months' reports, newest first."""
    rows = ProgressReport.objects.filter(township__in=township.lineage()).select_related(
        "period", "upload", "decided_by"
    )
    return list(rows.order_by("-period__month")[:12])

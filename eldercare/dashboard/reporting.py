"""Who has not reported: the months side by side, the 督办 list of one month on the page, on paper and as a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header

from eldercare import audit, clock, figures
from eldercare.dashboard import asof
from eldercare.figures import Scope
from eldercare.regions import Region
from eldercare.review import MoveRefused
from eldercare.sheets.export import export, export_csv
from eldercare.uploadpages.access import parse_month
from eldercare.uploadpages.templates import attachment
from plans import chasing, months
from plans.chasing import Chase
from plans.models import ChaseNote
from plans.submissions import MonthState

HEADERS = (
    "序号", "乡镇（街道）", "乡镇代码", "状态", "逾期天数", "还缺什么", "最近一次报送的月份", "联系账号", "准予补报至", "督办次数",
    "最近一次督办",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for: the months of a district on a day, and the one that is looked at."""

    scope: Scope
    states: list[MonthState]
    state: MonthState

    @property
    def title(self) -> str:
        return f"{self.scope.district.name}{self.state.month.year}年{self.state.month.month}月月报督办清单"


@asof.for_readers_of_dashboards
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a district; a month is chosen with `?month=YYYY-MM`."""
    return _page(request, _asked(request, code))


@asof.for_readers_of_dashboards
def printed(request: HttpRequest, code: str) -> HttpResponse:
    """The 督办 list of a month for A4."""
    asked = _asked(request, code)
    context = _context(asked) | {"printed_at": timezone.localtime(), "back_url": address(asked)}
    return render(request, "dashboard/reporting_print.html", context)


@asof.for_readers_of_dashboards
def exported(request: HttpRequest, code: str) -> HttpResponse:
    """The 督办 list of a month as .xlsx, or with `?format=csv` as CSV; the export is recorded."""
    form = request.GET.get("format", "xlsx")
    if form not in ("xlsx", "csv"):
        raise BadRequest("导出格式只有 xlsx 和 csv。")
    asked = _asked(request, code)
    listed = chasing.chases(asked.scope, asked.state)
    name = f"督办清单_{asked.scope.district.short_name}_{asked.state.month:%Y-%m}"
    detail = {"what": "督办清单", "rows": [f"{len(listed)} 个乡镇（街道）"], "filters": f"{asked.state.month:%Y-%m}"}
    audit.record("export", by=request.user, target=asked.scope.district, detail=detail)
    if form == "xlsx":
        notes = [f"统计日期：{asked.scope.as_of}，截止日期：{asked.state.due_on or '未定'}"]
        return attachment(
            export(HEADERS, _cells(listed), title=asked.title, name="督办清单", notes=notes), f"{name}.xlsx"
        )
    response = StreamingHttpResponse(export_csv(HEADERS, _cells(listed)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.csv")
    response["Cache-Control"] = "no-store"
    return response


@asof.for_readers_of_dashboards
def chase(request: HttpRequest, code: str) -> HttpResponse:
    """Write down that townships were chased for a month; a refusal comes back with what was typed."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    asked = _asked(request, code, request.POST)
    ticked = set(request.POST.getlist("township"))
    units = [row.township for row in asked.state.rows if row.township.code in ticked]
    told = {name: request.POST.get(name, "").strip() for name in ("chased_on", "way", "note")}
    try:
        day = clock.asked_day(told["chased_on"])
        made = chasing.note_chase(
            asked.scope.district, asked.state.month, units, chased_on=day, way=told["way"], note=told["note"],
            by=request.user,
        )  # fmt: skip
    except MoveRefused as refused:
        return _page(request, asked, {"refused": str(refused), "told": told, "ticked": ticked}, status=422)
    messages.success(request, f"已记录对 {len(made)} 个乡镇（街道）的督办。")
    return redirect(f"{address(asked)}#chase")


def _page(request: HttpRequest, asked: Asked, told: dict | None = None, status: int = 200) -> HttpResponse:
    context = _context(asked) | {
        "lines": months.lines(asked.scope, asked.states),
        "states": asked.states,
        "may_chase": request.user.has_perm("plans.add_chasenote"),
        "may_allow": request.user.has_perm("plans.add_periodexception"),
        "may_open": request.user.is_staff and request.user.has_perm("plans.view_progressreport"),
        "ways": ChaseNote.Way.choices,
        "told": {"chased_on": f"{asked.scope.district.default_as_of()}", "way": "phone"},
        "ticked": set(),
        **(told or {}),
    }
    return render(request, "dashboard/reporting.html", context, status=status)


def _asked(request: HttpRequest, code: str, data=None) -> Asked:
    """The district, day and month of an address. Raises Http404, BadRequest."""
    district = asof.visible_district(request, code)
    day = asof.day_of(request, district)
    text = (data or request.GET).get("month", "")
    month = parse_month(text) if text else None
    if text and (month is None or month > day):
        raise BadRequest(f"月份“{text[:20]}”不是已经到了的月份，请写成 2020-11 的形式。")
    scope = figures.scope_for(district, day)
    wanted = months.months_before(day)
    found = months.states(scope, sorted({*wanted, *([month] if month else [])}))
    shown = [state for state in found if state.month in wanted]
    chosen = next(state for state in found if state.month == month) if month else _default(shown, day)
    return Asked(scope, shown, chosen)


def _default(states: list[MonthState], day: date) -> MonthState:
    """The last month whose deadline has come, else the day's own."""
    due = [state for state in states if state.due_on and state.due_on <= day]
    return due[-1] if due else states[-1]


def _context(asked: Asked) -> dict:
    return {
        "district": asked.scope.district,
        "as_of": asked.scope.as_of,
        "state": asked.state,
        "standing": asked.state.standing(asked.scope.as_of),
        "title": asked.title,
        "chases": chasing.chases(asked.scope, asked.state),
    }


def address(asked: Asked) -> str:
    """The page of the month that is looked at, on the same day."""
    own = f"?month={asked.state.month:%Y-%m}&as_of={asked.scope.as_of}"
    return reverse("reporting", args=[asked.scope.district.code]) + own


def _cells(listed: list[Chase]) -> Iterator[tuple]:
    """The rows of the file under HEADERS."""
    for number, item in enumerate(listed, 1):
        unit: Region = item.row.township
        last = item.notes[0] if item.notes else None
        said = f"{last.chased_on} {last.get_way_display()}：{last.note}" if last else None
        yield (
            number, str(unit), unit.code, item.state, item.row.days_late, item.missing, item.last_month, item.contact,
            item.row.leave, len(item.notes), said,
        )  # fmt: skip

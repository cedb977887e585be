"""津贴发放: what the townships paid in a month by band, on the page and as a file; a township's own page takes its sheet."""

from collections.abc import Iterator
from datetime import date

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header

from eldercare import audit, uploads
from eldercare.clock import last_day
from eldercare.dashboard import asof, township
from eldercare.regions import TOWNSHIP_KINDS, Region
from eldercare.sheets.cells import Problem
from eldercare.sheets.export import export, export_csv
from eldercare.uploadpages import answers
from eldercare.uploadpages.access import context_of, parse_month
from eldercare.uploadpages.templates import attachment
from eldercare.uploads import Upload, UploadRefused
from plans.months import months_before
from subsidies import allowanceboard
from subsidies.allowanceboard import Board
from subsidies.allowancesheet import KIND

HEADERS = (
    "乡镇（街道）", "乡镇代码", "补助名称", "档次", "人数", "发放金额（元）", "标准（元/人·月）", "按标准计算（元）", "差异（元）",
    "差异说明", "没有标准的原因",
)  # fmt: skip


@asof.for_readers_of_dashboards
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The board of a district; a month is chosen with `?month=YYYY-MM`."""
    found = _board(request, asof.visible_district(request, code))
    return render(request, "dashboard/allowances.html", _context(request, found))


@asof.for_readers_of_dashboards
def exported(request: HttpRequest, code: str) -> HttpResponse:
    """The board of a month as .xlsx or with `?format=csv` as CSV, a row a township and band; the export is recorded."""
    form = request.GET.get("format", "xlsx")
    if form not in ("xlsx", "csv"):
        raise BadRequest("导出格式只有 xlsx 和 csv。")
    found = _board(request, asof.visible_district(request, code))
    month = f"{found.month:%Y-%m}"
    detail = {"what": "津贴发放合计", "rows": [f"{len(found.rows)} 个乡镇（街道）"], "filters": month}
    audit.record("export", by=request.user, target=found.district, detail=detail)
    name = f"津贴发放合计_{found.district.short_name}_{month}"
    if form == "csv":
        return _csv(found, f"{name}.csv")
    title = f"{found.district.name}{found.month.year}年{found.month.month}月津贴发放合计"
    content = export(HEADERS, _cells(found), title=title, name="津贴发放合计", notes=["没有报送的档次留空，不是 0。"])
    return attachment(content, f"{name}.xlsx")


def _csv(found: Board, filename: str) -> HttpResponse:
    header = content_disposition_header(True, filename)
    return StreamingHttpResponse(
        export_csv(HEADERS, _cells(found)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": header, "Cache-Control": "no-store"},
    )


def township_page(request: HttpRequest, code: str, township_code: str) -> HttpResponse:
    """One township's month, and, for whoever may send it, the sheet: POST `file` for `?month=`."""
    try:
        unit, month = _unit(request, code, township_code)
    except asof.Moved as gone:
        return township.moved(request, "township-allowances", gone.region)
    if request.method == "POST":
        return _taken(request, unit, month)
    return _own(request, unit, month)


def template(request: HttpRequest, code: str, township_code: str) -> HttpResponse:
    """The prefilled sheet of one township and month."""
    if not KIND.may_be_sent_by(request.user):
        raise Http404("没有这个页面。")
    try:
        unit, month = _unit(request, code, township_code)
    except asof.Moved as gone:
        return township.moved(request, "township-allowances-template", gone.region)
    context = context_of(request.user, unit, month)
    if reason := KIND.admit(context):
        return _own(request, unit, month, Problem("not_admitted", reason), status=422)
    return attachment(KIND.template(context), f"{unit.short_name}_{KIND.label}_{month:%Y-%m}.xlsx")


def _taken(request: HttpRequest, unit: Region, month: date) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        return _refused(request, unit, month, Problem("file_required", "请选择填好的表格。"))
    try:
        upload = uploads.stage(KIND, context_of(request.user, unit, month), file)
    except UploadRefused as refused:
        return _refused(request, unit, month, refused.problem)
    if answers.wants_json(request):
        return answers.found(upload, status=422 if upload.status == Upload.Status.REFUSED else 201)
    return redirect("upload", upload.pk)


def _refused(request: HttpRequest, unit: Region, month: date, problem: Problem) -> HttpResponse:
    """Nothing was kept."""
    if answers.wants_json(request):
        return answers.refused([problem], status=422, kind=KIND.code, period=f"{month:%Y-%m}")
    return _own(request, unit, month, problem, status=422)


def _own(
    request: HttpRequest, unit: Region, month: date, problem: Problem | None = None, status: int = 200
) -> HttpResponse:
    found = allowanceboard.board(unit.parent, month, unit)
    told = {"township": unit, "problem": problem, "may_send": KIND.may_be_sent_by(request.user)}
    return render(request, "dashboard/township_allowances.html", _context(request, found) | told, status=status)


def _unit(request: HttpRequest, code: str, township_code: str) -> tuple[Region, date]:
    """The visible township that an address asks for, as it was at the month's end. Raises Http404, BadRequest, asof.Moved."""
    if not township.may_see(request.user):
        raise Http404("没有这个页面。")
    unit = asof.visible_region(request, township_code, TOWNSHIP_KINDS)
    if unit.parent.code != code:
        raise Http404("没有找到这个乡镇（街道）。")
    month = _month(request, unit.parent)
    return asof.visible_region(request, township_code, TOWNSHIP_KINDS, last_day(month)), month


def _board(request: HttpRequest, district: Region) -> Board:
    return allowanceboard.board(district, _month(request, district))


def _month(request: HttpRequest, district: Region) -> date:
    """The month asked for, else the district's own. Raises BadRequest for one that has not come."""
    text, today = request.GET.get("month", ""), district.default_as_of()
    month = parse_month(text) if text else today.replace(day=1)
    if month is None or month > today:
        raise BadRequest(f"月份“{text[:20]}”不是已经到了的月份，请写成 2020-11 的形式。")
    return month


def _context(request: HttpRequest, found: Board) -> dict:
    shown = months_before(found.district.default_as_of())
    return {
        "district": found.district,
        "board": found,
        "month": found.month,
        "months": sorted({*shown, found.month}, reverse=True),
        "table": [(line, sum_) for line, sum_ in zip(found.lines, found.sums, strict=True)],
    }


def _cells(found: Board) -> Iterator[tuple]:
    """The rows of the file under HEADERS; what was not reported is blank."""
    for row in found.rows:
        for line, cell in zip(found.lines, row.cells, strict=True):
            own = (cell.people, cell.amount, cell.rate, cell.computed, cell.difference) if cell else (None,) * 5
            reason = "" if line.rate.exact is not None else line.rate.reason
            yield (
                str(row.township),
                row.township.code,
                line.label,
                line.name,
                *own,
                cell.reason if cell else "",
                reason,
            )

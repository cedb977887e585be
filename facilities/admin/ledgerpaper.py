"""The filtered ledger on paper and as a workbook: the same rows as the list, in the same order."""

from collections.abc import Iterator

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from eldercare import audit
from eldercare.sheets.export import export
from eldercare.uploadpages.templates import attachment
from facilities import ledger

MOST_PRINTED, MOST_EXPORTED = 500, 20_000
LIST = "admin:facilities_rectification_changelist"
HEADERS = (
    "序号", "编号", "设施编码", "设施", "乡镇（街道）", "条款", "事项", "存在问题", "整改措施", "责任单位或责任人",
    "立项日期", "整改期限", "状态", "逾期天数", "重新整改次数", "报告人", "报告日期", "销号人", "销号日期",
)  # fmt: skip


def filtered(admin, request: HttpRequest):
    """The list as the address filters it: (change list, rows); None for an address whose filters cannot be read."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    try:
        listed = admin.get_changelist_instance(request)
    except IncorrectLookupParameters:
        return None
    people = ("facility__district", "facility__township", "reported_by", "closed_by")
    return listed, listed.queryset.select_related(*people)


def words(listed) -> list[str]:
    """The filters in force, in words."""
    chosen = [
        f"{spec.title}：{choice['display']}"
        for spec in listed.filter_specs
        for number, choice in enumerate(spec.choices(listed))
        if number and choice.get("selected")
    ]
    return [*chosen, *([f"查找：{listed.query}"] if listed.query else [])]


def lines(rows) -> list[ledger.Line]:
    """Each item on its own district's day."""
    return [line for row in rows for line in ledger.lines([row], row.facility.district.default_as_of())]


def printed(admin, request: HttpRequest) -> HttpResponse:
    """A page for A4, landscape, of at most MOST_PRINTED rows; it says so when there are more."""
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    if (found := filtered(admin, request)) is None:
        return redirect(LIST)
    listed, rows = found
    shown = lines(rows[: MOST_PRINTED + 1])
    context = {
        **admin.admin_site.each_context(request),
        "lines": shown[:MOST_PRINTED],
        "cut_at": MOST_PRINTED if len(shown) > MOST_PRINTED else None,
        "total": listed.result_count,
        "filters": words(listed),
        "printed_at": timezone.localtime(),
        "back_url": f"{reverse(LIST)}?{request.GET.urlencode()}",
    }
    return TemplateResponse(request, "admin/facilities/rectification/print.html", context)


def exported(admin, request: HttpRequest) -> HttpResponse:
    """A workbook of the filtered ledger; the export is recorded."""
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    if (found := filtered(admin, request)) is None:
        return redirect(LIST)
    listed, rows = found
    shown = lines(rows[:MOST_EXPORTED])
    asked = "；".join(words(listed)) or "无"
    notes = [f"导出时间：{timezone.localtime():%Y-%m-%d %H:%M}", f"筛选条件：{asked}"]
    if listed.result_count > MOST_EXPORTED:
        notes.append(f"共 {listed.result_count} 项，只导出前 {MOST_EXPORTED} 项，请缩小筛选范围。")
    content = export(HEADERS, cells(shown), title="整改台账", name="整改台账", notes=notes)
    audit.record("export", by=request.user, detail={"what": "整改台账", "rows": [f"{len(shown)} 项"], "filters": asked})
    return attachment(content, f"整改台账_{timezone.localdate():%Y%m%d}.xlsx")


def cells(shown: list[ledger.Line]) -> Iterator[tuple]:
    """The rows of the workbook under HEADERS."""
    for number, line in enumerate(shown, 1):
        row, facility = line.row, line.row.facility
        yield (
            number, row.pk, facility.code, facility.name, str(facility.township), row.clause, row.label, row.problem,
            row.measure, row.owner, _day(row.opened_at), row.due_on, line.status.label, line.late or None,
            row.reopenings, _name(row.reported_by), _day(row.reported_at), _name(row.closed_by), _day(row.closed_at),
        )  # fmt: skip


def _day(moment):
    return timezone.localdate(moment) if moment else None


def _name(person) -> str | None:
    return str(person) if person else None

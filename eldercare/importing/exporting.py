"""Registers out: the list as filtered, in scope, from one query, row by row into .xlsx or CSV; every export is recorded."""

from collections.abc import Iterator
from io import BytesIO
from tempfile import TemporaryFile

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header

from eldercare import audit
from eldercare.importing.resource import RegisterResource
from eldercare.sheets import writer

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = (("xlsx", "Excel"), ("csv", "CSV"))


def attachment(content: bytes, filename: str) -> FileResponse:
    """A workbook to save, under a Chinese name."""
    return _saved(FileResponse(BytesIO(content), content_type=XLSX), filename)


def exported(admin, request: HttpRequest) -> HttpResponse:
    """The answer to an export; a list filter that says nothing leads back to the list."""
    wanted = request.GET.get("format", "xlsx")
    if wanted not in dict(FORMATS):
        messages.error(request, "只能导出为 Excel 或 CSV。")
        return redirect(admin.address("changelist"))
    queryset = _filtered(admin, request)
    if queryset is None:
        messages.error(request, "列表的筛选条件无效，没有导出。")
        return redirect(admin.address("changelist"))
    resource: RegisterResource = admin.resource(by=request.user)
    return (_csv if wanted == "csv" else _xlsx)(admin, request, resource, queryset)


def _filtered(admin, request: HttpRequest):
    """The rows of the list as the person filtered and sorted it; None for a filter that cannot be."""
    asked = request.GET.copy()
    asked.pop("format", None)
    request.GET = asked

    class WholeList(admin.get_changelist(request)):
        """The list without its pages: nothing is counted and no row is fetched."""

        def get_results(self, request):
            self.result_list, self.result_count, self.full_result_count = [], 0, 0
            self.show_full_result_count = self.show_admin_actions = self.can_show_all = self.multi_page = False

    columns = admin.get_list_display(request)
    try:
        changelist = WholeList(
            request,
            admin.model,
            columns,
            admin.get_list_display_links(request, columns),
            admin.get_list_filter(request),
            admin.date_hierarchy,
            admin.get_search_fields(request),
            admin.get_list_select_related(request),
            admin.list_per_page,
            admin.list_max_show_all,
            admin.list_editable,
            admin,
            admin.get_sortable_by(request),
            admin.search_help_text,
        )
    except IncorrectLookupParameters:
        return None
    return changelist.queryset.select_related(None)


def _xlsx(admin, request, resource: RegisterResource, queryset) -> HttpResponse:
    """Written to a temporary file in constant memory, then sent from it."""
    target = TemporaryFile()  # noqa: SIM115 — the response closes it
    title = resource.sheet.title
    try:
        count = writer.export_into(
            target, resource.headings(), resource.rows(queryset), title="", name=resource.sheet.name
        )
    except ValueError as too_many:
        target.close()
        messages.error(request, f"{too_many}。")
        return redirect(admin.address("changelist"))
    _record(admin, request, "xlsx", count)
    target.seek(0)
    return _saved(FileResponse(target, content_type=XLSX), f"{title}.xlsx")


def _csv(admin, request, resource: RegisterResource, queryset) -> HttpResponse:
    def lines() -> Iterator[str]:
        count = -1
        try:
            for line in writer.export_csv(resource.headings(), resource.rows(queryset)):
                count += 1
                yield line
        finally:
            _record(admin, request, "csv", max(count, 0))

    answer = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    return _saved(answer, f"{resource.sheet.title}.csv")


def _record(admin, request: HttpRequest, format_: str, rows: int) -> None:
    """Who took how many rows of what, and under which filters."""
    detail = {"model": admin.opts.label_lower, "rows": rows, "format": format_, "filters": request.GET.dict()}
    audit.record("export", by=request.user, detail=detail)


def _saved(answer, filename: str):
    answer["Content-Disposition"] = content_disposition_header(True, filename)
    answer["Cache-Control"] = "no-store"
    return answer

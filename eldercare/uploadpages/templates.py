"""Sheets to fill in, prefilled for one unit and month."""

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from eldercare.clock import last_day
from eldercare.sheets.cells import Problem
from eldercare.uploadpages import access, answers
from eldercare.uploadpages.answers import UploadPage, wants_json

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attachment(content: bytes, filename: str) -> HttpResponse:
    """A workbook to save, under a Chinese name that every browser understands (RFC 5987)."""
    header = content_disposition_header(True, filename)
    return HttpResponse(
        content, content_type=XLSX, headers={"Content-Disposition": header, "Cache-Control": "no-store"}
    )


class SheetTemplate(UploadPage):
    """`/uploads/template/?period=YYYY-MM[&kind=…][&township=code]`: last month's values filled in, dropdowns, notes."""

    permission = ""

    def get(self, request: HttpRequest) -> HttpResponse:
        kinds = [kind for kind in access.sendable_kinds(request.user) if kind.template]
        wanted = request.GET.get("kind") or (kinds[0].code if kinds else "")
        kind = next((kind for kind in kinds if kind.code == wanted), None)
        if kind is None:
            return _unclear(request, "没有这种表格，或您的角色不能下载它。")
        text = request.GET.get("period", "")
        month = access.parse_month(text) if text else access.reported_month(kind, request.user)
        if kind.has_period and month is None:
            return _unclear(request, f"“{text[:20]}”不是有效的月份，请写成 2020-12 的形式。")
        unit = access.unit_of(request.user, kind, request.GET.get("township", "").strip(), month)
        if unit is None:
            return _unclear(request, "请先选择乡镇（街道），再下载它的表格。")
        if kind.has_period and not unit.on_day(last_day(month)):
            return _unclear(request, f"按{month.year}年{month.month}月底的区划没有{unit}，请选择当时的乡镇（街道）。")
        content = kind.template(access.context_of(request.user, unit, month if kind.has_period else None))
        parts = [unit.short_name, kind.label, f"{month:%Y-%m}" if kind.has_period else ""]
        return attachment(content, "_".join(part for part in parts if part) + ".xlsx")


def _unclear(request: HttpRequest, reason: str) -> HttpResponse:
    if wants_json(request):
        return answers.refused([Problem("bad_request", reason)], status=400)
    return answers.explained(
        request, 400, title="没有下载表格", reason=reason, steps=["请从上传页面选好月份和单位再下载。"]
    )

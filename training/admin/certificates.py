"""证书台账 in the admin: every certificate with its expiry; looked at, printed and exported with masked numbers."""

from datetime import date, timedelta

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from eldercare import audit
from eldercare.adminbase import DistrictFilter, ReadOnlyAdmin
from eldercare.personal import masked
from eldercare.sheets.export import export
from eldercare.uploadpages.templates import attachment
from training.models import Certificate

LIST = "admin:training_certificate_changelist"
SOON = timedelta(days=90)
WITHIN, MOST_DAYS = (30, 60, 90, 180, 365), 3660
MOST_PRINTED, MOST_EXPORTED = 500, 20_000
HEADERS = ("序号", "姓名", "单位", "培训对象", "证书名称", "证书编号", "发证单位", "发证日期", "有效期至", "状态")


def standing(row: Certificate) -> tuple[str, str]:
    """(code, words) of a certificate on its district's day: 已过期, 90天内到期, 有效 or 长期有效."""
    day = row.person.district.default_as_of()
    if row.expires_on is None:
        return "quiet", "没有写有效期"
    if row.expires_on < day:
        return "act", "已过期"
    return ("watch", "90天内到期") if row.expires_on <= day + SOON else ("good", "有效")


class ExpiryFilter(admin.SimpleListFilter):
    """Expired, or about to: on the day that the demo district stands at, or today."""

    title = "有效期"
    parameter_name = "expiry"
    NAMES = (("expired", "已过期"), ("soon", "90天内到期"), ("valid", "90天后仍有效"), ("open", "没有写有效期"))

    def lookups(self, request, model_admin):
        return self.NAMES

    def queryset(self, request, queryset):
        by = {"expired": _expired, "soon": _soon, "valid": _valid}
        if self.value() == "open":
            return queryset.filter(expires_on__isnull=True)
        if self.value() not in by:
            return queryset
        return _by_district(queryset, by[self.value()])


class WithinFilter(admin.SimpleListFilter):
    """Still valid, and to expire within so many days; any number up to ten years may be asked for in the address."""

    title = "多少天内到期"
    parameter_name = "within"

    def lookups(self, request, model_admin):
        asked = request.GET.get(self.parameter_name, "")
        return [(str(days), f"{days}天内到期") for days in sorted({*WITHIN, *_days(asked)})]

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset
        days = _days(self.value())
        if not days:
            raise IncorrectLookupParameters
        by_then = timedelta(days=days[0])
        return _by_district(queryset, lambda day: Q(expires_on__gte=day, expires_on__lte=day + by_then))


def _days(text: str) -> list[int]:
    """The number of days that a text names, in a list; none for anything else."""
    is_number = text.isascii() and text.isdigit() and len(text) <= 4 and 0 < int(text) <= MOST_DAYS
    return [int(text)] if is_number else []


def _by_district(queryset, condition):
    """Rows by the day of their own district: the one that the demo district stands at, or today."""
    demo, real = date.fromisoformat(settings.DEMO_AS_OF), timezone.localdate()
    return queryset.filter(
        Q(condition(demo), person__district__is_demo=True) | Q(condition(real), person__district__is_demo=False)
    )


def _expired(day) -> Q:
    return Q(expires_on__lt=day)


def _soon(day) -> Q:
    return Q(expires_on__gte=day, expires_on__lte=day + SOON)


def _valid(day) -> Q:
    return Q(expires_on__gt=day + SOON)


class CertificateDistrictFilter(DistrictFilter):
    lookup = "person__district"


@admin.register(Certificate)
class CertificateAdmin(ReadOnlyAdmin):
    """证书台账."""

    change_list_template = "admin/training/certificates.html"
    list_display = ("person", "unit", "role", "title", "shown_number", "issued_on", "expires_on", "state")
    list_select_related = ("person__district",)
    list_filter = (ExpiryFilter, WithinFilter, "role", CertificateDistrictFilter)
    search_fields = ("person__name", "person__unit_name", "title")
    search_help_text = "按姓名、单位、证书名称查找"
    fields = ("person", "role", "title", "shown_number", "issuer", "issued_on", "expires_on")
    readonly_fields = ("shown_number",)

    @admin.display(description="单位")
    def unit(self, row) -> str:
        return row.person.unit_name

    @admin.display(description="证书编号")
    def shown_number(self, row) -> str:
        return masked(row.number)

    @admin.display(description="状态")
    def state(self, row) -> str:
        code, words = standing(row)
        return render_to_string("components/light.html", {"light": code, "text": words})

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("print/", view(self.print_view), name="training_certificate_print"),
            path("export/", view(self.export_view), name="training_certificate_export"),
            *super().get_urls(),
        ]

    def print_view(self, request: HttpRequest) -> HttpResponse:
        """The filtered ledger on A4, landscape."""
        if (listed := self._filtered(request)) is None:
            return redirect(LIST)
        within = next(iter(_days(request.GET.get("within", ""))), None)
        found = listed.queryset.order_by("expires_on", "pk") if within else listed.queryset
        rows = list(found[: MOST_PRINTED + 1])
        context = {
            **self.admin_site.each_context(request),
            "rows": [_cells(number, row) for number, row in enumerate(rows[:MOST_PRINTED], 1)],
            "cut_at": MOST_PRINTED if len(rows) > MOST_PRINTED else None,
            "total": listed.result_count,
            "within": within,
            "expiry": dict(ExpiryFilter.NAMES).get(request.GET.get("expiry", "")),
            "printed_at": timezone.localtime(),
            "back_url": f"{reverse(LIST)}?{request.GET.urlencode()}",
        }
        return TemplateResponse(request, "admin/training/certificates_print.html", context)

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """The filtered ledger as .xlsx, numbers masked; the export is recorded."""
        if (listed := self._filtered(request)) is None:
            return redirect(LIST)
        rows = [_cells(number, row) for number, row in enumerate(listed.queryset[:MOST_EXPORTED], 1)]
        notes = [f"导出时间：{timezone.localtime():%Y-%m-%d %H:%M}", "证书编号只显示头尾几位。"]
        if listed.result_count > MOST_EXPORTED:
            notes.append(f"共 {listed.result_count} 本，只导出前 {MOST_EXPORTED} 本，请缩小筛选范围。")
        content = export(HEADERS, rows, title="证书台账", name="证书台账", notes=notes)
        audit.record("export", by=request.user, detail={"what": "证书台账", "rows": [f"{len(rows)} 本"]})
        return attachment(content, f"证书台账_{timezone.localdate():%Y%m%d}.xlsx")

    def _filtered(self, request: HttpRequest):
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            return self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            return None


def _cells(number: int, row: Certificate) -> tuple:
    """One line under HEADERS."""
    return (
        number, row.person.name, row.person.unit_name, row.get_role_display(), row.title, masked(row.number), row.issuer,
        row.issued_on, row.expires_on, standing(row)[1],
    )  # fmt: skip

"""拨付台账 in the admin: looked at and exported, never changed."""

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone

from eldercare import audit
from eldercare.adminbase import DistrictFilter, ReadOnlyAdmin, TownshipFilter
from eldercare.sheets.export import export
from eldercare.uploadpages.templates import attachment
from subsidies import amounts
from subsidies.admin.years import BudgetYearFilter
from subsidies.models import Payment

MOST = 20_000
EXPORT = "subsidies_payment_export"
HEADERS = (
    "序号", "日期", "凭证号", "补助政策", "条款", "对象", "乡镇（街道）", "预算年度", "资金来源", "第几笔",
    "金额（元）", "累计拨付（元）", "批准金额（元）", "收款单位", "说明", "冲销第几笔", "登记人", "登记日期",
)  # fmt: skip


class LedgerDistrictFilter(DistrictFilter):
    lookup = "claim__district"


class LedgerTownshipFilter(TownshipFilter):
    lookup = "claim__township"


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    """拨付台账: payments and reversing entries in the order of their days."""

    change_list_template = "admin/subsidies/ledger_list.html"
    list_display = ("on", "claim", "source", "voucher", "wan", "balance_wan", "payee", "recorded_by")
    list_select_related = ("claim__scheme", "claim__facility", "claim__township", "budget", "recorded_by")
    list_filter = (BudgetYearFilter, "budget__source", LedgerDistrictFilter, LedgerTownshipFilter)
    search_fields = ("voucher", "claim__facility__name", "claim__facility__code", "claim__township__name", "payee")
    search_help_text = "按凭证号、设施、乡镇或收款单位查找"
    ordering = ("-on", "-pk")
    fields = (
        "claim", "number", "budget", "amount", "balance", "ceiling", "on", "voucher", "payee", "note", "reverses",
        "recorded_by", "recorded_at",
    )  # fmt: skip

    @admin.display(description="资金来源", ordering="budget__source")
    def source(self, row: Payment) -> str:
        return f"{row.budget.year}年 {row.budget.get_source_display()}"

    @admin.display(description="金额（万元）", ordering="amount")
    def wan(self, row: Payment) -> str:
        return amounts.wan(row.amount)

    @admin.display(description="累计拨付（万元）")
    def balance_wan(self, row: Payment) -> str:
        return amounts.wan(row.balance)

    def get_urls(self):
        return [path("export/", self.admin_site.admin_view(self.export_view), name=EXPORT), *super().get_urls()]

    def export_view(self, request):
        """The filtered ledger as .xlsx; the export is recorded."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        try:
            listed = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            return redirect("admin:subsidies_payment_changelist")
        rows = list(listed.queryset.select_related(*self.list_select_related, "reverses")[:MOST])
        notes = [f"导出时间：{timezone.localtime():%Y-%m-%d %H:%M}", f"共 {listed.result_count} 笔，金额单位：元"]
        if listed.result_count > len(rows):
            notes.append(f"只导出了最近的 {len(rows)} 笔；请按年度或乡镇筛选后分次导出")
        body = map(cells, range(1, len(rows) + 1), rows)
        content = export(HEADERS, body, title="补助资金拨付台账", name="拨付台账", notes=notes)
        audit.record("export", by=request.user, detail={"what": "拨付台账", "rows": [f"{len(rows)} 笔"]})
        return attachment(content, f"拨付台账_{timezone.localdate():%Y%m%d}.xlsx")


def cells(number: int, row: Payment) -> tuple:
    """One entry under HEADERS."""
    claim = row.claim
    return (
        number, row.on, row.voucher, claim.scheme.label, claim.scheme.clause, str(claim.facility or claim.township),
        str(claim.township), row.budget.year, row.budget.get_source_display(), row.number, row.amount, row.balance,
        row.ceiling, row.payee, row.note, row.reverses.number if row.reverses else None, str(row.recorded_by),
        timezone.localdate(row.recorded_at),
    )  # fmt: skip

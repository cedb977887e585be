"""津贴发放月度合计 in the admin: every report with what it superseded, looked at here; written by the monthly sheet alone."""

from django.contrib import admin

from eldercare.adminbase import ReadOnlyAdmin, TownshipFilter
from subsidies.models import AllowanceTotal


@admin.register(AllowanceTotal)
class AllowanceTotalAdmin(ReadOnlyAdmin):
    """津贴发放月度合计: what stands and what it replaced."""

    list_display = (
        "month",
        "township",
        "scheme",
        "band",
        "people",
        "amount",
        "computed",
        "differs",
        "reason",
        "standing",
    )
    list_display_links = ("month",)
    list_select_related = ("township", "scheme")
    list_filter = (TownshipFilter, ("superseded_at", admin.EmptyFieldListFilter))
    search_fields = ("band", "reason", "scheme__label")
    fields = (
        "scheme", "township", "month", "band", "people", "amount", "rate", "computed", "differs", "reason", "cells", "upload",
        "recorded_by", "recorded_at", "superseded_by", "superseded_at",
    )  # fmt: skip
    readonly_fields = ("differs", "cells")

    @admin.display(description="差异（元）")
    def differs(self, row: AllowanceTotal) -> object:
        return row.difference

    @admin.display(description="现行", boolean=True)
    def standing(self, row: AllowanceTotal) -> bool:
        return row.superseded_at is None

    @admin.display(description="单元格出处")
    def cells(self, row: AllowanceTotal) -> str:
        return "、".join(row.sources.values()) or "—"

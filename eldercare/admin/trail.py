"""The audit trail and the decisions in the admin: for those who see everything, and never to be changed."""

from django.contrib import admin

from eldercare.adminbase import ReadOnlyAdmin
from eldercare.adminlists import MOST_LISTED, MonthFilter
from eldercare.audit import AuditRecord
from eldercare.review import ReviewEvent


class AtFilter(MonthFilter):
    """By when it was done."""

    field = "at"


class TrailAdmin(ReadOnlyAdmin):
    """Rows of the whole portal, which belong to no region."""

    list_filter = (AtFilter,)
    search_help_text = f"最多列出最近 {MOST_LISTED:,} 条，更早的请按时间筛选"
    list_per_page = 100

    def has_view_permission(self, request, obj=None):
        return super().has_view_permission(request, obj) and request.user.sees_everything

    def has_module_permission(self, request):
        return self.has_view_permission(request)


def in_words(detail: dict) -> str:
    """A JSON note as text."""
    texts = {key: "、".join(map(str, value)) if isinstance(value, list) else value for key, value in detail.items()}
    return "；".join(f"{key}：{text}" for key, text in texts.items())


@admin.register(AuditRecord)
class AuditRecordAdmin(TrailAdmin):
    """操作日志."""

    list_display = ("at", "by_name", "action", "object_name", "address")
    list_filter = (AtFilter, "action")
    search_fields = ("by_name", "object_name")
    fields = ("at", "by_name", "action", "model", "object_name", "address", "note")
    readonly_fields = ("note",)

    @admin.display(description="附记")
    def note(self, record: AuditRecord) -> str:
        return in_words(record.detail) or "—"


@admin.register(ReviewEvent)
class ReviewEventAdmin(TrailAdmin):
    """审核记录."""

    list_display = ("at", "by_name", "object_name", "label", "comment")
    search_fields = ("by_name", "object_name", "comment")
    fields = ("at", "by_name", "object_name", "label", "source", "target", "comment")
    ordering = ("-at", "-pk")

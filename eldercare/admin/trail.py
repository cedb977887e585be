"""The audit trail and the decisions in the admin: for those who see everything, and never to be changed."""

from django.apps import apps
from django.contrib import admin

from eldercare.adminbase import ReadOnlyAdmin
from eldercare.adminlists import MOST_LISTED, MonthFilter
from eldercare.audit import AuditRecord
from eldercare.review import ReviewEvent

# What an audit record keeps, in the bureau's words; a name that is not here is Chinese already or is shown as it is.
KEPT = {
    "what": "内容", "model": "登记表", "rows": "行", "fields": "字段", "format": "格式", "filters": "筛选", "message": "说明",
    "username": "账号", "reason": "原因", "why": "理由", "verb": "动作", "day": "日期", "days": "天数", "years": "年数",
    "amount": "金额（元）", "key": "编号", "number": "编号", "edition": "版本", "before": "原来", "after": "现在",
    "new": "新增", "changed": "变更", "unchanged": "未变", "missing": "未出现", "wrong": "有误", "errors": "错误",
    "warnings": "提醒", "begun": "新设", "ended": "终止", "kept": "沿用", "size": "大小（字节）", "sha256": "校验值",
    "upload": "上传编号", "voucher": "凭证", "field": "字段", "differences": "差异",
}  # fmt: skip
_PLACES = {key: place for place, key in enumerate(KEPT)}


def register_named(label: str) -> str:
    """The register that a model's label means; the label itself where no such model is left."""
    try:
        return apps.get_model(label)._meta.verbose_name
    except (LookupError, ValueError):
        return label


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
    """A JSON note as text, in the order of KEPT, because a database may keep its own; what is empty is left out."""
    keys = sorted(detail, key=lambda key: _PLACES.get(key, len(_PLACES)))
    return "；".join(f"{KEPT.get(key, key)}：{_text(key, detail[key])}" for key in keys if detail[key] not in ({}, []))


def _text(key: str, value: object) -> str:
    if isinstance(value, list):
        return "、".join(map(str, value))
    if isinstance(value, dict):
        return "、".join(f"{KEPT.get(name, name)} {part}" for name, part in value.items())
    return register_named(value) if key == "model" else str(value)


@admin.register(AuditRecord)
class AuditRecordAdmin(TrailAdmin):
    """操作日志."""

    list_display = ("at", "by_name", "action", "object_name", "note", "address")
    list_filter = (AtFilter, "action")
    search_fields = ("by_name", "object_name")
    fields = ("at", "by_name", "action", "register", "object_name", "address", "note")
    readonly_fields = ("register", "note")

    @admin.display(description="对象类别")
    def register(self, record: AuditRecord) -> str:
        return register_named(record.model) or "—"

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

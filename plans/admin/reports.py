"""Monthly reports in the admin: what the township changed, a note per row, received or sent back; clean months at once."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest
from django.template.response import TemplateResponse

from eldercare.adminbase import VERSION_DIGITS, ReviewableAdmin, ScopedRelatedFilter, TownshipFilter
from eldercare.admincells import badge, person, upload_link
from eldercare.review import Denied, MoveRefused
from plans.admin import rows
from plans.models import ProgressReport
from plans.progress import notes

MOST_AT_ONCE = 100


class NoteForm(forms.Form):
    """The notes of the page as they were posted; each is judged by the service. The page shows their fields itself."""

    def clean(self) -> dict:
        return {"said": rows.said(self.data)}


@admin.register(ProgressReport)
class ProgressReportAdmin(ReviewableAdmin):
    """进度报表: the bureau receives a month or sends it back; townships hand in by uploading."""

    change_form_template = "admin/plans/progressreport/change_form.html"
    actions = ("accept_all",)
    list_display = (
        "township", "month", "state", "number", "submitted_at", "late", "warnings", "decider", "sheet_page",
    )  # fmt: skip
    list_select_related = ("township", "period__district", "upload", "submitted_by", "decided_by")
    list_filter = ("status", ("period", ScopedRelatedFilter), TownshipFilter)
    search_fields = ("township__short_name",)
    fields = readonly_fields = (
        "unit", "month", "state", "number", "sheet", "submitter", "submitted_at", "due", "late", "decider",
        "decided_at",
    )  # fmt: skip

    def has_add_permission(self, request):
        return False

    def has_receive_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("plans.receive_progressreport")

    def available_moves(self, request, obj):
        return [option for option in super().available_moves(request, obj) if option.move.verb in notes.DECISIONS]

    def get_move_form(self, request, obj, data=None):
        return NoteForm(data)

    def make_move(self, request, obj, verb, comment, version, data):
        """Handing in and taking back belong to an upload; from here they would leave the report without its sheet."""
        try:
            notes.decide(obj, verb, by=request.user, comment=comment, version=version, said=data.get("said", ()))
        except (MoveRefused, Denied):
            request.session[self._notes_key(obj)] = rows.kept(request.POST)
            raise

    def _notes_key(self, row: ProgressReport) -> str:
        return f"row-notes:{row.pk}"

    def page_context(self, request, row):
        context = super().page_context(request, row)
        context |= {"move_form": None, "move_form_id": "receive"}
        typed = request.session.pop(self._notes_key(row), {})
        return context | rows.page(row, typed, may_note=any(option.allowed for option in context["options"]))

    @admin.action(description="批量接收（没有提醒的月报）", permissions=["receive"])
    def accept_all(self, request, queryset):
        """Those with nothing to look at are shown once more, then received one by one; each refusal is told."""
        chosen = list(queryset.select_related(*self.list_select_related)[: MOST_AT_ONCE + 1])
        if len(chosen) > MOST_AT_ONCE:
            messages.error(request, f"一次最多选择 {MOST_AT_ONCE} 份，请先筛选。")
            return None
        if "apply" in request.POST:
            self._accept(request, chosen)
            return None
        told = {"title": "批量接收", "lines": [(row, rows.not_clean(row)) for row in chosen]}
        own = {"opts": self.opts, "action_checkbox_name": ACTION_CHECKBOX_NAME, "back": request.get_full_path()}
        context = {**self.admin_site.each_context(request), **own, **told}
        return TemplateResponse(request, "admin/plans/progressreport/bulk_accept.html", context)

    def _accept(self, request, chosen: list[ProgressReport]) -> None:
        done = 0
        for row in chosen:
            if refused := _accepted(request, row):
                messages.error(request, f"{row.township} {row.period.month:%Y-%m}：{refused}")
            else:
                done += 1
        if done:
            messages.success(request, f"已接收 {done} 份月报。")

    @admin.display(description="月份", ordering="period__month")
    def month(self, row: ProgressReport) -> str:
        return f"{row.period.month:%Y-%m}"

    @admin.display(description="截止日期", ordering="period__due_on")
    def due(self, row: ProgressReport):
        return row.period.due_on

    @admin.display(description="是否按时")
    def late(self, row: ProgressReport) -> str:
        return badge("late", "迟报") if row.is_late else badge("on_time", "按时") if row.submitted_at else "—"

    @admin.display(description="提醒")
    def warnings(self, row: ProgressReport) -> str:
        count = row.upload.counts.get("warnings", 0) if row.upload else None
        return "—" if count is None else f"{count} 处" if count else "无"

    @admin.display(description="乡镇（街道）")
    def unit(self, row: ProgressReport) -> str:
        return str(row.township)

    @admin.display(description="状态", ordering="status")
    def state(self, row: ProgressReport) -> str:
        return badge(row.status, row.get_status_display())

    @admin.display(description="报送人")
    def submitter(self, row: ProgressReport) -> str:
        return person(row.submitted_by)

    @admin.display(description="核收人")
    def decider(self, row: ProgressReport) -> str:
        return person(row.decided_by)

    @admin.display(description="表格")
    def sheet_page(self, row: ProgressReport) -> str:
        return upload_link(row.upload, "查看")

    @admin.display(description="报送的表格")
    def sheet(self, row: ProgressReport) -> str:
        return upload_link(row.upload)


def _accepted(request, row: ProgressReport) -> str:
    """Receive one report; returns why not, empty when it is done."""
    version = request.POST.get(f"version-{row.pk}", "")
    if not version.isdecimal() or len(version) > VERSION_DIGITS:
        return "页面内容不完整，请刷新后再操作。"
    if reason := rows.not_clean(row):
        return reason
    try:
        notes.decide(row, "accept", by=request.user, version=int(version))
    except (MoveRefused, Denied) as refused:
        return str(refused)
    return ""

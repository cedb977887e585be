"""People of rosters in the admin: numbers masked, shown whole by a recorded POST; a cleared person stays as a row."""

from django.conf import settings
from django.contrib import admin, messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from eldercare import audit
from eldercare.adminbase import ReadOnlyAdmin
from eldercare.importing import exporting
from eldercare.review import Denied, MoveRefused
from eldercare.sheets import writer
from training import personal
from training.admin.changes import ChangePages
from training.admin.inlines import AttendanceInline, CertificateInline, MembershipInline
from training.admin.retention import PAGE as DUE
from training.admin.retention import RetentionPages
from training.models import Person

HEADINGS = ["姓名", "所在单位", "联系电话", "证书"]


class KeepingFilter(admin.SimpleListFilter):
    """By whether the years that data are kept are over."""

    title = "保存期"
    parameter_name = "kept"

    def lookups(self, request, model_admin):
        return [("over", "已满，可以清除"), ("erased", "已清除")]

    def queryset(self, request, queryset):
        if self.value() == "erased":
            return queryset.filter(erased_at__isnull=False)
        region = request.user.region
        day = region.default_as_of() if region else timezone.localdate()
        return personal.expired(queryset, day) if self.value() == "over" else queryset


class MergedFilter(admin.SimpleListFilter):
    """Entries that were merged into another are kept, and looked at when asked for."""

    title = "重复登记"
    parameter_name = "merged"

    def lookups(self, request, model_admin):
        return [("yes", "已并入别的登记")]

    def queryset(self, request, queryset):
        return queryset.filter(merged_into__isnull=self.value() != "yes")


@admin.register(Person)
class PersonAdmin(RetentionPages, ChangePages, ReadOnlyAdmin):
    """名册人员: written by rosters; here they are looked up, their numbers shown or exported on the record, and cleared."""

    change_list_template = "admin/training/person/change_list.html"
    change_form_template = "admin/training/person/change_form.html"
    list_display = ("name", "number", "unit_name", "phone_shown", "erased_at")
    list_filter = (KeepingFilter, MergedFilter)
    search_fields = ("name", "unit_name")
    search_help_text = "按姓名或单位查找；号码加密保存，不能查找"
    fields = ("number", "name", "unit_name", "phone_shown", "created_at", "erased_at", "erased_by")
    inlines = (CertificateInline, AttendanceInline, MembershipInline)

    @admin.display(description="编号", ordering="pk")
    def number(self, row: Person) -> int:
        return row.pk

    @admin.display(description="联系电话")
    def phone_shown(self, row: Person) -> str:
        return row.masked_phone or "—"

    def get_urls(self):
        view = self.admin_site.admin_view
        own = (
            path("export/", view(self.export_view), name="training_person_export"),
            path("export-whole/", view(self.export_whole_view), name="training_person_export_whole"),
            path("<int:pk>/reveal/", view(self.reveal_view), name="training_person_reveal"),
            path("<int:pk>/erase/", view(self.erase_view), name="training_person_erase"),
        )
        return [*own, *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        may = {
            "may_export_whole": request.user.has_perm(personal.SEE),
            "register_tools": [
                ("到期待清除", reverse(f"admin:{DUE}")),
                ("导出 Excel（号码已隐去中间）", reverse("admin:training_person_export")),
            ],
        }
        return super().changelist_view(request, may | (extra_context or {}))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        row = self.get_object(request, object_id)
        shown = {
            "may_reveal": request.user.has_perm(personal.SEE) and row.erased_at is None,
            "may_erase": request.user.has_perm(personal.ERASE) and row.erased_at is None,
            "is_expired": personal.is_expired(row),
            "years": settings.PERSONAL_YEARS,
        }
        return super().change_view(request, object_id, form_url, shown | (extra_context or {}))

    def _person(self, request: HttpRequest, pk: int) -> Person:
        """The person of that number. Raises Denied for who may not see people at all, Http404 out of scope."""
        if not self.has_view_permission(request):
            raise Denied("您的角色不能查看名册人员。")
        return self.get_object(request, str(pk))

    def reveal_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The numbers of one person, once, as the answer to a POST; nothing of it is kept by browser or session."""
        row = self._person(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            whole = personal.reveal(row, by=request.user, why=request.POST.get("why", ""))
        except MoveRefused as refused:
            messages.error(request, str(refused))
            return redirect("admin:training_person_change", pk)
        title = {"title": "完整号码", "opts": self.opts, "original": row, "whole": whole}
        answer = TemplateResponse(
            request, "admin/training/person/whole.html", self.admin_site.each_context(request) | title
        )
        answer["Cache-Control"] = "no-store"
        return answer

    def erase_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Clear one person whose time is over, after a tick that says it cannot be undone."""
        row = self._person(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not request.user.has_perm(personal.ERASE):
            raise Denied("您的角色不能清除个人信息。")
        if request.POST.get("sure") != "yes":
            messages.error(request, "没有清除：请先勾选“我知道清除后不能恢复”。")
            return redirect("admin:training_person_change", pk)
        try:
            personal.erase(row, by=request.user)
            messages.success(request, "已清除姓名、电话和证书编号；培训和队伍的人数不变。")
        except MoveRefused as refused:
            messages.error(request, str(refused))
        return redirect("admin:training_person_change", pk)

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """The people in scope with masked numbers."""
        if not self.has_view_permission(request):
            raise Denied("您的角色不能查看名册人员。")
        people = self.get_queryset(request).filter(merged_into=None).prefetch_related("certificates")
        rows = [
            (row, personal.Whole(row.masked_phone, tuple((c.title, c.masked_number) for c in row.certificates.all())))
            for row in people
        ]
        audit_detail = {"model": self.opts.label_lower, "rows": len(rows), "format": "xlsx"}
        audit.record("export", by=request.user, detail=audit_detail)
        return _workbook(rows, "名册人员.xlsx")

    def export_whole_view(self, request: HttpRequest) -> HttpResponse:
        """The same with the numbers whole: by its own permission, with a reason, on the record."""
        if not self.has_view_permission(request):
            raise Denied("您的角色不能查看名册人员。")
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            people = self.get_queryset(request).filter(merged_into=None)
            rows = personal.take_out(people, by=request.user, why=request.POST.get("why", ""))
        except MoveRefused as refused:
            messages.error(request, str(refused))
            return redirect("admin:training_person_changelist")
        return _workbook(rows, "名册人员（完整号码）.xlsx")


def _workbook(rows: list[tuple[Person, personal.Whole]], filename: str) -> FileResponse:
    lines = [
        [row.name, row.unit_name, whole.phone, "；".join(" ".join(filter(None, held)) for held in whole.certificates)]
        for row, whole in rows
    ]
    return exporting.attachment(writer.export(HEADINGS, lines, title="", name="名册人员"), filename)

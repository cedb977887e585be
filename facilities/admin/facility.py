"""The register in the admin: list, form, the check beside it, declared conditions, and the history with its sources."""

from datetime import date

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import path, reverse

from eldercare import clock, review
from eldercare.adminbase import DistrictFilter, ScopedAdmin, TownshipFilter
from eldercare.importing.adminpages import RegisterPages
from facilities import checks, ledger, services
from facilities.admin import clauses, conclusions, declarations, documents, facilityform, gaps, provenance
from facilities.admin.records import ContractInline, LinkInline, sign
from facilities.models import AcceptanceReview, Facility
from facilities.resources import FacilityResource

YEARS_AHEAD, YEARS_BACK = 3, 6
DATED = "保存后记为一条带日期的记录，可追溯、可按日期查看。"


def badge(code: str, label: str) -> str:
    """A state as word, shape and colour."""
    return render_to_string("components/badge.html", {"code": code, "label": label})


class YearFilter(admin.SimpleListFilter):
    """By planned year, asked of the calendar and not of the table: plans reach a few years ahead, registers some years back."""

    title = "计划年度"
    parameter_name = "year"

    def lookups(self, request, model_admin):
        own = request.user.region
        this = (own.default_as_of() if own else clock.now()).year
        return [(str(year), f"{year}年") for year in range(this + YEARS_AHEAD, this - YEARS_BACK, -1)]

    def queryset(self, request, queryset):
        year = self.value()
        if year is None:
            return queryset
        return queryset.filter(planned_year=year) if year.isdecimal() and len(year) == 4 else queryset.none()


def asked_day(request, facility: Facility) -> date:
    """The day of `?as_of=`, else the district's own."""
    return clock.asked_day(request.GET.get("as_of", "")) or facility.district.default_as_of()


def check_context(found: checks.Check) -> dict:
    """A live check for the page."""
    return {
        "check": found,
        "overall": found.overall,
        "edition": found.edition,
        "day": found.day,
        "findings": clauses.rows((f.as_dict() for f in found.findings), declarations.words(found.edition)),
    }


@admin.register(Facility)
class FacilityAdmin(RegisterPages, ScopedAdmin):
    """养老服务设施. Saving goes through the dated records, never through the row itself."""

    form = facilityform.FacilityForm
    resource = FacilityResource
    change_form_template = "admin/facilities/facility/change_form.html"
    inlines = (ContractInline, LinkInline)
    list_display = (
        "code", "name", "type", "township", "stage_badge", conclusions.column, "planned_year", "gross_area_count",
        "usable_area_count", "beds_count",
    )  # fmt: skip
    list_display_links = ("code", "name")
    list_filter = ("stage", "type", YearFilter, DistrictFilter, TownshipFilter)
    search_fields = ("code", "name", "operator")
    search_help_text = "按设施编码、名称或运营单位查找"
    ordering = ("code",)
    fieldsets = (
        ("生效与说明", {"fields": (("effective_on", "reason"), "seen"), "description": DATED}),
        ("名称与位置", {"fields": (("name", "type"), ("township", "village"), ("planned_year", "stage", "progress"))}),
        ("规模", {"fields": (("gross_area", "usable_area"), ("beds", "nursing_beds"))}),
        ("功能区", {"fields": ("zones",)}),
        ("运营", {"fields": (("operation", "operator"),)}),
        ("工期与资金", {"fields": (("started_on", "completed_on", "invested"),)}),
        ("问题与备注", {"fields": ("issues", "remark")}),
    )  # fmt: skip

    @admin.display(description="建设阶段", ordering="stage")
    def stage_badge(self, row: Facility) -> str:
        return badge(row.stage, row.get_stage_display())

    @admin.display(description="建筑面积", ordering="gross_area")
    def gross_area_count(self, row: Facility):
        return clauses.said(row.gross_area, {}, "㎡") if row.gross_area is not None else None

    @admin.display(description="使用面积", ordering="usable_area")
    def usable_area_count(self, row: Facility):
        return clauses.said(row.usable_area, {}, "㎡") if row.usable_area is not None else None

    @admin.display(description="床位", ordering="beds")
    def beds_count(self, row: Facility):
        return row.beds

    def better_door(self, request):
        """Facilities come in by their own sheet: compared with the register, dated, undone whole."""
        may = request.user.has_perm("facilities.change_facility")
        return ("登记表（导入）", f"{reverse('upload-new')}?kind=facilities") if may else None

    def get_urls(self):
        opening = path(
            "<path:object_id>/open-review/",
            self.admin_site.admin_view(self.open_review),
            name="facilities_facility_open_review",
        )
        return [opening, *documents.facility_urls(self), *super().get_urls()]

    def get_changelist(self, request, **kwargs):
        return conclusions.CheckedChangeList

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("township__successor", "village__successor", "district")

    def has_delete_permission(self, request, obj=None):
        return False

    def get_inlines(self, request, obj):
        return self.inlines if obj else ()

    def get_fieldsets(self, request, obj=None):
        """The place is chosen once; who may only look sees the facts with their sources instead of a form."""
        if obj is None:
            return self.fieldsets
        if not self.has_change_permission(request, obj):
            return ()
        return tuple(
            (name, options | {"fields": (("name", "type"), "village", ("planned_year", "stage", "progress"))})
            if name == "名称与位置"
            else (name, options)
            for name, options in self.fieldsets
        )

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.user = request.user
        return form

    def save_model(self, request, obj, form, change):
        written = facilityform.save(form, by=request.user)
        if written is None and change and not form.changed_data:
            messages.info(request, "设施情况没有改动，没有新增记录。")
        elif written is not None and written.until is not None:
            messages.warning(
                request, f"{written.effective_on:%Y-%m-%d}之后另有登记，已按日期归入历史；之后登记的内容保持不变。"
            )

    def save_formset(self, request, form, formset, change):
        rows = formset.save(commit=False)
        for row in rows:
            sign(row, request.user)
            row.save()

    def response_post_save_add(self, request, obj):
        return redirect(self._page(obj))

    response_post_save_change = response_post_save_add

    def _page(self, row: Facility) -> str:
        return reverse("admin:facilities_facility_change", args=[row.pk])

    def change_view(self, request, object_id, form_url="", extra_context=None):
        row = self.get_object(request, unquote(object_id))
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        context = self.page_context(request, row) | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)

    def page_context(self, request, row: Facility) -> dict:
        """What the page shows around the form."""
        day = asked_day(request, row)
        records = provenance.history(row)
        found = checks.check(row, day)
        acceptances = list(row.acceptances.order_by("-pk"))
        return {
            **check_context(found),
            **gaps.context(found, request.user),
            "row": row,
            "facts": provenance.facts(records, day),
            "records": provenance.timeline(records),
            "declared": declarations.table(found, request.user),
            "acceptances": acceptances,
            "rectifications": ledger.of_facility(row),
            "open_acceptance": next((a for a in acceptances if a.status in AcceptanceReview.OPEN), None),
            "may_open_review": self._may_open(request.user, acceptances),
            "open_review_url": f"{self._page(row).removesuffix('change/')}open-review/",
        }

    def _may_open(self, user, acceptances: list[AcceptanceReview]) -> bool:
        busy = {*AcceptanceReview.OPEN, AcceptanceReview.Status.ACCEPTED}
        return user.has_perm("facilities.add_acceptancereview") and not any(a.status in busy for a in acceptances)

    def open_review(self, request, object_id):
        """Start the acceptance of this facility and go to its page."""
        row = self.get_object(request, unquote(object_id))
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not request.user.has_perm("facilities.add_acceptancereview"):
            raise PermissionDenied
        try:
            opened = services.open_review(row, by=request.user)
        except (review.MoveRefused, review.Denied) as refused:
            messages.error(request, str(refused))
            return redirect(self._page(row))
        messages.success(request, "已建立验收审核草稿，请核对后提交。")
        return redirect("admin:facilities_acceptancereview_change", opened.pk)

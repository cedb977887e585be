"""Plan tables, plan numbers, reporting periods and monthly reports in the admin."""

from django import forms
from django.contrib import admin
from django.db.models import Count, Q

from eldercare import review
from eldercare.admin.documents import LinkedInline, ReadOnlyInline, beside_policy
from eldercare.adminbase import ReviewableAdmin, ScopedAdmin, ScopedRelatedFilter, TownshipFilter
from eldercare.admincells import badge, person, upload_link
from eldercare.annexes.admin import AnnexAdmin
from eldercare.review import MoveRefused
from plans.models import Duty, PlanTable, PlanTarget, ProgressReport, ReportingPeriod, Target

CADENCES = {"monthly": "按月", "quarterly": "按季", "yearly": "按年", "once": "一次", "irregular": "不定期"}
BUREAU_MOVES = ("accept", "send_back")


@beside_policy
class PlanTableInline(LinkedInline):
    """The plan tables that the policy prints."""

    model = PlanTable
    fields = ("page", "title")


@beside_policy
class TargetInline(ReadOnlyInline):
    """What the policy wants reached by when."""

    model = Target
    fields = ("label", "number", "due", "force", "clause")

    @admin.display(description="目标值")
    def number(self, row: Target) -> str:
        return "—" if row.value is None else f"{row.value.normalize():f}{row.unit}"


@beside_policy
class DutyInline(ReadOnlyInline):
    """Who reports what how often."""

    model = Duty
    fields = ("label", "how_often", "due_day", "clause")

    @admin.display(description="周期")
    def how_often(self, row: Duty) -> str:
        return CADENCES.get(row.cadence, row.cadence)


@admin.register(PlanTable)
class PlanTableAdmin(AnnexAdmin):
    """计划表."""

    relation, subject, value = "targets", "type", "planned"


@admin.register(PlanTarget)
class PlanTargetAdmin(ScopedAdmin):
    """计划数: the number can be corrected here; an empty one means that nothing is planned."""

    list_display = ("unit", "region", "type", "year", "planned", "table")
    list_select_related = ("region", "table__policy")
    list_filter = ("type", ("table", ScopedRelatedFilter))
    search_fields = ("unit",)
    fields = ("table", "row", "unit", "region", "type", "year", "cell", "planned")

    def get_readonly_fields(self, request, obj=None):
        return tuple(name for name in self.fields if name != "planned")

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class PeriodForm(forms.ModelForm):
    """A month is locked, or its deadline moved, with a reason."""

    def clean(self):
        cleaned = super().clean()
        touched = {"due_on", "locked"} & set(self.changed_data)
        if touched and not cleaned.get("lock_reason", "").strip():
            self.add_error("lock_reason", "锁定、解锁或更改截止日期，请写明理由。")
        return cleaned


def _reports(*statuses: str) -> Count:
    return Count("reports", filter=Q(reports__status__in=statuses))


@admin.register(ReportingPeriod)
class ReportingPeriodAdmin(ScopedAdmin):
    """报送期: opened with the first report of a month."""

    form = PeriodForm
    list_display = ("month_name", "district", "due_on", "locked", "accepted", "submitted", "returned")
    list_filter = ("locked",)
    fields = ("district", "month", "due_on", "locked", "lock_reason")
    readonly_fields = ("district", "month")

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        rows = super().get_queryset(request).select_related("district")
        status = ProgressReport.Status
        return rows.annotate(
            accepted=_reports(status.ACCEPTED), submitted=_reports(status.SUBMITTED), returned=_reports(status.RETURNED)
        )

    @admin.display(description="月份", ordering="month")
    def month_name(self, row: ReportingPeriod) -> str:
        return f"{row.month:%Y年%m月}"

    @admin.display(description="已接收")
    def accepted(self, row: ReportingPeriod) -> int:
        return row.accepted

    @admin.display(description="待核")
    def submitted(self, row: ReportingPeriod) -> int:
        return row.submitted

    @admin.display(description="已退回")
    def returned(self, row: ReportingPeriod) -> int:
        return row.returned


@admin.register(ProgressReport)
class ProgressReportAdmin(ReviewableAdmin):
    """进度报表: the bureau receives a month or sends it back; townships hand in by uploading."""

    list_display = ("township", "month", "state", "number", "submitted_at", "late", "decider", "sheet_page")
    list_select_related = ("township", "period__district", "upload", "submitted_by", "decided_by")
    list_filter = ("status", ("period", ScopedRelatedFilter), TownshipFilter)
    search_fields = ("township__short_name",)
    fields = readonly_fields = (
        "unit", "month", "state", "number", "sheet", "submitter", "submitted_at", "due", "late", "decider",
        "decided_at",
    )  # fmt: skip

    def has_add_permission(self, request):
        return False

    def available_moves(self, request, obj):
        return [option for option in super().available_moves(request, obj) if option.move.verb in BUREAU_MOVES]

    def make_move(self, request, obj, verb, comment, version, data):
        """Handing in and taking back belong to an upload; from here they would leave the report without its sheet."""
        if verb not in BUREAU_MOVES:
            raise MoveRefused("报送与撤销报送在“月报上传”页面办理。")
        review.perform(obj, verb, by=request.user, comment=comment, version=version)

    @admin.display(description="月份", ordering="period__month")
    def month(self, row: ProgressReport) -> str:
        return f"{row.period.month:%Y-%m}"

    @admin.display(description="截止日期", ordering="period__due_on")
    def due(self, row: ProgressReport):
        return row.period.due_on

    @admin.display(description="是否逾期")
    def late(self, row: ProgressReport) -> str:
        return badge("late", "逾期") if row.is_late else badge("on_time", "按时") if row.submitted_at else "—"

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

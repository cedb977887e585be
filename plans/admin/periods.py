"""Reporting periods in the admin: locked and unlocked by moves, the deadline moved with a reason."""

from django import forms
from django.contrib import admin
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.html import format_html

from eldercare.adminbase import ReviewableAdmin
from eldercare.admincells import badge, person
from plans import periods
from plans.models import ChaseNote, PeriodException, ProgressReport, ReportingPeriod

MOVES = {"lock": periods.lock, "unlock": periods.unlock}


class PeriodForm(forms.ModelForm):
    """A deadline is moved with a reason of its own; what was said before stands beside the state."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["lock_reason"] = ""
        if "lock_reason" in self.fields:
            self.fields["lock_reason"].label = "更改截止日期的理由"

    def clean(self):
        cleaned = super().clean()
        if "due_on" in self.changed_data and not cleaned.get("lock_reason", "").strip():
            self.add_error("lock_reason", "更改截止日期，请写明理由。")
        return cleaned


def _reports(*statuses: str) -> Count:
    return Count("reports", filter=Q(reports__status__in=statuses))


@admin.register(ReportingPeriod)
class ReportingPeriodAdmin(ReviewableAdmin):
    """报送期: opened with the first report of a month; its page leads to who has not reported."""

    form = PeriodForm
    change_form_template = "admin/plans/reportingperiod/change_form.html"
    move_comment_label = "锁定或解锁的理由"
    list_display = ("month_name", "district", "due_on", "state", "accepted", "submitted", "returned")
    list_filter = ("status",)
    fields = ("district", "month", "state", "locker", "locked_at", "due_on", "lock_reason")
    readonly_fields = ("district", "month", "state", "locker", "locked_at")

    def has_add_permission(self, request):
        return False

    def get_queryset(self, request):
        rows = super().get_queryset(request).select_related("district", "locked_by")
        status = ProgressReport.Status
        return rows.annotate(
            accepted=_reports(status.ACCEPTED), submitted=_reports(status.SUBMITTED), returned=_reports(status.RETURNED)
        )

    def save_model(self, request, obj, form, change):
        """The deadline is all that the form changes; the service writes it, with old, new and reason in the trail."""
        if "due_on" in form.changed_data:
            reason = form.cleaned_data["lock_reason"]
            periods.move_deadline(obj, form.cleaned_data["due_on"], by=request.user, reason=reason)

    def log_change(self, request, obj, message):
        """Nothing: the service has recorded it."""

    def shown_state(self, row):
        return row.standing(row.district.default_as_of())

    def make_move(self, request, obj, verb, comment, version, data):
        if verb not in MOVES:
            return super().make_move(request, obj, verb, comment, version, data)
        return MOVES[verb](obj, by=request.user, reason=comment, version=version)

    def page_context(self, request, row):
        return {
            **super().page_context(request, row),
            "exceptions": list(PeriodException.about(row).select_related("township", "allowed_by")),
            "chases": ChaseNote.about(row).count(),
            "reporting_url": f"{reverse('reporting', args=[row.district.code])}?month={row.month:%Y-%m}",
            "may_allow": request.user.has_perm("plans.add_periodexception"),
        }

    @admin.display(description="月份", ordering="month")
    def month_name(self, row: ReportingPeriod) -> str:
        return f"{row.month:%Y年%m月}"

    @admin.display(description="状态", ordering="status")
    def state(self, row: ReportingPeriod) -> str:
        shown = badge(*row.standing(row.district.default_as_of()))
        return format_html("{} {}", shown, row.lock_reason) if row.lock_reason else shown

    @admin.display(description="锁定人")
    def locker(self, row: ReportingPeriod) -> str:
        return person(row.locked_by)

    @admin.display(description="已接收")
    def accepted(self, row: ReportingPeriod) -> int:
        return row.accepted

    @admin.display(description="待核")
    def submitted(self, row: ReportingPeriod) -> int:
        return row.submitted

    @admin.display(description="已退回")
    def returned(self, row: ReportingPeriod) -> int:
        return row.returned

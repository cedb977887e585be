"""What hangs on a person of the rosters, shown on the person's page and written elsewhere."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from training.models import Attendance, Certificate, TeamMember


class ReadOnlyInline(admin.TabularInline):
    """Rows that are only looked at."""

    extra = 0
    can_delete = False
    template = "admin/readonly_rows.html"

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class CertificateInline(ReadOnlyInline):
    """What a person holds, numbers masked."""

    model = Certificate
    fields = readonly_fields = ("role", "title", "masked_number", "issued_on", "expires_on")

    @admin.display(description="证书编号")
    def masked_number(self, row: Certificate) -> str:
        return row.masked_number or "—"


class AttendanceInline(ReadOnlyInline):
    """The courses a person took part in, each with the unit it counts for; retracted rows left out."""

    model = Attendance
    fields = readonly_fields = ("course", "role", "ended_on", "unit_name", "completed")

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .filter(retracted_at=None)
            .select_related("session")
            .order_by("session__ends_on")
        )

    @admin.display(description="培训班")
    def course(self, row: Attendance) -> str:
        address = reverse("admin:training_trainingsession_change", args=[row.session_id])
        cancelled = "（已取消，不计数）" if row.session.cancelled_at else ""
        return format_html('<a href="{}">{}</a>{}', address, row.session, cancelled)

    @admin.display(description="培训对象")
    def role(self, row: Attendance) -> str:
        return row.session.get_role_display()

    @admin.display(description="结业日期")
    def ended_on(self, row: Attendance):
        return row.session.ends_on


class MembershipInline(ReadOnlyInline):
    """The village teams a person stands in or stood in; retracted rows left out."""

    model = TeamMember
    fields = readonly_fields = ("entry", "kind", "team", "starts_on", "ends_on")

    def get_queryset(self, request):
        return super().get_queryset(request).filter(retracted_at=None).select_related("village")

    @admin.display(description="村（社区）")
    def entry(self, row: TeamMember) -> str:
        address = reverse("admin:training_teammember_change", args=[row.pk])
        return format_html('<a href="{}">{}</a>', address, row.village)

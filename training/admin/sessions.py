"""培训班 in the admin: the list, one session with its roster, and the pages beside it."""

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.shortcuts import redirect
from django.urls import path, reverse

from eldercare.adminbase import DistrictFilter, ScopedAdmin
from eldercare.personal import masked
from eldercare.regions import Kind, Region, district_of
from training.admin import rosters, sessionlist
from training.models import TrainingSession
from training.services import sessions

LIVE = Q(attendances__retracted_at__isnull=True)


class SessionForm(forms.ModelForm):
    """One session; the district is the person's own unless several are in scope."""

    own_district: Region | None = None

    class Meta:
        model = TrainingSession
        fields = ("district", *sessions.FIELDS)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None and self.own_district:
            self.instance.district = self.own_district
        if "district" in self.fields:
            self.fields["district"].queryset = self.fields["district"].queryset.filter(kind=Kind.DISTRICT)

    def clean(self) -> dict:
        """What the services would refuse, said at the form."""
        cleaned = super().clean()
        district = cleaned.get("district") or self.instance.district_id
        twins = TrainingSession.objects.filter(
            district=district, title=cleaned.get("title"), starts_on=cleaned.get("starts_on")
        )
        if cleaned.get("title") and cleaned.get("starts_on") and twins.exclude(pk=self.instance.pk).exists():
            raise ValidationError(sessions.TWIN, code="twin")
        kept = self.instance.pk and "role" in self.changed_data
        if kept and self.instance.attendances.filter(retracted_at__isnull=True).exists():
            raise ValidationError({"role": "这个班已有名册，培训对象不能再改；请先撤销名册。"})
        if district:
            self._dated(cleaned)
        return cleaned

    def _dated(self, cleaned: dict) -> None:
        told = {name: cleaned.get(name) for name in ("starts_on", "ends_on", "capacity")}
        district = cleaned.get("district") or self.instance.district
        for name, words in sessions.wrong(TrainingSession(pk=self.instance.pk, district=district, **told)).items():
            self.add_error(name, words)


class StandingFilter(admin.SimpleListFilter):
    """Cancelled sessions are kept, and looked at when asked for."""

    title = "状态"
    parameter_name = "standing"

    def lookups(self, request, model_admin):
        return (("held", "正常"), ("cancelled", "已取消"))

    def queryset(self, request, queryset):
        if self.value() not in ("held", "cancelled"):
            return queryset
        return queryset.filter(cancelled_at__isnull=self.value() == "held")


class SessionDistrictFilter(DistrictFilter):
    lookup = "district"


@admin.register(TrainingSession)
class TrainingSessionAdmin(ScopedAdmin):
    """培训班: entered and changed by the clerk, cancelled with a reason, never deleted."""

    form = SessionForm
    change_list_template = "admin/training/sessions.html"
    change_form_template = "admin/training/session.html"
    list_display = ("title", "role", "starts_on", "ends_on", "district", "people", "finished", "state")
    list_select_related = ("district",)
    list_filter = ("role", StandingFilter, SessionDistrictFilter)
    search_fields = ("title", "place", "organiser")
    search_help_text = "按培训班名称、地点、承办单位查找"
    date_hierarchy = None

    def get_queryset(self, request):
        counts = {"people_number": Count("attendances", LIVE)}
        counts["finished_number"] = Count("attendances", LIVE & Q(attendances__completed=True))
        return super().get_queryset(request).annotate(**counts)

    @admin.display(description="参训人数")
    def people(self, row) -> int:
        return row.people_number

    @admin.display(description="结业人数")
    def finished(self, row) -> int:
        return row.finished_number

    @admin.display(description="状态")
    def state(self, row) -> str:
        return "已取消（不计数）" if row.cancelled_at else "正常"

    def get_urls(self):
        view = self.admin_site.admin_view
        pages = ("roster", "template", "answers", "print", "export", "cancel")
        listed = path("print/", view(self.print_list_view), name="training_trainingsession_print_list")
        return (
            [listed]
            + [
                path(
                    f"<path:object_id>/{page}/",
                    view(getattr(self, f"{page}_view")),
                    name=f"training_trainingsession_{page}",
                )
                for page in pages
            ]
            + super().get_urls()
        )

    def get_fields(self, request, obj=None):
        return sessions.FIELDS if obj or _own(request.user) else ("district", *sessions.FIELDS)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.own_district = _own(request.user)
        return form

    def has_delete_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        standing = obj is None or obj.cancelled_at is None
        return standing and super().has_change_permission(request, obj)

    def save_model(self, request, obj, form, change):
        values = {name: form.cleaned_data[name] for name in sessions.FIELDS}
        if change:
            sessions.change(TrainingSession.objects.get(pk=obj.pk), by=request.user, **values)
            return
        made = sessions.create(district=obj.district, by=request.user, is_demo=obj.district.is_demo, **values)
        obj.pk, obj.created_by, obj._state.adding = made.pk, made.created_by, False

    def log_addition(self, request, obj, message):
        """The service has recorded it."""

    def log_change(self, request, obj, message):
        """The service has recorded it."""

    def response_post_save_add(self, request, obj):
        return redirect(reverse("admin:training_trainingsession_change", args=[obj.pk]))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        session = self.get_object(request, unquote(object_id))
        return super().change_view(request, object_id, form_url, self._panel(request, session) | (extra_context or {}))

    def _panel(self, request, session: TrainingSession) -> dict:
        """The roster beside the form, numbers masked for everybody."""
        rows = [(row, masked(row.person.phone)) for row in rosters.live(session)]
        return {
            "session": session,
            "roster": rows,
            "finished": sum(row.completed for row, _ in rows),
            "uploads": rosters.sent(session, request.user),
            "may_send": request.user.has_perm("training.add_attendance") and session.cancelled_at is None,
            "may_cancel": self.has_change_permission(request, session),
        }

    def print_list_view(self, request):
        """The filtered list of sessions with their counts, on A4."""
        return sessionlist.printed(self, request)

    def roster_view(self, request, object_id):
        """Send a roster for this session."""
        return rosters.send(self, request, object_id)

    def template_view(self, request, object_id):
        """The blank sheet of this session."""
        return rosters.blank(self, request, object_id)

    def answers_view(self, request, object_id):
        """Answers to the questions of a sent roster."""
        return rosters.answered(self, request, object_id)

    def print_view(self, request, object_id):
        """培训班名册, or with `?list=certificates` 结业证明清单, on A4."""
        return rosters.printed(self, request, object_id)

    def export_view(self, request, object_id):
        """The roster as .xlsx, numbers masked; recorded."""
        return rosters.exported(self, request, object_id)

    def cancel_view(self, request, object_id):
        """Cancel the session with a reason."""
        return rosters.cancelled(self, request, object_id)


def _own(user) -> Region | None:
    """The one district that a person works in; None for those who see several or all."""
    region = user.region
    if user.sees_everything or region is None or region.kind in (Kind.PROVINCE, Kind.CITY):
        return None
    return district_of(region)

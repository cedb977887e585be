"""Leave to report late and chases in the admin: leave is given here, chases are written on the page of the month."""

from django import forms
from django.contrib import admin

from eldercare.adminbase import ReadOnlyAdmin, ScopedAdmin, ScopedRelatedFilter, TownshipFilter
from eldercare.regions import Region
from eldercare.review import Denied, MoveRefused
from plans import periods
from plans.models import ChaseNote, PeriodException


class LeaveForm(forms.ModelForm):
    """Which township may report which month until when, and why."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "township" in self.fields:
            units = self.fields["township"]
            units.queryset = units.queryset.filter(pk__in=Region.objects.townships().today()).order_by("path")

    def clean(self):
        """The service decides, in its own words; it writes when the form is saved."""
        cleaned = super().clean()
        if self.errors:
            return cleaned
        if reason := periods.no_leave(cleaned["period"], cleaned["township"], cleaned["until"]):
            self.add_error(None, reason)
        return cleaned


@admin.register(PeriodException)
class PeriodExceptionAdmin(ScopedAdmin):
    """补报许可: given once, never changed; a later one takes its place."""

    form = LeaveForm
    list_display = ("township", "month", "until", "reason", "allowed_by", "allowed_at")
    list_select_related = ("township", "period__district", "allowed_by")
    list_filter = (("period", ScopedRelatedFilter), TownshipFilter)
    fields = ("period", "township", "until", "reason")

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def save_form(self, request, form, change):
        """The row as the service writes it; a refusal comes back as its words."""
        told = form.cleaned_data
        try:
            form.instance = periods.allow(
                told["period"], told["township"], until=told["until"], by=request.user, reason=told["reason"]
            )
        except (MoveRefused, Denied) as refused:
            raise MoveRefused(str(refused)) from refused
        form.save_m2m = lambda: None
        return form.instance

    def save_model(self, request, obj, form, change):
        """Nothing: the service has written it."""

    def log_addition(self, request, obj, message):
        """Nothing: the service has recorded it."""

    @admin.display(description="月份", ordering="period__month")
    def month(self, row: PeriodException) -> str:
        return f"{row.period.month:%Y-%m}"


@admin.register(ChaseNote)
class ChaseNoteAdmin(ReadOnlyAdmin):
    """督办记录: read here, written on the page of who has not reported."""

    list_display = ("township", "month", "chased_on", "way", "note", "recorded_by", "recorded_at")
    list_select_related = ("township", "period__district", "recorded_by")
    list_filter = ("way", ("period", ScopedRelatedFilter), TownshipFilter)
    fields = ("period", "township", "chased_on", "way", "note", "recorded_by", "recorded_at")

    @admin.display(description="月份", ordering="period__month")
    def month(self, row: ChaseNote) -> str:
        return f"{row.period.month:%Y-%m}"

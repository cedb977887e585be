"""Contracts, sharing and exemptions: dated records, written in the name of the person who enters them."""

from django import forms
from django.contrib import admin
from django.db.models import Q

from eldercare import clock
from eldercare.adminbase import ScopedAdmin, ScopedInline, ScopedRelatedFilter
from eldercare.importing.adminpages import RegisterPages
from eldercare.regions import Region, exists_today
from facilities.admin.facilityform import DateInput, VillageField
from facilities.models import Exemption, OperatorContract, ServiceLink
from facilities.resources import ContractResource, ExemptionResource, LinkResource


class DatedForm(forms.ModelForm):
    """Dates by the browser's date field."""

    class Meta:
        widgets = {"starts_on": DateInput, "ends_on": DateInput}


class VillageChoices:
    """Villages and communities in scope, under their townships: the present ones and those that a row names already."""

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name != "region":
            return super().formfield_for_foreignkey(db_field, request, **kwargs)
        written = self.model.objects.visible_to(request.user).values("region")
        villages = Region.objects.visible_to(request.user).villages().filter(exists_today() | Q(pk__in=written))
        return VillageField(villages, label=db_field.verbose_name, empty_label="请选择")


class DatedFormSet(forms.BaseInlineFormSet):
    """New records of a facility; one that stands already, word for word, is a form sent twice."""

    def clean(self) -> None:
        super().clean()
        for form in self.extra_forms:
            told = {name: value for name, value in form.cleaned_data.items() if name != self.model._meta.pk.name}
            if told and not form.errors and self.model.objects.filter(**told).exists():
                raise forms.ValidationError("同样的记录已经登记，没有重复登记。", code="twin")


class DatedInline(ScopedInline):
    """Dated records on the page of their facility; a wrong one is ended, never erased."""

    form = DatedForm
    formset = DatedFormSet
    can_delete = False
    show_change_link = False
    readonly_fields = ("recorded_by",)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("recorded_by")


class ContractInline(DatedInline):
    model = OperatorContract
    fields = ("operator", "operation", "starts_on", "ends_on", "evidence", "recorded_by")


class LinkInline(VillageChoices, DatedInline):
    model = ServiceLink
    fields = ("region", "starts_on", "ends_on", "evidence", "recorded_by")


def sign(row, user) -> None:
    """Write the person into a record that is new."""
    if row.pk is None:
        row.recorded_by = user
        row.recorded_at = clock.now()


class DatedAdmin(ScopedAdmin):
    """A register of dated records."""

    form = DatedForm
    list_select_related = ("recorded_by",)
    readonly_fields = ("recorded_by", "recorded_at")

    def save_model(self, request, obj, form, change):
        sign(obj, request.user)
        super().save_model(request, obj, form, change)


@admin.register(Exemption)
class ExemptionAdmin(RegisterPages, VillageChoices, DatedAdmin):
    """设点豁免."""

    resource = ExemptionResource
    list_display = ("region", "reason", "starts_on", "ends_on", "evidence", "recorded_by")
    list_select_related = ("region", "recorded_by")
    list_filter = ("reason",)
    search_fields = ("region__name", "region__short_name")
    fields = ("region", "reason", "starts_on", "ends_on", "evidence", "recorded_by", "recorded_at")


class RecordOfFacility(DatedAdmin):
    """Dated records of facilities: looked through here, written on the facility's page."""

    list_select_related = ("facility", "recorded_by")
    search_fields = ("facility__name", "facility__code")

    def has_add_permission(self, request):
        return False

    def get_readonly_fields(self, request, obj=None):
        return ("facility", *self.readonly_fields)


@admin.register(OperatorContract)
class OperatorContractAdmin(RegisterPages, RecordOfFacility):
    """运营合同."""

    resource = ContractResource
    list_display = ("facility", "operator", "operation", "starts_on", "ends_on", "recorded_by")
    list_filter = ("operation",)
    fields = ("facility", *ContractInline.fields, "recorded_at")


@admin.register(ServiceLink)
class ServiceLinkAdmin(RegisterPages, VillageChoices, RecordOfFacility):
    """共享服务关系."""

    resource = LinkResource
    list_display = ("facility", "region", "starts_on", "ends_on", "recorded_by")
    list_select_related = ("facility", "region", "recorded_by")
    list_filter = (("facility", ScopedRelatedFilter),)
    fields = ("facility", *LinkInline.fields, "recorded_at")

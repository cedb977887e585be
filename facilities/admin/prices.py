"""整改单价 in the admin: what the district reckons for a ㎡ or a bed, entered by its clerk."""

from django import forms
from django.contrib import admin

from eldercare.adminbase import DistrictFilter, ScopedAdmin
from eldercare.importing.adminpages import RegisterPages
from eldercare.regions import Kind, Region, district_of
from facilities.models import UnitPrice
from facilities.resources import PriceResource


class PriceForm(forms.ModelForm):
    """One price; the district is the person's own unless several are in scope."""

    own_district: Region | None = None

    class Meta:
        model = UnitPrice
        fields = ("district", "of", "yuan", "source")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None and self.own_district:
            self.instance.district = self.own_district
        if "district" in self.fields:
            self.fields["district"].queryset = self.fields["district"].queryset.filter(kind=Kind.DISTRICT)

    def clean(self) -> dict:
        """Once a district and kind: told in words, also where the district is not a field of the form."""
        cleaned = super().clean()
        district = cleaned.get("district") or self.instance.district_id
        twins = UnitPrice.objects.filter(district=district, of=cleaned.get("of")).exclude(pk=self.instance.pk)
        if cleaned.get("of") and district and twins.exists():
            raise forms.ValidationError("这个区县已经登记了这一项单价，请直接修改那一条。", code="twin")
        return cleaned


@admin.register(UnitPrice)
class UnitPriceAdmin(RegisterPages, ScopedAdmin):
    """整改单价."""

    resource = PriceResource
    form = PriceForm
    list_display = ("of", "yuan", "source", "district")
    list_display_links = ("of",)
    list_select_related = ("district",)
    list_filter = ("of", DistrictFilter)
    search_fields = ("source",)
    search_help_text = "按依据查找"

    def get_fields(self, request, obj=None):
        fields = ("of", "yuan", "source")
        return fields if obj is None and _own(request.user) else ("district", *fields)

    def get_readonly_fields(self, request, obj=None):
        """A price stays with its district and kind: another kind is another row."""
        return ("district", "of") if obj else ()

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.own_district = _own(request.user)
        return form

    def has_delete_permission(self, request, obj=None):
        return False


def _own(user) -> Region | None:
    """The one district that a person works in; None for those who see several or all."""
    region = user.region
    if user.sees_everything or region is None or region.kind in (Kind.PROVINCE, Kind.CITY):
        return None
    return district_of(region)

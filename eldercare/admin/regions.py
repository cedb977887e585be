"""Regions, their other names and their people in the admin."""

from django import forms
from django.contrib import admin
from django.template.response import TemplateResponse

from eldercare import audit
from eldercare.accounts import accounts_for_townships
from eldercare.admin.documents import ReadOnlyInline
from eldercare.adminbase import DistrictFilter, ReadOnlyAdmin, ReviewableAdmin, ScopedAdmin
from eldercare.admincells import badge
from eldercare.names import RegionAlias
from eldercare.regions import TOWNSHIP_KINDS, DivisionEdition, PopulationFact, Region


class UnitField(forms.ModelChoiceField):
    """A unit with the one above it, since villages of two townships may share a name."""

    def label_from_instance(self, region: Region) -> str:
        return f"{region.parent} · {region}" if region.parent_id else str(region)


def units(user, kinds=None):
    """The present units in a person's scope."""
    rows = Region.objects.visible_to(user).filter(valid_to__isnull=True).select_related("parent").order_by("path")
    return rows.filter(kind__in=kinds) if kinds else rows


class AliasInline(ReadOnlyInline):
    """How documents write the unit's name."""

    model = RegionAlias
    fk_name = "region"
    fields = ("name", "status", "source")


@admin.register(Region)
class RegionAdmin(ReadOnlyAdmin):
    """行政区划: loaded from the published divisions, looked at here."""

    list_display = ("name", "code", "kind", "parent", "valid_from", "valid_to")
    list_filter = ("kind", DistrictFilter)
    search_fields = ("name", "short_name", "code")
    fields = (
        "code", "name", "short_name", "kind", "parent", "edition", "valid_from", "valid_to", "successor", "is_demo",
    )  # fmt: skip
    inlines = (AliasInline,)
    actions = ("make_accounts",)

    def has_accounts_permission(self, request) -> bool:
        """Who may make accounts."""
        return request.user.has_perm("eldercare.add_user")

    @admin.action(description="为所选单位下的乡镇（街道）建立经办账号", permissions=["accounts"])
    def make_accounts(self, request, queryset):
        """Accounts for the townships that have none; their first passwords are shown once, on the answer itself."""
        made = [pair for region in queryset.order_by("path") for pair in accounts_for_townships(region)]
        for user, _ in made:
            audit.record("record.created", by=request.user, target=user, detail={"message": "按行政区划建立"})
        context = {**self.admin_site.each_context(request), "title": "乡镇经办账号", "opts": self.opts, "made": made}
        return TemplateResponse(request, "admin/accounts/made.html", context)


class AliasForm(forms.ModelForm):
    """An alias names a unit of its own district."""

    def clean(self):
        cleaned = super().clean()
        region, district = cleaned.get("region"), cleaned.get("district") or self.instance.district
        if region and district and not region.path.startswith(district.path):
            self.add_error("region", "对应单位应属于所选区县。")
        return cleaned


@admin.register(RegionAlias)
class RegionAliasAdmin(ReviewableAdmin):
    """名称对照: a proposed name waits here for a person's word."""

    form = AliasForm
    list_display = ("name", "region", "state", "similarity", "source", "district")
    list_filter = ("status", DistrictFilter)
    list_select_related = ("region", "district")
    search_fields = ("name", "region__name", "region__short_name")
    fields = ("district", "name", "region", "status", "similarity", "source")
    move_comment_label = "理由"

    def get_changeform_initial_data(self, request):
        """Those who see one district only need not choose it."""
        districts = list(Region.objects.visible_to(request.user).districts().filter(valid_to__isnull=True)[:2])
        return {"district": districts[0]} if len(districts) == 1 else {}

    @admin.display(description="状态", ordering="status")
    def state(self, row: RegionAlias) -> str:
        return badge(row.status, row.get_status_display())

    def get_readonly_fields(self, request, obj=None):
        """What is confirmed stays as confirmed; reject it first to name another unit."""
        fixed = ("status", "similarity")
        if obj is None:
            return fixed
        settled = obj.status == RegionAlias.Status.CONFIRMED
        return (*fixed, "district", "name", "source", *(("region",) if settled else ()))

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "region":
            return UnitField(units(request.user, TOWNSHIP_KINDS), label="对应单位", required=False, empty_label="未定")
        kwargs["queryset"] = Region.objects.districts().filter(valid_to__isnull=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(PopulationFact)
class PopulationFactAdmin(ScopedAdmin):
    """人口数据."""

    list_display = ("region", "counted_on", "basis", "total", "aged_60_plus", "source")
    list_filter = ("basis",)
    search_fields = ("region__name", "region__short_name", "source")
    fields = ("region", "basis", "counted_on", "total", "aged_60_plus", "source")

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        return UnitField(units(request.user), label=db_field.verbose_name, empty_label="请选择")


@admin.register(DivisionEdition)
class DivisionEditionAdmin(ReadOnlyAdmin):
    """区划版本."""

    list_display = ("district", "published_on", "source")

"""Regions, their other names and their people in the admin."""

from datetime import timedelta

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import Q
from django.template.response import TemplateResponse

from eldercare import audit, divisions
from eldercare.accounts import accounts_for_townships
from eldercare.admin.documents import ReadOnlyInline
from eldercare.adminbase import DistrictFilter, ReadOnlyAdmin, ReviewableAdmin, ScopedAdmin
from eldercare.admincells import badge
from eldercare.importing.adminpages import RegisterPages
from eldercare.names import RegionAlias
from eldercare.regions import TOWNSHIP_KINDS, DivisionEdition, PopulationFact, Region
from eldercare.resources import AliasResource, PopulationResource, RegionResource


class UnitField(forms.ModelChoiceField):
    """A unit with the one above it, since villages of two townships may share a name."""

    def label_from_instance(self, region: Region) -> str:
        name = f"{region.parent} · {region}" if region.parent_id else str(region)
        return f"{name}（至{region.valid_to - timedelta(days=1)}）" if region.valid_to else name


def units(user, kinds=None):
    """The units in a person's scope, of every edition: a document may speak of what has ended since."""
    rows = Region.objects.visible_to(user).select_related("parent").order_by("path", "pk")
    return rows.filter(kind__in=kinds) if kinds else rows


class AliasInline(ReadOnlyInline):
    """How documents write the unit's name."""

    model = RegionAlias
    fk_name = "region"
    fields = ("name", "status", "source")


class InDistrictFilter(DistrictFilter):
    """The units of one district."""

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset
        return queryset.under(*self.regions(request.user).filter(code=self.value()))


class SuccessionFilter(admin.SimpleListFilter):
    """What became of units that have ended, so that what is left to map is found."""

    title = "承继"
    parameter_name = "succession"

    def lookups(self, request, model_admin):
        return [("open", "已终止且没有承继单位"), ("mapped", "已终止，有承继单位"), ("standing", "未终止")]

    def queryset(self, request, queryset):
        chosen = {
            "open": Q(valid_to__isnull=False, successor__isnull=True),
            "mapped": Q(valid_to__isnull=False, successor__isnull=False),
            "standing": Q(valid_to__isnull=True),
        }
        return queryset.filter(chosen[self.value()]) if self.value() in chosen else queryset


@admin.register(Region)
class RegionAdmin(RegisterPages, ScopedAdmin):
    """行政区划: loaded from the published divisions; a person says by hand only which unit succeeded one that has ended."""

    resource = RegionResource
    list_display = ("name", "code", "kind", "parent", "valid_from", "valid_to", "successor")
    list_filter = ("kind", SuccessionFilter, InDistrictFilter)
    search_fields = ("name", "short_name", "code")
    fields = (
        "code", "name", "short_name", "kind", "parent", "edition", "valid_from", "valid_to", "successor", "is_demo",
    )  # fmt: skip
    inlines = (AliasInline,)
    actions = ("make_accounts",)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        """Only a unit that has ended has something to say: its successor."""
        return super().has_change_permission(request, obj) and (obj is None or obj.valid_to is not None)

    def get_readonly_fields(self, request, obj=None):
        return tuple(name for name in self.fields if name != "successor")

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name != "successor":
            return super().formfield_for_foreignkey(db_field, request, **kwargs)
        match = request.resolver_match
        ended = self.get_object(request, unquote(match.kwargs["object_id"])) if "object_id" in match.kwargs else None
        choices = divisions.possible_successors(ended).visible_to(request.user) if ended else Region.objects.none()
        return UnitField(
            choices.select_related("parent"), label=db_field.verbose_name, help_text=db_field.help_text,
            required=False, empty_label="未定",
        )  # fmt: skip

    def save_model(self, request, obj, form, change):
        """Only the successor is written; villages of the same name go with their township."""
        if not form.has_changed():
            return
        former = Region.objects.filter(pk=form.initial["successor"]).first() if form.initial["successor"] else None
        request.change_said = f"承继单位：{former or '未定'} → {obj.successor or '未定'}"
        if followed := divisions.succeed(obj, obj.successor):
            messages.info(request, f"其下 {followed} 个同名的村（社区）一并对应。")

    def log_change(self, request, obj, message):
        if message:
            audit.record("record.changed", by=request.user, target=obj, detail={"fields": [request.change_said]})

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
        district = cleaned.get("district") or (self.instance.district if self.instance.district_id else None)
        region = cleaned.get("region")
        if region and district and not region.path.startswith(district.path):
            self.add_error("region", "对应单位应属于所选区县。")
        return cleaned


@admin.register(RegionAlias)
class RegionAliasAdmin(RegisterPages, ReviewableAdmin):
    """名称对照: a proposed name waits here for a person's word."""

    form = AliasForm
    resource = AliasResource
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
class PopulationFactAdmin(RegisterPages, ScopedAdmin):
    """人口数据."""

    resource = PopulationResource
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

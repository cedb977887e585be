"""Budgets in the admin: the register, the board of a year by source, and what the plans would cost at face value."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse

from eldercare.adminbase import DistrictFilter, ScopedAdmin
from eldercare.regions import Region
from eldercare.review import MoveRefused
from facilities.admin.unitdeclarations import district_for
from subsidies import amounts, board, services, shown
from subsidies.admin.claimforms import YuanField
from subsidies.admin.years import YearFilter
from subsidies.models import Budget
from subsidies.services.stated import yuan

FIXED = ("district", "year", "source")
STATED = ("planned", "pool", "note")
BOARD, EXPOSURE = "subsidies_budget_board", "subsidies_budget_exposure"


class BudgetForm(forms.ModelForm):
    """One budget; never less than is committed."""

    def clean_planned(self):
        planned = self.cleaned_data["planned"]
        if self.instance.pk and planned is not None and planned < (bound := board.committed(self.instance)):
            raise ValidationError(f"已批准安排 {yuan(bound)}，预算不能少于这个数。")
        return planned


@admin.register(Budget)
class BudgetAdmin(ScopedAdmin):
    """资金预算, in yuan; entered and changed through the service, which keeps before and after."""

    form = BudgetForm
    change_list_template = "admin/subsidies/budget_list.html"
    list_display = ("year", "source", "planned_wan", "pool_wan", "district", "note")
    list_display_links = ("year", "source")
    list_select_related = ("district",)
    list_filter = (YearFilter, "source", DistrictFilter)
    fields = (*FIXED, *STATED)
    formfield_overrides = {models.DecimalField: {"form_class": YuanField}}

    @admin.display(description="预算数（万元）", ordering="planned")
    def planned_wan(self, row: Budget) -> str:
        return amounts.wan(row.planned)

    @admin.display(description="福彩区级留存（万元）", ordering="pool")
    def pool_wan(self, row: Budget) -> str:
        return amounts.wan(row.pool)

    def has_delete_permission(self, request, obj=None):
        return False

    def get_readonly_fields(self, request, obj=None):
        return FIXED if obj else ()

    def get_changeform_initial_data(self, request):
        own = request.user.region
        given = {"district": own.pk, "year": own.default_as_of().year} if own and own.kind == "district" else {}
        return given | super().get_changeform_initial_data(request)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "district":
            kwargs["queryset"] = Region.objects.districts().today()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        stated = {name: form.cleaned_data.get(name) for name in STATED}
        try:
            row = services.set_budget(obj.district, obj.year, obj.source, by=request.user, **stated)
        except ValidationError as error:
            raise MoveRefused("".join(error.messages)) from error
        obj.__dict__.update(row.__dict__)

    def log_addition(self, request, obj, message):
        """The service has recorded it."""

    def log_change(self, request, obj, message):
        """The service has recorded it, with before and after."""

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("board/", view(self.board_view), name=BOARD),
            path("exposure/", view(self.exposure_view), name=EXPOSURE),
            *super().get_urls(),
        ]

    def board_view(self, request: HttpRequest) -> HttpResponse:
        """One year by source: planned, committed, paid, left, and the lottery share."""
        district = self._district(request)
        years = sorted({district.default_as_of().year, *_years(district)}, reverse=True)
        asked = request.GET.get("year", "")
        year = int(asked) if asked in map(str, years) else district.default_as_of().year
        found = board.board(district, year)
        context = {"year": year, "years": years, **shown.budgets(found), "may_change": self.has_add_permission(request)}
        return self._respond(request, "admin/subsidies/board.html", "资金预算看板", district, context)

    def exposure_view(self, request: HttpRequest) -> HttpResponse:
        """The plans times the amounts, with the arithmetic."""
        district = self._district(request)
        context = shown.exposed(district)
        return self._respond(request, "admin/subsidies/exposure.html", "计划的资金需求", district, context)

    def _district(self, request: HttpRequest) -> Region:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return district_for(request)

    def _respond(self, request, template: str, title: str, district: Region, context: dict) -> HttpResponse:
        links = {
            name: f"{reverse(f'admin:{view}')}?district={district.code}"
            for name, view in (("board_url", BOARD), ("exposure_url", EXPOSURE))
        }
        about = {"title": title, "opts": self.opts, "district": district, **links}
        return TemplateResponse(request, template, {**self.admin_site.each_context(request), **about, **context})


def _years(district: Region) -> list[int]:
    return list(Budget.objects.filter(district=district).order_by().values_list("year", flat=True).distinct())

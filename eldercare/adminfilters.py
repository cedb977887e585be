"""Filters of the admin's lists: they offer what the person may see, and cost one query each."""

from django.contrib import admin
from django.db import models
from django.db.models import Q

from eldercare.regions import Kind, Region

ABOVE_DISTRICTS = (Kind.PROVINCE, Kind.CITY)


def visible(rows: models.QuerySet, user) -> models.QuerySet:
    """The rows a person may see; rows of a model without owners only for those who see everything."""
    if hasattr(rows, "visible_to"):
        return rows.visible_to(user)
    return rows if user.is_authenticated and user.sees_everything else rows.none()


def owned(model: type[models.Model]) -> bool:
    """Whether the model's rows belong to regions."""
    return hasattr(model._default_manager.all(), "visible_to")


class ScopedRelatedFilter(admin.RelatedFieldListFilter):
    """A filter by a related row, offering the visible ones only: one query, no DISTINCT over the list."""

    def field_choices(self, field, request, model_admin):
        """Each by its name, which may speak of the row it belongs to."""
        model = field.remote_field.model
        owners = [field.name for field in model._meta.fields if field.is_relation and not field.null]
        rows = visible(model._default_manager.all(), request.user)
        return [(row.pk, str(row)) for row in rows.select_related(*owners)]


class RegionFilter(admin.SimpleListFilter):
    """Base of filters by region: `lookup` leads from the list's rows to a region, which stands for those it succeeded."""

    lookup = ""

    def regions(self, user) -> models.QuerySet:
        """The regions on offer."""
        raise NotImplementedError

    def lookups(self, request, model_admin):
        return [(region.code, str(region)) for region in self.regions(request.user)]

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset
        code = self.value()
        named = Q(code=code) | Q(successor__code=code) | Q(successor__successor__code=code)
        return queryset.filter(**{f"{self.lookup}__in": Region.objects.filter(named)})


class TownshipFilter(RegionFilter):
    """By township, street or town of the visible districts."""

    title = "乡镇（街道）"
    parameter_name = "township"
    lookup = "township"

    def regions(self, user):
        return Region.objects.visible_to(user).townships().today()


class DistrictFilter(RegionFilter):
    """By district; not shown to those who see one only."""

    title = "区县"
    parameter_name = "district"
    lookup = "district"

    def lookups(self, request, model_admin):
        """Nothing to choose, and nothing to ask, for a person whose own region is a district or lies in one."""
        own = request.user.region
        if own and own.kind not in ABOVE_DISTRICTS and not request.user.sees_everything:
            return []
        return super().lookups(request, model_admin)

    def regions(self, user):
        return Region.objects.visible_to(user).districts().filter(valid_to__isnull=True)

    def has_output(self):
        return len(self.lookup_choices) > 1

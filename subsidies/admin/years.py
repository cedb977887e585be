"""The filter by budget year: the last years and the next one, asked of the calendar and not of the table."""

import re

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters

from eldercare import clock

PAST = 4
YEAR = re.compile(r"20[0-9]{2}")


class YearFilter(admin.SimpleListFilter):
    """By budget year; `lookup` leads from the list's rows to it. A year that is not offered can be asked for by address."""

    title = "年度"
    parameter_name = "year"
    lookup = "year"

    def lookups(self, request, model_admin):
        own = request.user.region
        this = (own.default_as_of() if own else clock.now()).year
        return [(str(year), f"{year}年") for year in range(this + 1, this - PAST, -1)]

    def queryset(self, request, queryset):
        value = self.value()
        if value is None:
            return queryset
        if not YEAR.fullmatch(value):
            raise IncorrectLookupParameters("年度应为四位数字。")
        return queryset.filter(**{self.lookup: int(value)})


class BudgetYearFilter(YearFilter):
    """By the year of the budget that bears a row."""

    parameter_name = "budget__year"
    lookup = "budget__year"

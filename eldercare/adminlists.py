"""The admin's long lists: a count that is bounded where nothing narrows it, and time by year and month instead of a hierarchy."""

import re
from datetime import date, datetime, timedelta
from functools import cached_property

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.paginator import Paginator
from django.db.models import Max, Min
from django.utils import timezone

from eldercare.adminfilters import visible
from eldercare.clock import YEARS

MOST_LISTED = 10_000
MONTH = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2]))?")


class BoundedPaginator(Paginator):
    """Counts a list that nothing narrows up to MOST_LISTED rows only: whoever wants what comes after must search or filter."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        return rows.count() if rows.query.where else rows[:MOST_LISTED].count()


class MonthFilter(admin.SimpleListFilter):
    """By year, then by month of it. What is on offer takes the first and the last moment, not every day there is."""

    title = "时间"
    parameter_name = "month"
    field = ""

    def lookups(self, request, model_admin):
        """The years from the latest, the months of the chosen one below it."""
        rows = visible(model_admin.model._default_manager.all(), request.user)
        span = rows.aggregate(first=Min(self.field), last=Max(self.field))
        if span["first"] is None:
            return []
        first, last = (timezone.localtime(moment) for moment in span.values())
        chosen = MONTH.fullmatch(self.value() or "")
        return [line for year in range(last.year, first.year - 1, -1) for line in self._lines(year, chosen)]

    def _lines(self, year: int, chosen: re.Match | None) -> list[tuple[str, str]]:
        lines = [(str(year), f"{year}年")]
        if chosen and int(chosen[1]) == year:
            lines += [(f"{year}-{month:02}", f"　{month}月") for month in range(1, 13)]
        return lines

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset
        asked = MONTH.fullmatch(self.value())
        if asked is None or not YEARS[0] <= int(asked[1]) <= YEARS[1]:
            raise IncorrectLookupParameters("时间应写成 2020 或 2020-08。")
        first, end = _span(int(asked[1]), int(asked[2] or 0))
        return queryset.filter(**{f"{self.field}__gte": _midnight(first), f"{self.field}__lt": _midnight(end)})


def _span(year: int, month: int) -> tuple[date, date]:
    """First day of a month, or of a year where the month is 0, and the first day after it."""
    first = date(year, month or 1, 1)
    after = date(first.year + 1, 1, 1) if not month else first.replace(day=28) + timedelta(days=4)
    return first, after.replace(day=1)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))

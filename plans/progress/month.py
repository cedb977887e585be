"""What a preview or a confirmation must know of its month, in one statement."""

from typing import NamedTuple

from django.db.models import FilteredRelation, Func, JSONField, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from eldercare.regions import Region
from eldercare.uploads import Context
from facilities.models import FunctionZone
from plans import periods
from plans.models import ProgressReport, ReportingPeriod


class Month(NamedTuple):
    """The month and the township's report of it (None while there is none), its usual deadline, and the catalogue of zones.

    `usual_due_day` is the day of the following month.
    """

    period: ReportingPeriod | None
    report: ProgressReport | None
    usual_due_day: int
    zones: list[str]


class _Listed(Func):
    """The values of all rows as one JSON list, in no order."""

    function = "JSON_GROUP_ARRAY"
    output_field = JSONField()

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, function="JSONB_AGG", **context)


def of(context: Context) -> Month:
    """The month that a sheet is sent for; asked once for each preview or confirmation."""
    return context.once("month", lambda: _read(context))


def _read(context: Context) -> Month:
    rows = Region.objects.filter(pk=context.district.pk).annotate(
        period=FilteredRelation("periods", condition=Q(periods__month=context.period)),
        report=FilteredRelation("period__reports", condition=Q(period__reports__township=context.region)),
        due_day=Subquery(periods.usual_due_days(OuterRef("pk"))[:1]),
        zones=Subquery(_zones()),
    )
    district = rows.select_related("period", "report").get()
    period, report = getattr(district, "period", None), getattr(district, "report", None)
    zones = [zone["name"] for zone in sorted(district.zones or (), key=lambda zone: zone["pk"])]
    return Month(period, report, district.due_day or periods.DEFAULT_DUE_DAY, zones)


def _zones():
    return FunctionZone.objects.order_by().annotate(listed=_Listed(JSONObject(pk="pk", name="name"))).values("listed")

"""/plan-targets/ and /progress/."""

from datetime import date, datetime

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, TruncMonth
from django.utils import timezone

from eldercare.api.days import reading_day
from eldercare.api.fields import Field, coded, unit
from eldercare.api.parameters import Query, as_of, one_of, year
from eldercare.api.views import ListView
from eldercare.regions import Region
from facilities.kinds import FacilityType
from plans.models import PlanTarget, PrintedTotal, ProgressReport


class PlanTargets(ListView):
    """The printed plan cells that the caller may see."""

    name = "plan-targets"
    title = "计划数"
    about = (
        "印发的建设计划，一行一格。planned 为 null 表示印发稿该格空白，不等于0。"
        "unit 为印发的单位名称，region 为对应的区划代码，未对上时为 null。"
        "printed_total 为印发的合计，可能与各行之和不一致，仅区县及以上账号可见。"
    )
    filters = (
        one_of("type", "设施类型代码", FacilityType, "type"),
        year("年度", "year"),
        as_of("只列到该日所在年度为止的计划数，与计划覆盖率的口径一致"),
    )
    fields = (
        Field("policy", "政策", ("table__policy__slug",)),
        Field("annex", "附件", ("table__annex",)),
        Field("unit", "印发的单位名称"),
        Field("region", "对应单位代码", ("region__code",)),
        coded("type", "设施类型", FacilityType),
        Field("year", "年度", kind="integer"),
        Field("planned", "计划数", kind="integer"),
        Field("printed_total", "印发合计", kind="integer"),
        Field("clause", "条款", ("table__clause",)),
        Field("cell", "单元格"),
    )

    def visible(self, query: Query) -> QuerySet:
        totals = PrintedTotal.objects.visible_to(query.user)
        total = totals.filter(table=OuterRef("table"), type=OuterRef("type"), year=OuterRef("year"))
        rows = PlanTarget.objects.visible_to(query.user).annotate(printed_total=Subquery(total.values("printed")[:1]))
        rows = rows.order_by("table__policy__slug", "table__annex", "row", "pk")
        return rows.filter(year__lte=query.as_of.year) if query.as_of else rows


def _month(first: date) -> str:
    return f"{first:%Y-%m}"


def _is_late(submitted_at: datetime | None, due_on: date, day: date) -> bool:
    """Whether the report came after the deadline, or the deadline has passed without one."""
    return (timezone.localdate(submitted_at) if submitted_at else day) > due_on


class Progress(ListView):
    """One row for every township and opened month, so that a township that has not reported is seen."""

    name = "progress"
    title = "进度报送"
    about = (
        "各乡镇（街道）每月进度报表的报送情况。已开报的月份每个乡镇一行（以当月最后一天的区划为准），没有报送的状态为 due。"
        "late 表示晚于截止日期报送，或到统计日期已过截止日期仍未报送。"
    )
    filters = (
        year("月份所在年度", "month__year"),
        one_of("status", "状态代码", ProgressReport.Status, "status"),
        as_of("只列到该日为止的月份；不给时为当天，演示区县为演示年度末"),
    )
    fields = (
        Field("period", "月份", ("month",), read=_month),
        *unit("district", "区县", "parent"),
        Field("township", "乡镇（街道）代码", ("code",)),
        Field("township_name", "乡镇（街道）", ("name",)),
        coded("status", "状态", ProgressReport.Status),
        Field("submitted_at", "报送时间", kind="moment"),
        Field("due_on", "截止日期", kind="date"),
        Field("late", "逾期", ("submitted_at", "due_on", "day"), kind="boolean", read=_is_late),
        Field("number", "报送次数", kind="integer"),
    )
    one_row_a_key = False

    def visible(self, query: Query) -> QuerySet:
        months = {"month": F("parent__periods__month"), "due_on": F("parent__periods__due_on")}
        report = ProgressReport.objects.filter(township=OuterRef("pk"), period=OuterRef("period_id"))
        due = Value(ProgressReport.Status.DUE.value)
        rows = Region.objects.visible_to(query.user).townships().annotate(period_id=F("parent__periods"), **months)
        rows = rows.annotate(
            begun_in=TruncMonth("valid_from"),
            ended_in=TruncMonth("valid_to"),
            day=reading_day(query.as_of, "parent"),
            status=Coalesce(Subquery(report.values("status")[:1]), due),
            number=Coalesce(Subquery(report.values("number")[:1]), 0),
            submitted_at=Subquery(report.values("submitted_at")[:1]),
        )
        return rows.filter(_exists_in_month(), month__lte=F("day")).order_by("-month", "path", "pk")


def _exists_in_month() -> Q:
    """The unit exists on the month's last day."""
    begun = Q(valid_from__isnull=True) | Q(begun_in__lte=F("month"))
    return begun & (Q(valid_to__isnull=True) | Q(ended_in__gt=F("month")))

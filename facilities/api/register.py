"""/facilities/: the register, as it stands or as it stood on a day."""

from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone

from eldercare.api.days import reading_day
from eldercare.api.fields import Field, Rows, coded, unit
from eldercare.api.parameters import Query, as_of, one_of, year
from eldercare.api.views import ListView
from eldercare.reviewevents import ReviewEvent
from facilities.kinds import FacilityType, Operation, Stage
from facilities.models import AcceptanceReview, Facility, FacilityRecord, OperatorContract

Status = AcceptanceReview.Status

SIGNED = ("signed", "day")
"""The contract signed last as {operation, operator, until}, null without any, and the day that the row is read on."""


def _operation(reported: str, signed: dict | None, day: date) -> str:
    """A contract outranks the monthly sheet; once there was one, an expired contract means nobody runs the place."""
    if signed is None:
        return reported
    return Operation.NONE.value if _expired(signed, day) else signed["operation"]


def _operator(reported: str, signed: dict | None, day: date) -> str:
    if signed is None:
        return reported
    return "" if _expired(signed, day) else signed["operator"] or ""


def _expired(signed: dict, day: date) -> bool:
    return signed["until"] is not None and date.fromisoformat(signed["until"]) < day


def register_fields(owner: str = "") -> tuple[Field, ...]:
    """The fields of the register; `owner` leads from a row to its facility ("" when the row is the facility)."""
    return (
        Field("code", "设施编码", (f"{owner}code",)),
        Field("name", "设施名称"),
        coded("type", "设施类型", FacilityType),
        Field("district", "区县代码", (f"{owner}district__code",)),
        Field("district_name", "区县", (f"{owner}district__name",)),
        Field("township", "乡镇（街道）代码", (f"{owner}township__code",)),
        Field("township_name", "乡镇（街道）", (f"{owner}township__name",)),
        *unit("village", "村（社区）"),
        Field("planned_year", "计划年度", kind="integer"),
        coded("stage", "建设阶段", Stage),
        coded("status", "验收审核状态", AcceptanceReview.Status),
        Field("progress", "形象进度（%）", kind="number"),
        Field("gross_area", "建筑面积（㎡）", kind="number"),
        Field("usable_area", "使用面积（㎡）", kind="number"),
        Field("beds", "床位数", kind="integer"),
        Field("nursing_beds", "护理型床位数", kind="integer"),
        Field("zones", "功能区", kind="list"),
        coded("operation", "运营方式", Operation, "operation", *SIGNED, read=_operation),
        Field("operator", "运营单位", ("operator", *SIGNED), read=_operator),
        Field("started_on", "开工日期", kind="date"),
        Field("completed_on", "竣工日期", kind="date"),
        Field("accepted_on", "验收日期", kind="date"),
        Field("invested", "投入资金（万元）", kind="number"),
        Field("is_demo", "演示数据", (f"{owner}is_demo",), kind="boolean"),
    )


class Facilities(ListView):
    """The facilities the caller may see."""

    name = "facilities"
    title = "设施名录"
    about = (
        "养老服务设施。不给 as_of 时为最新登记的状态；给出时为当日的状态，当日尚未登记的设施不列。"
        "null 表示没有登记，0 表示没有。运营方式以当日有效的运营合同为准。"
        "status 为最近一份验收审核的状态（给出 as_of 时为当日的状态），没有申请过验收的为 null。"
    )
    filters = (
        one_of("type", "设施类型代码", FacilityType, "type"),
        year("计划年度", "planned_year"),
        one_of("stage", "建设阶段代码", Stage, "stage"),
        one_of("status", "验收审核状态代码", AcceptanceReview.Status, "status"),
        as_of("当日的状态"),
    )
    fields = register_fields()

    def rows_for(self, query: Query) -> Rows:
        return Rows(register_fields("facility__")) if query.as_of else self.rows

    def visible(self, query: Query) -> QuerySet:
        if query.as_of is None:
            rows = Facility.objects.visible_to(query.user).order_by("code")
        else:
            rows = FacilityRecord.objects.visible_to(query.user).on(query.as_of).order_by("facility__code")
        return rows.annotate(status=_status(query)) if query.get("status") else rows

    def with_looked_up(self, rows: QuerySet, query: Query) -> QuerySet:
        """Rows with the contract signed last by their day, and the state of their last acceptance review."""
        owner, facility = ("facility__", "facility") if query.as_of else ("", "pk")
        begun = Q(starts_on__isnull=True) | Q(starts_on__lte=OuterRef("day"))
        signed = OperatorContract.objects.filter(begun, facility=OuterRef(facility))
        last = signed.order_by(F("starts_on").desc(nulls_last=True), "-pk")
        contract = JSONObject(operation="operation", operator="operator", until="ends_on")
        rows = rows.annotate(day=reading_day(query.as_of, f"{owner}district"))
        return rows.annotate(signed=Subquery(last.values(contract=contract)[:1]), status=_status(query))


def _status(query: Query) -> Combinable:
    """The state of a facility's last acceptance review; with a day, as it was on that day.

    On a district's own present day, and after it, what is so now counts: a demo district's stamps lie after its year.
    """
    day = query.as_of
    reviews = AcceptanceReview.objects.filter(facility=OuterRef("facility" if day else "pk")).order_by("-pk")
    if day is None:
        return Subquery(reviews.values("status")[:1])
    now, then = Subquery(reviews.exclude(accepted_on__gt=day).values("status")[:1]), _status_then(reviews, day)
    in_demo = When(
        facility__district__is_demo=True, then=now if day >= date.fromisoformat(settings.DEMO_AS_OF) else then
    )
    return Case(in_demo, default=now if day >= timezone.localdate() else then)


def _status_then(reviews: QuerySet, day: date) -> Subquery:
    """The state of the last of some reviews on a day gone by: an acceptance counts from its date, all else by its events."""
    over = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    moved = ReviewEvent.objects.filter(model=AcceptanceReview._meta.label_lower, object_id=OuterRef("pk"), at__lt=over)
    stood = Q(accepted_on__lte=day) & (Q(revoked_at__isnull=True) | Q(revoked_at__gte=over))
    by_event = Coalesce(Subquery(moved.order_by("-at", "-pk").values("target")[:1]), Value(Status.DRAFT.value))
    known = reviews.filter(Q(created_at__lt=over) | Q(accepted_on__lte=day))
    return Subquery(
        known.annotate(then=Case(When(stood, then=Value(Status.ACCEPTED.value)), default=by_event)).values("then")[:1]
    )

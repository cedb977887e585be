"""/subsidy-claims/: what was claimed under which scheme, and how far it is paid. No personal data."""

from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.db.models import DecimalField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from eldercare.api.fields import Field, coded, unit
from eldercare.api.parameters import Query, as_of, one_of, year
from eldercare.api.views import ListView
from facilities.kinds import FacilityType
from subsidies.models import Payment, SubsidyClaim

SUBJECTS = {"facility": "设施", "township": "乡镇（街道）"}


def _kind(facility: str | None) -> str:
    return "facility" if facility else "township"


def _either(facility: str | None, township: str) -> str:
    return facility or township


def _codes(rows: list[dict] | None) -> list[str]:
    return [row["code"] for row in rows or ()]


def _is_set(moment: datetime | None) -> bool:
    return moment is not None


class SubsidyClaims(ListView):
    """The claims that the caller may see."""

    name = "subsidy-claims"
    title = "补助申请"
    about = (
        "补助申请，一行一笔，金额单位为元。subject 是申请的对象：设施编码，或打包补助的乡镇代码（以计划所用的区划为准）；"
        "facilities 是申请依据的设施编码。status 是现在的状态；paid_total 是拨付台账的合计，给出 as_of 时只计到该日。"
        "flagged 为 true 表示所依据的验收已撤销，正在核实。"
    )
    filters = (
        one_of("type", "设施类型代码；打包补助按其中的设施", FacilityType),
        year("预算年度", "year"),
        one_of("status", "状态代码", SubsidyClaim.Status, "status"),
        as_of("只列到该日为止起草的申请，拨付只计到该日"),
    )
    fields = (
        Field("policy", "政策", ("scheme__policy__slug",)),
        Field("scheme", "补助政策标识", ("scheme__key",)),
        Field("scheme_name", "补助政策", ("scheme__label",)),
        Field("clause", "条款", ("scheme__clause",)),
        coded("subject_kind", "对象类别", SUBJECTS, "facility__code", read=_kind),
        Field("subject", "对象代码", ("facility__code", "township__code"), read=_either),
        Field("facilities", "依据的设施", ("basis__facilities",), kind="list", read=_codes),
        *unit("district", "区县"),
        *unit("township", "乡镇（街道）"),
        Field("year", "预算年度", kind="integer"),
        Field("amount", "金额（元）", kind="number"),
        Field("paid_total", "已拨付（元）", ("paid",), kind="number"),
        coded("status", "状态", SubsidyClaim.Status),
        Field("flagged", "预警", ("flagged_at",), kind="boolean", read=_is_set),
    )

    def visible(self, query: Query) -> QuerySet:
        rows = SubsidyClaim.objects.visible_to(query.user).annotate(paid=_paid(query.as_of))
        rows = rows.order_by("district__code", "-year", "pk")
        if query.as_of:
            rows = rows.filter(_drafted_by(query.as_of))
        if type_ := query.get("type"):
            members = SubsidyClaim.members.through.objects.filter(facility__type=type_)
            in_bundle = Exists(members.filter(subsidyclaim=OuterRef("pk")))
            rows = rows.filter(Q(facility__type=type_) | Q(facility__isnull=True) & in_bundle)
        return rows


def _paid(day: date | None):
    """What stands paid: the ledger's sum, up to the day where one is asked for."""
    if day is None:
        return F("paid_total")
    entries = Payment.objects.filter(claim=OuterRef("pk"), on__lte=day).order_by().values("claim")
    field = DecimalField(max_digits=14, decimal_places=2)
    return Coalesce(Subquery(entries.annotate(sum=Sum("amount")).values("sum")), Decimal(0), output_field=field)


def _drafted_by(day: date) -> Q:
    """Drafted by a day; the stamps of a demo district may lie after the year that it lives in."""
    drafted = Q(created_at__date__lte=day)
    return drafted | Q(district__is_demo=True) if day >= date.fromisoformat(settings.DEMO_AS_OF) else drafted

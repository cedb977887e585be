"""/subsidy-claims/ and /subsidy-payments/: what was claimed, and every entry of the ledger. No personal data."""

from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.db.models import DecimalField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from eldercare.api.fields import Field, coded, unit
from eldercare.api.parameters import Query, as_of, one_of, year
from eldercare.api.views import ListView
from facilities.kinds import FacilityType
from subsidies.budgets import Total
from subsidies.models import Payment, Source, SubsidyClaim

SUBJECTS = {"facility": "设施", "township": "乡镇（街道）"}
ENTRIES = {"payment": "拨付", "recovery": "追回"}


def _kind(facility: str | None) -> str:
    return "facility" if facility else "township"


def _either(facility: str | None, township: str) -> str:
    return facility or township


def _entry(reversed_: int | None) -> str:
    return "recovery" if reversed_ else "payment"


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
        "flagged 为 true 表示所依据的验收已撤销，正在核实。每笔拨付和追回见 subsidy-payments，以 claim 对应。"
    )
    filters = (
        one_of("type", "设施类型代码；打包补助按其中的设施", FacilityType),
        year("预算年度", "year"),
        one_of("status", "状态代码", SubsidyClaim.Status, "status"),
        as_of("只列到该日为止起草的申请，拨付只计到该日"),
    )
    fields = (
        Field("claim", "申请编号", ("pk",), kind="integer"),
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
    return Coalesce(Subquery(entries.annotate(sum=Total("amount")).values("sum")), Decimal(0), output_field=field)


def _drafted_by(day: date) -> Q:
    """Drafted by a day; the stamps of a demo district may lie after the year that it lives in."""
    drafted = Q(created_at__date__lte=day)
    return drafted | Q(district__is_demo=True) if day >= date.fromisoformat(settings.DEMO_AS_OF) else drafted


class SubsidyPayments(ListView):
    """The entries of the ledger that the caller may see: what subsidy_paid_share counts, row by row."""

    name = "subsidy-payments"
    title = "拨付台账"
    about = (
        "拨付台账，一行一笔，金额单位为元；追回是负数，reverses 是它冲销的那一笔的序号。claim 与 subsidy-claims 的 claim 对应，"
        "number 是该申请的第几笔，balance 是这一笔之后的累计。year 是预算年度。amount 的合计就是补助资金拨付率的分子。"
        "台账只增不改；凭证号、收款单位和经办人不在接口提供。"
    )
    filters = (
        year("预算年度", "budget__year"),
        one_of("source", "资金来源代码", Source, "budget__source"),
        as_of("只列到该日为止的拨付和追回"),
    )
    fields = (
        Field("claim", "申请编号", kind="integer"),
        Field("number", "第几笔", kind="integer"),
        coded("entry", "类别", ENTRIES, "reverses", read=_entry),
        Field("on", "日期", kind="date"),
        Field("amount", "金额（元）", kind="number"),
        Field("balance", "累计（元）", kind="number"),
        Field("reverses", "冲销第几笔", ("reverses__number",), kind="integer"),
        Field("year", "预算年度", ("budget__year",), kind="integer"),
        coded("source", "资金来源", Source, "budget__source"),
        Field("policy", "政策", ("claim__scheme__policy__slug",)),
        Field("scheme", "补助政策标识", ("claim__scheme__key",)),
        coded("subject_kind", "对象类别", SUBJECTS, "claim__facility__code", read=_kind),
        Field("subject", "对象代码", ("claim__facility__code", "claim__township__code"), read=_either),
        *unit("district", "区县", "claim__district"),
        *unit("township", "乡镇（街道）", "claim__township"),
    )

    def visible(self, query: Query) -> QuerySet:
        rows = Payment.objects.visible_to(query.user).order_by("claim__district__code", "on", "pk")
        return rows.filter(on__lte=query.as_of) if query.as_of else rows

"""/training-quotas/: what a policy wants trained, cell by cell."""

from django.db.models import OuterRef, QuerySet, Subquery

from eldercare.api.fields import Field, coded
from eldercare.api.parameters import Query, as_of, one_of, year
from eldercare.api.views import ListView
from training.models import Counted, QuotaTotal, TrainingQuota, TrainingRole


class TrainingQuotas(ListView):
    """The printed cells that the caller may see."""

    name = "training-quotas"
    title = "培训指标"
    about = (
        "印发的培训指标，一行一格。quota 为 null 表示印发稿该格空白，不等于0。"
        "unit 为印发的单位名称，region 为对应的区划代码，未对上时为 null。"
        "printed_total 为印发的合计，仅区县及以上账号可见。"
    )
    filters = (
        one_of("role", "培训对象代码", TrainingRole, "role"),
        year("年度", "year"),
        as_of("只列到该日所在年度为止的指标"),
    )
    fields = (
        Field("policy", "政策", ("table__policy__slug",)),
        Field("annex", "附件", ("table__annex",)),
        Field("unit", "印发的单位名称"),
        Field("region", "对应单位代码", ("region__code",)),
        coded("role", "培训对象", TrainingRole),
        Field("year", "年度", kind="integer"),
        Field("quota", "指标数", kind="integer"),
        coded("counted", "计数单位", Counted, "table__counted"),
        Field("printed_total", "印发合计", kind="integer"),
        Field("clause", "条款", ("table__clause",)),
        Field("cell", "单元格"),
    )

    def visible(self, query: Query) -> QuerySet:
        totals = QuotaTotal.objects.visible_to(query.user)
        total = totals.filter(table=OuterRef("table"), role=OuterRef("role"), year=OuterRef("year"))
        rows = TrainingQuota.objects.visible_to(query.user).annotate(
            printed_total=Subquery(total.values("printed")[:1])
        )
        rows = rows.order_by("table__policy__slug", "table__annex", "row", "pk")
        return rows.filter(year__lte=query.as_of.year) if query.as_of else rows

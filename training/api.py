"""/training-quotas/: what a policy wants trained, cell by cell, and how much of it is completed."""

from collections.abc import Sequence

from django.db.models import Count, OuterRef, QuerySet, Subquery, Value

from eldercare.api.fields import Field, Rows, coded
from eldercare.api.parameters import Query, as_of, one_of, year
from eldercare.api.views import DEFAULT_PER_PAGE, ListView
from training.cellcounts import Counts
from training.models import Counted, QuotaTotal, TrainingQuota, TrainingRole

DISTRICT = "table__policy__district"
CELL = (DISTRICT, "region", "region__code", "unit", "role", "year")


class CountedRows(Rows):
    """Rows of cells with what was completed of them: counted for all districts of a page at once."""

    def __init__(self, fields: Sequence[Field], counts: Counts) -> None:
        super().__init__(fields)
        self.counts = counts

    def rows(self, found) -> list[dict[str, object]]:
        values = list(found)
        place = self.columns.index(DISTRICT)
        self.counts.load(row[place] for row in values)
        return super().rows(values)


class Page(Sequence):
    """One page of a list that knows how many rows there are altogether: both in one query."""

    def __init__(self, rows: QuerySet, columns: Sequence[str], start: int, end: int) -> None:
        every = rows.order_by().annotate(all=Value(1)).values("all").annotate(number=Count("pk")).values("number")
        found = list(rows.annotate(total=Subquery(every)).values_list(*columns, "total")[start:end])
        self.start, self.total = start, found[0][-1] if found else rows.count() if start else 0
        self.values = [row[:-1] for row in found]

    def __len__(self) -> int:
        return self.total

    def __getitem__(self, place):
        return self.values[place.start - self.start : place.stop - self.start]


class TrainingQuotas(ListView):
    """The printed cells that the caller may see."""

    name = "training-quotas"
    title = "培训指标"
    about = (
        "印发的培训指标，一行一格。quota 为 null 表示印发稿该格空白，不等于0。"
        "unit 为印发的单位名称，region 为对应的区划代码，未对上时为 null。"
        "completed 为该单位该年度计入指标的人数（按人计的一人一类一年只计一次，最多计到指标数），trained 为实际结业的人数，"
        "carry_over 为以前年度超出指标的人数，另列，不抵本年度；share 为 completed 占指标的百分比，没有指标数时为 null。"
        "completed 与统计接口的 training_completion 同一口径：各年各单位之和就是它的分子。"
        "同一单位同一年度有几张表印发指标的，合并计算。"
        "printed_total 为印发的合计，仅区县及以上账号可见。"
    )
    filters = (
        one_of("role", "培训对象代码", TrainingRole, "role"),
        year("年度", "year"),
        as_of("只列到该日所在年度为止的指标，完成数也统计到该日；不给时统计到当天，演示区县为演示年度末"),
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
        Field("completed", "计入指标", CELL, kind="integer"),
        Field("trained", "实际结业", CELL, kind="integer"),
        Field("carry_over", "以前年度超出", CELL, kind="integer"),
        Field("share", "完成率（%）", CELL, kind="number"),
        Field("printed_total", "印发合计", kind="integer"),
        Field("clause", "条款", ("table__clause",)),
        Field("cell", "单元格"),
    )

    def rows_for(self, query: Query) -> Rows:
        counts = Counts(query.as_of)
        read = {
            "completed": lambda *place: _completed(counts, place),
            "trained": lambda *place: counts.cell(*place).trained,
            "carry_over": lambda *place: counts.cell(*place).carried,
            "share": lambda *place: counts.share(place[0], place[4], counts.cell(*place)).value,
        }
        fields = [Field(f.name, f.label, f.sources, f.kind, f.choices, read.get(f.name, f.read)) for f in self.fields]
        return CountedRows(fields, counts)

    def found(self, query: Query) -> QuerySet | Page:
        rows = super().found(query)
        if query.format != "json":
            return rows
        size = query.get("page_size", DEFAULT_PER_PAGE)
        start = (query.get("page", 1) - 1) * size
        return Page(rows, self.rows.columns, start, start + size)

    def visible(self, query: Query) -> QuerySet:
        totals = QuotaTotal.objects.visible_to(query.user)
        total = totals.filter(table=OuterRef("table"), role=OuterRef("role"), year=OuterRef("year"))
        rows = TrainingQuota.objects.visible_to(query.user).annotate(
            printed_total=Subquery(total.values("printed")[:1])
        )
        rows = rows.order_by("table__policy__slug", "table__annex", "row", "pk")
        return rows.filter(year__lte=query.as_of.year) if query.as_of else rows


def _completed(counts: Counts, place: tuple) -> int | None:
    cell = counts.cell(*place)
    return None if cell.quota is None else cell.counted

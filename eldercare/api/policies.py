"""/policies/: the documents that everything else cites."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from eldercare.api.fields import Field, unit
from eldercare.api.parameters import Query, as_of, year
from eldercare.api.views import ListView
from eldercare.policies import Policy
from eldercare.scoping import within


class DistrictList(ListView):
    """A list whose rows belong to whole districts: asked for a township, it gives those of the township's district."""

    def of_place(self, rows: QuerySet, regions: Sequence) -> QuerySet:
        lookup = rows.model.scope_lookups[0]
        wanted = Q(**{f"{lookup}__in": [path for region in regions for path in _paths_above(region)]})
        for region in regions:
            wanted |= within(lookup, region.path)
        return rows.filter(wanted)


def _paths_above(region) -> list[str]:
    codes = region.ancestor_codes
    return ["".join(f"{code}Z" for code in codes[: depth + 1]) for depth in range(len(codes))]


class Policies(DistrictList):
    """The policies of the caller's districts."""

    name = "policies"
    title = "政策文件"
    about = "各区县的政策文件。印发稿没有印出的日期为 null。"
    filters = (year("印发年度", "issued_on__year"), as_of("只列当日已印发的文件；没有印发日期的一并列出"))
    fields = (
        Field("policy", "标识", ("slug",)),
        Field("title", "标题"),
        Field("short_title", "简称"),
        Field("document_number", "文号"),
        *unit("district", "区县"),
        Field("issued_on", "印发日期", kind="date"),
        Field("effective_on", "施行日期", kind="date"),
        Field("dates_from", "日期来源"),
        Field("supersedes", "替代文件", ("supersedes__slug",)),
        Field("division_edition", "制定时的区划版本", kind="date"),
    )

    def visible(self, query: Query) -> QuerySet:
        rows = Policy.objects.visible_to(query.user).order_by("district__path", "issued_on", "slug")
        return rows.exclude(issued_on__gt=query.as_of) if query.as_of else rows

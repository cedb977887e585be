"""/regions/: the divisions with their validity."""

from django.db.models import QuerySet

from eldercare.api.fields import Field, coded
from eldercare.api.parameters import Query, as_of
from eldercare.api.views import ListView
from eldercare.regions import Kind, Region


class Regions(ListView):
    """Every unit the caller may see."""

    name = "regions"
    title = "行政区划"
    about = "区划代码、名称、类别、上级与有效期。不给 as_of 时列出各版本的全部单位；给出时只列当日存在的单位。"
    filters = (as_of("只列当日存在的单位"),)
    fields = (
        Field("code", "区划代码"),
        Field("name", "名称"),
        Field("short_name", "简称"),
        coded("kind", "类别", Kind),
        Field("parent", "上级区划代码", ("parent__code",)),
        Field("edition", "区划版本", kind="date"),
        Field("valid_from", "生效日期", kind="date"),
        Field("valid_to", "失效日期", kind="date"),
        Field("successor", "承继单位代码", ("successor__code",)),
        Field("is_demo", "演示区县", kind="boolean"),
    )

    def visible(self, query: Query) -> QuerySet:
        rows = Region.objects.visible_to(query.user).order_by("path", "pk")
        return rows.on(query.as_of) if query.as_of else rows

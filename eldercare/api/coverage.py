"""/coverage/: every published figure of one district and its townships."""

from collections.abc import Iterator

from django.http.response import HttpResponseBase
from rest_framework import serializers

from eldercare import figures
from eldercare.api.answers import as_json, as_table
from eldercare.api.parameters import FORMAT, PLACES, as_of, year
from eldercare.api.places import Place, one_place
from eldercare.api.views import ReadView

FIGURE = {
    "definition": "指标标识",
    "label": "指标",
    "numerator": "分子",
    "denominator": "分母",
    "value": "值",
    "unit": "单位",
    "as_of": "统计日期",
    "edition": "区划版本",
    "reason": "无法计算的原因",
}
HEADINGS = ["区县代码", "区县", "乡镇（街道）代码", "乡镇（街道）", *FIGURE.values()]


class FigureAnswer(serializers.Serializer):
    """A published number with what it rests on."""

    definition = serializers.CharField(help_text=FIGURE["definition"])
    label = serializers.CharField(help_text=FIGURE["label"])
    numerator = serializers.FloatField(allow_null=True, help_text=FIGURE["numerator"])
    denominator = serializers.FloatField(allow_null=True, help_text=FIGURE["denominator"])
    value = serializers.FloatField(allow_null=True, help_text="值，百分数如 48.6；null 表示无法计算，原因见 reason")
    unit = serializers.CharField(help_text=FIGURE["unit"])
    as_of = serializers.DateField(help_text=FIGURE["as_of"])
    edition = serializers.DateField(allow_null=True, help_text=FIGURE["edition"])
    reason = serializers.CharField(help_text=FIGURE["reason"])


class UnitAnswer(serializers.Serializer):
    """A unit by code and name."""

    code = serializers.CharField(help_text="区划代码")
    name = serializers.CharField(help_text="名称")


class TownshipAnswer(UnitAnswer):
    """A township with its figures."""

    figures = FigureAnswer(many=True)


class CoverageAnswer(serializers.Serializer):
    """The figures of a district and its townships."""

    district = UnitAnswer()
    as_of = serializers.DateField(help_text="统计日期")
    edition = serializers.DateField(allow_null=True, help_text="区划版本")
    figures = FigureAnswer(many=True)
    townships = TownshipAnswer(many=True)


class Coverage(ReadView):
    """The figures of the district page. A township's account gets its own township and no figure of the district."""

    name = "coverage"
    title = "计划与覆盖率"
    about = (
        "一个区县及其各乡镇（街道）的全部统计值，每个值附分子、分母、统计日期与区划版本。"
        "管理多个区县的账号须指定 district；乡镇账号只得到本乡镇的统计值。"
    )
    parameters = (
        *PLACES,
        year("只统计该年度的计划与验收；不给时从计划首年累计到统计日期所在年度"),
        as_of("统计日期；不给时为当天，演示区县为演示年度末"),
        FORMAT,
    )
    answer = CoverageAnswer

    def get(self, request) -> HttpResponseBase:
        query = self.read(request)
        place = one_place(query)
        day = query.as_of or place.district.default_as_of()
        body = _limited(figures.compute(place.district, day, query.get("year")).as_dict(), place)
        if query.format == "json":
            return as_json(request, body)
        return as_table(request, query, self.title, HEADINGS, _flat(body))


def _limited(body: dict, place: Place) -> dict:
    """The body without what was not asked for or is not the caller's."""
    if place.township is not None:
        body["townships"] = [row for row in body["townships"] if row["code"] == place.township.code]
    if not place.whole:
        body["figures"] = []
    return body


def _flat(body: dict) -> Iterator[list]:
    """One line a figure; the township's columns are empty on the district's own lines."""
    head = [body["district"]["code"], body["district"]["name"]]
    for figure in body["figures"]:
        yield [*head, None, None, *figure.values()]
    for unit in body["townships"]:
        for figure in unit["figures"]:
            yield [*head, unit["code"], unit["name"], *figure.values()]

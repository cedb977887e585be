"""Charts: well-formed, named, told apart without colour, honest about what is not known."""

from decimal import Decimal
from xml.etree import ElementTree

import pytest

from eldercare import charts
from eldercare.charts import Part, Point
from eldercare.charts.drawing import TEXTURES, TONES, number, percent

SVG = "{http://www.w3.org/2000/svg}"
MONTHS = [Point("1月", 0), Point("2月", 3), Point("3月", None), Point("4月", 7)]
STAGES = [Part("运营", 11, "good"), Part("在建", 5, "info", "fine"), Part("未定址", 0, "quiet", "dots")]
EVERY_CHART = {
    "bar": charts.bar(3, 4, title="覆盖率"),
    "bar without data": charts.bar(None, 4, title="覆盖率"),
    "progress": charts.progress(2, 5, title="进度", underway=1),
    "measure": charts.measure(1420, 1500, title="建筑面积", met=False, unit="㎡"),
    "stacked": charts.stacked(STAGES, title="阶段"),
    "sparkline": charts.trend(MONTHS, title="逐月", goal=8),
    "trend with axes": charts.trend(MONTHS, title="逐月", unit="个", axes=True),
}


def parse(markup):
    return ElementTree.fromstring(markup)


def desc(markup):
    return parse(markup).find(f"{SVG}desc").text


def lines(markup, kind):
    return [line for line in parse(markup).iter(f"{SVG}line") if kind in line.get("class").split()]


def strokes(markup):
    """(from, to, dash) of the opaque bar stretches."""
    drawn = (line for line in lines(markup, "chart-texture") if line.get("stroke-opacity") == "1")
    return [(line.get("x1"), line.get("x2"), line.get("stroke-dasharray")) for line in drawn]


@pytest.mark.parametrize("markup", EVERY_CHART.values(), ids=EVERY_CHART)
def test_chart_is_well_formed_and_named(markup):
    svg = parse(markup)
    assert svg.tag == f"{SVG}svg"
    assert svg.get("role") == "img"
    assert svg.find(f"{SVG}title").text in svg.get("aria-label")
    assert svg.find(f"{SVG}desc").text


@pytest.mark.parametrize("markup", EVERY_CHART.values(), ids=EVERY_CHART)
def test_chart_obeys_a_strict_content_security_policy(markup):
    for element in parse(markup).iter():
        assert "style" not in element.attrib
        assert not [name for name in element.attrib if name.startswith("on") or name == "id"]
        assert element.tag not in (f"{SVG}style", f"{SVG}script")


HOSTILE = '<script>alert("1")</script>&\''


@pytest.mark.parametrize(
    "markup",
    [
        charts.bar(1, 2, title=HOSTILE),
        charts.bar(None, 2, title=HOSTILE),
        charts.measure(1, 2, title=HOSTILE, met=True, unit=HOSTILE),
        charts.stacked([Part(HOSTILE, 1)], title=HOSTILE),
        charts.trend([Point(HOSTILE, 1), Point("b", 2)], title=HOSTILE, unit=HOSTILE, axes=True),
        charts.legend([Part(HOSTILE, 1)]),
    ],
)
def test_chart_escapes_every_text(markup):
    assert HOSTILE in "".join(parse(markup).itertext())
    assert "<script" not in markup


@pytest.mark.parametrize(
    ("value", "total", "width"),
    [
        (0, 4, "0%"),
        (1, 3, "33.33%"),
        (Decimal("48.6"), 100, "48.6%"),
        (4, 4, "100%"),
        (9, 4, "100%"),
        (-1, 4, "0%"),
        (1, 10, "10%"),
    ],
)
def test_bar_keeps_its_share_inside_the_track(value, total, width):
    assert strokes(charts.bar(value, total, title="t")) == [("0%", width, "none")]


@pytest.mark.parametrize(("value", "total"), [(None, 4), (4, None), (None, None), (0, 0), (3, 0)])
def test_bar_without_a_share_says_no_data(value, total):
    markup = charts.bar(value, total, title="覆盖率")
    assert desc(markup) == "无数据"
    assert strokes(markup) == []


def test_bar_of_zero_is_not_no_data():
    assert desc(charts.bar(0, 4, title="t")) == "0 / 4"


def test_progress_shows_done_solid_under_way_striped_and_the_plan_as_a_mark():
    markup = charts.progress(2, 5, title="t", underway=1)
    assert strokes(markup) == [("0%", "40%", "none"), ("40%", "60%", TEXTURES["fine"])]
    assert [mark.get("x1") for mark in lines(markup, "chart-mark")] == ["100%"]
    assert desc(markup) == "已完成 2，在办 1，计划 5"


def test_progress_beyond_the_plan_moves_the_mark_inwards():
    markup = charts.progress(8, 4, title="t")
    assert strokes(markup) == [("0%", "100%", "none")]
    assert [mark.get("x1") for mark in lines(markup, "chart-mark")] == ["50%"]


@pytest.mark.parametrize(
    ("done", "plan", "words"), [(None, 3, "无数据"), (3, None, "无数据"), (0, 0, "无计划"), (0, 3, "已完成 0，计划 3")]
)
def test_progress_tells_unknown_from_no_plan_and_from_nothing_done(done, plan, words):
    assert desc(charts.progress(done, plan, title="t")) == words


@pytest.mark.parametrize(("met", "texture"), [(True, "solid"), (False, "fine"), (None, "wide")])
def test_measure_tells_the_verdict_by_texture(met, texture):
    markup = charts.measure(1420, 1500, title="t", met=met, unit=" ㎡")
    assert [dash for _, _, dash in strokes(markup)] == [TEXTURES[texture]]
    assert desc(markup) == "实测 1,420 ㎡，要求 1,500 ㎡"


def test_measure_places_the_mark_left_of_a_figure_that_exceeds_it():
    markup = charts.measure(200, 100, title="t", met=True)
    assert strokes(markup)[0][1] == "83.33%"
    assert lines(markup, "chart-mark")[0].get("x1") == "41.67%"


@pytest.mark.parametrize(("measured", "required"), [(None, 10), (10, None)])
def test_measure_without_a_figure_says_no_data(measured, required):
    assert desc(charts.measure(measured, required, title="t", met=None)) == "无数据"


def test_measure_of_zero_against_zero_is_drawn():
    assert strokes(charts.measure(0, 0, title="t", met=True)) == [("0%", "0%", "none")]


def test_stacked_parts_join_without_gap_and_fill_the_whole():
    assert strokes(charts.stacked(STAGES, title="t")) == [
        ("0%", "68.75%", "none"),
        ("68.75%", "100%", TEXTURES["fine"]),
    ]


def test_stacked_names_every_part_the_empty_and_the_unknown_too():
    parts = [*STAGES, Part("停用", None)]
    assert desc(charts.stacked(parts, title="t")) == "运营 11，在建 5，未定址 0，停用 无数据"


@pytest.mark.parametrize(
    ("values", "words"), [([], "无数据"), ([None, None], "无数据"), ([0, 0], "均为 0"), ([0, None], "均为 0")]
)
def test_stacked_of_nothing_says_why(values, words):
    assert desc(charts.stacked([Part("a", value) for value in values], title="t")) == words


def test_legend_lists_every_part_with_its_count():
    items = parse(charts.legend([*STAGES, Part("停用", None)])).findall("li")
    assert ["".join(item.itertext()) for item in items] == ["运营 11", "在建 5", "未定址 0", "停用 无数据"]


def polylines(markup):
    return [line.get("points").split() for line in parse(markup).iter(f"{SVG}polyline")]


def test_trend_breaks_where_a_value_is_missing():
    assert [len(points) for points in polylines(charts.trend(MONTHS, title="t"))] == [2, 1]


def test_trend_says_every_value_in_words():
    assert desc(charts.trend(MONTHS, title="t", unit="个")) == "1月 0个，2月 3个，3月 无数据，4月 7个"


def test_trend_starts_its_scale_at_zero():
    low, high = polylines(charts.trend([Point("a", 100), Point("b", 110)], title="t"))[0]
    assert Decimal(low.split(",")[1]) < 25  # 100 of 110 stands near the top, not on the bottom
    assert Decimal(high.split(",")[1]) < Decimal(low.split(",")[1])


@pytest.mark.parametrize("points", [[], [Point("a", None)]])
def test_trend_without_values_says_no_data(points):
    assert desc(charts.trend(points, title="t")) == "无数据"


@pytest.mark.parametrize("points", [[Point("a", 5)], [Point("a", 0), Point("b", 0)], [Point("a", -3), Point("b", 2)]])
@pytest.mark.parametrize("axes", [True, False])
def test_trend_of_odd_points_stays_inside_its_box(points, axes):
    svg = parse(charts.trend(points, title="t", axes=axes))
    _, _, width, height = map(Decimal, svg.get("viewBox").split())
    for text in (pair for line in svg.iter(f"{SVG}polyline") for pair in line.get("points").split()):
        x, y = map(Decimal, text.split(","))
        assert 0 <= x <= width
        assert 0 <= y <= height


def test_trend_writes_out_the_last_known_value():
    texts = [text.text for text in parse(charts.trend(MONTHS, title="t", unit="个")).iter(f"{SVG}text")]
    assert texts == ["1月", "4月", "7个"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1500, "1,500"),
        (Decimal("48.60"), "48.6"),
        (Decimal("1E+3"), "1,000"),
        (Decimal("100.0"), "100"),
        (Decimal("-2.5"), "-2.5"),
    ],
)
def test_number_is_written_as_people_write_it(value, text):
    assert number(value) == text


def test_percent_of_an_empty_total_is_zero():
    assert percent(3, 0) == "0%"


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("texture", TEXTURES)
def test_every_tone_and_texture_can_be_drawn(tone, texture):
    assert strokes(charts.bar(1, 2, title="t", tone=tone, texture=texture)) == [("0%", "50%", TEXTURES[texture])]

"""Charts as SVG text made on the server: pure functions from numbers to markup, no script, no inline style.

Every chart carries a <title> and a <desc> that say in words what it shows, and tells its parts apart by texture and
label as well as by colour. Bars are as wide as what they stand in. Numbers are int or Decimal; None means not known and
is drawn as 无数据, never as zero.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from eldercare.charts.drawing import (
    LOW,
    NO_DATA,
    TALL,
    Number,
    frame,
    nothing,
    number,
    percent,
    segment,
    track,
    upright,
)
from eldercare.charts.plot import Plot, Point, runs


@dataclass(frozen=True, slots=True)
class Part:
    """One share of a stacked bar: its name, its count (None: not known), a tone and a texture."""

    label: str
    value: Number | None
    tone: str = "accent"
    texture: str = "solid"


def bar(
    value: Number | None, total: Number | None, *, title: str, tone: str = "accent", texture: str = "solid"
) -> SafeString:
    """A share of a whole as one bar; 无数据 where either number is missing or the whole is zero."""
    if value is None or total is None or total <= 0:
        return nothing(title)
    desc = f"{number(value)} / {number(total)}"
    return frame("chart-bar", title, desc, LOW, track() + segment("0%", percent(value, total), tone, texture))


def progress(
    done: Number | None, plan: Number | None, *, title: str, underway: Number | None = None, tone: str = "accent"
) -> SafeString:
    """What is done (solid) and under way (striped) against a plan (upright mark); more than the plan stays visible."""
    if done is None or plan is None:
        return nothing(title)
    going = underway or 0
    scale = max(done + going, plan)
    if scale <= 0:
        return nothing(title, "无计划")
    body = track() + segment("0%", percent(done, scale), tone)
    if going:
        body += segment(percent(done, scale), percent(done + going, scale), tone, "fine")
    if plan > 0:
        body += upright(percent(plan, scale))
    wording = f"已完成 {number(done)}，" + (f"在办 {number(going)}，" if underway is not None else "")
    return frame("chart-progress", title, f"{wording}计划 {number(plan)}", LOW, body)


def measure(
    measured: Number | None, required: Number | None, *, title: str, met: bool | None, unit: str = ""
) -> SafeString:
    """A measured figure against a required one (upright mark): solid met, fine stripes unmet, broad open."""
    if measured is None or required is None:
        return nothing(title)
    scale = max(measured, required) * Decimal("1.2") or Decimal(1)
    tone, texture = {True: ("good", "solid"), False: ("act", "fine"), None: ("watch", "wide")}[met]
    body = track() + segment("0%", percent(measured, scale), tone, texture) + upright(percent(required, scale))
    desc = f"实测 {number(measured)}{unit}，要求 {number(required)}{unit}"
    return frame("chart-measure", title, desc, LOW, body)


def stacked(parts: Sequence[Part], *, title: str) -> SafeString:
    """Parts of one whole side by side, each with its count where it fits; goes with `legend` of the same parts."""
    known = [part for part in parts if part.value is not None and part.value > 0]
    total = sum((part.value for part in known), 0)
    if not known:
        return nothing(title, NO_DATA if all(part.value is None for part in parts) else "均为 0")
    body, start = track(TALL), 0
    for part in known:
        end = start + part.value
        body += segment(percent(start, total), percent(end, total), part.tone, part.texture, TALL)
        if start:
            body += upright(percent(start, total), TALL, "cut", "#fff")
        if part.texture == "solid" and part.value * 100 >= total * 7:
            body += count_label(percent(start * 2 + part.value, total * 2), part.value)
        start = end
    return frame("chart-stacked", title, "，".join(spoken(part) for part in parts), TALL, body)


def trend(
    points: Sequence[Point], *, title: str, unit: str = "", goal: Number | None = None, axes: bool = False
) -> SafeString:
    """Values over time as a line from zero upwards, broken where a value is missing; the last one is written out.

    Without axes it is a sparkline for a figure card. `goal` is a dashed level.
    """
    known = [point.value for point in points if point.value is not None]
    if not known:
        return nothing(title)
    top = max([*known, *([] if goal is None else [goal])])
    plot = (Plot.large if axes else Plot.small)(min(0, *known), top, len(points))
    body = plot.grid() if axes else SafeString("")
    if goal is not None:
        body += plot.level(goal, "goal", "4 3")
    body += format_html_join("", "{}", ((plot.run(run),) for run in runs(points)))
    body += plot.ends(points, unit)
    desc = "，".join(
        f"{point.label} {NO_DATA if point.value is None else number(point.value) + unit}" for point in points
    )
    return frame("chart-trend", title, desc, 0, body, plot.box)


def legend(parts: Iterable[Part]) -> SafeString:
    """The key of a stacked bar as an HTML list: texture, name and count of every part, the empty ones too."""
    rows = ((swatch(part), part.label, NO_DATA if part.value is None else number(part.value)) for part in parts)
    return format_html('<ul class="legend">{}</ul>', format_html_join("", "<li>{}{} <b>{}</b></li>", rows))


def count_label(place: str, value: Number) -> SafeString:
    """The count written inside its share."""
    return format_html(
        '<text x="{}" y="15" text-anchor="middle" fill="#fff" class="chart-inside">{}</text>', place, number(value)
    )


def spoken(part: Part) -> str:
    """A part in words."""
    return f"{part.label} {NO_DATA if part.value is None else number(part.value)}"


def swatch(part: Part) -> SafeString:
    """The sample of a part's texture that stands before its name in a legend."""
    return format_html(
        '<svg class="chart" width="20" height="12" aria-hidden="true">{}</svg>',
        segment("0", "20", part.tone, part.texture, 12),
    )

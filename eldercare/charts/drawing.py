"""The strokes that charts are made of: bars, marks, words and the frame around them, as safe SVG text.

Colours come from classes of components.css; the attributes are what remains when a chart is saved without that
stylesheet. Stripes are the dashes of a thick line, which needs no pattern id, so that any number of charts can share
a page. Numbers are int or Decimal.
"""

from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString

Number = int | Decimal
NO_DATA = "无数据"
LOW, TALL = 12, 22  # heights in CSS pixels: a bar in a table row, a bar that carries counts

# What stands for each tone when no stylesheet is there.
TONES = {
    "good": "#17604a",
    "accent": "#17604a",
    "watch": "#855300",
    "act": "#a3291d",
    "info": "#37566b",
    "quiet": "#59655f",
}
# Stroke dash of each texture.
TEXTURES = {"solid": "none", "wide": "7 3", "fine": "3 3", "dots": "1.5 4.5"}


def number(value: Number) -> str:
    """A number as people write it: thousands separated, no trailing zeros."""
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,d}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(value: Number, total: Number) -> str:
    """The share of value in total as an SVG length, kept between 0% and 100%; 0% of an empty total."""
    if total <= 0:
        return "0%"
    share = min(max(Decimal(value) / Decimal(total), Decimal(0)), Decimal(1)) * 100
    return f"{share.quantize(Decimal('0.01')).normalize():f}%"


def segment(start: str, end: str, tone: str, texture: str = "solid", height: int = LOW) -> SafeString:
    """A stretch of a bar between two SVG lengths: a thick line, for a texture its dashes over a pale ground."""
    ground = SafeString("") if texture == "solid" else stroke(start, end, tone, height, opacity="0.25")
    return ground + stroke(start, end, tone, height, TEXTURES[texture])


def stroke(start: str, end: str, tone: str, height: int, dash: str = "none", opacity: str = "1") -> SafeString:
    """One thick line along the middle of a bar."""
    return format_html(
        '<line x1="{}" y1="{y}" x2="{}" y2="{y}" stroke="{}" stroke-width="{}" stroke-dasharray="{}"'
        ' stroke-opacity="{}" class="chart-texture t-{}"/>',
        start,
        end,
        TONES[tone],
        thickness(height),
        dash,
        opacity,
        tone,
        y=height // 2,
    )


def track(height: int = LOW) -> SafeString:
    """The empty channel that a bar fills."""
    return format_html(
        '<rect x="0" y="{}" width="100%" height="{}" fill="#eceee8" class="chart-track"/>',
        (height - thickness(height)) // 2,
        thickness(height),
    )


def thickness(height: int) -> int:
    """How thick the bar is inside a chart of that height: low charts leave room for the mark to stand out."""
    return height if height == TALL else height - 4


def upright(place: str, height: int = LOW, kind: str = "mark", colour: str = "#1a2420") -> SafeString:
    """An upright line at a place: the `mark` of a plan or requirement, or the `cut` between two neighbours."""
    return format_html(
        '<line x1="{0}" y1="0" x2="{0}" y2="{1}" stroke="{2}" stroke-width="2" class="chart-{3}"/>',
        place,
        height,
        colour,
        kind,
    )


def words(x: str | int, y: str, text: str, anchor: str = "start", kind: str = "text") -> SafeString:
    """A short text inside a chart."""
    return format_html(
        '<text x="{}" y="{}" text-anchor="{}" font-size="12" fill="#4d5a54" class="chart-{}">{}</text>',
        x,
        y,
        anchor,
        kind,
        text,
    )


def nothing(title: str, text: str = NO_DATA) -> SafeString:
    """What is drawn where there is nothing to draw: the words, in the place of the chart."""
    return frame("chart-none", title, text, 16, words(0, "12", text))


def frame(kind: str, title: str, desc: str, height: int, body: SafeString, box: str = "") -> SafeString:
    """The svg element around a chart's body, named by its title and desc for those who do not see it.

    With a `box` (viewBox) the drawing scales as a whole, else it is stretched sideways only and `height` pixels high.
    """
    size = format_html('viewBox="{}"', box) if box else format_html('height="{}"', height)
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="chart {}" width="100%" {} role="img" aria-label="{}">'
        "<title>{}</title><desc>{}</desc>{}</svg>",
        kind,
        size,
        f"{title}：{desc}",
        title,
        desc,
        body,
    )

"""The drawing area of a trend: from places and values to strokes."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from eldercare.charts.drawing import Number, number, words


@dataclass(frozen=True, slots=True)
class Point:
    """One place on a trend: the label of its time and its value (None: not known then)."""

    label: str
    value: Number | None


def runs(points: Sequence[Point]) -> list[list[tuple[int, Number]]]:
    """The stretches of a trend without a gap, each as (place, value) pairs."""
    stretches: list[list[tuple[int, Number]]] = [[]]
    for place, point in enumerate(points):
        if point.value is None:
            stretches.append([])
        else:
            stretches[-1].append((place, point.value))
    return [stretch for stretch in stretches if stretch]


@dataclass(frozen=True, slots=True)
class Plot:
    """The drawing area of a trend in user units: its edges, the values at its bottom and top, how many places."""

    low: Number
    high: Number
    count: int
    left: int
    right: int
    top: int
    bottom: int
    box: str

    @classmethod
    def small(cls, low: Number, high: Number, count: int) -> "Plot":
        """A sparkline."""
        return cls(low, high, count, 5, 235, 18, 48, "0 0 240 66")

    @classmethod
    def large(cls, low: Number, high: Number, count: int) -> "Plot":
        """A chart with a grid and values at its side."""
        return cls(low, high, count, 44, 350, 20, 168, "0 0 360 192")

    def x(self, place: int) -> str:
        """Abscissa of the n-th point; a lonely point stands at the right, where now is."""
        share = Decimal(place) / (self.count - 1) if self.count > 1 else Decimal(1)
        return f"{self.left + share * (self.right - self.left):.1f}"

    def y(self, value: Number) -> str:
        """Ordinate of a value; a flat trend of zeros lies on the bottom."""
        span = Decimal(self.high) - Decimal(self.low)
        share = (Decimal(value) - Decimal(self.low)) / span if span else Decimal(0)
        return f"{self.bottom - share * (self.bottom - self.top):.1f}"

    def run(self, run: Sequence[tuple[int, Number]]) -> SafeString:
        """One unbroken stretch: a line with a dot at its last place."""
        path = " ".join(f"{self.x(place)},{self.y(value)}" for place, value in run)
        place, value = run[-1]
        return format_html(
            '<polyline points="{}" fill="none" stroke="#17604a" stroke-width="2" stroke-linejoin="round"'
            ' class="chart-line"/><circle cx="{}" cy="{}" r="3.5" fill="#17604a" class="chart-dot"/>',
            path,
            self.x(place),
            self.y(value),
        )

    def level(self, value: Number, kind: str, dash: str = "none") -> SafeString:
        """A horizontal line across the plot at a value."""
        return format_html(
            '<line x1="{}" y1="{y}" x2="{}" y2="{y}" stroke="#7d8a83" stroke-dasharray="{}" class="chart-{}"/>',
            self.left,
            self.right,
            dash,
            kind,
            y=self.y(value),
        )

    def grid(self) -> SafeString:
        """Levels at bottom, middle and top with their values."""
        levels = (self.low, (Decimal(self.low) + Decimal(self.high)) / 2, self.high)
        rows = (
            (self.level(value, "grid"), words(self.left - 6, self.y(value), number(value), "end")) for value in levels
        )
        return format_html_join("", "{}{}", rows)

    def ends(self, points: Sequence[Point], unit: str) -> SafeString:
        """The first and last time below, the last known value above."""
        below = f"{self.bottom + 16}"
        place, value = runs(points)[-1][-1]
        first = words(self.left, below, points[0].label) if self.count > 1 else SafeString("")
        anchor = "end" if place > self.count / 2 or self.count == 1 else "start"
        above = f"{max(Decimal(self.y(value)) - 7, Decimal(11)):.1f}"
        return (
            first
            + words(self.right, below, points[-1].label, "end")
            + words(self.x(place), above, number(value) + unit, anchor, "strong")
        )

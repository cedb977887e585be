"""Cells shown as percentages: what their reader sees is what is read, not the fraction that is stored."""

import re
from decimal import Decimal
from functools import lru_cache

# What a format code prints as it stands, or says about colour and conditions: a percent sign in it is only a sign.
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


@lru_cache(maxsize=4096)
def is_percent(code: str) -> bool:
    """Whether a number format multiplies by 100 and puts a percent sign: 0.8 under `0%` is shown as 80%."""
    return "%" in _LITERAL.sub("", code)


def shown(value: int | Decimal) -> str:
    """The percentage that a cell with a percent format means, with all its decimals: 0.455 is 45.5%."""
    points = Decimal(value) * 100
    points = points.quantize(1) if points == points.to_integral_value() else points.normalize()
    return f"{points:f}%"

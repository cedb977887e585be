"""Cells shown as percentages or scaled down: what their reader sees is what is read, or nothing is."""

import re
from decimal import Decimal
from functools import lru_cache

# What a format code prints as it stands, or says about colour and conditions: a percent sign in it is only a sign.
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')

# A comma behind the last digit divides by a thousand: `0!.0,"万元"`, as WPS and Excel offer it, shows 1800000 as 180.0.
_SCALED = re.compile(r"[0#?],+(?![0#?,])")
_ESCAPED = re.compile("!.")


@lru_cache(maxsize=4096)
def is_percent(code: str) -> bool:
    """Whether a number format multiplies by 100 and puts a percent sign: 0.8 under `0%` is shown as 80%."""
    return "%" in _LITERAL.sub("", code)


def shown(value: int | Decimal) -> str:
    """The percentage that a cell with a percent format means, with all its decimals: 0.455 is 45.5%."""
    points = Decimal(value) * 100
    points = points.quantize(1) if points == points.to_integral_value() else points.normalize()
    return f"{points:f}%"


@lru_cache(maxsize=4096)
def is_scaled(code: str) -> bool:
    """Whether a number format shows thousands or ten thousands, so that what is stored is not what is seen."""
    return bool(_SCALED.search(_LITERAL.sub("", _ESCAPED.sub("", code.partition(";")[0]))))


def scaled(number: int | Decimal) -> str:
    """A number that its cell shows scaled down: a text, because no column may take it for a figure."""
    return f"{number:f}（单元格格式缩小了显示）"

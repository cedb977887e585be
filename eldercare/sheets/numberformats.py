"""What a number format makes of the number in a cell: a day, a duration, a percentage, or the number itself.

Numbers of built-in formats are those of ECMA-376 part 1, 18.8.30; a serial number counts days from the workbook's epoch.
"""

import re
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import lru_cache

from . import percents

EPOCH_1900, EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
_BUILT_IN = {9: "0%", 10: "0.00%", 46: "[h]:mm:ss"}
_BUILT_IN |= dict.fromkeys((14, 15, 16, 17, 18, 19, 20, 21, 22, 45, 47), "yyyy-mm-dd")
# Quoted words, escaped and padding characters, colours, conditions and languages; elapsed times stay.
_SILENT = re.compile(r'"[^"]*"|[\\_*].|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_DATED = re.compile("[dmhys]", re.IGNORECASE)
# Programs of that epoch count a 29 February 1900 that never was; serials below it are a day short.
_MISCOUNTED = 60
_DAY = timedelta(days=1)


class Shown(Enum):
    """How a cell's number is shown."""

    PLAIN = "plain"
    PERCENT = "percent"
    SCALED = "scaled"
    MOMENT = "moment"
    ELAPSED = "elapsed"


@lru_cache(maxsize=4096)
def shown(code: int | str) -> Shown:
    """What a format makes of numbers: its code, or the number of a built-in one."""
    text = _BUILT_IN.get(code, "") if isinstance(code, int) else code
    positive = _SILENT.sub("", text).partition(";")[0]
    if _ELAPSED.search(positive):
        return Shown.ELAPSED
    if _DATED.search(positive):
        return Shown.MOMENT
    if percents.is_percent(text):
        return Shown.PERCENT
    return Shown.SCALED if percents.is_scaled(text) else Shown.PLAIN


def elapsed(serial: float) -> timedelta:
    """A duration of so many days, to the millisecond. Raises OverflowError when it is none."""
    return timedelta(milliseconds=round(serial * _DAY.total_seconds() * 1000))


def moment(serial: float, epoch: datetime) -> datetime | time:
    """The day and time of a serial number; below one day a time alone. Raises OverflowError outside the calendar."""
    days, fraction = divmod(serial, 1)
    within = timedelta(milliseconds=round(fraction * _DAY.total_seconds() * 1000))
    if 0 <= serial < 1 and within < _DAY:
        return (datetime.min + within).time()
    missing = 1 if epoch == EPOCH_1900 and 0 < serial < _MISCOUNTED else 0
    return epoch + timedelta(days=days + missing) + within


def is_before_calendar(value: date) -> bool:
    """Whether a program shows ##### for it instead of a day."""
    return value.year < 1900

"""The present moment, as the portal stamps it, and the days that a person may ask about.

Only the demo sets the moment: its year is told at the dates it speaks of.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

# Long before the first policy and long after the last: months before and after such a day still are days.
YEARS = (2000, 2100)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_told: ContextVar[datetime | None] = ContextVar("told", default=None)


def now() -> datetime:
    """The moment to stamp: the real one, or the moment of the story being told."""
    return _told.get() or timezone.now()


@contextmanager
def telling(moment: datetime) -> Iterator[None]:
    """Stamp what happens inside with a moment of the past."""
    token = _told.set(moment)
    try:
        yield
    finally:
        _told.reset(token)


def asked_day(text: str) -> date | None:
    """The day written as YYYY-MM-DD in an address, between the first and last of YEARS; None for anything else."""
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
    return day if day and YEARS[0] <= day.year <= YEARS[1] else None


def last_day(month: date) -> date:
    """The last day of a month, given by any of its days."""
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)

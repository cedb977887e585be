"""The present moment, as the portal stamps it. Only the demo sets it: its year is told at the dates it speaks of."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

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

"""The day that a row is read on when the caller names none, as a database expression."""

from datetime import date

from django.conf import settings
from django.db.models import Case, DateField, Value, When
from django.db.models.expressions import Combinable
from django.utils import timezone


def reading_day(asked: date | None, district: str) -> Combinable:
    """The day asked for; else today, in a demo district the end of its demo year. `district` is the lookup to it."""
    if asked:
        return Value(asked, output_field=DateField())
    demo = When(**{f"{district}__is_demo": True}, then=Value(date.fromisoformat(settings.DEMO_AS_OF)))
    return Case(demo, default=Value(timezone.localdate()), output_field=DateField())

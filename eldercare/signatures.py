"""Signatures on rows: the time and the person of a move, and what the database demands of them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


def person(label: str) -> models.ForeignKey:
    """The person of a `_at`/`_by` pair; only a move fills it."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=label,
        editable=False,
    )  # fmt: skip


def moment(label: str) -> models.DateTimeField:
    """The time of a `_at`/`_by` pair; only a move fills it."""
    return models.DateTimeField(label, null=True, blank=True, editable=False)


def both(pair: str, *, set_: bool) -> Q:
    """Time and person of a pair: both there, or neither."""
    return Q(**{f"{pair}_at__isnull": not set_, f"{pair}_by__isnull": not set_})


def together(pair: str) -> Q:
    """Time and person of a pair are set together or not at all."""
    return both(pair, set_=True) | both(pair, set_=False)


def different(first: str, second: str) -> Q:
    """Two signatures are not by one person."""
    return Q(**{f"{first}__isnull": True}) | Q(**{f"{second}__isnull": True}) | ~Q(**{first: F(second)})

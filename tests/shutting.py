"""Closing a streamed answer in a test as Django's own test client does: without closing the test's database connection."""

from inspect import GEN_SUSPENDED, getgeneratorstate, isgenerator

from django.core.signals import request_finished
from django.db import close_old_connections


def shut(response) -> None:
    """Close an answer, read in part, to its end or not at all."""
    stream = getattr(response, "_iterator", None)
    if isgenerator(stream) and getgeneratorstate(stream) == GEN_SUSPENDED:
        stream.close()  # the client's wrapper closes the answer behind it
        return
    request_finished.disconnect(close_old_connections)
    try:
        response.close()
    finally:
        request_finished.connect(close_old_connections)

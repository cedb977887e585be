"""The page of long work: it comes at once and tells each step when it is reached, then leads to what came of it.

It is one answer, sent piece by piece by the process that does the work: no task queue, no script, no second request that
another server process would have to answer. Work on a few rows is done before the answer, which is then the usual one.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, StreamingHttpResponse
from django.template.loader import render_to_string
from django.urls import reverse

from eldercare import mishaps
from eldercare.review import MoveRefused
from eldercare.uploads import Step, Steps

logger = logging.getLogger(__name__)

LONG_ROWS = 300
LONG_BYTES = 64 * 1024
"""From how many rows, or bytes of a file not yet read, the steps are shown."""

_PLACE = "<!-- steps -->"
_BROKEN = "办理中出了差错，什么都没有写入。请稍后再试一次；仍不行请联系区民政局科员。"


@dataclass(frozen=True, slots=True)
class Ending:
    """How the page ends: where it leads and what the link says; it goes there by itself unless `told` is to be read."""

    address: str
    link: str
    title: str = ""
    told: str = ""


class Work:
    """Steps being taken: those told so far, and at the end what came of them."""

    def __init__(self, steps: Steps) -> None:
        self.told: list[Step] = []
        self.result = None
        self._steps = steps
        self._run = self._taken()

    def _taken(self) -> Iterator[Step]:
        with closing(self._steps):
            self.result = yield from self._steps

    def __iter__(self) -> Iterator[Step]:
        """The steps still to come."""
        for step in self._run:
            self.told.append(step)
            yield step

    def is_done_before_it_gets_long(self) -> bool:
        """Take step after step, telling nobody; False as soon as many rows are before it."""
        return all((step.total or 0) < LONG_ROWS for step in self)

    def finish(self) -> object:
        """Take all that is left, telling nobody; what came of it."""
        for _ in self:
            pass
        return self.result

    def close(self) -> None:
        """Stop where it stands."""
        self._run.close()


def page(
    request: HttpRequest,
    work: Work,
    *,
    heading: str,
    done: Callable[[object], Ending],
    refused: Callable[[MoveRefused | PermissionDenied], Ending] = lambda reason: _stopped(str(reason)),
) -> StreamingHttpResponse:
    """The page that tells the work's steps; `done(result)` or `refused(reason)` says how it ends."""
    shell = render_to_string("uploads/working.html", {"heading": heading, "place": _PLACE}, request)
    head, tail = shell.split(_PLACE)
    pieces = _pieces(work, head, tail, done, refused)
    # A proxy that collects the answer first would leave the person before a blank page after all.
    return StreamingHttpResponse(pieces, headers={"X-Accel-Buffering": "no"})


def _pieces(work: Work, head: str, tail: str, done: Callable, refused: Callable) -> Iterator[str]:
    with closing(work):
        yield head + "".join(map(_line, work.told))
        try:
            for step in work:
                yield _line(step)
            ending = done(work.result)
        except (MoveRefused, PermissionDenied) as reason:
            ending = refused(reason)
        except Exception as error:
            # The answer has begun, so no error page can take its place; the person must not be left without a word.
            logger.exception("long work broke off")
            cause = mishaps.cause_of(error)
            ending = _stopped(_BROKEN if cause is mishaps.OWN else f"{cause.message}{cause.hint}")
    yield render_to_string("uploads/ending.html", {"ending": ending}) + tail


def _stopped(told: str) -> Ending:
    return Ending(reverse("uploads"), "回到上传记录", "没有办成", told)


def _line(step: Step) -> str:
    return render_to_string("uploads/step.html", {"step": step})

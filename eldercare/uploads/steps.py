"""Long work told while it happens: a generator yields its steps and returns what came of it.

Pages print the steps as they come; commands, scripts and tests call the plain function, which hears only the result. No
step is told inside a transaction: whoever reads the page slowly, or not at all, must never hold a lock.
"""

import gc
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from threading import Lock
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Step:
    """What is being done now; `done` of `total` rows where it is known, None where it is not."""

    label: str
    done: int | None = None
    total: int | None = None


Steps = Generator[Step, None, Result]
SELDOM = (200_000, 10, 10)
"""Objects made before the collector looks at them, some 50 MB, where it usually looks after 700."""


def finished(steps: Steps[Result]) -> Result:
    """Take all steps, telling nobody; what the work returns, or the exception it ends with."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def unhurried(work: Callable[Given, Steps[Result]]) -> Callable[Given, Steps[Result]]:
    """The same steps while the collector of cycles makes fewer rounds.

    Thousands of rows are made to stay until the end, and it would look at every one of them again and again.
    """

    @wraps(work)
    def taken(*args: Given.args, **kwargs: Given.kwargs) -> Steps[Result]:
        with _rounds.fewer():
            return (yield from work(*args, **kwargs))

    return taken


class _Rounds:
    """How seldom the process collects cycles: as set for it, or seldom while any thread works on many rows."""

    def __init__(self) -> None:
        self._lock, self._working, self._usual = Lock(), 0, gc.get_threshold()

    @contextmanager
    def fewer(self) -> Iterator[None]:
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def _count(self, more: int) -> None:
        with self._lock:
            if not self._working:
                self._usual = gc.get_threshold()
            self._working += more
            gc.set_threshold(*(SELDOM if self._working else self._usual))


_rounds = _Rounds()

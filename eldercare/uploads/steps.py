"""Long work told while it happens: a generator yields its steps and returns what came of it.

Pages print the steps as they come; commands, scripts and tests call the plain function, which hears only the result. No
step is told inside a transaction: whoever reads the page slowly, or not at all, must never hold a lock.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Step:
    """What is being done now; `done` of `total` rows where it is known, None where it is not."""

    label: str
    done: int | None = None
    total: int | None = None


Steps = Generator[Step, None, Result]


def finished(steps: Steps[Result]) -> Result:
    """Take all steps, telling nobody; what the work returns, or the exception it ends with."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value

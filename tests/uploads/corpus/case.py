"""What one file of the corpus is, and what must come of it."""

from collections.abc import Callable
from dataclasses import dataclass

COUNTS = ("new", "changed", "unchanged", "missing", "errors", "warnings")
MONTH = "2020-12"
UNTOUCHED = (0, 0, 3, 0, 0, 0)
"""The counts of a sheet that says what the register says: three rows unchanged."""

NOTHING_READ = (0, 0, 0, 0, 1, 0)


@dataclass(frozen=True)
class Case:
    """One file: its name in test output, its bytes, the name its sender gave it, and the whole answer expected.

    `counts` are in the order of COUNTS; `problems` are (code, cell) of every problem in the order of the answer. Errors
    come before warnings, rows missing since last month come last. A file with an error is refused (422), any other is
    staged (201).
    """

    name: str
    build: Callable[[], bytes]
    counts: tuple[int, int, int, int, int, int] = UNTOUCHED
    problems: tuple[tuple[str, str], ...] = ()
    filename: str = "月报.xlsx"
    month: str = MONTH

    @property
    def status(self) -> tuple[int, str]:
        """The HTTP status and the upload's."""
        return (422, "refused") if self.counts[4] else (201, "staged")


def refused(name: str, code: str, build: Callable[[], bytes], filename: str = "月报.xlsx") -> Case:
    """A file of which nothing is read: one problem without a cell."""
    return Case(name, build, NOTHING_READ, ((code, ""),), filename)


def answered(data: dict) -> tuple:
    """What is compared of an answer: status, counts, and code and cell of every problem."""
    counts = tuple(data["counts"][name] for name in COUNTS)
    return data["status"], counts, tuple((problem["code"], problem["cell"]) for problem in data["problems"])

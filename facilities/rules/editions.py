"""Which edition of a standard is in force on a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from facilities.rules.clauses import Edition

EARLY = "该日期早于首个标准的生效日，按首个标准核查"


class Dated(Protocol):
    """Something in force from `starts` (None: always) until the day before `ends` (None: not ended)."""

    @property
    def starts(self) -> date | None: ...

    @property
    def ends(self) -> date | None: ...


Kind = TypeVar("Kind", bound=Dated)


def standing(ordered: Sequence[Kind], day: date) -> Kind | None:
    """Of editions in the order they begin the one of a day: the latest begun, None when that one has ended.

    Before the first one begins that one applies all the same.
    """
    begun = [edition for edition in ordered if edition.starts is None or edition.starts <= day]
    if not begun:
        return ordered[0] if ordered else None
    return None if begun[-1].ends is not None and begun[-1].ends <= day else begun[-1]


@dataclass(frozen=True, slots=True)
class InForce:
    """The one edition of a day; `early` when the day lies before the first edition, which then applies all the same."""

    edition: Edition
    early: bool = False

    @property
    def note(self) -> str:
        """What a reader must be told about an early day."""
        return EARLY if self.early else ""


def in_force(editions: Iterable[Edition], day: date) -> InForce | None:
    """The latest edition begun by that day and not ended before it (`valid_to` is its last day); None when all ended.

    A later edition ends the earlier ones; on the day before it begins the earlier one still counts. An edition
    without a printed date is always in force; a year alone begins on 1 January.
    """
    ordered = sorted(editions, key=lambda edition: (edition.starts or date.min, edition.id))
    found = standing(ordered, day)
    return found and InForce(found, early=found.starts is not None and day < found.starts)

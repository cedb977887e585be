"""Which edition of a standard is in force on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from facilities.rules.clauses import Edition


@dataclass(frozen=True, slots=True)
class InForce:
    """The one edition of a day; `early` when the day lies before the first edition, which then applies all the same."""

    edition: Edition
    early: bool = False

    @property
    def note(self) -> str:
        """What a reader must be told about an early day."""
        return "该日期早于首个标准的生效日，按首个标准核查" if self.early else ""


def in_force(editions: Iterable[Edition], day: date) -> InForce | None:
    """The latest edition begun by that day and not ended before it (`valid_to` is its last day); None when all ended.

    A later edition ends the earlier ones; on the day before it begins the earlier one still counts. An edition
    without a printed date is always in force; a year alone begins on 1 January.
    """
    ordered = sorted(editions, key=lambda edition: (edition.starts or date.min, edition.id))
    if not ordered:
        return None
    begun = [edition for edition in ordered if (edition.starts or date.min) <= day]
    if not begun:
        return InForce(ordered[0], early=True)
    latest = begun[-1]
    return None if latest.valid_to and latest.valid_to < day else InForce(latest)

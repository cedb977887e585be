"""Who of a roster is who: pure rules on digests and names. Nobody is taken for somebody else on a guess.

The same certificate number is the same person, and so is the same name, unit and phone. The same name and unit with
another or no phone is a question for the person who sends the roster. Numbers come as keyed digests only.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class How(StrEnum):
    """How a row of a roster was matched with the register."""

    SAME = "same"
    NEW = "new"
    ASK = "ask"
    OTHER_NAME = "other_name"
    OTHER_UNIT = "other_unit"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a roster; `unit` is a key that is equal for one unit under all its names, "" for an unknown digest."""

    name: str
    unit: str
    phone: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """One person of the register. One who stands in no roster any more (`live` False) is found by everything alike only."""

    id: int
    name: str
    unit: str
    phone: str = ""
    numbers: frozenset[str] = frozenset()
    live: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found: `people` is the one person, the candidates of a question, or whoever stands in the way."""

    how: How
    people: tuple[Known, ...] = ()


@dataclass(slots=True)
class Register:
    """The people of a district, to be looked up by number and by name and unit."""

    by_number: dict[str, Known] = field(default_factory=dict)
    by_name: dict[tuple[str, str], list[Known]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, people: Iterable[Known]) -> "Register":
        register = cls()
        for person in sorted(people, key=lambda person: person.id):
            register.by_name[person.name, person.unit].append(person)
            register.by_number |= dict.fromkeys(person.numbers, person)
        return register

    def match(self, entry: Entry) -> Verdict:
        """The person that a row means."""
        holder = self.by_number.get(entry.number) if entry.number else None
        if holder:
            return _holder(holder, entry)
        namesakes = self.by_name.get((entry.name, entry.unit), ())
        alike = [person for person in namesakes if person.phone == entry.phone and (entry.phone or not person.live)]
        if alike:
            return Verdict(How.SAME, (alike[0],))
        # One person may be known under two entries that were merged.
        doubtful = {person.id: person for person in namesakes if person.live}
        return Verdict(How.ASK, tuple(doubtful.values())) if doubtful else Verdict(How.NEW)


def _holder(holder: Known, entry: Entry) -> Verdict:
    """The holder of the certificate, unless the row says another name or unit."""
    if holder.name != entry.name:
        return Verdict(How.OTHER_NAME, (holder,))
    return Verdict(How.SAME if holder.unit == entry.unit else How.OTHER_UNIT, (holder,))


def repeated(entries: Sequence[Entry]) -> Iterator[tuple[int, int]]:
    """(first, second) places of rows of one sheet that are one person: by number, or by name, unit and phone.

    Two rows of the same name and unit of which one has no phone and no other number to tell them apart are one too.
    """
    seen: dict[tuple, list[int]] = defaultdict(list)
    for place, entry in enumerate(entries):
        keys = [("name", entry.name, entry.unit)] + ([("number", entry.number)] if entry.number else [])
        earlier = sorted({other for key in keys for other in seen[key] if _is_one(entries[other], entry)})
        if earlier:
            yield earlier[0], place
        for key in keys:
            seen[key].append(place)


def _is_one(one: Entry, other: Entry) -> bool:
    if one.number and other.number:
        return one.number == other.number or (bool(one.phone) and one.phone == other.phone)
    return not one.phone or not other.phone or one.phone == other.phone

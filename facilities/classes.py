"""The three classes of a facility that a class table speaks of: as declared, by size, and as achieved."""

from dataclasses import dataclass

from facilities.checks import Check
from facilities.rules import ladders
from facilities.rules.clauses import Ladder


@dataclass(frozen=True, slots=True)
class Classes:
    """计划类别, 规模类别 (with `tie` where the size is printed in two classes) and 达到类别 of one ladder.

    None where it is not known or no class is reached; `certain` is False while data could still change the achieved
    class, and `missing` lists the fact ids that would decide.
    """

    ladder: str
    declared: str | None
    size: str | None
    tie: str
    achieved: str | None
    certain: bool
    missing: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {"missing": list(self.missing)}


def of(check: Check) -> list[Classes]:
    """The classes of a checked facility, one entry a ladder of its type; none for other types."""
    ladders_of_type = check.rules.ladders if check.rules else ()
    return [_of(ladder, check.facts) for ladder in ladders_of_type if check.facility.type in ladder.applies_to]


def _of(ladder: Ladder, facts: dict[str, object]) -> Classes:
    size = ladders.size_class(ladder, facts.get(ladder.by))
    achieved = ladders.achieved_class(ladder, facts)
    return Classes(
        ladder.id,
        facts.get(ladders.DECLARED),
        size.step.name if size else None,
        size.note if size else "",
        achieved.step.name if achieved.step else None,
        achieved.certain,
        achieved.missing,
    )

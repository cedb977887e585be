"""Classes of a facility: by size, as declared, and as achieved. Only the declared class is the yardstick of acceptance.

A class derived from area would punish a bigger house for being bigger, so the three are published apart.
"""

from dataclasses import dataclass, replace

from facilities.rules import kinds, phrases
from facilities.rules.clauses import Ladder, Requirement, Step
from facilities.rules.facts import Facts, is_number, known
from facilities.rules.kinds import Context
from facilities.rules.modality import strictest as strictest_of
from facilities.rules.results import Result, once, unknown
from facilities.rules.truth import Truth, all_of

DECLARED = "facility.declared_class"


@dataclass(frozen=True, slots=True)
class SizeClass:
    """The class a measured size falls in; `tie` when the size is printed in two classes."""

    step: Step
    tie: bool
    note: str


@dataclass(frozen=True, slots=True)
class AchievedClass:
    """The best class whose size and rooms are all met (None: not even the lowest).

    `certain` is False while a better class (or, without a step, any class) cannot be decided; `missing` then lists
    the fact ids that would decide.
    """

    step: Step | None
    certain: bool
    missing: tuple[str, ...] = ()


def size_class(ladder: Ladder, size: object) -> SizeClass | None:
    """The one class of a size (in the ladder's unit); a boundary belongs to the higher class. None when unknown."""
    if not is_number(size):
        return None
    index = next((i for i, step in enumerate(ladder.steps) if size >= step.minimum), None)
    if index is None:
        return None
    step = ladder.steps[index]
    tie = size == step.minimum and index + 1 < len(ladder.steps)
    return SizeClass(step, tie, _tie_note(ladder, index, size) if tie else "")


def _tie_note(ladder: Ladder, index: int, size) -> str:
    higher, lower = ladder.steps[index].name, ladder.steps[index + 1].name
    return f"{phrases.amount(size, ladder.unit)}同时印在{higher}和{lower}，按较高的{higher}认定"


def achieved_class(ladder: Ladder, facts: Facts) -> AchievedClass:
    """The highest class whose size and rooms are all met; more area or larger rooms never lower it."""
    missing: list[str] = []
    for index, step in enumerate(ladder.steps):
        results = _measured(ladder, index, facts)
        truth = all_of(result.truth for result in results)
        if truth is Truth.TRUE:
            return AchievedClass(step, not missing, once(missing))
        if truth is Truth.UNKNOWN:
            missing += [fact for result in results if result.truth is Truth.UNKNOWN for fact in result.missing]
    return AchievedClass(None, not missing, once(missing))


def _measured(ladder: Ladder, index: int, facts: Facts) -> list[Result]:
    rows = (slot[index] for slot in ladder.slots)
    return [kinds.apply(row, facts, row.value, Context()) for row in rows if row and row.kind in ("area", "room")]


def requirements(ladder: Ladder, index: int) -> list[Requirement]:
    """The requirements of one class, one a slot; see `is_printed` for those the class has no figure for."""
    name = ladder.steps[index].name
    return [
        slot[index] or replace(model, yardstick=name)
        for slot, model in zip(ladder.slots, strictest(ladder), strict=True)
    ]


def is_printed(ladder: Ladder, index: int, row: Requirement) -> bool:
    """Whether the class prints a figure for this requirement."""
    return any(slot[index] is not None and slot[index].id == row.id for slot in ladder.slots)


def strictest(ladder: Ladder) -> list[Requirement]:
    """One requirement a slot, of the strictest degree any class gives it, bound to no class."""
    rows = []
    for slot in ladder.slots:
        printed = [row for row in slot if row]
        rows.append(replace(printed[0], modality=strictest_of(row.modality for row in printed), yardstick="", note=""))
    return rows


def undeclared(facts: Facts) -> Result:
    """The result of each requirement while the declared class is not recorded, or is none of the ladder's."""
    declared = known(facts, DECLARED)
    reason = "未登记计划类别" if declared is None else f"登记的类别“{declared}”不在分类表中"
    return replace(unknown(DECLARED, "计划类别"), measured=declared, reason=reason)


def remark(ladder: Ladder, index: int, row: Requirement, facts: Facts) -> str:
    """What a finding of a declared class says about size class and boundaries."""
    measured = known(facts, row.measured_fact)
    if row.measured_fact == ladder.by:
        size = size_class(ladder, measured)
        return "；".join(part for part in (f"按面积属{size.step.name}", size.note) if part) if size else ""
    lower = [slot[index + 1 :] for slot in ladder.slots if slot[index] and slot[index].id == row.id]
    if is_number(measured) and measured == row.value and any(step for steps in lower for step in steps):
        return f"{phrases.amount(measured, row.unit)}同属相邻两类，按较高的{ladder.steps[index].name}认定"
    return ""

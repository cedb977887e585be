"""What one test, or a tree of tests, found: raw truth with measure, limit, gap and the action that would repair it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from facilities.rules import phrases, plans
from facilities.rules import truth as kleene
from facilities.rules.catalogue import CORE_FACTS
from facilities.rules.clauses import Comparison
from facilities.rules.facts import Facts, compare, is_number, is_readable, known
from facilities.rules.plans import Action, Plan
from facilities.rules.truth import Truth


@dataclass(frozen=True, slots=True)
class Result:
    """Raw truth (None = not applicable) of a test; `join` is "all" or "any" over `children`, "" for a leaf.

    `missing` holds the names that are lacking when FALSE and the fact ids that would decide when UNKNOWN. `gap` is
    set exactly when a numeric limit fails, in `unit`.
    """

    truth: Truth | None
    label: str = ""
    measured: object = None
    required: object = None
    operator: str = ""
    unit: str = ""
    gap: Decimal | None = None
    gap_text: str = ""
    missing: tuple[str, ...] = ()
    reason: str = ""
    note: str = ""
    action: Action | None = None
    join: str = ""
    children: tuple["Result", ...] = ()

    @property
    def plans(self) -> tuple[Plan, ...]:
        """Undominated plans that make it true; recording what is unknown counts as an action."""
        if self.truth in (Truth.TRUE, None):
            return (Plan(),)
        if self.join == "any":
            return plans.any_of(child.plans for child in self.children if child.truth is not None)
        if self.join == "all":
            return plans.all_of(child.plans for child in self.children)
        if self.action:
            return (Plan((self.action,)),)
        fills = (Action("fill", f"fill:{fact}", fact_label(fact)) for fact in sorted(self.missing))
        return (Plan(tuple(fills)),) if self.truth is Truth.UNKNOWN else ()


def fact_label(fact: str) -> str:
    """The label of a fact the portal knows itself, else its id."""
    return CORE_FACTS[fact].label if fact in CORE_FACTS else fact


def once(values: Iterable[str]) -> tuple[str, ...]:
    """The values in their order, each once."""
    return tuple(dict.fromkeys(values))


def unknown(fact: str, label: str, **details) -> Result:
    """A leaf nothing is recorded for."""
    fill = Action("fill", f"fill:{fact}", label)
    return Result(Truth.UNKNOWN, label, missing=(fact,), action=fill, **details)


def action_key(fact: str) -> str:
    """The short name of a facility's fact in plans: facility.gross_area → gross_area."""
    return fact.removeprefix("facility.")


def compared(test: Comparison, facts: Facts) -> Result:
    """A leaf: one fact compared with one printed value."""
    measured = known(facts, test.fact)
    frame = {"required": test.value, "operator": test.operator, "unit": test.unit}
    truth = compare(measured, test.operator, test.value, test.scale)
    if truth is Truth.UNKNOWN:
        result = unknown(test.fact, test.label, measured=measured, **frame)
        return result if measured is None else replace(result, reason=_unreadable(measured, test))
    if truth is Truth.TRUE:
        return Result(truth, test.label, measured, **frame)
    if is_number(test.value) and not test.scale and test.operator != "!=":
        return _short(test, measured, frame)
    return _wrong(test, measured, frame)


def _wrong(test: Comparison, measured: object, frame: dict) -> Result:
    """A failed comparison that no amount repairs."""
    value = phrases.shown(test.value, test.unit)
    words = {"=": "须为", "!=": "不得为"}.get(test.operator, "须达到")
    action = Action("change", action_key(test.fact), test.label, target=test.value)
    if test.operator == "!=":
        action = Action("settle", action_key(test.fact), f"{test.label}不再为{value}")
    text = f"{words}{value}，现为{phrases.shown(measured, test.unit)}"
    return Result(Truth.FALSE, test.label, measured, **frame, gap_text=text, action=action)


def _unreadable(measured: object, test: Comparison) -> str:
    if is_readable(measured, test.value, test.scale):
        return ""
    return f"登记值“{phrases.shown(measured)}”无法与“{phrases.shown(test.value, test.unit)}”比较"


def _short(test: Comparison, measured, frame: dict) -> Result:
    """A failed numeric limit."""
    difference = Decimal(test.value) - Decimal(measured)
    verb = "increase" if difference > 0 else "reduce"
    gap = abs(difference)
    action = Action(verb, action_key(test.fact), test.label, gap, test.unit, Decimal(test.value))
    text = phrases.gap(test.operator, measured, test.value, test.unit)
    return Result(Truth.FALSE, test.label, measured, **frame, gap=gap, gap_text=text, action=action)


def _lack(child: Result) -> str:
    """What one child lacks: a leaf in a phrase, a branch with its own lacks in brackets."""
    return f"{child.label}（{child.gap_text}）" if child.join and child.label else f"{child.label}{child.gap_text}"


def joined(join: str, children: Iterable[Result], label: str = "", **details) -> Result:
    """A branch: the truth of its applicable children, with what they lack."""
    children = tuple(children)
    decide = kleene.any_of if join == "any" else kleene.all_of
    truth = decide(child.truth for child in children)
    guilty = [child for child in children if child.truth is truth] if truth is not Truth.TRUE else []
    return Result(
        truth,
        label,
        missing=once(name for child in guilty for name in child.missing),
        gap_text=("；或" if join == "any" else "；").join(once(_lack(child) for child in guilty if child.gap_text)),
        reason="；".join(once(child.reason for child in guilty if child.reason)),
        join=join,
        children=children,
        **details,
    )

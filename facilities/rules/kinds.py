"""One small function per kind of requirement: (requirement, facts, value, context) → Result, without its conditions."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from decimal import Decimal

from facilities.rules import facts as recorded
from facilities.rules import phrases
from facilities.rules.catalogue import CORE_FACTS
from facilities.rules.clauses import BASIS_FACTS, Branch, Comparison, Condition, Requirement
from facilities.rules.facts import Facts, known
from facilities.rules.plans import Action
from facilities.rules.results import Result, action_key, compared, fact_label, joined, once, unknown
from facilities.rules.truth import Truth, all_of


@dataclass(frozen=True, slots=True)
class Context:
    """What a check needs beside facts: named conditions, their truths, confirmed zone aliases and fact labels."""

    conditions: Mapping[str, Condition] = field(default_factory=dict)
    truths: Mapping[str, Truth] = field(default_factory=dict)
    zone_aliases: Mapping[str, Set[str]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    def label(self, fact: str, default: str = "") -> str:
        """The Chinese label of a fact; the given default, else its id, when nobody declared one."""
        return self.labels.get(fact) or (default if default and fact not in CORE_FACTS else fact_label(fact))


def _comparison(requirement: Requirement, fact: str, value: object, context: Context) -> Comparison:
    label = context.label(fact, requirement.label)
    return Comparison(fact, requirement.operator, value, requirement.scale, requirement.unit, label)


def threshold(requirement: Requirement, facts: Facts, value: object, context: Context) -> Result:
    """beds, nursing_beds, staff, quantity, attribute: one fact against one value."""
    return compared(_comparison(requirement, requirement.measured_fact, value, context), facts)


def area(requirement: Requirement, facts: Facts, value: object, context: Context) -> Result:
    """Gross and usable ㎡ are never mixed; unqualified 面积 means gross, or usable when that alone already suffices."""
    result = threshold(requirement, facts, value, context)
    if requirement.fact or requirement.basis != "unqualified" or result.truth is not Truth.UNKNOWN:
        return result
    usable = compared(_comparison(requirement, BASIS_FACTS["usable"], value, context), facts)
    if usable.truth is Truth.TRUE and requirement.operator == ">=":
        return replace(usable, note="建筑面积未登记，使用面积已达到要求")
    return result


def _named(name: str, kind: str, owned: bool) -> Result:
    """The leaf for one listed name that must be there."""
    if owned:
        return Result(Truth.TRUE, name, measured=name, required=name)
    action = Action("provide", f"{kind}:{name}", name)
    return Result(Truth.FALSE, name, required=name, gap_text="未设置", missing=(name,), action=action)


def _list(requirement: Requirement, children: list[Result], measured: tuple) -> Result:
    result = joined("all", children, requirement.label, measured=measured, required=requirement.each)
    lacking = f"缺少{phrases.listed(result.missing)}" if result.truth is Truth.FALSE else ""
    return replace(result, gap_text=lacking)


def listing(requirement: Requirement, facts: Facts, value: object, context: Context) -> Result:
    """zone, equipment: every listed name is there; a zone may go by a confirmed alias. A recorded [] lacks them all."""
    fact = requirement.measured_fact
    owned = recorded.names(known(facts, fact))
    if owned is None:
        return unknown(fact, context.label(fact), required=requirement.each)
    aliases = context.zone_aliases if requirement.kind == "zone" else {}
    present = [name for name in requirement.each if name in owned or owned & set(aliases.get(name, ()))]
    children = [_named(name, requirement.kind, name in present) for name in requirement.each]
    return _list(requirement, children, tuple(present))


def _room(name: str, minimum: Decimal, unit: str, owned: Mapping[str, object]) -> Result:
    """The leaf for one room with a usable minimum; a lacking room lacks its whole area."""
    fact, label = f"room_area:{name}", f"{name}使用面积"
    measured = owned.get(name, 0)
    if name in owned and not recorded.is_number(measured):
        return unknown(f"facility.rooms.{name}", label, measured=measured, required=minimum, unit=unit)
    result = compared(Comparison(fact, ">=", minimum, unit=unit, label=label), {fact: measured})
    lacks = name not in owned and result.truth is Truth.FALSE
    return replace(result, label=name, missing=(name,) if lacks else ())


def room(requirement: Requirement, facts: Facts, value: object, context: Context) -> Result:
    """room: every listed room is there and, where a usable minimum is printed, large enough."""
    fact = requirement.measured_fact
    owned = recorded.rooms(known(facts, fact))
    if owned is None:
        return unknown(fact, context.label(fact), required=requirement.minima or requirement.each)
    if not requirement.minima:
        present = tuple(name for name in requirement.each if name in owned)
        children = [_named(name, "room", name in present) for name in requirement.each]
        return _list(requirement, children, present)
    children = [_room(name, minimum, requirement.unit or "㎡", owned) for name, minimum in requirement.minima]
    measured = tuple((name, owned[name]) for name, _ in requirement.minima if name in owned)
    return joined("all", children, requirement.label, measured=measured, required=requirement.minima, unit="㎡")


def checklist(requirement: Requirement, facts: Facts, value: object, context: Context) -> Result:
    """checklist, manual, reference: a person's recorded yes or no; for a prohibition yes means it was found."""
    fact = requirement.measured_fact
    answer = compared(Comparison(fact, label=requirement.label), facts)
    if answer.truth is Truth.UNKNOWN:
        return answer
    return replace(answer, required=not requirement.forbids, gap_text="", action=None)


def _node(node: Comparison | Branch, facts: Facts, context: Context, within: str = "any") -> Result:
    """One test or branch of a list joined by `within`."""
    if isinstance(node, Comparison):
        return compared(replace(node, label=node.label or context.label(node.fact)), facts)
    applies = all_of(context.truths[condition] for condition in node.when)
    if applies is Truth.FALSE:
        return Result(None, node.label, reason="条件不适用", join=node.join)
    inner = joined(node.join, (_node(child, facts, context, node.join) for child in node.nodes), node.label)
    return inner if applies in (Truth.TRUE, None) else _undecided(node, inner, context, within)


def _undecided(node: Branch, inner: Result, context: Context, within: str) -> Result:
    """A branch whose condition nobody decided: out of an any-list it drops like a failure, out of an all-list like a pass.

    So one that fails anyway is no way out of an any-list, and one that passes anyway is no hurdle in an all-list.
    """
    doubt = unknown(_undecided_fact(node, context), "适用条件")
    if within == "any":
        return joined("all", (doubt, replace(inner, label="")), node.label)
    return inner if inner.truth is Truth.TRUE else replace(doubt, label=node.label)


def _undecided_fact(node: Branch, context: Context) -> str:
    undecided = (name for name in node.when if context.truths[name] is Truth.UNKNOWN)
    return context.conditions[next(undecided)].test.fact


def any_of(requirement: Requirement, facts: Facts, value: object, context: Context) -> Result:
    """any_of: at least one alternative holds; alternatives whose condition is false drop out."""
    children = tuple(_node(node, facts, context) for node in requirement.alternatives)
    leaves = tuple(_measures(children))
    result = joined("any", children, requirement.label, measured=leaves)
    if result.truth is not Truth.FALSE or any(_applies(node, context) for node in requirement.alternatives):
        return result
    # Every alternative might still drop, and then the clause would not apply at all.
    doubts = [_undecided_fact(node, context) for node in requirement.alternatives if _is_doubtful(node, context)]
    return replace(unknown(doubts[0], "适用条件"), label=requirement.label, measured=leaves, missing=once(doubts))


def _applies(node: Comparison | Branch, context: Context) -> bool:
    return isinstance(node, Comparison) or all(context.truths[name] is Truth.TRUE for name in node.when)


def _is_doubtful(node: Comparison | Branch, context: Context) -> bool:
    return isinstance(node, Branch) and all_of(context.truths[name] for name in node.when) is Truth.UNKNOWN


def _measures(children: tuple[Result, ...]):
    for child in children:
        if child.join:
            yield from _measures(child.children)
        elif child.label:
            yield (child.label, child.measured)


def negated(requirement: Requirement, result: Result) -> Result:
    """The result of a prohibition: what is found must not be; the unknown stays unknown."""
    if result.truth is None or result.truth is Truth.UNKNOWN:
        return result
    truth = ~result.truth
    found = "发现不允许的情形" if truth is Truth.FALSE else ""
    action = Action("settle", action_key(requirement.measured_fact), f"纠正“{requirement.label}”") if found else None
    operator = "!=" if requirement.kind == "attribute" else result.operator
    return replace(result, truth=truth, operator=operator, gap_text=found, gap=None, action=action, missing=())


def demanded(requirement: Requirement, result: Result) -> Result:
    """The result of an obligation; a failed yes-or-no point is repaired by settling it."""
    if result.truth is not Truth.FALSE or result.action or result.join:
        return result
    action = Action("settle", action_key(requirement.measured_fact), f"落实“{requirement.label}”")
    return replace(result, gap_text="尚未落实", action=action)


KINDS = {
    "area": area,
    "beds": threshold,
    "nursing_beds": threshold,
    "staff": threshold,
    "quantity": threshold,
    "attribute": threshold,
    "zone": listing,
    "equipment": listing,
    "room": room,
    "checklist": checklist,
    "manual": checklist,
    "reference": checklist,
    "any_of": any_of,
}


def apply(requirement: Requirement, facts: Facts, value: object, context: Context) -> Result:
    """The result of a requirement's own test against one candidate value, prohibition taken into account."""
    result = KINDS[requirement.kind](requirement, facts, value, context)
    return negated(requirement, result) if requirement.forbids else demanded(requirement, result)

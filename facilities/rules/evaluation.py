"""From requirements and recorded facts to findings: one for every requirement, whatever is known."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace

from facilities.rules import ladders
from facilities.rules.clauses import Condition, Edition, Ladder, Requirement, is_subject
from facilities.rules.facts import Facts, compare, known
from facilities.rules.findings import Finding, conclude
from facilities.rules.kinds import Context
from facilities.rules.results import Result
from facilities.rules.truth import Truth
from facilities.rules.verdicts import named, settled
from facilities.rules.waivers import Waiver


def holds(condition: Condition, facts: Facts) -> Truth:
    """Whether a named condition holds on these facts."""
    test = condition.test
    return compare(known(facts, test.fact), test.operator, test.value, test.scale)


def evaluate(
    requirement: Requirement,
    facts: Facts,
    *,
    conditions: Mapping[str, Condition],
    waivers: Iterable[Waiver] = (),
    zone_aliases: Mapping[str, Set[str]] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Finding:
    """The one finding of a requirement.

    `conditions` are the edition's, by id; `waivers` the facility's own; `zone_aliases` listed zone name → names a
    person confirmed for it; `labels` fact id → Chinese label for facts the portal does not know itself.
    """
    truths = {name: holds(conditions[name], facts) for name in requirement.conditions}
    context = Context(conditions, truths, zone_aliases or {}, labels or {})
    result = settled(requirement, facts, context)
    note = _both_ways(requirement, facts, context) if result.truth is Truth.UNKNOWN else ""

    def label(fact: str) -> str:
        return _fact_label(fact, requirement, context)

    return conclude(requirement, result, tuple(waivers), label, note)


def check(
    edition: Edition,
    subject: str,
    facts: Facts,
    *,
    waivers: Iterable[Waiver] = (),
    zone_aliases: Mapping[str, Set[str]] | None = None,
) -> list[Finding]:
    """One finding for every requirement about a subject, in the edition's order, ladders last.

    `subject` is a facility type code, or "village", "community", "township". Raises ValueError for any other word.
    """
    if not is_subject(subject):
        raise ValueError(f"{subject!r} is neither a facility type nor a unit")
    waivers = tuple(waivers)
    labels = {fact.id: fact.label for fact in edition.facts.values()}
    frame = {"waivers": waivers, "zone_aliases": zone_aliases, "labels": labels, "conditions": edition.conditions}
    plain = [evaluate(row, facts, **frame) for row in edition.requirements if row.concerns(subject)]
    return plain + [
        finding
        for ladder in edition.ladders
        if subject in ladder.applies_to
        for finding in _declared(ladder, facts, frame)
    ]


def _declared(ladder: Ladder, facts: Facts, frame: dict) -> list[Finding]:
    """The findings of the class the facility was planned as; all undecided while that class is not recorded."""
    step = ladder.step(known(facts, ladders.DECLARED))
    if step is None:
        return [conclude(row, ladders.undeclared(facts), label=Context().label) for row in ladders.strictest(ladder)]
    return of_class(ladder, step, facts, **frame)


def of_class(ladder: Ladder, step: int, facts: Facts, *, conditions=None, **frame) -> list[Finding]:
    """The findings of one class of a ladder (`step` counted from the best), whatever class was declared."""
    frame = {"conditions": conditions or {}, **frame}
    return [_of_class(ladder, step, row, facts, frame) for row in ladders.requirements(ladder, step)]


def _of_class(ladder: Ladder, step: int, row: Requirement, facts: Facts, frame: dict) -> Finding:
    if not ladders.is_printed(ladder, step, row):
        return conclude(row, Result(None, row.label, reason=f"{row.yardstick}未印此项数值"))
    finding = evaluate(row, facts, **frame)
    remarks = (finding.note, ladders.remark(ladder, step, row, facts))
    return replace(finding, note="；".join(part for part in remarks if part))


def _both_ways(requirement: Requirement, facts: Facts, context: Context) -> str:
    """What either decision about the one undecided condition would mean; "" when more than that is open."""
    open_names = [name for name in requirement.conditions if context.truths[name] is Truth.UNKNOWN]
    if len(open_names) != 1:
        return ""
    truths = ({**context.truths, open_names[0]: truth} for truth in (Truth.TRUE, Truth.FALSE))
    yes, no = (settled(requirement, facts, replace(context, truths=truth)) for truth in truths)
    if yes.truth is no.truth:
        return ""
    return f"认定为“{named(open_names[0], context)}”则{_verdict(yes)}，否则{_verdict(no)}"


def _verdict(result: Result) -> str:
    if result.truth is None:
        return "条件不适用"
    if result.truth is Truth.TRUE:
        return "达标"
    return "仍资料不全" if result.truth is Truth.UNKNOWN else result.gap_text or "不达标"


def _fact_label(fact: str, requirement: Requirement, context: Context) -> str:
    named = (context.conditions[name] for name in requirement.conditions)
    asked = next((condition for condition in named if condition.test.fact == fact), None)
    if asked and fact != requirement.measured_fact:
        return f"是否属于“{asked.label}”"
    default = requirement.label if fact == requirement.measured_fact else ""
    return context.label(fact, default)

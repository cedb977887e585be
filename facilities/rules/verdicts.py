"""The raw verdict of a requirement: applicability, printed exceptions, prohibition, and what stays undecided."""

from dataclasses import replace

from facilities.rules import kinds, phrases
from facilities.rules.clauses import Override, Requirement
from facilities.rules.facts import Facts
from facilities.rules.kinds import Context
from facilities.rules.results import Result, compared, once
from facilities.rules.truth import Truth, all_of, implies


def named(condition: str, context: Context) -> str:
    """The label of a condition."""
    return context.conditions[condition].label


def settled(requirement: Requirement, facts: Facts, context: Context) -> Result:
    """The result of test and exceptions under the requirement's conditions."""
    applies, doubts, reason = applicability(requirement, facts, context)
    if applies is Truth.FALSE:
        return Result(None, requirement.label, reason=reason)
    result = with_exceptions(requirement, facts, context)
    if applies is Truth.TRUE or result.truth is None:
        return result
    truth = implies(applies, result.truth)
    if truth is Truth.TRUE:
        return result
    missing = once((*doubts, *(result.missing if result.truth is Truth.UNKNOWN else ())))
    return replace(result, truth=truth, gap=None, gap_text="", missing=missing, join="", action=None)


def applicability(requirement: Requirement, facts: Facts, context: Context) -> tuple[Truth, tuple[str, ...], str]:
    """Whether it applies: all of `when`, none of `exempt_when`, not `unless_false` denied, inside `scope`.

    Gives the truth, the fact ids in doubt, and the reason when it does not apply. Silence about `unless_false`
    counts as "conditions exist", by the printed 有条件的.
    """
    parts = [(context.truths[name], name, f"不属于“{named(name, context)}”") for name in requirement.when]
    parts += [(~context.truths[name], name, named(name, context)) for name in requirement.exempt_when]
    if requirement.unless_false and context.truths[requirement.unless_false] is Truth.FALSE:
        parts.append((Truth.FALSE, requirement.unless_false, f"已认定不{named(requirement.unless_false, context)}"))
    told = [(truth, context.conditions[name].test.fact, words) for truth, name, words in parts]
    if requirement.scope:
        scope = compared(requirement.scope, facts)
        told.append((scope.truth, requirement.scope.fact, "不在引用标准自身的适用范围内"))
    truth = all_of(truth for truth, _, _ in told)
    doubts = once(fact for part, fact, _ in told if part is Truth.UNKNOWN)
    reasons = "；".join(words for part, _, words in told if part is Truth.FALSE)
    return (Truth.TRUE if truth is None else truth), doubts, reasons


def with_exceptions(requirement: Requirement, facts: Facts, context: Context) -> Result:
    """The common verdict of every value that may apply; undecided where they differ (supervaluation)."""
    standing = [(row, all_of(context.truths[name] for name in row.when)) for row in requirement.exceptions]
    sure = [row for row, truth in standing if truth is Truth.TRUE]
    if len({row.value for row in sure}) > 1:
        return _conflict(requirement, sure, context)
    possible = [row.value for row, truth in standing if truth is not Truth.FALSE]
    values = once(([] if sure else [requirement.value]) + possible)
    results = [kinds.apply(requirement, facts, value, context) for value in values]
    if len({result.truth for result in results}) > 1:
        return _differing(requirement, results, standing, context)
    result = max(results, key=lambda result: result.gap or 0)
    if result.truth is Truth.UNKNOWN and len(results) > 1:
        return replace(result, missing=once((*result.missing, *_doubts(standing, context))))
    return replace(result, note=result.note or _applied(sure, requirement, context))


def _applied(sure: list[Override], requirement: Requirement, context: Context) -> str:
    if not sure:
        return ""
    names = phrases.listed(named(name, context) for name in sure[0].when)
    return f"属于“{names}”，可按 {phrases.shown(sure[0].value, requirement.unit)} 认定"


def _doubts(standing, context: Context) -> tuple[str, ...]:
    undecided = (row for row, truth in standing if truth is Truth.UNKNOWN)
    names = (name for row in undecided for name in row.when if context.truths[name] is Truth.UNKNOWN)
    return once(context.conditions[name].test.fact for name in names)


def _differing(requirement: Requirement, results: list[Result], standing, context: Context) -> Result:
    unread = (name for result in results if result.truth is Truth.UNKNOWN for name in result.missing)
    missing = once((*_doubts(standing, context), *unread))
    return replace(results[0], truth=Truth.UNKNOWN, gap=None, gap_text="", missing=missing, join="", action=None)


def _conflict(requirement: Requirement, sure: list[Override], context: Context) -> Result:
    """Two printed exceptions hold together and disagree: nobody but the bureau can say which one counts."""
    names = phrases.listed(named(name, context) for row in sure for name in row.when)
    missing = once(context.conditions[name].test.fact for row in sure for name in row.when)
    reason = f"例外条件“{names}”同时成立而数值不同，须由人认定适用哪一条"
    return Result(Truth.UNKNOWN, requirement.label, missing=missing, reason=reason)

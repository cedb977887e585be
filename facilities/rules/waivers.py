"""A recorded, justified deviation from a principle: what it covers and when it lapses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from facilities.rules.clauses import Requirement
from facilities.rules.modality import Modality
from facilities.rules.results import Result
from facilities.rules.truth import Truth


@dataclass(frozen=True, slots=True)
class Waiver:
    """A consented deviation of one facility, bound to requirement, edition, class and the value measured then.

    `measured` is the finding's `measured`: a number, a text, yes or no, the names that were there, or (room, ㎡) pairs.
    Facility is not recorded here: the caller passes only the facility's own waivers.
    """

    requirement: str
    edition: str
    measured: object
    id: str = ""
    yardstick: str = ""

    def covers(self, requirement: Requirement, result: Result) -> bool:
        """Whether it excuses this result: a failed principle of its own edition whose value has not worsened."""
        bound = (self.requirement, self.edition, self.yardstick)
        return (
            requirement.modality is Modality.PRINCIPLE
            and result.truth is Truth.FALSE
            and bound == (requirement.id, requirement.edition, requirement.yardstick)
            and _is_no_worse(requirement, result, self.measured)
        )


def valid(waivers: Iterable[Waiver], requirement: Requirement, result: Result) -> Waiver | None:
    """The first waiver that covers the result, or None."""
    return next((waiver for waiver in waivers if waiver.covers(requirement, result)), None)


def _number(value: object) -> Decimal | None:
    """A number kept as text (a stored document) is still exact; anything else is none."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _is_no_worse(requirement: Requirement, result: Result, then: object) -> bool:
    if requirement.minima:
        return _rooms_no_worse(result.measured, then)
    if requirement.each:
        return isinstance(then, (tuple, list, set, frozenset)) and set(result.measured) >= set(then)
    if requirement.scale:
        return _on_scale(requirement, result.measured, then)
    now, before = _number(result.measured), _number(then)
    if now is None or before is None or isinstance(result.measured, str):
        return _frozen(result.measured) == _frozen(then)
    return _amount_no_worse(requirement, now, before)


def _amount_no_worse(requirement: Requirement, now: Decimal, before: Decimal) -> bool:
    if requirement.operator == ">=":
        return now >= before
    if requirement.operator == "<=":
        return now <= before
    return now == before


def _on_scale(requirement: Requirement, now: str, then: object) -> bool:
    rank = requirement.scale.index
    if then not in requirement.scale:
        return False
    return rank(now) >= rank(then) if requirement.operator == ">=" else now == then


def _rooms_no_worse(now: Iterable, then: object) -> bool:
    areas = {name: _number(area) for name, area in now}
    try:
        before = {name: _number(area) for name, area in (then.items() if isinstance(then, Mapping) else then)}
    except (TypeError, ValueError):
        return False
    known = {name: area for name, area in before.items() if area is not None}
    return all(areas.get(name) is not None and areas[name] >= area for name, area in known.items())


def _frozen(value: object) -> object:
    """Lists and tuples alike, so that a value survives a stored document."""
    return tuple(_frozen(item) for item in value) if isinstance(value, (list, tuple)) else value

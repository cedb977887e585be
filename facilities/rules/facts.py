"""Reading recorded facts exactly: what is absent or None is unknown, and what cannot be read is not guessed."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne

from facilities.rules.truth import Truth

Facts = Mapping[str, object]
OPERATORS = {">=": ge, "<=": le, ">": gt, "<": lt, "=": eq, "!=": ne}


def known(facts: Facts, fact: str) -> object:
    """The recorded value, or None when nothing is recorded. Raises TypeError for a binary float: areas are exact."""
    value = facts.get(fact)
    inner = value.values() if isinstance(value, Mapping) else (value,)
    if any(isinstance(number, float) for number in inner):
        raise TypeError(f"{fact}: {value!r} holds a binary float; record Decimal or int")
    return value


def is_number(value: object) -> bool:
    """Whether a value is an exact number; True and False, NaN and infinity are not numbers here."""
    if isinstance(value, Decimal):
        return value.is_finite()
    return isinstance(value, int) and not isinstance(value, bool)


def _family(value: object) -> str:
    if is_number(value):
        return "number"
    return "boolean" if isinstance(value, bool) else "text" if isinstance(value, str) else "other"


def is_readable(measured: object, value: object, scale: tuple[str, ...] = ()) -> bool:
    """Whether a recorded value can be compared with a printed one: same family, or both on the scale."""
    if scale:
        return measured in scale and value in scale
    return _family(measured) == _family(value) != "other"


def compare(measured: object, operator: str, value: object, scale: tuple[str, ...] = ()) -> Truth:
    """The truth of `measured operator value`; a scale runs worst to best and replaces the order of text.

    UNKNOWN when nothing is measured or the recorded value cannot be read.
    """
    if measured is None or not is_readable(measured, value, scale):
        return Truth.UNKNOWN
    if scale:
        measured, value = scale.index(measured), scale.index(value)
    return Truth.of(OPERATORS[operator](measured, value))


def names(value: object) -> frozenset[str] | None:
    """A recorded list of names; None when nothing readable is recorded. A bare text is no list."""
    if isinstance(value, str) or not isinstance(value, Collection):
        return None
    return frozenset(value)


def rooms(value: object) -> dict[str, object] | None:
    """Recorded rooms, name → usable ㎡ or None; a list of names has rooms of unknown area. None when not recorded."""
    if isinstance(value, Mapping):
        return dict(value)
    listed = names(value)
    return None if listed is None else dict.fromkeys(listed)

"""Whether two sets of conditions can hold together: only the same fact with incompatible values rules that out."""

from collections.abc import Iterable

from facilities.rules.clauses import Comparison
from facilities.rules.facts import is_number


def can_hold_together(ones: Iterable[Comparison], others: Iterable[Comparison]) -> bool:
    """Whether no test of the one contradicts a test of the other; what is not proved exclusive counts as possible."""
    others = list(others)
    pairs = [(one, other) for one in ones for other in others if one.fact == other.fact]
    return not any(_contradict(one, other) for one, other in pairs)


def _contradict(one: Comparison, other: Comparison) -> bool:
    if {one.operator, other.operator} == {"=", "!="}:
        return one.value == other.value
    if one.operator == other.operator == "=":
        return one.value != other.value
    return one.scale == other.scale and _is_placed(one) and _is_placed(other) and _are_apart(_span(one), _span(other))


def _is_placed(test: Comparison) -> bool:
    return test.value in test.scale if test.scale else is_number(test.value)


def _span(test: Comparison) -> tuple[object, bool, object, bool]:
    """(lower, inclusive, upper, inclusive) of a numeric or ranked test; None is unbounded."""
    value = test.scale.index(test.value) if test.scale else test.value
    inclusive = "=" in test.operator
    if test.operator == "=":
        return value, True, value, True
    if test.operator == "!=":
        return None, True, None, True
    return (value, inclusive, None, True) if ">" in test.operator else (None, True, value, inclusive)


def _are_apart(one, other) -> bool:
    return _lies_below(one, other) or _lies_below(other, one)


def _lies_below(one, other) -> bool:
    _, _, upper, upper_in = one
    lower, lower_in, _, _ = other
    if upper is None or lower is None:
        return False
    return upper < lower or (upper == lower and not (upper_in and lower_in))

"""Three-valued truth: what is not recorded is neither met nor unmet."""

from collections.abc import Iterable
from enum import IntEnum


class Truth(IntEnum):
    """Strong Kleene truth, ordered FALSE < UNKNOWN < TRUE; "not applicable" is no truth value and is written None."""

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2

    def __invert__(self) -> "Truth":
        """The negation; the unknown stays unknown."""
        return Truth(2 - self)

    @classmethod
    def of(cls, answer: bool) -> "Truth":
        """The truth of a plain yes or no."""
        return cls.TRUE if answer else cls.FALSE


def all_of(truths: Iterable[Truth | None]) -> Truth | None:
    """The weakest of the applicable truths; None when none applies."""
    return min((truth for truth in truths if truth is not None), default=None)


def any_of(truths: Iterable[Truth | None]) -> Truth | None:
    """The strongest of the applicable truths; None when none applies."""
    return max((truth for truth in truths if truth is not None), default=None)


def implies(condition: Truth, test: Truth) -> Truth:
    """Material implication: an unknown condition is harmless when the test passes anyway."""
    return max(~condition, test)

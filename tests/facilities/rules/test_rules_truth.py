"""Strong Kleene tables; not applicable is no truth value."""

import pytest

from facilities.rules.truth import Truth, all_of, any_of, implies

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


@pytest.mark.parametrize(
    ("a", "b", "both", "either", "follows"),
    [
        (T, T, T, T, T),
        (T, F, F, T, F),
        (F, F, F, F, T),
        (F, T, F, T, T),
        (T, U, U, T, U),
        (F, U, F, U, T),
        (U, U, U, U, U),
        (U, T, U, T, T),
        (U, F, F, U, U),
    ],
)
def test_tables_are_strong_kleene(a, b, both, either, follows):
    assert all_of([a, b]) is both
    assert any_of([a, b]) is either
    assert implies(a, b) is follows


def test_negation_keeps_the_unknown():
    assert [~T, ~F, ~U] == [F, T, U]


def test_not_applicable_children_drop():
    assert all_of([None, T]) is T
    assert any_of([None, F]) is F


def test_parent_drops_when_all_children_drop():
    assert all_of([None, None]) is None
    assert any_of([]) is None

"""The bounds that grow with the rows are lifted together; what protects the server stays."""

import pytest

from eldercare.sheets.limits import GROWING, Limits, lifted


def test_usual_bounds_hold_up_to_the_usual_rows():
    assert lifted(20_000) == lifted(5) == Limits()


def test_bounds_of_a_hundred_thousand_rows_grow_with_them():
    limits, usual = lifted(100_000), Limits()
    assert limits.rows == 100_000
    assert all(getattr(limits, name) == 5 * getattr(usual, name) for name in GROWING)


@pytest.mark.parametrize("name", ["child_memory_bytes", "ratio", "entries", "depth", "columns", "text"])
def test_bounds_of_memory_and_form_are_never_lifted(name):
    assert getattr(lifted(100_000), name) == getattr(Limits(), name)

"""A cell of a plan table is an exact count, a blank, a dash, or a question."""

from decimal import Decimal

import pytest

from eldercare.sheets import annex
from eldercare.sheets.cells import Grid


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        (0, 0),
        ("０", 0),
        ("１２", 12),
        ("1个", 1),
        ("3 人", 3),
        ("2名", 2),
        ("1,200", 1200),
        (Decimal("3.0"), 3),
        ("2.0", 2),
        ("—", None),
        ("－", None),
        ("/", None),
        ("  ", None),
        (None, None),
    ],
)
def test_cell_that_states_a_count_or_none_asks_nothing(printed, value):
    grid = Grid("表1", [("单位", "2020年敬老院", "2021年敬老院"), ("白马镇", printed, 1)])

    (matrix,) = annex.read(grid)

    found = matrix.rows[0].cells[2]
    assert (found.value, found.printed) == (value, str(printed if printed is not None else "").strip())
    assert matrix.questions == []


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("约3", "not_a_number"),
        ("1或2", "not_a_number"),
        ("3?", "not_a_number"),
        ("三", "not_a_number"),
        ("无", "not_a_number"),
        ("1 2", "not_a_number"),
        ("5人次", "not_a_number"),
        (True, "not_a_number"),
        (Decimal("1.5"), "fraction"),
        ("0.5个", "fraction"),
        (-1, "negative"),
        ("-2", "negative"),
        (10_000_000, "too_large"),
    ],
)
def test_cell_that_states_no_count_is_asked_about_once(printed, code):
    grid = Grid("表1", [("单位", "2020年敬老院", "2021年敬老院"), ("白马镇", printed, 1), ("江口镇", 2, 3)])

    (matrix,) = annex.read(grid)

    (question,) = matrix.questions
    assert (question.code, question.address, question.sheet, question.read) == (code, "B2", "表1", str(printed))
    assert str(printed) in question.message
    assert matrix.rows[0].cells[2].value is None

"""Yuan as people read, type and sign for them."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subsidies import amounts

ONES = dict(zip("零壹贰叁肆伍陆柒捌玖", range(10), strict=True))
TENS = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角"),
        ("1409.50", "壹仟肆佰零玖元伍角"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("10", "壹拾元整"),
        ("200000", "贰拾万元整"),
        ("1000000.00", "壹佰万元整"),
        ("2000001", "贰佰万零壹元整"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("100100000", "壹亿零壹拾万元整"),
        ("100000000", "壹亿元整"),
        ("1000100", "壹佰万零壹佰元整"),
        ("10203040", "壹仟零贰拾万叁仟零肆拾元整"),
        ("-600000", "负陆拾万元整"),
    ],
)
def test_amount_in_the_capitals_of_a_voucher(amount, said):
    assert amounts.capitals(Decimal(amount)) == said


def value_of(said: str) -> Decimal:
    """What capitals say, read back."""
    said = said.removesuffix("整")
    whole, _, part = said.partition("元") if "元" in said else ("", "", said)
    total = group = ones = 0
    for character in whole:
        if character in ONES:
            ones = ONES[character]
        elif character in TENS:
            group, ones = group + ones * TENS[character], 0
        else:
            unit = {"万": 10**4, "亿": 10**8}[character]
            total, group, ones = total + (group + ones) * unit, 0, 0
    yuan = Decimal(total + group + ones)
    for digit, mark in pairwise(part):
        yuan += ONES.get(digit, 0) * {"角": Decimal("0.1"), "分": Decimal("0.01")}.get(mark, Decimal(0))
    return yuan


@given(st.decimals(min_value=0, max_value=99_999_999_999, places=2))
def test_capitals_say_the_amount_exactly_and_no_zero_twice(amount):
    said = amounts.capitals(amount)
    assert value_of(said) == amount
    assert "零零" not in said
    assert said.endswith(("整", "角", "分"))


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("200000", "200000"), ("２０００００", "200000"), ("200,000.50", "200000.50"), (" 1 000 元 ", "1000"), ("1e5", None),
        ("-1", None), ("NaN", None), ("1e30", None), ("1.234", None), ("", None), ("十万", None), ("9" * 13, None),
    ],
)  # fmt: skip
def test_amount_is_read_exactly_or_not_at_all(text, amount):
    assert amounts.typed(text) == (None if amount is None else Decimal(amount))


def test_amount_is_grouped_to_the_fen():
    assert [amounts.grouped(Decimal(one)) for one in ("1234567.5", "-600000", "0")] == [
        "1,234,567.50", "-600,000.00", "0.00",
    ]  # fmt: skip
    assert amounts.grouped(None) == "—"

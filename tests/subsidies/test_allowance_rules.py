"""People × rate, without a database: bands of 长寿, the range of X区, amounts that no file prints."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subsidies.rules import allowances
from subsidies.rules.scheme import band_of, parse

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
MARCH = date(2024, 3, 31)


def raw(folder: str, key: str) -> dict:
    text = (FIXTURES / folder / "schemes.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text, parse_float=Decimal)["scheme"]
    return next(row for row in rows if row["id"] == key)


def scheme(folder: str, key: str):
    return parse(raw(folder, key))


RAW = raw("changshou-2023", "old-age-allowance")
OLD_AGE = scheme("changshou-2023", "old-age-allowance")
SILENT = scheme("changshou-2023", "poor-frail-elder")
RANGE = scheme("xqu-2020", "destitute-care")


@pytest.mark.parametrize(
    ("age", "name", "yuan", "before"),
    [
        (89, None, None, None),
        (90, "90—95岁", 100, None),
        (95, "90—95岁", 100, None),
        (96, "96—99岁", 200, 100),
        (99, "96—99岁", 200, 100),
        (100, "100岁及以上", 800, 500),
        (112, "100岁及以上", 800, 500),
    ],
)
def test_band_of_an_age_and_what_it_pays(age, name, yuan, before):
    band = band_of(OLD_AGE, age)
    if name is None:
        assert band is None
        return
    assert (allowances.band_name(band), allowances.rate_of(OLD_AGE, band, MARCH).exact) == (name, yuan)
    assert band.before == before


@pytest.mark.parametrize(
    ("people", "amount", "computed", "difference"),
    [
        (312, "31200", "31200", "0"),
        (312, "31300.00", "31200", "100"),
        (312, "31199.5", "31200", "-0.5"),
        (0, "0", "0", "0"),
        (0, "100", "0", "100"),
        (3, "0", "300", "-300"),
    ],
)
def test_amount_is_recomputed_to_the_fen(people, amount, computed, difference):
    rate = allowances.rate_of(OLD_AGE, OLD_AGE.bands[0], MARCH)
    found = allowances.check(people, Decimal(amount), rate)
    assert (found.computed, found.difference) == (Decimal(computed), Decimal(difference))
    assert bool(found.fault) == (Decimal(difference) != 0)


yuan = st.decimals(min_value=0, max_value=10**8, places=2)


@given(
    st.lists(
        st.tuples(
            st.decimals(min_value=Decimal("0.01"), max_value=5000, places=2), st.integers(0, 1_000_000),
            st.one_of(st.none(), yuan),
        ),
        min_size=1, max_size=8,
    )
)  # fmt: skip
def test_any_bands_are_recomputed_to_the_fen_and_only_differences_are_faults(rows):
    """Bands × people → amounts: in fen, as whole numbers, it comes to the same."""
    printed = [{"min": 60 + at, "max": 60 + at, "amount": rate} for at, (rate, _, _) in enumerate(rows)]
    row = {key: value for key, value in RAW.items() if key not in ("bands", "in_force_by")}
    made = parse(row | {"bands": printed})
    for band, (rate, people, reported) in zip(allowances.bands_of(made), rows, strict=True):
        fen = int(rate * 100) * people
        amount = Decimal(fen).scaleb(-2) if reported is None else reported
        found = allowances.check(people, amount, allowances.rate_of(made, band, MARCH))
        assert int(found.computed * 100) == fen
        assert found.computed * 100 == fen, "nothing below a fen"
        assert int(found.difference * 100) == int(amount * 100) - fen
        assert bool(found.fault) == (int(amount * 100) != fen)
        if found.fault:
            assert ("多" if found.difference > 0 else "少") in found.fault


@given(st.integers(0, 10**6), yuan)
def test_any_amount_within_a_printed_range_and_no_other_stands(people, amount):
    (band,) = allowances.bands_of(RANGE)
    found = allowances.check(people, amount, allowances.rate_of(RANGE, band, MARCH))
    assert bool(found.fault) == (not 200 * people <= amount <= 300 * people)
    assert found.computed is None


@given(st.integers(0, 130))
def test_every_age_is_on_one_band_at_most_and_older_never_gets_less(age):
    here, next_ = (band_of(OLD_AGE, years) for years in (age, age + 1))
    assert sum(band.min <= age and (band.max is None or age <= band.max) for band in OLD_AGE.bands) == (
        here is not None
    )
    if here:
        assert next_.amount >= here.amount


def test_difference_is_told_with_its_arithmetic():
    rate = allowances.rate_of(OLD_AGE, OLD_AGE.bands[0], MARCH)
    assert allowances.check(12, Decimal(1000), rate).fault == "12 人 × 100 元 = 1200 元，填的是 1000 元，少 200 元"


@pytest.mark.parametrize(
    ("amount", "is_fault"), [("2000", False), ("3000", False), ("1999.99", True), ("3000.01", True)]
)
def test_printed_range_computes_nothing_but_bounds_the_amount(amount, is_fault):
    (band,) = allowances.bands_of(RANGE)
    rate = allowances.rate_of(RANGE, band, MARCH)
    found = allowances.check(10, Decimal(amount), rate)
    assert found.computed is None
    assert found.difference is None
    assert bool(found.fault) is is_fault
    assert "200—300" in rate.reason


def test_amount_that_is_not_printed_computes_nothing_and_says_so():
    (band,) = allowances.bands_of(SILENT)
    rate = allowances.rate_of(SILENT, band, MARCH)
    assert rate.exact is None
    assert rate.reason == "文件没有印金额"
    assert allowances.check(5, Decimal(1234), rate).computed is None
    assert not allowances.check(5, Decimal(1234), rate).fault
    assert allowances.check(0, Decimal(1234), rate).fault == "没有人数，却有发放金额"


@pytest.mark.parametrize(
    ("last_day", "exact"), [(date(2023, 8, 31), None), (date(2023, 9, 30), 100), (date(2024, 1, 31), 100)]
)
def test_month_before_the_amounts_are_known_to_hold_is_not_computed(last_day, exact):
    rate = allowances.rate_of(OLD_AGE, OLD_AGE.bands[0], last_day)
    assert rate.exact == exact
    assert exact or "2023-09-12" in rate.reason


def test_only_schemes_paid_by_head_count_of_a_township_and_month_are_asked_for():
    assert all(map(allowances.is_monthly_total, (OLD_AGE, SILENT, RANGE)))
    others = (
        ("changshou-2023", "home-beds"),
        ("changshou-2023", "care-home-operating"),
        ("xqu-2020", "post-allowance"),
    )
    assert not any(allowances.is_monthly_total(scheme(*other)) for other in others)

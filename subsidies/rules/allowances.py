"""Allowances for people, recomputed: the bands of a scheme, what a band pays in a month, people × rate beside the report."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from facilities.rules.phrases import plain
from subsidies.rules.scheme import Band, Scheme

PERSON = "person"
MONTHLY_KEY = frozenset({"township", "month"})
WHOLE = "不分档"
NO_AMOUNT = "文件没有印金额"


@dataclass(frozen=True, slots=True)
class Rate:
    """Yuan a person and month. `exact` is None where it is not known, and `reason` says why; a printed range has both ends."""

    exact: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    reason: str = ""

    @property
    def text(self) -> str:
        """The rate as a page prints it."""
        if self.exact is not None:
            return f"{plain(self.exact)} 元/人·月"
        return self.reason


@dataclass(frozen=True, slots=True)
class Checked:
    """A reported amount beside people × rate, yuan. `computed` and `difference` are None where the rate is not known.

    `fault` says what has to be explained, and is empty where nothing has.
    """

    computed: Decimal | None
    difference: Decimal | None
    fault: str = ""


def is_monthly_total(scheme: Scheme) -> bool:
    """Whether the scheme is paid by head count of a township and month, so that the portal takes totals and no names."""
    return scheme.per == PERSON and frozenset(scheme.key) == MONTHLY_KEY


def bands_of(scheme: Scheme) -> tuple[Band, ...]:
    """The lines on which people are counted; a scheme without printed bands has one."""
    return scheme.bands or (Band(amount=scheme.amount),)


def band_name(band: Band) -> str:
    """A band by its ages, both included; a band without ages is the whole scheme."""
    if band.min is None:
        return WHOLE if band.max is None else f"{plain(band.max)}岁及以下"
    return f"{plain(band.min)}岁及以上" if band.max is None else f"{plain(band.min)}—{plain(band.max)}岁"


def rate_of(scheme: Scheme, band: Band, last_day: date) -> Rate:
    """What a band pays in the month that ends on a day.

    `in_force_by` is the day by which the amounts were in force, not the one they began (长寿 第一章第一节): for a month that
    ends before it nobody can tell which amount held, and none is computed. The former amount is shown, never applied.
    """
    if scheme.in_force_by and last_day < scheme.in_force_by:
        return Rate(reason=f"文件没有印现行标准的起始月份，只知道不晚于 {scheme.in_force_by}；此前的月份算不出")
    if band.amount is not None:
        return Rate(band.amount)
    if band.amount_min is not None and band.amount_max is not None:
        low, high = band.amount_min, band.amount_max
        return Rate(None, low, high, f"文件只印了每人每月 {plain(low)}—{plain(high)} 元，没有印谁领多少")
    return Rate(reason=NO_AMOUNT)


def check(people: int, amount: Decimal, rate: Rate) -> Checked:
    """People × rate beside the amount; a range, or no rate at all, computes nothing but may still show a fault."""
    if rate.exact is not None:
        computed = people * rate.exact
        found = amount - computed
        return Checked(computed, found, _said(people, amount, computed, found, rate) if found else "")
    if amount and not people:
        return Checked(None, None, "没有人数，却有发放金额")
    if rate.low is not None and rate.high is not None and not people * rate.low <= amount <= people * rate.high:
        low, high = plain(people * rate.low), plain(people * rate.high)
        return Checked(None, None, f"{people} 人按文件的范围应在 {low}—{high} 元之间，填的是 {plain(amount)} 元")
    return Checked(None, None)


def _said(people: int, amount: Decimal, computed: Decimal, found: Decimal, rate: Rate) -> str:
    word = "多" if found > 0 else "少"
    sum_ = f"{people} 人 × {plain(rate.exact)} 元 = {plain(computed)} 元"
    return f"{sum_}，填的是 {plain(amount)} 元，{word} {plain(abs(found))} 元"

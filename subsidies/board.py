"""What the budgets of a year come to: planned, committed, paid, left, by source; all from the ledger."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from eldercare.figures import rounded
from eldercare.regions import Region
from plans.models import Target
from subsidies.budgets import Total
from subsidies.models import Budget, ClaimShare, Payment, Source, SubsidyClaim

# The targets of duties.toml that speak of the district's retained lottery money.
LOTTERY_TARGETS = ("welfare-lottery-share", "lottery-share")
COMMITTING = (SubsidyClaim.Status.APPROVED, SubsidyClaim.Status.PAID)
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """One source of one year, in yuan. `committed` are the shares of claims approved or paid, `paid` what the ledger sums to."""

    source: str
    budget: Budget | None
    planned: Decimal
    committed: Decimal
    paid: Decimal
    recovered: Decimal

    @property
    def label(self) -> str:
        return Source(self.source).label if self.source else "合计"

    @property
    def left(self) -> Decimal:
        """What can still be committed."""
        return self.planned - self.committed

    @property
    def unpaid(self) -> Decimal:
        """What is approved and not yet paid."""
        return self.committed - self.paid


def committed(budget: Budget) -> Decimal:
    """What approved claims bind of a budget."""
    rows = ClaimShare.objects.filter(budget=budget, claim__status__in=COMMITTING)
    return rows.aggregate(sum=Total("amount"))["sum"] or NOTHING


@dataclass(frozen=True, slots=True)
class Share:
    """福彩公益金用于养老的比例: planned for elders ÷ retained by the district, in yuan, against one policy's target.

    `value` is in per cent, rounded once for display; None with `reason` where the pool is not entered. `is_met` compares
    the exact fraction and is None where it is not known.
    """

    label: str
    clause: str
    required: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None

    @property
    def exact(self) -> Fraction | None:
        """The share in per cent, unrounded."""
        if self.numerator is None or not self.denominator:
            return None
        return Fraction(self.numerator) / Fraction(self.denominator) * 100

    @property
    def value(self) -> Decimal | None:
        """The share in per cent, to one decimal."""
        return None if self.exact is None else rounded(self.exact)

    @property
    def is_met(self) -> bool | None:
        """Whether the target is reached."""
        if self.exact is None or self.required is None:
            return None
        return self.exact >= Fraction(self.required)

    @property
    def reason(self) -> str:
        """Why there is no value."""
        if self.exact is not None:
            return ""
        return "没有登记福彩公益金预算" if self.numerator is None else "没有登记福彩公益金区级留存总额"


@dataclass(frozen=True, slots=True)
class Board:
    """The budgets of a district in a year, a line a source, their total, and the policies' lottery shares."""

    district: Region
    year: int
    lines: tuple[Line, ...]
    shares: tuple[Share, ...] = ()

    @property
    def total(self) -> Line:
        """All sources together."""
        sums = {
            name: sum((getattr(line, name) for line in self.lines), NOTHING)
            for name in ("planned", "committed", "paid", "recovered")
        }
        return Line(source="", budget=None, **sums)


def board(district: Region, year: int) -> Board:
    """The budgets of a year beside what is committed and paid: four queries."""
    budgets = list(Budget.objects.filter(district=district, year=year).select_related("district").order_by("pk"))
    shares = ClaimShare.objects.filter(budget__in=budgets, claim__status__in=COMMITTING)
    bound = dict(shares.order_by().values_list("budget").annotate(sum=Total("amount")))
    paid, back = _ledger(budgets)
    lines = [
        Line(
            row.source, row, row.planned, bound.get(row.pk, NOTHING), paid[row.pk], back[row.pk],
        )
        for row in budgets
    ]  # fmt: skip
    order = list(Source.values)
    lines.sort(key=lambda line: order.index(line.source))
    return Board(district, year, tuple(lines), _shares(district, budgets))


def _shares(district: Region, budgets: list[Budget]) -> tuple[Share, ...]:
    """The year's lottery budget against every target that a policy of the district sets for it."""
    lottery = next((row for row in budgets if row.source == Source.LOTTERY), None)
    parts = (lottery.planned, lottery.pool) if lottery else (None, None)
    targets = Target.objects.filter(policy__district=district, key__in=LOTTERY_TARGETS).order_by("pk")
    return tuple(Share(row.label, row.clause, row.value, *parts) for row in targets)


def _ledger(budgets: list[Budget]) -> tuple[dict[int, Decimal], dict[int, Decimal]]:
    """By budget: the sum of all entries, and what came back (positive)."""
    paid: dict[int, Decimal] = defaultdict(Decimal)
    back: dict[int, Decimal] = defaultdict(Decimal)
    for budget, amount in Payment.objects.filter(budget__in=budgets).order_by().values_list("budget", "amount"):
        paid[budget] += amount
        if amount < 0:
            back[budget] -= amount
    return paid, back

"""Figures of the money: what share of the approved subsidies has been paid."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from eldercare import figures
from eldercare.figures import Definition, Figure, Scope
from subsidies import ledger

PAID_SHARE = "subsidy_paid_share"
DEFINITIONS = (
    Definition(
        PAID_SHARE,
        "补助资金拨付率",
        "已拨付金额（元）",
        "已批准的补助金额（元）",
        "口径说明：统计日前批准、未取消也未追回的申请；拨付按台账日期计，追回的申请两边都不计",
    ),
)
REASON = "没有已批准的补助"


def provide(scope: Scope) -> Iterator[tuple[str | None, Figure]]:
    """Paid ÷ approved, of a district and of its townships; null with the reason where nothing is approved: one query."""
    rows = scope.once("subsidies.standings", lambda asked: ledger.standings(asked.district, asked.as_of, asked.year))
    sums: dict[str | None, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for row in rows:
        _, township = scope.today_of(row.township, row.township_code)
        for place in (None, township):
            sums[place][0] += row.paid
            sums[place][1] += row.amount
    for place in (None, *(unit.code for unit in scope.townships)):
        paid, amount = (_plain(part) for part in sums[place])
        yield place, figures.ratio(PAID_SHARE, paid, amount, scope, reason="" if amount else REASON)


def _plain(amount: Decimal) -> int | Decimal:
    """Whole yuan as a whole number."""
    return int(amount) if amount == amount.to_integral_value() else amount


def connect() -> None:
    """Add the money's figures to the catalogue."""
    figures.define(*DEFINITIONS)
    figures.provide(provide)

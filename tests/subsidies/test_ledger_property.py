"""Whatever people do, in whatever order: the ledger sums to the board to the fen, and no budget is promised twice."""

from collections import defaultdict
from decimal import Decimal

import pytest
from desk import Desk, accepted, revoke
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eldercare.review import MoveRefused
from subsidies import ledger, services
from subsidies.board import board
from subsidies.models import ClaimShare, Payment, Source, SubsidyClaim

NAMES = ("白马镇", "江口镇", "桐梓镇")
SOURCES = (Source.CITY, Source.DISTRICT, Source.LOTTERY)
PLANNED = Decimal(250_000)
fen = st.one_of(
    st.sampled_from(["200000", "100000", "100000.01", "99999.99", "0.01", "0", "-1", "250000.01", "1e9", "NaN"]),
    st.decimals(min_value=1, max_value=200_000, places=2).map(str),
)
verbs = st.sampled_from(
    ["draft", "submit", "send_back", "withdraw", "approve", "approve", "cancel", "pay", "pay", "pay", "recover", "keep",
     "revoke", "budget"]
)  # fmt: skip
steps = st.lists(
    st.tuples(verbs, st.integers(0, 2), st.integers(0, 2), fen, st.integers(0, 3)), min_size=8, max_size=30
)


class Story:
    """Three stations and three budgets; every step is one thing that one person tries with them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.stations = [accepted(name) for name in NAMES]
        self.budgets = [desk.budget(source, PLANNED) for source in SOURCES]

    def claim(self, place: int) -> SubsidyClaim | None:
        return SubsidyClaim.objects.filter(facility=self.stations[place]).order_by("pk").last()

    def step(self, verb: str, place: int, source: int, amount: str, voucher: int) -> bool:
        """Whether it was done; a refusal in words is as good."""
        claim, budget, yuan = self.claim(place), self.budgets[source], Decimal(amount)
        if verb != "draft" and verb != "budget" and claim is None:
            return False
        other = self.budgets[(source + 1) % 3]
        shares = {budget: yuan, other: 200_000 - yuan} if yuan != 200_000 and yuan.is_finite() else {budget: yuan}
        acts = {
            "draft": lambda: self.desk.draft(self.stations[place]),
            "submit": lambda: services.submit(claim, by=self.desk.clerk),
            "send_back": lambda: services.send_back(claim, by=self.desk.reviewer, comment="补充"),
            "withdraw": lambda: services.withdraw(claim, by=self.desk.clerk, comment="重报"),
            "approve": lambda: self.desk.approve(claim, shares),
            "cancel": lambda: services.cancel(claim, by=self.desk.approver, comment="调整"),
            "pay": lambda: self.desk.pay(claim, yuan, budget, f"V-{voucher}"),
            "recover": lambda: self.desk.recover(claim),
            "keep": lambda: services.keep(claim, by=self.desk.reviewer, comment="核实"),
            "revoke": lambda: revoke(self.stations[place], self.desk) if voucher == 0 else None,
            "budget": lambda: services.set_budget(
                self.desk.district, self.desk.year, SOURCES[source], by=self.desk.clerk, planned=abs(yuan)
            ),
        }
        try:
            with transaction.atomic():
                acts[verb]()
        except (MoveRefused, ValidationError):
            return False
        return True


def check(desk: Desk) -> None:
    """What must hold after every step."""
    by_budget, by_claim = defaultdict(Decimal), defaultdict(Decimal)
    for row in Payment.objects.order_by("claim", "number"):
        by_budget[row.budget_id] += row.amount
        by_claim[row.claim_id] += row.amount
        assert row.balance == by_claim[row.claim_id]
        assert 0 <= row.balance <= row.ceiling == row.claim.amount
    found = board(desk.district, desk.year)
    for line in found.lines:
        assert line.paid == by_budget[line.budget.pk]
        assert 0 <= line.paid <= line.committed <= line.planned
    assert found.total.paid == sum(by_budget.values(), Decimal(0))
    shares = defaultdict(Decimal)
    for share in ClaimShare.objects.all():
        shares[share.claim_id] += share.amount
    for claim in SubsidyClaim.objects.all():
        assert claim.paid_total == by_claim[claim.pk]
        assert (claim.status in ("approved", "paid", "recovered")) <= (shares[claim.pk] == claim.amount)
    standing = ledger.standings(desk.district, desk.today)
    assert sum(row.paid for row in standing) == found.total.paid
    assert sum(row.amount for row in standing) == found.total.committed


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_the_ledger_sums_to_the_board_after_every_step(desk, moves):
    with transaction.atomic():
        story = Story(desk)
        for number in range(3):
            story.step("draft", number, 0, "0", 1)
            story.step("submit", number, 0, "0", 1)
        for move in moves:
            story.step(*move)
            check(desk)
        transaction.set_rollback(True)


def test_the_check_would_see_a_missing_entry(desk):
    """The property is not empty: an amount that the ledger does not know is found."""
    budget = desk.budget()
    claim = desk.approved((budget, 200_000))
    desk.pay(claim, 100_000, budget)
    check(desk)
    SubsidyClaim.objects.filter(pk=claim.pk).update(paid_total=100_001)
    with pytest.raises(AssertionError):
        check(desk)

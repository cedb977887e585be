"""Whatever people do, in whatever order, over two years: the ledger sums to the budget page to the fen.

No budget is promised twice, nothing written is rewritten, and a refusal leaves nothing half-done.
"""

from collections import defaultdict
from contextlib import ExitStack, suppress
from decimal import Decimal

import pytest
from desk import Desk, accepted, revoke
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import override_settings
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from eldercare.review import MoveRefused
from subsidies import ledger, services, shown
from subsidies.board import board
from subsidies.models import Budget, ClaimShare, Payment, Source, SubsidyClaim

NAMES = ("白马镇", "江口镇", "桐梓镇")
SOURCES = (Source.CITY, Source.LOTTERY)
YEARS = (2020, 2021)
PLANNED, STATION = Decimal(250_000), Decimal(200_000)
fen = st.one_of(
    st.sampled_from(
        ["200000", "100000", "100000.01", "99999.99", "0.01", "0", "-1", "250000.01", "1e9", "1e30", "NaN"]
    ),
    st.decimals(min_value=1, max_value=200_000, places=2).map(str),
).map(Decimal)
# What money comes in when it is well meant: halves and rests, so that claims get to their end.
parts = st.one_of(st.sampled_from(["200000", "100000", "120000.37", "79999.63"]).map(Decimal), fen)
places, sources, years = st.integers(0, len(NAMES) - 1), st.sampled_from(SOURCES), st.sampled_from(YEARS)


def row_of(claim: SubsidyClaim | None) -> dict | None:
    """A claim as the database has it."""
    return SubsidyClaim.objects.filter(pk=claim.pk).values().first() if claim else None


def entries() -> list[dict]:
    return list(Payment.objects.order_by("pk").values())


class Office(RuleBasedStateMachine):
    """Three stations, two sources in two years, three persons: every rule is one thing that somebody tries."""

    desk: Desk

    @initialize()
    def open(self) -> None:
        self.opened = ExitStack()
        self.opened.enter_context(transaction.atomic())
        self.stations = [accepted(name) for name in NAMES]
        for year in YEARS:
            for source in SOURCES:
                self.desk.budget(source, PLANNED, year=year)
        self.seen: list[dict] = []
        self.told: list[str] = []
        self.is_later = False

    def teardown(self) -> None:
        if hasattr(self, "opened"):
            transaction.set_rollback(True)
            self.opened.close()

    def claim(self, place: int) -> SubsidyClaim | None:
        return SubsidyClaim.objects.filter(facility=self.stations[place]).order_by("pk").last()

    def budget(self, year: int, source: str) -> Budget:
        return Budget.objects.select_related("district").get(year=year, source=source)

    def tried(self, place: int, act) -> None:
        """Done, or refused in words with nothing half-written."""
        claim = self.claim(place)
        if claim is None:
            return
        before = row_of(claim), entries(), ClaimShare.objects.count()
        try:
            with transaction.atomic():
                act(claim)
        except (MoveRefused, ValidationError) as refused:
            self.told.append(str(refused))
        else:
            return
        assert self.told[-1]
        assert (row_of(claim), entries(), ClaimShare.objects.count()) == before

    @rule(place=places, year=st.one_of(st.none(), years))
    def draft(self, place: int, year: int | None) -> None:
        with suppress(MoveRefused):
            self.desk.draft(self.stations[place], year=year)

    @rule(place=places)
    def submit(self, place: int) -> None:
        self.tried(place, lambda claim: services.submit(claim, by=self.desk.clerk))

    @rule(place=places)
    def send_back(self, place: int) -> None:
        self.tried(place, lambda claim: services.send_back(claim, by=self.desk.reviewer, comment="补充"))

    @rule(place=places)
    def withdraw(self, place: int) -> None:
        self.tried(place, lambda claim: services.withdraw(claim, by=self.desk.clerk, comment="重报"))

    @rule(place=places, source=sources, amount=parts, year=st.one_of(st.none(), years))
    def approve(self, place: int, source: str, amount: Decimal, year: int | None) -> None:
        """Two sources of one year share it; sometimes the year is another one, or the sums are wrong."""

        def act(claim: SubsidyClaim) -> None:
            own, other = (self.budget(year or claim.year, one) for one in (source, SOURCES[source == SOURCES[0]]))
            rest = STATION - amount if amount.is_finite() else Decimal(0)
            self.desk.approve(claim, {own: amount, other: rest} if rest else {own: amount})

        self.tried(place, act)

    @rule(place=places)
    def cancel(self, place: int) -> None:
        self.tried(place, lambda claim: services.cancel(claim, by=self.desk.approver, comment="调整"))

    @rule(place=places, source=sources, amount=parts, voucher=st.integers(0, 3))
    def pay(self, place: int, source: str, amount: Decimal, voucher: int) -> None:
        self.tried(place, lambda claim: self.desk.pay(claim, amount, self.budget(claim.year, source), f"V-{voucher}"))

    @rule(place=places, source=sources)
    def pay_the_rest(self, place: int, source: str) -> None:
        """As much as this source still owes."""

        def act(claim: SubsidyClaim) -> None:
            share = claim.shares.filter(budget__source=source).first()
            paid = sum(claim.payments.filter(budget__source=source).values_list("amount", flat=True), Decimal(0))
            if share and share.amount > paid:
                voucher = f"R-{claim.payments.count()}"
                self.desk.pay(claim, share.amount - paid, share.budget, voucher)

        self.tried(place, act)

    @rule(place=places)
    def recover(self, place: int) -> None:
        claim = self.claim(place)
        is_paid = claim is not None and claim.paid_total > 0
        self.tried(place, self.desk.recover)
        assert not is_paid or self.claim(place).status == "recovered", "what was paid can always come back"

    @rule(place=places)
    def keep(self, place: int) -> None:
        self.tried(place, lambda claim: services.keep(claim, by=self.desk.reviewer, comment="核实"))

    @rule(place=places)
    def revoke(self, place: int) -> None:
        if SubsidyClaim.objects.filter(facility=self.stations[place], status__in=("approved", "paid")).exists():
            revoke(self.stations[place], self.desk)

    @rule(year=years, source=sources, amount=fen)
    def change_the_budget(self, year: int, source: str, amount: Decimal) -> None:
        before = self.budget(year, source).planned
        try:
            services.set_budget(self.desk.district, year, source, by=self.desk.clerk, planned=amount)
        except ValidationError:
            planned = before
        else:
            planned = amount
        assert self.budget(year, source).planned == planned

    @precondition(lambda self: not self.is_later)
    @rule()
    def a_year_passes(self) -> None:
        """The district's day moves on from the last of 2020: nothing more is paid out of that year's budgets."""
        self.opened.enter_context(override_settings(DEMO_AS_OF="2021-06-30"))
        self.is_later = True

    @invariant()
    def nothing_written_is_ever_rewritten(self) -> None:
        now = entries()
        assert now[: len(self.seen)] == self.seen
        self.seen = now

    @invariant()
    def ledger_claims_and_boards_agree(self) -> None:
        check(self.desk)


def check(desk: Desk) -> None:
    """What must hold after every step."""
    by_budget, by_claim = defaultdict(Decimal), defaultdict(Decimal)
    for row in Payment.objects.select_related("claim", "budget").order_by("claim", "number"):
        by_budget[row.budget_id] += row.amount
        by_claim[row.claim_id] += row.amount
        assert row.balance == by_claim[row.claim_id]
        assert 0 <= row.balance <= row.ceiling == row.claim.amount
        assert row.budget.year == row.claim.year
        assert row.reverses_id or row.on.year == row.budget.year
    for claim in SubsidyClaim.objects.prefetch_related("shares"):
        assert claim.paid_total == by_claim[claim.pk]
        bound = sum((share.amount for share in claim.shares.all()), Decimal(0))
        assert (claim.status in ("approved", "paid", "recovered")) <= (bound == claim.amount)
    whole = [_board_agrees(desk, year, by_budget) for year in YEARS]
    standing = ledger.standings(desk.district, desk.today)
    assert sum(row.paid for row in standing) == sum(line.paid for line in whole)
    assert sum(row.amount for row in standing) == sum(line.committed for line in whole)


def _board_agrees(desk: Desk, year: int, by_budget: dict) -> object:
    """The budget page of a year, as computed and as printed in 万元."""
    found = board(desk.district, year)
    told = shown.budgets(found)
    for line, printed in zip(found.lines, told["lines"], strict=True):
        assert line.paid == by_budget[line.budget.pk] == Decimal(printed["paid"]) * 10_000
        assert line.left == Decimal(printed["left"]) * 10_000
        assert 0 <= line.paid <= line.committed <= line.planned
    if told["total"]:
        paid = sum((by_budget[line.budget.pk] for line in found.lines), Decimal(0))
        assert found.total.paid == paid == Decimal(told["total"]["paid"]) * 10_000
    standing = ledger.standings(desk.district, desk.today, year)
    assert sum(row.paid for row in standing) == found.total.paid
    return found.total


def test_ledger_sums_to_the_budget_page_whatever_happens(demo_desk):
    class Story(Office):
        desk = demo_desk

    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    told = settings(max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=checks)
    run_state_machine_as_test(Story, settings=told)


def test_a_story_goes_over_two_years_to_its_end(demo_desk):
    """The machine's own rules reach payment, recovery in a later year, and a claim that lapsed with its year."""

    class Story(Office):
        desk = demo_desk

    office = Story()
    try:
        office.open()
        for place, year in ((0, None), (1, 2021), (2, None)):
            office.draft(place, year)
            office.submit(place)
            office.approve(place, SOURCES[place % 2], Decimal("120000.37"), None)
            office.pay(place, SOURCES[place % 2], Decimal("0.01"), place)
        office.pay_the_rest(0, SOURCES[0])
        office.pay_the_rest(0, SOURCES[1])
        assert [office.claim(place).status for place in range(3)] == ["paid", "approved", "approved"]
        office.a_year_passes()
        office.pay_the_rest(1, SOURCES[1])
        office.pay_the_rest(1, SOURCES[0])
        office.pay_the_rest(2, SOURCES[0])
        office.recover(0)
        check(demo_desk)
        assert [office.claim(place).status for place in range(3)] == ["recovered", "paid", "approved"]
        assert [(line.paid, line.recovered) for line in board(demo_desk.district, 2020).lines] == [
            (Decimal("0.01"), Decimal("120000.37")), (0, Decimal("79999.63")),
        ]  # fmt: skip
        assert board(demo_desk.district, 2021).total.paid == STATION
    finally:
        office.teardown()


def test_the_check_would_see_a_missing_entry(demo_desk):
    """The property is not empty: an amount that the ledger does not know is found."""
    budget = demo_desk.budget(Source.CITY, PLANNED, year=2020)
    claim = demo_desk.approved((budget, 200_000))
    demo_desk.pay(claim, 100_000, budget)
    check(demo_desk)
    SubsidyClaim.objects.filter(pk=claim.pk).update(paid_total=100_001)
    with pytest.raises(AssertionError):
        check(demo_desk)

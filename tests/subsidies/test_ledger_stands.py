"""A ledger that nobody rewrites: not through the models, not through a queryset, not through SQL."""

from decimal import Decimal

import pytest
from desk import accepted
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError

from subsidies import board
from subsidies.models import Payment, SubsidyClaim

STATION = 200_000
STANDS = "拨付台账只增不改"


@pytest.fixture
def budget(desk):
    return desk.budget()


@pytest.fixture
def claim(desk, budget):
    """A claim of 200,000 yuan, paid as a whole."""
    made = desk.approved((budget, STATION))
    desk.pay(made, STATION, budget)
    return made


def rows(claim) -> list[tuple]:
    return [(row.number, int(row.amount), int(row.balance)) for row in claim.payments.order_by("number")]


def test_the_models_neither_change_nor_delete_a_row(claim, budget):
    row = claim.payments.get()
    row.amount = Decimal(1)
    for attempt in (
        row.save,
        row.delete,
        lambda: Payment.objects.update(amount=1),
        lambda: Payment.objects.filter(pk=row.pk).delete(),
        lambda: Payment.objects.bulk_update([row], ["amount"]),
        lambda: claim.payments.update(amount=1),
        lambda: Payment.objects.bulk_create(
            [row], update_conflicts=True, update_fields=["amount"], unique_fields=["claim", "number"]
        ),
    ):
        with pytest.raises(TypeError, match="never"), transaction.atomic():
            attempt()
    assert rows(claim) == [(1, STATION, STATION)]
    with pytest.raises(ProtectedError):
        claim.delete()
    with pytest.raises(ProtectedError):
        budget.delete()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE subsidies_payment SET amount = 1, balance = 1",
        "UPDATE subsidies_payment SET voucher = 'x'",
        "UPDATE subsidies_payment SET amount = amount",
        "DELETE FROM subsidies_payment",
        "DELETE FROM subsidies_payment WHERE number = 1",
    ],
)
def test_the_database_refuses_to_change_or_delete_a_row_in_words(claim, statement):
    with pytest.raises(IntegrityError, match=STANDS), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert rows(claim) == [(1, STATION, STATION)]


def test_the_database_refuses_a_queryset_that_knows_nothing_of_the_ledger(claim):
    """Another manager, an admin action or a data migration ends at the same trigger."""
    plain = models.QuerySet(Payment)
    for attempt in (lambda: plain.update(amount=1, balance=1), lambda: plain._raw_delete(plain.db)):
        with pytest.raises(IntegrityError, match=STANDS), transaction.atomic():
            attempt()
    assert rows(claim) == [(1, STATION, STATION)]


def test_rows_are_still_added_and_reversed(desk, claim, budget):
    desk.recover(claim)
    assert rows(claim) == [(1, STATION, STATION), (2, -STATION, 0)]
    (line,) = board.board(desk.district, desk.year).lines
    assert (line.paid, line.recovered) == (0, STATION)


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 0}, {"amount": -5}, {"balance": -1}, {"balance": STATION + 1}, {"number": 0}, {"number": 1},
        {"budget": None}, {"claim": None}, {"on": None},
    ],
)  # fmt: skip
def test_the_database_refuses_new_rows_that_make_no_sense(desk, claim, budget, change):
    """Number, sign, balance and ceiling are kept by the database too."""
    stated = {
        "claim": claim, "budget": budget, "number": 2, "amount": 1, "balance": 1, "ceiling": STATION, "on": desk.today,
        "voucher": "x", "recorded_by": desk.approver,
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.bulk_create([Payment(**stated | change)])
    assert rows(claim) == [(1, STATION, STATION)]


def test_the_database_refuses_a_claim_paid_beyond_its_amount(desk, claim):
    other = desk.approved((desk.budget("city"), STATION), subject=accepted("江口镇"))
    for row in (claim, other):
        with pytest.raises(IntegrityError), transaction.atomic():
            SubsidyClaim.objects.filter(pk=row.pk).update(paid_total=STATION + 1)

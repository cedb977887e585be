"""Payments and recoveries: amounts, days, vouchers, persons, instalments."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from desk import accepted
from django.utils import timezone

from eldercare.audit import AuditRecord
from eldercare.clock import telling
from eldercare.review import Denied, MoveRefused, StaleObject
from subsidies import board, ledger, services
from subsidies.budgets import Total
from subsidies.models import Payment, Source, SubsidyClaim

STATION = 200_000


@pytest.fixture
def budget(desk):
    return desk.budget()


@pytest.fixture
def claim(desk, budget):
    """An approved claim of 200,000 yuan from the district's own budget."""
    return desk.approved((budget, STATION))


def rows(claim) -> list[tuple]:
    return [(row.number, int(row.amount), int(row.balance)) for row in claim.payments.order_by("number")]


def unpaid(claim) -> bool:
    fresh = SubsidyClaim.objects.get(pk=claim.pk)
    return (fresh.status, fresh.paid_total, claim.payments.count()) == ("approved", 0, 0)


# -- paying


def test_one_payment_of_the_whole_amount_makes_the_claim_paid(desk, claim, budget):
    event = desk.pay(claim, STATION, budget, " V-1 ", payee="白马镇人民政府", note="首次")
    claim.refresh_from_db()
    assert (claim.status, claim.paid_total, claim.paid_by) == ("paid", STATION, desk.approver)
    row = claim.payments.get()
    assert (row.number, row.amount, row.balance, row.ceiling) == (1, STATION, STATION, STATION)
    assert (row.voucher, row.payee, row.note, row.on) == ("V-1", "白马镇人民政府", "首次", desk.today)
    assert (row.recorded_by, event.verb, event.detail) == (desk.approver, "pay", {"entries": [1]})


def test_payments_in_parts_from_two_budgets(desk, budget):
    city = desk.budget(Source.CITY)
    claim = desk.approved((budget, 150_000), (city, 50_000))
    assert desk.pay(claim, 100_000, budget, "V-1").verb == "pay_part"
    assert desk.pay(claim, 50_000, city, "V-2").verb == "pay_part"
    assert desk.pay(claim, 50_000, budget, "V-3").verb == "pay"
    assert rows(claim) == [(1, 100_000, 100_000), (2, 50_000, 150_000), (3, 50_000, 200_000)]
    assert SubsidyClaim.objects.get(pk=claim.pk).status == "paid"


@pytest.mark.parametrize(
    "amount", ["0", "-1", "0.001", "200000.01", "1E+9", "1E+40", "NaN", "sNaN", "Infinity", "-Infinity"]
)
def test_amounts_that_cannot_be_paid(desk, claim, budget, amount):
    with pytest.raises(MoveRefused, match=r"大于 0|最多还能拨"):
        desk.pay(claim, amount, budget)
    assert unpaid(claim)


def test_no_budget_bears_more_than_its_share(desk, budget):
    city = desk.budget(Source.CITY)
    claim = desk.approved((budget, 150_000), (city, 50_000))
    with pytest.raises(MoveRefused, match=r"安排 50000\.00 元，已拨 0\.00 元，最多还能拨 50000\.00 元"):
        desk.pay(claim, 50_001, city)
    with pytest.raises(MoveRefused, match="不在这笔申请的资金安排里"):
        desk.pay(claim, 1, desk.budget(Source.OTHER))
    assert unpaid(claim)


def test_everything_that_is_wrong_is_told_at_once(desk, claim, budget):
    with pytest.raises(MoveRefused) as refused:
        desk.pay(claim, 200_001, budget, " ", on=desk.today + timedelta(days=1), payee="长" * 101, note="坏\x07字")
    for words in ("最多还能拨", "不能晚于今天", "请填写凭证号", "收款单位最多 100", "说明最多 300"):
        assert words in str(refused.value)


def test_the_same_voucher_pays_a_claim_once(desk, claim, budget):
    desk.pay(claim, 100, budget, "武财（2020）7号")
    for again in ("武财（2020）7号", "武财(2020)7号", " 武财（2020） 7号 ", "武财（２０２０）7号"):
        with pytest.raises(MoveRefused, match="已在这笔申请里登记过"):
            desk.pay(claim, 100, budget, again)
    assert rows(claim) == [(1, 100, 100)]


def test_one_voucher_may_pay_two_claims(desk, claim, budget):
    other = desk.approved((budget, STATION), subject=accepted("江口镇"))
    desk.pay(claim, STATION, budget, "V-1")
    desk.pay(other, STATION, budget, "V-1")
    assert Payment.objects.filter(voucher="V-1").count() == 2


def test_a_double_click_pays_once(desk, claim, budget):
    seen = claim.version
    desk.pay(claim, STATION, budget, version=seen)
    with pytest.raises(StaleObject):
        desk.pay(SubsidyClaim.objects.get(pk=claim.pk), STATION, budget, version=seen)
    with pytest.raises(MoveRefused, match="当前状态为“已拨付”"):
        desk.pay(SubsidyClaim.objects.get(pk=claim.pk), STATION, budget, "V-2")
    assert rows(claim) == [(1, STATION, STATION)]


def test_neither_drafter_nor_approver_pays(desk, claim, budget, make_user):
    for person in (desk.clerk, desk.reviewer):
        person.user_permissions.set(desk.approver.groups.get().permissions.all())
        again = type(person).objects.get(pk=person.pk)
        with pytest.raises(MoveRefused, match="不能是同一人"):
            desk.pay(claim, STATION, budget, by=again)
    assert unpaid(claim)


def test_who_has_no_right_to_pay_is_denied_and_put_on_record(desk, claim, budget, leader):
    with pytest.raises(Denied):
        desk.pay(claim, STATION, budget, by=leader)
    assert AuditRecord.objects.filter(action="review.denied", by_id=leader.pk).count() == 1


# -- days


@pytest.fixture
def past(demo_desk):
    """A claim approved on 10 October 2020 in a district whose day stands at 2020-12-31, and its budget."""
    budget = demo_desk.budget()
    with telling(moment(2020, 10, 10)):
        return demo_desk.approved((budget, STATION)), budget


def moment(*day: int) -> datetime:
    return timezone.make_aware(datetime(*day, 9))


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (date(2020, 10, 9), "不能早于批准日期（2020-10-10）"),
        (date(2019, 12, 31), "不在2020预算年度内"),
        (date(2021, 1, 1), "不能晚于今天"),
        (date(2021, 1, 1), "不在2020预算年度内"),
        (date(2026, 1, 1), "不能晚于今天"),
    ],
)
def test_days_on_which_nothing_can_have_been_paid(demo_desk, past, on, words):
    claim, budget = past
    with pytest.raises(MoveRefused, match=words):
        demo_desk.pay(claim, STATION, budget, on=on)
    assert unpaid(claim)


@pytest.mark.parametrize("on", [date(2020, 10, 10), date(2020, 12, 31)])
def test_first_and_last_day_of_payment(demo_desk, past, on):
    claim, budget = past
    demo_desk.pay(claim, STATION, budget, on=on)
    assert claim.payments.get().on == on


def test_what_is_approved_now_in_a_demo_district_is_paid_on_its_last_day(demo_desk):
    budget = demo_desk.budget()
    claim = demo_desk.approved((budget, STATION))
    with pytest.raises(MoveRefused, match=r"批准日期（2020-12-31）"):
        demo_desk.pay(claim, STATION, budget, on=date(2020, 12, 30))
    demo_desk.pay(claim, STATION, budget, on=date(2020, 12, 31))


# -- instalments


@pytest.fixture
def in_two(desk, budget):
    """A claim of a scheme that prints 60 % after the start and the rest after acceptance."""
    scheme = desk.scheme("station")
    scheme.body["instalments"] = [
        {"share": "0.6", "after": "开工", "printed": "60%"},
        {"share": "0.4", "after": "验收合格", "printed": "40%"},
    ]
    scheme.save()
    return desk.approved((budget, STATION))


def test_a_payment_stays_within_its_printed_instalment(desk, in_two, budget):
    with pytest.raises(MoveRefused, match=r"第 1 期（60%，开工后拨付）还可拨 120000\.00 元"):
        desk.pay(in_two, STATION, budget)
    desk.pay(in_two, 120_000, budget, "V-1")
    in_two.refresh_from_db()
    number, part, left = services.instalment(in_two)
    assert (number, part.after, left) == (2, "验收合格", 80_000)
    desk.pay(in_two, 80_000, budget, "V-2")
    assert rows(in_two) == [(1, 120_000, 120_000), (2, 80_000, 200_000)]


def test_a_scheme_that_prints_no_instalments_may_be_paid_in_any_parts(claim):
    assert services.instalment(claim) is None


# -- recovering


def test_a_recovery_reverses_every_payment_and_names_it(desk, claim, budget):
    desk.pay(claim, 150_000, budget, "V-1")
    desk.pay(claim, 50_000, budget, "V-2")
    event = desk.recover(claim)
    row = SubsidyClaim.objects.get(pk=claim.pk)
    assert (row.status, row.paid_total, row.recovered_by) == ("recovered", 0, desk.approver)
    assert rows(claim) == [(1, 150_000, 150_000), (2, 50_000, 200_000), (3, -50_000, 150_000), (4, -150_000, 0)]
    assert [entry.reverses.number for entry in claim.payments.filter(amount__lt=0)] == [2, 1]
    assert event.detail == {"entries": [3, 4], "voucher": "R-1", "on": desk.today.isoformat()}


def test_a_part_payment_is_recovered_too(desk, claim, budget):
    desk.pay(claim, 50_000, budget)
    desk.recover(claim)
    assert rows(claim) == [(1, 50_000, 50_000), (2, -50_000, 0)]


def test_odd_fen_come_back_to_nothing(desk, budget):
    """Sums of floating-point numbers leave a trifle: what was paid in odd parts could then never be recovered."""
    city = desk.budget(Source.CITY)
    claim = desk.approved((budget, "120000.37"), (city, "79999.63"))
    for number, (amount, source) in enumerate((("0.01", budget), ("120000.36", budget), ("79999.63", city))):
        desk.pay(claim, amount, source, f"V-{number}")
    desk.recover(claim)
    row = SubsidyClaim.objects.get(pk=claim.pk)
    assert (row.status, row.paid_total) == ("recovered", 0)
    assert ledger.standings(desk.district, desk.today) == []
    assert [(line.paid, line.left) for line in board.board(desk.district, desk.year).lines] == [
        (0, city.planned), (0, budget.planned),
    ]  # fmt: skip
    assert claim.payments.aggregate(sum=Total("amount"))["sum"] == 0


def test_after_a_recovery_key_and_budget_are_free_again(desk):
    budget = desk.budget(planned=Decimal(STATION))
    station = accepted()
    claim = desk.approved((budget, STATION), subject=station)
    desk.pay(claim, STATION, budget)
    desk.recover(claim)
    again = desk.approved((budget, STATION), subject=station)
    desk.pay(again, STATION, budget)
    (line,) = board.board(desk.district, desk.year).lines
    assert (line.committed, line.paid, line.recovered, line.left) == (STATION, STATION, STATION, 0)


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({"comment": " "}, "必须填写理由"),
        ({"voucher": ""}, "凭证号"),
        ({"voucher": "9" * 61}, "凭证号"),
        ({"on": date(2100, 1, 1)}, "不能晚于今天"),
        ({"on": date(2020, 1, 1)}, "不能早于拨付日期"),
    ],
)
def test_recoveries_that_are_refused(desk, claim, budget, stated, words):
    desk.pay(claim, STATION, budget)
    with pytest.raises(MoveRefused, match=words):
        desk.recover(claim, **stated)
    assert rows(claim) == [(1, STATION, STATION)]


def test_nothing_is_recovered_that_was_not_paid_and_nothing_twice(desk, claim, budget):
    with pytest.raises(MoveRefused, match="还没有拨付"):
        desk.recover(claim)
    desk.pay(claim, STATION, budget)
    desk.recover(claim)
    with pytest.raises(MoveRefused, match="当前状态为“已追回”"):
        desk.recover(claim)
    assert len(rows(claim)) == 2


def test_a_paid_claim_is_not_cancelled(desk, claim, budget):
    desk.pay(claim, 1, budget)
    with pytest.raises(MoveRefused, match=r"已拨付 1.00 元，不能取消批准"):
        services.cancel(claim, by=desk.approver, comment="项目调整")

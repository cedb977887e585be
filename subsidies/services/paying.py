"""Paying a claim and getting money back: ledger entries beside the move, by a third person.

Days are those of the district's own calendar: a demo district lives in a year of the past. Money of a budget leaves in
the budget's year; there is no tail of the old year. What is approved and unpaid at its end is cancelled and drafted anew
under the next year's budget. Money that comes back may do so later, and is free again in the budget that it came from.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from itertools import accumulate

from django.db import transaction
from django.utils import timezone

from eldercare import clock, review
from eldercare.policies import unpack
from eldercare.review import MoveRefused
from subsidies.budgets import Total
from subsidies.models import Budget, Payment, SubsidyClaim
from subsidies.rules.scheme import Instalment, parse
from subsidies.services.approving import comes_near, locked, refusal, unflagged
from subsidies.services.stated import FEN, is_money, is_plain, same_number, yuan

PERMISSION = "subsidies.pay_subsidyclaim"
VOUCHER, PAYEE, NOTE = 60, 100, 300


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person states of one payment: yuan, the day, the budget it comes from, the voucher, and to whom."""

    amount: Decimal
    on: date
    budget: Budget
    voucher: str
    payee: str = ""
    note: str = ""


def pay(claim: SubsidyClaim, entry: Entry, *, by, version: int | None = None):
    """Record one payment of an approved claim; the one that completes the amount makes it paid.

    MoveRefused with every reason at once: amount, day, voucher or budget do not fit, or the claim is flagged.
    """
    if not comes_near(claim, by, PERMISSION):
        return review.perform(claim, "pay", by=by, version=version)
    with transaction.atomic():
        held = locked(claim)
        if told := refusal(held, "pay", by, version):
            raise told
        if problems := [*_amount_problems(held, entry), *_day_problems(held, entry.on, entry.budget), *_words(entry)]:
            raise MoveRefused("；".join(problems))
        if any(same_number(entry.voucher, known) for known in _vouchers(held)):
            raise MoveRefused(f"凭证 {entry.voucher.strip()} 已在这笔申请里登记过，没有重复登记。")
        row = _enter(held, entry, by)
        verb = "pay" if row.balance == held.amount else "pay_part"
        told = f"{yuan(entry.amount)}，{entry.budget}，凭证 {row.voucher}"
        return review.perform(
            claim, verb, by=by, version=version, comment=told, paid_total=row.balance, detail={"entries": [row.number]}
        )


def _amount_problems(claim: SubsidyClaim, entry: Entry) -> Iterator[str]:
    if not is_money(entry.amount):
        yield "拨付金额应大于 0，最多两位小数。"
        return
    left = claim.amount - claim.paid_total
    if entry.amount > left:
        yield f"批准 {yuan(claim.amount)}，已拨 {yuan(claim.paid_total)}，最多还能拨 {yuan(left)}。"
        return
    yield from _instalment_problems(claim, entry.amount)
    share = claim.shares.filter(budget=entry.budget).first()
    if share is None:
        yield "所选预算不在这笔申请的资金安排里。"
        return
    paid = claim.payments.filter(budget=entry.budget).aggregate(sum=Total("amount"))["sum"] or Decimal(0)
    if entry.amount > share.amount - paid:
        left = share.amount - paid
        yield f"{entry.budget}安排 {yuan(share.amount)}，已拨 {yuan(paid)}，最多还能拨 {yuan(left)}。"


def instalment(claim: SubsidyClaim) -> tuple[int, Instalment, Decimal] | None:
    """The printed instalment that the next payment belongs to: number, what it follows, and yuan left of it.

    None where the policy prints no shares: then the bureau may pay in parts as it sees fit. Shares are parts of one.
    """
    parts = parse(unpack(claim.scheme.body)).instalments
    if any(part.share is None for part in parts):
        return None
    ends = accumulate((claim.amount * part.share for part in parts), initial=Decimal(0))
    for number, (part, end) in enumerate(zip(parts, [*ends][1:], strict=True), 1):
        left = end.quantize(FEN, ROUND_DOWN) - claim.paid_total
        if left > 0:
            return number, part, left
    return None


def _instalment_problems(claim: SubsidyClaim, amount: Decimal) -> Iterator[str]:
    if (found := instalment(claim)) and amount > found[2]:
        number, part, left = found
        follows = f"，{part.after}后拨付" if part.after else ""
        yield f"文件规定分期拨付：第 {number} 期（{part.printed or f'{part.share:%}'}{follows}）还可拨 {yuan(left)}。"


def _day_problems(claim: SubsidyClaim, on: date, budget: Budget) -> Iterator[str]:
    today = claim.district.default_as_of()
    approved = min(timezone.localdate(claim.decided_at), today)
    if on > today:
        yield "拨付日期不能晚于今天。"
    if on < approved:
        yield f"拨付日期不能早于批准日期（{approved}）。"
    if on.year != budget.year:
        yield f"拨付日期不在{budget.year}预算年度内；跨年仍未拨付的，请取消批准后在新年度预算中重新安排。"


def _words(entry: Entry) -> Iterator[str]:
    if not entry.voucher.strip():
        yield "请填写凭证号。"
    texts = (("凭证号", entry.voucher, VOUCHER), ("收款单位", entry.payee, PAYEE), ("说明", entry.note, NOTE))
    for label, text, length in texts:
        if not is_plain(text.strip(), length):
            yield f"{label}最多 {length} 个字，不能含控制字符。"


def _vouchers(claim: SubsidyClaim) -> list[str]:
    """The vouchers this claim was paid by. One voucher may pay several claims, but none of them twice."""
    return list(claim.payments.filter(amount__gt=0).values_list("voucher", flat=True))


def _enter(claim: SubsidyClaim, entry: Entry, by) -> Payment:
    row = Payment(
        claim=claim, budget=entry.budget, number=claim.payments.count() + 1, amount=entry.amount,
        balance=claim.paid_total + entry.amount, ceiling=claim.amount, on=entry.on, voucher=entry.voucher.strip(),
        payee=entry.payee.strip(), note=entry.note.strip(), recorded_at=clock.now(), recorded_by=by,
    )  # fmt: skip
    row.save()
    return row


def recover(claim: SubsidyClaim, *, by, on: date, voucher: str, comment: str, version: int | None = None):
    """Record that all paid money came back: one reversing entry a payment. The claim's key is free again."""
    if not comes_near(claim, by, PERMISSION):
        return review.perform(claim, "recover", by=by, comment=comment, version=version)
    with transaction.atomic():
        held = locked(claim)
        if told := refusal(held, "recover", by, version):
            raise told
        if problems := [*_recovery_problems(held, on, voucher, comment)]:
            raise MoveRefused("；".join(problems))
        entries = _reverse(held, on, voucher.strip(), comment.strip()[:NOTE], by)
        return review.perform(
            claim, "recover", by=by, comment=comment, version=version, paid_total=Decimal(0),
            detail={"entries": entries, "voucher": voucher.strip(), "on": on.isoformat()},
        )  # fmt: skip


def something_paid(claim: SubsidyClaim, user) -> str:
    """Money comes back only where money went."""
    # perform() has set what will stand paid by the time it asks; the ledger knows what was paid.
    return "" if claim.payments.filter(amount__gt=0).exists() else "还没有拨付，不需要追回；可以取消批准。"


def _recovery_problems(claim: SubsidyClaim, on: date, voucher: str, comment: str) -> Iterator[str]:
    last = claim.payments.order_by("-on").values_list("on", flat=True).first()
    if on > claim.district.default_as_of():
        yield "追回日期不能晚于今天。"
    if on < last:
        yield f"追回日期不能早于拨付日期（{last}）。"
    if not voucher.strip() or not is_plain(voucher.strip(), VOUCHER):
        yield f"请填写凭证号（最多 {VOUCHER} 个字，不能含控制字符）。"
    if not comment.strip():
        yield "登记追回必须填写理由。"


def _reverse(claim: SubsidyClaim, on: date, voucher: str, note: str, by) -> list[int]:
    payments = list(claim.payments.filter(amount__gt=0, reversals__isnull=True).order_by("-number"))
    first, balance, made = claim.payments.count() + 1, claim.paid_total, []
    for number, row in enumerate(payments, first):
        balance -= row.amount
        Payment(
            claim=claim, budget=row.budget, number=number, amount=-row.amount, balance=balance, ceiling=claim.amount,
            on=on, voucher=voucher, payee=row.payee, note=note, reverses=row, recorded_at=clock.now(), recorded_by=by,
        ).save()  # fmt: skip
        made.append(number)
    return made


def _entered(claim: SubsidyClaim, event, by) -> None:
    """A move that says money moved, without ledger entries that add up to it, is undone: perform() alone cannot pay."""
    numbers = event.detail.get("entries", [])
    made = claim.payments.filter(number__in=numbers, recorded_by=by).count()
    total = claim.payments.aggregate(sum=Total("amount"))["sum"] or Decimal(0)
    if not numbers or made != len(numbers) or total != claim.paid_total:
        raise MoveRefused("请填写金额、日期、预算和凭证后登记；没有台账的拨付或追回不能办理。")


def connect() -> None:
    """Tie what must hold to the moves."""
    review.require(SubsidyClaim, "recover", something_paid)
    for verb in ("pay", "pay_part"):
        review.require(SubsidyClaim, verb, unflagged)
    for verb in ("pay", "pay_part", "recover"):
        review.after(SubsidyClaim, verb, _entered)

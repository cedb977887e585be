"""Approving a claim: recomputed, its money allotted to budgets, never beyond what a budget still has."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from django.db import transaction

from eldercare import review
from eldercare.review import MoveRefused
from subsidies import board
from subsidies.models import Budget, ClaimShare, SubsidyClaim
from subsidies.services import claiming
from subsidies.services.stated import is_money, yuan

PERMISSION = "subsidies.approve_subsidyclaim"


def approve(
    claim: SubsidyClaim, *, by, shares: Mapping[Budget, Decimal], comment: str = "", version: int | None = None
):
    """Approve a claim and commit its amount to budgets; `shares` are yuan by budget and add up to the amount exactly.

    MoveRefused when it is no longer payable, the shares do not add up, or a budget has not enough left.
    """
    if not comes_near(claim, by, PERMISSION):
        return review.perform(claim, "approve", by=by, comment=comment, version=version)
    with transaction.atomic():
        claiming.stand_still(claim)
        held = locked(claim)
        if told := refusal(held, "approve", by, version):
            raise told
        _allot(held, shares)
        return review.perform(
            claim, "approve", by=by, comment=comment, version=version,
            approved_basis=claiming.computed(held).as_dict(),
            detail={"shares": {str(budget): f"{amount:.2f}" for budget, amount in shares.items() if amount}},
        )  # fmt: skip


def comes_near(claim: SubsidyClaim, by, permission: str) -> bool:
    """Whether the person may touch it at all; the refusal itself is perform's, which keeps it on record."""
    return by.has_perm(permission) and SubsidyClaim.objects.visible_to(by).filter(pk=claim.pk).exists()


def locked(claim: SubsidyClaim) -> SubsidyClaim:
    """The claim as it is now, until the transaction ends."""
    rows = SubsidyClaim.objects.select_related("scheme__policy", "district", "township", "facility")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=claim.pk)


def refusal(held: SubsidyClaim, verb: str, by, version: int | None) -> MoveRefused | None:
    """Why a move must not even begin, before anything is asked about money."""
    if version is not None and held.version != version:
        return review.StaleObject("这条记录刚被别人处理过，请刷新页面查看最新状态后再操作。")
    reason = review.refusal(held, review.find_move(SubsidyClaim, verb), by)
    return MoveRefused(reason) if reason else None


def _allot(claim: SubsidyClaim, shares: Mapping[Budget, Decimal]) -> None:
    amounts = {budget.pk: amount for budget, amount in shares.items() if amount}
    # In one order, so that two approvals never wait for each other's budgets.
    budgets = {row.pk: row for row in Budget.objects.select_for_update().filter(pk__in=amounts).order_by("pk")}
    if problems := [*_share_problems(claim, budgets, amounts)]:
        raise MoveRefused("；".join(problems))
    claim.shares.all().delete()
    ClaimShare.objects.bulk_create(
        ClaimShare(claim=claim, budget=budgets[pk], amount=amount) for pk, amount in amounts.items()
    )


def _share_problems(
    claim: SubsidyClaim, budgets: Mapping[int, Budget], amounts: Mapping[int, Decimal]
) -> Iterator[str]:
    """Every reason why the money cannot be allotted so."""
    if not all(map(is_money, amounts.values())):
        yield "各项资金应为不小于 0、最多两位小数的金额。"
        return
    total = sum(amounts.values(), Decimal(0))
    if total != claim.amount:
        yield f"各项资金合计 {yuan(total)}，应等于申请金额 {yuan(claim.amount)}。"
    for pk, amount in amounts.items():
        budget = budgets.get(pk)
        if budget is None or (budget.district_id, budget.year) != (claim.district_id, claim.year):
            yield f"所选预算不是{claim.district}{claim.year}年的预算。"
            continue
        bound = board.committed(budget)
        if amount > (left := budget.planned - bound):
            yield f"{budget}预算 {yuan(budget.planned)}，已安排 {yuan(bound)}，只剩 {yuan(left)}，不够 {yuan(amount)}。"


def send_back(claim: SubsidyClaim, *, by, comment: str, version: int | None = None):
    """Return a claim to its drafter with the reason."""
    return review.perform(claim, "send_back", by=by, comment=comment, version=version)


def cancel(claim: SubsidyClaim, *, by, comment: str, version: int | None = None):
    """Take an approval back while nothing is paid; the money is free again."""
    return review.perform(claim, "cancel", by=by, comment=comment, version=version)


def nothing_paid(claim: SubsidyClaim, user) -> str:
    """An approval is cancelled before the first payment; afterwards the money is recovered."""
    return f"已拨付 {yuan(claim.paid_total)}，不能取消批准；需要收回的，请登记追回。" if claim.paid_total else ""


def unflagged(claim: SubsidyClaim, user) -> str:
    """A claim whose ground fell away waits until somebody has looked into it."""
    if not claim.flagged_at:
        return ""
    way = "请退回，由起草人重新核算提交" if claim.status == SubsidyClaim.Status.SUBMITTED else "请先核实"
    return f"这笔申请有预警：{claim.flag_reason}。{way}。"


def in_its_year(claim: SubsidyClaim, user) -> str:
    """Money of a past year leaves no more, so nothing of it is promised any more."""
    if claim.year >= claim.district.default_as_of().year:
        return ""
    return f"{claim.year}预算年度已过，请撤回后按新年度重新起草。"


def _allotted(claim: SubsidyClaim, event, by) -> None:
    """An approval that names no money, or not all of it, is undone: perform() alone cannot approve."""
    total = sum(claim.shares.values_list("amount", flat=True), Decimal(0))
    if total != claim.amount:
        raise MoveRefused("请先填写资金安排，各项合计应等于申请金额。")


def connect() -> None:
    """Tie what must hold to the moves."""
    review.require(SubsidyClaim, "cancel", nothing_paid)
    review.require(SubsidyClaim, "approve", unflagged)
    review.require(SubsidyClaim, "approve", in_its_year)
    review.after(SubsidyClaim, "approve", _allotted)

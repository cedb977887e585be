"""Setting budgets: never below what is committed, every change on record with before and after."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from eldercare import audit, review
from eldercare.regions import Kind, Region
from facilities import history
from subsidies import board
from subsidies.models import Budget
from subsidies.services.stated import yuan

STATED = ("planned", "pool", "note")


@transaction.atomic
def set_budget(
    district: Region, year: int, source: str, *, by, planned: Decimal, pool: Decimal | None = None, note: str = ""
) -> Budget:
    """Enter or change one budget, in yuan. ValidationError for values that cannot be, or below what is committed."""
    if not by.has_perm("subsidies.change_budget"):
        raise review.Denied("您的角色不能登记资金预算。")
    if not Region.objects.visible_to(by).filter(pk=district.pk).exists():
        raise review.Denied("不在您的管理范围内。")
    if district.kind != Kind.DISTRICT:
        raise ValidationError("资金预算按区县登记。")
    # Two people who enter the same budget for the first time wait for each other.
    history.lock_townships([district.pk])
    found = Budget.objects.select_for_update().filter(district=district, year=year, source=source).first()
    before = _stated(found) if found else {}
    row = found or Budget(district=district, year=year, source=source)
    row.planned, row.pool, row.note = planned, pool, note.strip()
    row.full_clean()
    if found and row.planned < (committed := board.committed(row)):
        raise ValidationError({"planned": f"已批准安排 {yuan(committed)}，预算不能少于这个数。"})
    _save(row, before, by)
    return row


def _stated(row: Budget) -> dict[str, str]:
    """What was entered, as the database holds it."""
    values = Budget.objects.values(*STATED).get(pk=row.pk)
    return {name: "" if value is None else str(value) for name, value in values.items()}


def _save(row: Budget, before: dict[str, str], by) -> None:
    row.save()
    after = _stated(row)
    if before != after:
        action = "record.changed" if before else "record.created"
        audit.record(action, by=by, target=row, detail={"before": before, "after": after})

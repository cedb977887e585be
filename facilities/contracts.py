"""Who runs a facility on a day, by its contracts: what was signed outranks what the monthly sheet says."""

from datetime import date

from django.db.models import F, QuerySet

from facilities.kinds import Operation
from facilities.models import OperatorContract


def signed(contracts: QuerySet[OperatorContract], day: date) -> dict[int, str]:
    """运营方式 by facility as the contract begun last by the day has it: one query.

    Once a facility has had contracts, an expired one means that nobody runs it; without any it is absent.
    """
    found: dict[int, str] = {}
    for row in contracts.exclude(starts_on__gt=day).order_by(F("starts_on").asc(nulls_first=True), "pk"):
        expired = row.ends_on is not None and row.ends_on < day
        found[row.facility_id] = Operation.NONE.value if expired else row.operation
    return found

"""The ledger as it is read: entries of a district by day, and what stands of approved claims on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import DecimalField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from eldercare.regions import Region
from subsidies.budgets import Total
from subsidies.models import Payment, SubsidyClaim

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Standing:
    """An approved claim on a day, in yuan: `paid` is what the ledger sums to by then, `is_flagged` whether its ground fell."""

    claim: int
    township: int
    township_code: str
    amount: Decimal
    paid: Decimal
    is_flagged: bool


def approved(district: Region, day: date, year: int | None = None) -> QuerySet[SubsidyClaim]:
    """The claims approved by a day and neither cancelled nor recovered by then; with `year`, of that budget year.

    Approval and cancellation count on the day they were stamped, a recovery on the day of its ledger entry. On the
    district's own present day, and after it, what is so now counts: a demo district's stamps lie after its year.
    """
    rows = SubsidyClaim.objects.filter(district=district, approved_basis__isnull=False)
    rows = rows.filter(year=year) if year else rows
    if day >= district.default_as_of():
        return rows.filter(status__in=(SubsidyClaim.Status.APPROVED, SubsidyClaim.Status.PAID))
    back = Payment.objects.filter(claim=OuterRef("pk"), amount__lt=0, on__lte=day)
    kept = Q(withdrawn_at__isnull=True) | Q(withdrawn_at__date__gt=day)
    return rows.filter(kept, ~Exists(back), decided_at__date__lte=day)


def standings(district: Region, day: date, year: int | None = None) -> list[Standing]:
    """Every approved claim of a district on a day with what was paid of it: one query."""
    paid = Coalesce(
        Total("payments__amount", filter=Q(payments__on__lte=day)), NOTHING, output_field=DecimalField(max_digits=14)
    )
    rows = approved(district, day, year).order_by("pk").annotate(paid=paid)
    columns = ("pk", "township_id", "township__code", "amount", "paid", "flagged_at")
    # Stamps of a demo district may lie after its present day, on which what is so now counts.
    is_now = day >= district.default_as_of()
    return [
        Standing(*row, flag is not None and (is_now or timezone.localdate(flag) <= day))
        for *row, flag in rows.values_list(*columns)
    ]


def open_now(district: Region) -> list[SubsidyClaim]:
    """The claims of a district that somebody has to act on: handed in, or flagged; the flagged first. One query."""
    waits = Q(status=SubsidyClaim.Status.SUBMITTED) | Q(flagged_at__isnull=False, status__in=SubsidyClaim.LIVE)
    rows = SubsidyClaim.objects.filter(waits, district=district).select_related("scheme", "township", "facility")
    return list(rows.order_by(F("flagged_at").asc(nulls_last=True), "pk"))


def entries(districts: Iterable[Region], *, until: date | None = None, year: int | None = None) -> QuerySet[Payment]:
    """The ledger of some districts in the order of its days; `year` is the budget's."""
    rows = Payment.objects.filter(claim__district__in=districts)
    rows = rows.filter(on__lte=until) if until else rows
    rows = rows.filter(budget__year=year) if year else rows
    return rows.select_related("claim__scheme", "claim__township", "claim__facility", "budget").order_by("on", "pk")

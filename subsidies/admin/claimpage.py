"""The middle of the claim page: basis clause by clause, what was excused at acceptance, shares and ledger."""

from django.db.models import Q

from facilities.models import Waiver
from subsidies import amounts
from subsidies.admin import conditions
from subsidies.models import SubsidyClaim

SHOWN = (Waiver.Status.CONSENTED, Waiver.Status.REVOKED)


def context(row: SubsidyClaim) -> dict:
    """What the page and its papers show of a claim, besides its moves."""
    basis = row.approved_basis or row.basis
    return {
        "basis": basis,
        "findings": conditions.lines(basis.get("conditions", ())),
        "deviations": deviations(row),
        "shares": list(row.shares.select_related("budget__district")),
        "payments": list(row.payments.select_related("budget", "recorded_by", "reverses").order_by("number")),
        "amount": amounts.wan(row.amount),
        "paid": amounts.wan(row.paid_total),
        "left": amounts.wan(row.amount - row.paid_total),
    }


def deviations(row: SubsidyClaim) -> list[Waiver]:
    """What was excused at the acceptance of the facilities that the claim rests on: soft standards, not money's."""
    rests_on = Q(facility__bundle_claims=row) | Q(facility__subsidy_claims=row)
    rows = Waiver.objects.filter(rests_on, status__in=SHOWN).select_related("facility")
    return list(rows.order_by("facility__code", "pk").distinct())

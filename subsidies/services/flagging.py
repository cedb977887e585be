"""Flags: a claim whose ground fell away is marked in the same transaction, and looked into by a reviewer.

The flag goes when somebody has acted on it: kept, handed in anew, withdrawn, cancelled, or all money recovered.

A revoked acceptance flags. A waiver taken back afterwards, or a standard to be checked again, does not: what is paid
rests on the scheme's own hard conditions and on the acceptance, and an acceptance that no longer holds is revoked.
"""

from django.db.models import F, Q

from eldercare import audit, clock, review
from eldercare.review import MoveRefused
from facilities.models import AcceptanceReview
from subsidies.models import SubsidyClaim
from subsidies.services import claiming

REASON_LENGTH = 300


def keep(claim: SubsidyClaim, *, by, comment: str, version: int | None = None):
    """Let a flagged claim stand, with the reviewer's reason; the flag goes, and what it comes to now is on record."""
    verb = "keep_paid" if claim.status == SubsidyClaim.Status.PAID else "keep"
    detail = {"flag": claim.flag_reason, "entitlement": _standing(claim)}
    return review.perform(claim, verb, by=by, comment=comment, version=version, detail=detail)


def _standing(claim: SubsidyClaim) -> dict:
    """What the claim comes to now; the reason alone where its subject is gone."""
    try:
        return claiming.computed(claim).as_dict()
    except MoveRefused as lost:
        return {"outcome": "refused", "reasons": [str(lost)]}


def is_flagged(claim: SubsidyClaim, user) -> str:
    """Only a flag can be looked into."""
    return "" if claim.flagged_at else "这笔申请没有预警。"


def _acceptance_revoked(row: AcceptanceReview, event, by) -> None:
    """Runs inside the revocation: every live claim that rests on the facility, alone or in a bundle.

    The version moves on, so that a page read before the flag can neither pay nor keep.
    """
    reason = f"{row.facility}的验收已撤销：{event.comment}"
    touched = Q(facility=row.facility_id) | Q(members=row.facility_id)
    ids = set(SubsidyClaim.objects.filter(touched, status__in=SubsidyClaim.LIVE).values_list("pk", flat=True))
    for claim in SubsidyClaim.objects.filter(pk__in=ids).select_related("scheme", "township", "facility"):
        told = "；".join(filter(None, (claim.flag_reason, reason)))[:REASON_LENGTH]
        SubsidyClaim.objects.filter(pk=claim.pk).update(
            flagged_at=clock.now(), flagged_by=by, flag_reason=told, version=F("version") + 1
        )
        audit.record("record.changed", by=by, target=claim, detail={"fields": [f"预警：{reason}"]})


def _unsaid(claim: SubsidyClaim, event, by) -> None:
    """With the flag its reason goes."""
    if claim.flag_reason:
        SubsidyClaim.objects.filter(pk=claim.pk).update(flag_reason="")
        claim.flag_reason = ""


def connect() -> None:
    """Follow revocations, and tie what must hold to the moves."""
    review.after(AcceptanceReview, "revoke", _acceptance_revoked)
    for verb in ("keep", "keep_paid"):
        review.require(SubsidyClaim, verb, is_flagged)
    for verb in ("submit", "keep", "keep_paid", "withdraw", "cancel", "recover"):
        review.after(SubsidyClaim, verb, _unsaid)

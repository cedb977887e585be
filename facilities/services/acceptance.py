"""Acceptance: what is asked before it, the evidence it freezes, the stage it brings, and what its revocation undoes."""

from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from eldercare import clock, review
from eldercare.policies import pack
from eldercare.review import MoveRefused
from facilities import checks, history
from facilities.kinds import Stage
from facilities.models import AcceptanceReview, Facility, Waiver
from facilities.rules.overall import Overall

PASSING = (Overall.ACCEPTABLE, Overall.NO_STANDARD)


def open_review(facility: Facility, *, by, note: str = "") -> AcceptanceReview:
    """Start an acceptance review. MoveRefused when one is open, the facility is accepted, or the person may not."""
    if not by.has_perm("facilities.add_acceptancereview"):
        raise review.Denied("您的角色不能申请验收。")
    if not Facility.objects.visible_to(by).filter(pk=facility.pk).exists():
        raise review.Denied("不在您的管理范围内。")
    with transaction.atomic():
        Facility.objects.select_for_update(of=("self",)).get(pk=facility.pk)
        busy = facility.acceptances.filter(
            status__in=[*AcceptanceReview.OPEN, AcceptanceReview.Status.ACCEPTED]
        ).first()
        if busy:
            raise MoveRefused(f"该设施已有一份“{busy.get_status_display()}”的验收审核。")
        return AcceptanceReview.objects.create(facility=facility, created_by=by, created_at=clock.now(), note=note)


def review_day(row: AcceptanceReview) -> date:
    """The day that a review is checked for: the acceptance date once decided, else the district's own today."""
    return row.accepted_on or row.facility.district.default_as_of()


def accept(
    row: AcceptanceReview, *, by, accepted_on: date | None = None, comment: str = "", version: int | None = None
):
    """Accept a facility from a day on, keeping what the decision rested on. MoveRefused when the standard is not met."""
    if not may_decide(row, by):
        # Denied here, outside the transaction below, so that the attempt stays on record.
        return review.perform(row, "accept", by=by, comment=comment, version=version)
    with transaction.atomic():
        return _accept(row, by, accepted_on, comment, version)


def may_decide(row: AcceptanceReview, by) -> bool:
    """Whether the person holds the right and the review lies in their scope."""
    visible = AcceptanceReview.objects.visible_to(by).filter(pk=row.pk).exists()
    return visible and by.has_perm("facilities.decide_acceptancereview")


def hold(row: AcceptanceReview) -> AcceptanceReview:
    """The review and its facility as they are now, held until the transaction ends: nobody changes the facts meanwhile.

    The review first, then the township, as every move with consequences locks them: two at once never wait crosswise.
    """
    held = AcceptanceReview.objects.select_for_update(of=("self",)).select_related("facility").get(pk=row.pk)
    history.lock_townships([held.facility.township_id])
    held.facility.refresh_from_db()
    return held


def is_turn_of(held: AcceptanceReview, by, version: int | None) -> bool:
    """Whether this person decides now: only then does it matter what else is wrong with what they sent."""
    mine = held.status == AcceptanceReview.Status.REVIEWING and held.reviewer_id == by.pk
    return mine and version in (None, held.version)


def _accept(row: AcceptanceReview, by, accepted_on: date | None, comment: str, version: int | None):
    day = accepted_on or row.facility.district.default_as_of()
    if day > timezone.localdate():
        raise MoveRefused("验收日期不能晚于今天。")
    held = hold(row)
    found = checks.check(held.facility, day)
    if is_turn_of(held, by, version) and (reason := _reason_wanted(held, found, comment)):
        raise MoveRefused(reason)
    return review.perform(
        row, "accept", by=by, comment=comment, version=version,
        accepted_on=day, edition=found.edition, frozen=frozen(found), **_consent(found),
    )  # fmt: skip


def _reason_wanted(row: AcceptanceReview, found: checks.Check, comment: str) -> str:
    """Why this acceptance needs words beside the decision; empty when it speaks for itself or is refused anyway."""
    if comment.strip() or found.overall not in PASSING:
        return ""
    if found.overall == Overall.NO_STANDARD:
        return "本区县政策没有适用于这类设施的标准，验收合格须填写理由。"
    return "" if row.visits.exists() else "没有现场核查记录，验收合格须填写理由。"


def _consent(found: checks.Check) -> dict:
    """Who consented to the deviations that the acceptance rests on, the latest last."""
    used = [finding.waiver.id for finding in found.findings if finding.waiver]
    last = Waiver.objects.filter(pk__in=used).order_by("-decided_at", "-pk").first()
    return {"consented_at": last.decided_at, "consented_by": last.decided_by} if last else {}


def frozen(found: checks.Check) -> dict:
    """What an accepted review keeps for ever: values, texts, edition and findings."""
    return {
        "day": found.day.isoformat(),
        "edition": str(found.edition or ""),
        "edition_key": found.edition.key if found.edition else "",
        "overall": found.overall.value,
        "facts": pack({key: _plain(value) for key, value in sorted(found.facts.items())}),
        "findings": [finding.as_dict() for finding in found.findings],
    }


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, (set, frozenset)) else value


def standard_met(row: AcceptanceReview, user) -> str:
    """Why the standard does not let this facility be accepted yet; empty when it does."""
    found = checks.check(row.facility, review_day(row))
    if found.overall in PASSING:
        return ""
    words = "；".join(_words(finding) for finding in found.problems())
    return f"核查结论为“{found.overall.label}”，不能验收合格：{words}"


def _words(finding) -> str:
    return f"{finding.label}（{finding.clause}）{finding.gap_text or finding.missing_text or finding.outcome.label}"


def in_charge(row: AcceptanceReview, user) -> str:
    """A case is decided by the person it was given to."""
    return "" if row.reviewer_id == user.pk else f"本件由{row.reviewer}承办；需要换人时请科长重新分派。"


def built(row: AcceptanceReview, user) -> str:
    """Only a facility that is completed now, and was on the acceptance date, can be submitted or accepted."""
    facility = Facility.objects.get(pk=row.facility_id)
    if facility.stage != Stage.COMPLETED:
        return f"设施的建设阶段为“{facility.get_stage_display()}”，完工后才能验收。"
    then = facility.records.on(row.accepted_on).first() if row.accepted_on else None
    if row.accepted_on and (then is None or then.stage != Stage.COMPLETED):
        return f"按登记，设施在{row.accepted_on}还没有完工，验收日期不能早于完工。"
    return _unsettled_since(facility, row.accepted_on) if row.accepted_on else ""


def _unsettled_since(facility: Facility, day: date) -> str:
    """A stage recorded after the acceptance date would outlive the acceptance; the date must follow it."""
    later = facility.records.standing().filter(effective_on__gt=day).order_by("-effective_on", "-pk")
    changed = next((row for row in later if "stage" in row.asserted), None)
    if changed is None:
        return ""
    return (
        f"登记显示设施在{changed.effective_on}又变更为“{changed.get_stage_display()}”，"
        f"验收日期不能早于{changed.effective_on}。"
    )


def _after_accept(row: AcceptanceReview, event, by) -> None:
    values = {"stage": Stage.ACCEPTED, "accepted_on": row.accepted_on}
    history.record_one(row.facility, values, effective_on=row.accepted_on, by=by, reason="验收合格")


def _after_revoke(row: AcceptanceReview, event, by) -> None:
    values = {"stage": Stage.COMPLETED, "accepted_on": None}
    # After everything recorded so far, or what was recorded for a later day would stand.
    last = row.facility.records.standing().aggregate(day=Max("effective_on"))["day"]
    day = max(row.accepted_on, row.facility.district.default_as_of(), last)
    history.record_one(row.facility, values, effective_on=day, by=by, reason=f"撤销验收：{event.comment}"[:300])


def connect() -> None:
    """Tie the conditions and consequences of acceptance to its moves."""
    review.require(AcceptanceReview, "submit", built)
    review.require(AcceptanceReview, "accept", in_charge)
    review.require(AcceptanceReview, "accept", built)
    review.require(AcceptanceReview, "accept", standard_met)
    review.after(AcceptanceReview, "accept", _after_accept)
    review.after(AcceptanceReview, "revoke", _after_revoke)

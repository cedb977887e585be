"""What is asked of the moves of a waiver, and of an acceptance that rests on one; what falls with a decided review."""

from eldercare import review
from facilities import checks
from facilities.models import AcceptanceReview, Waiver
from facilities.services import waiving
from facilities.services.acceptance import review_day

REVIEWING = AcceptanceReview.Status.REVIEWING


def third_person(waiver: Waiver, user) -> str:
    """Who has a hand in the review, now or when the deviation was proposed, does not decide on it."""
    case = waiver.review
    hands = {"提交人": case.submitted_by_id, "承办人": case.reviewer_id, "审核人": case.decided_by_id}
    mine = next((label for label, pk in hands.items() if pk == user.pk), "")
    return f"您是这份验收审核的{mine}，偏差须由第三人决定。" if mine else ""


def proposer_reviews(waiver: Waiver, user) -> str:
    """A deviation is not proposed by who submitted the facility, even when that became so later."""
    case = waiver.review
    return (
        "提出人现在是这份验收审核的提交人，须由承办人重新提出。"
        if waiver.proposed_by_id == case.submitted_by_id
        else ""
    )


def under_review(waiver: Waiver, user) -> str:
    """Consent is given while the review is open."""
    case = waiver.review
    return "" if case.status == REVIEWING else f"验收审核现为“{case.get_status_display()}”，审核中才能同意偏差。"


def still_needed(waiver: Waiver, user) -> str:
    """Consent is given to what is so now: the clause still fails, and not by more than was proposed."""
    found = getattr(waiver, "found", None) or checks.check(waiver.facility, review_day(waiver.review))
    standing = waiving.state(waiver, found)
    # One that would count from today on is what is being decided here.
    if standing.counts:
        return ""
    return f"“{waiver.label}”现在的情况是：{standing.label}，不能同意；需要时由承办人撤回后重新提出。"


def proposer_or_reviewer(waiver: Waiver, user) -> str:
    """A proposal on a running review is taken back by who made it or who has the case."""
    case = waiver.review
    if case.status != REVIEWING or user.pk in (waiver.proposed_by_id, case.reviewer_id):
        return ""
    return "由提出人或这份验收审核的承办人撤回。"


def consented_by_a_third(row: AcceptanceReview, user) -> str:
    """An acceptance does not rest on a consent of its own submitter or reviewer."""
    hands = {row.submitted_by_id, user.pk}
    own = {
        str(waiver.pk): waiver
        for waiver in Waiver.objects.filter(
            facility=row.facility_id, status=Waiver.Status.CONSENTED, decided_by__in=hands
        ).select_related("decided_by")
    }
    if not own:
        return ""
    found = checks.check(row.facility, review_day(row))
    used = next((own[f.waiver.id] for f in found.findings if f.waiver and f.waiver.id in own), None)
    return f"“{used.label}”的偏差是{used.decided_by}同意的，不能由本人提交或审核这次验收。" if used else ""


def fall_with(row: AcceptanceReview, event, by) -> None:
    """What nobody has decided on when the review is decided is taken back with it."""
    if not by.has_perm(waiving.PROPOSE):
        return
    for waiver in row.waivers.filter(status=Waiver.Status.PROPOSED):
        review.perform(waiver, "withdraw", by=by, comment=f"验收审核已办理“{event.label}”，随之撤回")


def connect() -> None:
    """Tie these conditions and consequences to the moves."""
    for condition in (third_person, proposer_reviews, under_review, still_needed):
        review.require(Waiver, "consent", condition)
    review.require(Waiver, "refuse", third_person)
    review.require(Waiver, "withdraw", proposer_or_reviewer)
    review.require(AcceptanceReview, "accept", consented_by_a_third)
    for verb in ("accept", "send_back"):
        review.after(AcceptanceReview, verb, fall_with)

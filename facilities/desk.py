"""What of acceptance, waivers and rectification waits for whom."""

from eldercare import desk
from eldercare.desk import Waiting
from facilities import ledger
from facilities.models import AcceptanceReview, Rectification, Waiver, ZoneAlias

REVIEWS = "admin:facilities_acceptancereview_changelist"
RECTIFICATIONS = "admin:facilities_rectification_changelist"
Review = AcceptanceReview.Status


def _reviews(**conditions):
    return lambda user: AcceptanceReview.objects.visible_to(user).filter(**conditions)


def _mine(user):
    return AcceptanceReview.objects.visible_to(user).filter(status=Review.REVIEWING, reviewer=user)


def _overdue(user):
    return Rectification.objects.visible_to(user).filter(ledger.past_due())


def _reported(user):
    return Rectification.objects.visible_to(user).filter(status=Rectification.Status.REPORTED)


def _proposed(user):
    return Waiver.objects.visible_to(user).filter(status=Waiver.Status.PROPOSED)


def _names(user):
    return ZoneAlias.objects.visible_to(user).filter(status=ZoneAlias.Status.PROPOSED)


def connect() -> None:
    """Declare the app's work, in the order of a case."""
    desk.declare(
        Waiting(
            "facilities.submit_acceptancereview", "退回待补正的验收", _reviews(status=Review.RETURNED), REVIEWS,
            "status__exact=returned", "watch",
        ),
        Waiting(
            "facilities.submit_acceptancereview", "还没有提交的验收", _reviews(status=Review.DRAFT), REVIEWS,
            "status__exact=draft",
        ),
        Waiting(
            "facilities.assign_acceptancereview", "还没有分派的验收",
            _reviews(status=Review.SUBMITTED, reviewer__isnull=True), REVIEWS, "charge=none", "watch",
        ),
        Waiting(
            "facilities.decide_acceptancereview", "待受理的验收", _reviews(status=Review.SUBMITTED), REVIEWS,
            "status__exact=submitted", "watch",
        ),
        Waiting(
            "facilities.decide_acceptancereview", "我正在审核的验收", _mine, REVIEWS,
            "charge=mine&status__exact=reviewing", "watch",
        ),
        Waiting(
            "facilities.consent_waiver", "待同意的偏差说明", _proposed, "admin:facilities_waiver_changelist",
            "status__exact=proposed", "watch",
        ),
        Waiting(
            "facilities.close_rectification", "待复查的整改", _reported, RECTIFICATIONS, "status__exact=reported",
            "watch",
        ),
        Waiting("facilities.report_rectification", "逾期的整改", _overdue, RECTIFICATIONS, "late=overdue", "act"),
        Waiting(
            "facilities.decide_zonealias", "待确认的功能区名称", _names, "admin:facilities_zonealias_changelist",
            "status__exact=proposed",
        ),
    )  # fmt: skip

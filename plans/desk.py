"""What of the monthly reports waits for whom."""

from eldercare import desk
from eldercare.desk import Waiting
from plans.models import ProgressReport


def _submitted(user):
    return ProgressReport.objects.visible_to(user).filter(status=ProgressReport.Status.SUBMITTED)


def connect() -> None:
    """Declare the app's work."""
    desk.declare(
        Waiting(
            "plans.receive_progressreport", "待核的月报", _submitted, "admin:plans_progressreport_changelist",
            "status__exact=submitted", "watch",
        ),
    )  # fmt: skip

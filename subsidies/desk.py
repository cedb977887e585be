"""What of the claims waits for whom."""

from eldercare import desk
from eldercare.desk import Waiting
from subsidies.models import SubsidyClaim

CLAIMS = "admin:subsidies_subsidyclaim_changelist"
Status = SubsidyClaim.Status


def _claims(**conditions):
    return lambda user: SubsidyClaim.objects.visible_to(user).filter(**conditions)


def _waits(permission: str, label: str, status: str, tone: str = "watch") -> Waiting:
    return Waiting(permission, label, _claims(status=status), CLAIMS, f"status__exact={status}", tone)


def connect() -> None:
    """Declare the app's work, in the order of a claim."""
    desk.declare(
        _waits("subsidies.submit_subsidyclaim", "退回的补助申请", Status.RETURNED),
        _waits("subsidies.submit_subsidyclaim", "还没有提交的补助申请", Status.DRAFT, "info"),
        _waits("subsidies.approve_subsidyclaim", "待批准的补助申请", Status.SUBMITTED),
        _waits("subsidies.pay_subsidyclaim", "待拨付的补助", Status.APPROVED),
        Waiting(
            "subsidies.pay_subsidyclaim",
            "有预警的补助",
            _claims(flagged_at__isnull=False),
            CLAIMS,
            "flagged=yes",
            "act",
        ),
    )

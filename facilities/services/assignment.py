"""Giving a submitted review to the person who reviews it: taken by a reviewer, or assigned by the 科长."""

from django.contrib.auth.models import Permission
from django.db.models import Q

from eldercare import review
from eldercare.accounts import User
from eldercare.review import MoveRefused
from facilities.models import AcceptanceReview

DECIDE = "decide_acceptancereview"


def take(row: AcceptanceReview, *, by, comment: str = "", version: int | None = None):
    """Take a waiting review oneself. MoveRefused when somebody has it, or the person submitted it."""
    return review.perform(row, "take", by=by, comment=comment, version=version, reviewer=by)


def assign(row: AcceptanceReview, reviewer: User, *, by, comment: str = "", version: int | None = None):
    """Give a review to a reviewer, or to another one. MoveRefused when that person may not review it."""
    if reviewer.pk == row.submitted_by_id:
        raise MoveRefused(f"{reviewer}提交了这份审核，不能由本人审核。")
    if not reviewers(row).filter(pk=reviewer.pk).exists():
        raise MoveRefused(f"{reviewer}没有审核验收的权限，或不在该设施所在区县。")
    detail = {"reviewer": reviewer.pk, "reviewer_name": reviewer.display_name}
    return review.perform(row, "assign", by=by, comment=comment, version=version, reviewer=reviewer, detail=detail)


def reviewers(row: AcceptanceReview):
    """The accounts of the facility's own district that may review it: all with the right but who submitted it."""
    may = Permission.objects.filter(codename=DECIDE, content_type__app_label="facilities")
    held = Q(groups__permissions__in=may) | Q(user_permissions__in=may)
    people = User.objects.filter(held, is_active=True, region=row.facility.district).exclude(pk=row.submitted_by_id)
    return people.distinct().order_by("full_name", "username")

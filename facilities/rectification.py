"""The rectification ledger: what has to be put right, by whom, by when; another person re-checks and strikes it off."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from eldercare.review import Move, Reviewable
from eldercare.signatures import both, different, moment, person, together
from facilities.acceptance import AcceptanceReview
from facilities.facility import Facility


class Rectification(Reviewable):
    """整改事项: one failed clause of one facility in the ledger (整改台账, 挂号销账)."""

    class Status(models.TextChoices):
        OPEN = "open", "待整改"
        REPORTED = "reported", "待复查"
        CLOSED = "closed", "已销号"
        CANCELLED = "cancelled", "已取消"

    LIVE = (Status.OPEN, Status.REPORTED)
    MOVES = (
        Move("report", "报告整改完成", (Status.OPEN,), Status.REPORTED, "facilities.report_rectification",
             stamps="reported", comment_required=True, style="primary"),
        Move("close", "复查销号", (Status.REPORTED,), Status.CLOSED, "facilities.close_rectification",
             stamps="closed", apart_from=("reported_by",), comment_required=True, style="primary"),
        Move("reopen", "重新整改", (Status.REPORTED, Status.CLOSED), Status.OPEN, "facilities.close_rectification",
             stamps="reopened", clears=("reported", "closed"), apart_from=("reported_by",), comment_required=True),
        Move("cancel", "取消", (Status.OPEN,), Status.CANCELLED, "facilities.close_rectification",
             stamps="cancelled", comment_required=True, style="danger"),
    )  # fmt: skip
    scope_lookups = ("facility__township__path",)

    facility = models.ForeignKey(Facility, models.PROTECT, related_name="rectifications", verbose_name="设施")
    review = models.ForeignKey(
        AcceptanceReview, models.PROTECT, null=True, blank=True, related_name="rectifications", verbose_name="验收审核"
    )
    requirement = models.CharField("条款标识", max_length=80, blank=True)
    edition = models.CharField("标准版本标识", max_length=60, blank=True)
    label = models.CharField("事项", max_length=120)
    clause = models.CharField("条款号", max_length=80, blank=True)
    problem = models.CharField("存在问题", max_length=500)
    measure = models.CharField("整改措施", max_length=500)
    owner = models.CharField("责任单位或责任人", max_length=60)
    due_on = models.DateField("整改期限")
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.OPEN, editable=False)
    opened_at = models.DateTimeField("立项时间", default=timezone.now, editable=False)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="立项人", editable=False
    )
    reported_at = moment("报告时间")
    reported_by = person("报告人")
    closed_at = moment("销号时间")
    closed_by = person("销号人")
    reopened_at = moment("重新整改时间")
    reopened_by = person("重新整改提出人")
    reopenings = models.PositiveSmallIntegerField("重新整改次数", default=0, editable=False)
    cancelled_at = moment("取消时间")
    cancelled_by = person("取消人")

    class Meta(Reviewable.Meta):
        verbose_name = verbose_name_plural = "整改台账"
        ordering = ["due_on", "pk"]
        permissions = [
            ("report_rectification", "报告整改完成"),
            ("close_rectification", "复查、销号或重新整改"),
        ]
        indexes = [models.Index(fields=["status", "due_on"], name="facilities_rectification_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["facility", "requirement"],
                condition=Q(status__in=["open", "reported"]) & ~Q(requirement=""),
                name="facilities_rectification_one_live",
                violation_error_message="这一条款已有一项未销号的整改。",
            ),
            models.CheckConstraint(
                condition=Q(status="open") & both("reported", set_=False) & both("closed", set_=False)
                & both("cancelled", set_=False)
                | Q(status="reported") & both("reported", set_=True) & both("closed", set_=False)
                & both("cancelled", set_=False)
                | Q(status="closed") & both("reported", set_=True) & both("closed", set_=True)
                & both("cancelled", set_=False)
                | Q(status="cancelled") & both("reported", set_=False) & both("closed", set_=False)
                & both("cancelled", set_=True),
                name="facilities_rectification_status_tied_to_time_and_person",
            ),
            models.CheckConstraint(
                condition=together("reopened")
                & (Q(reopenings=0, reopened_at__isnull=True) | Q(reopenings__gt=0, reopened_at__isnull=False)),
                name="facilities_rectification_reopenings_are_counted",
            ),
            models.CheckConstraint(
                condition=different("closed_by", "reported_by"),
                name="facilities_rectification_closed_by_another",
                violation_error_message="报告整改完成的人不能自己销号。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.facility} {self.label}整改"

    def is_overdue(self, day) -> bool:
        """Whether it is still live after its deadline on a day."""
        return self.status in self.LIVE and self.due_on < day

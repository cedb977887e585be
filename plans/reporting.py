"""Monthly reports: the periods of a district and each township's report in them."""

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from eldercare.clock import last_day
from eldercare.regions import Region
from eldercare.review import Move, Reviewable
from eldercare.signatures import both, moment, person
from eldercare.uploads import Upload

DEFAULT_DUE_DAY = 5
__all__ = ["ProgressReport", "ReportingPeriod", "current_month", "due_day", "last_day"]


class ReportingPeriod(Reviewable):
    """报送期: one month of one district, its deadline, and whether it still takes reports.

    After the deadline a report is taken and counted as late; a locked month takes none but of townships that have leave
    (plans.leaves).
    """

    class Status(models.TextChoices):
        OPEN = "open", "报送中"
        LOCKED = "locked", "已锁定"

    MOVES = (
        Move("lock", "锁定", (Status.OPEN,), Status.LOCKED, "plans.lock_reportingperiod",
             stamps="locked", comment_required=True, style="primary"),
        Move("unlock", "解锁", (Status.LOCKED,), Status.OPEN, "plans.lock_reportingperiod",
             clears=("locked",), comment_required=True),
    )  # fmt: skip
    scope_lookups = ("district__path",)

    district = models.ForeignKey(Region, models.PROTECT, related_name="periods", verbose_name="区县")
    month = models.DateField("月份", help_text="填当月1日。")
    due_on = models.DateField("截止日期")
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.OPEN, editable=False)
    locked_at = moment("锁定时间")
    locked_by = person("锁定人")
    lock_reason = models.CharField("锁定或延期说明", max_length=200, blank=True)

    class Meta(Reviewable.Meta):
        verbose_name = verbose_name_plural = "报送期"
        ordering = ["-month"]
        permissions = [("lock_reportingperiod", "锁定或解锁报送期")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="open") & both("locked", set_=False) | Q(status="locked") & both("locked", set_=True),
                name="plans_reportingperiod_locked_by_someone",
            ),
            models.UniqueConstraint(fields=["district", "month"], name="plans_reportingperiod_month_once"),
            models.CheckConstraint(
                condition=Q(month__day=1), name="plans_reportingperiod_month_by_first_day",
                violation_error_message="月份请填当月1日。",
            ),
            models.CheckConstraint(
                condition=Q(due_on__gt=F("month")), name="plans_reportingperiod_due_after_month_begins",
                violation_error_message="截止日期应在月份开始之后。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.district} {self.month:%Y年%m月}"

    @property
    def locked(self) -> bool:
        """Whether it takes reports from townships with leave only."""
        return self.status == self.Status.LOCKED

    def standing(self, day: date) -> tuple[str, str]:
        """Code and word of where the month stands on a day: open, overdue (past its deadline, not locked) or locked."""
        if not self.locked and day > self.due_on:
            return "overdue", "已过期"
        return self.status, self.get_status_display()


def due_day(month: date, day: int) -> date:
    """A day of the month that follows, the usual deadline."""
    return date(month.year + month.month // 12, month.month % 12 + 1, day)


def current_month(district: Region, day: date) -> date:
    """The month that townships report now: in a demo the day's own month, else last month until its deadline has passed."""
    this = day.replace(day=1)
    before = (this - timedelta(days=1)).replace(day=1)
    period = ReportingPeriod.objects.filter(district=district, month=before).first()
    due_on = period.due_on if period else due_day(before, DEFAULT_DUE_DAY)
    return before if not district.is_demo and day <= due_on else this


class ProgressReport(Reviewable):
    """进度报表: one township's report of one month; every confirmed upload is a new number of it."""

    class Status(models.TextChoices):
        DUE = "due", "待报送"
        SUBMITTED = "submitted", "待核"
        ACCEPTED = "accepted", "已接收"
        RETURNED = "returned", "已退回"

    MOVES = (
        Move("submit", "报送", (Status.DUE, Status.SUBMITTED, Status.RETURNED), Status.SUBMITTED,
             "eldercare.confirm_upload", stamps="submitted", clears=("decided",), style="primary"),
        Move("recall", "撤销报送", (Status.SUBMITTED, Status.RETURNED), Status.DUE,
             "eldercare.confirm_upload", clears=("submitted", "decided")),
        Move("accept", "接收", (Status.SUBMITTED,), Status.ACCEPTED,
             "plans.receive_progressreport", stamps="decided", apart_from=("submitted_by",), style="primary"),
        # Back to the sheet before, when the later of two is undone: number, time and person are that sheet's own.
        Move("restore", "退回上一次报送", (Status.SUBMITTED, Status.RETURNED), Status.SUBMITTED,
             "eldercare.confirm_upload", clears=("decided",)),
        # Whoever handed a month in may send it back: that decides nothing, while receiving it is another person's.
        Move("send_back", "退回", (Status.SUBMITTED, Status.ACCEPTED), Status.RETURNED,
             "plans.receive_progressreport", stamps="decided", comment_required=True),
    )  # fmt: skip
    scope_lookups = ("township__path",)
    read_with = ("township", "period")

    period = models.ForeignKey(ReportingPeriod, models.PROTECT, related_name="reports", verbose_name="报送期")
    township = models.ForeignKey(Region, models.PROTECT, related_name="progress_reports", verbose_name="乡镇（街道）")
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.DUE, editable=False)
    number = models.PositiveSmallIntegerField("报送次数", default=0, editable=False)
    upload = models.ForeignKey(
        Upload, models.PROTECT, null=True, blank=True, related_name="progress_reports", verbose_name="当前表格",
        editable=False,
    )  # fmt: skip
    submitted_at = models.DateTimeField("报送时间", null=True, blank=True, editable=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="报送人",
        editable=False,
    )  # fmt: skip
    decided_at = models.DateTimeField("核收时间", null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核收人",
        editable=False,
    )  # fmt: skip

    class Meta(Reviewable.Meta):
        verbose_name = verbose_name_plural = "进度报表"
        ordering = ["-period__month", "township__path"]
        permissions = [("receive_progressreport", "接收或退回进度报表")]
        constraints = [
            models.UniqueConstraint(fields=["period", "township"], name="plans_progressreport_once"),
            models.CheckConstraint(
                condition=Q(status="due", submitted_at__isnull=True, submitted_by__isnull=True)
                | Q(status__in=["submitted", "accepted", "returned"], submitted_at__isnull=False,
                    submitted_by__isnull=False),
                name="plans_progressreport_submitted_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["due", "submitted"], decided_at__isnull=True, decided_by__isnull=True)
                | Q(status__in=["accepted", "returned"], decided_at__isnull=False, decided_by__isnull=False),
                name="plans_progressreport_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(status="accepted") | ~Q(decided_by=F("submitted_by")),
                name="plans_progressreport_accepted_by_another",
                violation_error_message="报送人不能接收自己报送的月报。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.township} {self.period.month:%Y年%m月}进度报表"

    @property
    def is_late(self) -> bool:
        """Whether it came after the deadline."""
        from django.utils import timezone

        return self.submitted_at is not None and timezone.localdate(self.submitted_at) > self.period.due_on

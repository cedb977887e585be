"""What the bureau writes down beside a month: leave to report late, and chases; both are only ever added to."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from eldercare import audit
from eldercare.regions import Region
from eldercare.scoping import Scoped, ScopedQuerySet
from plans.reporting import ReportingPeriod


def _author(label: str) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, editable=False
    )


class KeptQuerySet(audit.AppendOnlyQuerySet, ScopedQuerySet):
    """Rows in scope that can be added and read, nothing else."""


class Kept(Scoped):
    """A line about one township's month that is never changed or deleted."""

    scope_lookups = ("township__path",)

    period = models.ForeignKey(ReportingPeriod, models.PROTECT, related_name="%(class)ss", verbose_name="报送期")
    township = models.ForeignKey(Region, models.PROTECT, related_name="%(class)ss", verbose_name="乡镇（街道）")

    objects = KeptQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-pk"]

    def save(self, *args, **kwargs) -> None:
        audit.refuse_rewrite(self)
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("what the bureau wrote down is never deleted")

    @classmethod
    def about(cls, period: ReportingPeriod | None) -> KeptQuerySet:
        """The lines about one month, the latest first; none for a month that was never opened."""
        return cls.objects.filter(period=period) if period else cls.objects.none()


class PeriodException(Kept):
    """补报许可: one township may report a month after its deadline or lock, until a day; the latest line counts.

    A report that comes by leave is still late: the deadline was the month's.
    """

    until = models.DateField("准予补报至", help_text="含当日。填过去的日期即收回许可。")
    reason = models.CharField("理由", max_length=200)
    allowed_at = models.DateTimeField("准予时间", default=timezone.now, editable=False)
    allowed_by = _author("准予人")

    class Meta(Kept.Meta):
        verbose_name = verbose_name_plural = "补报许可"
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="plans_periodexception_says_why",
                violation_error_message="准予补报，请写明理由。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.township} {self.period.month:%Y年%m月}准予补报至 {self.until}"


class ChaseNote(Kept):
    """督办记录: who was chased for a month's report, when, how and with what answer, for whoever sits here next."""

    class Way(models.TextChoices):
        PHONE = "phone", "电话"
        MESSAGE = "message", "短信或工作群"
        LETTER = "letter", "书面督办"
        VISIT = "visit", "上门"
        MEETING = "meeting", "会议"

    chased_on = models.DateField("督办日期")
    way = models.CharField("方式", max_length=10, choices=Way)
    note = models.CharField("情况", max_length=500)
    recorded_at = models.DateTimeField("记录时间", default=timezone.now, editable=False)
    recorded_by = _author("记录人")

    class Meta(Kept.Meta):
        verbose_name = verbose_name_plural = "督办记录"
        constraints = [
            models.CheckConstraint(
                condition=~Q(note=""),
                name="plans_chasenote_says_what",
                violation_error_message="请写明督办的情况。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.township} {self.period.month:%Y年%m月} {self.chased_on} {self.get_way_display()}督办"

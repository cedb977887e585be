"""Allowances for individuals as monthly totals of a township: people and yuan by band, never a name."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from eldercare.regions import Region
from eldercare.scoping import Scoped
from eldercare.uploads import Upload
from subsidies.budgets import money
from subsidies.schemes import SubsidyScheme


class AllowanceTotal(Scoped):
    """津贴发放月度合计: what a township reports for one scheme, month and band; `computed` is people × rate, null when unknown.

    A later report of the same month supersedes the earlier one, which is kept with the time it was superseded.
    """

    scope_lookups = ("township__path",)

    scheme = models.ForeignKey(SubsidyScheme, models.PROTECT, related_name="allowances", verbose_name="补助政策")
    township = models.ForeignKey(Region, models.PROTECT, related_name="allowances", verbose_name="乡镇（街道）")
    month = models.DateField("月份")
    band = models.CharField("档次", max_length=60)
    people = models.PositiveIntegerField("人数")
    amount = money("发放金额（元）")
    rate = money("标准（元/月）", null=True, blank=True)
    computed = money("按标准计算（元）", null=True, blank=True)
    reason = models.CharField("差异说明", max_length=300, blank=True)
    sources = models.JSONField("单元格出处", default=dict, blank=True)
    upload = models.ForeignKey(
        Upload, models.PROTECT, null=True, blank=True, related_name="allowances", verbose_name="来源表格"
    )
    recorded_at = models.DateTimeField("登记时间", default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人", editable=False
    )
    superseded_at = models.DateTimeField("被替代时间", null=True, blank=True)
    superseded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="替代人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "津贴发放月度合计"
        ordering = ["-month", "township", "scheme", "band"]
        permissions = [("report_allowancetotal", "报送津贴月度合计")]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "township", "month", "band"],
                condition=Q(superseded_at__isnull=True),
                name="subsidies_allowancetotal_once",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0, people__lte=1_000_000),
                name="subsidies_allowancetotal_within_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.township} {self.month:%Y-%m} {self.scheme} {self.band}"

    @property
    def difference(self):
        """Reported minus computed, yuan; None where the rate is not known."""
        return None if self.computed is None else self.amount - self.computed

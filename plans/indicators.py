"""Planning indicators of a policy, as printed: baseline, operator, target and unit may each be missing in print."""

from django.db import models

from plans.duties import PolicyRow


class Indicator(PolicyRow):
    """规划指标: one row of a printed indicator table. A baseline or unit that is not printed is empty, never 0.

    `operator` is empty when the table prints none; `definition` names the figure that the portal computes for it.
    """

    class Force(models.TextChoices):
        BINDING = "binding", "约束性"
        EXPECTED = "expected", "预期性"

    number = models.PositiveSmallIntegerField("序号")
    group = models.CharField("类型", max_length=40, blank=True)
    force = models.CharField("属性", max_length=10, choices=Force)
    baseline_printed = models.CharField("现状值（印发）", max_length=40, blank=True)
    baseline = models.DecimalField("现状值", max_digits=16, decimal_places=4, null=True, blank=True)
    target_printed = models.CharField("目标值（印发）", max_length=40, blank=True)
    target = models.DecimalField("目标值", max_digits=16, decimal_places=4, null=True, blank=True)
    operator = models.CharField("比较符（印发）", max_length=2, blank=True)
    unit = models.CharField("单位", max_length=10, blank=True)
    unit_printed = models.BooleanField("单位是否印出", default=True)
    definition = models.CharField("对应指标", max_length=60, blank=True)
    due = models.DateField("期限", null=True, blank=True)

    class Meta(PolicyRow.Meta):
        verbose_name = verbose_name_plural = "规划指标"
        ordering = ["policy", "number"]


class Background(PolicyRow):
    """现状数据: a figure that a policy states of the past or present; shown beside computed ones, never used for them."""

    printed = models.CharField("印发的数", max_length=60)
    value = models.DecimalField("数值", max_digits=18, decimal_places=4, null=True, blank=True)
    unit = models.CharField("单位", max_length=10, blank=True)

    class Meta(PolicyRow.Meta):
        verbose_name = verbose_name_plural = "现状数据"

"""Quantified targets and reporting duties of a policy, row by row with their clause."""

from django.db import models

from eldercare.policies import Policy
from eldercare.scoping import Scoped


class PolicyRow(Scoped):
    """One row of a policy folder; `body` holds it unchanged."""

    scope_lookups = ("policy__district__path",)

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="%(class)ss", verbose_name="政策")
    key = models.CharField("标识", max_length=80)
    label = models.CharField("内容", max_length=200)
    clause = models.CharField("条款", max_length=80)
    body = models.JSONField("条款内容")

    class Meta:
        abstract = True
        ordering = ["policy", "pk"]
        constraints = [models.UniqueConstraint(fields=["policy", "key"], name="%(app_label)s_%(class)s_key_once")]

    def __str__(self) -> str:
        return self.label


class Target(PolicyRow):
    """量化目标: a number to reach by a date, with its figure where the portal computes one."""

    class Force(models.TextChoices):
        BINDING = "binding", "约束性"
        EXPECTED = "expected", "预期性"
        STRIVE = "strive", "力争"
        PLAN = "plan", "计划"

    definition = models.CharField("对应指标", max_length=60, blank=True)
    value = models.DecimalField("目标值", max_digits=14, decimal_places=4, null=True, blank=True)
    unit = models.CharField("单位", max_length=10, blank=True)
    due = models.DateField("期限", null=True, blank=True)
    force = models.CharField("属性", max_length=10, choices=Force, default=Force.PLAN)

    class Meta(PolicyRow.Meta):
        verbose_name = verbose_name_plural = "量化目标"


class Duty(PolicyRow):
    """报送职责: who reports what to whom how often. `due_day` is a day of the following month."""

    cadence = models.CharField("周期", max_length=12)
    due_day = models.PositiveSmallIntegerField("次月报送截止日", null=True, blank=True)

    class Meta(PolicyRow.Meta):
        verbose_name = verbose_name_plural = "报送职责"

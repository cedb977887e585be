"""Subsidy schemes as data: what a policy pays, for what, once or how often."""

from django.db import models

from eldercare.policies import Policy
from eldercare.scoping import Scoped


class SubsidyScheme(Scoped):
    """补助政策: one scheme of a policy. Amounts in yuan; an amount that is not printed is null and never pays."""

    class Form(models.TextChoices):
        ONE_OFF = "one_off", "一次性"
        MONTHLY = "monthly", "按月"
        YEARLY = "yearly", "按年"
        VOUCHER = "voucher", "服务券"

    scope_lookups = ("policy__district__path",)

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="schemes", verbose_name="政策")
    key = models.CharField("标识", max_length=60)
    label = models.CharField("补助名称", max_length=120)
    form = models.CharField("形式", max_length=10, choices=Form)
    amount = models.DecimalField("金额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    clause = models.CharField("条款", max_length=80)
    body = models.JSONField("条款内容")

    class Meta:
        verbose_name = verbose_name_plural = "补助政策"
        ordering = ["policy", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "key"], name="subsidies_subsidyscheme_key_once"),
            models.CheckConstraint(
                condition=models.Q(amount__isnull=True) | models.Q(amount__gt=0),
                name="subsidies_subsidyscheme_amount_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.label

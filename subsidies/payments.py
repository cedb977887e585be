"""The payment ledger: rows are added and never changed; money that comes back is a reversing entry."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from eldercare.audit import refuse_rewrite
from eldercare.scoping import Scoped, ScopedQuerySet
from subsidies.budgets import Budget, money
from subsidies.claims import SubsidyClaim


class LedgerQuerySet(ScopedQuerySet):
    """Ledger rows: added and read, nothing else."""

    def update(self, **values):
        raise TypeError("ledger rows are never changed")

    def delete(self):
        raise TypeError("ledger rows are never deleted")

    def bulk_create(self, objs, *args, update_conflicts=False, **options):
        if update_conflicts:
            raise TypeError("ledger rows are never changed")
        return super().bulk_create(objs, *args, **options)


class Payment(Scoped):
    """拨付: one entry of a claim's ledger, in yuan; a recovery is negative and names the payment that it reverses.

    `number` counts a claim's entries from 1 and `balance` is what stands paid after this one: both make the database
    refuse a second entry made at the same time, and one above the amount.
    """

    scope_lookups = ("claim__township__path",)

    claim = models.ForeignKey(SubsidyClaim, models.PROTECT, related_name="payments", verbose_name="补助申请")
    budget = models.ForeignKey(Budget, models.PROTECT, related_name="payments", verbose_name="资金预算")
    number = models.PositiveSmallIntegerField("序号")
    amount = money("金额（元）")
    balance = money("累计拨付（元）")
    ceiling = money("批准金额（元）")
    on = models.DateField("日期")
    voucher = models.CharField("凭证号", max_length=60)
    payee = models.CharField("收款单位", max_length=100, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    reverses = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="reversals", verbose_name="冲销的拨付"
    )
    recorded_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人", editable=False
    )

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "拨付台账"
        ordering = ["claim", "number"]
        indexes = [models.Index(fields=["budget", "on"], name="subsidies_payment_by_budget")]
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "number"],
                name="subsidies_payment_one_at_a_time",
                violation_error_message="这笔拨付刚被登记过，没有重复登记。",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, reverses__isnull=True) | Q(amount__lt=0, reverses__isnull=False),
                name="subsidies_payment_recovery_reverses_one",
            ),
            models.CheckConstraint(
                condition=Q(balance__gte=0, balance__lte=models.F("ceiling"), number__gte=1),
                name="subsidies_payment_within_the_amount",
                violation_error_message="累计拨付不能超过批准金额，也不能少于零。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim} 第{self.number}笔"

    def save(self, *args, **kwargs) -> None:
        refuse_rewrite(self)
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("ledger rows are never deleted")

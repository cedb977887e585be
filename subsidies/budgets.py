"""Budgets: what a district plans to spend on subsidies in a year, by source."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from eldercare.regions import Region
from eldercare.scoping import Scoped

MOST = Decimal("100000000000")


class Source(models.TextChoices):
    """资金来源."""

    CITY = "city", "市级资金"
    DISTRICT = "district", "区级财政"
    LOTTERY = "lottery", "福彩公益金"
    OTHER = "other", "其他资金"


def money(label: str, **options) -> models.DecimalField:
    """An amount in yuan, exact to the fen."""
    return models.DecimalField(label, max_digits=14, decimal_places=2, **options)


class Total(models.Sum):
    """The sum of a column of money, exact to the fen.

    SQLite adds decimals as floating-point numbers: what comes to nothing would come to a trifle, and no longer be 0.
    """

    def as_sqlite(self, compiler, connection, **extra):
        sql, params = super().as_sql(compiler, connection, **extra)
        # Adding 0.0 turns a rounded -0.0 into 0.0.
        return f"(ROUND({sql}, 2) + 0.0)", params


class Budget(Scoped):
    """资金预算: one source of one year. `pool` is the district's retained lottery money that a policy asks a share of."""

    scope_lookups = ("district__path",)

    district = models.ForeignKey(Region, models.PROTECT, related_name="budgets", verbose_name="区县")
    year = models.PositiveSmallIntegerField("年度", validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    source = models.CharField("资金来源", max_length=10, choices=Source)
    planned = money("预算数（元）", validators=[MinValueValidator(0), MaxValueValidator(MOST)])
    pool = money(
        "福彩公益金区级留存总额（元）", null=True, blank=True, validators=[MinValueValidator(0), MaxValueValidator(MOST)],
        help_text="只用于福彩公益金：政策要求其中一定比例用于养老。",
    )  # fmt: skip
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "资金预算"
        ordering = ["district", "-year", "source"]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "year", "source"],
                name="subsidies_budget_once",
                violation_error_message="这一年度的这项资金来源已经登记。",
            ),
            models.CheckConstraint(
                condition=Q(planned__gte=0) & (Q(pool__isnull=True) | Q(source="lottery", pool__gte=F("planned"))),
                name="subsidies_budget_within_reason",
                violation_error_message="预算数不能是负数，福彩公益金的预算不能超过区级留存总额。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.district} {self.year}年 {self.get_source_display()}"

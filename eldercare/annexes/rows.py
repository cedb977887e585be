"""Printed matrix tables of a policy as rows: the shape that plan tables and quota tables share.

A blank printed cell stays null, a printed 0 stays 0, and printed totals are kept beside what the rows add up to.
"""

from django.db import models
from django.db.models import Q

from eldercare.policies import Policy
from eldercare.regions import Region
from eldercare.scoping import Scoped


class AnnexTable(Scoped):
    """One printed table of a policy. `layout` keeps title, header rows and notes as printed."""

    scope_lookups = ("policy__district__path",)

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="%(class)ss", verbose_name="政策")
    annex = models.CharField("附件", max_length=10)
    title = models.CharField("表名", max_length=200)
    clause = models.CharField("条款", max_length=80)
    layout = models.JSONField("印发版式", default=dict, blank=True)

    class Meta:
        abstract = True
        ordering = ["policy", "annex"]
        constraints = [models.UniqueConstraint(fields=["policy", "annex"], name="%(app_label)s_%(class)s_annex_once")]

    def __str__(self) -> str:
        return f"{self.policy} 附件{self.annex}"


class AnnexEntry(Scoped):
    """One printed cell: a unit's number for one subject (type or role) and year.

    `unit` is the name as printed, `region` the matched unit or null (a unit may be no township, or wait for a clerk).
    """

    scope_lookups = ("region__path",)

    row = models.PositiveSmallIntegerField("行号")
    unit = models.CharField("印发的单位名称", max_length=60)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="%(class)ss", verbose_name="对应单位"
    )
    year = models.PositiveSmallIntegerField("年度")
    cell = models.CharField("单元格", max_length=10, blank=True)

    class Meta:
        abstract = True
        ordering = ["table", "row", "pk"]


def value_within_reason(field: str, name: str) -> models.CheckConstraint:
    """A count is null or between 0 and 100,000."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": 0, f"{field}__lte": 100_000}),
        name=name,
        violation_error_message="数量应是0到100000之间的整数；没有计划请留空。",
    )

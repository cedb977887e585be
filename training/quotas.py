"""Training: quotas per unit, role and year, as printed."""

from django.db import models

from eldercare.annexes.rows import AnnexEntry, AnnexTable, value_within_reason
from eldercare.scoping import Scoped


class TrainingRole(models.TextChoices):
    """培训对象, the field's standard terms."""

    CARE_SUPERVISOR = "care_supervisor", "养老护理主管"
    HOME_DIRECTOR = "home_director", "养老管理院长"
    CAREGIVER = "caregiver", "养老护理员"


class Counted(models.TextChoices):
    """What a quota counts: people, or attendances."""

    PEOPLE = "people", "人"
    ATTENDANCES = "attendances", "人次"


class QuotaTable(AnnexTable):
    """培训指标表: one printed annex of training quotas."""

    counted = models.CharField("计数单位", max_length=12, choices=Counted, default=Counted.PEOPLE)

    class Meta(AnnexTable.Meta):
        verbose_name = verbose_name_plural = "培训指标表"


class TrainingQuota(AnnexEntry):
    """培训指标: how many of a role a unit is to have trained in a year; null is "none printed"."""

    scope_lookups = ("table__policy__district__path", "region__path")

    table = models.ForeignKey(QuotaTable, models.CASCADE, related_name="quotas", verbose_name="培训指标表")
    role = models.CharField("培训对象", max_length=20, choices=TrainingRole)
    quota = models.PositiveIntegerField("指标数", null=True, blank=True)

    class Meta(AnnexEntry.Meta):
        verbose_name = verbose_name_plural = "培训指标"
        constraints = [
            models.UniqueConstraint(fields=["table", "row", "role", "year"], name="training_trainingquota_cell_once"),
            value_within_reason("quota", "training_trainingquota_within_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.get_role_display()} {self.year}"


class QuotaTotal(Scoped):
    """印发合计 of a quota table's column; kept beside the computed one."""

    scope_lookups = ("table__policy__district__path",)

    table = models.ForeignKey(QuotaTable, models.CASCADE, related_name="printed_totals", verbose_name="培训指标表")
    role = models.CharField("培训对象", max_length=20, choices=TrainingRole)
    year = models.PositiveSmallIntegerField("年度")
    printed = models.PositiveIntegerField("印发合计", null=True, blank=True)
    cell = models.CharField("单元格", max_length=10, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "培训指标印发合计"
        ordering = ["table", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["table", "role", "year"], name="training_quotatotal_column_once"),
            value_within_reason("printed", "training_quotatotal_within_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.get_role_display()} {self.year} 合计"

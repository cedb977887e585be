"""Plan tables: how many facilities of which type each unit is to build in which year, as printed."""

from django.db import models

from eldercare.annexes.rows import AnnexEntry, AnnexTable, value_within_reason
from eldercare.scoping import Scoped
from facilities.kinds import FacilityType


class PlanTable(AnnexTable):
    """计划表: one printed annex of planned facilities."""

    class Meta(AnnexTable.Meta):
        verbose_name = verbose_name_plural = "计划表"


class PlanTarget(AnnexEntry):
    """计划数: planned facilities of a type for a unit and year; null is "no plan printed"."""

    scope_lookups = ("table__policy__district__path", "region__path")

    table = models.ForeignKey(PlanTable, models.CASCADE, related_name="targets", verbose_name="计划表")
    type = models.CharField("设施类型", max_length=30, choices=FacilityType)
    planned = models.PositiveIntegerField("计划数（个）", null=True, blank=True)

    class Meta(AnnexEntry.Meta):
        verbose_name = verbose_name_plural = "计划数"
        constraints = [
            models.UniqueConstraint(fields=["table", "row", "type", "year"], name="plans_plantarget_cell_once"),
            value_within_reason("planned", "plans_plantarget_within_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.get_type_display()} {self.year}"


class PrintedTotal(Scoped):
    """印发合计: the total that a plan table prints for one column; kept beside the computed one, never repaired."""

    scope_lookups = ("table__policy__district__path",)

    table = models.ForeignKey(PlanTable, models.CASCADE, related_name="printed_totals", verbose_name="计划表")
    type = models.CharField("设施类型", max_length=30, choices=FacilityType)
    year = models.PositiveSmallIntegerField("年度")
    printed = models.PositiveIntegerField("印发合计", null=True, blank=True)
    cell = models.CharField("单元格", max_length=10, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "印发合计"
        ordering = ["table", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["table", "type", "year"], name="plans_printedtotal_column_once"),
            value_within_reason("printed", "plans_printedtotal_within_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.get_type_display()} {self.year} 合计"

"""Tasks of a policy and who answers for them: leading, responsible and cooperating units, group names expanded."""

from django.db import models

from eldercare.regions import Region
from eldercare.scoping import Scoped
from plans.duties import PolicyRow


class Task(PolicyRow):
    """任务分工: one task of a policy's list."""

    number = models.PositiveSmallIntegerField("序号")

    class Meta(PolicyRow.Meta):
        verbose_name = verbose_name_plural = "任务分工"
        ordering = ["policy", "number"]


class TaskUnit(Scoped):
    """责任单位: one unit's part in a task. `printed` is what the policy prints (a group name, perhaps), `unit` who that is."""

    class Part(models.TextChoices):
        LEAD = "lead", "牵头"
        RESPONSIBLE = "responsible", "责任"
        COOPERATING = "cooperating", "配合"

    scope_lookups = ("task__policy__district__path", "region__path")

    task = models.ForeignKey(Task, models.CASCADE, related_name="units", verbose_name="任务")
    part = models.CharField("分工", max_length=12, choices=Part)
    unit = models.CharField("单位", max_length=60)
    printed = models.CharField("印发写法", max_length=60)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name="乡镇（街道）"
    )

    class Meta:
        verbose_name = verbose_name_plural = "责任单位"
        ordering = ["task", "part", "pk"]
        constraints = [models.UniqueConstraint(fields=["task", "part", "unit"], name="plans_taskunit_once")]

    def __str__(self) -> str:
        return f"{self.unit}（{self.get_part_display()}）"

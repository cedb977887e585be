"""Plan numbers out of the admin; they come in by the printed table they belong to."""

from eldercare.importing.resource import RegisterResource
from eldercare.sheets.columns import Column, Kind, Sheet
from facilities.kinds import FacilityType
from plans.tables import PlanTarget


class PlanTargetResource(RegisterResource):
    """计划数: one number of one unit, type and year; an empty one is printed empty."""

    sheet = Sheet(
        "plan_targets", "计划数", "计划数", "1",
        (
            Column("policy", "政策", width=26),
            Column("annex", "附件", width=8),
            Column("row", "行", Kind.INTEGER, width=6),
            Column("unit", "印发的名称", width=16),
            Column("code", "单位代码", width=16),
            Column("type", "设施类型", Kind.CHOICE, choices=FacilityType.choices, width=20),
            Column("year", "年度", Kind.INTEGER, width=8),
            Column("planned", "计划数", Kind.INTEGER, width=8),
            Column("cell", "单元格", width=8),
        ),
        key=("policy",),
    )  # fmt: skip
    paths = {"policy": "table__policy__slug", "annex": "table__annex", "code": "region__code"}

    class Meta:
        model = PlanTarget

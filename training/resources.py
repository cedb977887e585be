"""Training quotas out of the admin; they come in by the printed table they belong to."""

from eldercare.importing.resource import RegisterResource
from eldercare.sheets.columns import Column, Kind, Sheet
from training.quotas import TrainingQuota


class TrainingQuotaResource(RegisterResource):
    """培训指标: one number of one unit, role and year."""

    sheet = Sheet(
        "training_quotas", "培训指标", "培训指标", "1",
        (
            Column("policy", "政策", width=26),
            Column("annex", "附件", width=8),
            Column("row", "行", Kind.INTEGER, width=6),
            Column("unit", "印发的名称", width=16),
            Column("code", "单位代码", width=16),
            Column("role", "岗位", Kind.CHOICE, choices=TrainingQuota._meta.get_field("role").flatchoices, width=16),
            Column("year", "年度", Kind.INTEGER, width=8),
            Column("quota", "指标数", Kind.INTEGER, width=8),
            Column("cell", "单元格", width=8),
        ),
        key=("policy",),
    )  # fmt: skip
    paths = {"policy": "table__policy__slug", "annex": "table__annex", "code": "region__code"}

    class Meta:
        model = TrainingQuota

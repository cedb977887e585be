"""What must never be forgotten besides decisions: logins, refusals, views of personal data, exports, uploads.

Append only; keyed to no other table, so that it outlives what it describes. An action that is not in ACTIONS is refused.
"""

from django.db import models
from django.utils import timezone

from eldercare import clock

ACTIONS = {
    "login": "登录",
    "login.failed": "登录失败",
    "logout": "退出",
    "access.denied": "越权访问被拒",
    "review.denied": "越权操作被拒",
    "policy.loaded": "载入政策",
    "regions.loaded": "载入区划",
    "upload.staged": "上传表格",
    "upload.refused": "上传被拒",
    "upload.confirmed": "确认入库",
    "upload.undone": "撤销上传",
    "upload.fetched": "下载原始文件",
    "attachment.added": "上传附件",
    "attachment.removed": "移除附件",
    "attachment.fetched": "查看附件",
    "export": "导出数据",
    "personal.viewed": "查看个人信息",
    "personal.exported": "导出个人信息",
    "personal.erased": "清除个人信息",
    "token.issued": "签发接口令牌",
    "record.created": "新建",
    "record.changed": "修改",
    "record.deleted": "删除",
}


class AppendOnlyQuerySet(models.QuerySet):
    """Rows that can be added and read, nothing else."""

    def update(self, **values):
        raise TypeError("append-only records are never changed")

    def delete(self):
        raise TypeError("append-only records are never deleted")


def refuse_rewrite(row: models.Model) -> None:
    """Stop a second save of an append-only row."""
    if row.pk is not None:
        raise TypeError("append-only records are never changed")


class AuditRecord(models.Model):
    """操作日志: one thing that somebody did or tried. Names are copied so that they survive the account."""

    at = models.DateTimeField("时间", default=timezone.now, db_index=True)
    action = models.CharField("动作", max_length=40, choices=[*ACTIONS.items()])
    by_id = models.BigIntegerField("操作人编号", null=True, blank=True)
    by_name = models.CharField("操作人", max_length=150, blank=True)
    region_path = models.CharField("操作人所属区划", max_length=80, blank=True)
    model = models.CharField("对象类别", max_length=60, blank=True)
    object_id = models.CharField("对象编号", max_length=40, blank=True)
    object_name = models.CharField("对象", max_length=200, blank=True)
    address = models.GenericIPAddressField("来源地址", null=True, blank=True)
    detail = models.JSONField("附记", default=dict, blank=True)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "操作日志"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.by_name} {self.get_action_display()} {self.object_name}"

    def save(self, *args, **kwargs) -> None:
        refuse_rewrite(self)
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("audit records are never deleted")

    @property
    def words(self) -> str:
        """What was touched, in words: the fields and rows that are named; of an export what it was and how many rows."""
        named = []
        for key in ("what", "fields", "rows"):
            value = self.detail.get(key, [])
            named += value if isinstance(value, list) else [f"{value} 条" if isinstance(value, int) else str(value)]
        return "、".join(map(str, named))


def record(
    action: str,
    *,
    by=None,
    target: models.Model | None = None,
    named: str | None = None,
    detail=None,
    address: str | None = None,
):
    """Write one audit record; ValueError for an action that nobody declared.

    `named` is what the record calls the target whose own name must not outlive it here.
    """
    if action not in ACTIONS:
        raise ValueError(f"undeclared audit action: {action}")
    known = by if by is not None and by.is_authenticated else None
    row = AuditRecord(
        at=clock.now(),
        action=action,
        by_id=known.pk if known else None,
        by_name=known.display_name if known else "",
        region_path=(known.region.path if known and known.region_id else ""),
        model=target._meta.label_lower if target is not None else "",
        object_id=str(target.pk) if target is not None else "",
        object_name=(str(target) if named is None else named)[:200] if target is not None else "",
        detail=detail or {},
        address=address,
    )
    row.save()
    return row

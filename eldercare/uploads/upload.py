"""One file sent for one region and month, what was found in it, and what became of it."""

from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from eldercare import regions
from eldercare.regions import Region
from eldercare.review import Move, Reviewable
from eldercare.uploads import compact
from eldercare.uploads.kinds import Context, UploadKind, kind_of

NAME_LENGTH = 200
COUNTS = ("new", "changed", "unchanged", "missing", "errors", "warnings")
RARE_COUNTS = ("removed", "questions")
"""Counts that only tables sent for a stored table have, and then only when there are any."""


def stored_name(upload: "Upload", filename: str) -> str:
    """A name made by the server; nothing of the user's file name reaches the disk."""
    return f"uploads/{timezone.localdate():%Y/%m}/{uuid4().hex}{Path(filename).suffix.lower()[:5]}"


def shown_name(filename: str) -> str:
    """The sender's name of the file, cut where the column ends but never in its suffix, which says how it is read."""
    path = Path(filename)
    return path.name if len(path.name) <= NAME_LENGTH else path.stem[: NAME_LENGTH - 10] + path.suffix[:10]


class Upload(Reviewable):
    """上传: one file sent for one region and month, what was found in it, and what became of it."""

    class Status(models.TextChoices):
        REFUSED = "refused", "未通过"
        STAGED = "staged", "待确认"
        CONFIRMED = "confirmed", "已入库"
        UNDONE = "undone", "已撤销"

    MOVES = (
        Move(
            "confirm", "确认入库", (Status.STAGED,), Status.CONFIRMED, "eldercare.confirm_upload",
            stamps="confirmed", style="primary",
        ),
        Move(
            "undo", "撤销入库", (Status.CONFIRMED,), Status.UNDONE, "eldercare.confirm_upload",
            stamps="undone", style="danger",
        ),
    )  # fmt: skip
    scope_lookups = ("region__path",)
    # The township's writers wait for each other from here on; what is applied is read with the lock.
    read_with = ("region__parent", "district", "staged")
    locked_with = ("region", "staged")

    kind = models.CharField("表格种类", max_length=20)
    region = models.ForeignKey(Region, models.PROTECT, related_name="uploads", verbose_name="单位")
    district = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区县")
    period = models.DateField("报送月份", null=True, blank=True)
    subject = models.CharField("所属表格", max_length=80, blank=True)
    answers = models.JSONField("对疑问的答复", default=dict, blank=True)
    filename = models.CharField("文件名", max_length=NAME_LENGTH)
    file = models.FileField("原始文件", upload_to=stored_name, max_length=120)
    sha256 = models.CharField("校验值", max_length=64)
    size = models.PositiveIntegerField("大小（字节）")
    status = models.CharField("状态", max_length=10, choices=Status, editable=False)
    counts = models.JSONField("计数", default=dict)
    problems = models.JSONField("问题", default=list)
    problem_total = models.PositiveIntegerField("问题总数", default=0)
    error_total = models.PositiveIntegerField("错误总数", default=0)
    fingerprint = models.CharField("比对基准", max_length=64, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="uploads", verbose_name="上传人"
    )
    uploaded_at = models.DateTimeField("上传时间", default=timezone.now)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="确认人"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤销人"
    )
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    left_alone = models.JSONField("撤销时保留", default=list, blank=True)

    class Meta(Reviewable.Meta):
        verbose_name = verbose_name_plural = "上传记录"
        ordering = ["-uploaded_at", "-pk"]
        permissions = [
            ("upload_progress", "上传本单位进度表"),
            ("upload_for_township", "代乡镇上传表格"),
            ("confirm_upload", "确认或撤销上传"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="confirmed", confirmed_at__isnull=False, confirmed_by__isnull=False)
                | Q(status="undone", undone_at__isnull=False, undone_by__isnull=False, confirmed_at__isnull=False)
                | Q(status__in=["refused", "staged"], confirmed_at__isnull=True, confirmed_by__isnull=True),
                name="eldercare_upload_status_tied_to_time_and_person",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["staged", "confirmed", "undone"]) | Q(error_total=0),
                name="eldercare_upload_with_errors_is_refused",
            ),
        ]

    def __str__(self) -> str:
        month = f" {self.period:%Y-%m}" if self.period else ""
        return f"{self.region}{month} {self.filename}"

    @property
    def declared(self) -> UploadKind | None:
        """The kind of sheet this is; None when no app declares it any more."""
        return kind_of(self.kind)

    @property
    def kind_label(self) -> str:
        return self.declared.label if self.declared else self.kind

    @property
    def period_text(self) -> str:
        return f"{self.period:%Y-%m}" if self.period else ""

    @classmethod
    def read_values(cls) -> dict[str, Exists]:
        return {"has_predecessors": Exists(Region.objects.filter(successor=OuterRef("region")))}

    def hold(self, by) -> None:
        """Units that are written together are locked together; a single one is locked with the row."""
        unit = self._unit(by)
        units = {unit.pk, *self.declared.held(self, unit)} if self.declared else {unit.pk}
        if len(units) > 1:
            regions.lock(units)

    def _unit(self, by) -> Region:
        if by.region_id == self.region_id:
            return by.region
        if hasattr(self, "has_predecessors"):
            self.region.succeeds = self.has_predecessors
        return self.region

    def context(self, by) -> Context:
        """For whom and for when it is read, with the person who acts now."""
        return Context(self._unit(by), self.district, self.period, by, self.subject, self.answers)

    def as_dict(self) -> dict:
        """The contract's JSON object."""
        return {
            "id": self.pk,
            "kind": self.kind,
            "period": self.period_text,
            "status": self.status,
            "counts": {key: self.counts.get(key, 0) for key in COUNTS}
            | {key: self.counts[key] for key in RARE_COUNTS if key in self.counts},
            "problems": self.problems,
        }


class StagedRows(models.Model):
    """暂存行: the rows that a preview showed, exactly as they will be applied, in one document and so in one write."""

    upload = models.OneToOneField(Upload, models.CASCADE, related_name="staged", primary_key=True)
    rows = models.TextField("行")

    class Meta:
        verbose_name = verbose_name_plural = "暂存行"

    def __str__(self) -> str:
        return str(self.upload)

    def read(self) -> list[dict]:
        """Each row as its kind's `compare` made it."""
        return compact.rows_of(self.rows)

    def to_apply(self) -> list[dict]:
        """The same without those that a confirmation passes over, as far as they can be told apart unread."""
        return compact.written_of(self.rows)

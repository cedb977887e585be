"""Spreadsheets that enter the portal: refused or staged, previewed, confirmed once, undone whole.

Each kind of sheet is declared by the app that owns its rows. The original file is kept with its hash under a name made
here; what was previewed is what is applied, and only while the rows it was compared with have not changed.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.files.base import File
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from eldercare import audit, review
from eldercare.regions import Region
from eldercare.review import Move, MoveRefused, Reviewable, StaleObject
from eldercare.sheets import columns, guard, reader
from eldercare.sheets.cells import Level, Problem, Workbook

PROBLEMS_KEPT = 200
ACTION_LABELS = {"new": "新增", "changed": "变更", "unchanged": "未变", "missing": "上月有、本月无", "wrong": "有误"}


class UploadRefused(Exception):
    """The file or the request cannot be taken at all; the problem says what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Context:
    """For whom and for when a sheet is read: the township (or district) and the month."""

    region: Region
    district: Region
    period: date | None
    by: object


@dataclass(slots=True)
class Comparison:
    """What a sheet would do: one dict per row (`action`, `name`, `changes`, …), problems, and the state it was compared with."""

    rows: list[dict] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class UploadKind:
    """A kind of sheet and the functions that give it meaning; registered by the app that owns the rows.

    `admit(context)` explains why this sheet may not be sent now, or returns an empty text. `compare(context, reading)` makes a
    Comparison and writes nothing. `fingerprint(context)` names the state compared with. `apply(upload, context, rows)` writes
    inside the confirming transaction. `undo(upload, by)` takes back and returns what it had to leave alone.
    """

    code: str
    label: str
    permission: str
    sheet: Callable[[Context], columns.Sheet]
    compare: Callable[[Context, columns.Reading], Comparison]
    fingerprint: Callable[[Context], str]
    apply: Callable[["Upload", Context, list[dict]], None]
    undo: Callable[["Upload", object], list[str]]
    template: Callable[[Context], bytes] | None = None
    admit: Callable[[Context], str] = lambda context: ""
    has_period: bool = True


_kinds: dict[str, UploadKind] = {}


def declare(kind: UploadKind) -> None:
    """Register a kind of sheet."""
    _kinds[kind.code] = kind


def kind_of(code: str) -> UploadKind | None:
    """The registered kind of that code, or None."""
    return _kinds.get(code)


def stored_name(upload: "Upload", filename: str) -> str:
    """A name made by the server; nothing of the user's file name reaches the disk."""
    return f"uploads/{timezone.localdate():%Y/%m}/{uuid4().hex}{Path(filename).suffix.lower()[:5]}"


def _intact(upload: "Upload", user) -> str:
    return "有错误的表格不能确认，请改正后重新上传。" if upload.error_total else ""


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
        Move("undo", "撤销入库", (Status.CONFIRMED,), Status.UNDONE, "eldercare.confirm_upload", stamps="undone", style="danger"),
    )  # fmt: skip
    scope_lookups = ("region__path",)

    kind = models.CharField("表格种类", max_length=20)
    region = models.ForeignKey(Region, models.PROTECT, related_name="uploads", verbose_name="单位")
    district = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区县")
    period = models.DateField("报送月份", null=True, blank=True)
    filename = models.CharField("文件名", max_length=200)
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
    def kind_label(self) -> str:
        kind = kind_of(self.kind)
        return kind.label if kind else self.kind

    @property
    def period_text(self) -> str:
        return f"{self.period:%Y-%m}" if self.period else ""

    @property
    def context(self) -> Context:
        return Context(self.region, self.district, self.period, self.uploaded_by)

    def as_dict(self) -> dict:
        """The contract's JSON object."""
        keys = ("new", "changed", "unchanged", "missing", "errors", "warnings")
        return {
            "id": self.pk,
            "kind": self.kind,
            "period": self.period_text,
            "status": self.status,
            "counts": {key: self.counts.get(key, 0) for key in keys},
            "problems": self.problems,
        }


class StagedRows(models.Model):
    """暂存行: the rows that a preview showed, exactly as they will be applied. One document, so 10,000 rows are one write."""

    upload = models.OneToOneField(Upload, models.CASCADE, related_name="staged", primary_key=True)
    rows = models.TextField("行")

    class Meta:
        verbose_name = verbose_name_plural = "暂存行"

    def __str__(self) -> str:
        return str(self.upload)

    def read(self) -> list[dict]:
        return json.loads(self.rows)


def _problem_dicts(problems: list[Problem]) -> list[dict]:
    return [asdict(problem) | {"level": str(problem.level)} for problem in problems]


def _counts(rows: list[dict], problems: list[Problem]) -> dict:
    actions = Counter(row["action"] for row in rows)
    levels = Counter(problem.level for problem in problems)
    return {
        **{action: actions.get(action, 0) for action in ("new", "changed", "unchanged", "missing")},
        "errors": levels[Level.ERROR],
        "warnings": levels[Level.WARNING],
    }


def _read(path: Path, filename: str) -> Workbook:
    try:
        return reader.read(path, filename)
    except guard.Refused as refused:
        raise UploadRefused(Problem(refused.code, refused.message, refused.hint)) from refused


def _compare(kind: UploadKind, context: Context, path: Path, filename: str) -> Comparison:
    expected = {"period": f"{context.period:%Y-%m}" if context.period else "", "township": context.region.code}
    reading = kind.sheet(context).read(_read(path, filename), expected=expected)
    result = kind.compare(context, reading)
    result.problems = [*reading.problems, *result.problems]
    return result


def _fill(upload: Upload, result: Comparison) -> None:
    errors = sum(problem.level == Level.ERROR for problem in result.problems)
    ordered = sorted(result.problems, key=lambda problem: problem.level != Level.ERROR)
    upload.status = Upload.Status.REFUSED if errors else Upload.Status.STAGED
    upload.counts = _counts(result.rows, result.problems)
    upload.problems = _problem_dicts(ordered[:PROBLEMS_KEPT])
    upload.problem_total = len(result.problems)
    upload.error_total = errors
    upload.fingerprint = result.fingerprint


def _save_staged(upload: Upload, rows: list[dict]) -> None:
    text = json.dumps(rows, ensure_ascii=False)
    StagedRows.objects.update_or_create(upload=upload, defaults={"rows": text})


def _check_admission(kind: UploadKind, context: Context) -> None:
    allowed = context.by.has_perm(kind.permission) or context.by.has_perm("eldercare.upload_for_township")
    if not allowed:
        raise review.Denied("您的角色不能上传这种表格。")
    if not Region.objects.visible_to(context.by).filter(pk=context.region.pk).exists():
        raise review.Denied("不在您的管理范围内。")
    if reason := kind.admit(context):
        raise UploadRefused(Problem("period_closed", reason, "如需补报或更正，请联系区民政局科员。"))


def stage(kind: UploadKind, context: Context, file: File) -> Upload:
    """Keep the file, read and compare it, and save the preview; nothing of the register changes.

    A readable file with wrong rows, or one that cannot be read at all, becomes a refused upload with its problems, so that
    the sender can look at it again. Denied or a closed period keep nothing. Raises UploadRefused, review.Denied.
    """
    _check_admission(kind, context)
    content = file.read(guard.LIMITS.file_bytes + 1)
    upload = Upload(
        kind=kind.code,
        region=context.region,
        district=context.district,
        period=context.period,
        filename=Path(file.name).name[:200],
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        uploaded_by=context.by,
    )
    upload.file.save(file.name, _Content(content), save=False)
    try:
        result = _compare(kind, context, Path(upload.file.path), upload.filename)
    except UploadRefused as refused:
        result = Comparison(problems=[refused.problem])
    _fill(upload, result)
    with transaction.atomic():
        upload.save()
        _save_staged(upload, result.rows)
        audit.record(f"upload.{upload.status}", by=context.by, target=upload, detail={"sha256": upload.sha256})
    return upload


class _Content(File):
    """Bytes in memory as a file that storage can save."""

    def __init__(self, content: bytes) -> None:
        from io import BytesIO

        super().__init__(BytesIO(content))
        self.size = len(content)


def restage(upload: Upload) -> None:
    """Make the preview anew from the kept file, because what it was compared with has changed."""
    kind = kind_of(upload.kind)
    result = _compare(kind, upload.context, Path(upload.file.path), upload.filename)
    with transaction.atomic():
        fresh = Upload.objects.select_for_update().get(pk=upload.pk)
        if fresh.status != Upload.Status.STAGED:
            return
        _fill(fresh, result)
        fresh.version += 1
        fresh.save()
        _save_staged(fresh, result.rows)
    upload.refresh_from_db()


def confirm(upload: Upload, *, by) -> None:
    """Apply the previewed rows, once. MoveRefused when it is done already; StaleObject after making the preview anew."""
    try:
        review.perform(upload, "confirm", by=by)
    except StaleObject:
        restage(upload)
        raise


def undo(upload: Upload, *, by, comment: str = "") -> list[str]:
    """Take one upload back; returns what was left alone because somebody changed it since."""
    review.perform(upload, "undo", by=by, comment=comment)
    return upload.left_alone


def _apply(upload: Upload, event, by) -> None:
    """Runs inside perform's transaction: the compared state must still hold, then the kind writes its rows."""
    kind = kind_of(upload.kind)
    context = upload.context
    if reason := kind.admit(context):
        raise MoveRefused(reason)
    list(Region.objects.select_for_update(no_key=True).filter(pk=upload.region_id))
    if kind.fingerprint(context) != upload.fingerprint:
        raise StaleObject("预览之后，登记的数据已被别人更新。系统已按最新数据重新比对，请核对后再确认。")
    kind.apply(upload, context, upload.staged.read())
    audit.record("upload.confirmed", by=by, target=upload, detail=upload.counts)


def _undo(upload: Upload, event, by) -> None:
    upload.left_alone = kind_of(upload.kind).undo(upload, by)
    upload.save(update_fields=["left_alone"])
    audit.record("upload.undone", by=by, target=upload, detail={"left_alone": len(upload.left_alone)})


def connect() -> None:
    """Tie applying and undoing to their moves; called once when the apps are ready."""
    review.require(Upload, "confirm", _intact)
    review.after(Upload, "confirm", _apply)
    review.after(Upload, "undo", _undo)

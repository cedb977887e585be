"""Photos and documents attached to a facility's file; what is sent is kept under a name the server made."""

from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from eldercare.scoping import Scoped
from eldercare.signatures import moment, person, together
from facilities.acceptance import AcceptanceReview
from facilities.facility import Facility
from facilities.rectification import Rectification
from facilities.visits import SiteVisit


def stored_name(attachment: "Attachment", filename: str) -> str:
    """A name made by the server; only a suffix that was checked against the content is kept."""
    return f"attachments/{timezone.localdate():%Y/%m}/{uuid4().hex}{Path(filename).suffix.lower()[:5]}"


class Attachment(Scoped):
    """附件: one photo or document, with its hash; taken out with a reason, never deleted."""

    scope_lookups = ("facility__township__path",)

    facility = models.ForeignKey(Facility, models.PROTECT, related_name="attachments", verbose_name="设施")
    review = models.ForeignKey(
        AcceptanceReview, models.PROTECT, null=True, blank=True, related_name="attachments", verbose_name="验收审核"
    )
    visit = models.ForeignKey(
        SiteVisit, models.PROTECT, null=True, blank=True, related_name="attachments", verbose_name="现场核查"
    )
    rectification = models.ForeignKey(
        Rectification, models.PROTECT, null=True, blank=True, related_name="attachments", verbose_name="整改事项"
    )
    caption = models.CharField("说明", max_length=100, blank=True)
    filename = models.CharField("文件名", max_length=200)
    file = models.FileField("文件", upload_to=stored_name, max_length=120)
    content_type = models.CharField("格式", max_length=100)
    size = models.PositiveIntegerField("大小（字节）")
    sha256 = models.CharField("校验值", max_length=64)
    attached_at = models.DateTimeField("上传时间", default=timezone.now, editable=False)
    attached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人", editable=False
    )
    removed_at = moment("移除时间")
    removed_by = person("移除人")
    removed_why = models.CharField("移除原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "附件"
        ordering = ["attached_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=together("removed"), name="facilities_attachment_removed_by_someone"),
            models.UniqueConstraint(
                fields=["facility", "sha256"],
                condition=models.Q(removed_at__isnull=True),
                name="facilities_attachment_same_file_once",
                violation_error_message="这个文件已在该设施的档案里。",
            ),
        ]

    def __str__(self) -> str:
        return self.caption or self.filename

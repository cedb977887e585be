"""The monthly progress sheet: its declaration, what it would change, and what confirming it does."""

from eldercare import review, uploads
from eldercare.uploads import Upload, UploadKind
from plans.progress import applying, calendar, comparing, notes, register, sheet, totals

KIND = UploadKind(
    code="progress",
    label="建设进度月报",
    permission="eldercare.upload_progress",
    sheet=sheet.for_context,
    compare=comparing.compare,
    fingerprint=register.fingerprint,
    apply=applying.apply,
    undo=applying.undo,
    template=sheet.template,
    admit=applying.admit,
    month=applying.month_now,
    consequences=(
        "上面的新增和变更立即写入设施登记，每个数都记下来自哪个单元格。",
        "该月报表转为“待核”，由区民政局接收或退回。",
        "民政局接收之前，可以在本页撤销。",
    ),
    standing=applying.standing,
    remarks=notes.remarks,
    calendar=calendar.lines,
    totals=totals.against_plan,
)


def connect() -> None:
    """Register the sheet and what undoing it must ask first."""
    uploads.declare(KIND)
    review.require(Upload, "undo", applying.not_received)

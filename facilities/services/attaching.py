"""Attaching photos and documents to a facility's file, and taking them out of it with a reason; nothing is erased."""

from django.core.files.base import ContentFile, File
from django.db import transaction

from eldercare import audit, clock
from eldercare.review import Denied, MoveRefused
from eldercare.sheets import papers
from eldercare.sheets.papers import Paper
from eldercare.sheets.refusal import Refused
from facilities.models import AcceptanceReview, Attachment, Facility, Rectification, SiteVisit
from facilities.services.wording import said_well, tidy

MOST = 200
CAPTION, WHY = 100, 200
ENDED = (AcceptanceReview.Status.WITHDRAWN, AcceptanceReview.Status.REVOKED)
EVIDENCE_OF = (AcceptanceReview.Status.ACCEPTED, AcceptanceReview.Status.REVOKED)


def attach(
    facility: Facility,
    file: File,
    *,
    by,
    review: AcceptanceReview | None = None,
    visit: SiteVisit | None = None,
    rectification: Rectification | None = None,
    caption: str = "",
) -> Attachment:
    """Keep one file in a facility's file, beside what it belongs to. Denied without right or scope.

    MoveRefused says what is wrong with the file, where it cannot go, or that it is there already; then nothing is kept.
    """
    _must_have("facilities.add_attachment", Facility, facility, by, "您的角色不能上传附件。")
    review = review or (visit.review if visit else None)
    if why := _misplaced(facility, review, visit, rectification):
        raise MoveRefused(why)
    if why := said_well(caption, "说明", CAPTION):
        raise MoveRefused(why)
    row = Attachment(
        facility=facility, review=review, visit=visit, rectification=rectification, caption=tidy(caption),
        attached_at=clock.now(), attached_by=by,
    )  # fmt: skip
    return _keep(row, _read(file), by)


def take_out(attachment: Attachment, *, by, why: str) -> Attachment:
    """Take a file out of the facility's file; it stays on record with who did so and why. Denied, MoveRefused."""
    _must_have("facilities.change_attachment", Attachment, attachment, by, "您的角色不能移除附件。")
    if bad := said_well(why, "移除原因", WHY, required=True):
        raise MoveRefused(bad)
    with transaction.atomic():
        row = Attachment.objects.select_for_update(of=("self",)).select_related("review").get(pk=attachment.pk)
        if row.removed_at:
            raise MoveRefused(f"这个附件已由{row.removed_by}移除，原因：{row.removed_why}")
        if is_evidence(row):
            raise MoveRefused("这个附件是验收时的依据，不能移除；有误的请另行上传更正件并说明。")
        row.removed_at, row.removed_by, row.removed_why = clock.now(), by, tidy(why)
        row.save(update_fields=["removed_at", "removed_by", "removed_why"])
        audit.record("attachment.removed", by=by, target=row, detail={"why": row.removed_why, "sha256": row.sha256})
    return row


def added_afterwards(row: Attachment) -> bool:
    """Whether a file came to a review after its decision, so that the decision did not rest on it."""
    decided = row.review.decided_at if row.review and row.review.status in EVIDENCE_OF else None
    return decided is not None and row.attached_at > decided


def is_evidence(row: Attachment) -> bool:
    """Whether a decision rested on the file, so that it stays."""
    return bool(row.review and row.review.status in EVIDENCE_OF) and not added_afterwards(row)


def _must_have(permission: str, model, row, by, words: str) -> None:
    """Raises Denied, and leaves the attempt on record."""
    refused = words if not by.has_perm(permission) else ""
    if not refused and not model.objects.visible_to(by).filter(pk=row.pk).exists():
        refused = "不在您的管理范围内。"
    if refused:
        audit.record("review.denied", by=by, target=row, detail={"verb": permission, "reason": refused})
        raise Denied(refused)


def _misplaced(facility: Facility, review, visit, rectification) -> str:
    """Why a file cannot go where it is sent; empty when it can."""
    owners = (
        review and review.facility_id,
        visit and visit.review.facility_id,
        rectification and rectification.facility_id,
    )
    if any(owner not in (None, facility.pk) for owner in owners):
        return "附件与所选的验收审核、现场核查或整改事项不属于同一个设施。"
    if visit and review and visit.review_id != review.pk:
        return "所选的现场核查不属于这份验收审核。"
    if review and review.status in ENDED:
        return f"这份验收审核{review.get_status_display()}，不能再添加附件。"
    return ""


def _read(file: File) -> Paper:
    # One byte more than allowed is enough to know.
    content = file.read(papers.MOST_BYTES + 1)
    try:
        return papers.admit(file.name or "", content)
    except Refused as refused:
        raise MoveRefused(f"{refused}{refused.hint}") from refused


def _keep(row: Attachment, paper: Paper, by) -> Attachment:
    row.filename, row.content_type = paper.filename, paper.content_type
    row.size, row.sha256 = len(paper.data), paper.sha256
    try:
        with transaction.atomic():
            # Whoever attaches next waits here, so that neither the count nor the look for twins is overtaken.
            Facility.objects.select_for_update(of=("self",)).get(pk=row.facility_id)
            _check_room(row)
            row.file.save(f"x.{paper.suffix}", ContentFile(paper.data), save=False)
            row.save()
            audit.record("attachment.added", by=by, target=row, detail={"sha256": row.sha256, "size": row.size})
    except BaseException:
        _forget(row)
        raise
    return row


def _check_room(row: Attachment) -> None:
    kept = Attachment.objects.filter(facility=row.facility_id, removed_at__isnull=True).select_related("attached_by")
    if twin := kept.filter(sha256=row.sha256).first():
        raise MoveRefused(f"这个文件已在该设施的档案里：“{twin}”，{twin.attached_by}上传，没有重复保存。")
    if kept.count() >= MOST:
        raise MoveRefused(f"一个设施最多保存 {MOST} 个附件，请先移除用不着的。")


def _forget(row: Attachment) -> None:
    """No file without its row: what was written before the row failed is removed again."""
    if row.file:
        row.file.delete(save=False)

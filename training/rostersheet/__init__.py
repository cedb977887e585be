"""Rosters of training sessions: read, matched, asked where unsure, confirmed once, taken back whole."""

from eldercare import uploads
from eldercare.uploads import UploadKind
from training.rostersheet import applying, comparing, page
from training.rostersheet.sheet import SHEET

KIND = UploadKind(
    code="roster",
    label="培训班名册",
    permission="training.add_attendance",
    sheet=lambda context: SHEET,
    compare=comparing.compare,
    fingerprint=comparing.fingerprint,
    apply=applying.apply,
    undo=applying.undo,
    admit=applying.admit,
    has_period=False,
    has_subject=True,
    file_permission="training.see_personal_data",
    page=page.context,
    tell=page.questions,
    template_name="admin/training/roster_upload.html",
    consequences=(
        "名册记入这个培训班，结业的人按人计入培训完成数；同一人同一类一年只计一次。",
        "新的证书记入证书台账；联系电话和证书编号加密保存。",
        "确认之后可以在本页整份撤销。",
    ),
)


def connect() -> None:
    """Let uploads know rosters."""
    uploads.declare(KIND)

"""The sheet of the facility register: its declaration, what it would change, and what confirming it does."""

from eldercare import uploads
from eldercare.uploads import UploadKind
from facilities.register import applying, comparing, sheet

KIND = UploadKind(
    code="facilities",
    label="设施登记表",
    permission="facilities.change_facility",
    sheet=sheet.for_context,
    compare=comparing.compare,
    fingerprint=comparing.fingerprint,
    apply=applying.apply,
    undo=applying.undo,
    template=sheet.template,
    admit=applying.admit,
    has_period=False,
    whole_district=True,
    held=applying.held,
    consequences=(
        "上面的新增和变更立即写入设施登记，每个数都记下来自哪个单元格。",
        "每一行从它的生效日期起；没有填的，从今天起。",
        "确认之后可以在本页撤销；此后另有登记的保留，并逐项列出。",
    ),
)


def connect() -> None:
    """Register the sheet."""
    uploads.declare(KIND)

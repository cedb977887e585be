"""The monthly sheet of allowances: totals of a township by scheme and band, previewed, confirmed once, undone whole.

It takes people and yuan, never a name: a file with names, identity numbers or phone numbers is not even kept.
"""

from eldercare import uploads
from eldercare.uploads import UploadKind
from subsidies.allowancesheet import applying, comparing, privacy, sheet

KIND = UploadKind(
    code="allowance",
    label="津贴发放月报",
    permission="subsidies.report_allowancetotal",
    sheet=sheet.for_context,
    read=privacy.read,
    compare=comparing.compare,
    fingerprint=comparing.fingerprint,
    apply=applying.apply,
    undo=applying.undo,
    template=sheet.template,
    admit=applying.admit,
    has_subject=True,
    page=applying.page,
    template_name="uploads/allowance.html",
    consequences=(
        "上面各档的人数和金额记为该月的发放合计，每个数都记下来自哪个单元格。",
        "同一个月以前报过的由这一次替代，旧数保留可查。",
        "可以在本页撤销，撤销后恢复上一次报的数。",
    ),
)


def connect() -> None:
    """Register the sheet."""
    uploads.declare(KIND)

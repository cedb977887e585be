"""Training quota tables as a kind of annex: typed, imported and exported by the kernel, each change through `save`."""

from eldercare import uploads
from eldercare.annexes import editing as annexediting
from eldercare.annexes import importing as annexuploads
from eldercare.annexes import kinds as annexkinds
from eldercare.annexes.editing import Saved
from eldercare.annexes.kinds import AnnexKind
from eldercare.annexes.printed import Printed
from training.models import QuotaTable, QuotaTotal, TrainingQuota

KIND = AnnexKind(
    "quota", "培训指标表", QuotaTable, TrainingQuota, QuotaTotal, subject="role", value="quota", head=("counted",)
)


def save(table: QuotaTable, state: Printed, *, by, seen: str) -> Saved:
    """Store a new state of a quota table; see annexediting.save for what it raises."""
    return annexediting.save(KIND, table, state, by=by, seen=seen)


def connect() -> None:
    """Let pages and uploads know quota tables."""
    annexkinds.declare(KIND)
    uploads.declare(annexuploads.upload_kind(KIND))

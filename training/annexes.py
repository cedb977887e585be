"""Training quota tables as a kind of annex: typed, imported and exported by the kernel, each change through `save`."""

from eldercare import annexediting, annexkinds, annexuploads, uploads
from eldercare.annexediting import Saved
from eldercare.annexkinds import AnnexKind
from eldercare.printedtables import Printed
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

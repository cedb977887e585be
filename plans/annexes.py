"""Plan tables as a kind of annex: typed, imported and exported by the kernel, each change through `save`."""

from eldercare import uploads
from eldercare.annexes import editing as annexediting
from eldercare.annexes import importing as annexuploads
from eldercare.annexes import kinds as annexkinds
from eldercare.annexes.editing import Saved
from eldercare.annexes.kinds import AnnexKind
from eldercare.annexes.printed import Printed
from plans.models import PlanTable, PlanTarget, PrintedTotal

KIND = AnnexKind("plan", "计划表", PlanTable, PlanTarget, PrintedTotal, subject="type", value="planned")


def save(table: PlanTable, state: Printed, *, by, seen: str) -> Saved:
    """Store a new state of a plan table; see annexediting.save for what it raises."""
    return annexediting.save(KIND, table, state, by=by, seen=seen)


def connect() -> None:
    """Let pages and uploads know plan tables."""
    annexkinds.declare(KIND)
    uploads.declare(annexuploads.upload_kind(KIND))

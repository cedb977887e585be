"""Plan annexes of a policy folder, together with its duties, indicators and tasks."""

from eldercare.annexes.printed import Printed, read_annex, region_links
from eldercare.folders import Changes, FolderErrors, FolderProblem, sync
from eldercare.policies import Policy
from eldercare.policyfiles import Folder
from facilities.kinds import FacilityType
from plans import dutyfiles, indicatorfiles, taskfiles
from plans.models import PlanTable, PlanTarget, PrintedTotal

PARTS = (dutyfiles, indicatorfiles, taskfiles)


def check(folder: Folder) -> list[Printed]:
    """Read and check plan annexes and the app's other files. Raises FolderErrors with every problem."""
    problems: list[FolderProblem] = []
    tables = []
    for annex in folder.annexes:
        if annex["kind"] == "plan":
            try:
                tables.append(read_annex(folder, annex, "type", FacilityType.values))
            except FolderErrors as errors:
                problems += errors.problems
    for part in PARTS:
        try:
            part.check(folder)
        except FolderErrors as errors:
            problems += errors.problems
    if problems:
        raise FolderErrors(problems)
    return tables


def load(folder: Folder, policy: Policy) -> list[Changes]:
    """Store plan tables with their printed totals, and what the app's other files say."""
    tables = check(folder)
    changes = [change for printed in tables for change in store_table(policy, printed)]
    brought = {printed.annex for printed in tables}
    # A table that was made in the admin is not the folder's to remove.
    gone = [row.pk for row in policy.plantables.all() if row.annex not in brought and not row.layout.get("typed")]
    if gone:
        policy.plantables.filter(pk__in=gone).delete()
        changes.append(Changes("计划表", removed=len(gone)))
    return [*changes, *(change for part in PARTS for change in part.load(folder, policy))]


def store_table(policy: Policy, printed: Printed) -> list[Changes]:
    """Bring one stored plan table in step with a printed one; unknown unit names become proposals for a clerk."""
    head = {"title": printed.title, "clause": printed.clause, "layout": printed.layout}
    table_changes = sync(
        f"附件{printed.annex} 计划表", policy.plantables.filter(annex=printed.annex), ("annex",),
        {(printed.annex,): head}, policy=policy,
    )  # fmt: skip
    table = PlanTable.objects.get(policy=policy, annex=printed.annex)
    regions = region_links(policy, printed)
    wanted = {
        (cell.row, cell.subject, cell.year): {
            "unit": cell.unit,
            "region": regions[cell.unit],
            "planned": cell.value,
            "cell": cell.address,
        }
        for cell in printed.cells
    }
    stored = PlanTarget.objects.filter(table=table).select_related("region")
    cells = sync(f"附件{printed.annex} 计划数", stored, ("row", "type", "year"), wanted, table=table)
    totals = {(total.subject, total.year): {"printed": total.value, "cell": total.address} for total in printed.totals}
    total_rows = PrintedTotal.objects.filter(table=table)
    return [
        table_changes,
        cells,
        sync(f"附件{printed.annex} 印发合计", total_rows, ("type", "year"), totals, table=table),
    ]

"""Training quotas of a policy folder."""

from eldercare.annexes.printed import Printed, read_annex, region_links
from eldercare.folders import Changes, FolderErrors, FolderProblem, sync
from eldercare.policies import Policy
from eldercare.policyfiles import FILE, Folder
from training.models import Counted, QuotaTable, QuotaTotal, TrainingQuota, TrainingRole


def check(folder: Folder) -> list[tuple[Printed, str]]:
    """The quota annexes with what they count. Raises FolderErrors with every problem."""
    tables, problems = [], []
    for annex in folder.annexes:
        if annex["kind"] != "quota":
            continue
        if annex.get("counted") not in Counted.values:
            words = f"须写明 {' 或 '.join(Counted.values)}。"
            problems.append(FolderProblem(FILE, f"annex {annex['number']}", "counted", words))
        try:
            tables.append((read_annex(folder, annex, "role", TrainingRole.values), annex.get("counted", "")))
        except FolderErrors as errors:
            problems += errors.problems
    if problems:
        raise FolderErrors(problems)
    return tables


def load(folder: Folder, policy: Policy) -> list[Changes]:
    """Store quota tables with their printed totals."""
    return [change for printed, counted in check(folder) for change in store_table(policy, printed, counted)]


def store_table(policy: Policy, printed: Printed, counted: str) -> list[Changes]:
    """Bring one stored quota table in step with a printed one."""
    head = {"title": printed.title, "clause": printed.clause, "layout": printed.layout, "counted": counted}
    label = f"附件{printed.annex}"
    tables = policy.quotatables.filter(annex=printed.annex)
    table_changes = sync(f"{label} 培训指标表", tables, ("annex",), {(printed.annex,): head}, policy=policy)
    table = QuotaTable.objects.get(policy=policy, annex=printed.annex)
    regions = region_links(policy, printed)
    wanted = {
        (cell.row, cell.subject, cell.year): {
            "unit": cell.unit,
            "region": regions[cell.unit],
            "quota": cell.value,
            "cell": cell.address,
        }
        for cell in printed.cells
    }
    stored = TrainingQuota.objects.filter(table=table).select_related("region")
    totals = {(total.subject, total.year): {"printed": total.value, "cell": total.address} for total in printed.totals}
    return [
        table_changes,
        sync(f"{label} 培训指标", stored, ("row", "role", "year"), wanted, table=table),
        sync(f"{label} 印发合计", QuotaTotal.objects.filter(table=table), ("role", "year"), totals, table=table),
    ]

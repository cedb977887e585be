"""Annexes, targets and duties of a policy folder."""

from dataclasses import dataclass
from datetime import date

from eldercare.folders import Changes, FolderErrors, FolderProblem, duplicate_ids, missing_keys, read_toml, sync
from eldercare.policies import Policy, pack
from eldercare.policyfiles import Folder
from eldercare.printedtables import Printed, read_annex, region_links
from facilities.kinds import FacilityType
from plans import indicatorfiles, taskfiles
from plans.models import PlanTable, PlanTarget, PrintedTotal

PARTS = (indicatorfiles, taskfiles)
DUTIES = "duties.toml"
CADENCES = ("monthly", "quarterly", "yearly", "once", "irregular")
FORCES = ("binding", "expected", "strive", "plan")


@dataclass(frozen=True, slots=True)
class Checked:
    """What the app's files of a folder say, all of it sound."""

    tables: list[Printed]
    duties: list[dict]
    targets: list[dict]


def check(folder: Folder) -> Checked:
    """Read and check annexes and duties.toml. Raises FolderErrors with every problem."""
    problems: list[FolderProblem] = []
    tables = []
    for annex in folder.annexes:
        if annex["kind"] == "plan":
            try:
                tables.append(read_annex(folder, annex, "type", FacilityType.values))
            except FolderErrors as errors:
                problems += errors.problems
    data = read_toml(folder.path, DUTIES)
    duties, targets = data.get("duty", []), data.get("target", [])
    problems += _duty_problems(duties) + _target_problems(targets)
    for part in PARTS:
        try:
            part.check(folder)
        except FolderErrors as errors:
            problems += errors.problems
    if problems:
        raise FolderErrors(problems)
    return Checked(tables, duties, targets)


def _duty_problems(rows: list[dict]) -> list[FolderProblem]:
    return [
        *missing_keys(DUTIES, rows, ("id", "label", "clause", "cadence")),
        *duplicate_ids(DUTIES, rows),
        *(
            FolderProblem(DUTIES, row.get("id", ""), "cadence", f"只能是 {'、'.join(CADENCES)}。")
            for row in rows
            if row.get("cadence") not in CADENCES
        ),
    ]


def _target_problems(rows: list[dict]) -> list[FolderProblem]:
    return [
        *missing_keys(DUTIES, rows, ("id", "label", "clause", "target")),
        *duplicate_ids(DUTIES, rows),
        *(
            FolderProblem(DUTIES, row.get("id", ""), "force", f"只能是 {'、'.join(FORCES)}。")
            for row in rows
            if row.get("force", "plan") not in FORCES
        ),
        *(
            FolderProblem(DUTIES, row.get("id", ""), "due", "应是日期，例如 2022-12-31。")
            for row in rows
            if not isinstance(row.get("due", date.min), date)
        ),
    ]


def load(folder: Folder, policy: Policy) -> list[Changes]:
    """Store plan tables with their printed totals, targets and duties."""
    checked = check(folder)
    changes = [change for printed in checked.tables for change in store_table(policy, printed)]
    gone = policy.plantables.exclude(annex__in=[printed.annex for printed in checked.tables])
    if count := gone.count():
        gone.delete()
        changes.append(Changes("计划表", removed=count))
    rows = [change for part in PARTS for change in part.load(folder, policy)]
    return [*changes, _load_targets(policy, checked.targets), _load_duties(policy, checked.duties), *rows]


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


def _load_targets(policy: Policy, rows: list[dict]) -> Changes:
    wanted = {
        (row["id"],): {
            "label": row["label"],
            "clause": row["clause"],
            "definition": row.get("definition", ""),
            "value": indicatorfiles.decimal(row["target"].get("value")),
            "unit": row.get("unit", ""),
            "due": row.get("due"),
            "force": row.get("force", "plan"),
            "body": pack(row),
        }
        for row in rows
    }
    return sync("量化目标", policy.targets.all(), ("key",), wanted, policy=policy)


def _load_duties(policy: Policy, rows: list[dict]) -> Changes:
    wanted = {
        (row["id"],): {
            "label": row["label"],
            "clause": row["clause"],
            "cadence": row["cadence"],
            "due_day": row["due"].get("day") if isinstance(row.get("due"), dict) else None,
            "body": pack(row),
        }
        for row in rows
    }
    return sync("报送职责", policy.dutys.all(), ("key",), wanted, policy=policy)

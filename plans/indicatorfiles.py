"""indicators.toml of a policy folder, and the background figures of duties.toml."""

from decimal import Decimal

from eldercare.folders import Changes, FolderErrors, FolderProblem, duplicate_ids, missing_keys, read_toml, sync
from eldercare.policies import Policy, pack
from eldercare.policyfiles import Folder
from plans.indicators import Background, Indicator

FILE = "indicators.toml"
DUTIES = "duties.toml"
OPERATORS = (">=", "<=", "=", ">", "<")


def check(folder: Folder) -> tuple[list[dict], list[dict]]:
    """Indicators and background figures of a folder. Raises FolderErrors with every problem."""
    rows = read_toml(folder.path, FILE).get("indicator", [])
    background = read_toml(folder.path, DUTIES).get("background", [])
    problems = [
        *missing_keys(FILE, rows, ("no", "label", "clause", "force", "baseline", "target")),
        *duplicate_ids(FILE, rows, "no"),
        *(problem for row in rows for problem in _row_problems(row)),
        *missing_keys(DUTIES, background, ("id", "label", "clause", "printed")),
        *duplicate_ids(DUTIES, background),
    ]
    if problems:
        raise FolderErrors(problems)
    return rows, background


def _row_problems(row: dict) -> list[FolderProblem]:
    name, found = str(row.get("no", "")), []
    if row.get("force") not in Indicator.Force.values:
        found.append(FolderProblem(FILE, name, "force", f"只能是 {' 或 '.join(Indicator.Force.values)}。"))
    for key in ("baseline", "target"):
        part = row.get(key, {})
        if not isinstance(part, dict) or "printed" not in part:
            found.append(FolderProblem(FILE, name, key, "应写成 { printed = …, value = … }。"))
    operator = row.get("target", {}).get("operator")
    if operator is not None and operator not in OPERATORS:
        found.append(FolderProblem(FILE, name, "target.operator", f"只能是 {' '.join(OPERATORS)}；没有印出就不写。"))
    return found


def load(folder: Folder, policy: Policy) -> list[Changes]:
    """Store indicators and background figures."""
    rows, background = check(folder)
    wanted = {(str(row["no"]),): _indicator(row) for row in rows}
    figures = {
        (row["id"],): {
            "label": row["label"],
            "clause": row["clause"],
            "printed": str(row["printed"]),
            "value": decimal(row.get("value")),
            "unit": row.get("unit", ""),
            "body": pack(row),
        }
        for row in background
    }
    return [
        sync("规划指标", Indicator.objects.filter(policy=policy), ("key",), wanted, policy=policy),
        sync("现状数据", Background.objects.filter(policy=policy), ("key",), figures, policy=policy),
    ]


def decimal(value) -> Decimal | None:
    """A TOML number as Decimal; None when nothing is printed or the printed value is no number."""
    return Decimal(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else None


def _indicator(row: dict) -> dict:
    baseline, target = row["baseline"], row["target"]
    return {
        "number": row["no"],
        "label": row["label"],
        "clause": row["clause"],
        "group": row.get("group", ""),
        "force": row["force"],
        "baseline_printed": str(baseline["printed"]),
        "baseline": decimal(baseline.get("value")),
        "target_printed": str(target["printed"]),
        "target": decimal(target.get("value")),
        "operator": target.get("operator", ""),
        "unit": row.get("unit", ""),
        "unit_printed": row.get("unit_printed", True),
        "definition": row.get("definition", ""),
        "due": row.get("due"),
        "body": pack(row),
    }

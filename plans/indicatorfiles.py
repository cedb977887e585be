"""indicators.toml of a policy folder."""

from eldercare import foldershapes
from eldercare.folders import Changes, FolderErrors, FolderProblem, read_toml, sync
from eldercare.foldershapes import Shape, choice, day, flag, listed, number, rows_of, table_problems, text, whole
from eldercare.policies import Policy, pack
from eldercare.policyfiles import CONFLICT, OPERATORS, Folder
from plans.dutyfiles import decimal
from plans.indicators import Indicator

FILE = "indicators.toml"
NEEDS = ("no", "label", "clause", "force", "baseline", "target")
BASELINE = Shape({"printed": text, "value": number, "unit_printed": flag, "value_printed": flag})
TARGET = Shape(
    {
        "printed": text,
        "value": number,
        "operator": choice(OPERATORS),
        **dict.fromkeys(("operator_printed", "value_printed", "unit_printed"), flag),
    }
)
ALTERNATIVE = Shape({"label": text, "numerator": text, "denominator": text, "per": whole})
WORDS = ("label", "clause", "group", "note", "reading", "definition", "due_printed", "counted", "per")


def _shape(unit: foldershapes.Check) -> Shape:
    return Shape(
        {
            **dict.fromkeys(WORDS, text),
            "no": whole,
            "force": choice(Indicator.Force.values),
            "baseline": BASELINE,
            "target": TARGET,
            "unit": unit,
            "unit_printed": flag,
            "due": day,
            "related": listed(),
            "alternatives": choice(("any", "all")),
            "alternative": listed(ALTERNATIVE),
        }
    )


def check(folder: Folder) -> list[dict]:
    """Indicators of a folder. Raises FolderErrors with every problem."""
    data = read_toml(folder.path, FILE)
    rows, problems = rows_of(FILE, data, "indicator", _shape(folder.unit), NEEDS, "no")
    conflicts, wrong = rows_of(FILE, data, "conflict", CONFLICT, ("id", "ids", "kind", "label", "clause"))
    problems = [
        *table_problems(FILE, data, ("indicator", "conflict")),
        *problems,
        *wrong,
        *folder.uncited(FILE, rows),
        *folder.uncited(FILE, conflicts),
        *(problem for row in rows for problem in _row_problems(row)),
    ]
    if problems:
        raise FolderErrors(problems)
    return rows


def _row_problems(row: dict) -> list[FolderProblem]:
    """What a printed table cannot lack: the text of baseline and target, both parts of a choice."""
    name = str(row.get("no", ""))
    found = [
        FolderProblem(FILE, name, key, "应写成 { printed = …, value = … }。")
        for key in ("baseline", "target")
        if key in row and "printed" not in row[key]
    ]
    if ("alternatives" in row) != (len(row.get("alternative", [])) > 1):
        found.append(FolderProblem(FILE, name, "alternative", "alternatives 须有至少两个 [[indicator.alternative]]。"))
    return found


def load(folder: Folder, policy: Policy) -> list[Changes]:
    """Store indicators."""
    rows = check(folder)
    wanted = {(str(row["no"]),): _indicator(row) for row in rows}
    return [sync("规划指标", Indicator.objects.filter(policy=policy), ("key",), wanted, policy=policy)]


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

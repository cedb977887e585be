"""duties.toml of a policy folder: quantified targets, reporting duties, background figures and groups of units."""

from dataclasses import dataclass
from decimal import Decimal

from eldercare import foldershapes
from eldercare.folders import Changes, FolderErrors, FolderProblem, read_toml, sync
from eldercare.foldershapes import Shape, choice, day, flag, listed, named, number, rows_of, table_problems, text, whole
from eldercare.policies import Policy, pack
from eldercare.policyfiles import OPERATORS, Folder
from facilities.kinds import FacilityType
from plans.duties import Target
from plans.indicators import Background
from plans.unitgroups import group_problems, label, unknown_groups

FILE = "duties.toml"
CADENCES = ("monthly", "quarterly", "yearly", "once", "irregular")
TYPES = listed(choice(FacilityType.values))
WORDS = ("id", "label", "clause", "reading", "note")
FLAGS = ("unit_printed", "value_printed", "approximate", "recipients_printed")
DUE = Shape(
    {
        **dict.fromkeys(("by", "date", "from"), day),
        **dict.fromkeys(("of", "period", "text"), text),
        "day": whole,
        "printed": flag,
    }
)
DUTY = Shape(
    {
        **dict.fromkeys((*WORDS, "product"), text),
        **dict.fromkeys(("bearers", "recipients"), listed()),
        **dict.fromkeys(FLAGS, flag),
        "cadence": choice(CADENCES),
        "due": DUE,
    }
)
AIM = Shape(
    {
        **dict.fromkeys(("value", "upper"), number),
        **dict.fromkeys(("operator_printed", "value_printed", "approximate", "unit_printed"), flag),
        "printed": text,
        "operator": choice(OPERATORS),
    }
)
LINKS = ("definition", "requirement", "annex", "role", "project", "counted", "for_each", "per", "due_printed")


def target_shape(unit: foldershapes.Check) -> Shape:
    """A [[target]] of a policy with its own units."""
    return Shape(
        {
            **dict.fromkeys((*WORDS, *LINKS), text),
            **dict.fromkeys(FLAGS, flag),
            **dict.fromkeys(("types", "population"), TYPES),
            **dict.fromkeys(("related", "lead", "responsible", "cooperating"), listed()),
            "target": AIM,
            "due": day,
            "force": choice(Target.Force.values),
            "unit": unit,
            "alternatives": choice(("any", "all")),
            "names": named(listed()),
        }
    )


def background_shape(unit: foldershapes.Check) -> Shape:
    """A [[background]] figure of a policy with its own units."""
    limits = {"value": number, "unit": unit, "operator": choice(OPERATORS)}
    return Shape({**dict.fromkeys((*WORDS, "printed"), text), **dict.fromkeys(FLAGS, flag), **limits})


@dataclass(frozen=True, slots=True)
class Checked:
    """What duties.toml says, all of it sound."""

    duties: list[dict]
    targets: list[dict]
    background: list[dict]
    groups: dict[str, dict]


def check(folder: Folder) -> Checked:
    """Read and check duties.toml. Raises FolderErrors with every problem."""
    data = read_toml(folder.path, FILE)
    groups, problems = group_problems(FILE, data)
    problems = [*table_problems(FILE, data, ("groups", "duty", "target", "background", "conflict")), *problems]
    duties, wrong = rows_of(FILE, data, "duty", DUTY, ("id", "label", "clause", "cadence"))
    problems += [*wrong, *folder.uncited(FILE, duties), *_due_problems(duties)]
    problems += [problem for row in duties for problem in unknown_groups(FILE, row, ("bearers", "recipients"), groups)]
    targets, wrong = rows_of(FILE, data, "target", target_shape(folder.unit), ("id", "label", "clause", "target"))
    problems += [*wrong, *folder.uncited(FILE, targets), *_aim_problems(targets)]
    needs = ("id", "label", "clause", "printed")
    background, wrong = rows_of(FILE, data, "background", background_shape(folder.unit), needs)
    problems += [*wrong, *folder.uncited(FILE, background)]
    if problems:
        raise FolderErrors(problems)
    return Checked(duties, targets, background, groups)


def _due_problems(rows: list[dict]) -> list[FolderProblem]:
    """A day of the next month must exist in every month."""
    days = ((str(row.get("id", "")), row.get("due", {}).get("day", 1)) for row in rows)
    return [FolderProblem(FILE, name, "due.day", "应为1至28日。") for name, day_ in days if not 1 <= day_ <= 28]


def _aim_problems(rows: list[dict]) -> list[FolderProblem]:
    aims = ((str(row.get("id", "")), row.get("target", {})) for row in rows)
    return [
        FolderProblem(FILE, name, "target.printed", "缺少印发的写法。") for name, aim in aims if "printed" not in aim
    ]


def load(folder: Folder, policy: Policy) -> list[Changes]:
    """Store targets, duties and background figures."""
    checked = check(folder)
    aims = {(row["id"],): _target(row) for row in checked.targets}
    duties = {(row["id"],): _duty(row, checked.groups) for row in checked.duties}
    figures = {(row["id"],): _background(row) for row in checked.background}
    return [
        sync("量化目标", policy.targets.all(), ("key",), aims, policy=policy),
        sync("报送职责", policy.dutys.all(), ("key",), duties, policy=policy),
        sync("现状数据", Background.objects.filter(policy=policy), ("key",), figures, policy=policy),
    ]


def decimal(value) -> Decimal | None:
    """A TOML number as Decimal; None when nothing is printed or the printed value is no number."""
    return Decimal(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else None


def _target(row: dict) -> dict:
    return {
        "label": row["label"],
        "clause": row["clause"],
        "definition": row.get("definition", ""),
        "value": decimal(row["target"].get("value")),
        "unit": row.get("unit", ""),
        "due": row.get("due"),
        "force": row.get("force", "plan"),
        "body": pack(row),
    }


def _duty(row: dict, groups: dict[str, dict]) -> dict:
    """A duty; who bears it and who receives it is kept as written and, group by group, as the policy prints it."""
    named = {
        f"{key}_named": [label(groups[name]) if name in groups else name for name in row[key]]
        for key in ("bearers", "recipients")
        if key in row
    }
    words = {key: row[key] for key in ("label", "clause", "cadence")}
    return {**words, "due_day": row.get("due", {}).get("day"), "body": pack({**row, **named})}


def _background(row: dict) -> dict:
    return {
        "label": row["label"],
        "clause": row["clause"],
        "printed": row["printed"],
        "value": decimal(row.get("value")),
        "unit": row.get("unit", ""),
        "body": pack(row),
    }

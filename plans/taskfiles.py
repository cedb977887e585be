"""tasks.toml of a policy folder: tasks with their units; group names expand to the units of the policy's own edition."""

from collections.abc import Iterable
from dataclasses import dataclass

from eldercare.folders import Changes, FolderErrors, FolderProblem, duplicate_ids, missing_keys, read_toml, sync
from eldercare.policies import Policy, pack
from eldercare.policyfiles import Folder
from eldercare.regions import Kind, Region
from plans.tasks import Task, TaskUnit

FILE = "tasks.toml"
KINDS = {"街道": Kind.STREET, "镇": Kind.TOWN, "乡": Kind.TOWNSHIP}


@dataclass(frozen=True, slots=True)
class Checked:
    """The tasks of a folder with the groups and other names of units it uses."""

    tasks: list[dict]
    groups: dict[str, dict]
    aliases: dict[str, str]


def check(folder: Folder) -> Checked:
    """Read and check tasks.toml. Raises FolderErrors with every problem."""
    data = read_toml(folder.path, FILE)
    tasks, groups = data.get("task", []), data.get("groups", {})
    problems = [
        *missing_keys(FILE, tasks, ("no", "label", "clause")),
        *duplicate_ids(FILE, [task | {"id": _key(task)} for task in tasks]),
        *(problem for name, group in groups.items() for problem in _group_problems(name, group)),
        *(problem for task in tasks for problem in _unit_problems(task, groups)),
    ]
    if problems:
        raise FolderErrors(problems)
    return Checked(tasks, groups, data.get("aliases", {}))


def _key(task: dict) -> str:
    """A task's number, with its part where one printed number holds several tasks."""
    return f"{task.get('no', '')}{task.get('part', '')}"


def _kinds(group: dict) -> list[str]:
    kinds = group.get("kind", [])
    return [kinds] if isinstance(kinds, str) else kinds


def _group_problems(name: str, group: dict) -> list[FolderProblem]:
    wrong = [kind for kind in _kinds(group) if kind not in KINDS]
    return [FolderProblem(FILE, name, "kind", f"没有单位类别“{kind}”，只能是 {'、'.join(KINDS)}。") for kind in wrong]


def _unit_problems(task: dict, groups: dict) -> list[FolderProblem]:
    name = str(task.get("no", ""))
    parts = {part: task.get(part, []) for part in TaskUnit.Part.values}
    found = [
        FolderProblem(FILE, name, part, f"没有定义单位组 {unit}。")
        for part, units in parts.items()
        for unit in units
        if unit.startswith("@") and unit not in groups
    ]
    if not any(parts.values()):
        found.append(FolderProblem(FILE, name, "responsible", "任务没有任何责任单位。"))
    return found


def load(folder: Folder, policy: Policy) -> list[Changes]:
    """Store tasks and their units."""
    checked = check(folder)
    wanted = {
        (_key(task),): {
            "number": task["no"], "label": task["label"], "clause": task["clause"], "body": pack(task),
        }
        for task in checked.tasks
    }  # fmt: skip
    changes = [sync("任务分工", Task.objects.filter(policy=policy), ("key",), wanted, policy=policy)]
    stored = {task.key: task for task in Task.objects.filter(policy=policy)}
    regions = _regions(policy)
    total = Changes("责任单位")
    for row in checked.tasks:
        task = stored[_key(row)]
        units = {
            (unit.part, unit.unit): {"printed": unit.printed, "region": unit.region}
            for unit in _units(row, checked, regions)
        }
        done = sync("责任单位", task.units.select_related("region"), ("part", "unit"), units, task=task)
        _add(total, done)
    return [*changes, total]


def _add(total: Changes, done: Changes) -> None:
    total.total += done.total
    total.added += done.added
    total.changed += done.changed
    total.removed += done.removed
    total.lines += done.lines


def _regions(policy: Policy) -> list[Region]:
    day = policy.division_edition or policy.issued_on
    units = policy.district.below().townships()
    return list(units.on(day).order_by("path")) if day else list(units.filter(valid_to__isnull=True).order_by("path"))


def _units(task: dict, checked: Checked, regions: list[Region]) -> Iterable[TaskUnit]:
    """One row per unit and part; a group whose district has no unit rows stays as its printed name."""
    for part in TaskUnit.Part.values:
        for printed in task.get(part, []):
            if not printed.startswith("@"):
                yield TaskUnit(part=part, unit=checked.aliases.get(printed, printed), printed=printed)
                continue
            group = checked.groups[printed]
            kinds = {KINDS[kind] for kind in _kinds(group)}
            label = group.get("printed") or f"各{'、'.join(_kinds(group))}{group.get('suffix', '')}"
            members = [region for region in regions if region.kind in kinds]
            if not members:
                yield TaskUnit(part=part, unit=label, printed=label)
            for region in members:
                yield TaskUnit(
                    part=part, unit=f"{region.short_name}{group.get('suffix', '')}", printed=label, region=region
                )

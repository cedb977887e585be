"""tasks.toml of a policy folder: tasks with their units; group names expand to the units of the policy's own edition."""

from collections.abc import Iterable
from dataclasses import dataclass

from eldercare.folders import Changes, FolderErrors, FolderProblem, duplicate_ids, read_toml, sync
from eldercare.foldershapes import Shape, listed, named, of_shape, rows_of, table_problems, text, whole
from eldercare.policies import Policy, pack
from eldercare.policyfiles import Folder
from eldercare.regions import Region
from plans.tasks import Task, TaskUnit
from plans.unitgroups import KINDS, MARK, group_problems, kinds, label, unknown_groups

FILE = "tasks.toml"
PARTS = TaskUnit.Part.values
LISTS = dict.fromkeys((*PARTS, "targets", "duties", "schemes", "clauses"), listed())
TASK = Shape({**dict.fromkeys(("label", "clause", "part", "note", "reading"), text), **LISTS, "no": whole})
SECTION = Shape({**dict.fromkeys(("no", "label", "clause", "note"), text), **LISTS})


@dataclass(frozen=True, slots=True)
class Checked:
    """The tasks of a folder with the groups and other names of units it uses."""

    tasks: list[dict]
    groups: dict[str, dict]
    aliases: dict[str, str]


def check(folder: Folder) -> Checked:
    """Read and check tasks.toml. Raises FolderErrors with every problem."""
    data = read_toml(folder.path, FILE)
    groups, wrong_groups = group_problems(FILE, data)
    tasks, wrong_tasks = rows_of(FILE, data, "task", TASK, ("no", "label", "clause"), "")
    sections, wrong_sections = rows_of(FILE, data, "section", SECTION, ("no", "label", "clause"), "no")
    problems = [
        *table_problems(FILE, data, ("groups", "aliases", "task", "section")),
        *of_shape(FILE, "aliases", data.get("aliases", {}), named(text)),
        *wrong_groups,
        *wrong_tasks,
        *wrong_sections,
        *folder.uncited(FILE, tasks),
        *folder.uncited(FILE, sections),
        *duplicate_ids(FILE, [task | {"id": _key(task)} for task in tasks]),
        *(problem for row in (*tasks, *sections) for problem in unknown_groups(FILE, row, PARTS, groups)),
        *(_without_units(task) for task in tasks if not any(task.get(part) for part in PARTS)),
    ]
    if problems:
        raise FolderErrors(problems)
    return Checked(tasks, groups, data.get("aliases", {}))


def _key(task: dict) -> str:
    """A task's number, with its part where one printed number holds several tasks."""
    return f"{task.get('no', '')}{task.get('part', '')}"


def _without_units(task: dict) -> FolderProblem:
    return FolderProblem(FILE, str(task.get("no", "")), "responsible", "任务没有任何责任单位。")


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
            if not printed.startswith(MARK):
                yield TaskUnit(part=part, unit=checked.aliases.get(printed, printed), printed=printed)
                continue
            group = checked.groups[printed]
            own = {KINDS[kind] for kind in kinds(group)}
            name = label(group)
            members = [region for region in regions if region.kind in own]
            if not members:
                yield TaskUnit(part=part, unit=name, printed=name)
            for region in members:
                yield TaskUnit(
                    part=part, unit=f"{region.short_name}{group.get('suffix', '')}", printed=name, region=region
                )

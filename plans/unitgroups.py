"""Names that stand for many units (各镇乡人民政府): written as "@name" in a row, defined once in the file's [groups]."""

from collections.abc import Iterable

from eldercare.folders import FolderProblem
from eldercare.foldershapes import Shape, of_shape, text
from eldercare.regions import Kind

KINDS = {"街道": Kind.STREET, "镇": Kind.TOWN, "乡": Kind.TOWNSHIP}
MARK = "@"


def kinds(group: dict) -> list[str]:
    """The kinds of unit in a group."""
    written = group.get("kind", [])
    return [written] if isinstance(written, str) else written


def label(group: dict) -> str:
    """A group as the policies print it: 各街道办事处."""
    return group.get("printed") or f"各{'、'.join(kinds(group))}{group.get('suffix', '')}"


def _kinds(value: object):
    names = [value] if isinstance(value, str) else value
    for name in names if isinstance(names, list) and names else [value]:
        if name not in tuple(KINDS):
            yield "", f"没有单位类别“{name}”，只能是 {'、'.join(KINDS)}。"


GROUP = Shape({"kind": _kinds, "suffix": text, "printed": text})


def group_problems(file: str, data: dict) -> tuple[dict[str, dict], list[FolderProblem]]:
    """The groups of a file, and what is wrong with them."""
    groups = data.get("groups", {})
    if not isinstance(groups, dict):
        return {}, [FolderProblem(file, "", "groups", "应写成 [groups]。")]
    problems = [problem for name, group in groups.items() for problem in of_shape(file, name, group, GROUP)]
    lacking = [name for name, group in groups.items() if isinstance(group, dict) and "kind" not in group]
    return groups, [*problems, *(FolderProblem(file, name, "kind", "缺少这一项。") for name in lacking)]


def unknown_groups(file: str, row: dict, keys: Iterable[str], groups: dict) -> list[FolderProblem]:
    """A problem for each group that a row names and nobody defines."""
    name = str(row.get("id", row.get("no", "")))
    return [
        FolderProblem(file, name, key, f"没有定义单位组 {unit}。")
        for key in keys
        for unit in row.get(key, [])
        if unit.startswith(MARK) and unit not in groups
    ]

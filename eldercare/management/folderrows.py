"""The rows of a policy folder by name, over all its files: which exist, and which are spoken of but do not."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from eldercare import figures
from eldercare.folders import FolderProblem, read_toml
from eldercare.foldershapes import row_name
from eldercare.policyfiles import Folder
from facilities import amendments
from training.models import TrainingRole

FIGURES = "figures.csv"
COLUMNS = ["clause", "printed", "file", "row"]
# Which file holds which rows, and what tells them apart.
TABLES = {
    "policy.toml": {"annex": "number", "definition": "id", "phase": "id", "conflict": "id"},
    "standards.toml": {"requirement": "id", "condition": "id", "ladder": "id", "conflict": "id"},
    "schemes.toml": {"scheme": "id", "conflict": "id"},
    "indicators.toml": {"indicator": "no", "conflict": "id"},
    "duties.toml": {"target": "id", "duty": "id", "background": "id"},
    "tasks.toml": {"task": "no", "section": "no"},
}
# (file, table, key) → the table whose row the key names.
LINKS = {
    ("tasks.toml", "task", "targets"): "target",
    ("tasks.toml", "task", "duties"): "duty",
    ("tasks.toml", "task", "schemes"): "scheme",
    ("tasks.toml", "section", "targets"): "target",
    ("duties.toml", "target", "requirement"): "requirement",
    ("duties.toml", "target", "annex"): "annex",
    ("duties.toml", "target", "definition"): "figure",
    ("duties.toml", "target", "related"): "figure",
    ("duties.toml", "target", "role"): "role",
    ("indicators.toml", "indicator", "definition"): "figure",
    ("indicators.toml", "indicator", "related"): "figure",
    ("schemes.toml", "scheme", "may_combine_with"): "scheme",
    ("schemes.toml", "scheme", "excludes"): "scheme",
    ("policy.toml", "conflict", "ids"): "any",
    ("indicators.toml", "conflict", "ids"): "any",
    ("schemes.toml", "conflict", "ids"): "any",
}
LABELS = {"figure": "指标口径", "role": "培训对象", "any": "条目"}


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One line of figures.csv: a number that the text prints, and the row that carries it ("" when none does)."""

    number: int
    clause: str
    printed: str
    file: str
    row: str


def tables(path: Path) -> dict[str, dict[str, list[dict]]]:
    """Every row of a folder's files: {file: {table: rows}}. Raises FolderErrors for a broken file."""
    return {name: {table: _rows(read_toml(path, name), table) for table in keys} for name, keys in TABLES.items()}


def _rows(data: dict, table: str) -> list[dict]:
    rows = data.get(table, [])
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def known(folder: Folder) -> dict[str, set[str]]:
    """The names of a folder's rows by table, and under "any" all of them."""
    names: dict[str, set[str]] = {
        "policy": set(folder.data),
        "printed_units": set(folder.data.get("printed_units", {})),
    }
    for file, found in tables(folder.path).items():
        for table, rows in found.items():
            key = TABLES[file][table]
            names.setdefault(table, set()).update(str(row[key]) for row in rows if key in row)
    for table, carried in amendments.carried_names(folder).items():
        names.setdefault(table, set()).update(carried)
    # A ladder's classes make requirements of their own: 类别面积, 功能用房.
    slots = {f"{name}.{slot}" for name in names["ladder"] for slot in ("size", "rooms")}
    names["any"] = slots.union(*names.values())
    names["figure"] = {definition.id for definition in figures.catalogue()}
    names["role"] = set(TrainingRole.values)
    return names


def unresolved(folder: Folder) -> Iterator[FolderProblem]:
    """A problem for each row that names another row, figure or role which does not exist."""
    names = known(folder)
    found = tables(folder.path)
    for (file, table, key), target in LINKS.items():
        for position, row in enumerate(found[file][table], 1):
            for name in _names(row.get(key)):
                if name not in names[target]:
                    message = f"没有{LABELS.get(target, f' {target} ')}“{name}”。"
                    yield FolderProblem(file, row_name(row, position), key, message)
    for position, row in enumerate(found["schemes.toml"]["scheme"], 1):
        bundle = row.get("bundle")
        plan = bundle.get("plan") if isinstance(bundle, dict) else None
        if isinstance(plan, str) and plan.removeprefix("annex-") not in names["annex"]:
            yield FolderProblem("schemes.toml", row_name(row, position), "bundle.plan", f"没有附件计划表“{plan}”。")


def _names(value: object) -> list[str]:
    if isinstance(value, list):
        return [name for name in value if isinstance(name, str)]
    return [value] if isinstance(value, str) else []


def figure_lines(path: Path) -> list[FigureLine]:
    """The lines of figures.csv; none when the folder has no such file."""
    file = path / FIGURES
    if not file.is_file():
        return []
    with file.open(encoding="utf-8-sig", newline="") as handle:
        return [FigureLine(number, *(row.get(key) or "" for key in COLUMNS)) for number, row in
                enumerate(csv.DictReader(handle), 2)]  # fmt: skip


def figure_problems(folder: Folder) -> Iterator[FolderProblem]:
    """A problem for each line of figures.csv that points to a row which does not exist, or not in that file."""
    names = known(folder)
    for line in figure_lines(folder.path):
        table, _, name = line.row.partition(":")
        if line.row and name not in names.get(table, ()):
            yield FolderProblem(FIGURES, f"第{line.number}行", "row", f"没有条目“{line.row}”。")
        if not (folder.path / line.file).is_file():
            yield FolderProblem(FIGURES, f"第{line.number}行", "file", f"没有文件“{line.file}”。")
        if not line.clause or not line.printed:
            yield FolderProblem(FIGURES, f"第{line.number}行", "clause", "条款和印发的数都要写。")


def homeless_figures(folder: Folder) -> list[FolderProblem]:
    """A remark for each number that figures.csv lists and no row carries."""
    return [
        FolderProblem(FIGURES, f"第{line.number}行", "row", f"{line.clause} 的“{line.printed}”没有条目承载。")
        for line in figure_lines(folder.path)
        if not line.row
    ]

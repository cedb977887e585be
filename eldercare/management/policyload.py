"""Loading a whole policy folder: check everything, then store everything in one transaction."""

from contextlib import suppress
from pathlib import Path

from django.db import transaction
from django.utils import timezone

import facilities.loading
import plans.loading
import subsidies.loading
import training.loading
from eldercare import audit, policyfiles
from eldercare.folders import Changes, FolderErrors, FolderProblem, read_toml
from eldercare.management import folderrows
from eldercare.policies import Policy, PolicyLoad
from eldercare.policyfiles import Folder

LOADERS = (facilities.loading, plans.loading, subsidies.loading, training.loading)
CONFLICT_FILES = ("policy.toml", "standards.toml", "schemes.toml", "indicators.toml", "duties.toml")


def load(path: Path) -> tuple[Policy, list[Changes]]:
    """Bring the stored policy in step with its folder. Raises FolderErrors with all problems of all files, changing nothing."""
    folder = policyfiles.open_folder(path)
    _check(folder)
    with transaction.atomic():
        policy, head = policyfiles.save_policy(folder)
        changes = [head, *(change for loader in LOADERS for change in loader.load(folder, policy))]
        changes.append(policyfiles.save_clauses(policy, folder.data.get("clause", [])))
        changes.append(policyfiles.save_conflicts(policy, _conflicts(folder)))
        if any(change.any for change in changes):
            _remember(policy, changes)
            audit.record("policy.loaded", target=policy, detail={change.label: change.total for change in changes})
    return policy, changes


def _remember(policy: Policy, changes: list[Changes]) -> None:
    """Keep what this load changed, so that a page can show it."""
    Policy.objects.filter(pk=policy.pk).update(loaded_at=timezone.now())
    counts = [sum(getattr(change, name) for change in changes) for name in ("added", "changed", "removed")]
    lines = [f"{change.label}：{line}" for change in changes for line in change.lines]
    summary = "新增 {} 行，变更 {} 行，删除 {} 行".format(*counts)
    PolicyLoad.objects.create(policy=policy, summary=summary, lines=lines)


def remarks(path: Path) -> list[FolderProblem]:
    """What a person should look at in a folder that loads: unused conditions and facts, numbers that no row carries."""
    folder = policyfiles.open_folder(path)
    return [*facilities.loading.remarks(folder), *folderrows.homeless_figures(folder)]


def _check(folder: Folder) -> None:
    problems = []
    for loader in LOADERS:
        try:
            loader.check(folder)
        except FolderErrors as errors:
            problems += errors.problems
    with suppress(FolderErrors):  # a file that is no TOML at all: its loader has said so
        problems += [*folderrows.unresolved(folder), *folderrows.figure_problems(folder)]
    if problems:
        raise FolderErrors(dict.fromkeys(problems))


def _conflicts(folder: Folder) -> list[tuple[str, dict]]:
    """The contradictions of all files; one that cites no clause itself is where the rows it names are."""
    clauses = {row.get("id"): row["clause"] for row in _cited(folder)}
    rows = []
    for name in CONFLICT_FILES:
        for number, row in enumerate(read_toml(folder.path, name).get("conflict", []), 1):
            own = dict.fromkeys(clauses[key] for key in row.get("ids", []) if key in clauses)
            found = {"clause": "; ".join(own), **row}
            rows.append((str(row.get("id", f"{name.removesuffix('.toml')}-{number}")), found))
    return rows


def _cited(folder: Folder) -> list[dict]:
    """The requirements of the folder, and for each ladder the two that it makes of its classes."""
    found = folderrows.tables(folder.path)["standards.toml"]
    slots = [
        {"id": f"{row['id']}.{slot}", "clause": row["clause"]} for row in found["ladder"] for slot in ("size", "rooms")
    ]
    return [*found["requirement"], *found["ladder"], *slots]

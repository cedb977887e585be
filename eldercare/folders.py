"""A policy as a folder: reading its files, collecting every error, and bringing the stored rows in step with them."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from django.db import models

from eldercare.folderdifferences import changed_fields


@dataclass(frozen=True, slots=True)
class FolderProblem:
    """One thing wrong in a policy folder: file, row (id or number), key and what to do."""

    file: str
    row: str
    key: str
    message: str

    def __str__(self) -> str:
        place = " ".join(part for part in (self.file, self.row and f"[{self.row}]", self.key) if part)
        return f"{place}：{self.message}"


class FolderErrors(Exception):
    """Everything that is wrong in a policy folder, at once."""

    def __init__(self, problems: Iterable[FolderProblem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(slots=True)
class Changes:
    """What a load did to one kind of row; `lines` names each difference."""

    label: str
    total: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    lines: list[str] = field(default_factory=list)

    @property
    def any(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def read_toml(folder: Path, name: str) -> dict:
    """One file of a policy folder with exact numbers; empty when the policy has no such file. FolderErrors when broken."""
    path = folder / name
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise FolderErrors([FolderProblem(name, "", "", f"文件格式有误：{broken}")]) from broken


def missing_keys(name: str, rows: list[dict], keys: Iterable[str]) -> list[FolderProblem]:
    """A problem for each obligatory key that a row lacks."""
    return [
        FolderProblem(name, str(row.get("id", row.get("no", number))), key, "缺少这一项。")
        for number, row in enumerate(rows, 1)
        for key in keys
        if row.get(key) in (None, "", [])
    ]


def duplicate_ids(name: str, rows: list[dict], key: str = "id") -> list[FolderProblem]:
    """A problem for each id that appears twice."""
    seen: set = set()
    problems = []
    for row in rows:
        value = str(row.get(key))
        if key in row and value in seen:
            problems.append(FolderProblem(name, value, key, "标识重复。"))
        seen.add(value)
    return problems


def sync(
    label: str, stored: models.QuerySet, key_fields: tuple[str, ...], wanted: dict[tuple, dict], **owner
) -> Changes:
    """Make stored rows equal to the wanted ones by key: add, change field by field, remove; report each difference."""
    changes = Changes(label, total=len(wanted))
    present = {tuple(getattr(row, name) for name in key_fields): row for row in stored}
    is_first = not present
    new = []
    for key, values in wanted.items():
        row = present.pop(key, None)
        if row is None:
            new.append(stored.model(**owner, **dict(zip(key_fields, key, strict=True)), **values))
            changes.added += 1
        elif different := [name for name, value in values.items() if getattr(row, name) != value]:
            _change(row, values, different, changes)
    stored.model._default_manager.bulk_create(new)
    changes.lines += [] if is_first else [f"新增 {row}" for row in new]
    if present:
        changes.lines += [f"删除 {row}" for row in present.values()]
        changes.removed = len(present)
        stored.model._default_manager.filter(pk__in=[row.pk for row in present.values()]).delete()
    return changes


def _change(row, values: dict, different: list[str], changes: Changes) -> None:
    changes.lines += changed_fields(row, values, different)
    for name in different:
        setattr(row, name, values[name])
    row.save(update_fields=different)
    changes.changed += 1

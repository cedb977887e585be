"""What changed between two loads, in words: one line a difference, down to the key inside a row's body."""

from collections.abc import Collection, Iterator

from eldercare.policies import unpack

LONGEST = 80


def changed_fields(row, values: dict, different: Collection[str]) -> Iterator[str]:
    """A line for each changed field of a stored row; of a body, for each changed key that no field of its own shows."""
    for name in different:
        label = f"{row}：{row._meta.get_field(name).verbose_name}"
        old, new = getattr(row, name), values[name]
        if isinstance(old, dict) and isinstance(new, dict):
            inner = inside(unpack(old), unpack(new))
            yield from (f"{label} {path} {change}" for path, change in inner if path not in different)
        else:
            yield f"{label} {shown(old)} → {shown(new)}"


def inside(old: object, new: object, path: str = "") -> Iterator[tuple[str, str]]:
    """(path, 旧 → 新) for each place where two values differ; lists of named rows are compared row by row."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            yield from inside(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
    elif (olds := _by_id(old)) is not None and (news := _by_id(new)) is not None:
        yield from inside(olds, news, path)
    elif old != new:
        yield path, f"{shown(old)} → {shown(new)}"


def _by_id(value: object) -> dict | None:
    """A list of rows by their ids; None for anything else."""
    if not isinstance(value, list) or not value or not all(isinstance(item, dict) and "id" in item for item in value):
        return None
    return {item["id"]: item for item in value}


def shown(value: object) -> str:
    """A value in few words."""
    if value is None or value == "":
        return "（无）"
    words = "、".join(map(shown, value)) if isinstance(value, list) else str(value)
    return words if len(words) <= LONGEST else f"{words[:LONGEST]}…"

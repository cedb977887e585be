"""Amendments of standards: the edition a folder's standards.toml comes to, and the editions that rest on another one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from eldercare.folders import FolderErrors, FolderProblem, read_toml
from eldercare.policies import pack, unpack
from eldercare.policyfiles import Folder
from facilities.models import StandardEdition
from facilities.rules import amending, requirements

FILE = "standards.toml"


@dataclass(frozen=True, slots=True)
class Whole:
    """A folder's edition in full: what the file states (`own`), the edition it amends, and what results (`data`)."""

    own: dict
    base: StandardEdition | None
    data: dict

    @property
    def amendment(self) -> dict | None:
        """What is kept beside the result, so that it can be made again when the base changes; None without a base."""
        return kept(self.base, self.own) if self.base else None


def head(data: dict) -> dict:
    """The [edition] table of a raw file; empty when it is none."""
    found = data.get("edition", {})
    return found if isinstance(found, dict) else {}


def whole(folder: Folder) -> Whole:
    """The folder's edition with what it amends laid under it. Raises FolderErrors when that cannot be done."""
    own = read_toml(folder.path, FILE)
    base = _named(folder, own, "amends")
    _named(folder, own, "supersedes")
    if base is None:
        return Whole(own, None, own)
    try:
        return Whole(own, base, amending.overlay(base.data(), own, file=FILE))
    except requirements.RuleErrors as errors:
        raise FolderErrors(map(of_folder, errors.problems)) from errors


def of_folder(problem) -> FolderProblem:
    """A problem of the rules as one of the folder."""
    return FolderProblem(problem.file, problem.row, problem.key, problem.message)


def others(folder: Folder) -> list[StandardEdition]:
    """The editions that other policies of the district have set, in the order they begin."""
    return [e for e in StandardEdition.objects.of(folder.district) if e.policy.slug != folder.data["slug"]]


def _named(folder: Folder, own: dict, key: str) -> StandardEdition | None:
    """The edition of the district that the file amends or supersedes; None when it names none."""
    name = head(own).get(key)
    if not isinstance(name, str) or not name:
        return None
    found = [edition for edition in others(folder) if edition.key == name]
    if len(found) != 1:
        words = "没有载入过" if not found else "不止一份政策有"
        raise FolderErrors([FolderProblem(FILE, "edition", key, f"本区县{words}标准版本“{name}”。")])
    begins, before = amending.starts(head(own)), found[0].starts
    if begins and before and begins <= before and not _takes_its_place(folder, found[0]):
        raise FolderErrors([FolderProblem(FILE, "edition", "valid_from", f"生效日须晚于版本“{name}”的 {before}。")])
    return found[0]


def _takes_its_place(folder: Folder, edition: StandardEdition) -> bool:
    return folder.data.get("supersedes") == edition.policy.slug


def kept(base: StandardEdition, own: dict) -> dict:
    """What an amendment's body keeps beside the result.

    `base` is the id of the amended edition, `own` the file's own data, `origin` the policy of every carried row by `table:id`,
    `removed` the rows that are dropped.
    """
    data = base.data()
    gone = amending.removed_rows(data, own)
    stated = {_place(*one) for one in amending.own_ids(own)}
    earlier = base.amendment.get("origin", {})
    rows = {_place(table, row["id"]) for table in amending.TABLES for row in data.get(table, []) if row.get("id")}
    rows -= stated | {_place(*one) for one in amending.own_ids(_by_table(data, gone))}
    return {
        "base": base.key,
        "own": pack(own),
        "origin": {name: earlier.get(name, base.policy.slug) for name in sorted(rows)},
        "removed": [{key: str(row.get(key, "")) for key in ("id", "label", "clause")} for row in gone],
    }


def _place(table: str, name: str) -> str:
    return f"{table}:{name}"


def _by_table(data: dict, rows: list) -> dict:
    return {table: [row for row in data.get(table, []) if row in rows] for table in amending.TABLES}


def carried_names(folder: Folder) -> dict[str, set[str]]:
    """The ids of the rows that a folder's amendment takes over, by table; none when it amends nothing."""
    try:
        found = whole(folder)
    except FolderErrors:
        return {}
    if found.base is None:
        return {}
    return {table: {row["id"] for row in found.data.get(table, []) if "id" in row} for table in amending.TABLES}


def carried_facts(folder: Folder) -> list[dict]:
    """The facts that the amended edition declares; none when the folder amends nothing."""
    try:
        base = whole(folder).base
    except FolderErrors:
        return []
    return base.data().get("fact", []) if base else []


def resting_on(folder: Folder, key: str) -> list[StandardEdition]:
    """The editions of other policies of the district that amend this one."""
    return [edition for edition in others(folder) if edition.amendment.get("base") == key]


def remade(folder: Folder, key: str, data: dict) -> Iterator[tuple[StandardEdition, dict]]:
    """Each edition that rests on this one with what it comes to on new data, those that rest on it in turn after it.

    Raises requirements.RuleErrors when one of them cannot stand on the new data.
    """
    for edition in resting_on(folder, key):
        made = amending.overlay(data, unpack(edition.amendment["own"]), file=f"{FILE}（{edition.key}）")
        requirements.parse_edition(made, file=f"{FILE}（{edition.key}）")
        yield edition, made
        yield from remade(folder, edition.key, made)


def dependent_problems(folder: Folder, data: dict) -> list[FolderProblem]:
    """Why an amendment that rests on this folder's edition could not stand any more; empty when all do."""
    try:
        list(remade(folder, str(head(data).get("id", "")), data))
    except requirements.RuleErrors as errors:
        return [
            FolderProblem(problem.file, problem.row, problem.key, f"修订本版本的标准因此不成立：{problem.message}")
            for problem in errors.problems
        ]
    return []


def order_problems(folder: Folder, own: dict) -> Iterable[FolderProblem]:
    """A problem for each other edition of the district that begins on the very day: one day has one edition."""
    begins = amending.starts(head(own))
    for edition in others(folder) if own else ():
        if edition.starts == begins and not _takes_its_place(folder, edition) and not _took_our_place(folder, edition):
            since = f"同样从 {begins} 起生效" if begins else "同样没有生效日"
            message = f"本区县的标准版本“{edition.key}”（{edition.policy}）{since}，无法确定以哪一份为准。"
            yield FolderProblem(FILE, "edition", "valid_from", message)


def _took_our_place(folder: Folder, edition: StandardEdition) -> bool:
    earlier = edition.policy.supersedes
    return earlier is not None and earlier.slug == folder.data["slug"]


def unannounced(folder: Folder, own: dict) -> list[FolderProblem]:
    """A remark when a later edition takes an earlier one's place without saying which it supersedes or amends."""
    begins = amending.starts(head(own))
    if begins is None or any(head(own).get(key) for key in ("amends", "supersedes")) or folder.data.get("supersedes"):
        return []
    earlier = [e for e in others(folder) if e.starts is None or e.starts < begins]
    if not earlier:
        return []
    message = f"自 {begins} 起取代标准版本“{earlier[-1].key}”，请写明 supersedes（替代）或 amends（修订）。"
    return [FolderProblem(FILE, "edition", "supersedes", message)]

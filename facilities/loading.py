"""standards.toml of a policy folder: one dated edition and its requirements, checked before anything is stored."""

from collections.abc import Iterator
from dataclasses import replace

from eldercare.folders import Changes, FolderErrors, FolderProblem, read_toml, sync
from eldercare.foldershapes import row_name
from eldercare.policies import Policy, pack
from eldercare.policyfiles import FILE as POLICY_FILE
from eldercare.policyfiles import Folder
from facilities.kinds import FacilityType
from facilities.models import FunctionZone, Requirement, StandardEdition
from facilities.rules import comparisons, requirements
from facilities.rules.rows import Problems, Row, RuleProblem

FILE = "standards.toml"
# A scheme for a bundle asks about the township's centre: centre.gross_area is its facility.gross_area.
CENTRE = "centre."


def check(folder: Folder) -> tuple[dict, requirements.Edition | None]:
    """The file's data and its parsed edition; None when the policy has no standards. Raises FolderErrors."""
    data = read_toml(folder.path, FILE)
    problems = _coverage_problems(folder)
    edition = None
    try:
        edition = requirements.parse_edition(data, file=FILE) if data else None
    except requirements.RuleErrors as errors:
        problems += map(_of_folder, errors.problems)
    for table in ("fact", "requirement", "condition", "ladder", "conflict"):
        rows = _tables(data, table)
        problems += folder.uncited(FILE, rows)
        problems += [
            problem for position, row in enumerate(rows, 1) for problem in _unit_problems(folder, position, row)
        ]
    if problems:
        raise FolderErrors(problems)
    return data, edition


def remarks(folder: Folder) -> list[FolderProblem]:
    """What a person should look at and what stops nothing: conditions and facts that no clause uses."""
    _, edition = check(folder)
    asked = {test.get("fact", "") for row in _tables(read_toml(folder.path, "schemes.toml"), "scheme")
             for test in row.get("requires", [])}  # fmt: skip
    return [_of_folder(remark) for remark in (edition.warnings if edition else ()) if remark.row not in asked]


def _of_folder(problem: RuleProblem) -> FolderProblem:
    return FolderProblem(problem.file, problem.row, problem.key, problem.message)


def _tables(data: dict, name: str) -> list[dict]:
    rows = data.get(name, [])
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _coverage_problems(folder: Folder) -> list[FolderProblem]:
    return [
        FolderProblem(POLICY_FILE, "coverage", kind, f"没有设施类型 {name}。")
        for kind, names in folder.data.get("coverage", {}).items()
        for name in names
        if name not in FacilityType.values
    ]


def _unit_problems(folder: Folder, position: int, row: dict) -> Iterator[FolderProblem]:
    if isinstance(row.get("unit"), str) and row["unit"]:
        for _, message in folder.unit(row["unit"]):
            yield FolderProblem(FILE, row_name(row, position), "unit", message)


def fact_problems(folder: Folder, file: str, rows: list[dict]) -> list[FolderProblem]:
    """A problem for each test under `requires` that no record can answer: an unknown fact, or a value of another type."""
    problems = Problems(file)
    own = requirements.declared_facts(_tables(read_toml(folder.path, FILE), "fact"))
    table = comparisons.fact_table(own, {})
    for row in rows:
        for position, test in enumerate(row.get("requires", []), 1):
            name = str(test.get("fact", "")).replace(CENTRE, "facility.", 1)
            asked = Row({**test, "fact": name}, f"{row.get('id')}.requires[{position}]", problems)
            asked.require("fact")
            comparisons.comparison(asked, table)
    return [_of_folder(replace(problem, file=file)) for problem in problems.errors]


def load(folder: Folder, policy: Policy) -> list[Changes]:
    """Store the edition, its requirements and the zone names it prints."""
    data, edition = check(folder)
    if edition is None:
        return []
    head = data.get("edition", {})
    values = {
        "valid_from": head.get("valid_from"),
        "valid_to": head.get("valid_to"),
        "dates_from": head.get("dates_from", "unknown"),
        "body": pack({key: value for key, value in data.items() if key != "requirement"}),
    }
    key = str(head.get("id", policy.slug))
    changes = sync("标准版本", policy.standard_editions.all(), ("key",), {(key,): values}, policy=policy)
    row = policy.standard_editions.get(key=key)
    return [changes, _load_requirements(row, data.get("requirement", [])), _load_zones(data.get("requirement", []))]


def _load_requirements(edition: StandardEdition, rows: list[dict]) -> Changes:
    wanted = {
        (row["id"],): {
            "position": position,
            "label": row["label"],
            "clause": row["clause"],
            "subject": row.get("subject", "facility"),
            "applies_to": row.get("applies_to", []),
            "kind": row["kind"],
            "modality": row["modality"],
            "wording": row["wording"],
            "body": pack(row),
        }
        for position, row in enumerate(rows, 1)
    }
    return sync("标准条款", Requirement.objects.filter(edition=edition), ("key",), wanted, edition=edition)


def _load_zones(rows: list[dict]) -> Changes:
    """Zone names join the catalogue and never leave it: other policies and stored facilities may use them."""
    names = dict.fromkeys(name for row in rows if row["kind"] == "zone" for name in row.get("each", []))
    known = set(FunctionZone.objects.values_list("name", flat=True))
    new = FunctionZone.objects.bulk_create(FunctionZone(name=name) for name in names if name not in known)
    return Changes("功能区目录", total=len(names), added=len(new))

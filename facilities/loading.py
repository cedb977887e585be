"""standards.toml of a policy folder: one dated edition and its requirements, checked before anything is stored."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from eldercare.folders import Changes, FolderErrors, FolderProblem, read_toml, sync
from eldercare.foldershapes import row_name
from eldercare.policies import Policy, pack, unpack
from eldercare.policyfiles import FILE as POLICY_FILE
from eldercare.policyfiles import Folder
from facilities import amendments
from facilities.amendments import FILE, Whole, of_folder
from facilities.kinds import FacilityType
from facilities.models import FunctionZone, Requirement, StandardEdition
from facilities.rules import comparisons, requirements
from facilities.rules.rows import Problems, Row

# A scheme for a bundle asks about the township's centre: centre.gross_area is its facility.gross_area.
CENTRE = "centre."


def check(folder: Folder) -> tuple[Whole, requirements.Edition | None]:
    """The file's data and its parsed edition, with what it amends laid under it; None when the policy has no standards.

    Raises FolderErrors.
    """
    found = amendments.whole(folder)
    problems = _coverage_problems(folder)
    edition = None
    try:
        edition = requirements.parse_edition(found.data, file=FILE) if found.own else None
    except requirements.RuleErrors as errors:
        problems += map(of_folder, errors.problems)
    problems += _own_problems(folder, found.own)
    if edition is not None and not problems:
        problems += [*amendments.order_problems(folder, found.own), *amendments.dependent_problems(folder, found.data)]
    if problems:
        raise FolderErrors(problems)
    return found, edition


def _own_problems(folder: Folder, own: dict) -> Iterator[FolderProblem]:
    """What is wrong with the rows that the file itself states; carried ones were checked with their own policy."""
    for table in ("fact", "requirement", "condition", "ladder", "conflict"):
        rows = _tables(own, table)
        yield from folder.uncited(FILE, rows)
        for position, row in enumerate(rows, 1):
            yield from _unit_problems(folder, position, row)


def remarks(folder: Folder) -> list[FolderProblem]:
    """What a person should look at and what stops nothing: conditions and facts that no clause uses, a silent succession."""
    found, edition = check(folder)
    asked = {test.get("fact", "") for row in _tables(read_toml(folder.path, "schemes.toml"), "scheme")
             for test in row.get("requires", [])}  # fmt: skip
    unused = [of_folder(remark) for remark in (edition.warnings if edition else ()) if remark.row not in asked]
    return [*unused, *amendments.unannounced(folder, found.own)]


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
    own = _tables(read_toml(folder.path, FILE), "fact")
    table = comparisons.fact_table(requirements.declared_facts([*amendments.carried_facts(folder), *own]), {})
    for row in rows:
        for position, test in enumerate(row.get("requires", []), 1):
            name = str(test.get("fact", "")).replace(CENTRE, "facility.", 1)
            asked = Row({**test, "fact": name}, f"{row.get('id')}.requires[{position}]", problems)
            asked.require("fact")
            comparisons.comparison(asked, table)
    return [of_folder(replace(problem, file=file)) for problem in problems.errors]


def load(folder: Folder, policy: Policy) -> list[Changes]:
    """Store the edition, its requirements and the zone names it prints; amendments that rest on it are made anew."""
    found, edition = check(folder)
    if edition is None:
        return []
    key = str(amendments.head(found.data).get("id", policy.slug))
    resting = list(amendments.remade(folder, key, found.data))
    changes = _store(policy, key, found.data, found.amendment)
    for amending, data in resting:
        base = StandardEdition.objects.get(policy__district=folder.district, key=amending.amendment["base"])
        kept = amendments.kept(base, unpack(amending.amendment["own"]))
        made = _store(amending.policy, amending.key, data, kept, f"（修订版本 {amending.key}）")
        if any(change.any for change in made):
            # What was parsed of it before is told from what holds now by this moment (see StandardEdition.rules).
            Policy.objects.filter(pk=amending.policy_id).update(loaded_at=timezone.now())
        changes += made
    return changes


def _store(policy: Policy, key: str, data: dict, amendment: dict | None, mark: str = "") -> list[Changes]:
    """Bring one edition and its rows in step with the data it comes to."""
    head, last = data.get("edition", {}), data.get("edition", {}).get("valid_to")
    body = pack({name: value for name, value in data.items() if name != "requirement"})
    values = {
        "valid_from": head.get("valid_from"),
        # A folder prints the last day; the row keeps the first one that is no longer in force.
        "valid_to": last + timedelta(days=1) if last else None,
        "dates_from": head.get("dates_from", "unknown"),
        "body": body | ({"amendment": amendment} if amendment else {}),
    }
    changes = sync(f"标准版本{mark}", policy.standard_editions.all(), ("key",), {(key,): values}, policy=policy)
    row = policy.standard_editions.get(key=key)
    rows = data.get("requirement", [])
    return [changes, _load_requirements(row, rows, mark), _load_zones(rows, mark)]


def _load_requirements(edition: StandardEdition, rows: list[dict], mark: str) -> Changes:
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
    return sync(f"标准条款{mark}", Requirement.objects.filter(edition=edition), ("key",), wanted, edition=edition)


def _load_zones(rows: list[dict], mark: str) -> Changes:
    """Zone names join the catalogue and never leave it: other policies and stored facilities may use them."""
    names = dict.fromkeys(name for row in rows if row["kind"] == "zone" for name in row.get("each", []))
    known = set(FunctionZone.objects.values_list("name", flat=True))
    new = FunctionZone.objects.bulk_create(FunctionZone(name=name) for name in names if name not in known)
    return Changes(f"功能区目录{mark}", total=len(names), added=len(new))

"""standards.toml of a policy folder: one dated edition and its requirements, checked before anything is stored."""

from eldercare.folders import Changes, FolderErrors, FolderProblem, read_toml, sync
from eldercare.policies import Policy, pack
from eldercare.policyfiles import Folder
from facilities.models import FunctionZone, Requirement, StandardEdition
from facilities.rules import requirements

FILE = "standards.toml"


def check(folder: Folder) -> tuple[dict, requirements.Edition | None]:
    """The file's data and its parsed edition; None when the policy has no standards. Raises FolderErrors."""
    data = read_toml(folder.path, FILE)
    if not data:
        return {}, None
    try:
        return data, requirements.parse_edition(data, file=FILE)
    except requirements.RuleErrors as errors:
        raise FolderErrors(
            FolderProblem(problem.file, problem.row, problem.key, problem.message) for problem in errors.problems
        ) from errors


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

"""schemes.toml of a policy folder."""

from decimal import Decimal

from eldercare.folders import Changes, FolderErrors, FolderProblem, duplicate_ids, missing_keys, read_toml, sync
from eldercare.policies import Policy, pack
from eldercare.policyfiles import Folder
from facilities.kinds import FacilityType
from subsidies.models import SubsidyScheme

FILE = "schemes.toml"


def check(folder: Folder) -> list[dict]:
    """The schemes of a folder. Raises FolderErrors with every problem of the file."""
    rows = read_toml(folder.path, FILE).get("scheme", [])
    problems = [
        *missing_keys(FILE, rows, ("id", "label", "form", "key", "clause")),
        *duplicate_ids(FILE, rows),
        *(problem for row in rows for problem in _row_problems(row)),
    ]
    if problems:
        raise FolderErrors(problems)
    return rows


def _row_problems(row: dict) -> list[FolderProblem]:
    key = str(row.get("id", ""))
    found = []
    if row.get("form") not in SubsidyScheme.Form.values:
        found.append(FolderProblem(FILE, key, "form", f"只能是 {'、'.join(SubsidyScheme.Form.values)}。"))
    if not ("amount" in row or "bands" in row or row.get("amount_printed") is False):
        found.append(FolderProblem(FILE, key, "amount", "没有金额；文件未印金额的写 amount_printed = false。"))
    unknown = [name for name in row.get("applies_to", []) if name not in FacilityType.values]
    unknown += [m["type"] for m in row.get("bundle", {}).get("members", []) if m.get("type") not in FacilityType.values]
    found += [FolderProblem(FILE, key, "applies_to", f"没有设施类型 {name}。") for name in unknown]
    if "bundle" in row and not any(m.get("at_least", 0) >= 1 for m in row["bundle"].get("members", [])):
        found.append(FolderProblem(FILE, key, "bundle", "打包补助至少要有一类设施 at_least = 1。"))
    return found


def load(folder: Folder, policy: Policy) -> list[Changes]:
    """Store the schemes of a policy."""
    wanted = {
        (row["id"],): {
            "label": row["label"],
            "form": row["form"],
            "amount": Decimal(row["amount"]) if "amount" in row else None,
            "clause": row["clause"],
            "body": pack(row),
        }
        for row in check(folder)
    }
    return [sync("补助政策", policy.schemes.all(), ("key",), wanted, policy=policy)]

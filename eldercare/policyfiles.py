"""policy.toml: the document's own facts, its annexes and what contradicts itself."""

from dataclasses import dataclass
from pathlib import Path

from eldercare.folders import Changes, FolderErrors, FolderProblem, duplicate_ids, missing_keys, read_toml, sync
from eldercare.policies import Policy, PolicyClause, pack
from eldercare.regions import UNIT_KINDS, Region

FILE = "policy.toml"
REQUIRED = ("slug", "title", "district", "dates_from")
CONFLICT_KINDS = ("modality", "name", "value", "total", "printed_value")
ANNEX_KINDS = ("plan", "quota")


@dataclass(frozen=True, slots=True)
class Folder:
    """A policy folder whose policy.toml is sound."""

    path: Path
    data: dict
    district: Region

    @property
    def annexes(self) -> list[dict]:
        return self.data.get("annex", [])


def open_folder(path: Path) -> Folder:
    """Read and check policy.toml. Raises FolderErrors with every problem of the file."""
    data = read_toml(path, FILE)
    if not data:
        raise FolderErrors([FolderProblem(FILE, "", "", f"{path} 里没有 policy.toml，这不是政策文件夹。")])
    problems = [
        *missing_keys(FILE, [data], REQUIRED),
        *_annex_problems(path, data.get("annex", [])),
        *_conflict_problems(data.get("conflict", [])),
        *_coverage_problems(data.get("coverage", {})),
        *_clause_problems(data.get("clause", [])),
    ]
    district = Region.objects.districts().filter(code=str(data.get("district", ""))).first()
    if district is None and data.get("district"):
        problems.append(FolderProblem(FILE, "", "district", f"没有区县 {data['district']}，请先载入行政区划。"))
    if problems:
        raise FolderErrors(problems)
    return Folder(path, data, district)


def _annex_problems(path: Path, annexes: list[dict]) -> list[FolderProblem]:
    problems = [
        *missing_keys(FILE, annexes, ("number", "file", "kind", "clause")),
        *duplicate_ids(FILE, annexes, "number"),
    ]
    for annex in annexes:
        row = f"annex {annex.get('number')}"
        if annex.get("kind") not in ANNEX_KINDS:
            problems.append(FolderProblem(FILE, row, "kind", f"只能是 {' 或 '.join(ANNEX_KINDS)}。"))
        if annex.get("file") and not (path / annex["file"]).is_file():
            problems.append(FolderProblem(FILE, row, "file", f"没有文件 {annex['file']}。"))
    return problems


def _conflict_problems(conflicts: list[dict]) -> list[FolderProblem]:
    return [
        *missing_keys(FILE, conflicts, ("id", "kind", "label", "clause")),
        *duplicate_ids(FILE, conflicts),
        *(
            FolderProblem(FILE, str(conflict.get("id")), "kind", f"只能是 {'、'.join(CONFLICT_KINDS)}。")
            for conflict in conflicts
            if conflict.get("kind") not in CONFLICT_KINDS
        ),
    ]


def _coverage_problems(coverage: dict) -> list[FolderProblem]:
    return [
        FolderProblem(FILE, "coverage", kind, f"没有这种单位类别，只能是 {'、'.join(UNIT_KINDS)}。")
        for kind in coverage
        if kind not in UNIT_KINDS
    ]


def _clause_problems(clauses: list[dict]) -> list[FolderProblem]:
    known = PolicyClause.Encoding.values
    return [
        *missing_keys(FILE, clauses, ("clause", "label", "encoding")),
        *duplicate_ids(FILE, clauses, "clause"),
        *(
            FolderProblem(FILE, str(row.get("clause")), "encoding", f"只能是 {'、'.join(known)}。")
            for row in clauses
            if row.get("encoding") not in known
        ),
    ]


def save_clauses(policy: Policy, rows: list[dict]) -> Changes:
    """Bring the policy's list of clauses in step."""
    wanted = {
        (row["clause"],): {"position": position, "label": row["label"], "encoding": row["encoding"]}
        for position, row in enumerate(rows, 1)
    }
    return sync("政策条款", policy.clauses.all(), ("clause",), wanted, policy=policy)


def save_policy(folder: Folder) -> tuple[Policy, Changes]:
    """Bring the policy row in step with its folder."""
    data = folder.data
    values = {
        "title": data["title"],
        "short_title": data.get("short_title", data["title"])[:60],
        "document_number": data.get("document_number", ""),
        "district": folder.district,
        "issued_on": data.get("issued"),
        "effective_on": data.get("effective"),
        "dates_from": data["dates_from"],
        "division_edition": data.get("division_edition"),
        "coverage": data.get("coverage", {}),
        "body": pack({key: value for key, value in data.items() if key not in ("annex", "clause")}),
    }
    changes = sync("政策文件", Policy.objects.filter(slug=data["slug"]), ("slug",), {(data["slug"],): values})
    return Policy.objects.get(slug=data["slug"]), changes


def save_conflicts(policy: Policy, rows: list[tuple[str, dict]]) -> Changes:
    """Bring the policy's contradictions, gathered from all files of its folder, in step; rows are (key, row)."""
    wanted = {
        (key,): {
            "kind": row["kind"],
            "label": row["label"],
            "clause": row.get("clause", ""),
            "ids": [str(item) for item in row.get("ids", [])],
        }
        for key, row in rows
    }
    return sync("存疑与矛盾", policy.conflicts.all(), ("key",), wanted, policy=policy)

"""policy.toml: the document's own facts, its annexes and what contradicts itself."""

import re
from dataclasses import dataclass
from pathlib import Path

from eldercare import foldershapes
from eldercare.folders import Changes, FolderErrors, FolderProblem, missing_keys, read_toml, sync
from eldercare.foldershapes import Shape, choice, day, listed, named, number, of_shape, rows_of, text, whole, year
from eldercare.policies import Policy, PolicyClause, pack
from eldercare.regions import UNIT_KINDS, Region

FILE = "policy.toml"
REQUIRED = ("slug", "title", "district", "dates_from")
CONFLICT_KINDS = ("modality", "name", "value", "total", "printed_value")
ANNEX_KINDS = ("plan", "quota")
DATES_FROM = ("printed", "issue_date", "year_only", "unknown")
OPERATORS = (">=", "<=", "=", ">", "<")
CONFLICT = Shape(
    {"id": text, "kind": choice(CONFLICT_KINDS), "label": text, "clause": text, "ids": listed(), "note": text}
)
ANNEX = Shape(
    {"number": text, "file": text, "kind": choice(ANNEX_KINDS), "clause": text, "types": named(text), "counted": text}
)
CLAUSE = Shape({"clause": text, "label": text, "encoding": choice(PolicyClause.Encoding.values), "note": text})
PHASE = Shape({"id": text, "label": text, "printed": text, "clause": text, "from": day, "to": day, "note": text})
COVERAGE = named(listed(), "|".join(UNIT_KINDS))
PRINTED_UNITS = Shape({**dict.fromkeys(UNIT_KINDS, whole), "clause": text, "reading": text})
AGE_GROUP = Shape({"who": text, "age_min": whole, "printed": text})


def _definition(unit: foldershapes.Check) -> Shape:
    words = dict.fromkeys(("id", "term", "label", "type", "fact", "printed", "clause", "note"), text)
    limits = {"operator": choice(OPERATORS), "value": number, "unit": unit, "types": listed()}
    return Shape({**words, **limits, "groups": listed(AGE_GROUP)})


def _head(unit: foldershapes.Check) -> dict[str, foldershapes.Check]:
    """What may stand in policy.toml outside its lists of rows."""
    return {
        **dict.fromkeys(("slug", "title", "short_title", "district", "document_number", "supersedes", "note"), text),
        **dict.fromkeys(("issued", "effective", "division_edition"), day),
        "schema": foldershapes.schema,
        "year": year,
        "dates_from": choice(DATES_FROM),
        "units": listed(),
        "coverage": COVERAGE,
        "printed_units": PRINTED_UNITS,
    }


@dataclass(frozen=True, slots=True)
class Folder:
    """A policy folder whose policy.toml is sound."""

    path: Path
    data: dict
    district: Region

    @property
    def annexes(self) -> list[dict]:
        return self.data.get("annex", [])

    @property
    def unit(self) -> foldershapes.Check:
        """Checks a unit of measurement as this policy may use it."""
        return foldershapes.units(self.data.get("units", []))

    def uncited(self, file: str, rows: list[dict]) -> list[FolderProblem]:
        """A problem for each row that cites a clause which the policy's list of clauses does not have."""
        return _uncited(self.data.get("clause", []), file, rows)


def open_folder(path: Path) -> Folder:
    """Read and check policy.toml. Raises FolderErrors with every problem of the file."""
    data = read_toml(path, FILE)
    if not data:
        raise FolderErrors([FolderProblem(FILE, "", "", f"{path} 里没有 policy.toml，这不是政策文件夹。")])
    own = data.get("units", [])
    unit = foldershapes.units(own if not list(listed()(own)) else [])
    problems = [*missing_keys(FILE, [data], REQUIRED), *_shape_problems(data, unit), *_annex_files(path, data)]
    district = Region.objects.districts().filter(code=str(data.get("district", ""))).first()
    if district is None and data.get("district"):
        problems.append(FolderProblem(FILE, "", "district", f"没有区县 {data['district']}，请先载入行政区划。"))
    if isinstance(data.get("supersedes"), str) and not Policy.objects.filter(slug=data["supersedes"]).exists():
        problems.append(FolderProblem(FILE, "", "supersedes", f"没有载入过政策 {data['supersedes']}。"))
    if problems:
        raise FolderErrors(problems)
    return Folder(path, data, district)


def _shape_problems(data: dict, unit: foldershapes.Check) -> list[FolderProblem]:
    tables = ("annex", "conflict", "clause", "definition", "phase")
    head = of_shape(FILE, "", {key: value for key, value in data.items() if key not in tables}, Shape(_head(unit)))
    clauses, wrong = rows_of(FILE, data, "clause", CLAUSE, ("clause", "label", "encoding"), "clause")
    problems = [*(_below_table(problem) for problem in head), *wrong]
    for table, shape, needs in (
        ("conflict", CONFLICT, ("id", "kind", "label", "clause")),
        ("definition", _definition(unit), ("id", "term", "label", "clause")),
        ("phase", PHASE, ("id", "label", "printed", "clause")),
    ):
        rows, wrong = rows_of(FILE, data, table, shape, needs)
        problems += [*wrong, *_uncited(clauses, FILE, rows)]
    annexes, wrong = rows_of(FILE, data, "annex", ANNEX, ("number", "file", "kind", "clause"), "number")
    return [*problems, *map(_of_annex, wrong), *map(_of_annex, _uncited(clauses, FILE, annexes))]


def _below_table(problem: FolderProblem) -> FolderProblem:
    """A problem inside [coverage] or [printed_units] is named after the table."""
    table, dot, key = problem.key.partition(".")
    return FolderProblem(problem.file, table, key, problem.message) if dot else problem


def _of_annex(problem: FolderProblem) -> FolderProblem:
    named_already = problem.key == "number"
    return problem if named_already else FolderProblem(FILE, f"annex {problem.row}", problem.key, problem.message)


def _annex_files(path: Path, data: dict) -> list[FolderProblem]:
    """Annexes whose file is not in the folder itself."""
    annexes = data.get("annex", [])
    named_files = [row for row in annexes if isinstance(row, dict)] if isinstance(annexes, list) else []
    return [
        FolderProblem(FILE, f"annex {row.get('number')}", "file", f"没有文件 {name}。")
        for row in named_files
        if isinstance(name := row.get("file"), str) and not (Path(name).name == name and (path / name).is_file())
    ]


def _uncited(clauses: list[dict], file: str, rows: list[dict]) -> list[FolderProblem]:
    """Clauses are listed in policy.toml; a folder that lists none is not asked. A whole section may be cited too."""
    known = {str(row.get("clause")) for row in clauses}
    return [
        FolderProblem(file, foldershapes.row_name(row, position), "clause", f"policy.toml 的条款里没有“{clause}”。")
        for position, row in enumerate(rows, 1)
        for clause in re.split(r"[;；]\s*", str(row.get("clause", "")))
        if known and clause and not any(_within(clause, one) for one in known)
    ]


def _within(cited: str, listed_clause: str) -> bool:
    rest = listed_clause.removeprefix(cited)
    return listed_clause == cited or (rest != listed_clause and (rest.startswith("(") or cited.endswith(")")))


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
        "supersedes": Policy.objects.filter(slug=data.get("supersedes", "")).first(),
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

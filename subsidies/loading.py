"""schemes.toml of a policy folder."""

from decimal import Decimal

from eldercare import foldershapes
from eldercare.folders import Changes, FolderErrors, FolderProblem, read_toml, sync
from eldercare.foldershapes import Shape, choice, day, flag, listed, number, plain, rows_of, table_problems, text, whole
from eldercare.policies import Policy, pack
from eldercare.policyfiles import CONFLICT, Folder
from facilities.kinds import FacilityType
from facilities.loading import fact_problems
from subsidies.models import SubsidyScheme

FILE = "schemes.toml"
TYPE = choice(FacilityType.values)
OPERATORS = (">=", "<=", "=", ">", "<", "!=")
WORDS = (
    "id", "label", "clause", "note", "reading", "method", "same_as", "former_form", "printed", "trigger", "tiers",
    "per", "in_force_printed", "sequence",
)  # fmt: skip
REGION_KINDS = ("街道", "镇", "乡")
FLAGS = ("amount_printed", "form_printed", "trigger_printed", "operator_printed", "unit_printed")
KEYS = ("facility", "township", "village", "community", "household", "person", "month", "quarter", "year")
BAND = Shape({**dict.fromkeys(("min", "max", "amount", "before", "amount_min", "amount_max"), number), "printed": text})
MEMBER = Shape({"type": TYPE, "count": choice(("all_planned", "one")), "at_least": whole})
BUNDLE = Shape(
    {
        "region_kinds": listed(choice(REGION_KINDS)),
        "members": listed(MEMBER),
        "plan": text,
        "pays": choice(("when_complete", "pro_rata")),
    }
)
INSTALMENT = Shape({"share": number, "after": text, "printed": text})
ELIGIBLE = Shape({"label": text, "age_min": whole, "printed": text})


def _shape(unit: foldershapes.Check) -> Shape:
    test = {"label": text, "fact": text, "operator": choice(OPERATORS), "value": plain, "unit": unit}
    return Shape(
        {
            **dict.fromkeys(WORDS, text),
            **dict.fromkeys(FLAGS, flag),
            **dict.fromkeys(("may_combine_with", "excludes"), listed()),
            "form": choice(SubsidyScheme.Form.values),
            "applies_to": listed(TYPE),
            "key": listed(choice(KEYS)),
            "amount": number,
            "currency": choice(("CNY",)),
            "hit_policy": choice(("unique",)),
            "bands": listed(BAND),
            "bundle": BUNDLE,
            "instalments": listed(INSTALMENT),
            "requires": listed(Shape(test)),
            "eligible": listed(ELIGIBLE),
            "former_age_min": whole,
            "in_force_by": day,
        }
    )


def check(folder: Folder) -> list[dict]:
    """The schemes of a folder. Raises FolderErrors with every problem of the file."""
    data = read_toml(folder.path, FILE)
    rows, problems = rows_of(FILE, data, "scheme", _shape(folder.unit), ("id", "label", "form", "key", "clause"))
    conflicts, wrong = rows_of(FILE, data, "conflict", CONFLICT, ("id", "ids", "kind", "label", "clause"))
    problems = [
        *table_problems(FILE, data, ("scheme", "conflict")),
        *problems,
        *wrong,
        *folder.uncited(FILE, [*rows, *conflicts]),
        *(problem for row in rows for problem in (*_amount_problems(row), *_bundle_problems(row))),
        *fact_problems(folder, FILE, rows),
    ]
    if problems:
        raise FolderErrors(problems)
    return rows


def _amount_problems(row: dict) -> list[FolderProblem]:
    """An amount, bands that do not overlap, or a word that none is printed; never nothing at all."""
    key = str(row.get("id", ""))
    found = []
    if not ("amount" in row or "bands" in row or row.get("amount_printed") is False):
        found.append(FolderProblem(FILE, key, "amount", "没有金额；文件未印金额的写 amount_printed = false。"))
    if row.get("amount", 1) <= 0:
        found.append(FolderProblem(FILE, key, "amount", "金额应大于0。"))
    return found


def _bundle_problems(row: dict) -> list[FolderProblem]:
    members = row.get("bundle", {}).get("members", [])
    if "bundle" not in row or any(member.get("at_least", 0) >= 1 for member in members):
        return []
    return [FolderProblem(FILE, str(row.get("id", "")), "bundle", "打包补助至少要有一类设施 at_least = 1。")]


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

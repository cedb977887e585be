"""What the page of an imported table shows: the matrix as understood, doubts in place, names, totals, old → new."""

from dataclasses import dataclass, field

from eldercare import review
from eldercare.annexes.editing import MOST_ROWS
from eldercare.annexes.kinds import AnnexKind
from eldercare.annexes.printed import name_book
from eldercare.annexes.rows import AnnexTable
from eldercare.names import RegionAlias
from eldercare.regions import Region
from eldercare.sheets import guard
from eldercare.sheets.annex import Matrix, Question
from eldercare.sheets.annex.answering import CHOICES, COUNTS, TEXTS, TYPES, YEARS, key_of
from eldercare.sheets.text import compact
from eldercare.uploads import Upload
from eldercare.uploads.staging import read_kept

BADGES = {"new": "new", "changed": "changed", "removed": "missing"}
VERBS = {"new": "新增", "changed": "变更", "removed": "删去"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with what may be answered: choices as (value, words), and whether a text is taken."""

    question: Question
    key: str
    choices: list[tuple[str, str]]
    takes_text: bool
    text_label: str = ""


@dataclass(slots=True)
class Mark:
    """One cell of the matrix on the page; `question` is the number of the doubt that it raises."""

    text: str
    question: int | None = None
    note: str = ""


@dataclass(slots=True)
class Understood:
    """The matrix for a page: header lines, unit lines, printed totals beside the sums."""

    title: str
    headings: list[tuple[str, str, int | None]] = field(default_factory=list)
    lines: list[tuple[str, Mark, list[Mark]]] = field(default_factory=list)
    total_label: str = ""
    totals: list[tuple[str, int | None, bool]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    others: list[tuple[str, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Name:
    """How a printed name is understood: exact, alias, near (a proposal) or none."""

    unit: str
    how: str
    region: Region | None = None
    similarity: float | None = None
    rejected: bool = False


def page_context(kind: AnnexKind, upload: Upload, table: AnnexTable | None, user) -> dict:
    """The context of an import's page; the kept file is read again, so that the page shows what would be applied."""
    rows = upload.staged.read() if hasattr(upload, "staged") else []
    document = next((row for row in rows if row["action"] == "table"), {})
    shown = [
        row | {"badge": BADGES[row["action"]], "label": VERBS[row["action"]]} for row in rows if row["action"] in BADGES
    ]
    context = {
        "annex_kind": kind,
        "table": table,
        "rows": shown,
        "head": document.get("head", []),
        "told": upload.answers.get("told", []),
    }
    if upload.status in (Upload.Status.STAGED, Upload.Status.REFUSED) and table is not None:
        context |= _read_again(kind, upload, table, user)
    return context


def _read_again(kind: AnnexKind, upload: Upload, table: AnnexTable, user) -> dict:
    try:
        reading = upload.declared.read(upload.context(user), read_kept(upload))
    except (guard.Refused, FileNotFoundError):
        return {}
    asked = [asked_of(kind, question) for question in reading.questions]
    context = {"asked": asked, "tables": list(enumerate(reading.tables)) if reading.asks_which else []}
    if reading.matrix is not None and len(reading.matrix.rows) <= MOST_ROWS:
        units = [row.unit for row in reading.matrix.rows if row.unit]
        names = names_of(table, units)
        context |= {
            "matrix": understood(kind, reading.matrix, reading.questions),
            "names": [name for name in names if name.how != "exact"],
            "exact": sum(name.how == "exact" for name in names),
            "may_name": user.has_perm("eldercare.decide_regionalias"),
        }
    return context


def asked_of(kind: AnnexKind, question: Question) -> Asked:
    """The question with its choices in words."""
    names, code = kind.names, question.code
    choices: list[tuple[str, str]] = []
    if code in TYPES:
        near = [choice for choice in question.choices if choice in names]
        choices = [(choice, names[choice]) for choice in [*near, *(name for name in names if name not in near)]]
    elif code in YEARS:
        choices = [(year, f"{year}年") for year in question.choices]
    choices += list(CHOICES.get(code, ()))
    label = "应为几个（没有数写“—”）" if code in COUNTS else "年份" if code in YEARS else "应写作"
    return Asked(question, key_of(question), choices, code in TEXTS, label)


def names_of(table: AnnexTable, units: list[str]) -> list[Name]:
    """How each name is understood; three queries, whatever their number."""
    book = name_book(table.policy)
    decided = {alias.name: alias for alias in RegionAlias.objects.filter(district=table.policy.district)}
    found = []
    for unit in dict.fromkeys(units):
        region = book.match(unit)
        if region:
            own = compact(unit) in (compact(region.name), compact(region.short_name))
            found.append(Name(unit, "exact" if own else "alias", region))
            continue
        near, alias = book.proposal(unit), decided.get(unit)
        rejected = bool(alias and alias.status == RegionAlias.Status.REJECTED)
        found.append(Name(unit, "near", *near, rejected) if near else Name(unit, "none"))
    return found


def confirm_name(table: AnnexTable, unit: str, code: str, by) -> None:
    """A person says that a printed name is that unit: an alias of the district from now on. Raises MoveRefused, Denied."""
    name = next((name for name in names_of(table, [unit]) if name.how == "near"), None)
    if name is None or name.region.code != code:
        raise review.MoveRefused(f"“{unit}”现在没有这个对应单位，请刷新后再选。")
    if not by.has_perm("eldercare.decide_regionalias"):
        raise review.Denied("您的角色不能确认名称对照。")
    known = {"region": name.region, "similarity": name.similarity, "source": f"{table}"}
    alias, _ = RegionAlias.objects.get_or_create(district=table.policy.district, name=unit, defaults=known)
    if alias.region_id != name.region.pk:
        alias.region = name.region
        alias.save(update_fields=["region"])
    review.perform(alias, "confirm", by=by)


def understood(kind: AnnexKind, matrix: Matrix, questions: list[Question]) -> Understood:
    """The matrix as table.annex shows it."""
    names = kind.names
    doubts = {question.address: place for place, question in enumerate(questions, 1)}
    result = Understood(matrix.title, notes=matrix.footnotes)
    for column in matrix.columns:
        meaning = f"{names.get(column.code, column.code or '？')} {column.year or '？'}"
        result.headings.append((" ".join(column.labels), meaning, None))
    placed = set()
    for row in matrix.rows:
        cells = []
        for column in matrix.columns:
            cell = row.cells.get(column.index)
            doubt = doubts.get(cell.address) if cell else None
            placed.add(cell.address if cell and doubt else "")
            cells.append(Mark(cell.printed if cell else "", doubt))
        place = next(
            (where for where in doubts if where.endswith(str(row.sheet_row)) and _is_lead(where, matrix, row)), ""
        )
        placed.add(place)
        result.lines.append((row.number, Mark(row.unit, doubts.get(place)), cells))
    result.others = [(where, place) for where, place in doubts.items() if where not in placed]
    _totals(names, matrix, result)
    return result


def _is_lead(where: str, matrix: Matrix, row) -> bool:
    letters = where.rstrip("0123456789")
    cells = {cell.address for cell in row.cells.values()}
    return where == f"{letters}{row.sheet_row}" and where not in cells


def _totals(names: dict[str, str], matrix: Matrix, result: Understood) -> None:
    sums, printed = matrix.computed_totals(), matrix.printed_totals
    differing = {difference.column.index: difference for difference in matrix.total_differences()}
    result.total_label = matrix.total.label if matrix.total else ""
    for column in matrix.columns:
        cell = printed.get(column.index)
        result.totals.append((cell.printed if cell else "", sums[column.index], column.index in differing))
    for difference in differing.values():
        column = difference.column
        name = f"{names.get(column.code, column.code or '？')} {column.year or '？'}"
        summed = "没有数" if difference.computed is None else difference.computed
        result.differences.append(f"{name}：印发合计 {difference.printed}，各行相加 {summed}")
    for other in matrix.row_differences():
        summed = "没有数" if other.computed is None else other.computed
        result.differences.append(
            f"{other.row.unit} {' '.join(other.aside.labels)}：印发 {other.printed}，相加 {summed}"
        )

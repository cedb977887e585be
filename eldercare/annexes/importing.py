"""A published table sent for a stored one: read, doubts asked, compared, confirmed once, undone cell by cell."""

from dataclasses import dataclass, field, replace

from eldercare import audit
from eldercare.annexes import editing as annexediting
from eldercare.annexes import state as annexstate
from eldercare.annexes import undoing as annexundo
from eldercare.annexes.kinds import AnnexKind
from eldercare.annexes.preview import page_context
from eldercare.annexes.printed import Printed, printed_table
from eldercare.annexes.rows import AnnexTable
from eldercare.annexes.state import Differences
from eldercare.regions import Region
from eldercare.review import StaleObject
from eldercare.sheets import annex
from eldercare.sheets.annex import Matrix, Question
from eldercare.sheets.annex.answering import Answers, corrected, key_of
from eldercare.sheets.cells import Grid, Level, Problem, Workbook
from eldercare.uploads import Comparison, Context, Upload, UploadKind

STALE = "预览之后，这张表已被别人改过。系统已按最新数据重新比对，请核对后再确认。"


@dataclass(slots=True)
class AnnexReading:
    """What a file says: its tables by title, the chosen one, what is to be asked and what is wrong.

    `grid` is the sheet of the chosen table with the answers so far put in.
    """

    tables: list[str] = field(default_factory=list)
    matrix: Matrix | None = None
    grid: Grid | None = None
    questions: list[Question] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def asks_which(self) -> bool:
        """Whether the file holds several tables and nobody has said which is meant."""
        return len(self.tables) > 1 and self.matrix is None

    @property
    def open(self) -> int:
        return len(self.questions) + self.asks_which


def context_of(table: AnnexTable, by) -> Context:
    """For which table somebody sends a file."""
    district: Region = table.policy.district
    return Context(district, district, None, by, f"{table.policy.slug}/{table.annex}")


def table_of(kind: AnnexKind, context: Context) -> AnnexTable | None:
    """The table that a context speaks of, if the person may see it."""
    slug, _, number = context.subject.partition("/")
    rows = kind.table.objects.visible_to(context.by).select_related("policy__district")
    return rows.filter(policy__slug=slug, policy__district=context.district, annex=number).first()


def upload_kind(kind: AnnexKind) -> UploadKind:
    """The upload that belongs to a kind of table."""
    return UploadKind(
        code=kind.code,
        label=kind.label,
        permission=kind.change_permission,
        sheet=None,
        read=lambda context, workbook: read(kind, context, workbook),
        compare=lambda context, reading: compare(kind, context, reading),
        fingerprint=lambda context: fingerprint(kind, context),
        apply=lambda upload, context, rows: apply(kind, upload, context, rows),
        undo=lambda upload, by: annexundo.undo(kind, upload, table_of(kind, upload.context(by)), by),
        admit=lambda context: "" if table_of(kind, context) else f"没有这张{kind.label}，可能已被删除。",
        has_period=False,
        has_subject=True,
        page=lambda upload, user: page_context(kind, upload, table_of(kind, upload.context(user)), user),
        template_name="uploads/annex.html",
        tell=questions_of,
        consequences=(
            "表里的数全部换成文件里的数，改动逐格记入办理记录。",
            "印发合计按印发的保留，不作更正。",
            "确认之后可以在本页撤销；此后又改过的单元格保留，并逐格列出。",
        ),
    )


def read(kind: AnnexKind, context: Context, workbook: Workbook) -> AnnexReading:
    """The tables of a file, read with the table's own wording and the answers given so far."""
    table, answers = table_of(kind, context), Answers.read(context.answers)
    known = annexediting.known_headings(table.layout, table.title) if table else {}
    grids = [corrected(grid, answers) for grid in workbook.grids]
    surveys = [(grid, annex.survey(grid, types=known | answers.types)) for grid in grids]
    found = [(grid, matrix) for grid, survey in surveys for matrix in survey.matrices]
    beside = [problem for _, survey in surveys for problem in survey.problems]
    reading = AnnexReading([f"{matrix.title or '（没有标题）'}（{matrix.sheet}）" for _, matrix in found])
    if not found:
        told = [problem for problem in beside if problem.code != "blank_sheet"]
        reading.problems = told or beside
        return reading
    place = 0 if len(found) == 1 else answers.table
    if place is not None and 0 <= place < len(found):
        reading.grid, reading.matrix = found[place]
        settled = set(answers.settled)
        reading.questions = [asked for asked in reading.matrix.questions if key_of(asked) not in settled]
        reading.problems = [*reading.matrix.problems, *_foreign(kind, reading.matrix)]
    reading.problems += [replace(problem, level=Level.WARNING) for problem in beside if problem.code != "blank_sheet"]
    return reading


def _foreign(kind: AnnexKind, matrix: Matrix) -> list[Problem]:
    """Columns of another kind of table."""
    return [
        Problem(
            "foreign_column", f"“{column.subject_text}”不是{kind.label}的列。", f"这里只能导入{kind.label}。",
            sheet=matrix.sheet, column=" ".join(column.labels),
        )
        for column in matrix.columns
        if column.code is not None and (column.kind != kind.subject or column.code not in kind.names)
    ]  # fmt: skip


def fingerprint(kind: AnnexKind, context: Context) -> str:
    """Names the state of the stored table."""
    table = table_of(kind, context)
    return annexstate.fingerprint(annexstate.stored(kind, table)) if table else ""


def compare(kind: AnnexKind, context: Context, reading: AnnexReading) -> Comparison:
    """What the file would change; while something is open, only what was understood so far."""
    table = table_of(kind, context)
    if table is None:
        return Comparison(problems=[Problem("no_table", f"没有这张{kind.label}。", "它可能已被删除。")])
    before = annexstate.stored(kind, table)
    result = Comparison(fingerprint=annexstate.fingerprint(before), questions=reading.open)
    asked = [_told(question) for question in reading.questions]
    document = {"action": "table", "name": "", "changes": [], "head": [], "questions": asked}
    wrong = any(problem.level == Level.ERROR for problem in reading.problems)
    if reading.matrix is not None and not reading.open and not wrong:
        state = _state(table, reading.matrix)
        result.problems = annexediting.problems(kind, state, _places(reading.matrix))
        changes = annexstate.differences(kind, before, state)
        result.rows = _rows(kind, changes)
        result.rows += [{"action": "unchanged", "name": "", "changes": []}] * changes.unchanged
        document |= {"head": changes.head, "state": annexstate.packed(state), "before": annexstate.packed(before)}
    result.rows.append(document)
    return result


def _told(question: Question) -> dict:
    return {
        "key": key_of(question),
        "sheet": question.sheet,
        "cell": question.address,
        "message": question.message,
        "choices": list(question.choices),
    }


def questions_of(upload: Upload) -> dict:
    """The open questions for a script; `key` names each when it is answered."""
    rows = upload.staged.read() if upload.status == Upload.Status.STAGED else []
    return {"questions": [asked for row in rows if row["action"] == "table" for asked in row["questions"]]}


def _state(table: AnnexTable, matrix: Matrix) -> Printed:
    state = printed_table(matrix, table.annex, table.clause)
    title = state.title or table.title
    own = {"typed": True} if table.layout.get("typed") else {}
    return replace(state, title=title[:200], layout=state.layout | own)


def _places(matrix: Matrix) -> dict:
    return {place: f"第 {row.sheet_row} 行" for place, row in enumerate(matrix.rows, 1)}


def _rows(kind: AnnexKind, changes: Differences) -> list[dict]:
    names = kind.names
    return [
        {
            "action": line.action,
            "name": line.unit,
            "number": line.number,
            "changes": [
                {
                    "label": f"{names.get(cell.subject, cell.subject)} {cell.year}",
                    "cell": cell.address,
                    "old": cell.old,
                    "new": cell.new,
                }
                for cell in line.cells
            ],
        }
        for line in changes.lines
    ]


def apply(kind: AnnexKind, upload: Upload, context: Context, rows: list[dict]) -> None:
    """Store the previewed state, inside the confirming transaction. Denied, or StaleObject after another's change."""
    document = next(row for row in rows if row["action"] == "table")
    table = annexediting.locked(kind, table_of(kind, context) or kind.table(), context.by)
    before = annexstate.stored(kind, table)
    if annexstate.fingerprint(before) != upload.fingerprint:
        raise StaleObject(STALE)
    state = annexstate.unpacked(document["state"])
    changes = annexstate.differences(kind, before, state)
    annexstate.store(kind, table, state)
    if changes.any:
        detail = annexediting.detail(kind, changes) | {"upload": upload.pk}
        audit.record("record.changed", by=context.by, target=table, detail=detail)

"""What an import would do, or has done, as its page tells it: counts, problems by cell, old → new by row."""

import hashlib
import json
from dataclasses import dataclass, field

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from import_export.results import Result, RowResult

from eldercare.importing.resource import RegisterResource, broken
from eldercare.sheets.cells import Level, Problem
from eldercare.sheets.columns import ReadRow

SHOWN = 200


@dataclass(slots=True)
class Outcome:
    """Counts by what happens, the problems of the file and of its rows, and the rows that change."""

    counts: dict[str, int]
    problems: list[Problem]
    lines: list[dict] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.level == Level.ERROR]

    @property
    def warnings(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.level != Level.ERROR]

    @property
    def digest(self) -> str:
        """Names exactly what was shown: the same again only while the register has not changed."""
        told = json.dumps([self.counts, self.lines], ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(told.encode()).hexdigest()

    @property
    def writes(self) -> bool:
        return bool(self.counts["new"] or self.counts["changed"])


def outcome(resource: RegisterResource, result: Result) -> Outcome:
    """The result of `import_data` beside the reading it came from; every problem, not only the first."""
    pairs = list(zip(resource.reading.rows, result.rows, strict=False))
    problems = [*resource.reading.problems, *(Problem("import", _told(error.error)) for error in result.base_errors)]
    told = {(problem.sheet, problem.cell) for problem in problems if problem.level == Level.ERROR}
    for row, found in pairs:
        # A cell that could not be read is blank to the model, which says so once more.
        problems += [item for item in row_problems(resource, row, found) if (item.sheet, item.cell) not in told]
    problems.sort(key=_place)
    errors = sum(problem.level == Level.ERROR for problem in problems)
    counts = {
        "new": result.totals[RowResult.IMPORT_TYPE_NEW],
        "changed": result.totals[RowResult.IMPORT_TYPE_UPDATE],
        "unchanged": result.totals[RowResult.IMPORT_TYPE_SKIP],
        "errors": errors,
        "warnings": len(problems) - errors,
    }
    lines = [line(resource, row, found) for row, found in pairs if found.is_new() or found.is_update()]
    return Outcome(counts, problems, lines)


def _place(problem: Problem) -> tuple[int, str]:
    """Problems of the file first, then from the top row to the bottom."""
    digits = "".join(filter(str.isdigit, problem.cell.partition(":")[0]))
    return int(digits or 0), problem.cell


def line(resource: RegisterResource, row: ReadRow, found: RowResult) -> dict:
    """One row of the preview."""
    return {
        "name": found.object_repr,
        "sheet": row.sheet,
        "number": row.number,
        "label": "新增" if found.is_new() else "变更",
        "badge": "new" if found.is_new() else "changed",
        "changes": [
            {"label": resource.sheet[key].heading, "cell": row.cells.get(key, ""), "old": old, "new": new}
            for key, old, new in found.diff
        ],
    }


def row_problems(resource: RegisterResource, row: ReadRow, found: RowResult) -> list[Problem]:
    """The problems of one row, each at its cell; one without a column stands at the row's first cell."""
    if found.validation_error is not None:
        return _validation(resource, row, found.validation_error)
    return [_at(resource, row, "", _told(error.error)) for error in found.errors]


def _validation(resource: RegisterResource, row: ReadRow, error: ValidationError) -> list[Problem]:
    keys = {resource.attributes.get(column.key, column.key): column.key for column in reversed(resource.sheet.columns)}
    problems = []
    for name, texts in error.message_dict.items():
        key = "" if name == NON_FIELD_ERRORS else keys.get(name, name)
        problems += [_at(resource, row, key, text) for text in texts]
    return problems


def _at(resource: RegisterResource, row: ReadRow, key: str, message: str) -> Problem:
    known = key in row.cells
    key = key if known else next(iter(row.cells), "")
    heading = resource.sheet[key].heading if known else ""
    read = row.raw.get(key, "")[:100] if known else ""
    return Problem("invalid", message, "请核对这一行", Level.ERROR, row.sheet, row.cells.get(key, ""), heading, read)


def _told(error: Exception) -> str:
    return "；".join(error.messages) if isinstance(error, ValidationError) else broken(error)

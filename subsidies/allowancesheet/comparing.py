"""What a sheet of allowances would change: each row recomputed, and set beside what stands for the month."""

import hashlib
from collections.abc import Iterator
from decimal import Decimal

from eldercare.policies import pack
from eldercare.sheets.cells import Level, Problem
from eldercare.sheets.columns import Reading, ReadRow
from eldercare.sheets.text import compact
from eldercare.uploads import MISSING_ROW, Comparison, Context
from facilities.rules.phrases import plain
from subsidies.allowances import AllowanceTotal
from subsidies.allowancesheet import lines, sheet
from subsidies.allowancesheet.lines import Line
from subsidies.allowancesheet.sheet import SHEET
from subsidies.rules import allowances

SHOWN = ("people", "amount", "reason")
BLANK = "blank"
"""A row that was left empty: nothing is reported for its band, which is not the same as nobody."""


def fingerprint(context: Context) -> str:
    """Names what stands for the month and what it is computed by: a later report, an undone one, a new policy change it."""
    stands = sorted(row.pk for row in sheet.standing(context).values())
    rates = [(*line.key, line.rate.text) for line in lines.of_context(context)]
    return hashlib.sha256(f"{context.region.code} {context.period} {stands} {rates}".encode()).hexdigest()


def compare(context: Context, reading: Reading) -> Comparison:
    """Set every row beside what stands; nothing is written."""
    known = {(line.scheme.pk, compact(line.name)): line for line in lines.of_context(context)}
    stands = sheet.standing(context)
    result = Comparison(fingerprint=fingerprint(context))
    seen: set[lines.Key] = set()
    unread = {problem.cell for problem in reading.errors}
    for row in reading.rows:
        line = known.get((row.values.get("scheme"), compact(row.values.get("band") or "")))
        staged, problems = _row(row, line, stands, not unread.isdisjoint(row.cells.values()))
        result.problems += problems
        if staged["action"] != BLANK:
            result.rows.append(staged)
        if line and staged["action"] != BLANK:
            seen.add(line.key)
    result.problems += _nothing(reading, result)
    missing = [line for line in known.values() if line.key in stands and line.key not in seen] if reading.rows else []
    result.rows += [_missing(line) for line in missing]
    result.problems += [_missing_problem(line) for line in missing]
    return result


def _nothing(reading: Reading, result: Comparison) -> Iterator[Problem]:
    if reading.rows and not result.rows and not reading.errors and not _has_errors(result.problems):
        yield Problem("nothing_filled", "各档的人数和金额都空着", "请填写后再上传；没有人领的填 0")


def _has_errors(problems: list[Problem]) -> bool:
    return any(problem.level == Level.ERROR for problem in problems)


def _row(row: ReadRow, line: Line | None, stands: dict, is_unread: bool) -> tuple[dict, list[Problem]]:
    """One row as it would be applied, and its problems."""
    values = {key: row.values.get(key) for key in ("people", "amount")}
    values["reason"] = row.values.get("reason") or ""
    problems = list(_problems(row, line, values)) if not is_unread else []
    old = stands.get(line.key) if line else None
    changes = _changes(row, values, old)
    if is_unread or _has_errors(problems):
        action = "wrong"
    elif values["people"] is None:
        action = BLANK
    else:
        action = "new" if old is None else "changed" if changes else "unchanged"
    return _staged(row, action, line, values, changes, old), problems


def _problems(row: ReadRow, line: Line | None, values: dict) -> Iterator[Problem]:
    if line is None:
        hint = "请用下载的表格，不要改动补助名称和档次"
        yield _problem(row, "band", "unknown_band", "文件没有这个档次", hint)
        return
    people, amount = values["people"], values["amount"]
    if (people is None) != (amount is None):
        key = "people" if people is None else "amount"
        yield _problem(row, key, "half_filled", f"{SHEET[key].heading}空着", "没有的填 0；整行没有报的两格都空着")
    elif people is None:
        yield _problem(row, "people", "not_reported", "这一档没有填，按没有报送处理", "没有人领的请填 0", Level.WARNING)
    elif fault := allowances.check(people, amount, line.rate).fault:
        if values["reason"]:
            hint = f"已写明原因：{values['reason']}"
            yield _problem(row, "amount", "difference_explained", fault, hint, Level.WARNING)
        else:
            yield _problem(row, "amount", "difference_unexplained", fault, "请核对；确是这样的，在差异说明里写明原因")


def _problem(row: ReadRow, key: str, code: str, message: str, hint: str, level: Level = Level.ERROR) -> Problem:
    cell, read = row.cells.get(key, ""), row.raw.get(key, "")
    return Problem(code, message, hint, level, row.sheet, cell, SHEET[key].heading, read)


def _changes(row: ReadRow, values: dict, old: AllowanceTotal | None) -> list[dict]:
    """Old → new as the sheet writes both; a blank and a 0 differ."""
    found = []
    for key in SHOWN:
        before, now = (SHEET[key].show(_plain(value)) for value in (getattr(old, key, None), values[key]))
        if before != now:
            label, cell = SHEET[key].heading, row.cells.get(key, "")
            found.append({"key": key, "label": label, "old": before, "new": now, "cell": cell})
    return found


def _plain(value: object) -> object:
    """An amount as the sheet writes it, without the zeros that the database adds."""
    return Decimal(plain(value)) if isinstance(value, Decimal) else value


def _staged(row: ReadRow, action: str, line: Line | None, values: dict, changes: list[dict], old) -> dict:
    is_written = action in ("new", "changed")
    checked = allowances.check(values["people"], values["amount"], line.rate) if is_written else None
    return {
        "action": action,
        "sheet": row.sheet,
        "number": row.number,
        "name": line.title if line else row.raw.get("band", ""),
        "changes": changes,
        "standing": old.pk if old else None,
        "standard": line.rate.text if line else "",
        "fault": checked.fault if checked else "",
        "values": pack(_values(line, values, checked)) if is_written else {},
        "sources": {key: f"{row.sheet}!{row.cells[key]}" for key in SHOWN if key in row.cells} if is_written else {},
    }


def _values(line: Line, values: dict, checked: allowances.Checked) -> dict:
    return {
        **values,
        "scheme_id": line.scheme.pk,
        "band": line.name,
        "rate": line.rate.exact,
        "computed": checked.computed,
    }


def _missing(line: Line) -> dict:
    return {
        "action": "missing",
        "sheet": "",
        "number": 0,
        "name": line.title,
        "changes": [],
        "values": {},
        "sources": {},
    }


def _missing_problem(line: Line) -> Problem:
    message = f"“{line.title}”本月已经报过，这份表没有填"
    return Problem(MISSING_ROW, message, "以前报的保留；要更正请填上这一行", Level.WARNING)

"""What a township's sheet would change: each row beside the register as it stands at the end of the month."""

from collections.abc import Generator, Iterator
from functools import partial
from string import digits

from eldercare.sheets.cells import Level, Problem
from eldercare.sheets.columns import Reading, ReadRow
from eldercare.sheets.text import compact
from eldercare.uploads import MISSING_ROW, Comparison, Context
from eldercare.uploads.compact import Changes, Head, Layouts, Sources
from eldercare.uploads.comparing import compare_rows
from facilities.register import rulebook
from facilities.register.columns import STATE_KEYS, column_of, plain, same, stored
from plans.progress import rowrules
from plans.progress.register import Known, Register, read
from plans.progress.sheet import SHEET

COMPARED = tuple(
    (place, column.key, Known._fields.index(column_of(column.key)))
    for place, column in enumerate(SHEET.columns)
    if column.key in STATE_KEYS
)
"""Columns with their place in the sheet and in what is known of a facility."""
STORED = tuple((column.key, column_of(column.key)) for column in SHEET.columns)
"""Key and database column of each of the sheet's columns."""
PLAIN = (str, int, list, type(None))
"""Kinds of values that are staged as they are; a list is one of texts."""


def compare(context: Context, reading: Reading) -> Generator[int, None, Comparison]:
    """Set every row of the sheet beside the register, telling how many are done; nothing is written."""
    register = read(context, SHEET.columns)
    result = Comparison(fingerprint=register.fingerprint)
    layouts = _layouts(reading)
    row, missing = partial(_row, register, layouts), partial(_missing, layouts)
    yield from compare_rows(result, reading, register.records, row, missing)
    _forget_settled_doubts(reading, result)
    return result


def _forget_settled_doubts(reading: Reading, result: Comparison) -> None:
    """A small percentage that stands in the register already was looked at when it was first sent."""
    if any(problem.code == "small_percent" for problem in reading.problems):
        differing = {change["cell"] for row in result.rows for change in row["changes"]}
        reading.problems = [p for p in reading.problems if p.code != "small_percent" or p.cell in differing]


def _layouts(reading: Reading) -> Layouts:
    """The sheet's columns as its rows refer to them; all rows of a reading have their cells in the same columns."""
    cells = reading.rows[0].cells if reading.rows else {}
    letters = {column.key: cells.get(column.key, "").rstrip(digits) for column in SHEET.columns}
    return Layouts(tuple(Head(c.key, column_of(c.key), c.heading, letters[c.key]) for c in SHEET.columns))


def _row(register: Register, layouts: Layouts, row: ReadRow, is_unread: bool) -> tuple[dict, list[Problem]]:
    """One row as it would be applied, and its problems; `is_unread` when one of its cells could not be read."""
    code = compact(row.values.get("code") or "")
    record = register.records.get(code)
    problems = list(_identity_problems(register, row, code, record))
    values, village_problems = _meant(register, row, record)
    problems += village_problems
    problems += rowrules.check(row, values, record, register.day)
    found = _changes(register, values, record)
    wrong = is_unread or any(problem.level == Level.ERROR for problem in problems)
    action = "wrong" if wrong else "new" if record is None else "changed" if found else "unchanged"
    return _staged(register, row, layouts, action, code, values, found, record), problems


def _changes(register: Register, values: dict, record: Known | None) -> list:
    """Place of the column, old and new text of each value that differs, in one list."""
    if record is None:
        return _given(register, values)
    found = []
    for place, key, held in COMPARED:
        new, old = values.get(key), record[held]
        if key == "village":
            old = record.village.as_of(register.day).short_name if record.village else None
            new = new.short_name if new else None
        if old != new and key in values and not same(plain(old), new):
            found += (place, register.shown(place, old), register.shown(place, new))
    return found


def _given(register: Register, values: dict) -> list:
    """The same of a new facility, where nothing was: all that is filled in."""
    found = []
    for place, key, _ in COMPARED:
        new = values.get(key)
        if new is not None:
            found += (place, "", register.shown(place, new.short_name if key == "village" else new))
    return found


def _staged(
    register: Register,
    row: ReadRow,
    layouts: Layouts,
    action: str,
    code: str,
    values: dict,
    found: list,
    record: Known | None,
) -> dict:
    places = ()
    if action == "new":
        places = tuple([place for place, key, _ in COMPARED if key in values])
    elif action == "changed":
        places = tuple(found[::3])
    return {
        "action": action,
        "sheet": row.sheet,
        "number": row.number,
        "code": code,
        "name": values.get("name") or (record.name if record else ""),
        "facility": record.facility_id if record else None,
        "changes": Changes(layouts.heads, row.number, found),
        "values": _written(register, values, places),
        "sources": Sources(layouts.of(row.sheet, places), row.number),
    }


def _written(register: Register, values: dict, places: tuple[int, ...]) -> dict:
    """The values of some columns as they are staged, by database column."""
    found = {}
    for place in places:
        key, column = STORED[place]
        value = stored(key, values[key])
        found[column] = value if type(value) in PLAIN else register.packed(value)
    return found


def _identity_problems(register: Register, row: ReadRow, code: str, record) -> Iterator[Problem]:
    name = row.values.get("name") or ""
    owner = register.codes_by_name.get(compact(name))
    if code and record is None and code in register.codes:
        yield rowrules.problem(row, "code", "registered_later", f"{code} 在这个月之后才登记", "这个月的表里不填这一行")
    elif code and record is None:
        yield rowrules.problem(
            row, "code", "unknown_code", f"{register.township}没有编码为 {code} 的设施",
            (f"“{name}”的编码是 {owner}；" if owner else "") + f"新增设施请把编码留空；{rowrules.BY_THE_BUREAU}",
        )  # fmt: skip
    elif owner and owner != code and (record is None or not _same_name(record, name)):
        yield rowrules.problem(
            row, "name", "already_registered", f"“{name}”已经登记，编码是 {owner}", rulebook.own_code(owner, code),
        )  # fmt: skip
    elif record is None and (alike := register.alike(row.values.get("type") or "", name)):
        yield rowrules.problem(
            row, "name", "similar_name", f"与已登记的“{alike.name}”（{alike.code}）名称相近",
            "如果是同一个设施，请在原来的一行填写，删去这一行", Level.WARNING,
        )  # fmt: skip


def _same_name(record: Known, name: str) -> bool:
    """Whether a name is the registered one but for blanks and the width of its characters: then nobody renamed it."""
    return record.name == name or compact(record.name) == compact(name)


def _meant(register: Register, row: ReadRow, record: Known | None) -> tuple[dict, list[Problem]]:
    """The row's values with the village's name turned into the village; an unknown name is a problem, and no value."""
    values = dict(row.values)
    if record and values.get("name") and _same_name(record, values["name"]):
        values["name"] = record.name
    name = values.get("village")
    if not name:
        return values, []
    village = register.village(name)
    values["village"] = village
    if village is not None:
        return values, []
    del values["village"]
    near = register.villages.proposal(name)
    hint = f"是不是“{near[0].short_name}”？请改成正确的名称" if near else "请从下拉列表里选择"
    hint += f"；{rowrules.BY_THE_BUREAU}"
    message = f"{register.township}没有名为“{name}”的村（社区）"
    return values, [rowrules.problem(row, "village", "unknown_village", message, hint)]


def _missing(layouts: Layouts, record: Known) -> tuple[dict, list[Problem]]:
    staged = {
        "action": "missing", "sheet": "", "number": 0, "code": record.code, "name": record.name,
        "facility": record.facility_id, "changes": Changes(layouts.heads, 0, []), "values": {},
        "sources": Sources(layouts.of("", ()), 0),
    }  # fmt: skip
    message = f"上月有“{record.name}”（{record.code}），本表没有这一行"
    hint = "设施的登记不会删除；如果是漏填，请补上这一行"
    return staged, [Problem(MISSING_ROW, message, hint, Level.WARNING)]

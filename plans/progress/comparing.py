"""What a township's sheet would change: each row beside the register as it stands at the end of the month."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max

from eldercare.names import NameBook
from eldercare.policies import pack
from eldercare.regions import VILLAGE_KINDS, Region
from eldercare.sheets.cells import Level, Problem
from eldercare.sheets.columns import Reading, ReadRow
from eldercare.uploads import MISSING_ROW, Comparison, Context
from facilities.models import Facility, FacilityRecord
from plans.progress import rowrules
from plans.progress.sheet import SHEET, current_rows, row_values
from plans.reporting import last_day


@dataclass(frozen=True, slots=True)
class Register:
    """The township as it is compared with: its facilities on the day by code, all codes and names, villages by name."""

    township: Region
    records: dict[str, FacilityRecord]
    codes: frozenset[str]
    codes_by_name: dict[str, str]
    villages: NameBook
    day: date


def fingerprint(context: Context) -> str:
    """Names the state of the township's register: any record written or retracted since changes it."""
    rows = FacilityRecord.objects.filter(facility__township__in=context.region.lineage())
    state = rows.aggregate(last=Max("pk"), count=Count("pk"), retracted=Max("retracted_at"))
    return hashlib.sha256(f"{context.region.code}{sorted(state.items())}".encode()).hexdigest()


def compare(context: Context, reading: Reading) -> Comparison:
    """Set every row of the sheet beside the register; nothing is written."""
    before = fingerprint(context)
    register = _register(context)
    result = Comparison(fingerprint=before)
    seen: set[str] = set()
    unread = {problem.cell for problem in reading.errors}
    for row in reading.rows:
        staged, problems = _row(register, row, not unread.isdisjoint(row.cells.values()))
        result.rows.append(staged)
        result.problems += problems
        seen.add(staged["code"])
    result.rows += [_missing(record) for code, record in register.records.items() if code not in seen]
    result.problems += _missing_problems(register, seen, reading)
    return result


def _register(context: Context) -> Register:
    day = last_day(context.period)
    records = {record.facility.code: record for record in current_rows(context.region, day)}
    known = dict(Facility.objects.filter(township__in=context.region.lineage()).values_list("code", "name"))
    names = {name: code for code, name in known.items()} | {record.name: code for code, record in records.items()}
    villages = NameBook(context.district, day, VILLAGE_KINDS, within_region=context.region)
    return Register(context.region, records, frozenset(known), names, villages, day)


def _row(register: Register, row: ReadRow, is_unread: bool) -> tuple[dict, list[Problem]]:
    """One row as it would be applied, and its problems; `is_unread` when one of its cells could not be read."""
    code = row.values.get("code") or ""
    record = register.records.get(code)
    problems = list(_identity_problems(register, row, code, record))
    values, village_problems = _meant(register, row)
    problems += village_problems
    problems += rowrules.check(row, values, record, register.day)
    changes = _changes(row, values, record, register.day)
    wrong = is_unread or any(problem.level == Level.ERROR for problem in problems)
    action = "wrong" if wrong else "new" if record is None else "changed" if changes else "unchanged"
    return _staged(row, action, code, values, changes, record), problems


def _staged(row: ReadRow, action: str, code: str, values: dict, changes: list[dict], record) -> dict:
    keys = [key for key in values if record is None or key in {change["key"] for change in changes}]
    written = {key: values[key] for key in keys if key != "code"} if action in ("new", "changed") else {}
    return {
        "action": action,
        "sheet": row.sheet,
        "number": row.number,
        "code": code,
        "name": values.get("name") or (record.name if record else ""),
        "facility": record.facility_id if record else None,
        "changes": changes,
        "values": pack({_column(key): _stored(key, value) for key, value in written.items()}),
        "sources": {_column(key): f"{row.sheet}!{row.cells[key]}" for key in written if key in row.cells},
    }


def _column(key: str) -> str:
    return "village_id" if key == "village" else key


def _stored(key: str, value: object) -> object:
    """A value as its database column takes it: a village by id, an empty text as ""."""
    if key == "village":
        return value.pk if value else None
    return "" if value is None and key in ("operation", "operator", "issues", "remark") else value


def _identity_problems(register: Register, row: ReadRow, code: str, record) -> Iterator[Problem]:
    name = row.values.get("name") or ""
    owner = register.codes_by_name.get(name)
    if code and record is None and code in register.codes:
        yield rowrules.problem(row, "code", "registered_later", f"{code} 在这个月之后才登记", "这个月的表里不填这一行")
    elif code and record is None:
        yield rowrules.problem(
            row, "code", "unknown_code", f"{register.township}没有编码为 {code} 的设施",
            "新增设施请把编码留空；其他设施请核对编码",
        )  # fmt: skip
    elif owner and owner != code and (record is None or record.name != name):
        yield rowrules.problem(
            row, "name", "already_registered", f"“{name}”已经登记，编码是 {owner}",
            "请在原来的一行填写，或为这个设施另起名称",
        )  # fmt: skip


def _meant(register: Register, row: ReadRow) -> tuple[dict, list[Problem]]:
    """The row's values with the village's name turned into the village; an unknown name is a problem, and no value."""
    values = dict(row.values)
    name = values.get("village")
    if not name:
        return values, []
    village = register.villages.match(name)
    values["village"] = village
    if village is not None:
        return values, []
    del values["village"]
    near = register.villages.proposal(name)
    hint = f"是不是“{near[0].short_name}”？请改成正确的名称" if near else "请从下拉列表里选择"
    message = f"{register.township}没有名为“{name}”的村（社区）"
    return values, [rowrules.problem(row, "village", "unknown_village", message, hint)]


def _changes(row: ReadRow, values: dict, record: FacilityRecord | None, day: date) -> list[dict]:
    """Old → new of each column that differs; for a new facility every filled column."""
    old = row_values(record, day) if record else {}
    found = []
    for column in SHEET.columns:
        if column.key not in values or column.key == "code":
            continue
        new = values[column.key]
        new = getattr(new, "short_name", new)
        if not _same(old.get(column.key), new):
            found.append(
                {
                    "key": column.key,
                    "label": column.heading,
                    "old": column.show(old.get(column.key)),
                    "new": column.show(new),
                    "cell": row.cells.get(column.key, ""),
                }
            )
    return found


def _same(old: object, new: object) -> bool:
    """Equal as recorded: a list in any order is the same set of zones, a blank is not an empty list."""
    if isinstance(old, list) and isinstance(new, list):
        return sorted(old) == sorted(new)
    return old == new


def _missing(record: FacilityRecord) -> dict:
    code, name = record.facility.code, record.name
    return {
        "action": "missing", "sheet": "", "number": 0, "code": code, "name": name, "facility": record.facility_id,
        "changes": [], "values": {}, "sources": {},
    }  # fmt: skip


def _missing_problems(register: Register, seen: set[str], reading: Reading) -> list[Problem]:
    if not reading.rows:
        return []
    return [
        Problem(
            MISSING_ROW,
            f"上月有“{record.name}”（{code}），本表没有这一行",
            "设施的登记不会删除；如果是漏填，请补上这一行",
            Level.WARNING,
        )
        for code, record in register.records.items()
        if code not in seen
    ]

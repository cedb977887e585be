"""What a sheet of the register would change: each row beside the facility as it is registered now."""

import hashlib
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from django.db.models import Subquery

from eldercare.policies import pack
from eldercare.regions import Region
from eldercare.sheets.cells import Level, Problem
from eldercare.sheets.columns import Reading, ReadRow
from eldercare.sheets.text import compact
from eldercare.uploads import MISSING_ROW, Comparison, Context
from eldercare.uploads.comparing import compare_rows
from facilities.facility import Facility, FacilityRecord
from facilities.register import rulebook, rules
from facilities.register.columns import change, changes, column_of, stored
from facilities.register.places import Places
from facilities.register.rules import Case, problem
from facilities.register.sheet import SHEET, current, facilities, row_values, today, units


@dataclass(slots=True)
class Register:
    """The district as it is compared with: facilities by code and by name, places by name, the days of their records."""

    context: Context
    day: date
    facilities: dict[str, Facility]
    places: Places
    owners: dict[tuple[int, str], str]
    fingerprint: str
    records: dict[int, list[tuple[date, list[str]]]] = field(default_factory=dict)

    def since(self, facility: Facility | None) -> date | None:
        """The day that a facility's history begins; None when no row asks for an earlier day."""
        days = [day for day, _ in self.records.get(facility.pk, ())] if facility else []
        return min(days, default=None)

    def later(self, facility: Facility, day: date, names: Iterable[str]) -> list[str]:
        """Which of these fields somebody recorded for a day after this one."""
        found = {name for later, asserted in self.records.get(facility.pk, ()) if later > day for name in asserted}
        return [name for name in names if name in found]


def fingerprint(context: Context) -> str:
    """Names the state of the district's register: any record written or retracted since changes it."""
    return _named(context, _state(context).get())


def _named(context: Context, state: str) -> str:
    return hashlib.sha256(f"{context.district.code} {state}".encode()).hexdigest()


def _state(context: Context):
    return FacilityRecord.objects.filter(facility__district=context.district).state()


def compare(context: Context, reading: Reading) -> Generator[int, None, Comparison]:
    """Set every row beside the register, telling how many are done; nothing is written."""
    register = _register(context, reading)
    result = Comparison(fingerprint=register.fingerprint)
    known = register.facilities
    yield from compare_rows(result, reading, known, partial(_row, register), _missing)
    return result


def _register(context: Context, reading: Reading) -> Register:
    day = today(context)
    rows = list(current(context).annotate(state=Subquery(_state(context))))
    named = _named(context, rows[0].state) if rows else fingerprint(context)
    known = {facility.code: facility for facility in rows}
    owners = {(row.township.as_of(day).pk, compact(row.name)): row.code for row in rows}
    places = Places(context.district, day, units(context))
    register = Register(context, day, known, places, owners, named)
    if any(row.values.get("effective_on") for row in reading.rows):
        register.records = _records(context)
    return register


def _records(context: Context) -> dict[int, list[tuple[date, list[str]]]]:
    """The days of every facility's standing records and what each says: one query."""
    found = defaultdict(list)
    rows = FacilityRecord.objects.standing().filter(facility__in=facilities(context).values("pk"))
    for pk, day, asserted in rows.values_list("facility", "effective_on", "asserted"):
        found[pk].append((day, asserted))
    return found


def _row(register: Register, row: ReadRow, is_unread: bool) -> tuple[dict, list[Problem]]:
    """One row as it would be applied, and its problems; `is_unread` when one of its cells could not be read."""
    code = compact(row.values.get("code") or "")
    facility = register.facilities.get(code)
    values, problems = _placed(register, row, facility)
    problems += _identity(register, row, values, code, facility)
    case = Case(row, values, facility, register.day, register.since(facility))
    problems += rules.check(case)
    found = changes(SHEET, row, values, row_values(facility, register.day) if facility else {})
    problems += _overtaken(register, case, [line["key"] for line in found])
    wrong = is_unread or any(problem.level == Level.ERROR for problem in problems)
    action = "wrong" if wrong else "new" if facility is None else "changed" if found else "unchanged"
    return _staged(case, action, code, found), problems


def _staged(case: Case, action: str, code: str, found: list[dict]) -> dict:
    """Of a new facility all that is filled in, of a known one what differs; the day and the reason beside it."""
    row, values, facility = case.row, case.values, case.known
    written = {line["key"]: values[line["key"]] for line in found} if action in ("new", "changed") else {}
    beside = [
        change(SHEET[key], None, values[key], row.cells[key]) for key in ("effective_on", "reason") if values.get(key)
    ]
    place = (
        []
        if facility
        else [change(SHEET["township"], None, _name(values.get("township")), row.cells.get("township", ""))]
    )
    township = values.get("township")
    return {
        "action": action,
        "sheet": row.sheet,
        "number": row.number,
        "code": code,
        "name": values.get("name") or (facility.name if facility else ""),
        "facility": facility.pk if facility else None,
        "township": township.pk if township and not facility else None,
        "effective_on": pack(values.get("effective_on")),
        "reason": values.get("reason") or "",
        "changes": [*place, *found, *beside] if found else [],
        "values": pack({column_of(key): stored(key, value) for key, value in written.items()}),
        "sources": {column_of(key): f"{row.sheet}!{row.cells[key]}" for key in written if key in row.cells},
    }


def _name(region: Region | None) -> str | None:
    return region.short_name if region else None


def _placed(register: Register, row: ReadRow, facility: Facility | None) -> tuple[dict, list[Problem]]:
    """The row's values with its place names turned into units; an unknown name is a problem, and no value."""
    values = dict(row.values)
    problems = list(_township(register, row, values, facility))
    home = values.get("township") or (facility.township.as_of(register.day) if facility else None)
    if values.get("village") and not isinstance(values["village"], Region):
        problems += _village(register, row, values, home)
    return values, problems


def _township(register: Register, row: ReadRow, values: dict, facility: Facility | None) -> Iterator[Problem]:
    name = values.pop("township", None)
    if not name:
        return
    found = register.places.townships.match(name)
    if found is None:
        near = register.places.townships.proposal(name)
        hint = f"是不是“{near[0].short_name}”？请改成正确的名称；是同一单位的，也可以先在“名称对照”里确认" if near else (
            "请从下拉列表里选择"
        )  # fmt: skip
        where = register.context.region
        yield problem(row, "township", "unknown_township", f"{where}没有名为“{name}”的乡镇（街道）", hint)
        return
    values["township"] = found
    if facility and facility.township.as_of(register.day).pk != found.pk:
        values["township"] = facility.township.as_of(register.day)
        yield problem(
            row, "township", "township_fixed", f"这个设施登记在{values['township']}，所属乡镇（街道）不能更改",
            f"请改回“{values['township']}”；区划调整由系统按承继关系处理",
        )  # fmt: skip


def _village(register: Register, row: ReadRow, values: dict, home: Region | None) -> Iterator[Problem]:
    name = values.pop("village")
    if home is None:
        return
    found = register.places.village(home, name)
    if found is not None:
        values["village"] = found
        return
    near = register.places.similar_village(home, name)
    hint = f"是不是“{near.short_name}”？请改成正确的名称" if near else "请填写该乡镇（街道）现有的村（社区）"
    yield problem(row, "village", "unknown_village", f"{home}没有名为“{name}”的村（社区），或有同名的", hint)


def _identity(register: Register, row: ReadRow, values: dict, code: str, facility) -> Iterator[Problem]:
    name, township = values.get("name") or "", values.get("township")
    owner = register.owners.get((township.pk, compact(name))) if township else None
    if code and facility is None:
        yield problem(
            row, "code", "unknown_code", f"{register.context.region}没有编码为 {code} 的设施",
            "新增设施请把编码留空；其他设施请核对编码",
        )  # fmt: skip
    elif owner and owner != code and (facility is None or compact(facility.name) != compact(name)):
        yield problem(
            row, "name", "already_registered", f"{township}已经登记了“{name}”，编码是 {owner}",
            rulebook.own_code(owner, code),
        )  # fmt: skip
    elif not code and township is None and not row.raw.get("township"):
        yield problem(row, "name", "no_township", "新增设施没有填乡镇（街道）", "请填写所在的乡镇（街道）")


def _overtaken(register: Register, case: Case, keys: list[str]) -> Iterator[Problem]:
    """A change in the past that somebody has already recorded anew for a later day."""
    if case.known is None or "effective_on" not in case.values or case.day >= register.day:
        return
    names = register.later(case.known, case.day, [column_of(key) for key in keys])
    if names:
        labels = "、".join(SHEET[name.removesuffix("_id")].heading for name in names)
        yield problem(
            case.row, "effective_on", "recorded_later", f"{case.day:%Y-%m-%d} 之后另行登记过{labels}",
            "这一行只补登那一天的情况，后来的值保持不变", Level.WARNING,
        )  # fmt: skip


def _missing(facility: Facility) -> tuple[dict, list[Problem]]:
    staged = {
        "action": "missing", "sheet": "", "number": 0, "code": facility.code, "name": facility.name,
        "facility": facility.pk, "changes": [], "values": {}, "sources": {},
    }  # fmt: skip
    message = f"登记里有“{facility.name}”（{facility.code}），本表没有这一行"
    hint = "设施的登记不会删除；不需要改的设施可以不列"
    return staged, [Problem(MISSING_ROW, message, hint, Level.WARNING)]

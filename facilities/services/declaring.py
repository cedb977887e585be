"""Declaring one fact of many units at once, on one piece of evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from eldercare import audit, clock
from eldercare.policies import pack
from eldercare.regions import Region
from eldercare.review import Denied, MoveRefused
from facilities import history, knowledge
from facilities.models import Declaration
from facilities.unitquestions import UnitQuestion, concerns

MOST = 500
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Declared:
    """What a bulk declaration came to: the new records, and the units of which the same was recorded already."""

    rows: tuple[Declaration, ...]
    unchanged: tuple[Region, ...]


def declare_units(
    units: Sequence[Region], asked: UnitQuestion, *, value: object, evidence: str, starts_on: date, by
) -> Declared:
    """Record one answer of several units from a day on, all or none.

    A unit whose declaration in force says the same on the same evidence gets no second one. MoveRefused with every
    problem of the request; Denied without the right or outside the scope.
    """
    _may(units, by)
    evidence = evidence.strip()
    if problems := [*_problems(units, asked, value), *_evidence(asked, evidence), *_day(starts_on)]:
        raise MoveRefused("".join(problems))
    with transaction.atomic():
        history.lock_townships(sorted({unit.pk if unit.is_township else unit.parent_id for unit in units}))
        return _write(units, asked.fact, pack(value), evidence, starts_on, by)


def _may(units: Sequence[Region], by) -> None:
    if not by.has_perm("facilities.add_declaration"):
        raise Denied("您的角色不能登记认定。")
    ids = {unit.pk for unit in units}
    if Region.objects.visible_to(by).filter(pk__in=ids).count() != len(ids):
        raise Denied("所选单位中有不在您管理范围内的。")


def _problems(units: Sequence[Region], asked: UnitQuestion, value: object) -> list[str]:
    found = []
    if not units:
        found.append("请至少勾选一个单位。")
    if len(units) > MOST:
        found.append(f"一次最多认定 {MOST} 个单位，请分批办理。")
    if strange := [str(unit) for unit in units if not concerns(unit, asked)]:
        found.append(f"这一项不适用于{'、'.join(strange[:5])}。")
    if not _fits(asked, value):
        found.append("请填写认定结果。")
    return found


def _fits(asked: UnitQuestion, value: object) -> bool:
    """Whether the answer is one the question can have."""
    question, kind = asked.question, asked.question.fact.type
    if kind == "boolean":
        return isinstance(value, bool)
    if question.choices and kind == "text":
        return value in question.choices
    return value is not None and value != ""


def _evidence(asked: UnitQuestion, evidence: str) -> list[str]:
    if not evidence and asked.question.needs_evidence:
        return [f"请填写依据{f'（{asked.question.evidence}）' if asked.question.evidence else ''}。"]
    if len(evidence) > LONGEST:
        return [f"依据最多 {LONGEST} 个字，现有 {len(evidence)} 个字。"]
    return ["依据中有不能识别的字符，请重新输入。"] if any(ord(letter) < 32 for letter in evidence) else []


def _day(starts_on: date) -> list[str]:
    first, last = clock.YEARS
    return [] if first <= starts_on.year <= last else [f"起始日期应在 {first} 年到 {last} 年之间。"]


def _write(units: Sequence[Region], fact: str, value: object, evidence: str, starts_on: date, by) -> Declared:
    standing = {pk: row for pk, row in knowledge.about_regions([u.pk for u in units], starts_on) if row.fact == fact}
    rows, unchanged = [], []
    for unit in units:
        before = standing.get(unit.pk)
        if before and (before.value, before.evidence) == (value, evidence):
            unchanged.append(unit)
            continue
        told = {"fact": fact, "value": value, "evidence": evidence, "starts_on": starts_on, "region": unit}
        row = Declaration.objects.create(**told, recorded_by=by, recorded_at=clock.now())
        audit.record("record.created", by=by, target=row, detail={"fields": [evidence]})
        rows.append(row)
    return Declared(tuple(rows), tuple(unchanged))

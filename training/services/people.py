"""What a clerk does to an entry of the rosters: moves it to another unit, corrects it, merges two of one person, takes back.

Attendances count for the unit where the person was on the last day of the session; every change names its reason, keeps
what it replaced and leaves a record without the name or a number.
"""

from datetime import date

from django.db import transaction

from eldercare import audit, clock, regions
from eldercare.personal import digest, holds_number, veiled
from eldercare.review import Denied, MoveRefused
from eldercare.scoping import covers_row
from eldercare.sheets.text import compact
from training.changes import Change, PersonChange
from training.people import Certificate, Person
from training.rostersheet.register import Unit
from training.sessions import Attendance, TrainingSession
from training.teams import TeamMember

PERMISSION = "training.change_person"
REASON_LENGTH = 200


def move(person: Person, *, unit: Unit, on: date, reason: str, by) -> PersonChange:
    """A person belongs to another unit from a day. Raises Denied; MoveRefused for a day or unit that cannot be."""
    with transaction.atomic():
        row = _held(person, by)
        reason = _reason(reason)
        last = standing_moves(row).last()
        if on > row.district.default_as_of():
            raise MoveRefused(f"调动日期 {on} 还没有到，到了再登记。")
        if last and on <= last.on:
            raise MoveRefused(f"已登记 {last.on} 的调动，新的调动要在这一天之后；登记错了的请先撤销。")
        change = _placed(row, Change.MOVED, unit, reason, by, on)
        change.detail = {"refiled": _refile(row, change, on)}
        _keep(row, change, by, f"调动：{on} 起到{change.unit_name}")
    person.refresh_from_db()
    return change


def correct(
    person: Person, *, reason: str, by, name: str = "", unit: Unit | None = None, phone: str = ""
) -> PersonChange:
    """Correct what was entered wrongly from the outset; `phone` are digits. Raises Denied, and MoveRefused with the reason."""
    with transaction.atomic():
        row = _held(person, by)
        reason, name = _reason(reason), " ".join(name.split())
        unit = None if unit is None or _is_at(row, unit) else unit
        if not unit and (not name or name == row.name) and (not phone or phone == row.phone):
            raise MoveRefused("没有改动：请填写要更正的姓名、单位或电话。")
        if unit and standing_moves(row).exists():
            raise MoveRefused("这个人登记过调动，单位不能直接更正；请先撤销调动。")
        if holds_number(name):
            raise MoveRefused("姓名里写了号码，请只写姓名；电话写在“正确的电话”里。")
        own = unit or Unit("", row.unit_shown, row.unit)
        change = _placed(row, Change.CORRECTED, own, reason, by)
        if name and name != row.name:
            change.name_before, row.name = row.name, name[:40]
        if phone and phone != row.phone:
            change.phone_changed, row.phone, row.phone_digest = True, phone, digest(phone)
        change.detail = {"refiled": _refile(row, change, None) if unit else {}}
        fields = [words for words, is_so in _corrected(change) if is_so]
        _keep(row, change, by, f"更正：{'、'.join(fields)}")
    person.refresh_from_db()
    return change


def retract(change: PersonChange, *, by) -> None:
    """Take the last move back: the person and the attendances belong to the unit before. Raises Denied, MoveRefused."""
    with transaction.atomic():
        row = _held(change.person, by)
        last = standing_moves(row).last()
        if last is None or last.pk != change.pk:
            raise MoveRefused("只能撤销最近一次还有效的调动。")
        last.retracted_at, last.retracted_by = clock.now(), by
        last.save(update_fields=["retracted_at", "retracted_by"])
        row.unit_id, row.unit_name = last.from_unit_id, last.from_unit_name
        row.save(update_fields=["unit", "unit_name"])
        for pk, (unit, name) in last.detail["refiled"].items():
            Attendance.objects.filter(pk=pk, person=row).update(unit=unit, unit_name=name)
        _record(row, by, f"撤销 {last.on} 的调动")
    change.refresh_from_db()


def merge(kept: Person, other: Person, *, reason: str, by) -> PersonChange:
    """Make one person of two entries that a clerk is sure are one. Certificates of both stay; it is not taken apart again.

    Where both stand in one session or team, the row that says more stands. Raises Denied, and MoveRefused.
    """
    if kept.pk == other.pk or kept.district_id != other.district_id:
        raise MoveRefused("请选择本区县的另一条登记。")
    with transaction.atomic():
        regions.lock([kept.district_id])
        row, gone, reason = _held(kept, by), _held(other, by), _reason(reason)
        detail = {"attendances": _take_attendances(row, gone, by), "members": _take_memberships(row, gone, by)}
        certificates = Certificate.objects.filter(person=gone)
        detail["certificates"] = sorted(certificates.values_list("pk", flat=True))
        certificates.update(person=row)
        if gone.phone and not row.phone:
            row.phone, row.phone_digest = gone.phone, gone.phone_digest
        Person.objects.filter(merged_into=gone).update(merged_into=row)
        gone.merged_into, gone.merged_at, gone.merged_by = row, clock.now(), by
        gone.save(update_fields=["merged_into", "merged_at", "merged_by"])
        change = PersonChange(person=row, kind=Change.MERGED, other=gone, reason=reason, detail=detail)
        _keep(row, change, by, f"合并：{gone.pk} 号登记并入")
        _record(gone, by, f"合并：并入 {row.pk} 号登记")
    kept.refresh_from_db()
    other.refresh_from_db()
    return change


def standing_moves(person: Person):
    """The moves that hold, in the order of their days."""
    return PersonChange.objects.filter(person=person, kind=Change.MOVED, retracted_at__isnull=True).order_by("on")


def settle(session: TrainingSession) -> None:
    """Let a session's attendances count where people were on its last day, after that day has changed."""
    rows = {row.person_id: row for row in Attendance.objects.filter(session=session).select_related("unit")}
    moves = PersonChange.objects.filter(person__in=rows, kind=Change.MOVED, retracted_at__isnull=True)
    for change in moves.select_related("unit", "from_unit").order_by("on"):
        row, refiled = rows[change.person_id], change.detail["refiled"]
        if session.ends_on < change.on and str(row.pk) in refiled:
            row.unit_id, row.unit_name = refiled.pop(str(row.pk))
        elif session.ends_on >= change.on and _counts_for(row, change.from_unit_id, change.from_unit_name):
            refiled[str(row.pk)] = [row.unit_id, row.unit_name]
            row.unit_id, row.unit_name = change.unit_id, change.unit_name
        change.save(update_fields=["detail"])
        row.save(update_fields=["unit", "unit_name"])


def _held(person: Person, by) -> Person:
    """The entry, locked, and the district's rosters with it, so that nobody is matched with what is just changing."""
    if not by.has_perm(PERMISSION) or not covers_row(by, person):
        raise Denied("您的角色不能更改名册人员。")
    regions.lock([person.district_id])
    row = Person.objects.select_for_update(of=("self",)).select_related("district", "unit").get(pk=person.pk)
    if row.erased_at:
        raise MoveRefused("这个人的信息已按期清除，不能再改。")
    if row.merged_into_id:
        raise MoveRefused(f"这条登记已并入 {row.merged_into_id} 号，请在那里办理。")
    return row


def _reason(text: str) -> str:
    if len(text.strip()) < 2:
        raise MoveRefused("请写明原因。")
    return veiled(text.strip()[:REASON_LENGTH])


def _is_at(row: Person, unit: Unit) -> bool:
    if unit.region:
        return unit.region.pk == row.unit_id
    return row.unit_id is None and compact(unit.name) == compact(row.unit_name)


def _placed(row: Person, kind: str, unit: Unit, reason: str, by, on: date | None = None) -> PersonChange:
    """The change of unit, and the person with it."""
    if kind == Change.MOVED and _is_at(row, unit):
        raise MoveRefused(f"这个人现在就在{row.unit_shown}。")
    change = PersonChange(
        person=row, kind=kind, on=on, reason=reason, from_unit_id=row.unit_id, from_unit_name=row.unit_shown,
        unit=unit.region, unit_name=unit.name,
    )  # fmt: skip
    row.unit, row.unit_name = unit.region, unit.name
    return change


def _refile(row: Person, change: PersonChange, since: date | None) -> dict[str, list]:
    """Let the attendances of the old unit count for the new one, from a day or always; what they counted for before."""
    before = {
        str(each.pk): [each.unit_id, each.unit_name]
        for each in Attendance.objects.filter(person=row).select_related("session")
        if (since is None or each.session.ends_on >= since)
        and _counts_for(each, change.from_unit_id, change.from_unit_name)
    }
    Attendance.objects.filter(pk__in=before).update(unit=change.unit, unit_name=change.unit_name)
    return before


def _counts_for(row: Attendance, unit: int | None, name: str) -> bool:
    return row.unit_id == unit if unit else row.unit_id is None and compact(row.unit_name) == compact(name)


def _corrected(change: PersonChange) -> list[tuple[str, bool]]:
    return [("姓名", bool(change.name_before)), ("联系电话", change.phone_changed), ("单位", change.moves)]


def _keep(row: Person, change: PersonChange, by, words: str) -> None:
    row.save()
    change.recorded_at, change.recorded_by = clock.now(), by
    change.save()
    _record(row, by, words)


def _record(row: Person, by, words: str) -> None:
    """The audit trail calls a person by number: the name is to go one day."""
    audit.record("record.changed", by=by, target=row, named=f"名册人员 {row.pk} 号", detail={"fields": [words]})


def _take_attendances(row: Person, gone: Person, by) -> dict[str, list[int]]:
    """Attendances of both under one person; of two in one session the one that says more stands."""
    live = {each.session_id: each for each in Attendance.objects.filter(person=row, retracted_at=None)}
    doubled = []
    for each in Attendance.objects.filter(person=gone, retracted_at=None, session__in=live):
        own = live[each.session_id]
        doubled.append(own.pk if each.completed and not own.completed else each.pk)
    Attendance.objects.filter(pk__in=doubled).update(retracted_at=clock.now(), retracted_by=by)
    taken = sorted(Attendance.objects.filter(person=gone).values_list("pk", flat=True))
    Attendance.objects.filter(pk__in=taken).update(person=row)
    return {"taken": taken, "retracted": sorted(doubled)}


def _take_memberships(row: Person, gone: Person, by) -> dict[str, list[int]]:
    """Memberships of both under one person; of two in one team the one of the kept entry stands."""
    standing = {"retracted_at": None, "ends_on": None}
    own = {(m.village_id, m.kind, m.team) for m in TeamMember.objects.filter(person=row, **standing)}
    rows = TeamMember.objects.filter(person=gone, **standing)
    doubled = sorted(m.pk for m in rows if (m.village_id, m.kind, m.team) in own)
    TeamMember.objects.filter(pk__in=doubled).update(retracted_at=clock.now(), retracted_by=by)
    taken = sorted(TeamMember.objects.filter(person=gone).values_list("pk", flat=True))
    TeamMember.objects.filter(pk__in=taken).update(person=row)
    return {"taken": taken, "retracted": doubled}

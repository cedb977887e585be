"""What a roster of village teams would change: each row beside the members that are registered; numbers only sealed."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from django.db.models import Count, Exists, Max, OuterRef, Q

from eldercare.names import NameBook
from eldercare.personal import digest, holds_number, masked, sealed
from eldercare.regions import VILLAGE_KINDS
from eldercare.sheets.cells import Level, Problem
from eldercare.sheets.columns import Reading, ReadRow
from eldercare.sheets.text import compact
from eldercare.uploads import MISSING_ROW, Comparison, Context
from training.changes import PersonChange
from training.people import Person
from training.rostersheet.comparing import OTHER
from training.rostersheet.sheet import phone as phone_digits
from training.sessions import Attendance
from training.teams import TeamKind, TeamMember
from training.teamsheet.sheet import ASTRAY, SHEET, WORDS

SHOWN = ("duty", "starts_on", "ends_on")
ANYWHERE = 0


class Namesake(NamedTuple):
    """An entry of the register under a name, and the person it stands for: another one where it was merged."""

    entry: Person
    person: Person


@dataclass(slots=True)
class Books:
    """A township's villages by name, its members who stand, and the people of the district by name."""

    villages: NameBook
    members: dict[tuple, TeamMember]
    people: dict[str, list[Namesake]]
    homes: dict[int, set[int]]
    answers: dict
    today: date
    seen: dict[tuple, list[tuple]] = field(default_factory=dict)
    meant: dict[tuple, str] = field(default_factory=dict)


def fingerprint(context: Context) -> str:
    """Names the state compared with: the district's people, their numbers of rows, and the township's members."""
    people = Person.objects.filter(district=context.district)
    members = TeamMember.objects.under(context.region)
    parts = [people.aggregate(last=Max("pk"), n=Count("pk"), erased=Max("erased_at"))]
    changes = PersonChange.objects.filter(person__district=context.district)
    parts.append(changes.aggregate(last=Max("pk"), gone=Max("retracted_at")))
    parts.append(members.aggregate(last=Max("pk"), n=Count("pk"), gone=Max("retracted_at")))
    return hashlib.sha256(repr((context.region.code, parts)).encode()).hexdigest()


def compare(context: Context, reading: Reading) -> Comparison:
    """Match every row with its village, person and membership; nothing is written."""
    result = Comparison(fingerprint=fingerprint(context))
    books = _books(context, {compact(row.values.get("name") or "") for row in reading.rows})
    unread = {problem.cell for problem in reading.errors}
    heading = SHEET["phone"].heading
    reading.problems = [replace(p, read="") if p.column == heading else p for p in reading.problems]
    told = set()
    for row in reading.rows:
        staged, problems = _row(books, row, not unread.isdisjoint(row.cells.values()))
        result.rows.append(staged)
        result.problems += problems
        told.add(staged["member"])
    result.questions = sum(row["question"] is not None and row["action"] != "wrong" for row in result.rows)
    missing = [member for member in books.members.values() if member.pk not in told] if reading.rows else []
    result.rows += [_missing(member) for member in missing]
    result.problems += [_missing_problem(member) for member in missing]
    return result


def _books(context: Context, names: set[str]) -> Books:
    standing = Q(retracted_at__isnull=True, ends_on__isnull=True, person__erased_at__isnull=True)
    members = TeamMember.objects.under(context.region).filter(standing).select_related("person", "village")
    trained = Attendance.objects.filter(person=OuterRef("pk"), retracted_at__isnull=True)
    rows = Person.objects.filter(district=context.district, erased_at__isnull=True).annotate(trains=Exists(trained))
    entries = {row.pk: row for row in rows.order_by("pk")}
    people: dict[str, list[Namesake]] = {}
    for entry in entries.values():
        if (name := compact(entry.name)) in names:
            people.setdefault(name, []).append(Namesake(entry, entries.get(entry.merged_into_id, entry)))
    homes: dict[int, set[int]] = {}
    for person, village in (
        TeamMember.objects.under(context.region).filter(retracted_at=None).values_list("person", "village")
    ):
        homes.setdefault(person, set()).add(village)
    villages = NameBook(context.district, context.district.default_as_of(), VILLAGE_KINDS, within_region=context.region)
    lineage = set(context.region.lineage())
    for namesake in (one for found in people.values() for one in found):
        # Who was trained as somebody of the township may be of any of its villages.
        if namesake.person.trains and namesake.person.unit_id in lineage:
            homes.setdefault(namesake.person.pk, set()).add(ANYWHERE)
    standing_members = {_key(row, row.person_id): row for row in members}
    return Books(villages, standing_members, people, homes, context.answers, context.district.default_as_of())


def _key(member: TeamMember, person: int) -> tuple:
    return member.village_id, member.kind, compact(member.team), person


def _row(books: Books, row: ReadRow, is_unread: bool) -> tuple[dict, list[Problem]]:
    """One row as it would be applied, and its problems."""
    problems: list[Problem] = []
    values = row.values
    village = books.villages.match(values["village"]) if values.get("village") else None
    if values.get("village") and village is None:
        problems.append(_problem(row, "village", "unknown_village", *_near(books, values["village"])))
    number = phone_digits(values.get("phone"))
    if number is None:
        hint = "填 11 位手机号码，或带区号的座机号码；没有请留空"
        problems.append(_problem(row, "phone", "not_phone", "不是电话号码", hint))
    problems += [*_days(row, books.today), *_astray(row)]
    person, question = None, None
    if village and values.get("name") and not problems and not is_unread:
        person, question = _person(books, row, village.pk, number or "")
        _once(books, row, village.pk, number or "", problems)
        _meant_once(books, row, village.pk, person, problems)
    wrong = is_unread or bool(problems)
    return _staged(books, row, village, person, number or "", wrong) | {"question": question}, problems


def _days(row: ReadRow, today: date) -> list[Problem]:
    starts, ends = row.values.get("starts_on"), row.values.get("ends_on")
    for key, day in (("starts_on", starts), ("ends_on", ends)):
        if day and day > today:
            return [_problem(row, key, "not_yet", f"{SHEET[key].heading} {day} 还没有到", "到了那一天再登记")]
    if starts and ends and ends < starts:
        said = f"退出日期 {ends} 早于加入日期 {starts}"
        return [_problem(row, "ends_on", "ends_before", said, "请核对两个日期")]
    return []


def _astray(row: ReadRow) -> list[Problem]:
    """Numbers in cells that everybody may see."""
    found = [key for key in WORDS if holds_number(row.values.get(key) or "")]
    return [_problem(row, key, "number_astray", f"“{SHEET[key].heading}”里写了号码", ASTRAY) for key in found]


def _near(books: Books, name: str) -> tuple[str, str]:
    near = books.villages.proposal(name)
    hint = f"是否为“{near[0]}”？请改正" if near else "请写区划名录里的村（社区）名称"
    return "不是本乡镇（街道）的村（社区）", hint


def _person(books: Books, row: ReadRow, village: int, number: str) -> tuple[Person | None, dict | None]:
    """The registered person that a row means, None for a new one; a question where a namesake may be the same person."""
    namesakes = books.people.get(compact(row.values["name"]), [])
    here = [one for one in namesakes if {village, ANYWHERE} & books.homes.get(one.person.pk, set())]
    same = [one for one in namesakes if number and one.entry.phone_digest == digest(number)]
    same = same or ([] if number else _without_phone(books, row, village, namesakes))
    if same:
        return same[0].person, None
    doubtful = {one.person.pk: one.person for one in here}
    return _asked(books, row, doubtful) if doubtful else (None, None)


def _without_phone(books: Books, row: ReadRow, village: int, namesakes: list[Namesake]) -> list[Namesake]:
    """Whom a row without phone means for certain: the one member of that name in that team, as the sheet sent out has it,
    or somebody of the village who is registered without phone too.
    """
    team = (village, row.values.get("kind"), compact(row.values.get("team") or ""))
    members = {one.person.pk: one for one in namesakes if (*team, one.person.pk) in books.members}
    if len(members) == 1:
        return [*members.values()]
    return [
        one
        for one in namesakes
        if not one.person.phone_digest
        and (village in books.homes.get(one.person.pk, ()) or one.person.unit_id == village)
    ]


def _asked(books: Books, row: ReadRow, doubtful: dict[int, Person]) -> tuple[Person | None, dict | None]:
    """The person who sends says whether it is one of the namesakes; without an answer the row waits."""
    key = row.cells.get("name", str(row.number))
    said = books.answers.get(key, "")
    if said == OTHER:
        return None, None
    chosen = [person for pk, person in doubtful.items() if said == f"same:{pk}"]
    if chosen:
        return chosen[0], None
    shown = [(f"same:{pk}", f"同一人（登记的电话 {row.masked_phone or '没有'}）") for pk, row in doubtful.items()]
    about = "登记里本村或本乡镇（街道）有同名的人，电话不同或没有填"
    return None, {"key": key, "message": about, "choices": [*shown, (OTHER, "另一人，新登记")]}


def _meant_once(books: Books, row: ReadRow, village: int, person: Person | None, problems: list[Problem]) -> None:
    """Two rows that were answered as one person are one row of a team too many."""
    if person is None or problems:
        return
    key = (village, row.values.get("kind"), compact(row.values.get("team") or ""), person.pk)
    if key in books.meant:
        hint = "同一支队伍里一个人只留一行"
        problems.append(_problem(row, "name", "repeated", f"与 {books.meant[key]} 是同一个人", hint))
    books.meant.setdefault(key, row.cells.get("name", ""))


def _once(books: Books, row: ReadRow, village: int, number: str, problems: list[Problem]) -> None:
    """Nobody stands twice in one team of a sheet, and namesakes of one village are told apart by their phones."""
    team, cell = (row.values.get("kind"), compact(row.values.get("team") or "")), row.cells.get("name", "")
    namesakes = books.seen.setdefault((village, compact(row.values["name"])), [])
    for other_number, other_team, other in namesakes:
        if other_number == number and other_team == team:
            hint = "同一支队伍里一个人只留一行；确是两个人的，请填上各自的电话"
            problems.append(_problem(row, "name", "repeated", f"与 {other} 是同一个人", hint))
        elif other_number != number and not (other_number and number):
            message = f"与 {other} 同村同名，两行只有一行填了电话，认不出是不是同一个人"
            problems.append(_problem(row, "phone", "which_person", message, "请把两行的电话都填上，或都不填"))
    namesakes.append((number, team, cell))


def _staged(books: Books, row: ReadRow, village, person: Person | None, number: str, wrong: bool) -> dict:
    values = row.values
    team = " ".join((values.get("team") or "").split())
    key = (village.pk, values.get("kind"), compact(team), person.pk) if village and person else None
    member = books.members.get(key)
    old = {name: getattr(member, name) or None for name in SHOWN} if member else {}
    new = {name: values.get(name) or None for name in SHOWN}
    changes = (
        [] if wrong else [_change(row, name, old.get(name), new[name]) for name in SHOWN if old.get(name) != new[name]]
    )
    action = "wrong" if wrong else "new" if member is None else "changed" if changes else "unchanged"
    return {
        "action": action,
        "number": row.number,
        "name": values.get("name") or "",
        "place": f"{village or values.get('village') or ''} {TeamKind(values['kind']).label if values.get('kind') else ''}",
        "changes": changes,
        "village": village.pk if village else None,
        "kind": values.get("kind") or "",
        "team": team,
        "person": person.pk if person else None,
        "member": member.pk if member else None,
        "duty": values.get("duty") or "",
        "starts_on": str(values["starts_on"]) if values.get("starts_on") else None,
        "ends_on": str(values["ends_on"]) if values.get("ends_on") else None,
        "phone": "" if wrong else sealed(number),
        "phone_shown": masked(number),
        "sources": {key: f"{row.sheet}!{cell}" for key, cell in row.cells.items()},
    }  # fmt: skip


def _change(row: ReadRow, name: str, old: object, new: object) -> dict:
    column = SHEET[name]
    return {"label": column.heading, "cell": row.cells.get(name, ""), "old": column.show(old), "new": column.show(new)}


def _missing(member: TeamMember) -> dict:
    place = f"{member.village} {member.get_kind_display()}"
    return {"action": "missing", "name": member.person.name, "place": place, "changes": [], "member": member.pk}


def _missing_problem(member: TeamMember) -> Problem:
    said = f"登记里有{member.village}{member.get_kind_display()} {member.person.name}，本表没有"
    return Problem(MISSING_ROW, said, "登记不会因此删去；已经退出的请保留该行并填退出日期", Level.WARNING)


def _problem(row: ReadRow, key: str, code: str, message: str, hint: str) -> Problem:
    """An error at one cell of the row; what stands in the cell of a phone is not repeated."""
    read = "" if key == "phone" else str(row.values.get(key) or "")
    return Problem(code, message, hint, Level.ERROR, row.sheet, row.cells.get(key, ""), SHEET[key].heading, read)

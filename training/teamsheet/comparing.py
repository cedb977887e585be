"""What a roster of village teams would change: each row beside the members that are registered; numbers only sealed."""

import hashlib
from dataclasses import dataclass, field, replace

from django.db.models import Count, Max, Q

from eldercare.names import NameBook
from eldercare.personal import digest, masked, sealed
from eldercare.regions import VILLAGE_KINDS
from eldercare.sheets.cells import Level, Problem
from eldercare.sheets.columns import Reading, ReadRow
from eldercare.sheets.text import compact
from eldercare.uploads import MISSING_ROW, Comparison, Context
from training.people import Person
from training.rostersheet.sheet import phone as phone_digits
from training.teams import TeamKind, TeamMember
from training.teamsheet.sheet import SHEET

SHOWN = ("duty", "starts_on", "ends_on")


@dataclass(slots=True)
class Books:
    """A township's villages by name, its members who stand, and the people of the district by name."""

    villages: NameBook
    members: dict[tuple, TeamMember]
    people: dict[str, list[Person]]
    homes: dict[int, set[int]]
    seen: dict[tuple, list[tuple]] = field(default_factory=dict)


def fingerprint(context: Context) -> str:
    """Names the state compared with: the district's people, their numbers of rows, and the township's members."""
    people = Person.objects.filter(district=context.district)
    members = TeamMember.objects.under(context.region)
    parts = [people.aggregate(last=Max("pk"), n=Count("pk"), erased=Max("erased_at"))]
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
    missing = [member for member in books.members.values() if member.pk not in told] if reading.rows else []
    result.rows += [_missing(member) for member in missing]
    result.problems += [_missing_problem(member) for member in missing]
    return result


def _books(context: Context, names: set[str]) -> Books:
    standing = Q(retracted_at__isnull=True, ends_on__isnull=True, person__erased_at__isnull=True)
    members = TeamMember.objects.under(context.region).filter(standing).select_related("person", "village")
    people: dict[str, list[Person]] = {}
    for person in Person.objects.filter(district=context.district, erased_at__isnull=True).order_by("pk"):
        if (name := compact(person.name)) in names:
            people.setdefault(name, []).append(person)
    homes: dict[int, set[int]] = {}
    for person, village in (
        TeamMember.objects.under(context.region).filter(retracted_at=None).values_list("person", "village")
    ):
        homes.setdefault(person, set()).add(village)
    villages = NameBook(context.district, context.district.default_as_of(), VILLAGE_KINDS, within_region=context.region)
    return Books(villages, {_key(row, row.person_id): row for row in members}, people, homes)


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
    starts, ends = values.get("starts_on"), values.get("ends_on")
    if starts and ends and ends < starts:
        problems.append(
            _problem(row, "ends_on", "ends_before", f"退出日期 {ends} 早于加入日期 {starts}", "请核对两个日期")
        )
    person = None
    if village and values.get("name") and not problems and not is_unread:
        person = _person(books, row, village.pk, number or "", problems)
        _once(books, row, village.pk, number or "", problems)
    wrong = is_unread or bool(problems)
    return _staged(books, row, village, person, number or "", wrong), problems


def _near(books: Books, name: str) -> tuple[str, str]:
    near = books.villages.proposal(name)
    hint = f"是否为“{near[0]}”？请改正" if near else "请写区划名录里的村（社区）名称"
    return "不是本乡镇（街道）的村（社区）", hint


def _person(books: Books, row: ReadRow, village: int, number: str, problems: list[Problem]) -> Person | None:
    """The registered person that a row means, None for a new one; a namesake who cannot be told apart is an error."""
    namesakes = books.people.get(compact(row.values["name"]), [])
    same = [person for person in namesakes if number and person.phone_digest == digest(number)]
    here = [person for person in namesakes if village in books.homes.get(person.pk, ())]
    same = same or [person for person in here if not number and not person.phone_digest]
    if same:
        return same[0]
    doubtful = [person for person in here if not number or not person.phone_digest]
    if doubtful and not number:
        shown = doubtful[0].masked_phone
        message = f"登记里本村有同名的人（电话 {shown}），这一行没有填电话"
        problems.append(_problem(row, "phone", "which_person", message, "请填上电话，以便认出是不是同一个人"))
    elif doubtful:
        hint = "请先按登记留空电话，或改用可以区分的姓名（如加“大”“小”）"
        problems.append(
            _problem(row, "phone", "which_person", "登记里本村有同名的人，没有登记电话，认不出是不是同一个人", hint)
        )
    return None


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

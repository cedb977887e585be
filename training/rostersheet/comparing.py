"""What a roster would do, row by row: new, changed or unchanged, what is wrong with it, and who is to be asked about."""

import hashlib
from dataclasses import dataclass, field

from django.db.models import Count, Max

from eldercare.personal import digest, holds_number, masked, sealed
from eldercare.sheets.cells import Level, Problem
from eldercare.sheets.columns import Reading, ReadRow
from eldercare.sheets.text import compact
from eldercare.uploads import Comparison, Context
from training import matching
from training.matching import Entry, How, Verdict
from training.models import Attendance, Certificate, Person, PersonChange, TrainingSession
from training.rostersheet import register, sheet
from training.rostersheet.register import Books, Unit
from training.rostersheet.sheet import SHEET, session_of

OTHER = "other"
YES_NO = {True: "是", False: "否"}


@dataclass(slots=True)
class Line:
    """One row on its way: what it says, whom it means, and what is wrong with it."""

    row: ReadRow
    entry: Entry | None = None
    unit: Unit | None = None
    phone: str = ""
    number: str = ""
    person: int | None = None
    question: dict | None = None
    problems: list[Problem] = field(default_factory=list)

    def say(self, key: str, code: str, message: str, hint: str = "", level: Level = Level.ERROR) -> None:
        """A problem at one cell of the row; nothing of a phone or certificate is repeated."""
        read = "" if key in sheet.PERSONAL else str(self.row.raw.get(key, ""))[:100]
        cell = self.row.cells.get(key, f"第 {self.row.number} 行")
        self.problems.append(Problem(code, message, hint, level, self.row.sheet, cell, SHEET[key].heading, read))

    @property
    def cell(self) -> str:
        return self.row.cells.get("name", f"{self.row.number}")

    @property
    def is_wrong(self) -> bool:
        return any(problem.level == Level.ERROR for problem in self.problems)


def fingerprint(context: Context) -> str:
    """Names the state that a roster is compared with: the session and the people, rosters and certificates known."""
    session = session_of(context)
    if session is None:
        return ""
    parts = [session.pk, session.role, session.ends_on, session.cancelled_at, session.capacity]
    for rows in (
        PersonChange.objects.filter(person__district=context.district),
        PersonChange.objects.filter(person__district=context.district, retracted_at__isnull=True),
        Person.objects.filter(district=context.district),
        Attendance.objects.filter(session__district=context.district),
        Attendance.objects.filter(session__district=context.district, retracted_at__isnull=True),
        Certificate.objects.filter(person__district=context.district),
    ):
        found = rows.aggregate(last=Max("pk"), number=Count("pk"))
        parts += [found["last"], found["number"]]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def compare(context: Context, reading: Reading) -> Comparison:
    """Match every row with units and people; nothing is written. Numbers leave the reading's problems."""
    reading.problems = sheet.hidden(reading.problems)
    session = session_of(context)
    result = Comparison(fingerprint=fingerprint(context))
    if session is None:
        result.problems = [Problem("no_session", "没有这个培训班。", "它可能不在您的管理范围内。")]
        return result
    lines = [_numbers(Line(row)) for row in reading.rows]
    books = register.books(session, {digest(line.number) for line in lines if line.number})
    for line in lines:
        _dates(line, session)
        _unit(line, books)
        _person(line, books, context.answers)
    _once_each(lines)
    _within_capacity(lines, session, books)
    result.rows = [_told(line, books) for line in lines]
    result.problems = [problem for line in lines for problem in line.problems]
    result.questions = sum(line.question is not None and not line.is_wrong for line in lines)
    return result


def _numbers(line: Line) -> Line:
    """Phone and certificate as they are compared."""
    values = line.row.values
    line.number = sheet.number(values.get("number"))
    phone = sheet.phone(values.get("phone"))
    if phone is None:
        line.say("phone", "not_phone", "不是电话号码", "填 11 位手机号码，或带区号的座机号码；没有请留空")
    line.phone = phone or ""
    if line.number.isdigit() and len(line.number) > 15 and line.number.endswith("000"):
        hint = "请把单元格设为文本格式，对照证书核对末几位"
        line.say("number", "rounded_number", "证书编号末三位是 000，可能被表格软件改成了数字", hint, Level.WARNING)
    for key in sheet.WORDS:
        if holds_number(values.get(key) or ""):
            line.say(key, "number_astray", f"“{SHEET[key].heading}”里写了号码", sheet.ASTRAY)
    return line


def _dates(line: Line, session: TrainingSession) -> None:
    values = line.row.values
    issued, expires = values.get("issued_on"), values.get("expires_on")
    if issued and expires and expires < issued:
        line.say("expires_on", "ends_before", f"有效期至 {expires} 早于发证日期 {issued}", "请对照证书核对两个日期")
    today = session.district.default_as_of()
    if issued and issued > today:
        line.say("issued_on", "not_yet", f"发证日期 {issued} 还没有到", "请对照证书核对")
    if values.get("completed") and session.ends_on > today:
        line.say(
            "completed", "not_yet", f"这个培训班 {session.ends_on} 才结业，现在不能填“是”", "请填“否”，结业后再传一次"
        )
    has_certificate = line.number or values.get("title")
    if (issued or expires) and not has_certificate:
        line.say("number", "no_certificate", "填了证书日期，没有填证书编号或证书名称", "请补上，或删去日期")


def _unit(line: Line, books: Books) -> None:
    name = line.row.values.get("unit")
    if not name:
        return
    line.unit = books.units.match(name)
    if line.unit is None:
        near = books.units.book.proposal(name)
        hint = (
            f"是否为“{near[0]}”？请改正，或由科员在“名称对照”里确认这个名称"
            if near
            else "请填本区县乡镇（街道）的名称，或培训指标表里的单位"
        )
        line.say("unit", "unknown_unit", "不是本区县的单位，也不是培训指标表里的单位", hint)


def _person(line: Line, books: Books, answers: dict) -> None:
    name = line.row.values.get("name")
    if not name or line.unit is None or line.is_wrong:
        return
    line.entry = Entry(compact(name), line.unit.key, digest(line.phone), digest(line.number))
    holder = books.holders.get(line.entry.number) if line.entry.number else None
    if holder and holder.person_id not in books.persons:
        line.say("number", "foreign_person", "这个证书编号登记在别的区县，或登记的人已按期清除", "请核对证书编号")
        return
    found = books.people.match(line.entry)
    if found.how == How.OTHER_NAME:
        other = books.persons[found.people[0].id]
        line.say("number", "other_name", f"这个证书编号登记的姓名是{other.name}", "请核对姓名和证书编号")
    elif found.how == How.OTHER_UNIT:
        other = books.persons[found.people[0].id]
        hint = "请核对单位；确已调动的，先由科员在“名册人员”里登记调动，再上传"
        line.say("unit", "other_unit", f"这个证书的持有人登记在{other.unit_shown}", hint)
    elif found.how == How.SAME:
        line.person = found.people[0].id
    elif found.how == How.ASK:
        _ask(line, found, books, answers)


def _ask(line: Line, found: Verdict, books: Books, answers: dict) -> None:
    """The person who sends says whether it is one of the namesakes; without an answer the row waits."""
    said = answers.get(line.cell, "")
    candidates = [books.persons[known.id] for known in found.people]
    if said == OTHER:
        return
    chosen = [person.pk for person in candidates if said == f"same:{person.pk}"]
    if chosen:
        line.person = chosen[0]
        return
    shown = [(f"same:{row.pk}", f"同一人（登记的电话 {row.masked_phone or '没有'}）") for row in candidates]
    about = f"登记里有{line.unit.name}的同名人员，电话不同或没有填"
    line.question = {"key": line.cell, "message": about, "choices": [*shown, (OTHER, "另一人，新登记")]}


def _once_each(lines: list[Line]) -> None:
    """Nobody stands twice in one roster, by what the rows say or by whom they were matched with."""
    known = [line for line in lines if line.entry]
    for first, second in matching.repeated([line.entry for line in known]):
        _is_repeated(known[second], known[first])
    by_person: dict[int, Line] = {}
    for line in lines:
        earlier = by_person.setdefault(line.person, line) if line.person else line
        if earlier is not line and not line.is_wrong:
            _is_repeated(line, earlier)


def _within_capacity(lines: list[Line], session: TrainingSession, books: Books) -> None:
    """Who comes in beyond the places that the session has is refused, one by one."""
    if session.capacity is None:
        return
    present = len(books.here)
    for line in lines:
        if line.entry is None or line.is_wrong or line.person in books.here:
            continue
        present += 1
        if present > session.capacity:
            hint = "请核对名册；确实多收了的，先在培训班里改名额"
            line.say("name", "beyond_capacity", f"这个培训班只有 {session.capacity} 个名额，这是第 {present} 人", hint)


def _is_repeated(line: Line, earlier: Line) -> None:
    hint = "同一个人只留一行；确是两个人的，请填上各自的电话"
    line.say("name", "repeated", f"与 {earlier.cell} 是同一个人", hint)


def _told(line: Line, books: Books) -> dict:
    """The row as the preview shows it and as it will be applied; numbers are sealed."""
    values, before = line.row.values, books.here.get(line.person)
    told = {"name": values.get("name") or "", "number": line.row.number, "cell": line.cell, "changes": []}
    told["unit"] = line.unit.name if line.unit else values.get("unit") or ""
    told["question"] = line.question
    if line.is_wrong or line.entry is None:
        return told | {"action": "wrong"}
    completed = bool(values.get("completed"))
    changes = _changes(line, before, books)
    holder = books.holders.get(line.entry.number) if line.entry.number else None
    return told | {
        "action": "new" if before is None else "changed" if changes else "unchanged",
        "changes": changes,
        "person": line.person,
        "before": before.pk if before else None,
        "region": line.unit.region.pk if line.unit.region else None,
        "completed": completed,
        "phone": sealed(line.phone),
        "phone_shown": masked(line.phone),
        "certificate": _certificate(line, holder),
        "sources": {**line.row.cells, "sheet": line.row.sheet},
    }


def _changes(line: Line, before: Attendance | None, books: Books) -> list[dict]:
    """What differs from the roster as it stands: completion, and a certificate that is not known yet."""
    completed = YES_NO[bool(line.row.values.get("completed"))]
    old = YES_NO[before.completed] if before else ""
    changes = []
    if old != completed:
        changes.append({"label": "结业", "cell": line.row.cells.get("completed", ""), "old": old, "new": completed})
    if line.entry.number and line.entry.number not in books.holders:
        shown = masked(line.number)
        changes.append({"label": "证书编号", "cell": line.row.cells.get("number", ""), "old": "", "new": shown})
    return changes


def _certificate(line: Line, holder: Certificate | None) -> dict | None:
    """The certificate of a row: the known one by its id, or what a new one holds."""
    values = line.row.values
    if not line.number and not values.get("title"):
        return None
    days = {key: values[key].isoformat() if values.get(key) else None for key in ("issued_on", "expires_on")}
    known = holder.pk if holder else None
    return {"id": known, "number": sealed(line.number), "title": values.get("title") or "", **days}

"""What confirming a roster writes, and how one roster is taken back whole."""

from datetime import date

from django.core.exceptions import PermissionDenied

from eldercare import clock
from eldercare.personal import digest, unsealed
from eldercare.review import MoveRefused
from eldercare.uploads import Context, Upload
from training.models import Attendance, Certificate, Person, TrainingSession
from training.rostersheet.sheet import session_of

NEW_CERTIFICATE, KNOWN_CERTIFICATE, REPLACED, PHONE = "new_certificate", "certificate", "replaces", "phone_added"


def admit(context: Context) -> str:
    """Why no roster may come in for this session now; empty when one may."""
    session = session_of(context)
    if session is None:
        return "没有这个培训班，或不在您的管理范围内。"
    if session.cancelled_at:
        return "这个培训班已经取消，不再接收名册。"
    return ""


def apply(upload: Upload, context: Context, rows: list[dict]) -> None:
    """Write people, certificates and attendances of the previewed rows, inside the confirming transaction."""
    session = session_of(context)
    if session is None or not context.by.has_perm("training.add_attendance"):
        raise PermissionDenied("您的角色不能登记培训名册。")
    if any(row.get("question") for row in rows):
        raise MoveRefused("还有没有答复的问题，请先逐处答复。")
    # Two rosters of one district wait for each other here, so that each sees the other's people.
    TrainingSession.objects.select_for_update().filter(district=session.district).order_by("pk").first()
    written = [row for row in rows if row["action"] in ("new", "changed")]
    people = _people(session, written)
    certificates = _certificates(session, written, people)
    _attendances(upload, session, written, people, certificates, context.by)


def _people(session: TrainingSession, rows: list[dict]) -> list[Person]:
    """The person of each row: known ones, with a phone added where none was known, and new ones."""
    ids = [row["person"] for row in rows if row["person"]]
    known = {row.pk: row for row in Person.objects.select_for_update(of=("self",)).filter(pk__in=ids)}
    people, new, completed = [], [], []
    for row in rows:
        person, phone = known.get(row["person"]), unsealed(row["phone"])
        if person is None:
            person = Person(
                district=session.district, unit_id=row["region"], unit_name=row["unit"], name=row["name"], phone=phone,
                phone_digest=digest(phone), is_demo=session.is_demo, created_at=clock.now(),
            )  # fmt: skip
            new.append(person)
        elif phone and not person.phone:
            person.phone, person.phone_digest = phone, digest(phone)
            row["sources"] |= {PHONE: True}
            completed.append(person)
        people.append(person)
    Person.objects.bulk_create(new)
    Person.objects.bulk_update(completed, ["phone", "phone_digest"])
    return people


def _certificates(session: TrainingSession, rows: list[dict], people: list[Person]) -> list[int | None]:
    """The certificate of each row, noted in its sources: known, or made now."""
    kept = _unnumbered(session, people)
    new, found = [], []
    for row, person in zip(rows, people, strict=True):
        told = row["certificate"]
        certificate = _known(told, person, kept) if told else None
        if told and certificate is None:
            certificate = _made(session, told, person)
            new.append(certificate)
            row["sources"] |= {NEW_CERTIFICATE: True}
        found.append(certificate)
    Certificate.objects.bulk_create(new)
    return [row if isinstance(row, int) or row is None else row.pk for row in found]


def _unnumbered(session: TrainingSession, people: list[Person]) -> dict[tuple, int]:
    rows = Certificate.objects.filter(person__in=[row.pk for row in people], role=session.role, number_digest="")
    return {
        (person, title, day): pk for pk, person, title, day in rows.values_list("pk", "person", "title", "issued_on")
    }


def _known(told: dict, person: Person, kept: dict[tuple, int]) -> int | None:
    if told["id"] or told["number"]:
        return told["id"]
    return kept.get((person.pk, told["title"], _day(told["issued_on"])))


def _made(session: TrainingSession, told: dict, person: Person) -> Certificate:
    number = unsealed(told["number"])
    return Certificate(
        person=person, role=session.role, title=told["title"], number=number, number_digest=digest(number),
        issuer=session.organiser[:60], issued_on=_day(told["issued_on"]), expires_on=_day(told["expires_on"]),
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _attendances(upload, session, rows, people, certificates, by) -> None:
    replaced = [row["before"] for row in rows if row["before"]]
    at = clock.now()
    session.attendances.filter(pk__in=replaced).update(retracted_at=at, retracted_by=by)
    made = []
    for row, person, certificate in zip(rows, people, certificates, strict=True):
        notes = {KNOWN_CERTIFICATE: certificate} if certificate else {}
        notes |= {REPLACED: row["before"]} if row["before"] else {}
        made.append(
            Attendance(
                session=session, person=person, unit_id=row["region"], unit_name=row["unit"], upload=upload,
                completed=row["completed"], sources=row["sources"] | notes, recorded_at=at, recorded_by=by,
            )
        )  # fmt: skip
    Attendance.objects.bulk_create(made)


def undo(upload: Upload, by) -> list[str]:
    """Retract the roster's attendances and take back what came with them; returns what stays because it is used elsewhere."""
    rows = list(upload.attendances.filter(retracted_at__isnull=True).select_related("person"))
    Attendance.objects.filter(pk__in=[row.pk for row in rows]).update(retracted_at=clock.now(), retracted_by=by)
    kept = _take_back_certificates(rows)
    _take_back_phones(rows)
    before = [row.sources[REPLACED] for row in rows if REPLACED in row.sources]
    standing = Attendance.objects.filter(pk__in=before, upload__status=Upload.Status.CONFIRMED)
    standing.update(retracted_at=None, retracted_by=None)
    return kept


def _take_back_certificates(rows: list[Attendance]) -> list[str]:
    made = {row.sources[KNOWN_CERTIFICATE]: row.person for row in rows if row.sources.get(NEW_CERTIFICATE)}
    others = Attendance.objects.filter(person__in=[person.pk for person in made.values()], retracted_at__isnull=True)
    used = {sources.get(KNOWN_CERTIFICATE) for sources in others.values_list("sources", flat=True)}
    Certificate.objects.filter(pk__in=set(made) - used).delete()
    return [f"{made[pk]}的证书：别的培训班名册也用到，没有删除" for pk in sorted(set(made) & used)]


def _take_back_phones(rows: list[Attendance]) -> None:
    added = [row.person_id for row in rows if row.sources.get(PHONE)]
    elsewhere = Attendance.objects.filter(person__in=added, retracted_at__isnull=True).values("person")
    Person.objects.filter(pk__in=added).exclude(pk__in=elsewhere).update(phone="", phone_digest="")

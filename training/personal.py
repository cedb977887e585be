"""Personal data of the rosters: who may read a number whole, and when a person's name and numbers go.

Every reading and every clearing is an audit record that holds neither the numbers nor, where the name is to go one day,
the name. A clearing is final: rows and counts stay, the sender's files and previews that held the data go with it.
"""

from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from eldercare import audit, clock
from eldercare.personal import veiled
from eldercare.review import Denied, MoveRefused
from eldercare.scoping import covers_row
from eldercare.uploads import StagedRows, Upload
from eldercare.uploads.kinds import personal_kinds
from training.changes import PersonChange
from training.people import ERASED_NAME, Certificate, Person
from training.sessions import Attendance
from training.teams import CORRECTED, TeamMember

SEE, ERASE = "training.see_personal_data", "training.erase_personal_data"
FIELDS = ("联系电话", "证书编号")
REASON_LENGTH = 200
NO_ROWS = "[]"


@dataclass(frozen=True, slots=True)
class Whole:
    """A person's numbers as they are kept, certificates as (name of the certificate, number); a log never spells them."""

    phone: str = field(repr=False)
    certificates: tuple[tuple[str, str], ...] = field(repr=False)


def reveal(person: Person, *, by, why: str = "") -> Whole:
    """The numbers of one person, recorded as seen. Raises Denied, and MoveRefused for one who is cleared."""
    _deny_unless(by, SEE, "您的角色不能查看完整的电话和证书编号。")
    _deny_outside(by, person)
    if person.erased_at:
        raise MoveRefused("这个人的姓名和号码已按期清除，无法再看。")
    detail = {"fields": list(FIELDS)} | ({"why": _reason(why)} if why.strip() else {})
    audit.record("personal.viewed", by=by, target=person, named=_numbered(person), detail=detail)
    return Whole(person.phone, _certificates(person))


def take_out(people: QuerySet[Person], *, by, why: str) -> list[tuple[Person, Whole]]:
    """The numbers of many people for a file, in the scope of the person; cleared ones left out, recorded as one export.

    Raises Denied, and MoveRefused without a reason.
    """
    _deny_unless(by, SEE, "您的角色不能导出完整的电话和证书编号。")
    reason = why.strip()
    if len(reason) < 2:
        raise MoveRefused("请写明导出完整号码的用途。")
    rows = people.visible_to(by).filter(erased_at__isnull=True).prefetch_related("certificates")
    found = [(person, Whole(person.phone, _certificates(person))) for person in rows]
    detail = {"rows": len(found), "fields": list(FIELDS), "why": _reason(reason)}
    audit.record("personal.exported", by=by, detail=detail)
    return found


def _reason(text: str) -> str:
    """A reason as the trail keeps it: whoever writes a number into it has written it nowhere."""
    return veiled(text.strip()[:REASON_LENGTH])


def _certificates(person: Person) -> tuple[tuple[str, str], ...]:
    return tuple((row.title or row.get_role_display(), row.number) for row in person.certificates.all() if row.number)


def limit(day: date) -> date:
    """Whoever was last trained or last in a team before this day has gone beyond the years that data are kept."""
    year = day.year - settings.PERSONAL_YEARS
    return day.replace(year=year, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=year)


def expired(rows: QuerySet[Person], day: date) -> QuerySet[Person]:
    """Those of the people whose time is over: no team any more, the last session and membership before the limit.

    Who stands in no roster counts from the day of registration. Cancelled sessions and retracted rows do not prolong it.
    """
    before = limit(day)
    attended = Attendance.objects.filter(person=OuterRef("pk"), retracted_at=None, session__cancelled_at=None)
    belonged = TeamMember.objects.filter(person=OuterRef("pk"), retracted_at=None)
    rows = rows.annotate(
        last_session=Subquery(attended.values("person").annotate(last=Max("session__ends_on")).values("last")),
        last_membership=Subquery(belonged.values("person").annotate(last=Max("ends_on")).values("last")),
        is_member=Exists(belonged.filter(ends_on=None)),
    )
    nothing = Q(last_session=None, last_membership=None)
    # An entry that was merged into another goes with it.
    return rows.filter(merged_into=None).filter(
        Q(last_session=None) | Q(last_session__lt=before),
        Q(last_membership=None) | Q(last_membership__lt=before),
        ~nothing | Q(created_at__date__lt=before),
        erased_at=None,
        is_member=False,
    )


def is_expired(person: Person) -> bool:
    """Whether the person's time is over on the day that the district reckons with."""
    return expired(Person.objects.filter(pk=person.pk), person.district.default_as_of()).exists()


def erase(person: Person, *, by) -> None:
    """Clear a person's name and numbers for good. Raises Denied; MoveRefused before the time or a second time.

    Attendances, memberships and certificates stay as rows; files and previews that brought the person in are removed, and
    with the person the entries that were merged and what was corrected.
    """
    _deny_unless(by, ERASE, "您的角色不能清除个人信息。")
    _deny_outside(by, person)
    with transaction.atomic():
        row = Person.objects.select_for_update(of=("self",)).select_related("district").get(pk=person.pk)
        if row.erased_at:
            raise MoveRefused("这个人的信息已经清除。")
        if row.merged_into_id:
            raise MoveRefused(f"这条登记已并入 {row.merged_into_id} 号，到期时一起清除。")
        if not is_expired(row):
            raise MoveRefused(f"还没有到期：最后一次培训或离队满 {settings.PERSONAL_YEARS} 年后才能清除。")
        for entry in (row, *Person.objects.select_for_update(of=("self",)).filter(merged_into=row, erased_at=None)):
            _blank(entry, by)
        audit.record(
            "personal.erased", by=by, target=row, named=_numbered(row), detail={"years": settings.PERSONAL_YEARS}
        )
    person.refresh_from_db()


def _blank(row: Person, by) -> None:
    """One entry without name and numbers."""
    row.name, row.phone, row.phone_digest = ERASED_NAME, "", ""
    row.erased_at, row.erased_by = clock.now(), by
    row.save()
    Certificate.objects.filter(person=row).update(number="", number_digest="")
    # A reason is free text, and that of a correction tends to name the person.
    PersonChange.objects.filter(person=row).update(name_before="", reason=ERASED_NAME)
    for member in TeamMember.objects.filter(person=row, sources__has_key=CORRECTED):
        member.sources[CORRECTED] = ERASED_NAME
        member.save(update_fields=["sources"])
    _forget(Upload.objects.filter(Q(attendances__person=row) | Q(team_members__person=row)).distinct())


def sheets() -> QuerySet[Upload]:
    """The sheets with personal data that are still there."""
    return Upload.objects.filter(kind__in=[kind.code for kind in personal_kinds()]).exclude(file="")


def old(rows: QuerySet[Upload], day: date) -> QuerySet[Upload]:
    """Of these, sheets with personal data, whatever became of them, that were sent before the limit and are still there."""
    return rows.filter(pk__in=sheets(), uploaded_at__date__lt=limit(day))


def erase_files(rows: QuerySet[Upload], *, by) -> int:
    """Remove what old sheets in the person's scope still hold; how many there were. Raises Denied."""
    _deny_unless(by, ERASE, "您的角色不能清除个人信息。")
    with transaction.atomic():
        found = list(rows.visible_to(by).select_for_update(of=("self",)).select_related("district"))
        over = [row for row in found if timezone.localdate(row.uploaded_at) < limit(row.district.default_as_of())]
        _forget(over)
        for upload in over:
            audit.record(
                "personal.erased", by=by, target=upload, named=f"上传 {upload.pk}", detail={"fields": ["原始文件"]}
            )
    return len(over)


def _forget(uploads) -> None:
    """The kept file, its preview and its problems go; the row of the upload, its counts and its hash stay."""
    for upload in uploads:
        StagedRows.objects.filter(upload=upload).update(rows=NO_ROWS)
        Upload.objects.filter(pk=upload.pk).update(problems=[], answers={}, file="")
        storage, name = upload.file.storage, upload.file.name
        if name:
            transaction.on_commit(lambda storage=storage, name=name: storage.delete(name))


def _numbered(person: Person) -> str:
    """How the audit trail calls a person whose name is to go one day."""
    return f"名册人员 {person.pk} 号"


def _deny_unless(user, permission: str, words: str) -> None:
    if not user.has_perm(permission):
        raise Denied(words)


def _deny_outside(user, person: Person) -> None:
    if not covers_row(user, person):
        raise Denied("不在您的管理范围内。")

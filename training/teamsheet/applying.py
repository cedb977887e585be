"""What confirming a roster of village teams writes, and how it is taken back whole."""

from datetime import date

from eldercare import clock
from eldercare.personal import digest, unsealed
from eldercare.review import Denied, MoveRefused
from eldercare.uploads import Context, Upload
from training.people import Person
from training.teams import TeamMember

REPLACED, PHONE = "replaces", "phone_added"


def admit(context: Context) -> str:
    """Why no roster may come in for this unit; empty when one may."""
    if not context.region.is_township:
        return "请选择一个乡镇（街道）：花名册按乡镇（街道）报送。"
    if not context.region.on_day(context.district.default_as_of()):
        return f"{context.region}已经撤并，请选择现在的乡镇（街道）。"
    return ""


def apply(upload: Upload, context: Context, rows: list[dict]) -> None:
    """Write people and memberships of the previewed rows, inside the confirming transaction."""
    if not context.by.has_perm("training.add_teammember"):
        raise Denied("您的角色不能登记队伍花名册。")
    if any(row.get("question") for row in rows):
        raise MoveRefused("还有没有答复的问题，请先逐处答复。")
    written = [row for row in rows if row["action"] in ("new", "changed")]
    villages = {
        village.pk: village for village in context.region.below().filter(pk__in={r["village"] for r in written})
    }
    if any(row["village"] not in villages for row in written):
        raise MoveRefused("有村（社区）不在这个乡镇（街道），没有写入任何数据。")
    at = clock.now()
    replaced = [row["member"] for row in written if row["member"]]
    TeamMember.objects.filter(pk__in=replaced, retracted_at=None).update(retracted_at=at, retracted_by=context.by)
    people = _people(context, written, villages)
    TeamMember.objects.bulk_create(
        TeamMember(
            village=villages[row["village"]], kind=row["kind"], team=row["team"], person=person, duty=row["duty"],
            starts_on=_day(row["starts_on"]), ends_on=_day(row["ends_on"]), upload=upload, recorded_at=at,
            recorded_by=context.by,
            sources=row["sources"] | ({REPLACED: row["member"]} if row["member"] else {}),
        )
        for row, person in zip(written, people, strict=True)
    )  # fmt: skip


def _people(context: Context, rows: list[dict], villages: dict) -> list[Person]:
    """The person of each row; one who is new stands once, in however many teams of the sheet."""
    known = Person.objects.select_for_update(of=("self",)).filter(
        pk__in={row["person"] for row in rows if row["person"]}
    )
    known = {person.pk: person for person in known.filter(erased_at__isnull=True)}
    if any(row["person"] and row["person"] not in known for row in rows):
        raise MoveRefused("有人的信息已按期清除，请重新上传花名册。")
    _add_phones(rows, known)
    new: dict[tuple, Person] = {}
    people = []
    for row in rows:
        phone = unsealed(row["phone"])
        key = (row["name"], phone) if phone else (row["name"], row["village"])
        people.append(known.get(row["person"]) or new.setdefault(key, _new(context, row, villages, phone)))
    Person.objects.bulk_create(new.values())
    return people


def _add_phones(rows: list[dict], known: dict[int, Person]) -> None:
    """A phone that was not known of somebody who is said to be the same person."""
    told = []
    for row in rows:
        person, phone = known.get(row["person"]), unsealed(row["phone"])
        if person and phone and not person.phone:
            person.phone, person.phone_digest = phone, digest(phone)
            row["sources"] |= {PHONE: True}
            told.append(person)
    Person.objects.bulk_update(told, ["phone", "phone_digest"])


def _new(context: Context, row: dict, villages: dict, phone: str) -> Person:
    village = villages[row["village"]]
    return Person(
        district=context.district, unit=village, unit_name=str(village), name=row["name"], phone=phone,
        phone_digest=digest(phone), is_demo=context.district.is_demo, created_at=clock.now(),
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def undo(upload: Upload, by) -> list[str]:
    """Retract the roster's memberships and let those stand again that it replaced; returns what stays as it is."""
    rows = list(upload.team_members.filter(retracted_at__isnull=True).select_related("person"))
    at = clock.now()
    TeamMember.objects.filter(pk__in=[row.pk for row in rows]).update(retracted_at=at, retracted_by=by)
    added = Person.objects.filter(pk__in=[row.person_id for row in rows if row.sources.get(PHONE)])
    added.exclude(memberships__retracted_at__isnull=True).update(phone="", phone_digest="")
    before = [row.sources[REPLACED] for row in rows if REPLACED in row.sources]
    TeamMember.objects.filter(pk__in=before).update(retracted_at=None, retracted_by=None)
    later = upload.team_members.exclude(pk__in=[row.pk for row in rows]).select_related("person", "village")
    return [f"{row.village} {row.person}：此后另有登记，没有退回" for row in later]

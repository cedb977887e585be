"""Training sessions: made, changed and cancelled; each with its permission and its record."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from eldercare import audit, clock
from eldercare.regions import Kind, Region
from eldercare.review import MoveRefused
from eldercare.scoping import covers
from training.models import TrainingSession
from training.services import people

FIELDS = ("title", "role", "starts_on", "ends_on", "hours", "capacity", "place", "organiser", "note")
FIRST_YEAR, YEARS_AHEAD = 2000, 2
TWIN = "同名、同日开班的培训班已经登记。"


def create(*, district: Region, by, is_demo: bool = False, **values) -> TrainingSession:
    """A new session. Raises PermissionDenied, and ValidationError with every field that is wrong."""
    _allowed(by, "training.add_trainingsession", district)
    session = TrainingSession(district=district, created_by=by, created_at=clock.now(), is_demo=is_demo, **values)
    if district.kind != Kind.DISTRICT:
        raise ValidationError({"district": "培训班由区县举办，请选择区县。"})
    with transaction.atomic():
        _save(session)
        audit.record("record.created", by=by, target=session)
    return session


def change(session: TrainingSession, *, by, **values) -> list[str]:
    """Change a session that stands; returns the labels of what changed. Its role stays once it has a roster."""
    _allowed(by, "training.change_trainingsession", session.district)
    with transaction.atomic():
        row = _standing(session)
        changed = [name for name in FIELDS if name in values and getattr(row, name) != values[name]]
        if "role" in changed and row.attendances.filter(retracted_at__isnull=True).exists():
            raise ValidationError({"role": "这个班已有名册，培训对象不能再改；请先撤销名册。"})
        for name in changed:
            setattr(row, name, values[name])
        _save(row)
        if "ends_on" in changed:
            people.settle(row)
        labels = [str(row._meta.get_field(name).verbose_name) for name in changed]
        if labels:
            audit.record("record.changed", by=by, target=row, detail={"fields": labels})
    session.refresh_from_db()
    return labels


def wrong(session: TrainingSession) -> dict[str, str]:
    """What cannot be of a session, by field: years that can only be a slip, fewer places than there are people."""
    found = {}
    today = session.district.default_as_of()
    for name, day in (("starts_on", session.starts_on), ("ends_on", session.ends_on)):
        if day and not FIRST_YEAR <= day.year <= today.year + YEARS_AHEAD:
            found[name] = f"{day} 不像是这个培训班的日期，请核对年份。"
    if session.pk and session.capacity is not None:
        present = session.attendances.filter(retracted_at__isnull=True).count()
        if session.capacity < present:
            found["capacity"] = f"名册里已有 {present} 人，名额不能少于这个数。"
    return found


def cancel(session: TrainingSession, *, by, reason: str) -> None:
    """Cancel a session: its rows stay and count nothing any more. Raises MoveRefused without a reason or when it is done."""
    _allowed(by, "training.change_trainingsession", session.district)
    reason = reason.strip()
    if not reason:
        raise MoveRefused("请写明取消的原因。")
    with transaction.atomic():
        row = _standing(session)
        row.cancelled_at, row.cancelled_by = clock.now(), by
        row.save(update_fields=["cancelled_at", "cancelled_by"])
        audit.record("record.changed", by=by, target=row, detail={"fields": [f"取消：{reason[:300]}"]})
    session.refresh_from_db()


def _allowed(by, permission: str, district: Region) -> None:
    if not by.has_perm(permission) or not covers(by, district.path):
        raise PermissionDenied("您的角色不能办理这个区县的培训班。")


def _standing(session: TrainingSession) -> TrainingSession:
    row = TrainingSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if row.cancelled_at:
        raise MoveRefused("这个培训班已经取消，不能再改。")
    return row


def _save(session: TrainingSession) -> None:
    session.full_clean()
    if found := wrong(session):
        raise ValidationError(found)
    try:
        with transaction.atomic():
            session.save()
    except IntegrityError as error:
        raise ValidationError(TWIN) from error

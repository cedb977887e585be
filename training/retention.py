"""What is due to be cleared in somebody's scope, and clearing in one go what was looked at."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from eldercare.review import Denied, MoveRefused
from eldercare.uploads import Upload
from training import personal
from training.people import Person


@dataclass(frozen=True, slots=True)
class Due:
    """People whose time is over, each with `last_session` and `last_membership`, and old sheets that are still there."""

    people: list[Person]
    files: list[Upload]


@dataclass(frozen=True, slots=True)
class Cleared:
    """How many people and sheets were cleared, and in words what was not."""

    people: int
    files: int
    left: tuple[str, ...]


def due(user=None) -> Due:
    """What is due in a person's scope, in all districts without one: a fixed number of queries for any number of them."""
    people, files = Person.objects.all(), Upload.objects.all()
    if user is not None:
        people, files = people.visible_to(user), files.visible_to(user)
    found = Due([], [])
    for is_demo, day in _days():
        over = personal.expired(people.filter(district__is_demo=is_demo), day)
        found.people.extend(over.select_related("district").order_by("district__path", "unit_name", "pk"))
        old = personal.old(files.filter(district__is_demo=is_demo), day)
        found.files.extend(old.select_related("district", "region", "uploaded_by").order_by("uploaded_at", "pk"))
    return found


def _days() -> tuple[tuple[bool, date], ...]:
    """The day that demo districts stand at, and everybody else's today."""
    return (True, date.fromisoformat(settings.DEMO_AS_OF)), (False, timezone.localdate())


def clear(people: Iterable[int], files: Iterable[int], *, by) -> Cleared:
    """Clear those of the named people and sheets that are still due, each on record; rows and counts stay.

    Raises Denied, and MoveRefused when nothing is named.
    """
    if not by.has_perm(personal.ERASE):
        raise Denied("您的角色不能清除个人信息。")
    people, files = set(people), set(files)
    if not people and not files:
        raise MoveRefused("没有选定要清除的人员或表格。")
    with transaction.atomic():
        # Sheets first: those that a person's clearing takes along are not told as gone already.
        gone = personal.erase_files(personal.sheets().filter(pk__in=files), by=by)
        rows = list(Person.objects.visible_to(by).filter(pk__in=people).order_by("pk"))
        left = [words for row in rows if (words := _left(row, by))]
    done = len(rows) - len(left)
    if missing := len(people) - len(rows) + len(files) - gone:
        left.append(f"{missing} 项已不在清单里")
    return Cleared(done, gone, tuple(left))


def _left(row: Person, by) -> str:
    """Why a person was not cleared; empty when it is done."""
    try:
        personal.erase(row, by=by)
    except MoveRefused as refused:
        return f"{row.pk} 号：{refused}"
    return ""

"""What waits for a person: each app declares what of its rows do, for whom, and the list where they are worked on."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kind of work. `rows(user)` are those that wait, already in the user's scope; the list narrows to them by `query`.

    It is shown to those who hold `permission`, the right to do what it waits for. `tone` is act, watch or info.
    """

    permission: str
    label: str
    rows: Callable[[object], QuerySet]
    url_name: str
    query: str = ""
    tone: str = "info"


@dataclass(frozen=True, slots=True)
class Task:
    """What one kind of work comes to for one person: how many rows, and the address of their list."""

    label: str
    count: int
    url: str
    tone: str


_declared: list[Waiting] = []


def declare(*kinds: Waiting) -> None:
    """Add kinds of work, in the order in which they are shown."""
    _declared.extend(kind for kind in kinds if kind not in _declared)


def waiting_for(user) -> list[Task]:
    """The kinds of work that this person may do, those with nothing to do included; one count each."""
    return [_task(kind, user) for kind in _declared if user.has_perm(kind.permission)]


def _task(kind: Waiting, user) -> Task:
    url = reverse(kind.url_name) + (f"?{kind.query}" if kind.query else "")
    return Task(kind.label, kind.rows(user).count(), url, kind.tone)

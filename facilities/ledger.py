"""The rectification ledger read as a whole: what is overdue, what a facility or township still has to put right, counts."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from eldercare.figures import Scope
from eldercare.regions import Region
from eldercare.scoping import within
from facilities.models import Facility, Rectification

Status = Rectification.Status
NEXT = {
    Status.OPEN: "按整改措施落实，完成后告知区县民政局",
    Status.REPORTED: "已报告完成，等待区县民政局复查",
}


@dataclass(frozen=True, slots=True)
class Tally:
    """How many items of a place there are by status, and how many live ones are past their deadline."""

    open: int = 0
    reported: int = 0
    closed: int = 0
    cancelled: int = 0
    overdue: int = 0

    @property
    def live(self) -> int:
        """Items that are not struck off yet."""
        return self.open + self.reported

    @property
    def total(self) -> int:
        """Items ever opened."""
        return self.live + self.closed + self.cancelled

    def plus(self, status: str, count: int, late: int) -> "Tally":
        """The tally with some more items of one status, `late` of them overdue."""
        return replace(self, **{status: getattr(self, status) + count}, overdue=self.overdue + late)


def past_due(day: date | None = None) -> Q:
    """Condition of a live item after its deadline: on a day, or on the own day of each item's district."""
    return Q(status__in=Rectification.LIVE) & _each_day(lambda today: Q(due_on__lt=today), day)


def due_soon(days: int = 7) -> Q:
    """Condition of a live item whose deadline falls on the district's day or within some days after it."""
    span = timedelta(days=days)
    return Q(status__in=Rectification.LIVE) & _each_day(lambda today: Q(due_on__range=(today, today + span)))


def _each_day(condition, day: date | None = None) -> Q:
    """A condition on a day, or on the own day of each item's district."""
    if day is not None:
        return condition(day)
    told, today = condition(date.fromisoformat(settings.DEMO_AS_OF)), condition(timezone.localdate())
    return Q(facility__district__is_demo=True) & told | Q(facility__district__is_demo=False) & today


def overdue(user, day: date | None = None) -> QuerySet:
    """The overdue items that a person may see, the longest overdue first."""
    return Rectification.objects.visible_to(user).filter(past_due(day)).order_by("due_on", "pk")


def summary(scope: Scope) -> dict[str | None, Tally]:
    """Tallies by township code, the whole district under None: one query.

    On the district's own day the ledger as it stands. On an earlier day what had been opened by then and was not struck off;
    an item reopened since counts as live from its opening.
    """
    rows = Rectification.objects.filter(within("facility__township__path", scope.district.path))
    end = _end_of(scope.district, scope.as_of)
    counted = _now(rows, scope.as_of) if end is None else _then(rows, scope.as_of, end)
    tallies: dict[str | None, Tally] = {None: Tally()} | {unit.code: Tally() for unit in scope.townships}
    for id_, code, status, count, late in counted:
        _, code = scope.today_of(id_, code)
        for key in (None, code):
            tallies[key] = tallies.get(key, Tally()).plus(status, count, late)
    return tallies


def _now(rows: QuerySet, day: date) -> Iterable[tuple]:
    """(township id, code, status, items, overdue ones) as the ledger stands."""
    grouped = rows.order_by().values_list("facility__township", "facility__township__code", "status")
    return grouped.annotate(items=Count("pk"), late=Count("pk", filter=past_due(day)))


def _then(rows: QuerySet, day: date, end: datetime) -> Iterable[tuple]:
    """The same as it stood at the end of an earlier day, item by item."""
    past = rows.filter(opened_at__lt=end).select_related("facility__township")
    for row in past:
        status, place = _status_at(row, end), row.facility.township
        yield place.pk, place.code, status, 1, int(status in Rectification.LIVE and row.due_on < day)


def _status_at(row: Rectification, end: datetime | None) -> str:
    """The status of an item just before a moment; None is now."""
    if end is None:
        return row.status
    marks = ((row.cancelled_at, Status.CANCELLED), (row.closed_at, Status.CLOSED), (row.reported_at, Status.REPORTED))
    return next((status for moment, status in marks if moment and moment < end), Status.OPEN)


def _end_of(district: Region, day: date) -> datetime | None:
    """The moment after a day; None when that day is the district's today."""
    if day >= district.default_as_of():
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


@dataclass(frozen=True, slots=True)
class Line:
    """One item as a page shows it on a day: its status then, how late it was, who has to do what."""

    row: Rectification
    status: Rectification.Status
    late: int

    @property
    def is_live(self) -> bool:
        """Whether it was not struck off on that day."""
        return self.status in Rectification.LIVE

    @property
    def what_next(self) -> str:
        """What the township has to do, or waits for."""
        return NEXT.get(self.status, "")


def lines(rows: Iterable[Rectification], day: date, end: datetime | None = None) -> list[Line]:
    """Items as they stood on a day, in their order; `end` is the moment after an earlier day."""
    found = []
    for row in rows:
        status = Status(_status_at(row, end))
        late = (day - row.due_on).days if status in Rectification.LIVE else 0
        found.append(Line(row, status, max(late, 0)))
    return found


def live_in(district: Region, townships: Iterable[Region], day: date) -> list[Line]:
    """What facilities of some townships had to put right on a day, by deadline: one query."""
    end = _end_of(district, day)
    rows = Rectification.objects.filter(facility__township__in=townships).select_related("facility")
    rows = rows.filter(status__in=Rectification.LIVE) if end is None else rows.filter(opened_at__lt=end)
    return [line for line in lines(rows.order_by("due_on", "pk"), day, end) if line.is_live]


def of_facility(facility: Facility) -> list[Line]:
    """Every item of one facility, live ones first by deadline, then what was struck off: one query."""
    found = lines(facility.rectifications.order_by("due_on", "pk"), facility.district.default_as_of())
    return sorted(found, key=lambda line: not line.is_live)

"""What the figures of training are made from: a district's printed quotas and its completed attendances, in one statement."""

from dataclasses import dataclass
from datetime import date

from django.db.models import BigIntegerField, CharField, DateField, IntegerField, QuerySet, Value
from django.db.models.functions import Cast

from eldercare.figures import Scope
from training.models import Attendance, Counted, TrainingQuota

NULL = Value(None, CharField())


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed cell: so many of a role from a unit in a year, null where the cell is blank."""

    role: str
    unit: str
    region_id: int | None
    region_code: str | None
    year: int
    quota: int | None
    counted: str

    @property
    def by_attendance(self) -> bool:
        return self.counted == Counted.ATTENDANCES


@dataclass(frozen=True, slots=True)
class Completed:
    """A completed attendance as its roster has it."""

    role: str
    unit: str
    region_id: int | None
    region_code: str | None
    pk: int
    person: int
    session: int
    ended_on: date


def printed(scope: Scope) -> list[Printed]:
    """The printed cells of the district in their printed order."""
    return scope.once("training.rows", _read)[0]


def completed(scope: Scope) -> list[Completed]:
    """Every completed attendance of sessions that ended by the day and were not cancelled; no further query."""
    return scope.once("training.rows", _read)[1]


def _read(scope: Scope) -> tuple[list[Printed], list[Completed]]:
    cells, done = [], []
    for pk, annex, row, role, unit, region, code, *rest in _quotas(scope).union(_attendances(scope), all=True):
        year, quota, counted, person, session, ended_on = rest
        if person is None:
            cells.append((annex, row, pk, Printed(role, unit, region, code, year, quota, counted)))
        else:
            done.append(Completed(role, unit, region, code, pk, person, session, ended_on))
    return [cell for *_, cell in sorted(cells, key=lambda cell: cell[:3])], done


def _quotas(scope: Scope) -> QuerySet:
    """The cells. What only attendances have is null and typed, because PostgreSQL takes a column's type from here."""
    number, day = Cast(NULL, BigIntegerField()), Cast(NULL, DateField())
    rows = TrainingQuota.objects.filter(table__policy__district=scope.district).order_by()
    told = ("role", "unit", "region_id", "region__code", "year", "quota", "table__counted")
    return rows.values_list("pk", "table__annex", "row", *told, number, number, day)


def _attendances(scope: Scope) -> QuerySet:
    """What was completed, in the columns of the cells; numbers of rows and years are of no use here."""
    rows = Attendance.objects.filter(
        session__district=scope.district,
        session__cancelled_at__isnull=True,
        session__ends_on__lte=scope.as_of,
        retracted_at__isnull=True,
        completed=True,
    ).order_by()
    zero, blank = Value(0, IntegerField()), Value("")
    told = ("session__role", "unit_name", "unit_id", "unit__code", zero, zero, blank)
    return rows.values_list("pk", blank, zero, *told, "person_id", "session_id", "session__ends_on")

"""What the register holds of a district on a day, in one statement: states, contracts, declarations, sharing, exemptions."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Case, CharField, DateField, DateTimeField, F, QuerySet, Value, When
from django.db.models.functions import Cast

from eldercare.figures import Scope
from eldercare.scoping import within
from facilities.kinds import Operation
from facilities.models import Declaration, Exemption, FacilityRecord, OperatorContract, ServiceLink

MEDICAL_CARE = "facility.medical_care"
TO_BE_MERGED = "village.to_be_merged"
NOT_MERGED = ""
RECORD, CONTRACT, MEDICAL, LINK, EXEMPTION, MERGED = range(6)
STATE = (
    "facility__code", "name", "type", "facility__township__code", "village_id", "planned_year", "stage", "progress",
    "beds", "nursing_beds", "accepted_on",
)  # fmt: skip
"""Columns that only records of facilities have; null in all other rows."""
NULL = Value(None, CharField())


class Row(NamedTuple):
    """One dated row: of which facility or unit (of a record its township), since when, and what it says in a word."""

    kind: int
    pk: int
    since: date | None
    recorded_at: datetime | None
    facility: int | None
    region: int | None
    word: str | None
    state: tuple

    @property
    def rank(self) -> tuple:
        """The later one of a kind outranks the earlier; declarations of a facility by when they were made."""
        return str(self.recorded_at or self.since or ""), self.pk


@dataclass(slots=True)
class Dated:
    """The rows of a day.

    `records` are (facility, township, operation, state) in the order of codes, each state as STATE has it; `contracts` say
    运营方式 by facility (nobody, once the last contract has expired); `medical` whether a facility was declared able;
    `links` are (facility, unit); `exempt` the recorded reasons by unit; `merged` (unit, reason or NOT_MERGED) as declared.
    """

    records: list[tuple] = field(default_factory=list)
    contracts: dict[int, str] = field(default_factory=dict)
    medical: dict[int, bool] = field(default_factory=dict)
    links: list[tuple[int, int]] = field(default_factory=list)
    exempt: list[tuple[int, str]] = field(default_factory=list)
    merged: list[tuple[int, str]] = field(default_factory=list)


def of(scope: Scope) -> Dated:
    """Everything dated of the district on the day: one query, asked once per scope."""
    return scope.once("dated", _read)


def _read(scope: Scope) -> Dated:
    found, kinds = Dated(), defaultdict(list)
    first, *others = _arms(scope)
    for row in first.union(*others, all=True):
        kinds[row[0]].append(Row(*row[:7], row[7:]))
    records = sorted(kinds[RECORD], key=lambda row: row.state[0])
    found.records = [(row.facility, row.region, row.word, row.state) for row in records]
    found.contracts = {row.facility: row.word for row in sorted(kinds[CONTRACT], key=_rank)}
    found.medical = {row.facility: bool(row.word) for row in sorted(kinds[MEDICAL], key=_rank)}
    found.links = [(row.facility, row.region) for row in kinds[LINK]]
    found.exempt = [(row.region, row.word) for row in kinds[EXEMPTION]]
    found.merged = [(row.region, row.word) for row in sorted(kinds[MERGED], key=_rank)]
    return found


def _rank(row: Row) -> tuple:
    return row.rank


def _arms(scope: Scope) -> Iterator[QuerySet]:
    """Rows of each kind. The records come first and have a type in every column: PostgreSQL takes the types from there."""
    day, path = scope.as_of, scope.district.path
    of_facility, of_region = within("facility__township__path", path), within("region__path", path)
    records, declared = FacilityRecord.objects.on(day).filter(of_facility), Declaration.objects.on(day)
    no_day, no_moment = Cast(NULL, DateField()), Cast(NULL, DateTimeField())
    yield _arm(RECORD, records, no_day, no_moment, "facility_id", "facility__township_id", "operation", state=STATE)
    signed = OperatorContract.objects.filter(of_facility).exclude(starts_on__gt=day)
    yield _arm(CONTRACT, signed, facility="facility_id", word=_operation(day))
    able = _either("yes", "")
    medical = declared.filter(of_facility, fact=MEDICAL_CARE)
    yield _arm(MEDICAL, medical, recorded_at="recorded_at", facility="facility_id", word=able)
    links = ServiceLink.objects.on(day).filter(of_region)
    yield _arm(LINK, links, facility="facility_id", region="region_id")
    yield _arm(EXEMPTION, Exemption.objects.on(day).filter(of_region), region="region_id", word="reason")
    merged = declared.filter(of_region, fact=TO_BE_MERGED)
    yield _arm(MERGED, merged, region="region_id", word=_either(Exemption.Reason.TO_BE_MERGED.value, NOT_MERGED))


def _arm(
    kind: int, rows: QuerySet, since="starts_on", recorded_at=NULL, facility=NULL, region=NULL, word=NULL, state=None
) -> QuerySet:
    columns = state or [NULL] * len(STATE)
    return rows.order_by().values_list(Value(kind), "pk", since, recorded_at, facility, region, word, *columns)


def _operation(day: date) -> Case:
    expired = When(ends_on__lt=day, then=Value(Operation.NONE.value))
    return Case(expired, default=F("operation"), output_field=CharField())


def _either(yes: str, no: str) -> Case:
    """One word where a person declared so, another where not."""
    return Case(When(value=True, then=Value(yes)), default=Value(no), output_field=CharField())

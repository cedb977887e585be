"""The people of a district as rosters are matched with them: a fixed number of queries, whatever the roster."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef

from eldercare import figures
from eldercare.figures import Scope
from eldercare.names import NameBook, RegionAlias
from eldercare.regions import Region
from eldercare.sheets.text import compact
from training.matching import Known, Register
from training.models import Attendance, Certificate, Person, TeamMember, TrainingQuota, TrainingSession


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that people of a roster come from: a township, or one that a quota table prints."""

    key: str
    name: str
    region: Region | None = None


@dataclass(slots=True)
class Units:
    """Looks up the units of a district on a day: own names and confirmed ones, then what the quota tables print.

    A quota table made before a merger prints units that have ended since; their people count for the successor.
    """

    scope: Scope
    book: NameBook
    others: dict[str, str] = field(default_factory=dict)
    printed: dict[str, Region] = field(default_factory=dict)

    def match(self, name: str) -> Unit | None:
        region = self.book.match(name) or self.printed.get(compact(name))
        if region:
            return Unit(self.key(region.pk, region.code, ""), str(region), region)
        other = self.others.get(compact(name))
        return Unit(compact(other), other) if other else None

    def key(self, region: int | None, code: str | None, name: str) -> str:
        """One key for a unit under all its names, and for the units it succeeded."""
        return self.scope.today_of(region, code)[1] if region is not None else compact(name)


@dataclass(slots=True)
class Books:
    """Everything that a roster is compared with."""

    units: Units
    people: Register
    persons: dict[int, Person]
    holders: dict[str, Certificate]
    here: dict[int, Attendance]


def units_of(session: TrainingSession) -> Units:
    """The units on the last day of a session; a printed name that waits for a clerk's decision is none yet."""
    day = session.ends_on
    waiting = RegionAlias.objects.filter(district=session.district, status=RegionAlias.Status.PROPOSED)
    undecided = {compact(name) for name in waiting.values_list("name", flat=True)}
    rows = TrainingQuota.objects.filter(table__policy__district=session.district).select_related("region")
    others, printed = {}, {}
    for row in rows:
        if row.region:
            printed[compact(row.unit)] = row.region
        elif compact(row.unit) not in undecided:
            others[compact(row.unit)] = " ".join(row.unit.split())
    return Units(figures.scope_for(session.district, day), NameBook(session.district, day), others, printed)


def books(session: TrainingSession, numbers: set[str]) -> Books:
    """The register as it stands; `numbers` are digests of certificates, which are looked for in all districts."""
    units = units_of(session)
    live = Attendance.objects.filter(person=OuterRef("pk"), retracted_at__isnull=True)
    member = TeamMember.objects.filter(person=OuterRef("pk"), retracted_at__isnull=True)
    rows = Person.objects.filter(district=session.district, erased_at__isnull=True).select_related("unit")
    persons = {row.pk: row for row in rows.annotate(trains=Exists(live), serves=Exists(member))}
    held = Certificate.objects.filter(person__district=session.district).exclude(number_digest="")
    digests = defaultdict(set)
    for person, digest in held.values_list("person", "number_digest"):
        digests[person].add(digest)
    known = [
        Known(
            row.pk, compact(row.name), units.key(row.unit_id, row.unit.code if row.unit else None, row.unit_name),
            row.phone_digest, frozenset(digests[row.pk]), row.trains or row.serves,
        )
        for row in persons.values()
    ]  # fmt: skip
    holders = Certificate.objects.filter(number_digest__in=numbers).select_related("person__district")
    attending = session.attendances.filter(retracted_at__isnull=True)
    return Books(
        units,
        Register.of(known),
        persons,
        {row.number_digest: row for row in holders},
        {row.person_id: row for row in attending},
    )

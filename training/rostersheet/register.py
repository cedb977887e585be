"""The people of a district as rosters are matched with them: a fixed number of queries, whatever the roster."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, OuterRef

from eldercare import figures
from eldercare.figures import Scope
from eldercare.names import NameBook, RegionAlias
from eldercare.regions import VILLAGE_KINDS, Region
from eldercare.sheets.text import compact
from training.changes import unit_on
from training.matching import Known, Register
from training.models import (
    Attendance,
    Certificate,
    Change,
    Person,
    PersonChange,
    TeamMember,
    TrainingQuota,
    TrainingSession,
)


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

    def anywhere(self, name: str) -> Unit | None:
        """A unit of any level: as `match` finds it, else a village, with its township before it where two share the name."""
        if found := self.match(name):
            return found
        wanted, codes = compact(name), {unit.code: unit for unit in self.book.units}
        named = [
            unit
            for unit in self.scope.units
            if unit.kind in VILLAGE_KINDS
            and (township := codes.get(self.scope.township_code(unit)))
            and wanted in {compact(f"{before}{own}") for before in ("", township.short_name, township.name)
                           for own in (unit.short_name, unit.name)}
        ]  # fmt: skip
        return Unit(self.home(named[0], ""), str(named[0]), named[0]) if len(named) == 1 else None

    def home(self, region: Region | None, name: str) -> str:
        """The key of the unit that a person belongs to; who is registered in a village belongs to its township."""
        if region is not None and region.kind in VILLAGE_KINDS:
            region = region.parent
        return self.key(region.pk, region.code, "") if region is not None else self.key(None, None, name)


@dataclass(slots=True)
class Books:
    """Everything that a roster is compared with."""

    units: Units
    people: Register
    persons: dict[int, Person]
    holders: dict[str, Certificate]
    here: dict[int, Attendance]


def units_on(district: Region, day: date) -> Units:
    """The units of a district on a day; a printed name that waits for a clerk's decision is none yet."""
    waiting = RegionAlias.objects.filter(district=district, status=RegionAlias.Status.PROPOSED)
    undecided = {compact(name) for name in waiting.values_list("name", flat=True)}
    rows = TrainingQuota.objects.filter(table__policy__district=district).select_related("region")
    others, printed = {}, {}
    for row in rows:
        if row.region:
            printed[compact(row.unit)] = row.region
        elif compact(row.unit) not in undecided:
            others[compact(row.unit)] = " ".join(row.unit.split())
    return Units(figures.scope_for(district, day), NameBook(district, day), others, printed)


def books(session: TrainingSession, numbers: set[str]) -> Books:
    """The register as it stands; `numbers` are digests of certificates, which are looked for in all districts."""
    units = units_on(session.district, session.ends_on)
    live = Attendance.objects.filter(person=OuterRef("pk"), retracted_at__isnull=True)
    member = TeamMember.objects.filter(person=OuterRef("pk"), retracted_at__isnull=True)
    rows = Person.objects.filter(district=session.district, erased_at__isnull=True).select_related("unit__parent")
    persons = {row.pk: row for row in rows.annotate(trains=Exists(live), serves=Exists(member))}
    holders = Certificate.objects.filter(number_digest__in=numbers).select_related("person__district")
    attending = session.attendances.filter(retracted_at__isnull=True)
    return Books(
        units,
        Register.of(_known(session, units, persons)),
        persons,
        {row.number_digest: row for row in holders},
        {row.person_id: row for row in attending},
    )


def _known(session: TrainingSession, units: Units, persons: dict[int, Person]) -> list[Known]:
    """The people as they stood on the session's last day; an entry that was merged is another way to find the one kept."""
    held = Certificate.objects.filter(person__district=session.district).exclude(number_digest="")
    digests, moves = defaultdict(set), defaultdict(list)
    for person, digest in held.values_list("person", "number_digest"):
        digests[person].add(digest)
    changes = PersonChange.objects.filter(person__district=session.district, kind=Change.MOVED, retracted_at=None)
    for change in changes.select_related("unit__parent", "from_unit__parent").order_by("on"):
        moves[change.person_id].append(change)
    found = []
    for row in persons.values():
        kept = persons.get(row.merged_into_id, row)
        home = units.home(*unit_on(moves[row.pk], session.ends_on, (row.unit, row.unit_name)))
        numbers = frozenset(digests[row.pk])
        found.append(Known(kept.pk, compact(row.name), home, row.phone_digest, numbers, kept.trains or kept.serves))
    return found

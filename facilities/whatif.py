"""What if an edition were the standard: the facilities of a district checked by two editions, decisions left alone."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from eldercare.regions import Region
from facilities import checks
from facilities.kinds import FacilityType
from facilities.models import Facility, FacilityRecord, StandardEdition
from facilities.rules.findings import Finding
from facilities.rules.overall import Overall
from facilities.rules.truth import Truth

PASSING = (Overall.ACCEPTABLE, Overall.NO_STANDARD)


@dataclass(frozen=True, slots=True)
class Lack:
    """One clause in the way under the chosen edition. `is_new`: it was not in the way before; else its gap has grown."""

    finding: Finding
    is_new: bool

    @property
    def text(self) -> str:
        """The clause and what is missing, in words."""
        told = self.finding.gap_text or self.finding.missing_text or self.finding.outcome.label
        return f"{self.finding.label}（{self.finding.clause}）{told}"


@dataclass(frozen=True, slots=True)
class Line:
    """One facility under both editions."""

    facility: Facility
    before: Overall
    after: Overall
    lacks: tuple[Lack, ...]

    @property
    def falls(self) -> bool:
        """Whether it passes now and would not pass any more."""
        return self.before in PASSING and self.after not in PASSING

    @property
    def rises(self) -> bool:
        """Whether it does not pass now and would."""
        return self.before not in PASSING and self.after in PASSING


@dataclass(frozen=True, slots=True)
class Sum:
    """What one clause would ask for over all facilities: how many fall short, by how much together, and which names lack.

    `total` is in `unit`; None where no number is missing or some facility's cannot be counted.
    """

    label: str
    facilities: int
    total: Decimal | None
    unit: str
    names: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Both editions on one day: every facility that was looked at, and among them those that would fall short."""

    edition: StandardEdition
    present: StandardEdition | None
    day: date
    accepted_only: bool
    lines: tuple[Line, ...]

    @property
    def short(self) -> list[Line]:
        """The facilities with clauses newly in the way or further away: those that would lose their pass first."""
        found = [line for line in self.lines if line.lacks or line.falls]
        return sorted(found, key=lambda line: (not line.falls, line.facility.township.path, line.facility.code))

    @property
    def falling(self) -> list[Line]:
        """The facilities that pass now and would not."""
        return [line for line in self.lines if line.falls]

    @property
    def rising(self) -> list[Line]:
        """The facilities that do not pass now and would."""
        return [line for line in self.lines if line.rises]

    @property
    def is_same(self) -> bool:
        """Whether the chosen edition is the very one in force on the day."""
        return self.present is not None and self.present.pk == self.edition.pk

    def by_type(self) -> list[tuple[str, int, int]]:
        """(type, facilities looked at, facilities that would fall short of passing), in the catalogue's order."""
        groups = _counted(self.lines, lambda line: line.facility.type)
        return [(FacilityType(code).label, *groups[code]) for code in FacilityType.values if code in groups]

    def by_township(self) -> list[tuple[str, int, int]]:
        """(township, facilities looked at, facilities that would fall short of passing), those with most first."""
        groups = _counted(self.lines, lambda line: line.facility.township)
        return [(str(unit), *groups[unit]) for unit in sorted(groups, key=lambda unit: (-groups[unit][1], unit.path))]

    def sums(self) -> list[Sum]:
        """What the clauses newly in the way come to, by clause and unit."""
        found: dict[tuple[str, str], list[Finding]] = {}
        for line in self.lines:
            for lack in line.lacks:
                about = f"{lack.finding.label}（{lack.finding.clause}）"
                found.setdefault((about, lack.finding.unit), []).append(lack.finding)
        return [_sum(label, unit, rows) for (label, unit), rows in found.items()]


def rerun(
    edition: StandardEdition, district: Region, user, *, day: date | None = None, accepted_only: bool = True
) -> Report:
    """Check what a person sees of a district by the edition in force on a day and by a chosen one; nothing is written.

    `day` defaults to the district's own. ValueError for an edition of another district. Queries do not grow with facilities.
    """
    if edition.policy.district_id != district.pk:
        raise ValueError("只能用本区县的标准版本试算。")
    day = day or district.default_as_of()
    facilities = _facilities(district, user, day, accepted_only)
    now = checks.check_all(facilities, district, day)
    then = checks.check_all(facilities, district, day, edition)
    lines = tuple(_line(*pair) for pair in zip(now, then, strict=True))
    present = now[0].edition if now else StandardEdition.objects.in_force(district, day)
    return Report(edition, present, day, accepted_only, lines)


def _facilities(district: Region, user, day: date, accepted_only: bool) -> list[Facility]:
    """The facilities registered by the day; only those accepted then, unless all are asked for."""
    states = FacilityRecord.objects.on(day)
    if accepted_only:
        states = states.filter(accepted_on__isnull=False)
    rows = Facility.objects.visible_to(user).filter(district=district, pk__in=states.values("facility"))
    return list(rows.select_related("township", "village", "district").order_by("code"))


def _line(before: checks.Check, after: checks.Check) -> Line:
    old = {finding.requirement: finding for finding in before.findings}
    lacks = [_lack(old.get(finding.requirement), finding) for finding in after.problems()]
    return Line(after.facility, before.overall, after.overall, tuple(lack for lack in lacks if lack))


def _lack(old: Finding | None, new: Finding) -> Lack | None:
    """The clause as a lack, when it was not in the way before, or stood nearer."""
    if old is None or not (old.blocks or old.needs_reason or old.holds):
        return Lack(new, True)
    if new.truth is Truth.FALSE and old.truth is not Truth.FALSE:
        return Lack(new, True)
    more = new.gap is not None and (old.gap is None or new.gap > old.gap)
    return Lack(new, False) if more or set(new.missing) > set(old.missing) else None


def _counted(lines: Iterable[Line], key) -> dict:
    groups: dict = {}
    for line in lines:
        looked, falling = groups.get(key(line), (0, 0))
        groups[key(line)] = (looked + 1, falling + line.falls)
    return groups


def _sum(label: str, unit: str, rows: list[Finding]) -> Sum:
    gaps = [row.gap for row in rows if row.gap is not None]
    names = Counter(name for row in rows if row.truth is Truth.FALSE for name in row.missing)
    return Sum(label, len(rows), sum(gaps, Decimal(0)) if gaps else None, unit, tuple(names.most_common()))

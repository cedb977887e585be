"""Published numbers. No page, export or endpoint prints a rate that is not a Figure of a defined id."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache

from django.db.models import OuterRef, QuerySet, Subquery

from eldercare.regions import TOWNSHIP_KINDS, DivisionEdition, Kind, PopulationFact, Region

PER_HUNDRED, PER_THOUSAND, PLAIN = 100, 1000, 1


@dataclass(frozen=True, slots=True)
class Definition:
    """What a published number means: the words for its parts, its scale and the clause or decision it follows."""

    id: str
    label: str
    numerator: str
    denominator: str
    source: str
    unit: str = "%"
    scale: int = PER_HUNDRED


@dataclass(frozen=True, slots=True)
class Figure:
    """One published number with everything it rests on. `value` is rounded half-up to one decimal, or None with a reason."""

    definition: str
    label: str
    numerator: int | Decimal | None
    denominator: int | Decimal | None
    value: Decimal | None
    unit: str
    as_of: date
    edition: date | None
    reason: str = ""
    exact: Fraction | None = None

    @property
    def numerator_text(self) -> str:
        """The numerator as people read it, thousands set apart; empty when unknown."""
        return _read(self.numerator)

    @property
    def denominator_text(self) -> str:
        """The denominator as people read it, thousands set apart; empty when unknown."""
        return _read(self.denominator)

    def as_dict(self) -> dict:
        """The contract's JSON object."""
        return {
            "definition": self.definition,
            "label": self.label,
            "numerator": _number(self.numerator),
            "denominator": _number(self.denominator),
            "value": None if self.value is None else float(self.value),
            "unit": self.unit,
            "as_of": self.as_of.isoformat(),
            "edition": self.edition.isoformat() if self.edition else None,
            "reason": self.reason,
        }


def _read(value: int | Decimal | None) -> str:
    return "" if value is None else f"{_number(value):,}"


def _number(value: int | Decimal | None) -> int | float | None:
    if isinstance(value, Decimal):
        return float(value) if value.as_tuple().exponent < 0 else int(value)
    return value


@lru_cache(maxsize=10_000)
def _share(numerator, denominator, scale: int) -> tuple[Fraction, Decimal]:
    """The exact value and the rounded one; townships have small parts, so the same ones come up again and again."""
    exact = Fraction(numerator) / Fraction(denominator) * scale
    return exact, rounded(exact)


def rounded(exact: Fraction) -> Decimal:
    """One decimal, half up; rounded from the exact fraction and never from a rounded number."""
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.1"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a figure is asked about: a district and its units on a day, and the year when one year alone is meant.

    `known` are the units of every edition, so that a plan is read under the units it was made for.
    """

    district: Region
    as_of: date
    edition: date | None
    units: tuple[Region, ...]
    year: int | None = None
    heirs: dict[int, Region] = field(default_factory=dict, compare=False, repr=False)
    known: tuple[Region, ...] = field(default=(), compare=False, repr=False)
    _read: dict = field(default_factory=dict, compare=False, repr=False)

    def once(self, key: str, read: Callable[["Scope"], object]):
        """What `read` answers for this scope, asked only once however many figures need it."""
        if key not in self._read:
            self._read[key] = read(self)
        return self._read[key]

    @property
    def townships(self) -> list[Region]:
        """Streets, towns and townships in the order of their codes."""
        return self.once("townships", _townships)

    def units_on(self, day: date) -> list[Region]:
        """The district's units as they were on another day, in the order of their codes; no query."""
        return [unit for unit in self.known if unit.on_day(day)]

    def today_of(self, region_id: int | None, code: str | None) -> tuple[int | None, str | None]:
        """Id and code of the unit that stands in a region's place on the day: itself, or whoever succeeded it."""
        heir = self.heirs.get(region_id)
        return (heir.pk, heir.code) if heir else (region_id, code)

    def township_code(self, unit: Region) -> str | None:
        """Code of the township that a unit lies in (itself, when it is one)."""
        codes = unit.ancestor_codes
        depth = len(self.district.ancestor_codes)
        return codes[depth] if len(codes) > depth else None


def _townships(scope: Scope) -> list[Region]:
    return [unit for unit in scope.units if unit.kind in TOWNSHIP_KINDS]


@dataclass(slots=True)
class FigureSet:
    """The figures of a district and of each of its townships."""

    scope: Scope
    district: dict[str, Figure] = field(default_factory=dict)
    townships: dict[str, dict[str, Figure]] = field(default_factory=dict)

    def add(self, township: str | None, figure: Figure) -> None:
        target = self.district if township is None else self.townships.setdefault(township, {})
        target[figure.definition] = figure

    def as_dict(self) -> dict:
        """The contract's body of /api/v1/coverage/."""
        scope = self.scope
        return {
            "district": {"code": scope.district.code, "name": scope.district.name},
            "as_of": scope.as_of.isoformat(),
            "edition": scope.edition.isoformat() if scope.edition else None,
            "figures": [figure.as_dict() for figure in self.district.values()],
            "townships": [
                {
                    "code": unit.code,
                    "name": unit.name,
                    "figures": [figure.as_dict() for figure in self.townships.get(unit.code, {}).values()],
                }
                for unit in scope.townships
            ],
        }


_definitions: dict[str, Definition] = {}
_providers: list[Callable[[Scope], Iterable[tuple[str | None, Figure]]]] = []


def define(*definitions: Definition) -> None:
    """Add definitions to the catalogue; the same id twice must mean the same thing."""
    for definition in definitions:
        if _definitions.setdefault(definition.id, definition) != definition:
            raise ValueError(f"figure {definition.id} is defined twice")


def provide(function: Callable[[Scope], Iterable[tuple[str | None, Figure]]]) -> None:
    """Register a function that yields (township code or None for the district, Figure) for a scope."""
    if function not in _providers:
        _providers.append(function)


def definition(id_: str) -> Definition:
    """The definition of that id; KeyError when nobody defined it."""
    return _definitions[id_]


def catalogue() -> list[Definition]:
    """Every defined figure."""
    return list(_definitions.values())


def ratio(
    id_: str, numerator, denominator, scope: Scope, *, reason: str = "", label: str = "", edition: date | None = None
) -> Figure:
    """A Figure from its two parts. A denominator of 0, or an unknown part, gives a null value with the reason.

    `edition` is given where the units are counted in another edition than the day's.
    """
    meaning = _definitions[id_]
    why = reason or _why_unknown(meaning, numerator, denominator)
    exact, value = (None, None) if why else _share(numerator, denominator, meaning.scale)
    return Figure(
        definition=id_,
        label=label or meaning.label,
        numerator=numerator,
        denominator=denominator,
        value=value,
        unit=meaning.unit,
        as_of=scope.as_of,
        edition=edition or scope.edition,
        reason=why,
        exact=exact,
    )


def _why_unknown(meaning: Definition, numerator, denominator) -> str:
    if denominator is None:
        return f"{meaning.denominator}未知"
    if denominator == 0:
        return f"{meaning.denominator}为0"
    return f"{meaning.numerator}未知" if numerator is None else ""


def scope_for(district: Region, as_of: date, year: int | None = None) -> Scope:
    """The district's units on a day with their elders, the edition they come from, and who succeeded whom: one query.

    `elders` of a unit are its residents aged 60 and over as last counted by the day, None where nobody counted them.
    """
    editions = DivisionEdition.objects.filter(district=OuterRef("pk")).values("published_on")
    rows = district.below().annotate(
        elders=Subquery(_counts(as_of).filter(region=OuterRef("pk")).values("aged_60_plus")[:1]),
        edition_on=Subquery(editions.filter(published_on__lte=as_of).order_by("-published_on")[:1]),
        first_edition=Subquery(editions.order_by("published_on")[:1]),
    )
    known = list(rows.order_by("path", "pk"))
    top = next((unit for unit in known if unit.kind == Kind.DISTRICT), None)
    edition = (top.edition_on or top.first_edition) if top else None
    units = tuple(unit for unit in known if unit.on_day(as_of))
    return Scope(district, as_of, edition, units, year, _heirs(known, as_of), tuple(known))


def _counts(day: date) -> QuerySet[PopulationFact]:
    """Counts of residents aged 60 and over made by a day, the latest first."""
    resident = PopulationFact.objects.filter(basis=PopulationFact.Basis.RESIDENT, aged_60_plus__isnull=False)
    return resident.filter(counted_on__lte=day).order_by("-counted_on")


def _heirs(known: list[Region], as_of: date) -> dict[int, Region]:
    """Unit on the day by the id of each unit that has ended by then, however many steps of succession lie between."""
    by_id = {unit.pk: unit for unit in known}
    ended = [unit for unit in known if unit.valid_to and unit.valid_to <= as_of]
    step = {unit.pk: by_id[unit.successor_id] for unit in ended if unit.successor_id in by_id}
    heirs = {}
    for pk in step:
        heir, seen = step[pk], {pk}
        while heir.pk in step and heir.pk not in seen:
            seen.add(heir.pk)
            heir = step[heir.pk]
        heirs[pk] = heir
    return heirs


def compute(district: Region, as_of: date, year: int | None = None) -> FigureSet:
    """All published figures of a district and its townships on a day."""
    result = FigureSet(scope_for(district, as_of, year))
    for provider in _providers:
        for township, figure in provider(result.scope):
            result.add(township, figure)
    return result

"""What one edition of a standard consists of, after it was read and checked."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from facilities.rules.catalogue import FACILITY_TYPES, SUBJECTS, FactDeclaration
from facilities.rules.modality import Modality

BASIS_FACTS = {
    "gross": "facility.gross_area",
    "usable": "facility.usable_area",
    "unqualified": "facility.gross_area",
}
KIND_FACTS = {
    "beds": "facility.beds",
    "nursing_beds": "facility.nursing_beds",
    "staff": "facility.staff",
    "zone": "facility.zones",
    "room": "facility.rooms",
    "equipment": "facility.equipment",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of a fact with a printed value; a scale lists values worst to best."""

    fact: str
    operator: str = "="
    value: object = True
    scale: tuple[str, ...] = ()
    unit: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """Tests joined by "all" or "any"; applies only while every condition of `when` may hold."""

    join: str
    nodes: tuple["Comparison | Branch", ...]
    label: str = ""
    when: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """A named predicate: "declared" by a person with evidence, or "derived" from a recorded fact."""

    id: str
    label: str
    kind: str
    test: Comparison
    evidence: str = ""
    clause: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """A printed exception: while all conditions of `when` hold, `value` replaces the requirement's own value."""

    when: tuple[str, ...]
    value: object
    wording: str = ""
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One clause of a standard that yields exactly one finding.

    `edition` is the edition's id and `yardstick` the class a ladder's clause was made for ("" otherwise); a waiver is
    bound to both. `minima` are usable ㎡ by room name. Printed flags are False where the portal filled a gap.
    """

    id: str
    edition: str
    label: str
    clause: str
    kind: str
    modality: Modality
    wording: str = ""
    subject: str = "facility"
    applies_to: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    exempt_when: tuple[str, ...] = ()
    exempt_clause: str = ""
    unless_false: str = ""
    basis: str = ""
    fact: str = ""
    operator: str = ""
    value: object = None
    unit: str = ""
    scale: tuple[str, ...] = ()
    each: tuple[str, ...] = ()
    minima: tuple[tuple[str, Decimal], ...] = ()
    open_list: bool = False
    polarity: str = "oblige"
    exceptions: tuple[Override, ...] = ()
    alternatives: tuple[Comparison | Branch, ...] = ()
    reference: str = ""
    scope: Comparison | None = None
    item: int | None = None
    part: str = ""
    note: str = ""
    reading: str = ""
    value_printed: bool = True
    operator_printed: bool = True
    unit_printed: bool = True
    item_printed: bool = True
    yardstick: str = ""

    @property
    def measured_fact(self) -> str:
        """The id of the fact it looks at; a yes-or-no clause without one owns `requirement.<id>`."""
        by_kind = BASIS_FACTS.get(self.basis) if self.kind == "area" else KIND_FACTS.get(self.kind)
        return self.fact or by_kind or f"requirement.{self.id}"

    @property
    def forbids(self) -> bool:
        """Whether the test describes what must not hold."""
        return self.polarity == "forbid"

    @property
    def conditions(self) -> tuple[str, ...]:
        """Ids of every condition it depends on, in reading order, each once."""
        branches = [condition for exception in self.exceptions for condition in exception.when]
        branches += [c for node in self.alternatives if isinstance(node, Branch) for c in _conditions(node)]
        own = [self.unless_false] if self.unless_false else []
        return tuple(dict.fromkeys([*self.when, *self.exempt_when, *own, *branches]))

    def concerns(self, subject: str) -> bool:
        """Whether it speaks about a facility type code, or a unit (village, community, township)."""
        return subject in self.applies_to if self.subject == "facility" else subject == self.subject


def _conditions(branch: Branch) -> list[str]:
    nested = [c for node in branch.nodes if isinstance(node, Branch) for c in _conditions(node)]
    return [*branch.when, *nested]


@dataclass(frozen=True, slots=True)
class Step:
    """One class of a ladder: its lower bound (inclusive) and the band as printed."""

    name: str
    minimum: Decimal
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Ladder:
    """A table of classes, best first, with the requirements each class makes.

    Each slot holds one requirement for every step, best first, under one id; None where a class prints no figure.
    The slots of kind area and room make the achieved class; the others only bind the declared one.
    """

    id: str
    label: str
    edition: str
    clause: str
    applies_to: tuple[str, ...]
    by: str
    unit: str
    steps: tuple[Step, ...]
    slots: tuple[tuple[Requirement | None, ...], ...]
    note: str = ""

    def step(self, name: object) -> int | None:
        """Position of a class by its name; None when the ladder has no such class."""
        return next((index for index, step in enumerate(self.steps) if step.name == name), None)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two clauses of one policy that disagree; both findings are shown with this label beside them."""

    ids: tuple[str, ...]
    kind: str
    label: str
    shown: str = "both"


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of a standard. `warnings` are the loader's remarks that do not stop it."""

    id: str
    valid_from: date | None = None
    valid_to: date | None = None
    year: int | None = None
    dates_from: str = "unknown"
    amends: str = ""
    supersedes: str = ""
    conditions: dict[str, Condition] = field(default_factory=dict)
    requirements: tuple[Requirement, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    facts: dict[str, FactDeclaration] = field(default_factory=dict)
    warnings: tuple = ()

    @property
    def starts(self) -> date | None:
        """First day in force: as printed, else 1 January of the printed year; None means always."""
        return self.valid_from or (date(self.year, 1, 1) if self.year else None)

    @property
    def ends(self) -> date | None:
        """First day no longer in force; `valid_to` is the last day, as printed."""
        return self.valid_to and self.valid_to + timedelta(days=1)


def is_subject(subject: str) -> bool:
    """Whether a code names a facility type or a unit a finding can be about."""
    return subject in FACILITY_TYPES or (subject in SUBJECTS and subject != "facility")

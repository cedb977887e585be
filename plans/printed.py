"""What a district's policies print that figures stand on, in one statement: their plan cells, readings and doubtful places."""

from dataclasses import dataclass, field

from django.db.models import BigIntegerField, CharField, QuerySet, Value
from django.db.models.functions import Cast

from eldercare.figures import Scope
from eldercare.policies import Policy
from plans.models import PlanTarget

NULL = Value(None, CharField())


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place where a policy contradicts itself, as its page shows it."""

    policy: str
    label: str
    clause: str


@dataclass(slots=True)
class KnownPolicy:
    """What figures and pages ask of a policy: its reading of 覆盖, the unit counts it prints, its doubtful places."""

    coverage: dict
    printed_units: dict[str, int]
    doubts: list[Doubt] = field(default_factory=list)


@dataclass(slots=True)
class Printed:
    """Cells as (region, its code, type, year, planned, division edition of the policy); the policies known on the day."""

    cells: list[tuple] = field(default_factory=list)
    policies: list[KnownPolicy] = field(default_factory=list)


def of(scope: Scope) -> Printed:
    """What the district's policies print: one query, asked once per scope. The policies come oldest first."""
    return scope.once("printed", _read)


def _read(scope: Scope) -> Printed:
    found, policies = Printed(), []
    for pk, cell, edition, *rest in _policies(scope).union(_cells(scope), all=True):
        if cell:
            found.cells.append((*rest[-5:], edition))
        else:
            policies.append((pk, *rest[:-5]))
    found.policies = list(_known(sorted(policies, key=lambda row: (str(row[1] or ""), row[0], row[2] or ""))).values())
    return found


def _known(rows: list[tuple]) -> dict[int, KnownPolicy]:
    """Policies by id, from a row for each of their doubtful places."""
    found: dict[int, KnownPolicy] = {}
    for pk, _, _, name, label, clause, coverage, units in rows:
        policy = found.setdefault(pk, KnownPolicy(coverage or {}, units or {}))
        if label is not None:
            policy.doubts.append(Doubt(name, label, clause))
    return found


def _policies(scope: Scope) -> QuerySet:
    """The policies known on the day. They come first and have a type in every column: PostgreSQL takes the types from here."""
    number, text = Cast(NULL, BigIntegerField()), Cast(NULL, CharField(max_length=30))
    rows = Policy.objects.filter(district=scope.district).exclude(issued_on__gt=scope.as_of).order_by()
    told = (
        "issued_on",
        "conflicts__key",
        "short_title",
        "conflicts__label",
        "conflicts__clause",
        "coverage",
        "body__printed_units",
    )
    return rows.values_list("pk", Value(0), "division_edition", *told, number, text, text, number, number)


def _cells(scope: Scope) -> QuerySet:
    """Every plan cell of the district, whatever the day."""
    rows = PlanTarget.objects.filter(table__policy__district=scope.district).order_by()
    told = ("region_id", "region__code", "type", "year", "planned")
    return rows.values_list("pk", Value(1), "table__policy__division_edition", *[NULL] * 7, *told)

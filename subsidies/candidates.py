"""The claims that could be made on a day: found by the portal from accepted facilities and complete bundles."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from eldercare.regions import Region
from facilities.models import Facility
from subsidies.entitlement import Answer, entitlements
from subsidies.rules.entitlement import Outcome


@dataclass(slots=True)
class Candidates:
    """Answers by what can be done with them, each list in the order of schemes and codes.

    `payable` are unclaimed; `pending` lack a fact; `silent` are pending whatever is recorded, because the policy prints no
    amount; `refused` fail a condition; `claimed` would be payable but for the claim that stands.
    """

    payable: list[Answer] = field(default_factory=list)
    pending: list[Answer] = field(default_factory=list)
    silent: list[Answer] = field(default_factory=list)
    refused: list[Answer] = field(default_factory=list)
    claimed: list[Answer] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """What all that is payable adds up to, in yuan."""
        return sum((row.amount for row in self.payable), Decimal(0))


def candidates(user, district: Region, day: date) -> Candidates:
    """What a person sees of a district's possible claims. A facility that is not accepted is no candidate."""
    answers = entitlements(district, day)
    seen = _visible(user, answers)
    found = Candidates()
    for row in answers:
        if (type(row.subject), row.subject.pk) in seen and (row.facility is None or row.is_accepted):
            _list_for(found, row).append(row)
    return found


def _list_for(found: Candidates, row: Answer) -> list[Answer]:
    if row.outcome is Outcome.PAYABLE:
        return found.payable
    if row.outcome is Outcome.PENDING:
        return found.silent if row.printed is None else found.pending
    return found.claimed if row.is_claimed else found.refused


def _visible(user, answers: list[Answer]) -> set[tuple[type, int]]:
    """The subjects within a person's scope: two queries."""
    facilities = {row.subject.pk for row in answers if row.facility}
    units = {row.subject.pk for row in answers if row.facility is None}
    mine = Facility.objects.visible_to(user).filter(pk__in=facilities).values_list("pk", flat=True)
    ours = Region.objects.visible_to(user).filter(pk__in=units).values_list("pk", flat=True)
    return {(Facility, pk) for pk in mine} | {(Region, pk) for pk in ours}

"""People, budgets and accepted facilities of 武隆, and claims taken as far as a test needs them, by the real services."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import factories
from django.utils import timezone

from eldercare import review
from eldercare.regions import Region
from facilities.models import AcceptanceReview, Facility
from plans.models import PlanTarget
from subsidies import services
from subsidies.models import Budget, Source, SubsidyClaim, SubsidyScheme
from subsidies.services import Entry

ACCEPTED = {"stage": "operating", "accepted_on": date(2020, 8, 1), "on": date(2020, 8, 1)}
MILLION = Decimal(1_000_000)


@dataclass
class Desk:
    """The three persons of a claim and the district they work for; `today` is the district's own day."""

    district: Region
    clerk: object
    reviewer: object
    approver: object

    @property
    def today(self) -> date:
        return self.district.default_as_of()

    @property
    def year(self) -> int:
        return self.today.year

    def scheme(self, key: str) -> SubsidyScheme:
        return SubsidyScheme.objects.get(policy__slug="wulong-2020", key=key)

    def budget(self, source=Source.DISTRICT, planned=10 * MILLION, **more) -> Budget:
        return Budget.objects.create(
            district=self.district, year=more.pop("year", self.year), source=source, planned=planned, **more
        )

    def draft(self, subject, key: str = "station", **more) -> SubsidyClaim:
        return services.draft(subject, self.scheme(key), by=self.clerk, **more)

    def submitted(self, subject=None, key: str = "station", **more) -> SubsidyClaim:
        claim = self.draft(subject or accepted(), key, **more)
        services.submit(claim, by=self.clerk)
        return claim

    def approve(self, claim: SubsidyClaim, shares, **more):
        return services.approve(claim, by=more.pop("by", self.reviewer), shares=shares, **more)

    def approved(self, *shares: tuple[Budget, int], subject=None, key: str = "station") -> SubsidyClaim:
        claim = self.submitted(subject, key)
        self.approve(claim, {budget: Decimal(amount) for budget, amount in shares})
        return claim

    def pay(self, claim: SubsidyClaim, amount, budget: Budget, voucher: str = "V-1", **more):
        on, by, version = more.pop("on", self.today), more.pop("by", self.approver), more.pop("version", None)
        entry = Entry(Decimal(amount), on, budget, voucher, **more)
        return services.pay(claim, entry, by=by, version=version)

    def recover(self, claim: SubsidyClaim, **more):
        stated = {"on": self.today, "voucher": "R-1", "comment": "验收撤销，全额收回"} | more
        return services.recover(claim, by=stated.pop("by", self.approver), **stated)


def accepted(name: str = "白马镇", type_: str = "COMMUNITY_STATION", **state) -> Facility:
    """A facility in operation, accepted in August 2020."""
    return factories.facility(factories.region(name), type_, **(ACCEPTED | state))


def complete_bundle(name: str = "后坪乡") -> list[Facility]:
    """A township's centre and every village point that annex 2 plans for it, all accepted."""
    unit = factories.region(name)
    cells = PlanTarget.objects.filter(region=unit, type="VILLAGE_POINT", planned__isnull=False)
    kinds = ["TOWNSHIP_CENTRE", *["VILLAGE_POINT"] * sum(cells.values_list("planned", flat=True))]
    return [factories.facility(unit, kind, **ACCEPTED) for kind in kinds]


def revoke(facility: Facility, desk: Desk, comment: str = "消防整改") -> None:
    """Take the acceptance of a facility back; the paper trail of having given it is written past the door."""
    people = {"submitted": desk.clerk, "assigned": desk.reviewer, "decided": desk.reviewer}
    stamps = {f"{name}_at": timezone.now() for name in people} | {f"{name}_by": by for name, by in people.items()}
    paper = {"status": "accepted", "accepted_on": ACCEPTED["accepted_on"], "frozen": {}, "reviewer": desk.reviewer}
    row = AcceptanceReview(facility=facility, created_by=desk.clerk, **paper, **stamps)
    AcceptanceReview.objects.bulk_create([row])
    review.perform(row, "revoke", by=desk.approver, comment=comment)


def untouched(claim, **expected):
    """The row as the database has it, after a look at some of its columns."""
    row = SubsidyClaim.objects.get(pk=claim.pk)
    assert {name: getattr(row, name) for name in expected} == expected
    return row

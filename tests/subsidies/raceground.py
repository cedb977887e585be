"""The ground of a race, made in a database of its own: run by `manage.py shell` with `rounds` and the tests on the path."""

from datetime import date
from decimal import Decimal

import factories

from eldercare.regions import Region
from facilities.models import Facility
from subsidies import services
from subsidies.models import Budget, SubsidyClaim, SubsidyScheme

STATION = Decimal(200_000)
ACCEPTED = {"stage": "operating", "accepted_on": date(2020, 8, 1), "on": date(2020, 8, 1)}


class Ground:
    """Three persons, three budgets and, for every round, the claims it is about."""

    def __init__(self) -> None:
        self.district = Region.objects.districts().get(code=factories.WULONG)
        self.town = factories.region("白马镇")
        self.clerk, self.reviewer, self.approver = (
            factories.user(role, self.district, role) for role in ("clerk", "reviewer", "approver")
        )
        self.scheme = SubsidyScheme.objects.get(policy__slug="wulong-2020", key="station")

    def budget(self, source: str, planned: Decimal) -> Budget:
        year = self.district.default_as_of().year
        return Budget.objects.create(district=self.district, year=year, source=source, planned=planned)

    def submitted(self, note: str) -> SubsidyClaim:
        station = factories.facility(self.town, "COMMUNITY_STATION", **ACCEPTED)
        claim = services.draft(station, self.scheme, by=self.clerk, note=note)
        services.submit(claim, by=self.clerk)
        return claim

    def approved(self, note: str, budget: Budget) -> None:
        services.approve(self.submitted(note), by=self.reviewer, shares={budget: STATION})


def lay(rounds: int) -> None:
    """Everything the races of test_claim_races.py stand on."""
    ground = Ground()
    own = ground.budget("district", STATION * 3 * rounds)
    ground.budget("other", STATION)
    for turn in range(rounds):
        ground.approved(f"付款{turn}", own)
        ground.approved(f"分期{turn}", own)
        ground.submitted(f"同意{turn}")
        for place in range(2):
            ground.submitted(f"批准{turn}-{place}")
    factories.facility(factories.region("接龙乡"), "TOWNSHIP_CENTRE", **ACCEPTED)
    assert Facility.objects.count() == 5 * rounds + 1


def reset() -> None:
    """Between rounds: what the round before committed or drafted is taken back by the services."""
    approver = factories.User.objects.get(username="approver")
    clerk = factories.User.objects.get(username="clerk")
    for claim in SubsidyClaim.objects.filter(shares__budget__source="other", status="approved"):
        services.cancel(claim, by=approver, comment="下一轮")
    for claim in SubsidyClaim.objects.filter(facility__isnull=True, status="draft"):
        services.withdraw(claim, by=clerk, comment="下一轮")

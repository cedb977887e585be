"""The ground of the races against a revocation: for every race and round a station with its acceptance and its claim."""

import factories
from django.utils import timezone
from raceground import ACCEPTED, STATION, Ground

from facilities.models import AcceptanceReview, Facility
from subsidies import services

RACES = ("drafting", "submitting", "approving", "paying")


class Accepted(Ground):
    """Stations that were accepted by a review, which can be revoked."""

    def station(self, name: str) -> Facility:
        station = factories.facility(self.town, "COMMUNITY_STATION", name=name, **ACCEPTED)
        people = {"submitted": self.clerk, "assigned": self.reviewer, "decided": self.reviewer}
        stamps = {f"{word}_at": timezone.now() for word in people} | {f"{word}_by": by for word, by in people.items()}
        paper = {"status": "accepted", "accepted_on": ACCEPTED["accepted_on"], "frozen": {}, "reviewer": self.reviewer}
        # The paper trail of having given it is written past the door; taking it back is the service's own move.
        AcceptanceReview.objects.bulk_create(
            [AcceptanceReview(facility=station, created_by=self.clerk, **paper, **stamps)]
        )
        return station

    def claim(self, what: str, station: Facility, budget) -> None:
        """The claim of a station, taken as far as its race begins."""
        if what == "drafting":
            return
        claim = services.draft(station, self.scheme, by=self.clerk)
        if what in ("approving", "paying"):
            services.submit(claim, by=self.clerk)
        if what == "paying":
            services.approve(claim, by=self.reviewer, shares={budget: STATION})


def lay(rounds: int) -> None:
    """Everything the races of test_revocation_races.py stand on."""
    ground = Accepted()
    budget = ground.budget("district", STATION * 2 * rounds)
    for what in RACES:
        for turn in range(rounds):
            ground.claim(what, ground.station(f"{what}{turn}"), budget)

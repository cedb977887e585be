"""One process of a race against a revocation: the first revokes, the second drafts, submits, approves or pays.

Of three rounds one starts both at once, one gives the revocation the start, one the money. Run as racing.py is.
"""

import sys
import time

import racing

HEADSTART = 0.25


def against(deed):
    """The act of each place in a race: the station of the round is named after the race."""

    def act(turn: int, place: int):
        from facilities.models import Facility

        station = Facility.objects.get(name=f"{deed.__name__}{turn}")
        do = deed(station) if place else revoking(station)
        late = (turn % 3, place) in ((1, 1), (2, 0))

        def started():
            time.sleep(HEADSTART if late else 0)
            do()

        return started

    return act


def _user(role: str):
    from eldercare.accounts import User

    return User.objects.get(username=role)


def revoking(station):
    from eldercare import review
    from facilities.models import AcceptanceReview

    row, by = AcceptanceReview.objects.get(facility=station), _user("approver")
    return lambda: review.perform(row, "revoke", by=by, comment="消防整改")


def drafting(station):
    from subsidies import services
    from subsidies.models import SubsidyScheme

    scheme, by = SubsidyScheme.objects.get(policy__slug="wulong-2020", key="station"), _user("clerk")
    return lambda: services.draft(station, scheme, by=by)


def submitting(station):
    from subsidies import services
    from subsidies.models import SubsidyClaim

    claim, by = SubsidyClaim.objects.get(facility=station), _user("clerk")
    return lambda: services.submit(claim, by=by)


def approving(station):
    from subsidies import services
    from subsidies.models import Budget, SubsidyClaim

    claim, by, budget = SubsidyClaim.objects.get(facility=station), _user("reviewer"), Budget.objects.get()
    return lambda: services.approve(claim, by=by, shares={budget: claim.amount})


def paying(station):
    from subsidies import services
    from subsidies.models import Budget, SubsidyClaim

    claim, by = SubsidyClaim.objects.get(facility=station), _user("approver")
    day = claim.district.default_as_of()
    entry = services.Entry(claim.amount, day, Budget.objects.get(), f"V-{station.pk}")
    return lambda: services.pay(claim, entry, by=by)


racing.ACTS |= {deed.__name__: against(deed) for deed in (drafting, submitting, approving, paying)}

if __name__ == "__main__":
    racing.main(*sys.argv[1:])

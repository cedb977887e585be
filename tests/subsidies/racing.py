"""One process of a race: waits at each round's line with the others, does its one thing, and writes down what it was told.

Started by test_claim_races.py as `racing.py <what> <place> <rounds> <folder>`; the folder holds one file a round for each who
has arrived, who is told to start, and what became of it.
"""

import os
import sys
import time
from decimal import Decimal
from pathlib import Path

import django

WAIT_SECONDS = 120


def main(what: str, place: str, rounds: str, folder: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eldercare.settings")
    django.setup()
    for turn in range(int(rounds)):
        act = ACTS[what](turn, int(place))
        Path(folder, f"{turn}-{place}.ready").touch()
        wait_for(Path(folder, f"{turn}.go"))
        written = Path(folder, f"{turn}-{place}.part")
        written.write_text(told(act), encoding="utf-8")
        written.rename(written.with_suffix(".told"))


def wait_for(file: Path) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not file.exists():
        if time.monotonic() > until:
            raise SystemExit(f"{file.name} never came")
        time.sleep(0.001)


def told(act) -> str:
    """Done, or why not; anything but a refusal in words is a fault of ours."""
    from eldercare.review import MoveRefused

    try:
        act()
    except MoveRefused as refused:
        return f"refused {refused}"
    except Exception as fault:
        return f"fault {type(fault).__name__} {fault}"
    return "done"


def paying(turn: int, place: int):
    """The whole amount of the round's claim, each process with a voucher of its own."""
    from eldercare.accounts import User
    from subsidies import services
    from subsidies.models import SubsidyClaim

    claim = SubsidyClaim.objects.get(note=f"付款{turn}")
    budget = claim.shares.get().budget
    entry = services.Entry(claim.amount, claim.district.default_as_of(), budget, f"V-{turn}-{place}")
    return lambda: services.pay(claim, entry, by=User.objects.get(username="approver"))


def instalments(turn: int, place: int):
    """60 % of the round's claim each: one fits, two do not."""
    from eldercare.accounts import User
    from subsidies import services
    from subsidies.models import SubsidyClaim

    claim = SubsidyClaim.objects.get(note=f"分期{turn}")
    entry = services.Entry(
        claim.amount * Decimal("0.6"), claim.district.default_as_of(), claim.shares.get().budget, f"P-{turn}-{place}"
    )
    return lambda: services.pay(claim, entry, by=User.objects.get(username="approver"))


def approving(turn: int, place: int):
    """Two claims of the round against one budget that bears one of them."""
    from eldercare.accounts import User
    from subsidies import services
    from subsidies.models import Budget, SubsidyClaim

    claim = SubsidyClaim.objects.get(note=f"批准{turn}-{place}")
    budget = Budget.objects.get(source="other")
    by = User.objects.get(username="reviewer")
    return lambda: services.approve(claim, by=by, shares={budget: claim.amount})


def agreeing(turn: int, place: int):
    """The round's one claim, approved by everybody."""
    from eldercare.accounts import User
    from subsidies import services
    from subsidies.models import Budget, SubsidyClaim

    claim = SubsidyClaim.objects.get(note=f"同意{turn}")
    budget = Budget.objects.get(source="district")
    by = User.objects.get(username="reviewer")
    return lambda: services.approve(claim, by=by, shares={budget: claim.amount})


def drafting(turn: int, place: int):
    """One township's bundle, drafted by everybody."""
    from eldercare.accounts import User
    from eldercare.regions import Region
    from subsidies import services
    from subsidies.models import SubsidyScheme

    unit = Region.objects.get(code__startswith="500156", short_name="接龙乡")
    scheme = SubsidyScheme.objects.get(policy__slug="wulong-2020", key="township-bundle")
    return lambda: services.draft(unit, scheme, by=User.objects.get(username="clerk"), note=f"打包{turn}")


ACTS = {
    "paying": paying,
    "instalments": instalments,
    "approving": approving,
    "agreeing": agreeing,
    "drafting": drafting,
}

if __name__ == "__main__":
    main(*sys.argv[1:])

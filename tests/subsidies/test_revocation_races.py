"""An acceptance is revoked at the moment when its money is asked for, agreed to or paid: whichever comes first.

The money is refused, or its claim carries the flag; it is never approved or paid without one. Three rounds of each, in both
orders and at once; twenty with CI_FULL=1.
"""

import pytest
from test_claim_races import Arena, laid

CLAIMS = "sorted([c.facility.name, c.status, bool(c.flagged_at), float(c.paid_total)] for c in SubsidyClaim.objects"


class Grounds(Arena):
    """A database of its own with accepted stations and their claims."""

    ground, racer = "revocationground", "revoking.py"

    def claims(self, what: str) -> dict[int, tuple]:
        """(status, flagged, paid) of the claim of each round that has one."""
        rows = self.ask(f"{CLAIMS}.filter(facility__name__startswith='{what}').select_related('facility'))")
        return {int(name.removeprefix(what)): tuple(rest) for name, *rest in rows}


@pytest.fixture(scope="module")
def grounds(tmp_path_factory):
    with laid(Grounds, "revocations", tmp_path_factory) as made:
        yield made


@pytest.mark.parametrize(
    ("what", "before", "after", "paid"),
    [
        ("drafting", None, "draft", 0.0),
        ("submitting", "draft", "submitted", 0.0),
        ("approving", "submitted", "approved", 0.0),
        ("paying", "approved", "paid", 200_000.0),
    ],
)
def test_revocation_beside_a_claim_flags_it_or_stops_it(grounds, tmp_path, what, before, after, paid):
    told = grounds.race(what, 2, tmp_path)
    found = grounds.claims(what)
    for turn, (revoked, done) in enumerate(told):
        assert revoked == "done", "an acceptance can always be revoked"
        if done == "done":
            assert found[turn] == (after, True, paid), turn
        else:
            assert done.startswith("refused "), done
            assert found.get(turn) == (before and (before, True, 0.0)), turn


def test_ledger_holds_only_payments_of_claims_that_carry_the_flag(grounds):
    """After all rounds: what was paid before its acceptance fell is there to be recovered, and nothing else was paid."""
    unflagged = grounds.ask("SubsidyClaim.objects.filter(flagged_at=None).count()")
    entries = grounds.ask("[str(p.claim.status) for p in Payment.objects.select_related('claim')]")
    assert (unflagged, set(entries) - {"paid"}) == (0, set())

"""Two people confirm two sheets of one township and month at the same moment: one month stands, the other is asked to look again.

Three rounds; twenty with CI_FULL=1.
"""

import pytest
from allowancerace import PEOPLE
from test_claim_races import ROUNDS, Arena, laid, one_did


class AllowanceArena(Arena):
    """A database with two previews of every round's month."""

    ground, racer = "allowancerace", "allowancerace.py"


@pytest.fixture(scope="module")
def arena(tmp_path_factory):
    with laid(AllowanceArena, "allowances", tmp_path_factory) as made:
        yield made


def test_two_confirms_of_one_month_write_it_once(arena, tmp_path):
    for told in arena.race("confirming", 2, tmp_path):
        one_did(told, "系统已按最新数据重新比对")
    rows = arena.ask("list(AllowanceTotal.objects.order_by('month').values_list('people', 'amount', 'superseded_at'))")
    assert len(rows) == ROUNDS, "one band of one sheet a month"
    assert all(people in PEOPLE and float(amount) == people * 100 and at is None for people, amount, at in rows)
    states = arena.ask("list(Upload.objects.order_by('period', 'status').values_list('status', flat=True))")
    assert states == ["confirmed", "staged"] * ROUNDS

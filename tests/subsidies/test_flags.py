"""Flags: what a revoked acceptance does to the claims that rest on it, and how a flag goes again."""

from decimal import Decimal

import factories
import pytest
from desk import accepted, complete_bundle, revoke, untouched
from waivedcentre import accepted_by_waiver

from eldercare import review
from eldercare.adminbase import history_of
from eldercare.review import MoveRefused, StaleObject
from facilities import history
from facilities.models import Waiver
from facilities.services import waiving
from subsidies import services

STATION = 200_000


def test_a_revoked_acceptance_flags_every_live_claim_that_rests_on_it(desk):
    station, other = accepted(), accepted("江口镇")
    own, beside, done = desk.draft(station), desk.draft(other), desk.draft(accepted("桐梓镇"))
    services.withdraw(done, by=desk.clerk, comment="重报")
    revoke(station, desk, "消防整改")
    row = untouched(own, status="draft", version=1)
    assert row.flag_reason == f"{station}的验收已撤销：消防整改"
    assert row.flagged_by == desk.approver
    untouched(beside, flagged_at=None)
    untouched(done, flagged_at=None)


def test_a_member_s_revoked_acceptance_flags_the_bundle(desk):
    made = complete_bundle()
    claim = desk.draft(factories.region("后坪乡"), "township-bundle")
    revoke(made[-1], desk)
    assert untouched(claim).flagged_at is not None


def test_a_flagged_claim_is_neither_approved_nor_paid(desk):
    waiting, budget = desk.submitted(), desk.budget()
    agreed = desk.approved((budget, STATION), subject=accepted("江口镇"))
    for claim in (waiting, agreed):
        revoke(claim.facility, desk)
    with pytest.raises(MoveRefused):
        desk.approve(waiting, {budget: Decimal(STATION)})
    with pytest.raises(MoveRefused, match=r"有预警：.*请先核实"):
        desk.pay(agreed, STATION, budget)


def test_a_flag_goes_when_the_claim_is_handed_in_on_ground_that_holds_again(desk):
    claim, budget = desk.submitted(), desk.budget()
    revoke(claim.facility, desk)
    with pytest.raises(MoveRefused):
        desk.approve(claim, {budget: Decimal(STATION)})
    claim.refresh_from_db()
    services.send_back(claim, by=desk.reviewer, comment="验收已撤销")
    with pytest.raises(MoveRefused, match="验收合格"):
        services.submit(claim, by=desk.clerk)
    history.record_one(
        claim.facility, {"stage": "accepted", "accepted_on": desk.today}, effective_on=desk.today, by=None
    )
    services.submit(claim, by=desk.clerk)
    untouched(claim, status="submitted", flagged_at=None, flagged_by=None, flag_reason="")
    desk.approve(claim, {budget: Decimal(STATION)})


def test_a_reviewer_may_let_a_flagged_claim_stand_with_a_reason(desk):
    budget = desk.budget()
    claim = desk.approved((budget, STATION))
    revoke(claim.facility, desk)
    claim.refresh_from_db()
    with pytest.raises(MoveRefused, match="理由"):
        services.keep(claim, by=desk.reviewer, comment=" ")
    event = services.keep(claim, by=desk.reviewer, comment="整改三日内完成，资金照付")
    assert event.detail["entitlement"]["outcome"] == "refused"
    assert "消防整改" in event.detail["flag"]
    untouched(claim, status="approved", flagged_at=None, flag_reason="")
    desk.pay(claim, STATION, budget)
    revoke(claim.facility, desk)
    claim.refresh_from_db()
    assert services.keep(claim, by=desk.reviewer, comment="已复验").verb == "keep_paid"


def test_a_flag_goes_with_the_claim_and_its_reason_stays_in_the_history(desk):
    budget = desk.budget()
    draft, agreed, paid = (
        desk.draft(accepted()),
        *(desk.approved((budget, STATION), subject=accepted(name)) for name in ("江口镇", "桐梓镇")),
    )
    desk.pay(paid, STATION, budget)
    for claim in (draft, agreed, paid):
        revoke(claim.facility, desk, "消防整改")
        claim.refresh_from_db()
        assert claim.flagged_at
        assert any("消防整改" in event["comment"] for event in history_of(claim))
    services.withdraw(draft, by=desk.clerk, comment="验收已撤销")
    services.cancel(agreed, by=desk.approver, comment="验收已撤销")
    desk.recover(paid)
    for claim, status in ((draft, "withdrawn"), (agreed, "withdrawn"), (paid, "recovered")):
        untouched(claim, status=status, flagged_at=None, flagged_by=None, flag_reason="")
        assert any("消防整改" in event["comment"] for event in history_of(claim))


def test_only_a_flag_can_be_kept(desk):
    claim = desk.approved((desk.budget(), STATION))
    with pytest.raises(MoveRefused, match="没有预警"):
        services.keep(claim, by=desk.reviewer, comment="核实")


def test_a_page_read_before_the_flag_is_stale(desk):
    budget = desk.budget()
    claim = desk.approved((budget, STATION))
    seen = claim.version
    revoke(claim.facility, desk)
    with pytest.raises(StaleObject):
        desk.pay(claim, STATION, budget, version=seen)


def test_a_waiver_taken_back_flags_nothing(desk, register):
    row = accepted_by_waiver(register, desk.clerk, desk.reviewer, desk.approver, Decimal(1420))
    claim = desk.draft(row.facility, "street-centre")
    assert claim.amount == 2_000_000
    waiving.revoke(Waiver.objects.get(review=row), by=desk.approver, comment="依据失效")
    untouched(claim, flagged_at=None, status="draft")


def test_a_real_revocation_flags_with_the_register_in_one_go(desk, register):
    row = accepted_by_waiver(register, desk.clerk, desk.reviewer, desk.approver, Decimal(1420))
    claim = desk.draft(row.facility, "street-centre")
    review.perform(row, "revoke", by=desk.approver, comment="消防整改")
    row.facility.refresh_from_db()
    assert row.facility.stage == "completed"
    assert untouched(claim).flag_reason == f"{row.facility}的验收已撤销：消防整改"

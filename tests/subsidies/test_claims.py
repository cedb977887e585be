"""Claims from draft to approval: what the portal computes, who may move them, and what stands in the way."""

from decimal import Decimal

import factories
import pytest
from desk import MILLION, accepted, complete_bundle, untouched
from django.db import IntegrityError, transaction

from eldercare import review
from eldercare.audit import AuditRecord
from eldercare.regions import Region
from eldercare.review import Denied, MoveRefused, StaleObject
from facilities import history
from subsidies import services
from subsidies.models import Source, SubsidyClaim

STATION = 200_000


# -- drafting


def test_amount_and_basis_come_from_the_scheme_and_the_accepted_facts(desk):
    station = accepted()
    claim = desk.draft(station, note="  首次申请 ")
    assert (claim.amount, claim.year, claim.status, claim.key) == (
        STATION,
        desk.year,
        "draft",
        f"facility:{station.code}",
    )
    assert (claim.facility, claim.township, claim.district) == (station, station.township, desk.district)
    assert claim.basis["outcome"] == "payable"
    assert {row["truth"] for row in claim.basis["conditions"]} == {"true"}
    assert claim.note == "首次申请"
    trail = AuditRecord.objects.get(action="record.created", object_id=str(claim.pk))
    assert trail.detail == {"amount": "200000.00", "key": claim.key}


def test_a_bundle_is_one_claim_that_rests_on_all_its_facilities(desk):
    made = complete_bundle()
    claim = desk.draft(factories.region("后坪乡"), "township-bundle")
    assert len(made) > 1
    assert (claim.amount, claim.facility) == (MILLION, None)
    assert set(claim.members.all()) == set(made)


def test_what_is_missing_is_told_at_once(desk):
    station = accepted(stage="completed", accepted_on=None)
    with pytest.raises(MoveRefused, match=r"不符合.*验收合格"):
        desk.draft(station)
    assert not SubsidyClaim.objects.exists()


def test_an_amount_that_is_not_printed_is_never_claimed(desk):
    with pytest.raises(MoveRefused, match=r"待定.*文件没有印金额"):
        desk.draft(accepted(), "operating")


def test_a_second_claim_names_the_first(desk):
    station = accepted()
    desk.draft(station)
    with pytest.raises(MoveRefused, match=r"已有申请：社区养老服务站建设补助（.*草稿）"):
        desk.draft(station)
    assert SubsidyClaim.objects.count() == 1


def test_a_withdrawn_claim_frees_its_key(desk):
    station = accepted()
    services.withdraw(desk.draft(station), by=desk.clerk, comment="资料有误")
    assert desk.draft(station).status == "draft"


def test_merged_towns_are_claimed_for_one_by_one(desk):
    street, former = factories.region("羊角街道"), factories.region("土坎镇")
    for type_, count in (("TOWNSHIP_CENTRE", 1), ("VILLAGE_POINT", 2)):
        for _ in range(count):
            accepted("土坎镇", type_)
    with pytest.raises(MoveRefused, match="羊角街道由羊角镇、土坎镇合并而来"):
        desk.draft(street, "township-bundle")
    key = f"township:{former.code}@2019-10-31"
    scheme = desk.scheme("township-bundle")
    claim = services.draft(street, scheme, by=desk.clerk, key=key)
    assert (claim.township, claim.key) == (former, key)
    with pytest.raises(MoveRefused, match="已有申请"):
        desk.draft(former, "township-bundle")
    with pytest.raises(MoveRefused, match="没有找到所选的这笔补助"):
        services.draft(street, scheme, by=desk.clerk, key="township:nowhere")


def test_the_old_town_itself_may_be_named(desk):
    for type_, count in (("TOWNSHIP_CENTRE", 1), ("VILLAGE_POINT", 2)):
        for _ in range(count):
            accepted("土坎镇", type_)
    claim = desk.draft(factories.region("土坎镇"), "township-bundle")
    services.submit(claim, by=desk.clerk)
    assert claim.status == "submitted"


def test_a_scheme_of_another_district_is_refused(desk):
    scheme = desk.scheme("station")
    scheme.policy.district = Region.objects.get(code="500238")
    scheme.policy.save()
    with pytest.raises(MoveRefused, match="不适用"):
        services.draft(accepted(), scheme, by=desk.clerk)


@pytest.mark.parametrize("years", [-1, 2, 10**9])
def test_the_budget_year_is_this_one_or_the_next(desk, years):
    with pytest.raises(MoveRefused, match="预算年度应为"):
        desk.draft(accepted(), year=desk.year + years)


@pytest.mark.parametrize("note", ["长" * 501, "坏\x00字"])
def test_a_note_that_cannot_be_kept_whole_is_refused(desk, note):
    with pytest.raises(MoveRefused, match="申请说明"):
        desk.draft(accepted(), note=note)


def test_only_a_clerk_of_the_district_drafts(desk, make_user):
    station, scheme = accepted(), desk.scheme("station")
    neighbour = make_user("clerk", Region.objects.get(code="500238"), "neighbour")
    for person in (desk.reviewer, desk.approver, neighbour):
        with pytest.raises(Denied):
            services.draft(station, scheme, by=person)
    assert not SubsidyClaim.objects.exists()


# -- submitting and approving


def test_a_claim_is_recomputed_when_it_is_handed_in(desk):
    station = accepted()
    claim = desk.draft(station)
    history.record_one(station, {"stage": "completed", "accepted_on": None}, effective_on=desk.today, by=None)
    with pytest.raises(MoveRefused, match="验收合格"):
        services.submit(claim, by=desk.clerk)
    untouched(claim, status="draft", version=0)


def test_a_changed_amount_asks_for_a_new_draft(desk):
    claim = desk.submitted()
    scheme = desk.scheme("station")
    scheme.body["amount"] = 150_000
    scheme.save()
    with pytest.raises(MoveRefused, match=r"重新计算为 150000.00 元"):
        desk.approve(claim, {desk.budget(): Decimal(STATION)})


def test_approval_commits_the_budgets_and_keeps_its_own_basis(desk):
    city, own = desk.budget(Source.CITY), desk.budget()
    claim = desk.submitted()
    event = desk.approve(claim, {city: Decimal("50000.50"), own: Decimal("149999.50")}, comment="同意")
    row = untouched(claim, status="approved", decided_by=desk.reviewer, version=2)
    assert dict(row.shares.values_list("budget__source", "amount")) == {
        "city": Decimal("50000.50"),
        "district": Decimal("149999.50"),
    }
    assert row.approved_basis["outcome"] == "payable"
    assert event.detail["shares"][str(city)] == "50000.50"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("199999.99", "合计 199999.99 元，应等于申请金额 200000.00 元"),
        ("200000.01", "合计 200000.01 元"),
        ("-200000", "金额"),
        ("200000.001", "金额"),
        ("NaN", "金额"),
        ("Infinity", "金额"),
        ("1E+40", "金额"),
        ("1000000000", "金额"),
        ("0", "合计 0.00 元"),
    ],
)
def test_shares_add_up_to_the_fen(desk, amount, words):
    claim = desk.submitted()
    with pytest.raises(MoveRefused, match=words):
        desk.approve(claim, {desk.budget(): Decimal(amount)})
    assert not untouched(claim, status="submitted").shares.exists()


def test_a_budget_of_another_year_or_district_is_refused(desk):
    claim = desk.submitted()
    with pytest.raises(MoveRefused, match="所选预算不是"):
        desk.approve(claim, {desk.budget(year=desk.year - 1): Decimal(STATION)})
    foreign = desk.budget()
    foreign.district = Region.objects.get(code="500238")
    foreign.save()
    with pytest.raises(MoveRefused, match="所选预算不是"):
        desk.approve(claim, {foreign: Decimal(STATION)})


def test_nothing_is_committed_beyond_what_is_planned(desk):
    budget = desk.budget(planned=Decimal(300_000))
    desk.approved((budget, STATION))
    other = desk.submitted(accepted("江口镇"))
    with pytest.raises(MoveRefused, match=r"预算 300000\.00 元，已安排 200000\.00 元，只剩 100000\.00 元"):
        desk.approve(other, {budget: Decimal(STATION)})
    untouched(other, status="submitted", approved_basis=None)


def test_a_cancelled_approval_frees_the_budget(desk):
    budget = desk.budget(planned=Decimal(STATION))
    claim = desk.approved((budget, STATION))
    services.cancel(claim, by=desk.approver, comment="项目调整")
    assert desk.approved((budget, STATION), subject=accepted("江口镇")).status == "approved"


def test_who_drafted_does_not_approve(desk):
    claim = desk.submitted()
    desk.clerk.user_permissions.set(desk.reviewer.groups.get().permissions.all())
    clerk = type(desk.clerk).objects.get(pk=desk.clerk.pk)
    with pytest.raises(MoveRefused, match="不能是同一人"):
        desk.approve(claim, {desk.budget(): Decimal(STATION)}, by=clerk)


def test_a_stale_page_approves_nothing(desk):
    claim = desk.submitted()
    with pytest.raises(StaleObject):
        desk.approve(claim, {desk.budget(): Decimal(STATION)}, version=0)


def test_an_attempt_without_the_right_stays_on_record(desk):
    claim = desk.submitted()
    with pytest.raises(Denied):
        desk.approve(claim, {}, by=desk.approver)
    assert AuditRecord.objects.filter(action="review.denied", object_id=str(claim.pk)).count() == 1


def test_a_claim_of_a_past_year_is_not_approved(desk):
    claim = desk.submitted()
    SubsidyClaim.objects.filter(pk=claim.pk).update(year=desk.year - 1)
    with pytest.raises(MoveRefused, match="预算年度已过"):
        desk.approve(claim, {desk.budget(year=desk.year - 1): Decimal(STATION)})


def test_perform_alone_neither_approves_nor_moves_money(desk):
    """The door of status is not a way round the budget and the ledger."""
    claim = desk.submitted()
    basis = {"outcome": "payable"}
    for more in ({}, {"approved_basis": basis}):
        with pytest.raises(MoveRefused, match="资金安排"):
            review.perform(claim, "approve", by=desk.reviewer, **more)
    budget = desk.budget()
    desk.approve(claim, {budget: Decimal(STATION)})
    for verb in ("pay", "pay_part", "recover"):
        for more in ({}, {"paid_total": Decimal(STATION)}, {"paid_total": Decimal(1), "detail": {"entries": [1]}}):
            with pytest.raises((MoveRefused, IntegrityError)), transaction.atomic():
                review.perform(claim, verb, by=desk.approver, comment="收回", **more)
    untouched(claim, status="approved", paid_total=0, paid_at=None)
    desk.pay(claim, 1000, budget)
    with pytest.raises(MoveRefused, match="填写"):
        review.perform(claim, "recover", by=desk.approver, comment="收回")
    with pytest.raises(MoveRefused, match="没有台账"):
        review.perform(claim, "recover", by=desk.approver, comment="收回", paid_total=Decimal(0))
    untouched(claim, status="approved", paid_total=1000)

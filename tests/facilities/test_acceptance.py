"""Acceptance: who may decide what when, what the check blocks, what a decision leaves behind, what the database refuses."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from eldercare import review
from eldercare.accounts import grant
from eldercare.review import Denied, MoveRefused, StaleObject, available_moves
from facilities import checks, history, services
from facilities.kinds import Stage
from facilities.models import AcceptanceReview, Declaration, FacilityRecord, StandardEdition
from facilities.rules.overall import Overall

ZONES = ["托养护理", "生活照料", "医疗保健", "文体活动"]
BUILT = {"gross_area": 900, "beds": 10, "nursing_beds": 5, "zones": ZONES, "stage": "completed"}
DAY = date(2020, 12, 1)


def declare(facility, *facts: str) -> None:
    for fact in facts:
        Declaration.objects.create(fact=fact, facility=facility, value=True, evidence="验收资料")


@pytest.fixture
def centre(register):
    """A township centre of 武隆 that meets every binding clause."""
    facility = register(type="TOWNSHIP_CENTRE", **BUILT)
    declare(facility, "requirement.all.fire_code", "facility.integrated_with_disabled_care")
    return facility


@pytest.fixture
def submitted(centre, clerk):
    row = services.open_review(centre, by=clerk)
    review.perform(row, "submit", by=clerk)
    return row


@pytest.fixture
def accepted(submitted, reviewer):
    services.accept(submitted, by=reviewer, accepted_on=DAY)
    return submitted


def test_a_facility_that_is_not_completed_cannot_be_submitted(register, clerk):
    row = services.open_review(register(stage="building"), by=clerk)
    with pytest.raises(MoveRefused, match="设施的建设阶段为“在建”，完工后才能验收"):
        review.perform(row, "submit", by=clerk)


def test_one_open_review_at_a_time(centre, clerk):
    services.open_review(centre, by=clerk)
    with pytest.raises(MoveRefused, match="已有一份“草稿”的验收审核"):
        services.open_review(centre, by=clerk)


@pytest.mark.parametrize("role", ["reviewer", "approver", "leader", "admin", "township"])
def test_only_a_clerk_begins_a_review(centre, make_user, role, wulong):
    with pytest.raises(Denied):
        services.open_review(centre, by=make_user(role, wulong))


def test_a_review_of_another_district_cannot_be_begun(centre, make_user, wulong):
    stranger = make_user("clerk", None)
    with pytest.raises(Denied, match="管理范围"):
        services.open_review(centre, by=stranger)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"gross_area": 720}, "建筑面积（二(二)）还差 80 ㎡"),
        ({"zones": ZONES[:3]}, "功能区（二(二)）缺少文体活动"),
        ({"gross_area": None}, "建筑面积（二(二)）待补：建筑面积"),
        ({"zones": None}, "功能区（二(二)）待补：功能区"),
    ],
)
def test_acceptance_names_the_clause_that_stands_in_its_way(submitted, reviewer, state, words):
    history.record_one(submitted.facility, state, effective_on=DAY, by=None)
    with pytest.raises(MoveRefused) as refused:
        services.accept(submitted, by=reviewer, accepted_on=DAY)
    assert words in str(refused.value)
    submitted.refresh_from_db()
    assert (submitted.status, submitted.facility.stage) == ("submitted", "completed")


def test_acceptance_waits_for_the_proof_that_a_clause_asks_for(submitted, reviewer):
    Declaration.objects.filter(fact="requirement.all.fire_code").delete()
    with pytest.raises(MoveRefused, match=r"资料不全.*符合建筑防火规范（二\(二\)）"):
        services.accept(submitted, by=reviewer, accepted_on=DAY)


def test_the_submitter_cannot_accept_even_with_the_role(submitted, clerk):
    grant(clerk, "clerk", "reviewer")
    both = type(clerk).objects.get(pk=clerk.pk)
    with pytest.raises(MoveRefused, match="提交人与本次操作不能是同一人"):
        services.accept(submitted, by=both, accepted_on=DAY)


def test_a_return_needs_its_reason_and_can_be_submitted_again(submitted, reviewer, clerk):
    with pytest.raises(MoveRefused, match="退回必须填写理由"):
        review.perform(submitted, "send_back", by=reviewer, comment="  ")
    review.perform(submitted, "send_back", by=reviewer, comment="缺消防证明")
    assert submitted.decided_by == reviewer
    review.perform(submitted, "submit", by=clerk)
    assert (submitted.status, submitted.decided_by, submitted.decided_at) == ("submitted", None, None)
    assert [event.verb for event in submitted.events()] == ["submit", "send_back", "submit"]


def test_acceptance_sets_the_stage_from_its_day_and_freezes_its_evidence(accepted, reviewer):
    facility = accepted.facility
    facility.refresh_from_db()
    assert (facility.stage, facility.accepted_on) == (Stage.ACCEPTED, DAY)
    on_the_day = FacilityRecord.objects.on(DAY).get(facility=facility)
    before = FacilityRecord.objects.on(DAY - timedelta(days=1)).get(facility=facility)
    assert (on_the_day.stage, on_the_day.recorded_by, before.stage) == (Stage.ACCEPTED, reviewer, Stage.COMPLETED)
    assert accepted.frozen["overall"] == Overall.ACCEPTABLE
    assert accepted.edition == StandardEdition.objects.get(policy__slug="wulong-2020")
    area = next(row for row in accepted.frozen["findings"] if row["requirement"] == "township.area")
    assert (area["measured"], area["required"], area["clause"]) == ("900.00", 800, "二(二)")


def test_what_was_frozen_stays_when_the_facts_change(accepted):
    history.record_one(accepted.facility, {"gross_area": 100}, effective_on=DAY, by=None)
    accepted.refresh_from_db()
    area = next(row for row in accepted.frozen["findings"] if row["requirement"] == "township.area")
    assert area["measured"] == "900.00"
    assert checks.check(accepted.facility, DAY).overall == Overall.NEEDS_REASON


def test_acceptance_is_not_dated_in_the_future(submitted, reviewer):
    with pytest.raises(MoveRefused, match="不能晚于今天"):
        services.accept(submitted, by=reviewer, accepted_on=timezone.localdate() + timedelta(days=1))


def test_a_type_without_standard_is_accepted_with_a_reason_only(register, clerk, reviewer):
    home = register(type="ELDERLY_HOME", stage="completed")
    row = services.open_review(home, by=clerk)
    review.perform(row, "submit", by=clerk)
    with pytest.raises(MoveRefused, match="须填写理由"):
        services.accept(row, by=reviewer, accepted_on=DAY)
    services.accept(row, by=reviewer, accepted_on=DAY, comment="按改造方案验收")
    assert row.frozen["overall"] == Overall.NO_STANDARD


def test_revocation_by_a_third_person_sets_the_facility_back_to_completed(accepted, approver):
    with pytest.raises(MoveRefused, match="必须填写理由"):
        review.perform(accepted, "revoke", by=approver)
    review.perform(accepted, "revoke", by=approver, comment="消防整改")
    accepted.facility.refresh_from_db()
    assert (accepted.status, accepted.facility.stage, accepted.facility.accepted_on) == ("revoked", "completed", None)
    assert accepted.frozen is not None
    assert FacilityRecord.objects.filter(facility=accepted.facility, reason="撤销验收：消防整改").exists()


def test_a_decision_on_a_page_that_is_no_longer_current_is_refused(submitted, reviewer):
    seen = submitted.version
    review.perform(submitted, "send_back", by=reviewer, comment="缺证明")
    with pytest.raises(StaleObject):
        services.accept(submitted, by=reviewer, accepted_on=DAY, version=seen)


def test_what_is_offered_differs_by_person_and_carries_its_reason(submitted, clerk, reviewer, approver, sysadmin):
    offered = {user.username: [o.move.verb for o in available_moves(submitted, user)] for user in (clerk, reviewer)}
    assert offered == {"clerk": ["withdraw"], "reviewer": ["accept", "send_back"]}
    assert available_moves(submitted, approver) == available_moves(submitted, sysadmin) == []
    history.record_one(submitted.facility, {"gross_area": 720}, effective_on=DAY, by=None)
    accept = available_moves(submitted, reviewer)[0]
    assert not accept.allowed
    assert "还差 80 ㎡" in accept.reason


def raw(row, **values):
    """An UPDATE that passes by every door but the database's."""
    with transaction.atomic():
        QuerySet(AcceptanceReview).filter(pk=row.pk).update(**values)


@pytest.mark.parametrize(
    ("stage", "values"),
    [
        ("submitted", {"status": "accepted"}),
        ("submitted", {"status": "draft"}),
        ("submitted", {"submitted_at": None}),
        ("submitted", {"submitted_by": None}),
        ("submitted", {"decided_at": timezone.now()}),
        ("submitted", {"status": "withdrawn"}),
        ("submitted", {"withdrawn_at": timezone.now()}),
        ("accepted", {"accepted_on": None}),
        ("accepted", {"frozen": None}),
        ("accepted", {"decided_by": None}),
        ("accepted", {"status": "revoked"}),
        ("accepted", {"revoked_at": timezone.now()}),
    ],
)
def test_the_database_keeps_state_time_and_person_together(request, stage, values):
    row = request.getfixturevalue(stage)
    with pytest.raises(IntegrityError):
        raw(row, **values)


def test_the_database_refuses_one_person_in_two_parts(accepted, reviewer):
    with pytest.raises(IntegrityError):
        raw(accepted, submitted_by=reviewer)
    with pytest.raises(IntegrityError):
        raw(accepted, status="revoked", revoked_at=timezone.now(), revoked_by=reviewer)


def test_the_database_keeps_one_open_and_one_accepted_review_a_facility(accepted, clerk):
    with pytest.raises(IntegrityError), transaction.atomic():
        AcceptanceReview.objects.bulk_create(
            AcceptanceReview(facility=accepted.facility, created_by=clerk) for _ in range(2)
        )


def test_status_is_not_written_by_a_queryset(submitted):
    with pytest.raises(TypeError, match="perform"):
        AcceptanceReview.objects.filter(pk=submitted.pk).update(status="accepted")


def test_checking_costs_the_same_for_one_and_many(centre, register, wulong, django_assert_max_num_queries):
    with django_assert_max_num_queries(6) as one:
        checks.check_all([centre], wulong, DAY)
    many = [centre, *(register(type="TOWNSHIP_CENTRE", **BUILT) for _ in range(12))]
    with django_assert_max_num_queries(len(one)):
        checks.check_all(many, wulong, DAY)

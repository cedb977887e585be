"""Acceptance: who may decide what when, what the check blocks, what a decision leaves behind, what the database refuses."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from eldercare import review
from eldercare.accounts import grant
from eldercare.audit import AuditRecord
from eldercare.review import Denied, MoveRefused, StaleObject, available_moves
from facilities import checks, history, services
from facilities.kinds import Stage
from facilities.models import AcceptanceReview, Declaration, FacilityRecord, SiteVisit, StandardEdition
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
def reviewing(submitted, reviewer):
    services.take(submitted, by=reviewer)
    return submitted


@pytest.fixture
def accepted(reviewing, reviewer):
    services.accept(reviewing, by=reviewer, accepted_on=DAY, comment="现场核查属实")
    return reviewing


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
def test_acceptance_names_the_clause_that_stands_in_its_way(reviewing, reviewer, state, words):
    history.record_one(reviewing.facility, state, effective_on=DAY, by=None)
    with pytest.raises(MoveRefused) as refused:
        services.accept(reviewing, by=reviewer, accepted_on=DAY)
    assert words in str(refused.value)
    reviewing.refresh_from_db()
    assert (reviewing.status, reviewing.facility.stage) == ("reviewing", "completed")


def test_acceptance_waits_for_the_proof_that_a_clause_asks_for(reviewing, reviewer):
    Declaration.objects.filter(fact="requirement.all.fire_code").delete()
    with pytest.raises(MoveRefused, match=r"资料不全.*符合建筑防火规范（二\(二\)）"):
        services.accept(reviewing, by=reviewer, accepted_on=DAY)


def test_the_submitter_can_neither_take_nor_accept_even_with_the_role(reviewing, register, clerk, approver):
    grant(clerk, "clerk", "reviewer")
    both = type(clerk).objects.get(pk=clerk.pk)
    with pytest.raises(MoveRefused, match="提交人与本次操作不能是同一人"):
        services.accept(reviewing, by=both, accepted_on=DAY)
    with pytest.raises(MoveRefused, match="提交了这份审核，不能由本人审核"):
        services.assign(reviewing, both, by=approver)
    waiting = services.open_review(register(type="TOWNSHIP_CENTRE", **BUILT), by=clerk)
    review.perform(waiting, "submit", by=clerk)
    with pytest.raises(MoveRefused, match="提交人与本次操作不能是同一人"):
        services.take(waiting, by=both)


def test_a_return_needs_its_reason_and_can_be_submitted_again(reviewing, reviewer, clerk):
    with pytest.raises(MoveRefused, match="退回必须填写理由"):
        review.perform(reviewing, "send_back", by=reviewer, comment="  ")
    review.perform(reviewing, "send_back", by=reviewer, comment="缺消防证明")
    assert reviewing.decided_by == reviewer
    review.perform(reviewing, "submit", by=clerk)
    row = AcceptanceReview.objects.get(pk=reviewing.pk)
    assert (row.status, row.decided_by, row.decided_at) == ("submitted", None, None)
    assert (row.reviewer, row.assigned_by, row.assigned_at) == (None, None, None)
    assert [event.verb for event in row.events()] == ["submit", "take", "send_back", "submit"]


# --- whose case it is ---


def test_taking_gives_the_case_to_the_one_who_takes_it(submitted, reviewer, make_user, wulong):
    services.take(submitted, by=reviewer)
    assert (submitted.status, submitted.reviewer, submitted.assigned_by) == ("reviewing", reviewer, reviewer)
    with pytest.raises(MoveRefused, match="当前状态为“审核中”"):
        services.take(submitted, by=make_user("reviewer", wulong))
    submitted.refresh_from_db()
    assert submitted.reviewer == reviewer


def test_the_approver_assigns_and_assigns_anew(submitted, approver, reviewer, make_user, wulong):
    second = make_user("reviewer", wulong)
    services.assign(submitted, reviewer, by=approver)
    services.assign(submitted, second, by=approver, comment="换人承办")
    assert (submitted.reviewer, submitted.assigned_by) == (second, approver)
    assert [event.detail["reviewer"] for event in submitted.events() if event.verb == "assign"] == [
        reviewer.pk, second.pk,
    ]  # fmt: skip


@pytest.mark.parametrize("verb", ["accept", "send_back"])
def test_another_reviewer_does_not_decide_and_reads_who_does(reviewing, reviewer, make_user, wulong, verb):
    reviewer.full_name = "冉审核"
    reviewer.save()
    other = make_user("reviewer", wulong)
    decide = {
        "accept": lambda: services.accept(reviewing, by=other, accepted_on=DAY),
        "send_back": lambda: review.perform(reviewing, "send_back", by=other, comment="缺证明"),
    }
    with pytest.raises(MoveRefused, match="本件由冉审核承办"):
        decide[verb]()
    reviewing.refresh_from_db()
    assert (reviewing.status, reviewing.decided_by) == ("reviewing", None)


def test_a_review_that_nobody_has_taken_is_not_decided(submitted, reviewer):
    with pytest.raises(MoveRefused, match="当前状态为“待受理”，不能验收合格"):
        services.accept(submitted, by=reviewer, accepted_on=DAY)


def test_those_who_may_be_assigned_are_the_active_reviewers_of_the_district(
    submitted, clerk, reviewer, approver, make_user, wulong, jiangkou
):
    grant(clerk, "clerk", "reviewer")
    second, gone = make_user("reviewer", wulong), make_user("reviewer", wulong)
    gone.is_active = False
    gone.save()
    make_user("reviewer", jiangkou)
    assert set(services.reviewers(submitted)) == {reviewer, second}
    for stranger in (gone, approver, make_user("reviewer", None)):
        with pytest.raises(MoveRefused, match="没有审核验收的权限，或不在该设施所在区县"):
            services.assign(submitted, stranger, by=approver)
    submitted.refresh_from_db()
    assert (submitted.status, submitted.reviewer) == ("submitted", None)


@pytest.mark.parametrize("role", ["clerk", "reviewer", "leader", "admin", "township"])
def test_only_the_approver_assigns(submitted, reviewer, make_user, wulong, role):
    with pytest.raises(Denied):
        services.assign(submitted, reviewer, by=make_user(role, wulong))
    assert not submitted.events().exclude(verb="submit").exists()


def test_acceptance_without_a_site_visit_says_why(reviewing, reviewer):
    with pytest.raises(MoveRefused, match="没有现场核查记录，验收合格须填写理由"):
        services.accept(reviewing, by=reviewer, accepted_on=DAY)
    SiteVisit.objects.create(review=reviewing, visited_on=DAY, recorded_by=reviewer)
    services.accept(reviewing, by=reviewer, accepted_on=DAY)
    assert reviewing.status == "accepted"


def test_who_may_not_decide_is_on_record(reviewing, approver):
    with pytest.raises(Denied):
        services.accept(reviewing, by=approver, accepted_on=DAY)
    assert AuditRecord.objects.filter(action="review.denied", detail__verb="accept").count() == 1


# --- acceptance and what follows ---


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


def test_acceptance_is_not_dated_in_the_future(reviewing, reviewer):
    with pytest.raises(MoveRefused, match="不能晚于今天"):
        services.accept(reviewing, by=reviewer, accepted_on=timezone.localdate() + timedelta(days=1))


def test_a_type_without_standard_is_accepted_with_a_reason_only(register, clerk, reviewer):
    home = register(type="ELDERLY_HOME", stage="completed")
    row = services.open_review(home, by=clerk)
    review.perform(row, "submit", by=clerk)
    services.take(row, by=reviewer)
    with pytest.raises(MoveRefused, match="没有适用于这类设施的标准，验收合格须填写理由"):
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


def test_a_decision_on_a_page_that_is_no_longer_current_is_refused(reviewing, reviewer):
    seen = reviewing.version
    review.perform(reviewing, "send_back", by=reviewer, comment="缺证明")
    with pytest.raises(StaleObject):
        services.accept(reviewing, by=reviewer, accepted_on=DAY, version=seen)


def test_what_is_offered_differs_by_person_and_carries_its_reason(submitted, clerk, reviewer, approver, sysadmin):
    def offered() -> list[list[str]]:
        people = (clerk, reviewer, approver, sysadmin)
        return [[option.move.verb for option in available_moves(submitted, person)] for person in people]

    assert offered() == [["withdraw"], ["take"], ["assign"], []]
    services.take(submitted, by=reviewer)
    assert offered() == [["withdraw"], ["accept", "send_back"], ["assign"], []]
    history.record_one(submitted.facility, {"gross_area": 720}, effective_on=DAY, by=None)
    accept = available_moves(submitted, reviewer)[0]
    assert not accept.allowed
    assert "还差 80 ㎡" in accept.reason


def raw(row, **values):
    """An UPDATE that passes by every door but the database's."""
    with transaction.atomic():
        QuerySet(AcceptanceReview).filter(pk=row.pk).update(**values)


NOW = timezone.now()


@pytest.mark.parametrize(
    ("stage", "values"),
    [
        ("submitted", {"status": "accepted"}),
        ("submitted", {"status": "draft"}),
        ("submitted", {"status": "approved"}),
        ("submitted", {"status": "reviewing"}),
        ("submitted", {"submitted_at": None}),
        ("submitted", {"submitted_by": None}),
        ("submitted", {"assigned_at": NOW}),
        ("submitted", {"decided_at": NOW}),
        ("submitted", {"status": "withdrawn"}),
        ("submitted", {"withdrawn_at": NOW}),
        ("submitted", {"accepted_on": DAY}),
        ("submitted", {"frozen": {}}),
        ("reviewing", {"status": "submitted"}),
        ("reviewing", {"status": "returned"}),
        ("reviewing", {"reviewer": None}),
        ("reviewing", {"assigned_at": None}),
        ("reviewing", {"assigned_by": None}),
        ("reviewing", {"decided_at": NOW}),
        ("reviewing", {"consented_at": NOW}),
        ("reviewing", {"recheck": {}}),
        ("accepted", {"accepted_on": None}),
        ("accepted", {"frozen": None}),
        ("accepted", {"decided_at": None}),
        ("accepted", {"decided_by": None}),
        ("accepted", {"reviewer": None}),
        ("accepted", {"assigned_by": None}),
        ("accepted", {"submitted_by": None}),
        ("accepted", {"consented_at": NOW}),
        ("accepted", {"rechecked_at": NOW}),
        ("accepted", {"recheck": {}}),
        ("accepted", {"status": "revoked"}),
        ("accepted", {"status": "reviewing"}),
        ("accepted", {"revoked_at": NOW}),
    ],
)
def test_the_database_keeps_state_time_and_person_together(request, stage, values):
    row = request.getfixturevalue(stage)
    with pytest.raises(IntegrityError):
        raw(row, **values)


@pytest.mark.parametrize(
    ("stage", "person", "values"),
    [
        (
            "submitted",
            "submitted_by",
            {"status": "reviewing", "assigned_at": NOW, "assigned_by": None, "reviewer": None},
        ),
        ("reviewing", "submitted_by", {"reviewer": None}),
        ("reviewing", "reviewer", {"submitted_by": None}),
        ("accepted", "reviewer", {"submitted_by": None}),
        ("accepted", "approver", {"decided_by": None}),
        ("accepted", "submitted_by", {"consented_at": NOW, "consented_by": None}),
        ("accepted", "decided_by", {"consented_at": NOW, "consented_by": None}),
        ("accepted", "submitted_by", {"recheck": {}, "rechecked_at": NOW, "rechecked_by": None}),
        ("accepted", "decided_by", {"status": "revoked", "revoked_at": NOW, "revoked_by": None}),
        ("reviewing", "approver", {"consented_at": NOW, "consented_by": None}),
    ],
)
def test_the_database_refuses_one_person_in_two_parts(request, approver, stage, person, values):
    """`None` stands for the person named: whoever already signed in another part, or an approver without part."""
    row = request.getfixturevalue(stage)
    who = approver if person == "approver" else getattr(row, person)
    with pytest.raises(IntegrityError):
        raw(
            row,
            **{name: who if name.endswith("_by") or name == "reviewer" else value for name, value in values.items()},
        )


def test_the_database_takes_three_persons_and_a_recheck(accepted, approver, make_user, wulong):
    """The rules above refuse what is wrong, not what is right."""
    raw(accepted, consented_at=NOW, consented_by=approver)
    raw(accepted, recheck={"day": "2020-12-31"}, rechecked_at=NOW, rechecked_by=accepted.decided_by)
    raw(accepted, status="revoked", revoked_at=NOW, revoked_by=approver)
    assert AcceptanceReview.objects.get().status == "revoked"


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

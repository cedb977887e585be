"""复核: what differs from what an acceptance rests on, and the fresh copy that settles it while the frozen one stays."""

from datetime import date

import pytest
from django.utils import timezone

from eldercare import review
from eldercare.audit import AuditRecord
from eldercare.review import Denied, MoveRefused, StaleObject
from facilities import history, services
from facilities.models import (
    AcceptanceReview,
    Declaration,
    OperatorContract,
    Requirement,
    StandardEdition,
    Waiver,
    ZoneAlias,
)
from facilities.services.rechecking import differences, needing, recheck

DAY, LATER = date(2020, 12, 1), date(2020, 12, 20)
ZONES = ["托养护理", "生活照料", "医疗保健", "文体活动"]
BUILT = {"gross_area": 900, "beds": 10, "nursing_beds": 5, "zones": ZONES, "stage": "completed"}


@pytest.fixture
def accept(register, clerk, reviewer):
    """accept(**state) -> an accepted review of a township centre; what is said replaces what it was built with."""

    def make(**state) -> AcceptanceReview:
        facility = register(type="TOWNSHIP_CENTRE", **(BUILT | state))
        declare(facility, "requirement.all.fire_code", "facility.integrated_with_disabled_care")
        row = services.open_review(facility, by=clerk)
        review.perform(row, "submit", by=clerk)
        services.take(row, by=reviewer)
        return row

    def finish(**state) -> AcceptanceReview:
        row = make(**state)
        services.accept(row, by=reviewer, accepted_on=DAY, comment="现场核查属实")
        return row

    finish.only_take = make
    return finish


@pytest.fixture
def accepted(accept):
    return accept()


def declare(facility, *facts: str, value: bool = True, on: date | None = None) -> None:
    for fact in facts:
        Declaration.objects.create(fact=fact, facility=facility, value=value, evidence="验收资料", starts_on=on)


def change(row, **values) -> None:
    history.record_one(row.facility, values, effective_on=LATER, by=None, reason="月报")


def told(row) -> dict[str, tuple[str, str]]:
    return {found.label: (found.before_text, found.after_text) for found in differences(row)}


def test_acceptance_itself_and_what_follows_from_it_is_no_difference(accepted, clerk):
    change(accepted, stage="operating", operator="某公司", operation="public", remark="开业")
    OperatorContract.objects.create(
        facility=accepted.facility, operator="某公司", operation="public", starts_on=LATER, recorded_by=clerk
    )
    declare(accepted.facility, "facility.medical_care")
    assert differences(accepted) == []
    assert needing([accepted]) == {}


def test_a_changed_fact_is_listed_before_and_after_and_gone_when_it_is_back(accepted):
    change(accepted, beds=12)
    assert told(accepted) == {"床位": ("10 张", "12 张")}
    change(accepted, beds=10)
    assert told(accepted) == {}


def test_a_fact_that_fails_its_clause_is_listed_with_the_outcome(accepted):
    change(accepted, gross_area=720)
    found = differences(accepted)
    assert [(one.kind, one.key, one.before, one.after) for one in found] == [
        ("fact", "facility.gross_area", {"$decimal": "900.00"}, {"$decimal": "720.00"}),
        ("outcome", "township.area", "met", "unmet"),
    ]
    assert [(one.clause, one.after_text) for one in found] == [("二(二)", "720 ㎡"), ("二(二)", "不达标（还差 80 ㎡）")]


def test_a_value_that_is_no_longer_known_is_listed(accepted):
    change(accepted, zones=None)
    assert told(accepted)["功能区"] == ("达标", "资料不全（待补：功能区）")
    assert differences(accepted)[0].after_text == "未登记"


def test_a_declaration_that_was_taken_back_is_listed(accepted):
    declare(accepted.facility, "requirement.all.fire_code", value=False, on=LATER)
    found = {one.kind: (one.before_text, one.after_text) for one in differences(accepted)}
    assert found["fact"] == ("是", "否")
    assert found["outcome"][1].startswith("不达标")


def test_what_changes_after_the_day_that_is_asked_for_is_not_seen_yet(accepted):
    change(accepted, beds=12)
    assert needing([accepted], date(2020, 12, 19)) == {}
    assert set(needing([accepted], LATER)) == {accepted.pk}


def consented(row, person, **span) -> Waiver:
    waiver = Waiver(
        review=row, facility=row.facility, requirement="township.area", edition="wulong-2020", label="建筑面积",
        clause="二(二)", measured="720", justification="用地受限，周边无可扩建空间", status="consented",
        submitted_by=row.submitted_by, proposed_by=row.reviewer, decided_at=timezone.now(), decided_by=person,
        effective_on=date(2020, 11, 1),
    )  # fmt: skip
    return Waiver.objects.bulk_create([waiver])[0]


@pytest.fixture
def waived(accept, reviewer, approver):
    """Accepted at 720 ㎡ under a waiver of the area."""
    row = accept.only_take(gross_area=720)
    consented(row, approver)
    services.accept(row, by=reviewer, accepted_on=DAY, comment="现场核查属实")
    return row


def test_an_acceptance_by_waiver_stands_while_the_waiver_does(waived):
    assert (waived.frozen["overall"], differences(waived)) == ("acceptable", [])


def test_a_waiver_taken_back_after_acceptance_needs_a_recheck(waived, approver):
    review.perform(Waiver.objects.get(), "revoke", by=approver, comment="已有扩建条件", ended_on=LATER)
    assert told(waived) == {"建筑面积": ("原则性偏差（还差 80 ㎡）", "不达标（还差 80 ㎡）")}


def test_a_waiver_lapses_with_a_worse_value(waived):
    change(waived, gross_area=700)
    assert [one.kind for one in differences(waived)] == ["fact", "outcome"]


def test_a_name_that_no_longer_counts_changes_the_outcome_alone(accept, wulong, reviewer):
    policy = wulong.policies.get()
    alias = ZoneAlias.objects.create(policy=policy, listed="医疗保健", counted="健康管理")
    review.perform(alias, "confirm", by=reviewer)
    row = accept(zones=["托养护理", "生活照料", "健康管理", "文体活动"])
    assert differences(row) == []
    review.perform(alias, "reject", by=reviewer)
    assert [(one.kind, one.key, one.before, one.after) for one in differences(row)] == [
        ("outcome", "township.zones", "met", "unmet")
    ]


def test_a_new_edition_alone_is_no_difference(accepted):
    old = StandardEdition.objects.get()
    new = StandardEdition.objects.create(
        policy=old.policy,
        key="wulong-2021",
        valid_from=date(2020, 12, 10),
        body=old.body | {"edition": {"id": "wulong-2021"}},
    )
    for row in old.requirements.all():
        body = row.body | ({"value": 5000} if row.key == "township.area" else {})
        values = {field.name: getattr(row, field.name) for field in Requirement._meta.fields if field.name != "id"}
        Requirement.objects.create(**values | {"edition": new, "body": body})
    assert StandardEdition.objects.in_force(accepted.facility.district, LATER) == new
    assert differences(accepted) == []
    change(accepted, gross_area=950)
    assert [one.kind for one in differences(accepted)] == ["fact"]


# --- the move ---


def test_a_recheck_keeps_a_fresh_copy_and_never_touches_the_frozen_one(accepted, reviewer):
    before = dict(accepted.frozen)
    change(accepted, gross_area=720)
    event = recheck(accepted, by=reviewer, comment="已改建，面积减少，责成整改")
    accepted.refresh_from_db()
    assert (accepted.status, accepted.frozen, accepted.accepted_on) == ("accepted", before, DAY)
    assert accepted.rechecked_by == reviewer
    assert (accepted.recheck["overall"], accepted.recheck["facts"]["facility.gross_area"]) == (
        "needs_reason", {"$decimal": "720.00"},
    )  # fmt: skip
    assert differences(accepted) == []
    assert event.detail["overall"] == "needs_reason"
    assert [one["label"] for one in event.detail["differences"]] == ["建筑面积", "建筑面积"]
    accepted.facility.refresh_from_db()
    assert accepted.facility.stage == "accepted"


def test_what_changes_after_a_recheck_is_told_against_the_recheck(accepted, reviewer):
    change(accepted, beds=12)
    recheck(accepted, by=reviewer, comment="核实增床")
    change(accepted, beds=14)
    assert told(accepted) == {"床位": ("12 张", "14 张")}


@pytest.mark.parametrize("comment", ["", "  "])
def test_a_recheck_needs_its_reason(accepted, reviewer, comment):
    with pytest.raises(MoveRefused, match="复核必须填写理由"):
        recheck(accepted, by=reviewer, comment=comment)
    assert AcceptanceReview.objects.get().recheck is None


def test_stale_and_second_recheck(accepted, reviewer):
    seen = accepted.version
    recheck(accepted, by=reviewer, comment="核实", version=seen)
    with pytest.raises(StaleObject):
        recheck(accepted, by=reviewer, comment="核实", version=seen)
    assert accepted.events().filter(verb="recheck").count() == 1


def test_a_review_that_is_not_accepted_is_not_rechecked(accept, reviewer):
    row = accept.only_take()
    with pytest.raises(MoveRefused, match="当前状态为“审核中”，不能复核"):
        recheck(row, by=reviewer, comment="核实")
    assert (differences(row), needing([row])) == ([], {})


@pytest.mark.parametrize("role", ["clerk", "approver", "leader", "admin", "township"])
def test_only_a_reviewer_rechecks(accepted, make_user, wulong, role):
    with pytest.raises(Denied):
        recheck(accepted, by=make_user(role, wulong), comment="核实")
    assert AuditRecord.objects.get(action="review.denied").detail["verb"] == "recheck"


def test_a_revoked_review_keeps_its_recheck_and_needs_no_other(accepted, reviewer, approver):
    change(accepted, beds=12)
    recheck(accepted, by=reviewer, comment="核实")
    review.perform(accepted, "revoke", by=approver, comment="消防整改")
    assert accepted.recheck["facts"]["facility.beds"] == 12
    assert differences(accepted) == []


# --- many at once ---


def test_those_that_need_a_recheck_are_found_among_many_at_the_same_cost(
    accept, accepted, register, clerk, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12) as one:
        assert needing([accepted]) == {}
    rows = [accepted, *(accept() for _ in range(8)), services.open_review(register(stage="completed"), by=clerk)]
    change(rows[3], beds=12)
    change(rows[5], gross_area=720)
    with django_assert_num_queries(len(one)):
        found = needing(rows)
    assert set(found) == {rows[3].pk, rows[5].pk}
    assert found[rows[3].pk] == differences(rows[3])
    assert found[rows[5].pk] == differences(rows[5])


def test_no_reviews_cost_next_to_nothing(db, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        assert needing([]) == {}

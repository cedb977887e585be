"""The rectification ledger: who opens, reports, strikes off and reopens what; what the check and the database refuse."""

from datetime import date, timedelta

import factories
import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from shortcomings import MUST, PRINCIPLE, PROOF, SOON, TODAY, TYPED, ZONES, case, centre, declare, item, reported

from eldercare import review
from eldercare.accounts import grant
from eldercare.audit import AuditRecord
from eldercare.regions import Region
from eldercare.review import Denied, MoveRefused, StaleObject
from facilities import checks, history, services
from facilities.models import Rectification, Waiver
from facilities.rules.findings import Outcome
from facilities.services import rectifying

__all__ = ["case", "centre", "item", "reported"]


def second(role: str, wulong):
    return factories.user(role, wulong, f"{role}-second")


# Opening


def test_each_failing_clause_has_a_draft_with_its_gap_and_shortest_repair(centre):
    found = {draft.requirement: draft for draft in rectifying.drafts(checks.check(centre, TODAY))}

    assert set(found) == {MUST, PRINCIPLE, "all.fire_code"}
    area = found[PRINCIPLE]
    assert (area.label, area.clause, area.problem, area.measure) == (
        "建筑面积", "二(二)", "还差 80 ㎡", "建筑面积增加 80 ㎡",
    )  # fmt: skip
    assert found[MUST].measure == "增设文体活动"
    proof = found["all.fire_code"]
    assert (proof.problem, proof.measure) == ("待补：符合建筑防火规范", "补登资料：符合建筑防火规范")
    assert (area.owner, area.due_on, area.edition) == ("白马镇", TODAY + timedelta(days=30), "wulong-2020")


def test_the_operator_answers_for_a_facility_that_has_one(register):
    run = register(type="TOWNSHIP_CENTRE", gross_area=720, operator="某养老公司", stage="operating")
    assert {draft.owner for draft in rectifying.drafts(checks.check(run, TODAY))} == {"某养老公司"}


def test_a_clause_in_the_ledger_has_no_second_draft(centre, item):
    item(PRINCIPLE)
    drafted = rectifying.drafts(checks.check(centre, TODAY))
    assert PRINCIPLE not in {draft.requirement for draft in drafted}


def test_opening_leaves_its_trace(item, reviewer):
    row = item(PRINCIPLE, label="建筑面积")
    assert (row.status, row.opened_by, row.reopenings) == ("open", reviewer, 0)
    record = AuditRecord.objects.get(action="record.created", model="facilities.rectification")
    assert (record.object_id, record.by_id) == (str(row.pk), reviewer.pk)


def test_two_live_items_of_one_clause_are_refused_with_the_number(item):
    first = item(PRINCIPLE)
    with pytest.raises(MoveRefused, match=f"已有一项未销号的整改（编号 {first.pk}）"):
        item(PRINCIPLE)


def test_shortcomings_without_a_clause_are_as_many_as_there_are(item):
    assert item().pk != item().pk


def test_a_clause_that_is_met_needs_no_item(item):
    with pytest.raises(MoveRefused, match="没有不达标"):
        item("township.integrated")


def test_all_faults_are_told_at_once(item):
    with pytest.raises(ValidationError) as refused:
        item(label=" ", problem="长" * 501, measure="坏\x00字", owner="", due_on=TODAY - timedelta(days=1))
    assert set(refused.value.message_dict) == {"label", "problem", "measure", "owner", "due_on"}
    assert not Rectification.objects.exists()


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (TODAY - timedelta(days=1), "不能早于今天"),
        (date(2101, 1, 1), "不能晚于 2100 年"),
        (None, "不是有效日期"),
        ("明天", "不是有效日期"),
    ],
)
def test_a_deadline_is_a_day_from_today_to_2100(item, day, words):
    with pytest.raises(ValidationError, match=words):
        item(due_on=day)


@pytest.mark.parametrize("day", [TODAY, date(2100, 12, 31)])
def test_the_first_and_last_possible_deadline(item, day):
    assert item(due_on=day).due_on == day


@pytest.mark.parametrize("role", ["approver", "leader", "admin", "township", "apiclient"])
def test_only_clerks_and_reviewers_open_items(centre, make_user, wulong, role):
    with pytest.raises(Denied):
        rectifying.open_item(centre, by=make_user(role, wulong), **TYPED)


def test_another_district_opens_nothing(centre, make_user):
    stranger = make_user("reviewer", Region.objects.get(code="500238"))
    with pytest.raises(Denied, match="管理范围"):
        rectifying.open_item(centre, by=stranger, **TYPED)


def test_several_clauses_are_opened_at_once_and_belong_to_the_review(case, reviewer):
    items = [{"requirement": MUST}, {"requirement": PRINCIPLE, "measure": "扩建二楼", "due_on": SOON}]
    zone, area = rectifying.open_many(case, items, by=reviewer)
    assert (zone.measure, area.measure, area.review, zone.review) == ("增设文体活动", "扩建二楼", case, case)


def test_one_fault_opens_none_of_several(case, reviewer):
    items = [{"requirement": MUST}, {"requirement": PRINCIPLE, "owner": ""}, {"requirement": "township.integrated"}]
    with pytest.raises(ValidationError) as refused:
        rectifying.open_many(case, items, by=reviewer)
    assert "建筑面积：责任单位或责任人不能为空。" in refused.value.messages
    assert any("已达标" in text for text in refused.value.messages)
    assert not Rectification.objects.exists()


def test_nothing_ticked_is_said(case, reviewer):
    with pytest.raises(MoveRefused, match="请先勾选"):
        rectifying.open_many(case, [], by=reviewer)


def test_one_clause_ticked_twice_is_refused(case, reviewer):
    with pytest.raises(ValidationError, match="重复"):
        rectifying.open_many(case, [{"requirement": MUST}, {"requirement": MUST}], by=reviewer)


def test_a_withdrawn_review_takes_no_more_items(case, clerk, reviewer):
    review.perform(case, "withdraw", by=clerk, comment="误报")
    with pytest.raises(MoveRefused, match="已撤回"):
        rectifying.open_many(case, [{"requirement": MUST}], by=reviewer)


def test_an_item_outlives_the_withdrawal_of_its_review(case, clerk, reviewer):
    (row,) = rectifying.open_many(case, [{"requirement": MUST}], by=reviewer)
    review.perform(case, "withdraw", by=clerk, comment="误报")
    history.record_one(case.facility, {"zones": ZONES}, effective_on=TODAY, by=clerk)
    rectifying.report(row, by=clerk, comment="已整改")
    rectifying.close(row, by=reviewer, comment="已复查")
    assert (row.status, row.review_id) == ("closed", case.pk), "what is lacking stays lacking until it is put right"


def test_a_review_of_another_facility_is_refused(case, register, reviewer):
    other = register(type="TOWNSHIP_CENTRE", gross_area=720)
    with pytest.raises(MoveRefused, match="不是该设施的"):
        rectifying.open_item(other, by=reviewer, review=case, **TYPED)


# Striking off: outcome of the clause when it is re-checked → refused with these words, or closed


def met(centre):
    history.record_one(centre, {"gross_area": 800}, effective_on=date(2020, 12, 1), by=None)


def waived(centre):
    """Consented to at the value that still stands."""
    row = services.open_review(centre, by=factories.user("clerk", centre.district))
    now, people = timezone.now(), [factories.user(role, centre.district) for role in ("reviewer", "approver")]
    Waiver.objects.bulk_create(
        [Waiver(
            review=row, facility=centre, requirement=PRINCIPLE, edition="wulong-2020", label="建筑面积", clause="二(二)",
            measured="720", justification="用地受限", status="consented", proposed_by=people[0], decided_by=people[1],
            decided_at=now, effective_on=date(2020, 12, 1), submitted_by=row.created_by,
        )]
    )  # fmt: skip


def unknown(centre):
    history.record_one(centre, {"gross_area": None}, effective_on=date(2020, 12, 1), by=None)


def smaller(centre):
    history.record_one(centre, {"gross_area": 719}, effective_on=date(2020, 12, 1), by=None)


def no_more_asked(centre):
    history.record_one(centre, {"type": "ELDERLY_HOME"}, effective_on=date(2020, 12, 1), by=None)


def zone_added(centre):
    history.record_one(centre, {"zones": ZONES}, effective_on=date(2020, 12, 1), by=None)


def unchanged(centre):
    """Nothing was done."""


@pytest.mark.parametrize(
    ("requirement", "done", "words"),
    [
        (PRINCIPLE, met, ""),
        (PRINCIPLE, waived, ""),
        (PRINCIPLE, no_more_asked, ""),
        (PRINCIPLE, unchanged, r"建筑面积（二\(二\)）仍不达标，还差 80 ㎡；达标，或偏差说明经同意，才能销号"),
        (PRINCIPLE, smaller, "还差 81 ㎡"),
        (PRINCIPLE, unknown, r"建筑面积（二\(二\)）资料不全，待补：建筑面积；资料补登后才能销号"),
        (MUST, zone_added, ""),
        (MUST, unchanged, r"功能区（二\(二\)）仍不达标，缺少文体活动；必须达标后才能销号"),
        ("all.fire_code", lambda centre: declare(centre, PROOF), ""),
        ("all.fire_code", unchanged, "待补：符合建筑防火规范"),
        ("all.fire_code", lambda centre: declare(centre, PROOF, value=False), "必须达标后才能销号"),
        ("", unchanged, ""),
    ],
)
def test_an_item_is_struck_off_only_when_its_clause_allows(reported, centre, reviewer, requirement, done, words):
    row = reported(requirement)
    done(centre)
    if words:
        with pytest.raises(MoveRefused, match=words):
            rectifying.close(row, by=reviewer, comment="已复查")
        assert Rectification.objects.get(pk=row.pk).status == "reported"
        return
    rectifying.close(row, by=reviewer, comment="已复查")
    assert (row.status, row.closed_by) == ("closed", reviewer)


def test_a_refusal_is_shown_before_anybody_presses(reported, reviewer):
    offered = {option.move.verb: option.reason for option in review.available_moves(reported(MUST), reviewer)}
    assert "必须达标后才能销号" in offered["close"]
    assert offered["reopen"] == ""


def test_what_the_re_check_said_stays_with_the_decision(reported, centre, reviewer):
    row = reported(PRINCIPLE)
    met(centre)
    event = rectifying.close(row, by=reviewer, comment="现场量过")
    assert event.detail["day"] == TODAY.isoformat()
    assert (event.detail["finding"]["outcome"], event.detail["finding"]["measured"]) == (Outcome.MET, "800.00")


# Persons


def test_who_reported_does_not_strike_off_whatever_the_roles(reported, clerk):
    row = reported()
    grant(clerk, "clerk", "reviewer")
    both = type(clerk).objects.get(pk=clerk.pk)
    with pytest.raises(MoveRefused, match="不能是同一人"):
        rectifying.close(row, by=both, comment="自己看过")
    with pytest.raises(MoveRefused, match="不能是同一人"):
        rectifying.reopen(row, by=both, comment="自己看过")


def test_who_opened_may_strike_off_what_another_reported(reported, reviewer):
    row = reported()
    rectifying.close(row, by=reviewer, comment="已复查")
    assert row.opened_by == row.closed_by == reviewer


def test_the_database_refuses_one_person_for_report_and_closing(reported, reviewer, clerk):
    row = reported()
    rectifying.close(row, by=reviewer, comment="已复查")
    for change in ({"closed_by": clerk}, {"reported_by": reviewer}):
        with pytest.raises(IntegrityError, match="facilities_rectification_closed_by_another"), transaction.atomic():
            QuerySet(Rectification).filter(pk=row.pk).update(**change)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"status": "closed"}, "status_tied"),
        ({"status": "open"}, "status_tied"),
        ({"status": "cancelled"}, "status_tied"),
        ({"reported_at": None}, "status_tied"),
        ({"reported_by": None}, "status_tied"),
        ({"status": "paused"}, "status_tied"),
        ({"reopenings": 1}, "reopenings_are_counted"),
        ({"reopened_at": timezone.now()}, "reopenings_are_counted"),
    ],
)
def test_the_database_keeps_status_time_and_person_together(reported, change, rule):
    row = reported()
    with pytest.raises(IntegrityError, match=f"facilities_rectification_{rule}"), transaction.atomic():
        QuerySet(Rectification).filter(pk=row.pk).update(**change)


def test_the_database_keeps_one_live_item_a_clause(item, centre, reviewer):
    item(PRINCIPLE)
    twin = Rectification(facility=centre, requirement=PRINCIPLE, opened_by=reviewer, **TYPED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Rectification.objects.bulk_create([twin])


@pytest.mark.parametrize("verb", [rectifying.report, rectifying.close, rectifying.reopen, rectifying.cancel])
def test_a_move_from_outside_the_district_is_denied_and_on_record(reported, make_user, verb):
    row = reported()
    stranger = make_user("reviewer", Region.objects.get(code="500238"))
    grant(stranger, "reviewer", "clerk")
    stranger = type(stranger).objects.get(pk=stranger.pk)
    with pytest.raises(Denied):
        verb(row, by=stranger, comment="不相干的人")
    assert AuditRecord.objects.filter(action="review.denied", by_id=stranger.pk).count() == 1
    assert Rectification.objects.get(pk=row.pk).status == "reported"


@pytest.mark.parametrize(
    ("verb", "role"),
    [(rectifying.report, "reviewer"), (rectifying.close, "approver"), (rectifying.reopen, "clerk"),
     (rectifying.cancel, "clerk")],
)  # fmt: skip
def test_a_move_without_the_right_is_denied_and_on_record(item, wulong, verb, role):
    row, user = item(), second(role, wulong)
    with pytest.raises(Denied):
        verb(row, by=user, comment="试试")
    assert AuditRecord.objects.filter(action="review.denied", by_id=user.pk).count() == 1


@pytest.mark.parametrize("verb", [rectifying.report, rectifying.close, rectifying.reopen, rectifying.cancel])
def test_every_move_needs_words(verb, item, reported, clerk, reviewer):
    row = reported() if verb in (rectifying.close, rectifying.reopen) else item()
    by = clerk if verb is rectifying.report else reviewer
    with pytest.raises(MoveRefused, match="必须填写理由"):
        verb(row, by=by, comment="  ")


# Reopening


def test_each_reopening_counts_and_empties_what_it_undoes(reported, clerk, reviewer):
    row = reported()
    rectifying.reopen(row, by=reviewer, comment="仍有杂物")
    assert (row.status, row.reopenings, row.reopened_by, row.reported_by) == ("open", 1, reviewer, None)
    rectifying.report(row, by=clerk, comment="再次清理")
    rectifying.close(row, by=reviewer, comment="已复查")
    rectifying.reopen(row, by=reviewer, comment="又堆放了")
    assert (row.status, row.reopenings, row.closed_at, row.closed_by) == ("open", 2, None, None)
    assert [event.verb for event in row.events()] == ["report", "reopen", "report", "close", "reopen"]


def test_the_database_counts_a_reopening_on_the_row_as_it_is(reported, clerk, reviewer):
    row = reported()
    read_before = Rectification.objects.get(pk=row.pk)
    rectifying.reopen(row, by=reviewer, comment="仍有杂物")
    rectifying.report(row, by=clerk, comment="再次清理")
    rectifying.reopen(read_before, by=reviewer, comment="还是有")
    assert read_before.reopenings == 2


def test_a_closed_clause_with_a_later_live_item_stays_closed(reported, item, centre, reviewer):
    row = reported(PRINCIPLE)
    met(centre)
    rectifying.close(row, by=reviewer, comment="已复查")
    smaller(centre)
    later = item(PRINCIPLE)
    with pytest.raises(MoveRefused, match=f"另有一项未销号的整改（编号 {later.pk}）"):
        rectifying.reopen(row, by=reviewer, comment="又不足了")


def test_a_cancelled_item_stays_in_the_ledger_and_frees_its_clause(item, reviewer):
    row = item(PRINCIPLE)
    rectifying.cancel(row, by=reviewer, comment="重复立项")
    assert Rectification.objects.get(pk=row.pk).status == "cancelled"
    assert item(PRINCIPLE).pk != row.pk


# Stale pages and changes


def test_the_second_of_two_people_is_told(reported, reviewer, wulong):
    row = reported()
    seen, other = row.version, second("reviewer", wulong)
    rectifying.close(Rectification.objects.get(pk=row.pk), by=reviewer, comment="已复查", version=seen)
    with pytest.raises(StaleObject):
        rectifying.reopen(Rectification.objects.get(pk=row.pk), by=other, comment="不行", version=seen)
    assert (row.events().count(), Rectification.objects.get(pk=row.pk).status) == (2, "closed")


@pytest.mark.parametrize("role", ["clerk", "reviewer"])
def test_a_later_deadline_keeps_the_old_one_and_the_reason_on_record(item, wulong, role):
    row = item()
    later = SOON + timedelta(days=15)
    told = {"version": row.version, "due_on": later, "owner": "白马镇"}
    assert rectifying.change(row, by=second(role, wulong), reason=" 材料采购延后 ", **told) is True
    record = AuditRecord.objects.get(action="record.changed")
    assert record.detail == {
        "fields": [f"整改期限：{SOON} → {later}", "理由：材料采购延后"],
        "before": {"due_on": str(SOON)},
        "after": {"due_on": str(later)},
    }
    assert Rectification.objects.get(pk=row.pk).version == row.version + 1


@pytest.mark.parametrize(
    ("reason", "told"), [("", "请填写延期理由"), ("久" * 201, "最多 200 个字"), ("a\x07b", "控制字符")]
)
def test_a_deadline_is_not_put_off_without_a_reason(item, clerk, reason, told):
    row = item()
    with pytest.raises(MoveRefused, match=told):
        rectifying.change(row, by=clerk, due_on=SOON + timedelta(days=1), reason=reason)
    row.refresh_from_db()
    assert row.due_on == SOON


def test_an_earlier_deadline_takes_no_reason(item, clerk):
    assert rectifying.change(item(), by=clerk, due_on=SOON - timedelta(days=1)) is True


def test_an_unchanged_form_leaves_no_trace(item, reviewer):
    row = item()
    assert rectifying.change(row, by=reviewer, due_on=SOON, measure="清理") is False
    assert not AuditRecord.objects.filter(action="record.changed").exists()


def test_a_passed_deadline_may_stand_while_the_measure_changes(item, reviewer):
    row = item()
    Rectification.objects.update(due_on=TODAY - timedelta(days=3))
    assert rectifying.change(row, by=reviewer, measure="另找地方堆放", due_on=TODAY - timedelta(days=3))
    with pytest.raises(ValidationError, match="不能早于今天"):
        rectifying.change(row, by=reviewer, due_on=TODAY - timedelta(days=2))


def test_what_is_reported_is_not_rewritten(reported, reviewer):
    with pytest.raises(MoveRefused, match=r"待复查.*不能再修改"):
        rectifying.change(reported(), by=reviewer, measure="另一措施")


def test_a_stale_form_does_not_overwrite(item, reviewer):
    row = item()
    rectifying.change(row, by=reviewer, version=0, measure="甲")
    with pytest.raises(StaleObject):
        rectifying.change(row, by=reviewer, version=0, measure="乙")


@pytest.mark.parametrize("role", ["approver", "township", "leader", "admin"])
def test_only_clerk_and_reviewer_change_an_item(item, wulong, role):
    with pytest.raises(Denied):
        rectifying.change(item(), by=second(role, wulong), due_on=SOON)


def test_a_change_from_outside_is_denied(item, make_user):
    stranger = make_user("reviewer", Region.objects.get(code="500238"))
    with pytest.raises(Denied, match="管理范围"):
        rectifying.change(item(), by=stranger, due_on=SOON)


def test_status_is_no_field_to_change(item, reviewer):
    with pytest.raises(TypeError):
        rectifying.change(item(), by=reviewer, status="closed")

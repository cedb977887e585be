"""Waivers: what may be excused, by whom, how long it counts, and what an acceptance keeps of it."""

from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import factories
import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from eldercare import figures, review
from eldercare.accounts import grant
from eldercare.audit import AuditRecord
from eldercare.policies import pack
from eldercare.regions import Region
from eldercare.review import Denied, MoveRefused, StaleObject, available_moves
from facilities import checks, history, services
from facilities.models import AcceptanceReview, Declaration, Waiver
from facilities.rules.findings import Outcome
from facilities.rules.overall import Overall
from facilities.services import waiving

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2020, 12, 1)
TODAY = timezone.localdate()
ZONES = ["生活照料", "托养护理", "医疗康复", "休闲娱乐", "文化教育", "人文关怀", "运营管理"]
STREET = {"gross_area": 1420, "beds": 30, "nursing_beds": 20, "zones": ZONES, "stage": "completed"}
WHY = "老城区用地受限，相邻文化站可共用活动场地，不影响服务功能。"


def declare(facility, **facts) -> None:
    for fact, value in facts.items():
        Declaration.objects.create(fact=fact.replace("__", "."), facility=facility, value=value, evidence="验收资料")


def recorded(facility, on=None, **values) -> None:
    history.record_one(facility, values, effective_on=on or TODAY, by=None)


def reviewed(facility, clerk, reviewer) -> AcceptanceReview:
    """A review that the reviewer has in charge."""
    row = services.open_review(facility, by=clerk)
    review.perform(row, "submit", by=clerk)
    services.take(row, by=reviewer)
    return row


@pytest.fixture
def centre(register):
    """A street centre of 武隆 that is 80 ㎡ short of a principle and meets everything else."""
    facility = register(type="STREET_CENTRE", **STREET)
    declare(facility, requirement__all__fire_code=True, requirement__all__jgj450=True)
    return facility


@pytest.fixture
def case(centre, clerk, reviewer):
    return reviewed(centre, clerk, reviewer)


@pytest.fixture
def proposed(case, reviewer):
    return waiving.propose(case, "street.area", justification=WHY, by=reviewer)


@pytest.fixture
def consented(proposed, approver):
    waiving.consent(proposed, by=approver, comment="同意", effective_on=DAY)
    return proposed


def outcome(facility, requirement="street.area", day=TODAY) -> Outcome:
    found = checks.check(type(facility).objects.get(pk=facility.pk), day)
    return next(finding.outcome for finding in found.findings if finding.requirement == requirement)


def live_state(waiver, day=TODAY) -> str:
    return waiving.state(waiver, checks.check(type(waiver.facility).objects.get(pk=waiver.facility_id), day)).label


# Proposing


def test_a_proposal_keeps_what_it_answers(proposed, case, clerk, reviewer):
    row = Waiver.objects.get()
    assert (row.review, row.facility, row.requirement, row.edition, row.yardstick) == (
        case, case.facility, "street.area", "wulong-2020", "",
    )  # fmt: skip
    assert (row.label, row.clause, row.measured, row.measured_text, row.gap_text) == (
        "建筑面积", "二(二)", "1420.00", "1420 ㎡", "还差 80 ㎡",
    )  # fmt: skip
    assert (row.status, row.submitted_by, row.proposed_by, row.justification) == ("proposed", clerk, reviewer, WHY)
    record = AuditRecord.objects.get(action="record.created", model="facilities.waiver")
    assert (record.by_name, record.detail["fields"]) == (reviewer.display_name, ["建筑面积", "还差 80 ㎡"])


def test_a_proposal_alone_excuses_nothing(proposed, centre, case, reviewer):
    assert outcome(centre) is Outcome.UNMET
    with pytest.raises(MoveRefused, match="建筑面积（二\\(二\\)）还差 80 ㎡"):
        services.accept(case, by=reviewer, comment="现场属实")


@pytest.mark.parametrize(
    ("state", "requirement", "words"),
    [
        ({"zones": ZONES[:5]}, "street.zones", "“功能区”（二\\(二\\)）是必须达到的要求，不能以偏差说明代替"),
        ({"zones": None}, "street.zones", "“功能区”（二\\(二\\)）资料不全，不能提出偏差说明；待补：功能区"),
        ({"zones": ZONES}, "street.zones", "“功能区”（二\\(二\\)）已达标，不需要偏差说明"),
        ({"gross_area": None}, "street.area", "资料不全，不能提出偏差说明；待补：建筑面积"),
        ({"gross_area": 1500}, "street.area", "已达标，不需要偏差说明"),
        ({"beds": None, "nursing_beds": None}, "street.beds", "资料不全，不能提出偏差说明"),
        ({}, "station.area", "这次核查没有这一条款"),
        ({}, "", "这次核查没有这一条款"),
        ({}, "street.area\n", "这次核查没有这一条款"),
        ({}, "一" * 5000, "这次核查没有这一条款"),
    ],
)
def test_only_an_unmet_principle_admits_a_proposal(centre, case, reviewer, state, requirement, words):
    if state:
        recorded(centre, **state)
    with pytest.raises(MoveRefused, match=words):
        waiving.propose(case, requirement, justification=WHY, by=reviewer)
    assert not Waiver.objects.exists()


def test_advice_and_what_does_not_apply_need_no_waiver(register, clerk, reviewer):
    station = register(type="COMMUNITY_STATION", gross_area=320, beds=0, zones=["助餐"], stage="completed")
    case = reviewed(station, clerk, reviewer)
    found = {finding.requirement: finding for finding in checks.check(station, TODAY).findings}
    assert found["station.day_beds"].outcome is Outcome.ADVICE
    with pytest.raises(MoveRefused, match="只作建议"):
        waiving.propose(case, "station.day_beds", justification=WHY, by=reviewer)
    unneeded = [row for row in found.values() if row.outcome is Outcome.NOT_APPLICABLE]
    for finding in unneeded:
        with pytest.raises(MoveRefused, match="条件不适用"):
            waiving.propose(case, finding.requirement, justification=WHY, by=reviewer)
    assert unneeded


def test_a_yes_or_no_principle_can_be_excused(register, clerk, reviewer, approver):
    zones = ["托养护理", "生活照料", "医疗保健", "文体活动"]
    centre = register(type="TOWNSHIP_CENTRE", gross_area=900, beds=10, zones=zones, stage="completed")
    declare(centre, requirement__all__fire_code=True, facility__integrated_with_disabled_care=False)
    case = reviewed(centre, clerk, reviewer)
    waiver = waiving.propose(case, "township.integrated", justification=WHY, by=reviewer)
    assert (waiver.measured, waiver.measured_text) == (False, "否")
    waiving.consent(waiver, by=approver)
    assert outcome(centre, "township.integrated") is Outcome.WAIVED


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", "请填写偏差理由"),
        ("  用地受限  ", "至少 10 个字，现有 4 个"),
        ("用地受限" * 300, "最多 1000 个字，现有 1200 个"),
        ("1234567890123", "须用文字说明"),
        ("。。。。。。。。。。。。", "须用文字说明"),
        ("用地受限\x07，相邻文化站可共用活动场地", "控制字符 U\\+0007"),
        ("用地受限\x00，相邻文化站可共用活动场地", "控制字符 U\\+0000"),
    ],
)
def test_a_proposal_needs_a_reason_in_words(case, reviewer, words, why):
    with pytest.raises(MoveRefused, match=why):
        waiving.propose(case, "street.area", justification=words, by=reviewer)
    assert not Waiver.objects.exists()


@pytest.mark.parametrize(
    "words", ["用地受限可共用文化站", "一" * 1000, "Site is limited", "　用地受限，可以共用文化站\r\n"]
)
def test_reasons_of_any_allowed_length_are_kept_trimmed(case, reviewer, words):
    waiver = waiving.propose(case, "street.area", justification=words, by=reviewer)
    assert Waiver.objects.get(pk=waiver.pk).justification == words.strip()


def test_only_the_reviewer_in_charge_proposes(case, make_user, wulong, reviewer):
    colleague = make_user("reviewer", wulong, "colleague")
    with pytest.raises(MoveRefused, match=f"本件由{reviewer}承办"):
        waiving.propose(case, "street.area", justification=WHY, by=colleague)


@pytest.mark.parametrize("role", ["clerk", "approver", "township", "leader", "apiclient", "admin", None])
def test_no_other_role_proposes_and_the_attempt_stays_on_record(case, make_user, baima, wulong, role):
    user = make_user(role, baima if role == "township" else wulong, "somebody")
    with pytest.raises(Denied):
        waiving.propose(case, "street.area", justification=WHY, by=user)
    denied = AuditRecord.objects.get(action="review.denied")
    assert (denied.by_name, denied.detail["verb"]) == ("somebody", "propose_waiver")
    assert not Waiver.objects.exists()


def test_a_reviewer_of_another_district_is_denied(case, make_user, jiangkou):
    with pytest.raises(Denied, match="管理范围"):
        waiving.propose(case, "street.area", justification=WHY, by=make_user("reviewer", jiangkou, "stranger"))


def test_nothing_is_proposed_before_or_after_the_review(centre, clerk, reviewer):
    row = services.open_review(centre, by=clerk)
    for verb, by in (("submit", clerk), ("withdraw", clerk)):
        with pytest.raises(MoveRefused, match="审核中才能提出偏差说明"):
            waiving.propose(row, "street.area", justification=WHY, by=reviewer)
        review.perform(row, verb, by=by, comment="理由")
    with pytest.raises(MoveRefused, match="现为“已撤回”，审核中才能提出偏差说明"):
        waiving.propose(row, "street.area", justification=WHY, by=reviewer)


def test_a_clause_has_one_proposal_at_a_time(proposed, case, reviewer, approver):
    with pytest.raises(MoveRefused, match="“建筑面积”已有一份待同意的偏差说明"):
        waiving.propose(case, "street.area", justification=WHY, by=reviewer)
    waiving.withdraw(proposed, by=reviewer)
    again = waiving.propose(case, "street.area", justification=WHY, by=reviewer)
    waiving.consent(again, by=approver)
    with pytest.raises(MoveRefused, match="已有同意的偏差说明，不必重复提出"):
        waiving.propose(case, "street.area", justification=WHY, by=reviewer)


# Consenting


def test_consent_excuses_the_clause_from_its_day_on_and_nothing_else(proposed, centre, approver):
    recorded(centre, on=DAY - timedelta(days=9), beds=12, nursing_beds=6)  # a second principle, unmet
    before = {finding.requirement: finding for finding in checks.check(centre, DAY).findings}
    waiving.consent(proposed, by=approver, comment="同意", effective_on=DAY)
    found = checks.check(centre, DAY)
    after = {finding.requirement: finding for finding in found.findings}
    assert {name for name in after if after[name] != before[name]} == {"street.area"}
    assert {name: row.truth for name, row in after.items()} == {name: row.truth for name, row in before.items()}
    assert (after["street.area"].outcome, after["street.area"].gap_text) == (Outcome.WAIVED, "还差 80 ㎡")
    assert found.overall is Overall.NEEDS_REASON
    assert outcome(centre, day=DAY - timedelta(days=1)) is Outcome.UNMET


def test_consent_changes_no_figure(proposed, wulong, approver):
    before = figures.compute(wulong, TODAY)
    waiving.consent(proposed, by=approver)
    assert figures.compute(wulong, TODAY) == before


def test_consent_counts_from_the_districts_own_today(proposed, approver):
    waiving.consent(proposed, by=approver)
    assert (proposed.status, proposed.effective_on, proposed.decided_by) == ("consented", TODAY, approver)


def test_consent_cannot_count_from_a_day_to_come(proposed, approver):
    with pytest.raises(MoveRefused, match="不能晚于今天"):
        waiving.consent(proposed, by=approver, effective_on=TODAY + timedelta(days=1))


@pytest.mark.parametrize("hand", ["clerk", "reviewer"])
def test_submitter_and_proposer_cannot_consent_whatever_roles_they_hold(hand, request, proposed):
    user = request.getfixturevalue(hand)
    grant(user, "clerk", "reviewer", "approver")
    user = type(user).objects.get(pk=user.pk)
    for decide in (waiving.consent, waiving.refuse):
        with pytest.raises(MoveRefused, match="不能是同一人"):
            decide(proposed, by=user, comment="理由")
    assert Waiver.objects.get().status == "proposed"


def test_the_present_reviewer_cannot_consent_to_what_a_predecessor_proposed(
    proposed, case, approver, make_user, wulong
):
    successor = make_user("reviewer", wulong, "successor")
    grant(successor, "reviewer", "approver")
    services.assign(case, successor, by=approver)
    for decide in (waiving.consent, waiving.refuse):
        with pytest.raises(MoveRefused, match="您是这份验收审核的承办人，偏差须由第三人决定"):
            decide(proposed, by=successor, comment="理由")
    waiving.consent(proposed, by=approver)
    assert proposed.status == "consented"


def test_a_superuser_is_one_person_too(proposed, clerk):
    clerk.is_superuser = True
    clerk.save()
    with pytest.raises(MoveRefused, match="不能是同一人"):
        waiving.consent(proposed, by=clerk)


@pytest.mark.parametrize("verb", ["consent", "refuse", "revoke"])
@pytest.mark.parametrize("role", ["clerk", "reviewer", "township", "leader", "apiclient", "admin"])
def test_no_other_role_decides_and_the_attempt_stays_on_record(proposed, make_user, wulong, baima, role, verb):
    user = make_user(role, baima if role == "township" else wulong, "somebody")
    with pytest.raises(Denied):
        waiving.decide(proposed, verb, by=user, comment="理由")
    assert AuditRecord.objects.get(action="review.denied").detail["verb"] == verb
    assert Waiver.objects.get().status == "proposed"


def test_an_approver_of_another_district_is_denied(proposed, make_user, jiangkou):
    with pytest.raises(Denied, match="管理范围"):
        waiving.consent(proposed, by=make_user("approver", jiangkou, "stranger"))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"gross_area": 1419}, "已失效（现值更差）"),
        ({"gross_area": None}, "资料不全"),
        ({"gross_area": 1500}, "已不需要（已达标）"),
    ],
)
def test_what_has_changed_since_is_not_consented_to(proposed, centre, approver, state, words):
    recorded(centre, **state)
    with pytest.raises(MoveRefused, match=f"“建筑面积”现在的情况是：{words}，不能同意"):
        waiving.consent(proposed, by=approver)


def test_a_value_that_became_better_can_still_be_consented_to(proposed, centre, approver):
    recorded(centre, gross_area=1450)
    waiving.consent(proposed, by=approver)
    assert outcome(centre) is Outcome.WAIVED


def test_nothing_is_consented_to_after_the_review_was_withdrawn(proposed, case, clerk, approver, reviewer):
    review.perform(case, "withdraw", by=clerk, comment="重新准备")
    with pytest.raises(MoveRefused, match="现为“已撤回”，审核中才能同意偏差"):
        waiving.consent(proposed, by=approver)
    waiving.withdraw(proposed, by=reviewer)
    assert proposed.status == "withdrawn"


def test_a_returned_review_takes_its_open_proposals_with_it(proposed, case, reviewer, approver):
    review.perform(case, "send_back", by=reviewer, comment="请补材料")
    proposed.refresh_from_db()
    assert (proposed.status, proposed.withdrawn_by) == ("withdrawn", reviewer)
    assert proposed.events().get().comment == "验收审核已办理“退回”，随之撤回"


def test_refusal_needs_a_reason_and_ends_the_proposal(proposed, centre, approver):
    with pytest.raises(MoveRefused, match="必须填写理由"):
        waiving.refuse(proposed, by=approver, comment=" ")
    waiving.refuse(proposed, by=approver, comment="可以扩建，请先整改")
    assert (proposed.status, proposed.effective_on) == ("refused", None)
    assert outcome(centre) is Outcome.UNMET


@pytest.mark.parametrize(("comment", "why"), [("同意\x07", "控制字符"), ("同" * 1001, "最多 1000 个字")])
def test_words_of_a_decision_are_bounded(proposed, approver, comment, why):
    with pytest.raises(MoveRefused, match=why):
        waiving.consent(proposed, by=approver, comment=comment)


def test_an_unknown_decision_is_refused(proposed, approver):
    with pytest.raises(MoveRefused, match="没有这个操作"):
        waiving.decide(proposed, "promote", by=approver)


def test_a_page_read_before_another_decision_is_stale(proposed, approver, reviewer):
    waiving.withdraw(proposed, by=reviewer, version=0)
    with pytest.raises(StaleObject):
        waiving.consent(proposed, by=approver, version=0)
    assert proposed.events().count() == 1


def test_a_proposal_is_taken_back_by_its_proposer_or_who_has_the_case(proposed, case, approver, make_user, wulong):
    colleague, successor = (make_user("reviewer", wulong, name) for name in ("colleague", "successor"))
    with pytest.raises(MoveRefused, match="由提出人或这份验收审核的承办人撤回"):
        waiving.withdraw(proposed, by=colleague)
    services.assign(case, successor, by=approver)
    waiving.withdraw(proposed, by=successor)
    assert proposed.status == "withdrawn"


# How long it counts


@pytest.mark.parametrize(
    ("state", "expected", "label"),
    [
        ({}, Outcome.WAIVED, "有效"),
        ({"gross_area": 1480}, Outcome.WAIVED, "有效"),
        ({"gross_area": "1419.99"}, Outcome.UNMET, "已失效（现值更差）"),
        ({"gross_area": None}, Outcome.NO_DATA, "资料不全"),
        ({"gross_area": 1500}, Outcome.MET, "已不需要（已达标）"),
    ],
)
def test_a_waiver_lapses_and_revives_with_the_value(consented, centre, state, expected, label):
    if state:
        recorded(centre, **state)
    assert (outcome(centre), live_state(consented)) == (expected, label)
    recorded(centre, gross_area=1420)
    assert (outcome(centre), live_state(consented)) == (Outcome.WAIVED, "有效")


def test_a_waiver_does_not_count_before_its_day(consented):
    assert live_state(consented, DAY - timedelta(days=1)) == "尚未生效"


def test_a_waiver_does_not_follow_to_another_edition_or_type(consented, centre):
    consented.edition = "wulong-2026"
    consented.save()
    assert (outcome(centre), live_state(consented)) == (Outcome.UNMET, "已失效（标准版本已变）")
    recorded(centre, type="COMMUNITY_STATION")
    assert live_state(consented) == "已失效（标准版本已变）"


def test_a_revoked_consent_keeps_the_days_it_counted(consented, centre, approver):
    with pytest.raises(MoveRefused, match="必须填写理由"):
        waiving.revoke(consented, by=approver)
    waiving.revoke(consented, by=approver, comment="相邻地块已可扩建")
    assert (consented.status, consented.effective_on, consented.ended_on) == ("revoked", DAY, TODAY)
    assert outcome(centre) is Outcome.UNMET
    assert outcome(centre, day=TODAY - timedelta(days=1)) is Outcome.WAIVED
    assert live_state(consented) == "已收回"


# A class of day-care centre is part of the bond


@pytest.fixture
def gongqing(db):
    """共青城, whose day-care centres are measured by a declared class."""
    call_command("loadpolicy", str(ROOT / "fixtures/gongqing-2020"), stdout=StringIO())
    return Region.objects.districts().get(code="360482", valid_to=None)


def test_a_waiver_of_a_class_does_not_follow_to_another_class(gongqing, make_user):
    clerk, reviewer, approver = (make_user(role, gongqing) for role in ("clerk", "reviewer", "approver"))
    town = gongqing.below().townships().today().order_by("path").first()
    facility = factories.facility(town, "DAY_CARE_CENTRE", gross_area=700, beds=6, stage="completed")
    rules = checks.check(facility, TODAY).rules
    rooms = dict(rules.ladders[0].slots[1][2].minima) | {"休息室": Decimal(90)}
    answer = {name: str(area) for name, area in rooms.items()}
    declare(facility, facility__declared_class="三类", facility__rooms=pack(rooms))
    case = reviewed(facility, clerk, reviewer)
    waiver = waiving.propose(case, "daycare.rooms", justification=WHY, by=reviewer)
    assert waiver.yardstick == "三类"
    assert "休息室 90 ㎡" in waiver.measured_text.split("、")
    assert dict(waiver.measured) == answer
    waiving.consent(waiver, by=approver)
    assert (outcome(facility, "daycare.rooms"), live_state(waiver)) == (Outcome.WAIVED, "有效")
    declare(facility, facility__declared_class="二类")
    assert (outcome(facility, "daycare.rooms"), live_state(waiver)) == (Outcome.UNMET, "已失效（类别已变）")


# The acceptance that rests on it


def test_acceptance_by_waiver_keeps_who_consented_and_the_failure(consented, case, centre, clerk, reviewer, approver):
    services.accept(case, by=reviewer, accepted_on=DAY, comment="现场属实")
    assert (case.status, case.submitted_by, case.decided_by, case.consented_by) == (
        "accepted",
        clerk,
        reviewer,
        approver,
    )
    assert case.consented_at == consented.decided_at
    kept = next(row for row in case.frozen["findings"] if row["requirement"] == "street.area")
    assert (kept["outcome"], kept["truth"], kept["gap_text"], kept["waiver"]) == (
        "waived", "false", "还差 80 ㎡", str(consented.pk),
    )  # fmt: skip
    assert case.frozen["overall"] == "acceptable"


def test_acceptance_of_a_day_before_the_consent_is_refused(consented, case, reviewer):
    with pytest.raises(MoveRefused, match="还差 80 ㎡"):
        services.accept(case, by=reviewer, accepted_on=DAY - timedelta(days=1), comment="现场属实")


def test_acceptance_without_waiver_names_nobody_who_consented(consented, case, centre, reviewer):
    recorded(centre, gross_area=1500)
    services.accept(case, by=reviewer, comment="现场属实")
    assert (case.consented_by, case.consented_at) == (None, None)


def test_who_consented_does_not_take_over_and_accept(consented, case, approver, make_user, wulong, reviewer):
    grant(approver, "reviewer", "approver")
    consenter = type(approver).objects.get(pk=approver.pk)
    services.assign(case, consenter, by=make_user("approver", wulong, "other"))
    with pytest.raises(MoveRefused, match="“建筑面积”的偏差是approver同意的，不能由本人提交或审核这次验收"):
        services.accept(case, by=consenter, comment="现场属实", accepted_on=DAY)
    assert AcceptanceReview.objects.get(pk=case.pk).status == "reviewing"


def test_a_consent_of_an_earlier_review_counts_in_the_next_unless_its_giver_submits(
    consented, case, clerk, approver, reviewer, centre
):
    review.perform(case, "withdraw", by=clerk, comment="重新准备")
    grant(approver, "clerk", "approver")
    consenter = type(approver).objects.get(pk=approver.pk)
    second = reviewed(centre, consenter, reviewer)
    with pytest.raises(MoveRefused, match="不能由本人提交或审核这次验收"):
        services.accept(second, by=reviewer, comment="现场属实", accepted_on=DAY)
    review.perform(second, "withdraw", by=consenter, comment="换人提交")
    third = reviewed(centre, clerk, reviewer)
    services.accept(third, by=reviewer, comment="现场属实", accepted_on=DAY)
    assert third.consented_by_id == approver.pk


def test_revoking_the_consent_of_an_accepted_facility_leaves_the_decision_and_changes_the_check(
    consented, case, centre, reviewer, approver
):
    services.accept(case, by=reviewer, accepted_on=DAY, comment="现场属实")
    waiving.revoke(consented, by=approver, comment="可以扩建")
    case.refresh_from_db()
    assert (case.status, case.frozen["overall"], case.consented_by) == ("accepted", "acceptable", approver)
    assert outcome(centre) is Outcome.UNMET


@pytest.mark.parametrize("other", ["submitted_by", "decided_by"])
def test_database_refuses_two_of_the_three_persons_of_an_acceptance(consented, case, reviewer, other):
    services.accept(case, by=reviewer, accepted_on=DAY, comment="现场属实")
    rows = QuerySet(AcceptanceReview).filter(pk=case.pk)
    with pytest.raises(IntegrityError, match="facilities_acceptancereview_"), transaction.atomic():
        rows.update(consented_by=getattr(case, other))


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        (lambda row: {"decided_by": row.submitted_by}, "facilities_waiver_three_persons"),
        (lambda row: {"decided_by": row.proposed_by}, "facilities_waiver_three_persons"),
        (lambda row: {"proposed_by": row.submitted_by}, "facilities_waiver_three_persons"),
        (lambda row: {"decided_by": None}, "facilities_waiver_decided_by_someone"),
        (lambda row: {"status": "proposed"}, "facilities_waiver_"),
        (lambda row: {"status": "revoked"}, "facilities_waiver_revoked_by_someone"),
        (lambda row: {"effective_on": None}, "facilities_waiver_consented_from_a_day"),
        (lambda row: {"ended_on": DAY}, "facilities_waiver_revoked_by_someone"),
        (lambda row: {"justification": ""}, "facilities_waiver_is_justified_by_someone"),
        (lambda row: {"status": "agreed"}, "facilities_waiver_"),
    ],
)
def test_database_refuses_a_waiver_that_tells_two_stories(consented, fields, rule):
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        QuerySet(Waiver).filter(pk=consented.pk).update(**fields(consented))


def test_database_keeps_one_proposal_a_clause(proposed):
    copy = Waiver.objects.get(pk=proposed.pk)
    copy.pk = None
    with pytest.raises(IntegrityError, match=r"facilities_waiver_one_proposed|UNIQUE"), transaction.atomic():
        Waiver.objects.bulk_create([copy])


# What pages show of it


def test_the_timeline_tells_proposal_and_decision_in_order(consented, case, reviewer, approver):
    waiving.revoke(consented, by=approver, comment="可以扩建")
    told = [(event["by_name"], event["label"], event["comment"]) for event in waiving.events(case)]
    assert told == [
        (reviewer.display_name, "提出偏差说明：建筑面积", WHY),
        (approver.display_name, "同意偏差：建筑面积", "同意"),
        (approver.display_name, "收回同意：建筑面积", "可以扩建"),
    ]


@pytest.mark.parametrize("count", [1, 4])
def test_states_and_events_cost_the_same_queries_for_one_and_for_many(
    case, centre, reviewer, approver, django_assert_num_queries, count
):
    for _ in range(count):
        waiver = waiving.propose(case, "street.area", justification=WHY, by=reviewer)
        waiving.refuse(waiver, by=approver, comment="可以扩建")
    found = checks.check(centre, TODAY)
    waivers = list(case.waivers.all())
    with django_assert_num_queries(1):
        assert len(waiving.states(waivers, found)) == count
    with django_assert_num_queries(2):
        assert len(waiving.events(case)) == 2 * count


def test_moves_are_offered_with_their_reasons(proposed, case, clerk, reviewer, approver):
    offered = {
        user: {o.move.verb: o.allowed for o in available_moves(proposed, user)} for user in (clerk, reviewer, approver)
    }
    assert offered == {clerk: {}, reviewer: {"withdraw": True}, approver: {"consent": True, "refuse": True}}

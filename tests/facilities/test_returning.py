"""Returning a review: drafted messages, coded reasons, the snapshot kept with it, and what has changed since."""

from datetime import date

import pytest

from eldercare import review
from eldercare.audit import AuditRecord
from eldercare.review import Denied, MoveRefused, StaleObject
from facilities import checks, history, services
from facilities.models import AcceptanceReview, Declaration
from facilities.services import returning
from facilities.services.returning import REASONS, changes_since, drafted, send_back

DAY = date(2020, 12, 1)
ZONES = ["托养护理", "生活照料", "医疗保健", "文体活动"]
SMALL = {"gross_area": 720, "beds": 10, "zones": ZONES[:3], "stage": "completed"}
AREA = {"code": "clause_unmet", "requirement": "township.area", "message": "请扩建。"}
FREE = {"code": "other", "requirement": "", "label": "门牌", "message": "请挂门牌。"}


@pytest.fixture
def centre(register):
    """A township centre of 武隆 of 720 ㎡ with three of four zones, and no word on fire safety or on its partner."""
    return register(type="TOWNSHIP_CENTRE", **SMALL)


@pytest.fixture
def reviewing(centre, clerk, reviewer):
    row = services.open_review(centre, by=clerk)
    review.perform(row, "submit", by=clerk)
    services.take(row, by=reviewer)
    return row


def found_of(row) -> checks.Check:
    return checks.check(type(row.facility).objects.get(pk=row.facility_id), services.review_day(row))


# --- drafts ---


def test_every_clause_in_the_way_has_a_draft_that_says_what_to_do(reviewing):
    drafts = {draft.requirement: draft for draft in drafted(found_of(reviewing))}
    assert {key: draft.code for key, draft in drafts.items()} == {
        "township.area": "clause_unmet",
        "township.zones": "clause_unmet",
        "township.integrated": "data_missing",
        "all.fire_code": "documents",
    }
    assert drafts["township.area"].message == (
        "建筑面积（二(二)）：要求不低于 800 ㎡（原则上不低于），现为 720 ㎡；还差 80 ㎡；请建筑面积增加 80 ㎡；"
        "确有困难的，请书面说明理由，由审核人员提出偏差说明。"
    )
    assert drafts["township.zones"].message == "功能区（二(二)）：缺少文体活动；请增设文体活动。"
    assert drafts["all.fire_code"].message.startswith("符合建筑防火规范（二(二)）：待补")
    assert "请提供" in drafts["all.fire_code"].message


def test_what_the_register_measures_is_asked_for_in_the_monthly_sheet(register):
    bare = register(type="TOWNSHIP_CENTRE", stage="completed", zones=ZONES)
    area = next(draft for draft in drafted(checks.check(bare, DAY)) if draft.requirement == "township.area")
    assert area.code == "data_missing"
    assert area.message == "建筑面积（二(二)）：待补：建筑面积；请在月报或设施登记中填报建筑面积。"


def test_an_undecided_condition_is_asked_for_with_what_either_answer_means(register):
    station = register(
        type="COMMUNITY_STATION", stage="completed", gross_area=230, zones=["助餐", "康复", "阅览", "娱乐"]
    )
    area = next(draft for draft in drafted(checks.check(station, DAY)) if draft.requirement == "station.area")
    assert "则达标，否则还差 70 ㎡" in area.message
    assert "社区60岁及以上人口数" in area.message


def test_nothing_is_drafted_where_nothing_stands_in_the_way(reviewing):
    history.record_one(reviewing.facility, {"gross_area": 900, "zones": ZONES}, effective_on=DAY, by=None)
    declare(reviewing.facility, "requirement.all.fire_code", "facility.integrated_with_disabled_care")
    assert drafted(found_of(reviewing)) == []


def declare(facility, *facts: str) -> None:
    for fact in facts:
        Declaration.objects.create(fact=fact, facility=facility, value=True, evidence="验收资料")


def test_a_draft_is_never_longer_than_what_may_be_sent(reviewing, reviewer):
    drafts = drafted(found_of(reviewing))
    assert all(0 < len(draft.message) <= returning.LONGEST for draft in drafts)
    reasons = [{"code": d.code, "requirement": d.requirement, "message": d.message} for d in drafts]
    assert send_back(reviewing, by=reviewer, reasons=reasons).target == "returned"


# --- returning ---


def test_a_return_keeps_its_reasons_and_what_they_rested_on(reviewing, reviewer):
    event = send_back(reviewing, by=reviewer, reasons=[AREA, FREE], comment="两项补齐后再提交")
    assert (reviewing.status, reviewing.decided_by) == ("returned", reviewer)
    assert event.comment == "1. 条款不达标：请扩建。\n2. 其他：请挂门牌。\n两项补齐后再提交"
    first, second = event.detail["reasons"]
    assert first == {
        "code": "clause_unmet", "requirement": "township.area", "clause": "二(二)", "label": "建筑面积",
        "message": "请扩建。",
    }  # fmt: skip
    assert (second["requirement"], second["label"]) == ("", "门牌")
    assert event.detail["facts"]["facility.gross_area"] == {"$decimal": "720.00"}
    assert event.detail["edition_key"] == "wulong-2020"
    assert event.detail["day"] == services.review_day(reviewing).isoformat()
    area = next(row for row in event.detail["findings"] if row["requirement"] == "township.area")
    assert (area["outcome"], area["gap_text"]) == ("unmet", "还差 80 ㎡")


def test_clause_and_label_come_from_the_standard_not_from_the_form(reviewing, reviewer):
    forged = AREA | {"clause": "九(九)", "label": "随便"}
    event = send_back(reviewing, by=reviewer, reasons=[forged])
    assert (event.detail["reasons"][0]["clause"], event.detail["reasons"][0]["label"]) == ("二(二)", "建筑面积")


def test_a_comment_alone_is_reason_enough(reviewing, reviewer):
    event = send_back(reviewing, by=reviewer, reasons=[], comment="材料是另一处设施的")
    assert (event.comment, event.detail["reasons"]) == ("材料是另一处设施的", [])


@pytest.mark.parametrize(
    ("reasons", "comment", "words"),
    [
        ([], "  ", "请至少写明一条退回理由"),
        ([AREA | {"code": "because"}], "", "第 1 条：请选择理由类别"),
        ([AREA | {"code": ""}], "", "第 1 条：请选择理由类别"),
        ([AREA | {"message": " \n"}], "", "第 1 条：请填写说明"),
        ([AREA | {"message": "长" * 501}], "", "说明最多 500 个字，现有 501 个"),
        ([AREA, FREE | {"label": "长" * 121}], "", "第 2 条：事项最多 120 个字"),
        ([AREA | {"message": "扩\x00建"}], "", "控制字符 U+0000"),
        ([AREA | {"requirement": "street.area"}], "", "所列条款不在本次核查之列"),
        ([AREA | {"requirement": ["township.area"], "message": None, "code": 3}], "", "请选择理由类别"),
        ([AREA], "长" * 501, "办理意见最多 500 个字"),
        ([AREA], "意\x07见", "控制字符 U+0007"),
        ([FREE] * 61, "", "退回理由最多 60 条"),
    ],
)
def test_a_return_that_cannot_be_read_is_refused_and_changes_nothing(reviewing, reviewer, reasons, comment, words):
    with pytest.raises(MoveRefused) as refused:
        send_back(reviewing, by=reviewer, reasons=reasons, comment=comment)
    assert words in str(refused.value)
    fresh = AcceptanceReview.objects.get(pk=reviewing.pk)
    assert (fresh.status, fresh.version) == ("reviewing", reviewing.version)
    assert not fresh.events().filter(verb="send_back").exists()


def test_all_that_is_wrong_is_told_at_once(reviewing, reviewer):
    wrong = [AREA | {"code": "x"}, AREA | {"message": ""}, FREE | {"requirement": "nowhere"}]
    with pytest.raises(MoveRefused) as refused:
        send_back(reviewing, by=reviewer, reasons=wrong)
    assert all(f"第 {place} 条" in str(refused.value) for place in (1, 2, 3))


def test_only_the_one_in_charge_returns(reviewing, reviewer, make_user, wulong):
    with pytest.raises(MoveRefused, match=f"本件由{reviewer}承办"):
        send_back(reviewing, by=make_user("reviewer", wulong), reasons=[AREA])
    assert AcceptanceReview.objects.get().status == "reviewing"


@pytest.mark.parametrize("role", ["clerk", "approver", "leader", "admin", "township"])
def test_who_may_not_decide_is_denied_and_the_attempt_stays_on_record(reviewing, make_user, wulong, role):
    with pytest.raises(Denied):
        send_back(reviewing, by=make_user(role, wulong), reasons=[AREA])
    assert AuditRecord.objects.get(action="review.denied").detail["verb"] == "send_back"


def test_a_reviewer_of_another_district_is_denied(reviewing, make_user, jiangkou):
    with pytest.raises(Denied):
        send_back(reviewing, by=make_user("reviewer", jiangkou), reasons=[AREA])


def test_stale_page_and_second_click_are_refused_before_the_form_is_judged(reviewing, reviewer):
    seen = reviewing.version
    send_back(reviewing, by=reviewer, reasons=[AREA], version=seen)
    with pytest.raises(StaleObject):
        send_back(reviewing, by=reviewer, reasons=[], version=seen)
    with pytest.raises(MoveRefused, match="当前状态为“已退回”"):
        send_back(reviewing, by=reviewer, reasons=[AREA])
    assert reviewing.events().filter(verb="send_back").count() == 1


def test_every_code_is_labelled():
    assert list(REASONS.values()) == ["条款不达标", "资料不全", "现场与登记不符", "证明材料不全或过期", "其他"]


# --- what has changed since ---


@pytest.fixture
def returned(reviewing, reviewer):
    zones = {"code": "clause_unmet", "requirement": "township.zones", "message": "请补设。"}
    proof = {"code": "documents", "requirement": "all.fire_code", "message": "请补材料。"}
    send_back(reviewing, by=reviewer, reasons=[AREA, zones, proof, FREE])
    return reviewing


def test_a_review_never_returned_has_no_changes(reviewing):
    changes = changes_since(reviewing, found_of(reviewing))
    assert (changes.event, changes.reasons, changes.facts, changes.findings) == (None, (), (), ())


def test_nothing_done_leaves_every_clause_unsettled(returned):
    changes = changes_since(returned, found_of(returned))
    assert [reason.settled for reason in changes.reasons] == [False, False, False, None]
    assert (changes.facts, changes.findings, changes.edition_changed) == ((), (), False)
    assert changes.reasons[0].now == "不达标（还差 80 ㎡）"
    assert [reason.state for reason in changes.reasons] == ["未解决"] * 3 + ["由审核人员判断"]


def test_what_was_done_is_shown_before_and_after(returned, clerk):
    history.record_one(returned.facility, {"gross_area": 800, "zones": ZONES}, effective_on=DAY, by=None)
    declare(returned.facility, "requirement.all.fire_code")
    review.perform(returned, "submit", by=clerk)
    changes = changes_since(returned, found_of(returned))
    assert [reason.settled for reason in changes.reasons] == [True, True, True, None]
    assert {change.label: (change.before_text, change.after_text) for change in changes.facts} == {
        "建筑面积": ("720 ㎡", "800 ㎡"),
        "功能区": ("托养护理、生活照料、医疗保健", "托养护理、生活照料、医疗保健、文体活动"),
        "符合建筑防火规范": ("未登记", "是"),
    }
    assert {change.key: (change.before, change.after) for change in changes.findings} == {
        "township.area": ("unmet", "met"),
        "township.zones": ("unmet", "met"),
        "all.fire_code": ("no_data", "met"),
    }
    area = next(change for change in changes.facts if change.key == "facility.gross_area")
    assert (area.before, area.after) == ({"$decimal": "720.00"}, {"$decimal": "800.00"})


def test_a_value_taken_away_is_a_change_too(returned):
    history.record_one(returned.facility, {"gross_area": None}, effective_on=DAY, by=None)
    changes = changes_since(returned, found_of(returned))
    assert [(change.label, change.after, change.after_text) for change in changes.facts] == [
        ("建筑面积", None, "未登记")
    ]
    assert [(change.key, change.after) for change in changes.findings] == [("township.area", "no_data")]
    assert changes.reasons[0].settled is False


def test_zones_told_in_another_order_are_no_change(returned):
    history.record_one(returned.facility, {"zones": ZONES[2::-1]}, effective_on=DAY, by=None)
    assert changes_since(returned, found_of(returned)).facts == ()


def test_a_clause_that_was_met_when_named_is_for_the_reviewer_to_judge(reviewing, reviewer):
    declare(reviewing.facility, "requirement.all.fire_code")
    expired = {"code": "documents", "requirement": "all.fire_code", "message": "意见书已过期。"}
    send_back(reviewing, by=reviewer, reasons=[expired])
    (reason,) = changes_since(reviewing, found_of(reviewing)).reasons
    assert (reason.settled, reason.now) == (None, "达标")


def test_the_last_return_counts(returned, clerk, reviewer):
    review.perform(returned, "submit", by=clerk)
    services.take(returned, by=reviewer)
    send_back(returned, by=reviewer, reasons=[FREE])
    changes = changes_since(returned, found_of(returned))
    assert [reason.message for reason in changes.reasons] == ["请挂门牌。"]
    assert changes.event.verb == "send_back"


def test_a_plain_return_from_before_has_no_snapshot_and_shows_its_words(reviewing, reviewer):
    review.perform(reviewing, "send_back", by=reviewer, comment="缺证明")
    changes = changes_since(reviewing, found_of(reviewing))
    assert (changes.event.comment, changes.reasons, changes.facts) == ("缺证明", (), ())

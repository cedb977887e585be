"""Site visits: who records what when, what becomes of what was seen, and what is refused, all at once."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from eldercare import review
from eldercare.audit import AuditRecord
from eldercare.regions import Region
from eldercare.review import Denied, MoveRefused
from facilities import checks, history, services
from facilities.models import Declaration, FacilityRecord, SiteVisit
from facilities.services import visiting
from facilities.services.visiting import VisitRefused, record_visit

DAY = date(2020, 12, 1)
STATE = {"gross_area": Decimal("900.00"), "usable_area": Decimal("700.00"), "beds": 10, "nursing_beds": 5}
ZONES = ["托养护理", "生活照料", "医疗保健", "文体活动"]
FIRE, INTEGRATED = "requirement.all.fire_code", "facility.integrated_with_disabled_care"


@pytest.fixture
def centre(register):
    return register(type="TOWNSHIP_CENTRE", zones=ZONES, stage="completed", **STATE)


@pytest.fixture
def case(centre, clerk, reviewer):
    """A review that the reviewer has taken."""
    return taken(centre, clerk, reviewer)


def taken(facility, clerk, reviewer):
    row = services.open_review(facility, by=clerk)
    review.perform(row, "submit", by=clerk)
    services.take(row, by=reviewer)
    return row


def known(case, day=DAY) -> dict:
    return checks.check(case.facility, day).facts


def records(case) -> int:
    return FacilityRecord.objects.filter(facility=case.facility).count()


def test_what_is_asked_on_the_spot_is_measured_and_declared(case):
    asked = {one.fact: one for one in visiting.questions(checks.check(case.facility, DAY))}
    assert [one.column for one in asked.values()][:5] == ["gross_area", "usable_area", "beds", "nursing_beds", "zones"]
    assert {FIRE, INTEGRATED, "facility.has_capacity", "facility.medical_care"} <= set(asked)
    assert (asked["facility.gross_area"].registered, asked["facility.gross_area"].text(Decimal(900))) == (900, "900 ㎡")
    assert asked["facility.gross_area"].clauses == "二(二)"
    assert asked[FIRE].registered is None
    assert not set(asked) & {"facility.accepted", "village.points"}


def test_a_facility_without_a_standard_is_asked_for_its_measures(register):
    facility = register(type="CARE_HOME", beds=3)
    asked = visiting.questions(checks.check(facility, DAY))
    assert [(one.label, one.registered) for one in asked if one.column] == [
        ("建筑面积", None), ("使用面积", None), ("床位", 3), ("护理型床位", None), ("功能区", None),
    ]  # fmt: skip


def test_a_fact_of_the_community_is_asked_where_the_register_says_which(register, baima):
    community = Region.objects.filter(parent=baima, kind="community").first()
    named, unnamed = register(type="COMMUNITY_STATION", village=community), register(type="COMMUNITY_STATION")
    places = {one.fact: one.place for one in visiting.questions(checks.check(named, DAY))}
    assert places["community.few_elders"] == community
    assert "community.few_elders" not in {one.fact for one in visiting.questions(checks.check(unnamed, DAY))}


def test_what_differs_becomes_one_dated_record_with_its_source(case, reviewer):
    seen = {"facility.gross_area": Decimal("812.5"), "facility.beds": 10, "facility.zones": ZONES[:3]}
    visit = record_visit(case, by=reviewer, visited_on=DAY, seen=seen, notes={"facility.zones": "文体活动室未建"})
    written = FacilityRecord.objects.filter(facility=case.facility).latest("pk")
    assert (written.effective_on, written.asserted, written.reason) == (
        DAY,
        ["gross_area", "zones"],
        "现场核查 2020-12-01",
    )
    assert (written.recorded_by, written.gross_area, written.beds, written.zones) == (
        reviewer,
        Decimal("812.5"),
        10,
        ZONES[:3],
    )
    assert known(case)["facility.gross_area"] == Decimal("812.5")
    lines = {line["fact"]: line for line in visit.observations}
    assert [line["agrees"] for line in lines.values()] == [False, True, False]
    area = lines["facility.gross_area"]
    assert (area["registered"], area["seen"]) == ({"$decimal": "900.00"}, {"$decimal": "812.5"})
    assert (area["registered_text"], area["seen_text"]) == ("900 ㎡", "812.5 ㎡")
    assert lines["facility.zones"]["note"] == "文体活动室未建"
    assert AuditRecord.objects.filter(action="record.created", object_id=str(visit.pk), by_id=reviewer.pk).exists()


def test_what_agrees_writes_no_record_and_no_declaration(case, reviewer):
    Declaration.objects.create(fact=FIRE, facility=case.facility, value=True)
    seen = {"facility.gross_area": 900, "facility.zones": ZONES[::-1], "facility.beds": 10, FIRE: True}
    visit = record_visit(case, by=reviewer, visited_on=DAY, seen=seen)
    assert {line["agrees"] for line in visit.observations} == {True}
    assert (records(case), Declaration.objects.count()) == (1, 1)


def test_a_declared_fact_that_was_unknown_or_differs_is_declared_from_the_day(case, reviewer):
    Declaration.objects.create(fact=INTEGRATED, facility=case.facility, value=False)
    record_visit(
        case, by=reviewer, visited_on=DAY, seen={FIRE: True, INTEGRATED: True}, notes={FIRE: "看了消防验收意见书原件"}
    )
    told = {row.fact: row for row in Declaration.objects.filter(starts_on=DAY)}
    assert {fact: row.value for fact, row in told.items()} == {FIRE: True, INTEGRATED: True}
    assert (told[FIRE].evidence, told[FIRE].recorded_by) == ("现场核查 2020-12-01：看了消防验收意见书原件", reviewer)
    assert told[INTEGRATED].evidence == "现场核查 2020-12-01"
    assert (known(case)[FIRE], known(case)[INTEGRATED]) == (True, True)
    assert known(case, DAY - timedelta(days=1))[INTEGRATED] is False


def test_a_fact_of_the_community_is_declared_of_the_community(register, baima, clerk, reviewer):
    community = Region.objects.filter(parent=baima, kind="community").first()
    case = taken(
        register(type="COMMUNITY_STATION", village=community, gross_area=230, stage="completed"), clerk, reviewer
    )
    record_visit(case, by=reviewer, visited_on=DAY, seen={"community.few_elders": True})
    row = Declaration.objects.get()
    assert (row.region, row.facility, row.scope_region) == (community, None, community)
    assert known(case)["community.few_elders"] is True


def test_what_was_not_looked_at_stays_unknown_and_zero_is_a_sight(case, reviewer, register):
    visit = record_visit(
        case, by=reviewer, visited_on=DAY, seen={"facility.nursing_beds": 0, FIRE: None, "facility.zones": None}
    )
    assert [line["fact"] for line in visit.observations] == ["facility.nursing_beds"]
    case.facility.refresh_from_db()
    assert (case.facility.nursing_beds, case.facility.zones) == (0, ZONES)
    assert not Declaration.objects.exists()


def test_a_remark_alone_is_kept_and_changes_nothing(case, reviewer):
    visit = record_visit(case, by=reviewer, visited_on=DAY, notes={FIRE: "负责人不在，未看到原件"})
    assert visit.observations == [
        {
            "fact": FIRE, "label": visit.observations[0]["label"], "registered": None, "seen": None, "agrees": None,
            "note": "负责人不在，未看到原件", "registered_text": "未登记", "seen_text": "",
        }
    ]  # fmt: skip
    assert not Declaration.objects.exists()


def test_a_visit_of_an_earlier_day_is_compared_with_that_day_and_leaves_later_records(case, reviewer):
    history.record_one(case.facility, {"beds": 20}, effective_on=date(2020, 12, 10), by=None)
    visit = record_visit(case, by=reviewer, visited_on=DAY, seen={"facility.beds": 12})
    assert visit.observations[0]["registered"] == 10
    assert (known(case)["facility.beds"], known(case, date(2020, 12, 31))["facility.beds"]) == (12, 20)


def test_everything_wrong_is_told_at_once_and_nothing_is_written(case, reviewer):
    seen = {
        "facility.gross_area": Decimal("-1"), "facility.beds": 2.5, "facility.zones": "托养护理", FIRE: "是",
        "facility.unheard": 1,
    }  # fmt: skip
    with pytest.raises(VisitRefused) as refused:
        record_visit(
            case, by=reviewer, visited_on=DAY, seen=seen, notes={INTEGRATED: "长" * 201}, attended="长" * 201,
            conclusion="响\x07铃",
        )  # fmt: skip
    assert set(refused.value.problems) == {*seen, INTEGRATED, "attended", "conclusion"}
    assert "床位：应为 0 到 1000000 的整数。" in str(refused.value)
    assert (SiteVisit.objects.count(), records(case), Declaration.objects.count()) == (0, 1, 0)


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("facility.gross_area", Decimal("NaN")),
        ("facility.gross_area", Decimal("1E+9")),
        ("facility.gross_area", Decimal("0.001")),
        ("facility.gross_area", 900.5),
        ("facility.gross_area", True),
        ("facility.beds", True),
        ("facility.beds", -1),
        ("facility.beds", 10**7),
        ("facility.zones", ["托养护理", "托养护理"]),
        ("facility.zones", ["长" * 41]),
        ("facility.zones", [None]),
        ("facility.zones", ["响\x07"]),
        (FIRE, 1),
    ],
)
def test_a_value_that_cannot_be_is_refused(case, reviewer, fact, value):
    with pytest.raises(VisitRefused) as refused:
        record_visit(case, by=reviewer, visited_on=DAY, seen={fact: value})
    assert set(refused.value.problems) == {fact}
    assert not SiteVisit.objects.exists()


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        ({"facility.nursing_beds": 11}, "护理型床位（11 张）不能大于床位（10 张）"),
        ({"facility.beds": 4}, "护理型床位（5 张）不能大于床位（4 张）"),
        ({"facility.gross_area": 500}, "使用面积（700 ㎡）不能大于建筑面积（500 ㎡）"),
    ],
)
def test_a_part_is_never_larger_than_its_whole(case, reviewer, seen, words):
    with pytest.raises(VisitRefused) as refused:
        record_visit(case, by=reviewer, visited_on=DAY, seen=seen)
    assert words in str(refused.value)


def test_a_contradiction_with_a_later_record_is_refused_whole(case, reviewer):
    history.record_one(case.facility, {"nursing_beds": 9}, effective_on=date(2020, 12, 10), by=None)
    with pytest.raises(MoveRefused, match="与 2020-12-10 登记的数据矛盾"):
        record_visit(case, by=reviewer, visited_on=DAY, seen={"facility.beds": 8, FIRE: True})
    assert (SiteVisit.objects.count(), records(case), Declaration.objects.count()) == (0, 2, 0)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (timezone.localdate() + timedelta(days=1), "不能晚于今天"),
        (date(2018, 12, 31), "从2019-01-01起才有登记"),
        (date(1, 1, 1), "从2019-01-01起才有登记"),
    ],
)
def test_the_day_lies_between_the_facilitys_first_and_today(case, reviewer, day, words):
    with pytest.raises(VisitRefused, match=words) as refused:
        record_visit(case, by=reviewer, visited_on=day, conclusion="看过")
    assert set(refused.value.problems) == {"visited_on"}


def test_an_empty_visit_is_none(case, reviewer):
    with pytest.raises(VisitRefused, match="至少填写一项"):
        record_visit(case, by=reviewer, visited_on=DAY, seen={FIRE: None}, notes={FIRE: " "}, conclusion=" ")


def test_the_same_visit_twice_is_one(case, reviewer):
    told = {"visited_on": DAY, "seen": {"facility.beds": 12}, "conclusion": "属实"}
    record_visit(case, by=reviewer, **told)
    with pytest.raises(MoveRefused, match="已经登记，没有重复登记"):
        record_visit(case, by=reviewer, **told)
    assert (SiteVisit.objects.count(), records(case)) == (1, 2)
    assert record_visit(case, by=reviewer, **told | {"conclusion": "下午又看了一次"}).pk


@pytest.mark.parametrize("role", ["clerk", "approver", "admin", "leader", "township", "apiclient", None])
def test_only_reviewers_record_visits(case, make_user, wulong, role):
    stranger = make_user(role, wulong)
    with pytest.raises(Denied, match="角色不能登记现场核查"):
        record_visit(case, by=stranger, visited_on=DAY, conclusion="看过")
    assert AuditRecord.objects.filter(action="review.denied", by_id=stranger.pk).exists()
    assert not SiteVisit.objects.exists()


def test_a_reviewer_of_another_district_does_not_reach_the_case(case, make_user):
    stranger = make_user("reviewer", Region.objects.get(name="长寿区"))
    with pytest.raises(Denied, match="管理范围"):
        record_visit(case, by=stranger, visited_on=DAY, conclusion="看过")


def test_only_the_reviewer_in_charge_records(case, make_user, wulong):
    with pytest.raises(MoveRefused, match="本件由reviewer承办"):
        record_visit(case, by=make_user("reviewer", wulong), visited_on=DAY, conclusion="看过")


@pytest.mark.parametrize(
    ("verb", "label"), [("draft", "草稿"), ("submitted", "待受理"), ("returned", "已退回"), ("withdrawn", "已撤回")]
)
def test_visits_belong_to_a_review_that_is_going_on(centre, clerk, reviewer, verb, label):
    row = services.open_review(centre, by=clerk)
    if verb != "draft":
        review.perform(row, "submit", by=clerk)
    if verb in ("returned", "withdrawn"):
        services.take(row, by=reviewer)
    if verb == "returned":
        review.perform(row, "send_back", by=reviewer, comment="补")
    if verb == "withdrawn":
        review.perform(row, "withdraw", by=clerk, comment="误建")
    with pytest.raises(MoveRefused, match=f"状态为“{label}”"):
        record_visit(row, by=reviewer, visited_on=DAY, conclusion="看过")


def test_a_visit_stands_for_the_reason_that_acceptance_without_one_must_give(case, reviewer):
    for fact in (FIRE, INTEGRATED):
        Declaration.objects.create(fact=fact, facility=case.facility, value=True)
    with pytest.raises(MoveRefused, match="没有现场核查记录"):
        services.accept(case, by=reviewer, accepted_on=DAY)
    record_visit(case, by=reviewer, visited_on=DAY, conclusion="属实")
    services.accept(case, by=reviewer, accepted_on=DAY)
    case.refresh_from_db()
    assert case.status == "accepted"

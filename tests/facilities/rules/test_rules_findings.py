"""What each kind of clause says about recorded facts, with the worked examples of four policies."""

import json
from decimal import Decimal

import pytest

from facilities.rules.evaluation import check
from facilities.rules.findings import Outcome
from facilities.rules.overall import Overall, judge
from facilities.rules.truth import Truth
from facilities.rules.waivers import Waiver

SEVEN = ["生活照料", "托养护理", "医疗康复", "休闲娱乐", "文化教育", "人文关怀", "运营管理"]
FOUR = ["助餐", "康复", "阅览", "娱乐"]
PROVEN = {"requirement.all.jgj450": True, "requirement.all.fire_code": True}
STREET = {"facility.gross_area": 1420, "facility.beds": 20, "facility.zones": SEVEN, **PROVEN}
STATION = {"facility.zones": FOUR, "facility.beds": 2, **PROVEN}


def by_id(findings):
    return {row.requirement: row for row in findings}


def test_street_centre_short_of_area_awaits_a_reason(wulong):
    findings = by_id(check(wulong, "STREET_CENTRE", STREET))
    area = findings["street.area"]
    assert (area.outcome, area.gap, area.gap_text) == (Outcome.UNMET, 80, "还差 80 ㎡")
    assert area.needs_reason
    assert not area.blocks
    assert findings["street.zones"].outcome == findings["street.beds"].outcome == Outcome.MET
    assert len(findings["street.zones"].detail) == 7
    assert judge(findings.values()) is Overall.NEEDS_REASON


def test_street_centre_with_waiver_is_acceptable_and_keeps_its_figures(wulong):
    findings = by_id(check(wulong, "STREET_CENTRE", STREET, waivers=[Waiver("street.area", "wulong-2020", 1420)]))
    area = findings["street.area"]
    assert (area.outcome, area.truth, area.measured, area.required) == (Outcome.WAIVED, Truth.FALSE, 1420, 1500)
    assert area.gap == 80
    assert judge(findings.values()) is Overall.ACCEPTABLE


def test_street_centre_lacking_a_zone_is_not_acceptable_whatever_is_unknown(wulong):
    facts = {**STREET, "facility.gross_area": 1600, "facility.zones": SEVEN[:5] + SEVEN[6:]}
    del facts["facility.beds"]
    findings = by_id(check(wulong, "STREET_CENTRE", facts))
    assert findings["street.zones"].blocks
    assert findings["street.zones"].missing == ("人文关怀",)
    assert findings["street.zones"].missing_text == "缺少：人文关怀"
    assert findings["street.beds"].outcome is Outcome.NO_DATA
    assert findings["street.beds"].missing == ("facility.beds",)
    assert judge(findings.values()) is Overall.NOT_ACCEPTABLE


@pytest.mark.parametrize(
    ("area", "few_elders", "outcome", "gap", "missing", "overall"),
    [
        (230, True, Outcome.MET, None, (), Overall.ACCEPTABLE),
        (230, False, Outcome.UNMET, 70, (), Overall.NEEDS_REASON),
        (230, None, Outcome.NO_DATA, None, ("community.few_elders",), Overall.INCOMPLETE),
        (320, None, Outcome.MET, None, (), Overall.ACCEPTABLE),
        (150, None, Outcome.UNMET, 150, (), Overall.NEEDS_REASON),
        (200, True, Outcome.MET, None, (), Overall.ACCEPTABLE),
        (Decimal("199.99"), True, Outcome.UNMET, Decimal("0.01"), (), Overall.NEEDS_REASON),
        (300, False, Outcome.MET, None, (), Overall.ACCEPTABLE),
        (Decimal("299.99"), False, Outcome.UNMET, Decimal("0.01"), (), Overall.NEEDS_REASON),
        (0, False, Outcome.UNMET, 300, (), Overall.NEEDS_REASON),
    ],
)
def test_station_area_with_its_printed_exception(wulong, area, few_elders, outcome, gap, missing, overall):
    facts = {**STATION, "facility.gross_area": area, "community.few_elders": few_elders}
    findings = by_id(check(wulong, "COMMUNITY_STATION", facts))
    found = findings["station.area"]
    assert (found.outcome, found.gap, found.missing) == (outcome, gap, missing)
    assert judge(findings.values()) is overall


def test_station_area_not_decided_says_what_either_decision_means(wulong, finding):
    facts = {"facility.gross_area": 230}
    found = finding(wulong, "station.area", "COMMUNITY_STATION", facts)
    assert found.note == "认定为“老年人口较少的社区”则达标，否则还差 70 ㎡"
    assert found.missing_text == "待补：是否属于“老年人口较少的社区”"


def test_station_judged_by_the_exception_says_so(wulong, finding):
    facts = {"facility.gross_area": 230, "community.few_elders": True}
    found = finding(wulong, "station.area", "COMMUNITY_STATION", facts)
    assert (found.required, found.note) == (200, "属于“老年人口较少的社区”，可按 200 ㎡ 认定")


def test_station_without_area_or_decision_names_both(wulong, finding):
    found = finding(wulong, "station.area", "COMMUNITY_STATION", {})
    assert set(found.missing) == {"facility.gross_area", "community.few_elders"}


@pytest.mark.parametrize(
    ("gross", "usable", "outcome"),
    [
        (None, 300, Outcome.MET),
        (None, Decimal("299.99"), Outcome.NO_DATA),
        (None, None, Outcome.NO_DATA),
        (299, 400, Outcome.UNMET),
        (300, 200, Outcome.MET),
    ],
)
def test_unqualified_area_is_gross_or_a_usable_area_that_suffices(wulong, finding, gross, usable, outcome):
    facts = {"facility.gross_area": gross, "facility.usable_area": usable, "community.few_elders": False}
    assert finding(wulong, "station.area", "COMMUNITY_STATION", facts).outcome is outcome


def test_gross_area_is_never_replaced_by_usable_area(wulong, finding):
    found = finding(wulong, "street.area", "STREET_CENTRE", {"facility.usable_area": 2000})
    assert (found.outcome, found.missing) == (Outcome.NO_DATA, ("facility.gross_area",))


@pytest.mark.parametrize(
    ("has_capacity", "beds", "outcome"),
    [
        (False, 0, Outcome.NOT_APPLICABLE),
        (None, 0, Outcome.ADVICE),
        (True, 0, Outcome.ADVICE),
        (True, None, Outcome.NO_DATA),
        (None, 1, Outcome.MET),
    ],
)
def test_conditional_beds_are_advice_until_no_capacity_is_declared(wulong, finding, has_capacity, beds, outcome):
    facts = {"facility.has_capacity": has_capacity, "facility.beds": beds}
    found = finding(wulong, "station.day_beds", "COMMUNITY_STATION", facts)
    assert found.outcome is outcome
    assert not (found.blocks)
    assert not (found.holds)
    assert not (found.needs_reason)


@pytest.mark.parametrize(("built", "outcome"), [(True, Outcome.UNMET), (False, Outcome.MET), (None, Outcome.NO_DATA)])
def test_prohibition_keeps_the_unknown_unknown(wulong, finding, built, outcome):
    assert finding(wulong, "point.no_new_building", "VILLAGE_POINT", {"facility.newly_built": built}).outcome is outcome


@pytest.mark.parametrize(
    ("host", "rooms", "outcome"),
    [
        ("village_public", 1, Outcome.MET),
        ("farm_household", None, Outcome.MET),
        ("village_public", 0, Outcome.ADVICE),
        ("village_public", None, Outcome.NO_DATA),
        (None, 0, Outcome.NO_DATA),
    ],
)
def test_alternatives_need_one_of_them(wulong, finding, host, rooms, outcome):
    facts = {"facility.host": host, "facility.dedicated_rooms": rooms}
    found = finding(wulong, "point.place", "VILLAGE_POINT", facts)
    assert found.outcome is outcome
    assert [child.label for child in found.detail] == ["依托村级公共服务设施，单独功能用房", "邻近农户"]


@pytest.mark.parametrize(
    ("beds", "proof", "outcome"),
    [
        (19, None, Outcome.NOT_APPLICABLE),
        (20, None, Outcome.NO_DATA),
        (20, True, Outcome.MET),
        (20, False, Outcome.UNMET),
        (None, True, Outcome.MET),
        (None, None, Outcome.NO_DATA),
    ],
)
def test_reference_binds_inside_its_own_scope(wulong, finding, beds, proof, outcome):
    facts = {"facility.beds": beds, "requirement.all.jgj450": proof}
    assert finding(wulong, "all.jgj450", "STREET_CENTRE", facts).outcome is outcome


def test_reference_without_scope_binds_every_facility(wulong, finding):
    found = finding(wulong, "all.fire_code", "VILLAGE_POINT", {"facility.beds": 0})
    assert found.holds
    assert found.missing == ("requirement.all.fire_code",)


@pytest.mark.parametrize(
    ("grade", "outcome"),
    [
        ("一级", Outcome.MET),
        ("二级", Outcome.MET),
        ("三级", Outcome.MET),
        ("四级", Outcome.UNMET),
        (None, Outcome.NO_DATA),
        ("五级", Outcome.NO_DATA),
        (3, Outcome.NO_DATA),
    ],
)
def test_fire_resistance_follows_the_scale_and_not_the_text(wuxi, finding, grade, outcome):
    found = finding(wuxi, "retrofit.2", "ELDERLY_HOME", {"facility.fire_resistance_grade": grade})
    assert found.outcome is outcome
    assert bool(found.reason) == (grade in ("五级", 3))


@pytest.mark.parametrize(
    ("requirement", "fact", "answers"),
    [
        ("retrofit.6a", "check.storage_and_bathing", {True: "met", False: "unmet", None: "no_data"}),
        ("retrofit.6b", "check.ensuite_toilet", {True: "met", False: "advice", None: "no_data"}),
        ("retrofit.8b", "check.work_ground", {True: "met", False: "advice", None: "no_data"}),
        ("retrofit.12", "check.bedroom_below_ground", {True: "unmet", False: "met", None: "no_data"}),
        ("retrofit.3", "check.aisles", {True: "met", False: "unmet", None: "no_data"}),
    ],
)
def test_inspected_points_are_yes_no_or_not_yet(wuxi, finding, requirement, fact, answers):
    for answer, outcome in answers.items():
        found = finding(wuxi, requirement, "ELDERLY_HOME", {fact: answer})
        assert found.outcome == outcome
        assert found.holds == (answer is None and found.modality == "must")


def test_one_printed_row_may_hold_two_degrees(wuxi):
    rows = {row.id: row for row in wuxi.requirements}
    assert rows["retrofit.6a"].item == rows["retrofit.6b"].item == 6
    assert (rows["retrofit.6a"].modality, rows["retrofit.6b"].modality) == ("must", "should")


def test_conflicting_clauses_are_both_found(xqu):
    facts = {"facility.gross_area": 1600, "facility.beds": 19, "facility.zones": SEVEN}
    findings = by_id(check(xqu, "STREET_CENTRE", facts))
    body, annex = findings["centre.beds.body"], findings["street.beds.annex"]
    assert (body.needs_reason, annex.blocks) == (True, True)
    assert body.gap == annex.gap == 1
    assert {"centre.beds.body", "street.beds.annex"} in [set(conflict.ids) for conflict in xqu.conflicts]


def test_zone_alias_counts_only_when_confirmed(xqu, finding):
    facts = {"facility.zones": SEVEN}
    annex = ("street.zones.annex", "STREET_CENTRE", facts)
    assert finding(xqu, *annex).missing == ("健康管理",)
    assert finding(xqu, *annex, zone_aliases={"健康管理": {"医疗康复"}}).outcome is Outcome.MET


@pytest.mark.parametrize(("area", "outcome"), [(15, "met"), (Decimal("14.99"), "unmet"), (None, "no_data")])
def test_area_of_a_named_fact(xqu, finding, area, outcome):
    facts = {"facility.host": "village_public", "facility.dedicated_area": area}
    assert finding(xqu, "point.area", "VILLAGE_POINT", facts).outcome == outcome


def test_empty_list_is_known_and_absent_list_is_not(wuxi, finding):
    none = finding(wuxi, "point.equipment", "VILLAGE_POINT", {"facility.equipment": []})
    assert (none.outcome, none.missing) == (Outcome.UNMET, ("电脑", "图书", "娱乐"))
    assert finding(wuxi, "point.equipment", "VILLAGE_POINT", {}).outcome is Outcome.NO_DATA
    assert finding(wuxi, "point.equipment", "VILLAGE_POINT", {"facility.equipment": "电脑"}).outcome is Outcome.NO_DATA


def test_zero_beds_are_a_figure_and_no_beds_are_not(wulong, finding):
    zero = finding(wulong, "street.beds", "STREET_CENTRE", {"facility.beds": 0})
    assert (zero.outcome, zero.gap) == (Outcome.UNMET, 20)
    assert finding(wulong, "street.beds", "STREET_CENTRE", {"facility.beds": None}).outcome is Outcome.NO_DATA


def test_binary_float_is_refused(wulong):
    with pytest.raises(TypeError, match="binary float"):
        check(wulong, "STREET_CENTRE", {"facility.gross_area": 1499.9})


def test_true_is_not_one_bed(wulong, finding):
    assert finding(wulong, "street.beds", "STREET_CENTRE", {"facility.beds": True}).outcome is Outcome.NO_DATA


def test_subject_without_requirements_has_no_standard(wulong):
    assert check(wulong, "ESTATE_POINT", {}) == []
    assert judge([]) is Overall.NO_STANDARD


def test_only_inapplicable_findings_are_no_standard(wuxi):
    facts = {"village.to_be_merged": True}
    assert judge(check(wuxi, "village", facts)) is Overall.NO_STANDARD


def test_unknown_subject_is_refused(wulong):
    with pytest.raises(ValueError, match="facility type"):
        check(wulong, "STREET_CENTER", {})


def test_findings_freeze_to_plain_data(wulong):
    rows = [
        row.as_dict() for row in check(wulong, "STREET_CENTRE", {**STREET, "facility.gross_area": Decimal("1420.5")})
    ]
    area = json.loads(json.dumps(rows))[0]
    assert (area["measured"], area["required"], area["gap"], area["truth"]) == ("1420.5", 1500, "79.5", "false")
    assert area["outcome_label"] == "不达标"

"""Who is paid what, as a table by hand: every condition met, missed and not recorded, under the printed schemes."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schemecases import SETTLED, XQU_CENTRE, XQU_FULL, bundle, claim, facility, members, scheme

from facilities.rules.truth import Truth
from subsidies.rules.entitlement import Outcome, entitle
from subsidies.rules.scheme import band_of, parse

WL, XQ, CS = "wulong-2020", "xqu-2020", "changshou-2023"
STREET, STATION, CENTRE = "STREET_CENTRE", "COMMUNITY_STATION", "TOWNSHIP_CENTRE"


def without(facts: dict, name: str) -> dict:
    return {fact: value for fact, value in facts.items() if fact != f"facility.{name}"}


def changed(facts: dict, **values) -> dict:
    return facts | {f"facility.{name}": value for name, value in values.items()}


def case(policy: str, type_: str = STREET, **what):
    return facility(policy, type_, **what)


# What each scheme pays when it pays, in yuan.
PAYS = {"street-centre": 2_000_000, "station": 200_000}

# policy, scheme, facts, case → outcome, a phrase of the reasons
FACILITIES = [
    # 武隆: no area is printed, acceptance is our reading, the annex's facilities may have been accepted before
    ("WL 街道中心 1,600 ㎡", WL, "street-centre",
     changed(SETTLED, gross_area=Decimal(1600)), case(WL), "payable", ""),
    ("WL 街道中心 1,420 ㎡ accepted by waiver", WL, "street-centre",
     changed(SETTLED, gross_area=Decimal(1420)), case(WL), "payable", ""),
    ("WL area not recorded", WL, "street-centre",
     SETTLED, case(WL), "payable", ""),
    ("WL not accepted, or acceptance revoked", WL, "street-centre",
     {"facility.accepted": False}, case(WL, accepted_on=None), "refused", "应为“是”，现为“否”"),
    ("WL acceptance not recorded", WL, "street-centre",
     {}, case(WL), "pending", "待补：验收合格"),
    ("WL accepted on the first day in force", WL, "street-centre",
     SETTLED, case(WL, accepted_on=date(2020, 6, 10)), "payable", ""),
    ("WL accepted the day before", WL, "street-centre",
     SETTLED, case(WL, accepted_on=date(2020, 6, 9)), "refused", "2020-06-10起施行"),
    ("WL accepted before, but planned in its annex", WL, "street-centre",
     SETTLED, case(WL, accepted_on=date(2019, 12, 1), in_plan=True), "payable", ""),
    ("WL accepted before, planned year not recorded", WL, "street-centre",
     SETTLED, case(WL, accepted_on=date(2019, 12, 1), in_plan=None), "pending", "待补：计划年度"),
    ("WL asked before the policy takes effect", WL, "street-centre",
     SETTLED, case(WL, day=date(2020, 6, 9), accepted_on=date(2019, 12, 1), in_plan=True), "refused", "2020-06-09不在有效期内"),
    ("WL acceptance day not recorded", WL, "street-centre",
     SETTLED, case(WL, accepted_on=None), "pending", "待补：验收日期"),
    ("WL accepted after a new policy replaced it", WL, "street-centre",
     SETTLED, case(WL, ends=date(2020, 8, 1)), "refused", "2020-08-01起被替代"),
    ("WL accepted the day before it was replaced", WL, "street-centre",
     SETTLED, case(WL, ends=date(2020, 8, 2)), "payable", ""),
    ("WL a station asks for the centre's money", WL, "street-centre",
     SETTLED, case(WL, STATION), "refused", "不用于社区养老服务站"),
    ("WL 社区站", WL, "station",
     SETTLED, case(WL, STATION), "payable", ""),
    ("WL second claim of the same key", WL, "station",
     SETTLED, case(WL, STATION, claims=(claim("station"),)), "refused", "已有申请：station（2020年，已批准）"),
    ("WL claim of another facility does not matter", WL, "station",
     SETTLED, case(WL, STATION, claims=(claim("station", "facility:2"),)), "payable", ""),
    ("WL another scheme stands on it", WL, "station",
     SETTLED, case(WL, STATION, claims=(claim("street-centre"),)), "refused", "不能与“street-centre（2020年，已批准）”同时享受"),
    ("WL a scheme of another policy stands on it", WL, "station",
     SETTLED, case(WL, STATION, claims=(claim("station", policy="later"),)), "refused", "不能与"),
    ("WL operating money, not evaluated", WL, "operating",
     SETTLED, case(WL, STATION), "pending", "尚未登记评价结果"),
    ("WL operating money, evaluated: amount silent", WL, "operating",
     changed(SETTLED, evaluated=True), case(WL, STATION), "pending", "文件没有印金额"),
    ("WL operating money, evaluation failed", WL, "operating",
     changed(SETTLED, evaluated=False), case(WL, STATION), "refused", "年度评估合格"),
    ("WL costs of community facilities: amount silent", WL, "community-costs",
     SETTLED, case(WL, STATION), "pending", "文件没有印金额"),
    # X区: five hard conditions, no waiver, no dates printed
    ("XQ all met", XQ, "street-centre",
     XQU_FULL, case(XQ), "payable", ""),
    ("XQ exactly 1,500 ㎡: 以上 includes the number", XQ, "street-centre",
     changed(XQU_FULL, gross_area=Decimal(1500)), case(XQ), "payable", ""),
    ("XQ 1,499.99 ㎡", XQ, "street-centre",
     changed(XQU_FULL, gross_area=Decimal("1499.99")), case(XQ), "refused", "还差 0.01 ㎡"),
    ("XQ 1,420 ㎡ accepted by waiver", XQ, "street-centre",
     changed(XQU_FULL, gross_area=Decimal(1420)), case(XQ), "refused", "面积达1500㎡以上（13; 附件1 任务22）：还差 80 ㎡"),
    ("XQ area not recorded", XQ, "street-centre",
     without(XQU_FULL, "gross_area"), case(XQ), "pending", "待补：建筑面积"),
    ("XQ publicly built", XQ, "street-centre",
     changed(XQU_FULL, investor="public"), case(XQ), "refused", "应为“社会力量”"),
    ("XQ investor recorded by its label", XQ, "street-centre",
     changed(XQU_FULL, investor="社会力量"), case(XQ), "payable", ""),
    ("XQ investor in words that the portal does not know", XQ, "street-centre",
     changed(XQU_FULL, investor="某某集团"), case(XQ), "pending", "登记为“某某集团”，门户不能判断是不是“社会力量”"),
    ("XQ investor not recorded", XQ, "street-centre",
     without(XQU_FULL, "investor"), case(XQ), "pending", "待补：投资主体"),
    ("XQ bureau does not agree", XQ, "street-centre",
     changed(XQU_FULL, agreed_by_bureau=False), case(XQ), "refused", "区民政局同意"),
    ("XQ bureau's agreement not recorded", XQ, "street-centre",
     without(XQU_FULL, "agreed_by_bureau"), case(XQ), "pending", "待补：民政局同意"),
    ("XQ street does not agree", XQ, "street-centre",
     changed(XQU_FULL, agreed_by_street=False), case(XQ), "refused", "所在街道同意"),
    ("XQ street's agreement not recorded", XQ, "street-centre",
     without(XQU_FULL, "agreed_by_street"), case(XQ), "pending", "待补：所在街道"),
    ("XQ revoked", XQ, "street-centre",
     changed(XQU_FULL, accepted=False), case(XQ), "refused", "验收合格"),
    ("XQ one false beside one unknown refuses", XQ, "street-centre",
     changed(without(XQU_FULL, "investor"), gross_area=Decimal(10)), case(XQ), "refused", "还差 1490 ㎡"),
    ("XQ no printed date means always", XQ, "street-centre",
     XQU_FULL, case(XQ, accepted_on=date(2001, 1, 1)), "payable", ""),
    ("XQ beds may be added", XQ, "street-centre",
     XQU_FULL, case(XQ, claims=(claim("bed-opening", policy=XQ),)), "payable", ""),
    ("XQ another one-off sum may not", XQ, "street-centre",
     XQU_FULL, case(XQ, claims=(claim("medical-care-support", policy=XQ),)), "refused", "不能与"),
    ("XQ one-off money of another policy may not", XQ, "street-centre",
     XQU_FULL, case(XQ, claims=(claim("station", "facility:9"),)), "refused", "不能与"),
    ("XQ what is paid by the year excludes nothing that is paid once", XQ, "street-centre",
     XQU_FULL, case(XQ, claims=(claim("operating", policy=XQ, form="yearly"),)), "payable", ""),
    ("XQ unless it is named as excluded", XQ, "street-centre",
     XQU_FULL, case(XQ, claims=(claim("operating", policy=XQ, form="yearly", excludes=("street-centre",)),)),
     "refused", "不能与"),
    ("XQ bed-opening amount silent", XQ, "bed-opening",
     SETTLED, case(XQ), "pending", "文件没有印金额"),
    ("XQ bed-opening of a station", XQ, "bed-opening",
     SETTLED, case(XQ, STATION), "refused", "不用于社区养老服务站"),
    ("XQ station", XQ, "station",
     SETTLED, case(XQ, STATION), "payable", ""),
    ("XQ yearly quality evaluation not recorded", XQ, "operating",
     SETTLED, case(XQ, STATION), "pending", "尚未登记评价结果"),
    ("CS allowance by bands is no single sum", CS, "old-age-allowance",
     SETTLED, case(CS, ""), "pending", "按档计发"),
]  # fmt: skip

# counts are (planned, accepted, unsure) of centres and of points
BUNDLES = [
    ("WL complete", WL,
     (), bundle(WL), "payable", ""),
    ("WL one point short", WL,
     (), bundle(WL, members(points=(4, 3, 0))), "refused", "还差 1 个村级互助养老点"),
    ("WL no centre", WL,
     (), bundle(WL, members(centres=(1, 0, 0))), "refused", "还差 1 个乡镇养老服务中心"),
    ("WL more points than planned", WL,
     (), bundle(WL, members(points=(4, 6, 0))), "payable", ""),
    ("WL no points planned", WL,
     (), bundle(WL, members(points=(0, 0, 0))), "payable", ""),
    ("WL no centre planned, none there", WL,
     (), bundle(WL, members(centres=(0, 0, 0))), "refused", "还差 1 个乡镇养老服务中心"),
    ("WL plan of the points not known", WL,
     (), bundle(WL, members(points=(None, 4, 0))), "pending", "待补：村级互助养老点的计划数"),
    ("WL unsure whether the fourth point counts", WL,
     (), bundle(WL, members(points=(4, 3, 1))), "pending", "不能确定"),
    ("WL unsure, and too few anyway", WL,
     (), bundle(WL, members(points=(4, 2, 1))), "refused", "还差 1 个"),
    ("WL points of a street", WL,
     (), bundle(WL, region_kind="街道"), "refused", "文件没有为街道规定打包补助"),
    ("WL 乡", WL,
     (), bundle(WL, region_kind="乡"), "payable", ""),
    ("WL bundle claimed already", WL,
     (), bundle(WL, claims=(claim("township-bundle", "township:1"),)), "refused", "已有申请"),
    ("WL another township's bundle does not matter", WL,
     (), bundle(WL, claims=(claim("township-bundle", "township:2"),)), "payable", ""),
    ("WL a member has other money", WL,
     (), bundle(WL, claims=(claim("station", "facility:9"),)), "refused", "不能与"),
    ("WL completed before the policy, planned in its annex", WL,
     (), bundle(WL, accepted_on=date(2019, 5, 1)), "payable", ""),
    ("XQ complete, centre 800 ㎡", XQ,
     (XQU_CENTRE,), bundle(XQ), "payable", ""),
    ("XQ centre 799 ㎡", XQ,
     (changed(XQU_CENTRE, gross_area=Decimal(799)),), bundle(XQ), "refused", "还差 1 ㎡"),
    ("XQ any one centre that meets all will do", XQ,
     (changed(XQU_CENTRE, gross_area=Decimal(700)), XQU_CENTRE), bundle(XQ), "payable", ""),
    ("XQ two centres that meet it only together", XQ,
     (changed(XQU_CENTRE, gross_area=Decimal(700)), changed(XQU_CENTRE, investor="public")),
     bundle(XQ), "refused", "面积达800㎡以上"),
    ("XQ agreement of the town not recorded", XQ,
     (without(XQU_CENTRE, "agreed_by_street"),), bundle(XQ), "pending", "待补：所在街道"),
    ("XQ prints no plan", XQ,
     (XQU_CENTRE,), bundle(XQ, members((None, 1, 0), (None, 9, 0)), in_plan=False), "pending", "计划数"),
    ("XQ bed-opening of the centre may be added", XQ,
     (XQU_CENTRE,), bundle(XQ, claims=(claim("bed-opening", policy=XQ),)), "payable", ""),
]  # fmt: skip


def named(table):
    return [pytest.param(*row, id=name) for name, *row in table]


@pytest.mark.parametrize(("policy", "id_", "facts", "asked", "outcome", "words"), named(FACILITIES))
def test_facility_is_owed_what_the_table_says(policy, id_, facts, asked, outcome, words):
    found = entitle(scheme(policy, id_), facts, asked)
    assert (found.outcome.value, found.amount) == (outcome, PAYS[id_] if outcome == "payable" else None)
    assert words in "；".join(found.reasons)
    assert bool(found.reasons) is (outcome != "payable")


@pytest.mark.parametrize(("policy", "centres", "asked", "outcome", "words"), named(BUNDLES))
def test_bundle_is_owed_what_the_table_says(policy, centres, asked, outcome, words):
    found = entitle(scheme(policy, "township-bundle"), {}, replace(asked, centres=centres))
    assert (found.outcome.value, found.amount) == (outcome, 1_000_000 if outcome == "payable" else None)
    assert words in "；".join(found.reasons)


def test_soft_standard_and_hard_threshold_part_ways_at_1420():
    facts = changed(XQU_FULL, gross_area=Decimal(1420))
    assert entitle(scheme(WL, "street-centre"), facts, case(WL)).amount == Decimal(2_000_000)
    refused = entitle(scheme(XQ, "street-centre"), facts, case(XQ))
    (area,) = refused.failed()
    assert (area.measured, area.required, area.gap, area.clause) == (1420, 1500, Decimal(80), "13; 附件1 任务22")


def test_every_condition_is_listed_with_its_clause_and_met_ones_too():
    found = entitle(scheme(XQ, "street-centre"), XQU_FULL, case(XQ))
    assert [row.label for row in found.conditions] == [
        "设施类型", "文件有效期内", "社会力量投资建设", "区民政局同意", "所在街道同意", "面积达1500㎡以上", "验收合格", "补助金额",
        "没有重复申请", "不与其他补助重复",
    ]  # fmt: skip
    assert all(row.clause for row in found.conditions)


def test_what_the_text_does_not_print_is_marked_as_our_reading():
    found = entitle(scheme(WL, "street-centre"), SETTLED, case(WL))
    assert (
        next(row.clause for row in found.conditions if row.label == "验收合格")
        == "三(二)；口径：文件未印拨付前提，按验收合格计"
    )


def test_a_condition_is_kept_exactly_and_as_json():
    found = entitle(scheme(XQ, "street-centre"), changed(XQU_FULL, gross_area=Decimal("1420.50")), case(XQ))
    kept = json.loads(json.dumps(found.as_dict()))
    area = next(row for row in kept["conditions"] if row["id"] == "require.facility.gross_area")
    assert (area["measured"], area["required"], area["gap"], area["truth"]) == ("1420.50", 1500, "79.50", "false")
    assert (kept["outcome"], kept["amount"], kept["printed"]) == ("refused", None, "2000000")


def test_claimed_is_told_from_refused():
    again = entitle(scheme(WL, "station"), SETTLED, case(WL, STATION, claims=(claim("station"),)))
    below = entitle(scheme(WL, "station"), {}, case(WL, STATION, claims=(claim("station"),)))
    assert again.is_claimed
    assert not below.is_claimed


@pytest.mark.parametrize(
    ("counts", "outcome", "amount"),
    [
        (members(points=(4, 4, 0)), "payable", Decimal("1000000.00")),
        (members(points=(4, 1, 0)), "payable", Decimal("400000.00")),
        (members(points=(2, 1, 0)), "payable", Decimal("666666.66")),
        (members(centres=(1, 0, 0)), "refused", None),
        (members(points=(4, 2, 1)), "pending", None),
        (members(points=(None, 2, 0)), "pending", None),
    ],
)
def test_pro_rata_bundle_pays_the_accepted_share_rounded_down(counts, outcome, amount):
    row = {"region_kinds": ["镇"], "pays": "pro_rata", "members": [
        {"type": "TOWNSHIP_CENTRE", "count": "all_planned", "at_least": 1},
        {"type": "VILLAGE_POINT", "count": "all_planned", "at_least": 0},
    ]}  # fmt: skip
    found = entitle(scheme(WL, "township-bundle", bundle=row), {}, bundle(WL, counts))
    assert (found.outcome.value, found.amount) == (outcome, amount)


def test_a_part_amount_shows_its_arithmetic():
    row = {"region_kinds": ["镇"], "pays": "pro_rata", "members": [{"type": "VILLAGE_POINT", "at_least": 1}]}
    found = entitle(scheme(WL, "township-bundle", bundle=row), {}, bundle(WL, members(points=(4, 1, 0))[1:]))
    assert found.arithmetic == "100 万元 × 1 ÷ 4"


def test_a_trigger_that_the_portal_does_not_know_never_pays():
    found = entitle(scheme(WL, "station", trigger="published"), SETTLED, case(WL, STATION))
    assert found.outcome is Outcome.PENDING


def test_a_start_that_is_not_printed_is_not_guessed():
    once = scheme(WL, "station", in_force_by=date(2020, 9, 1))
    assert entitle(once, SETTLED, case(WL, STATION, accepted_on=date(2020, 9, 1))).is_payable
    before = entitle(once, SETTLED, case(WL, STATION, accepted_on=date(2020, 8, 31)))
    assert before.outcome is Outcome.PENDING


@pytest.mark.parametrize(
    ("age", "amount", "before"),
    [
        (89, None, None),
        (90, 100, None),
        (95, 100, None),
        (96, 200, 100),
        (99, 200, 100),
        (100, 800, 500),
        (113, 800, 500),
    ],
)
def test_allowance_bands_of_changshou(age, amount, before):
    band = band_of(scheme(CS, "old-age-allowance"), age)
    assert (band and band.amount, band and band.before) == (amount, before)


def test_of_overlapping_bands_the_narrower_replaces_the_wider():
    bands = [{"min": 90, "amount": 100}, {"min": 96, "max": 99, "amount": 200}]
    assert band_of(scheme(CS, "old-age-allowance", bands=bands), 97).amount == 200


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (["facility"], "facility:500156-0001"),
        (["facility", "year"], "facility:500156-0001:2020"),
        (["facility", "quarter"], "facility:500156-0001:2020:Q4"),
        (["facility", "month"], "facility:500156-0001:2020:12"),
    ],
)
def test_the_key_carries_the_period_that_is_paid(key, expected):
    assert scheme(WL, "station", key=key).key_of("500156-0001", date(2020, 12, 31)) == expected


def test_money_by_head_count_has_no_single_subject():
    assert scheme(XQ, "post-allowance").subject == scheme(CS, "old-age-allowance").subject == ""
    assert scheme(WL, "township-bundle").subject == "township"


def test_a_scheme_says_which_facts_must_be_recorded_of_whom():
    asked = {"facility.investor", "facility.agreed_by_bureau", "facility.agreed_by_street", "facility.gross_area"}
    assert scheme(XQ, "street-centre").asks(STREET) == asked | {"facility.accepted"}
    assert scheme(XQ, "township-bundle").asks(CENTRE) == asked | {"facility.accepted"}
    assert scheme(XQ, "township-bundle").asks("VILLAGE_POINT") == {"facility.accepted"}
    assert scheme(XQ, "operating").asks(STATION) == {"facility.quality_evaluation"}
    assert scheme(XQ, "operating").asks("CARE_HOME") == set()


def test_instalments_are_read_as_printed():
    row = {"id": "a", "label": "补助", "clause": "一", "key": ["facility"], "amount": 100,
           "instalments": [{"share": Decimal("0.6"), "after": "开工", "printed": "60%"}]}  # fmt: skip
    (part,) = parse(row).instalments
    assert (part.share, part.after, part.printed) == (Decimal("0.6"), "开工", "60%")


areas = st.decimals(0, 3000, places=2)
knowledge = st.fixed_dictionaries(
    {},
    optional={
        "facility.investor": st.sampled_from(["social", "public"]),
        "facility.agreed_by_bureau": st.booleans(),
        "facility.agreed_by_street": st.booleans(),
        "facility.gross_area": areas,
        "facility.accepted": st.booleans(),
    },
)
counts = st.tuples(st.none() | st.integers(0, 5), st.integers(0, 5), st.integers(0, 3))


@given(knowledge, st.sampled_from(["street-centre", "station", "bed-opening", "operating"]), st.booleans())
def test_payable_means_that_every_condition_is_true_and_the_amount_printed(facts, id_, claimed):
    type_ = STATION if id_ == "station" else STREET
    asked = facility(XQ, type_, claims=(claim(id_, policy=XQ),) if claimed else ())
    found = entitle(scheme(XQ, id_), facts, asked)
    assert found.is_payable == all(row.truth is Truth.TRUE for row in found.conditions)
    assert found.is_payable == (found.amount is not None)
    assert not (claimed and found.is_payable)


@given(knowledge, knowledge)
def test_learning_more_never_turns_a_refusal_into_a_payment(some, more):
    before = entitle(scheme(XQ, "street-centre"), some, case(XQ))
    after = entitle(scheme(XQ, "street-centre"), more | some, case(XQ))
    if before.outcome is not Outcome.PENDING:
        assert after.outcome is before.outcome


@given(st.lists(knowledge, max_size=3), st.lists(knowledge, max_size=3))
def test_learning_more_of_several_centres_never_reverses_a_decision(some, more):
    rule = scheme(XQ, "township-bundle")
    extra = more + [{}] * (len(some) - len(more))
    before = entitle(rule, {}, bundle(XQ, centres=tuple(some)))
    after = entitle(rule, {}, bundle(XQ, centres=tuple(b | a for a, b in zip(some, extra, strict=False))))
    if before.outcome is not Outcome.PENDING:
        assert after.outcome is before.outcome


@given(counts, counts, st.sampled_from(["when_complete", "pro_rata"]))
def test_a_bundle_pays_exactly_when_all_that_is_needed_is_surely_accepted(centres, points, pays):
    rule = scheme(WL, "township-bundle", bundle={"region_kinds": ["镇"], "pays": pays, "members": [
        {"type": "TOWNSHIP_CENTRE", "at_least": 1}, {"type": "VILLAGE_POINT", "at_least": 0}]})  # fmt: skip
    found = entitle(rule, {}, bundle(WL, members(centres, points)))
    known_plan = centres[0] is not None and points[0] is not None
    complete = known_plan and centres[1] >= max(1, centres[0]) and points[1] >= points[0]
    if pays == "when_complete":
        assert found.is_payable is complete
    elif found.is_payable:
        done = min(centres[1], max(1, centres[0])) + min(points[1], points[0])
        exact = Fraction(1_000_000 * done, max(1, centres[0]) + points[0])
        assert 0 <= exact - Fraction(found.amount) < Fraction(1, 100)


@given(counts, counts, st.integers(0, 3))
def test_settling_an_unsure_point_never_turns_a_refusal_into_a_payment(centres, points, settled):
    planned, accepted, unsure = points
    moved = min(settled, unsure)
    rule = scheme(WL, "township-bundle")
    before = entitle(rule, {}, bundle(WL, members(centres, points)))
    after = entitle(rule, {}, bundle(WL, members(centres, (planned, accepted + moved, unsure - moved))))
    if before.outcome is not Outcome.PENDING:
        assert after.outcome is before.outcome


@given(areas, areas)
def test_more_area_never_worsens_the_outcome(area, more):
    small, large = sorted([area, area + more])
    order = [Outcome.REFUSED, Outcome.PENDING, Outcome.PAYABLE]
    found = [
        entitle(scheme(XQ, "street-centre"), changed(XQU_FULL, gross_area=a), case(XQ)).outcome for a in (small, large)
    ]
    assert order.index(found[0]) <= order.index(found[1])

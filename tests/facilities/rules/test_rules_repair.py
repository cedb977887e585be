"""The shortest repair: minimal plans, the four lists, and sums over a township."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facilities.rules import repair
from facilities.rules.clauses import Branch, Comparison, Requirement
from facilities.rules.evaluation import check, evaluate
from facilities.rules.modality import Modality
from facilities.rules.overall import Overall, judge
from facilities.rules.plans import Action, Plan, all_of, any_of, merged, ranked, undominated

LARGE_VILLAGE = {
    "village.size_class": "large",
    "facility.standalone": True,
    "facility.host": "own",
    "facility.gross_area": 82,
    "facility.rooms": ["配餐室", "休息室", "活动室"],
    "facility.equipment": ["图书", "娱乐"],
    "facility.beds": 0,
}


def amounts(remedies):
    return {row.requirement: row.plans[0].amounts for row in remedies}


def test_worked_example_of_a_large_village(wuxi):
    found = repair.shortest(check(wuxi, "VILLAGE_POINT", LARGE_VILLAGE))
    assert amounts(found.must) == {
        "point.rooms": {"room:康复室": 1, "room:图书室": 1},
        "point.equipment": {"equipment:电脑": 1},
    }
    assert amounts(found.explain) == {"point.area": {"gross_area": 18}}
    assert amounts(found.advice) == {"point.beds": {"beds": 1}}
    assert found.missing == ()
    assert [row.text for row in found.must] == ["增设图书室；增设康复室", "增设电脑"]
    assert found.explain[0].text == "建筑面积增加 18 ㎡"


def test_carrying_out_every_list_makes_it_acceptable(wuxi):
    repaired = {
        **LARGE_VILLAGE,
        "facility.gross_area": 100,
        "facility.rooms": [*LARGE_VILLAGE["facility.rooms"], "康复室", "图书室"],
        "facility.equipment": ["图书", "娱乐", "电脑"],
    }
    findings = check(wuxi, "VILLAGE_POINT", repaired)
    assert judge(findings) is Overall.ACCEPTABLE
    left = repair.shortest(findings)
    assert (left.must, left.explain, left.missing) == ((), (), ())


def test_undecided_condition_waits_with_both_outcomes(wulong):
    found = repair.shortest(check(wulong, "COMMUNITY_STATION", {"facility.gross_area": 230}))
    pending = {row.requirement: row for row in found.missing}["station.area"]
    assert pending.missing == ("community.few_elders",)
    assert pending.text.endswith("认定为“老年人口较少的社区”则达标，否则还差 70 ㎡")
    assert found.explain == ()


def test_denied_condition_is_never_proposed_for_change(wulong):
    facts = {"facility.gross_area": 230, "community.few_elders": False}
    found = repair.shortest(check(wulong, "COMMUNITY_STATION", facts))
    assert amounts(found.explain) == {"station.area": {"gross_area": 70}}


def test_unrecorded_advice_holds_nothing_up(wulong):
    found = repair.shortest(check(wulong, "COMMUNITY_STATION", {}))
    assert "station.day_beds" not in {row.requirement for row in found.missing}
    assert "station.day_beds" in {row.requirement for row in found.advice}


def test_upgrade_to_the_next_class(gongqing):
    ladder = gongqing.ladders[0]
    facts = {"facility.gross_area": 700, "facility.rooms": dict(ladder.slots[1][2].minima), "facility.beds": 8}
    found = repair.upgrade(ladder, facts, "二类")
    size, rooms = found.explain
    assert size.plans[0].amounts == {"gross_area": 50}
    assert len(rooms.plans[0].actions) == 14
    assert sum(rooms.plans[0].amounts.values()) == 217
    assert amounts(found.advice) == {"daycare.beds": {"beds": 2}}
    assert (found.must, found.missing) == ((), ())


def test_upgrade_to_a_class_that_does_not_exist_is_refused(gongqing):
    with pytest.raises(ValueError, match="no class"):
        repair.upgrade(gongqing.ladders[0], {}, "五类")


def test_prohibition_is_repaired_by_correcting_it(wulong):
    found = repair.shortest(check(wulong, "VILLAGE_POINT", {"facility.newly_built": True}))
    assert found.must[0].text == "纠正“不新建”"


def more(amount, key="gross_area", target=1500):
    return Plan((Action("increase", key, "建筑面积", Decimal(amount), "㎡", Decimal(target)),))


def test_two_limits_on_one_quantity_need_the_larger():
    (plan,) = all_of([(more(1500),), (more(800),)])
    assert plan.amounts == {"gross_area": 1500}


def test_alternatives_keep_every_undominated_plan():
    beds = more(2, "beds", 20)
    assert any_of([(more(80),), (beds,)]) == (more(80), beds)
    assert undominated([merged([more(80), beds]), beds]) == (beds,)


def test_three_alternatives_give_at_most_eight_plans_and_three_are_shown():
    pairs = [(more(index, f"a{index}"), more(index, f"b{index}")) for index in (1, 2, 3)]
    plans = all_of(pairs)
    assert len(plans) == 8
    assert len(repair.Remedy("r", "", plans, "").shown) == 3


def test_opposite_wishes_have_no_plan():
    changes = [(Plan((Action("change", "standalone", "单独设立", target=answer),)),) for answer in (True, False)]
    assert all_of(changes) == ()


def test_fewest_actions_come_first_then_cost_then_relative_gap():
    near, far, double = more(10, "a", 100), more(50, "b", 100), merged([more(1, "c"), more(1, "d")])
    assert ranked([double, far, near]) == (near, far, double)
    assert ranked([near, far], {"a": Decimal(9), "b": Decimal(1)}) == (far, near)


def test_township_sum_adds_each_facility_by_its_best_plan(wuxi, wulong):
    village = repair.shortest(check(wuxi, "VILLAGE_POINT", LARGE_VILLAGE))
    total = repair.summed([village, village, repair.shortest(check(wulong, "STREET_CENTRE", {"facility.beds": 20}))])
    assert {action.key: action.amount for action in total.explain} == {"gross_area": 36}
    assert {action.key: action.amount for action in total.must} == {
        "equipment:电脑": 2,
        "room:图书室": 2,
        "room:康复室": 2,
    }
    assert total.pending == 4
    assert total.lines["explain"] == "至少建筑面积增加 36 ㎡"
    assert total.lines["must"] == "至少增设电脑 2 处；增设图书室 2 处；增设康复室 2 处"


LEAVES = st.one_of(
    st.builds(Comparison, st.just("facility.beds"), st.just(">="), st.integers(1, 4)),
    st.builds(Comparison, st.just("facility.staff"), st.just(">="), st.integers(1, 4)),
    st.builds(Comparison, st.sampled_from(["facility.standalone", "facility.accepted"])),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        Branch, st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3).map(tuple)
    ),
    max_leaves=8,
)
STATES = st.fixed_dictionaries(
    {
        "facility.beds": st.integers(0, 3),
        "facility.staff": st.integers(0, 3),
        "facility.standalone": st.booleans(),
        "facility.accepted": st.booleans(),
    }
)


def truth_of(tree, facts):
    if isinstance(tree, Branch):
        return (all if tree.join == "all" else any)(truth_of(node, facts) for node in tree.nodes)
    return facts[tree.fact] >= tree.value if tree.operator == ">=" else facts[tree.fact] is True


def brute_force(tree, facts):
    """Every smallest combination of additions, found by trying all."""
    working = []
    for beds, staff, alone, accepted in product(range(5), range(5), *(range(1 if facts[f] else 2) for f in FLAGS)):
        moved = {"facility.beds": facts["facility.beds"] + beds, "facility.staff": facts["facility.staff"] + staff}
        moved |= {flag: facts[flag] or bool(step) for flag, step in zip(FLAGS, (alone, accepted), strict=True)}
        if truth_of(tree, moved):
            working.append((beds, staff, alone, accepted))
    smaller = lambda one, other: one != other and all(a <= b for a, b in zip(one, other, strict=True))  # noqa: E731
    return {plan for plan in working if not any(smaller(other, plan) for other in working)}


FLAGS = ("facility.standalone", "facility.accepted")


@settings(max_examples=300, deadline=None)
@given(tree=TREES, facts=STATES)
def test_plans_equal_brute_force_on_random_trees(tree, facts):
    frame = {"edition": "e", "label": "任一", "clause": "一", "modality": Modality.MUST}
    found = evaluate(Requirement(id="r", kind="any_of", alternatives=(tree,), **frame), facts, conditions={})
    keys = ("beds", "staff", "standalone", "accepted")
    plans = {tuple(int(plan.amounts.get(key, 0)) for key in keys) for plan in found.result.plans}
    assert plans == brute_force(tree, facts)

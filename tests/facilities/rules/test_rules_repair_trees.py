"""The shortest repair against brute force: random clauses with alternatives, conditions, lists and limits, alone and together."""

import os
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from facilities.rules import repair
from facilities.rules.clauses import Branch, Comparison, Condition, Requirement
from facilities.rules.evaluation import evaluate
from facilities.rules.modality import Modality
from facilities.rules.truth import Truth

EXAMPLES = 1500 if os.environ.get("CI_FULL") else 200
NUMBERS = ("facility.beds", "facility.staff")
FLAGS = ("facility.standalone", "facility.accepted")
ZONES = ("康复", "阅览")
CONDITIONS = {
    name: Condition(name, name, "declared", Comparison(f"village.{name}", "=", True)) for name in ("large", "merged")
}
KEYS = ("beds", "staff", "standalone", "accepted", *(f"zone:{name}" for name in ZONES))

LEAVES = st.one_of(
    st.builds(Comparison, st.sampled_from(NUMBERS), st.just(">="), st.integers(1, 4)),
    st.builds(Comparison, st.sampled_from(FLAGS)),
)
WHEN = st.lists(st.sampled_from(sorted(CONDITIONS)), max_size=1).map(tuple)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        Branch,
        st.sampled_from(["all", "any"]),
        st.lists(inner, min_size=1, max_size=3).map(tuple),
        st.just(""),
        WHEN,
    ),
    max_leaves=7,
)
FRAME = {"edition": "e", "label": "条款", "clause": "一", "modality": Modality.MUST}
ALTERNATIVES = st.builds(
    lambda trees: Requirement(id="r", kind="any_of", alternatives=tuple(trees), **FRAME),
    st.lists(TREES, min_size=1, max_size=3),
)
ZONE_LISTS = st.builds(
    lambda names: Requirement(id="r", kind="zone", each=tuple(sorted(names)), **FRAME),
    st.sets(st.sampled_from(ZONES), min_size=1),
)
LIMITS = st.builds(
    lambda value: Requirement(id="r", kind="beds", operator=">=", value=value, **FRAME), st.integers(1, 4)
)
CLAUSES = st.one_of(ALTERNATIVES, ZONE_LISTS, LIMITS)
STATES = st.fixed_dictionaries(
    {
        **dict.fromkeys(NUMBERS, st.integers(0, 3)),
        **dict.fromkeys(FLAGS, st.booleans()),
        "facility.zones": st.sets(st.sampled_from(ZONES)).map(frozenset),
        "village.large": st.booleans(),
        "village.merged": st.booleans(),
    }
)


def holds(node, facts) -> bool | None:
    """Whether a tree holds, said plainly; None where its conditions make it fall away."""
    if isinstance(node, Comparison):
        return facts[node.fact] >= node.value if node.operator == ">=" else facts[node.fact] is True
    if not all(facts[f"village.{name}"] for name in node.when):
        return None
    return joined(node.join, (holds(inner, facts) for inner in node.nodes))


def joined(join, truths) -> bool | None:
    applying = [truth for truth in truths if truth is not None]
    return (all if join == "all" else any)(applying) if applying else None


def satisfied(clause, facts) -> bool:
    if clause.kind == "zone":
        return set(clause.each) <= facts["facility.zones"]
    if clause.kind == "beds":
        return facts["facility.beds"] >= clause.value
    return joined("any", (holds(node, facts) for node in clause.alternatives)) is not False


def added(facts, step) -> dict:
    """The facts after a step: more beds and staff, flags set, zones opened."""
    beds, staff, *switches = step
    flags, zones = switches[: len(FLAGS)], switches[len(FLAGS) :]
    moved = facts | {NUMBERS[0]: facts[NUMBERS[0]] + beds, NUMBERS[1]: facts[NUMBERS[1]] + staff}
    moved |= {flag: facts[flag] or bool(on) for flag, on in zip(FLAGS, flags, strict=True)}
    opened = {name for name, on in zip(ZONES, zones, strict=True) if on}
    return moved | {"facility.zones": facts["facility.zones"] | opened}


def steps(facts):
    """Everything that can be added, none twice."""
    switches = [range(1 if facts[flag] else 2) for flag in FLAGS]
    switches += [range(1 if name in facts["facility.zones"] else 2) for name in ZONES]
    return product(range(5), range(5), *switches)


def smallest(clauses, facts) -> set[tuple]:
    """Every smallest step after which all clauses hold, found by trying all."""
    working = [step for step in steps(facts) if all(satisfied(row, added(facts, step)) for row in clauses)]

    def is_beaten(step) -> bool:
        return any(other != step and all(a <= b for a, b in zip(other, step, strict=True)) for other in working)

    return {step for step in working if not is_beaten(step)}


def proposed(plans) -> set[tuple]:
    for plan in plans:
        assert set(plan.amounts) <= set(KEYS), "nothing is proposed that nobody can add, no condition among it"
    return {tuple(int(plan.amounts.get(key, 0)) for key in KEYS) for plan in plans}


@settings(max_examples=EXAMPLES, deadline=None)
@given(clause=CLAUSES, facts=STATES)
def test_plans_of_one_clause_equal_brute_force(clause, facts):
    found = evaluate(clause, facts, conditions=CONDITIONS)

    assert (found.truth is Truth.FALSE) is not satisfied(clause, facts)
    assert proposed(found.result.plans) == smallest([clause], facts)


@settings(max_examples=EXAMPLES, deadline=None)
@given(clauses=st.lists(CLAUSES, min_size=1, max_size=3), facts=STATES)
def test_plans_of_several_clauses_together_equal_brute_force(clauses, facts):
    found = repair.shortest(evaluate(row, facts, conditions=CONDITIONS) for row in clauses)

    assert proposed(repair.combined(found.must)) == smallest(clauses, facts)
    plan, left = repair.best(found.must)
    assert left == 0
    assert plan == repair.combined(found.must)[0]
    assert len(plan.actions) == min(sum(map(bool, step)) for step in smallest(clauses, facts))


@settings(max_examples=EXAMPLES, deadline=None)
@given(clauses=st.lists(CLAUSES, min_size=1, max_size=3), states=st.lists(STATES, min_size=1, max_size=3))
def test_sum_over_facilities_is_the_sum_of_their_best_plans(clauses, states):
    repairs = [repair.shortest(evaluate(row, facts, conditions=CONDITIONS) for row in clauses) for facts in states]
    total = {action.key: action.amount for action in repair.summed(repairs).must}
    by_hand: dict = {}
    for found in repairs:
        for key, amount in repair.combined(found.must)[0].amounts.items():
            by_hand[key] = by_hand.get(key, 0) + amount

    assert total == by_hand

"""What must hold for every edition and every state of knowledge."""

import random
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facilities.rules import ladders
from facilities.rules.clauses import Override
from facilities.rules.evaluation import check
from facilities.rules.findings import Outcome
from facilities.rules.modality import STRICTEST_FIRST
from facilities.rules.overall import Overall, judge
from facilities.rules.truth import Truth
from facilities.rules.waivers import Waiver

WORST_FIRST = list(map(Overall, ["not_acceptable", "incomplete", "needs_reason", "acceptable", "no_standard"]))
BINARY = st.booleans()
AREA = st.decimals(0, 2000, places=2)
COUNT = st.integers(0, 40)
SEVEN = ["生活照料", "托养护理", "医疗康复", "休闲娱乐", "文化教育", "人文关怀", "运营管理"]
ROOMS = ["配餐室", "休息室", "活动室", "康复室", "图书室"]
VALUES = {
    "facility.gross_area": AREA,
    "facility.usable_area": AREA,
    "facility.dedicated_area": st.decimals(0, 30, places=1),
    "facility.beds": COUNT,
    "facility.nursing_beds": COUNT,
    "facility.staff": COUNT,
    "facility.dedicated_rooms": st.integers(0, 2),
    "facility.zones": st.lists(st.sampled_from([*SEVEN, "助餐", "康复", "阅览", "娱乐"]), unique=True),
    "facility.equipment": st.lists(st.sampled_from(["电脑", "图书", "娱乐", "应急照明"]), unique=True),
    "facility.rooms": st.dictionaries(st.sampled_from(ROOMS), st.none() | AREA),
    "facility.host": st.sampled_from(["village_public", "farm_household", "own"]),
    "facility.declared_class": st.sampled_from(["一类", "二类", "三类", "四类"]),
    "facility.fire_resistance_grade": st.sampled_from(["四级", "三级", "二级", "一级"]),
    "village.size_class": st.sampled_from(["large", "small", "middle"]),
    "village.points": st.integers(0, 2),
    **dict.fromkeys(
        [
            "facility.has_capacity",
            "facility.newly_built",
            "facility.standalone",
            "facility.integrated_with_disabled_care",
            "facility.auto_fire_system_required",
            "community.few_elders",
            "village.to_be_merged",
            "village.hosts_township_centre",
            "check.storage_and_bathing",
            "check.bedroom_below_ground",
            "check.aisles",
            "requirement.all.jgj450",
            "requirement.all.fire_code",
        ],
        BINARY,
    ),
}
FACTS = st.fixed_dictionaries({}, optional=VALUES)
PLACES = [
    ("wulong", "STREET_CENTRE"),
    ("wulong", "COMMUNITY_STATION"),
    ("wulong", "TOWNSHIP_CENTRE"),
    ("wulong", "VILLAGE_POINT"),
    ("wuxi", "VILLAGE_POINT"),
    ("wuxi", "ELDERLY_HOME"),
    ("wuxi", "village"),
    ("xqu", "STREET_CENTRE"),
    ("xqu", "VILLAGE_POINT"),
    ("gongqing", "DAY_CARE_CENTRE"),
]
PICK = st.integers(0, 10**6)
few = settings(max_examples=80, deadline=None)


@pytest.fixture(scope="session")
def editions(wulong, wuxi, xqu, gongqing):
    return {"wulong": wulong, "wuxi": wuxi, "xqu": xqu, "gongqing": gongqing}


def picked(options, pick):
    """One of some options whose number is only known later."""
    return options[pick % len(options)]


def rank(findings):
    return WORST_FIRST.index(judge(findings))


@few
@given(place=st.sampled_from(PLACES), facts=FACTS, pick=PICK)
def test_forgetting_a_fact_withdraws_verdicts_and_never_reverses_them(editions, place, facts, pick):
    edition, subject = editions[place[0]], place[1]
    known = check(edition, subject, facts)
    lost = picked(sorted(facts) or ["facility.beds"], pick)
    rest = check(edition, subject, {name: value for name, value in facts.items() if name != lost})
    for before, after in zip(known, rest, strict=True):
        if before.truth is None:
            assert not after.blocks
            assert not after.needs_reason
        else:
            assert after.truth in (before.truth, Truth.UNKNOWN)
    if judge(known) is Overall.NOT_ACCEPTABLE:
        assert judge(rest) in (Overall.NOT_ACCEPTABLE, Overall.INCOMPLETE)


@few
@given(place=st.sampled_from(PLACES), facts=FACTS, more=st.decimals("0.01", 1500, places=2))
def test_adding_area_never_worsens_the_overall_result(editions, place, facts, more):
    edition, subject = editions[place[0]], place[1]
    facts = {"facility.gross_area": Decimal(0), **facts}
    larger = {**facts, "facility.gross_area": facts["facility.gross_area"] + more}
    assert rank(check(edition, subject, larger)) >= rank(check(edition, subject, facts))


@few
@given(area=AREA, more=AREA, scale=st.fractions(0, 2).map(lambda part: Decimal(part.numerator) / part.denominator))
def test_adding_area_never_lowers_the_achieved_class(gongqing, area, more, scale):
    ladder = gongqing.ladders[0]
    rooms = {name: minimum * scale for name, minimum in ladder.slots[1][1].minima}

    def place(size):
        step = ladders.achieved_class(ladder, {"facility.gross_area": size, "facility.rooms": rooms}).step
        return len(ladder.steps) if step is None else ladder.steps.index(step)

    assert place(area + more) <= place(area)


@few
@given(place=st.sampled_from(PLACES), facts=FACTS)
def test_gap_is_exactly_what_makes_a_limit_pass(editions, place, facts):
    edition, subject = editions[place[0]], place[1]
    rows = {row.id: row for row in edition.requirements}
    for found in check(edition, subject, facts):
        is_limit = isinstance(found.required, (int, Decimal)) and not isinstance(found.required, bool)
        assert (found.gap is not None) == (found.truth is Truth.FALSE and is_limit)
        if found.gap is None or found.requirement not in rows:
            continue
        fact = rows[found.requirement].measured_fact
        assert found.gap > 0

        def after(amount, fact=fact, found=found):
            moved = check(edition, subject, {**facts, fact: facts[fact] + amount})
            return next(row.truth for row in moved if row.requirement == found.requirement)

        assert after(found.gap) is Truth.TRUE
        assert after(found.gap - Decimal("0.01")) is not Truth.TRUE


@few
@given(place=st.sampled_from(PLACES), facts=FACTS)
def test_waiver_is_local_and_truth_preserving(editions, place, facts):
    edition, subject = editions[place[0]], place[1]
    plain = check(edition, subject, facts)
    for found in plain:
        waiver = Waiver(found.requirement, edition.id, found.measured, yardstick=found.yardstick)
        waived = check(edition, subject, facts, waivers=[waiver])
        assert [row.truth for row in waived] == [row.truth for row in plain]
        changed = [row.requirement for row, other in zip(waived, plain, strict=True) if row != other]
        assert changed == ([found.requirement] if found.needs_reason else [])
        assert rank(waived) >= rank(plain)


@few
@given(place=st.sampled_from(PLACES[:-1]), facts=FACTS, pick=PICK, degree=PICK)
def test_weaker_modality_never_worsens_the_overall_result(editions, place, facts, pick, degree):
    edition, subject = editions[place[0]], place[1]
    rows = list(edition.requirements)
    index = rows.index(picked([row for row in rows if row.concerns(subject)], pick))
    weaker = picked(STRICTEST_FIRST[STRICTEST_FIRST.index(rows[index].modality) :], degree)
    rows[index] = replace(rows[index], modality=weaker)
    relaxed = replace(edition, requirements=tuple(rows))
    assert rank(check(relaxed, subject, facts)) >= rank(check(edition, subject, facts))


@few
@given(facts=FACTS, value=st.integers(0, 299))
def test_relaxing_exception_never_turns_met_to_unmet(wulong, facts, value):
    row = next(row for row in wulong.requirements if row.id == "station.area")
    strict = replace(wulong, requirements=(replace(row, exceptions=()),))
    relaxed = replace(wulong, requirements=(replace(row, exceptions=(Override(("few_elders",), value),)),))
    (before,), (after,) = (check(edition, "COMMUNITY_STATION", facts) for edition in (strict, relaxed))
    if before.outcome is Outcome.MET:
        assert after.outcome is Outcome.MET


def nodes(result):
    yield result
    for child in result.children:
        yield from nodes(child)


@few
@given(place=st.sampled_from(PLACES), facts=FACTS)
def test_any_is_at_least_each_child_and_each_child_at_least_all(editions, place, facts):
    for found in check(editions[place[0]], place[1], facts):
        for node in nodes(found.result):
            truths = [child.truth for child in node.children if child.truth is not None]
            if node.join and truths:
                assert node.truth is (max(truths) if node.join == "any" else min(truths))


@few
@given(place=st.sampled_from(PLACES), facts=FACTS)
def test_the_same_findings_come_whatever_is_known(editions, place, facts):
    edition, subject = editions[place[0]], place[1]
    expected = [row.requirement for row in check(edition, subject, {})]
    assert [row.requirement for row in check(edition, subject, facts)] == expected
    assert len(set(expected)) == len(expected) > 0


@few
@given(area=st.decimals("0.01", 10000, places=2))
def test_every_area_has_exactly_one_size_class(gongqing, area):
    ladder = gongqing.ladders[0]
    uppers = [None, *(step.minimum for step in ladder.steps)]
    bands = zip(ladder.steps, uppers, strict=False)
    holding = [step for step, upper in bands if step.minimum <= area and (upper is None or area < upper)]
    assert [ladders.size_class(ladder, area).step] == holding


@few
@given(place=st.sampled_from(PLACES), facts=FACTS, seed=st.integers(0, 9))
def test_order_of_rows_and_facts_is_irrelevant(editions, place, facts, seed):
    edition, subject = editions[place[0]], place[1]
    rows, items = list(edition.requirements), list(facts.items())
    random.Random(seed).shuffle(rows)
    random.Random(seed).shuffle(items)
    shuffled = check(replace(edition, requirements=tuple(rows)), subject, dict(items))
    plain = check(edition, subject, facts)
    assert {row.requirement: row for row in shuffled} == {row.requirement: row for row in plain}
    assert judge(shuffled) is judge(plain)


@few
@given(place=st.sampled_from(PLACES), facts=FACTS)
def test_unknown_is_recorded_by_absence_or_none_alike(editions, place, facts):
    edition, subject = editions[place[0]], place[1]
    blanks = {name: None for name in VALUES if name not in facts}
    assert check(edition, subject, {**facts, **blanks}) == check(edition, subject, facts)


@few
@given(place=st.sampled_from(PLACES), facts=FACTS)
def test_undecided_findings_name_what_would_decide(editions, place, facts):
    for found in check(editions[place[0]], place[1], facts):
        if found.truth is Truth.UNKNOWN:
            assert found.missing
            assert found.missing_text.startswith("待补：")
            assert all(facts.get(name) is None for name in found.missing)

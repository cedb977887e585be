"""The properties of rules.md section 3 over the five policies as they are, whatever is known of a subject."""

import random
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facilities.rules.asked import asked
from facilities.rules.catalogue import FACILITY_TYPES
from facilities.rules.clauses import Edition
from facilities.rules.editions import in_force
from facilities.rules.evaluation import check
from facilities.rules.findings import Outcome
from facilities.rules.overall import Overall, judge
from facilities.rules.requirements import parse_edition
from facilities.rules.truth import Truth
from facilities.rules.waivers import Waiver

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures"
SLUGS = ("wulong-2020", "wuxi-2021", "xqu-2020", "gongqing-2020", "changshou-2023")
SUBJECTS = (*FACILITY_TYPES, "village", "community", "township")
ORDER = [Overall.NOT_ACCEPTABLE, Overall.INCOMPLETE, Overall.NEEDS_REASON, Overall.ACCEPTABLE, Overall.NO_STANDARD]
few = settings(max_examples=60, deadline=None)


@cache
def table(slug: str) -> dict:
    return tomllib.loads((FIXTURES / slug / "standards.toml").read_text("utf-8"), parse_float=Decimal)


@cache
def edition(slug: str) -> Edition:
    return parse_edition(table(slug))


PLACES = [(slug, subject) for slug in SLUGS for subject in SUBJECTS if check(edition(slug), subject, {})]


def answers(question) -> st.SearchStrategy:
    """Any answer the question can have."""
    kind, names = question.fact.type, [*question.choices]
    if kind == "names":
        return st.lists(st.sampled_from([*names, "别的"]), unique=True)
    if kind == "rooms":
        return st.dictionaries(st.sampled_from([*names, "别的"]), st.none() | st.decimals(0, 400, places=2))
    if kind == "decimal":
        return st.decimals(0, 2000, places=2)
    if kind == "integer":
        return st.integers(0, 30)
    return st.booleans() if kind == "boolean" else st.sampled_from([*names, "读不懂的"])


@st.composite
def known(draw):
    """(policy, subject, facts): some of what the policy asks about the subject, the rest not recorded."""
    slug, subject = draw(st.sampled_from(PLACES))
    wanted = {fact: answers(question) for fact, question in asked(edition(slug), subject).items()}
    facts = draw(st.fixed_dictionaries({}, optional=wanted))
    return slug, subject, facts


def rank(findings) -> int:
    return ORDER.index(judge(findings))


@few
@given(case=known(), pick=st.integers(0, 10**6))
def test_1_forgetting_withdraws_verdicts_and_never_reverses_them(case, pick):
    slug, subject, facts = case
    before = check(edition(slug), subject, facts)
    lost = sorted(facts)[pick % len(facts)] if facts else ""
    after = check(edition(slug), subject, {fact: value for fact, value in facts.items() if fact != lost})
    for then, now in zip(before, after, strict=True):
        if then.truth is not None:
            assert now.truth in (then.truth, Truth.UNKNOWN)
        assert not (now.blocks and not then.blocks)
    if judge(before) is Overall.NOT_ACCEPTABLE:
        assert judge(after) in (Overall.NOT_ACCEPTABLE, Overall.INCOMPLETE)


@few
@given(case=known(), more=st.decimals("0.01", 1500, places=2))
def test_2_more_area_never_worsens_the_overall_result(case, more):
    slug, subject, facts = case
    facts = {"facility.gross_area": Decimal(0)} | facts
    larger = facts | {"facility.gross_area": facts["facility.gross_area"] + more}
    # 二(九) is a relief for small conversions; its row is a 可 and binds nobody.
    assert rank(check(edition(slug), subject, larger)) >= rank(check(edition(slug), subject, facts))


@few
@given(case=known())
def test_3_zero_and_the_empty_list_are_answers_and_silence_is_none(case):
    slug, subject, facts = case
    zero = {"names": [], "rooms": {}, "integer": 0, "decimal": 0}
    questions = asked(edition(slug), subject)
    for fact, question in questions.items():
        if question.fact.type not in zero:
            continue
        silent = {row.requirement: row for row in check(edition(slug), subject, {**facts, fact: None})}
        none = {
            row.requirement: row for row in check(edition(slug), subject, {**facts, fact: zero[question.fact.type]})
        }
        for name, row in silent.items():
            assert fact not in none[name].missing
            if row.missing == (fact,):
                assert (row.truth, none[name].truth is Truth.UNKNOWN) == (Truth.UNKNOWN, False)


@few
@given(case=known())
def test_4_gap_stands_exactly_where_a_limit_fails(case):
    slug, subject, facts = case
    for found in check(edition(slug), subject, facts):
        is_limit = isinstance(found.required, (int, Decimal)) and not isinstance(found.required, bool)
        assert (found.gap is not None) == (found.truth is Truth.FALSE and is_limit)
        assert found.gap is None or found.gap > 0


@few
@given(case=known())
def test_5_a_waiver_is_local_and_keeps_the_truth(case):
    slug, subject, facts = case
    plain = check(edition(slug), subject, facts)
    for found in plain:
        waiver = Waiver(found.requirement, edition(slug).id, found.measured, yardstick=found.yardstick)
        waived = check(edition(slug), subject, facts, waivers=[waiver])
        assert [row.truth for row in waived] == [row.truth for row in plain]
        changed = [row.requirement for row, then in zip(waived, plain, strict=True) if row != then]
        assert changed == ([found.requirement] if found.needs_reason else [])


@few
@given(case=known())
def test_9_every_clause_gives_one_finding_whatever_is_known(case):
    slug, subject, facts = case
    expected = [row.requirement for row in check(edition(slug), subject, {})]
    found = check(edition(slug), subject, facts)
    assert [row.requirement for row in found] == expected
    assert len(set(expected)) == len(expected)
    assert all(row.clause for row in found)


@few
@given(case=known(), seed=st.integers(0, 9))
def test_11_the_order_of_rows_facts_and_loads_is_irrelevant(case, seed):
    slug, subject, facts = case
    shuffle = random.Random(seed).shuffle
    data = dict(table(slug))
    for name in ("requirement", "condition", "fact", "ladder", "conflict"):
        rows = list(data.get(name, []))
        shuffle(rows)
        data[name] = rows
    items = [*facts.items()]
    shuffle(items)
    again = check(parse_edition(data), subject, dict(items))
    assert {row.requirement: row for row in again} == {
        row.requirement: row for row in check(edition(slug), subject, facts)
    }


DAYS = st.dates(date(2015, 1, 1), date(2030, 12, 31))


@few
@given(starts=st.lists(DAYS, min_size=1, max_size=5, unique=True), day=DAYS)
def test_12_a_day_has_one_edition_and_the_day_before_a_change_the_old_one(starts, day):
    editions = [Edition(f"e{number}", valid_from=start) for number, start in enumerate(sorted(starts))]
    shuffled = editions[::-1]
    begun = [row for row in editions if row.valid_from <= day]

    assert in_force(shuffled, day).edition is (begun[-1] if begun else editions[0])
    for old, new in pairwise(editions):
        assert in_force(shuffled, new.valid_from - timedelta(days=1)).edition is old
        assert in_force(shuffled, new.valid_from).edition is new


@few
@given(case=known())
def test_prohibition_is_the_exact_negation_and_keeps_the_unknown(case):
    slug, subject, facts = case
    oblige = tuple(replace(row, polarity="oblige") for row in edition(slug).requirements if row.forbids)
    turned = {
        row.requirement: row for row in check(replace(edition(slug), requirements=oblige, ladders=()), subject, facts)
    }
    for found in check(edition(slug), subject, facts):
        if found.requirement in turned and found.truth is not None:
            assert found.truth is ~turned[found.requirement].truth


@few
@given(case=known())
def test_no_pass_without_a_binding_clause_and_none_with_an_open_one(case):
    slug, subject, facts = case
    found = check(edition(slug), subject, facts)
    binding = [row for row in found if row.binds]
    if judge(found) is Overall.ACCEPTABLE:
        assert binding
        assert {row.outcome for row in binding} <= {Outcome.MET, Outcome.WAIVED}
    assert (judge(found) is Overall.NO_STANDARD) == (not binding)


@pytest.mark.parametrize(
    ("stations", "shared", "few_elders", "truth"),
    [
        (0, False, None, Truth.FALSE), (0, True, None, Truth.UNKNOWN), (1, False, None, Truth.TRUE),
        (0, True, True, Truth.TRUE), (0, True, False, Truth.FALSE), (0, None, False, Truth.FALSE),
        (0, None, None, Truth.UNKNOWN), (None, False, None, Truth.UNKNOWN),
    ],
)  # fmt: skip
def test_an_alternative_that_fails_anyway_is_no_way_out_while_its_condition_is_open(
    stations, shared, few_elders, truth
):
    told = {
        "community.stations": stations, "community.shared_station": shared, "community.few_elders": few_elders,
    }  # fmt: skip
    (found,) = check(edition("wulong-2020"), "community", told)
    assert found.truth is truth


@pytest.mark.parametrize(
    ("condition", "inner", "truth"),
    [
        (None, True, Truth.TRUE), (None, False, Truth.UNKNOWN), (None, None, Truth.UNKNOWN),
        (True, False, Truth.FALSE), (False, False, Truth.TRUE), (True, True, Truth.TRUE),
    ],
)  # fmt: skip
def test_a_branch_inside_all_is_no_hurdle_when_it_passes_whatever_its_condition(edition_of, condition, inner, truth):
    nested = {"label": "乙", "all": [{"fact": "facility.medical_care"}], "when": ["able"]}
    row = {
        "id": "both", "label": "甲且乙", "clause": "一", "kind": "any_of", "wording": "应", "modality": "must",
        "applies_to": ["CARE_HOME"],
        "alternatives": [{"label": "甲乙", "all": [{"fact": "facility.standalone"}, nested]}],
    }  # fmt: skip
    able = {"id": "able", "label": "具备条件", "kind": "declared", "fact": "facility.has_capacity", "clause": "一"}
    facts = {"facility.standalone": True, "facility.medical_care": inner, "facility.has_capacity": condition}
    (found,) = check(edition_of(row, conditions=[able]), "CARE_HOME", facts)

    assert found.truth is truth


def test_a_clause_whose_every_alternative_may_still_drop_is_undecided(edition_of):
    only = {"label": "甲", "all": [{"fact": "facility.standalone"}], "when": ["able"]}
    row = {
        "id": "one", "label": "甲", "clause": "一", "kind": "any_of", "wording": "应", "modality": "must",
        "applies_to": ["CARE_HOME"], "alternatives": [only],
    }  # fmt: skip
    able = {"id": "able", "label": "具备条件", "kind": "declared", "fact": "facility.has_capacity", "clause": "一"}
    made = edition_of(row, conditions=[able])

    def truth(**facts):
        (found,) = check(made, "CARE_HOME", {f"facility.{name}": value for name, value in facts.items()})
        return found.truth, found.missing

    assert truth(standalone=False) == (Truth.UNKNOWN, ("facility.has_capacity",))
    assert truth(standalone=False, has_capacity=True) == (Truth.FALSE, ())
    assert truth(standalone=False, has_capacity=False) == (None, ())

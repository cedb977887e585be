"""An amendment laid over its base: replaced in place, added at the end, dropped by name, and nothing else touched."""

import copy
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facilities.rules import amending
from facilities.rules.requirements import RuleErrors, parse_edition

STARTS = date(2022, 7, 1)
HEAD = {"id": "b", "amends": "a", "valid_from": STARTS}
BASE = {
    "edition": {"id": "a", "dates_from": "unknown"},
    "condition": [{"id": "x", "label": "条件"}],
    "requirement": [{"id": "x", "value": 1}, {"id": "y", "value": 2}],
    "ladder": [{"id": "l"}],
    "conflict": [{"ids": ["l.size", "y"], "kind": "value", "label": "两处不一"}],
}


def removing(*names, **rows) -> dict:
    return {"edition": HEAD | {"removed": list(names)}, **rows}


def test_order_is_kept_and_the_contradiction_of_a_removed_clause_goes_with_it():
    before = copy.deepcopy(BASE)
    made = amending.overlay(BASE, removing("y", requirement=[{"id": "z"}, {"id": "x", "value": 3}]))
    assert made["requirement"] == [{"id": "x", "value": 3}, {"id": "z"}]
    assert "conflict" not in made
    assert made["edition"]["id"] == "b"
    assert before == BASE


def test_contradiction_of_a_removed_ladder_goes_too():
    made = amending.overlay(BASE, removing("l"))
    assert "ladder" not in made
    assert "conflict" not in made


def test_nothing_stated_is_the_base_under_a_new_head():
    made = amending.overlay(BASE, {"edition": HEAD})
    tables = ("condition", "requirement", "ladder", "conflict")
    assert {table: made[table] for table in tables} == {table: BASE[table] for table in tables}


def test_name_of_two_tables_has_to_say_which():
    with pytest.raises(RuleErrors, match="不止一处有“x”"):
        amending.overlay(BASE, removing("x"))
    made = amending.overlay(BASE, removing("requirement:x"))
    assert [row["id"] for row in made["requirement"]] == ["y"]
    assert made["condition"] == BASE["condition"]


def test_all_problems_come_at_once():
    with pytest.raises(RuleErrors) as caught:
        amending.overlay(
            BASE | {"edition": {"valid_from": STARTS}}, removing("nothing", "y", requirement=[{"id": "y"}])
        )
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize("odd", [3, "y", [3], [""], None, {"y": 1}])
def test_removed_that_is_no_list_of_names_is_refused(odd):
    with pytest.raises(RuleErrors, match="应为文字清单"):
        amending.overlay(BASE, {"edition": HEAD | {"removed": odd}})


@pytest.mark.parametrize("odd", [3, "text", [3], [{"id": ["list"]}], [{}]])
def test_odd_tables_reach_the_reader_that_explains_them(odd):
    made = amending.overlay(BASE, {"edition": HEAD, "requirement": odd})
    with pytest.raises(RuleErrors):
        parse_edition(made)


def test_file_alone_must_not_remove_without_amending():
    with pytest.raises(RuleErrors, match="只有修订版本"):
        parse_edition({"edition": {"id": "b", "dates_from": "unknown", "removed": ["y"]}})


NAMES = st.lists(st.sampled_from("abcdefgh"), unique=True)


@given(old=NAMES, new=NAMES, gone=NAMES)
def test_result_is_the_base_without_the_dropped_and_with_the_stated(old, new, gone):
    gone = [name for name in gone if name in old and name not in new]
    base = {"edition": {"id": "a"}, "requirement": [{"id": name, "by": "old"} for name in old]}
    change = removing(*gone, requirement=[{"id": name, "by": "new"} for name in new])
    made = {row["id"]: row["by"] for row in amending.overlay(base, change).get("requirement", [])}
    expected = dict.fromkeys([name for name in old if name not in gone], "old") | dict.fromkeys(new, "new")
    assert made == expected
    assert list(made) == list(expected)

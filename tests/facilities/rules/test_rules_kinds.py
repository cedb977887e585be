"""Clauses the worked editions do not contain: clashing exceptions, upper limits, room minima, dropped alternatives."""

from dataclasses import replace
from decimal import Decimal

from facilities.rules.evaluation import evaluate
from facilities.rules.findings import Outcome
from facilities.rules.truth import Truth


def exception(condition, value):
    return {"when": condition, "value": value}


def declared(name):
    return {
        "id": name,
        "label": name,
        "kind": "declared",
        "fact": f"facility.{name}",
        "evidence": "证明",
        "clause": "一",
    }


def limit(**more):
    row = {"id": "r", "label": "床位", "clause": "一", "kind": "beds", "operator": ">=", "value": 30, "unit": "张"}
    return {**row, "wording": "应", "modality": "must", "applies_to": ["CARE_HOME"], **more}


def test_two_true_exceptions_with_different_values_are_a_conflict(edition_of, finding):
    kinds = [{**declared(name), "fact": fact} for name, fact in (("a", "facility.host"), ("b", "facility.host"))]
    kinds[0] |= {"operator": "=", "value": "x"}
    kinds[1] |= {"operator": "=", "value": "y"}
    edition = edition_of(limit(exceptions=[exception("a", 20), exception("b", 10)]), conditions=kinds)
    assert finding(edition, "r", "CARE_HOME", {"facility.host": "x", "facility.beds": 20}).outcome is Outcome.MET
    assert finding(edition, "r", "CARE_HOME", {"facility.host": "y", "facility.beds": 9}).gap == 1


def test_overlapping_exceptions_that_reach_the_evaluator_are_undecided(edition_of):
    rows = [declared("standalone"), declared("newly_built")]
    edition = edition_of(limit(exceptions=[exception("standalone", 20)]), conditions=rows)
    row = edition.requirements[0]
    clash = replace(row, exceptions=(row.exceptions[0], replace(row.exceptions[0], when=("newly_built",), value=10)))
    facts = {"facility.standalone": True, "facility.newly_built": True, "facility.beds": 25}
    found = evaluate(clash, facts, conditions=edition.conditions)
    assert found.outcome is Outcome.NO_DATA
    assert "同时成立" in found.reason


def test_upper_limit_shows_the_excess(edition_of, finding):
    edition = edition_of(limit(operator="<="))
    assert finding(edition, "r", "CARE_HOME", {"facility.beds": 30}).outcome is Outcome.MET
    over = finding(edition, "r", "CARE_HOME", {"facility.beds": 32})
    assert (over.gap, over.gap_text) == (2, "超出 2 张")


def test_room_minimum_compares_usable_area_room_by_room(edition_of, finding):
    row = {"id": "r", "label": "用房", "clause": "一", "kind": "room", "basis": "usable", "unit": "㎡", "wording": "应"}
    row |= {"modality": "must", "applies_to": ["CARE_HOME"], "min": {"厨房": Decimal("20.5"), "餐厅": 30}}
    edition = edition_of(row)
    short = finding(edition, "r", "CARE_HOME", {"facility.rooms": {"厨房": 20, "餐厅": 30}})
    assert (short.outcome, short.missing) == (Outcome.UNMET, ())
    assert short.gap_text == "厨房还差 0.5 ㎡"
    assert [child.truth for child in short.detail] == [Truth.FALSE, Truth.TRUE]
    lacking = finding(edition, "r", "CARE_HOME", {"facility.rooms": {"餐厅": 30}})
    assert lacking.missing == ("厨房",)
    unmeasured = finding(edition, "r", "CARE_HOME", {"facility.rooms": {"厨房": None, "餐厅": 30}})
    assert (unmeasured.outcome, unmeasured.missing) == (Outcome.NO_DATA, ("facility.rooms.厨房",))
    assert finding(edition, "r", "CARE_HOME", {"facility.rooms": ["厨房", "餐厅"]}).outcome is Outcome.NO_DATA
    assert finding(edition, "r", "CARE_HOME", {"facility.gross_area": 5000}).outcome is Outcome.NO_DATA


def test_inapplicable_alternatives_drop_out(edition_of, finding):
    alternatives = [
        {"label": "独立", "when": ["standalone"], "all": [{"fact": "facility.beds", "operator": ">=", "value": 5}]},
        {"label": "新建", "when": ["newly_built"], "all": [{"fact": "facility.staff", "operator": ">=", "value": 2}]},
    ]
    row = {"id": "r", "label": "任一", "clause": "一", "kind": "any_of", "wording": "应", "modality": "must"}
    row |= {"applies_to": ["CARE_HOME"], "alternatives": alternatives}
    edition = edition_of(row, conditions=[declared("standalone"), declared("newly_built")])
    facts = {"facility.standalone": False, "facility.newly_built": True, "facility.beds": 9, "facility.staff": 1}
    assert finding(edition, "r", "CARE_HOME", facts).outcome is Outcome.UNMET
    facts["facility.newly_built"] = False
    assert finding(edition, "r", "CARE_HOME", facts).outcome is Outcome.NOT_APPLICABLE
    facts["facility.newly_built"] = None
    undecided = finding(edition, "r", "CARE_HOME", facts)
    assert (undecided.outcome, undecided.missing) == (Outcome.NO_DATA, ("facility.newly_built",))

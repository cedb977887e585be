"""What a standard asks people about a facility: the facts behind its clauses, typed, with proof and answers on offer."""

import pytest

from facilities.rules.asked import asked
from facilities.rules.requirements import RuleErrors, parse_edition

HEAD = {"edition": {"id": "e", "dates_from": "unknown"}}
FIRE = {
    "id": "fire", "label": "符合防火规范", "clause": "三", "kind": "reference", "reference": "GB 50016",
    "applies_to": ["VILLAGE_POINT"], "wording": "应", "modality": "must",
}  # fmt: skip
PLACE = {
    "id": "place", "label": "设点", "clause": "二", "kind": "any_of", "applies_to": ["VILLAGE_POINT"], "wording": "可",
    "modality": "may",
    "alternatives": [
        {"label": "甲", "all": [{"fact": "facility.host", "operator": "=", "value": "village_public"}]},
        {"fact": "facility.dedicated_rooms", "operator": ">=", "value": 1},
    ],
}  # fmt: skip
SMALL = {
    "id": "few", "label": "老年人口较少", "kind": "declared", "fact": "community.few_elders", "evidence": "人口数", "clause": "一",
}  # fmt: skip
AREA = {
    "id": "area", "label": "面积", "clause": "一", "kind": "area", "basis": "gross", "operator": ">=", "value": 300,
    "unit": "㎡", "applies_to": ["COMMUNITY_STATION"], "wording": "应", "modality": "must",
    "exceptions": [{"when": "few", "value": 200}],
}  # fmt: skip
HOST = {"id": "facility.host", "subject": "facility", "type": "text", "label": "依托", "choices": {"farm": "农户"}}


def questions(subject: str, **tables):
    return asked(parse_edition({**HEAD, **tables}), subject)


def test_a_clause_that_nobody_computes_asks_for_proof():
    (question,) = questions("VILLAGE_POINT", requirement=[FIRE]).values()
    assert (question.fact.id, question.fact.type, question.label) == ("requirement.fire", "boolean", "符合防火规范")
    assert question.needs_evidence
    assert "GB 50016" in question.evidence


def test_alternatives_ask_for_each_of_their_facts_and_offer_the_printed_values():
    found = questions("VILLAGE_POINT", requirement=[PLACE])
    assert list(found) == ["facility.host", "facility.dedicated_rooms"]
    assert found["facility.host"].choices == {"village_public": "village_public"}


def test_declared_choices_replace_the_bare_values():
    found = questions("VILLAGE_POINT", requirement=[PLACE], fact=[HOST])
    assert found["facility.host"].choices == {"farm": "农户"}


def test_a_condition_asks_with_its_own_evidence():
    found = questions("COMMUNITY_STATION", requirement=[AREA], condition=[SMALL])
    assert (found["community.few_elders"].evidence, found["community.few_elders"].needs_evidence) == ("人口数", True)
    assert not found["facility.gross_area"].needs_evidence


def test_nothing_is_asked_of_a_type_without_clauses():
    assert questions("CARE_HOME", requirement=[AREA, FIRE], condition=[SMALL]) == {}


@pytest.mark.parametrize("wrong", [{"choices": {"a": 1}}, {"choices": ["a"]}, {"type": "integer"}])
def test_choices_are_labels_of_text_values(wrong):
    with pytest.raises(RuleErrors, match="只用于文字类事实"):
        parse_edition({**HEAD, "requirement": [FIRE], "fact": [HOST | wrong]})

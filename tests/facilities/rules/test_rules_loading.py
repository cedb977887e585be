"""A rule file is accepted whole or refused with everything that is wrong with it."""

import copy
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facilities.rules.clauses import Edition
from facilities.rules.editions import in_force
from facilities.rules.modality import Modality, of_wording
from facilities.rules.requirements import RuleErrors, parse_edition


@pytest.mark.parametrize(
    ("name", "requirements", "ladders"),
    [("wulong-2020", 14, 0), ("wuxi-2021", 16, 0), ("xqu-2020", 6, 0), ("gongqing-2020", 0, 1)],
)
def test_worked_editions_have_no_errors(tables, name, requirements, ladders):
    edition = parse_edition(tables[name])
    assert (edition.id, len(edition.requirements), len(edition.ladders)) == (name, requirements, ladders)


@pytest.mark.parametrize(
    ("wording", "modality"),
    [
        ("应", "must"),
        ("应当", "must"),
        ("不应低于", "must"),
        ("严禁", "must"),
        ("不新建", "must"),
        ("要符合", "must"),
        ("原则上要", "principle"),
        ("原则上不低于", "principle"),
        ("一般应", "principle"),
        ("有条件的应", "conditional"),
        ("有条件的也可", "conditional"),
        ("宜", "should"),
        ("不宜", "should"),
        ("可", "may"),
        ("也可", "may"),
        ("不低于", None),
        ("设置", None),
    ],
)
def test_wording_is_read_by_its_longest_prefix(wording, modality):
    assert of_wording(wording) == (Modality(modality) if modality else None)


CONDITION = {
    "id": "c",
    "label": "条件",
    "kind": "declared",
    "fact": "facility.standalone",
    "evidence": "证",
    "clause": "一",
}
ROW = {
    "id": "r",
    "label": "面积",
    "applies_to": ["CARE_HOME"],
    "kind": "area",
    "basis": "gross",
    "operator": ">=",
    "value": 100,
    "unit": "㎡",
    "wording": "应",
    "modality": "must",
    "clause": "一",
}


def codes(data):
    with pytest.raises(RuleErrors) as refused:
        parse_edition(data)
    return [problem.code.removeprefix("rules.") for problem in refused.value.problems]


def file(*requirements, **tables):
    edition = {"id": "sample", "dates_from": "unknown"}
    return {"edition": edition, "requirement": list(requirements), "condition": [CONDITION], **tables}


def test_sample_row_is_sound():
    assert parse_edition(file(ROW)).requirements[0].value == 100


def without(key):
    return {name: value for name, value in ROW.items() if name != key}


def clash(limit, **other):
    second = {"id": "d", "label": "另一", "kind": "declared", "evidence": "证", "clause": "一", **other}
    row = {**ROW, "exceptions": [{"when": "c", "value": 80}, {"when": "d", "value": limit}]}
    return file(row, condition=[CONDITION, second])


ANSWER = {key: ROW[key] for key in ("id", "label", "applies_to", "wording", "modality", "clause")}
EACH = {**ANSWER, "kind": "zone", "each": ["甲"]}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({**ROW, "wording": "设置"}, "wording"),
        ({**ROW, "wording": "原则上不低于"}, "wording"),
        (without("wording"), "wording_missing"),
        (without("clause"), "clause_missing"),
        (without("value"), "value_missing"),
        (without("unit"), "unit_missing"),
        ({**ROW, "kind": "volume"}, "unknown_kind"),
        ({**ROW, "operator": "≥"}, "unknown_operator"),
        ({**ROW, "operator": ">"}, "operator"),
        ({**ROW, "modality": "shall"}, "unknown_modality"),
        ({**ROW, "applies_to": ["CARE_HOUSE"]}, "unknown_type"),
        ({**ROW, "unit": "张"}, "unit"),
        ({**ROW, "value": 99.5}, "type"),
        ({**ROW, "value": "100"}, "value_type"),
        ({**ROW, "value": -1}, "value_type"),
        ({**ROW, "polarity": "forbid"}, "polarity"),
        ({**ROW, "exempt_wen": ["c"]}, "unexpected_key"),
        ({**ROW, "each": ["甲"]}, "unexpected_key"),
        ({**ROW, "when": ["x"]}, "unknown_condition"),
        ({**ROW, "subject": "village"}, "unexpected_key"),
        ({**ROW, "basis": "net"}, "unknown_basis"),
        (without("basis"), "basis"),
        ({**ROW, "kind": "quantity", "fact": "facility.wings"}, "unknown_fact"),
        ({**EACH, "each": []}, "empty"),
        ({**EACH, "each": ["甲", "甲"]}, "repeated"),
        ({**ANSWER, "kind": "attribute", "fact": "facility.standalone", "operator": "=", "value": "是"}, "value_type"),
        ({**ANSWER, "kind": "attribute", "fact": "facility.host", "operator": ">=", "value": "三级"}, "operator_type"),
        ({**ANSWER, "kind": "checklist", "fact": "facility.beds"}, "fact_type"),
        ({**ANSWER, "kind": "room", "min": {"甲": 10}}, "basis"),
        ({**ANSWER, "kind": "any_of", "alternatives": []}, "empty"),
    ],
)
def test_faulty_row_is_refused_by_name(row, code):
    assert code in codes(file(row))


def test_reading_settles_an_unusual_wording():
    assert parse_edition(file({**ROW, "wording": "设置", "reading": "按应理解"})).requirements[0].modality == "must"


@pytest.mark.parametrize(
    "data",
    [
        clash(90, fact="facility.standalone"),
        clash(90, fact="facility.newly_built"),
        clash(90, fact="facility.beds", operator=">=", value=10),
    ],
)
def test_exceptions_that_can_hold_together_must_agree(data):
    assert "exceptions_clash" in codes(data)


@pytest.mark.parametrize(
    "data", [clash(90, fact="facility.standalone", value=False), clash(80, fact="facility.newly_built")]
)
def test_exclusive_or_equal_exceptions_are_sound(data):
    assert len(parse_edition(data).requirements[0].exceptions) == 2


def test_exceptions_on_separate_ranges_are_exclusive():
    beds = {"kind": "derived", "fact": "facility.beds", "clause": "一"}
    small = {**beds, "id": "c", "label": "小", "operator": "<", "value": 10}
    large = {**beds, "id": "d", "label": "大", "operator": ">=", "value": 10}
    row = {**ROW, "exceptions": [{"when": "c", "value": 80}, {"when": "d", "value": 120}]}
    assert parse_edition(file(row, condition=[small, large]))
    assert "exceptions_clash" in codes(file(row, condition=[{**small, "operator": "<="}, large]))


def test_duplicate_ids_are_refused():
    assert codes(file(ROW, ROW)) == ["duplicate_id"]


def test_declared_fact_may_be_used():
    fact = {"id": "facility.wings", "subject": "facility", "type": "integer", "label": "楼栋", "unit": "栋"}
    row = {**without("basis"), "kind": "quantity", "fact": "facility.wings", "unit": "栋"}
    assert parse_edition(file(row, fact=[fact])).facts["facility.wings"].label == "楼栋"


def test_all_problems_come_at_once():
    found = codes(file({**ROW, "wording": "设置"}, {**without("clause"), "id": "s", "kind": "volume"}))
    assert {"wording", "clause_missing", "unknown_kind"} <= set(found)


def test_problem_says_where_and_what():
    with pytest.raises(RuleErrors) as refused:
        parse_edition(file({**ROW, "unit": "亩"}), file="甲/standards.toml")
    (problem,) = refused.value.problems
    assert (problem.file, problem.row, problem.key, problem.code) == ("甲/standards.toml", "r", "unit", "rules.unit")
    assert "亩" in str(refused.value)


def test_remarks_do_not_stop_the_file():
    bare = {key: value for key, value in CONDITION.items() if key != "evidence"}
    assert [row.code for row in parse_edition(file(ROW, condition=[bare])).warnings] == [
        "rules.evidence",
        "rules.unused",
    ]


def ladder_with(tables, change):
    data = copy.deepcopy(tables["gongqing-2020"])
    change(data["ladder"][0])
    return data


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda row: row["steps"][3].update(min=1), "ladder_gap"),
        (lambda row: row["steps"][2].update(max=700), "ladder_gap"),
        (lambda row: row["steps"][2].update(max=800), "ladder_overlap"),
        (lambda row: row["steps"].reverse(), "ladder_overlap"),
        (lambda row: row["steps"][1].update(min=1085), "ladder_overlap"),
        (lambda row: row["rooms"]["min"].update(厨房=[33, 55, 89, 159]), "not_monotone"),
        (lambda row: row["rooms"]["min"].update(厨房=[159, 89, 55]), "column"),
        (lambda row: row["rooms"].update(basis="gross"), "basis"),
        (lambda row: row["each"][0].update(values=[2, 5, 10, 15]), "not_monotone"),
        (lambda row: row["each"].append(row["each"][0]), "duplicate_id"),
        (lambda row: row.update(tie="lower"), "tie"),
        (lambda row: row["rooms"].pop("reading"), "wording"),
    ],
)
def test_faulty_ladder_is_refused(tables, change, code):
    assert code in codes(ladder_with(tables, change))


def test_touching_bands_are_sound(tables):
    data = ladder_with(tables, lambda row: row["steps"][2].update(max=750))
    assert [step.minimum for step in parse_edition(data).ladders[0].steps] == [1085, 750, 450, 0]


def places(value, path=()):
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield (*path, key)
        yield from places(item, (*path, key))


def refused_or_sound(table):
    """True for a file refused with its problems, or read into an edition that has a name."""
    try:
        return bool(parse_edition(table).id)
    except RuleErrors as refused:
        return bool(refused.problems)


JUNK = [None, "", "x", 0, -1, Decimal("1.5"), 1.5, True, [], ["x", "x"], [1], {}, {"x": 1}, [{}]]


@settings(max_examples=150, deadline=None)
@given(place=st.integers(0, 10**6), name=st.integers(0, 3), junk=st.sampled_from(JUNK))
def test_damaged_file_is_refused_and_never_breaks_the_reader(tables, place, name, junk):
    table = copy.deepcopy(tables[sorted(tables)[name]])
    spots = list(places(table))
    *path, key = spots[place % len(spots)]
    target = table
    for step in path:
        target = target[step]
    target[key] = junk
    assert refused_or_sound(table)


def test_day_before_the_change_uses_the_old_edition():
    old, new = Edition("old", valid_from=date(2020, 6, 10)), Edition("new", valid_from=date(2023, 1, 1))
    assert in_force([new, old], date(2022, 12, 31)).edition is old
    assert in_force([new, old], date(2023, 1, 1)).edition is new


def test_day_before_the_first_edition_uses_it_and_says_so():
    first = Edition("first", year=2020)
    assert in_force([first], date(2020, 1, 1)).early is False
    early = in_force([first], date(2019, 12, 31))
    assert early.edition is first
    assert "早于" in early.note


def test_undated_edition_is_always_in_force_and_an_ended_one_is_not():
    assert in_force([Edition("always")], date(1990, 1, 1)).early is False
    ended = Edition("ended", valid_from=date(2020, 1, 1), valid_to=date(2020, 12, 31))
    assert in_force([ended], date(2020, 12, 31)).edition is ended
    assert in_force([ended], date(2021, 1, 1)) is None

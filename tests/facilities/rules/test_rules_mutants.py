"""The specification table tells the evaluator from every plausible wrong one."""

from collections import defaultdict
from dataclasses import dataclass, field, replace

import pytest

from facilities.rules import ladders
from facilities.rules.evaluation import check
from facilities.rules.truth import Truth
from facilities.rules.waivers import Waiver

SEVEN = ("生活照料", "托养护理", "医疗康复", "休闲娱乐", "文化教育", "人文关怀", "运营管理")


@dataclass(frozen=True)
class Case:
    """One line of the table: on these facts this requirement has this outcome."""

    edition: str
    subject: str
    requirement: str
    facts: dict
    outcome: str
    waivers: tuple = field(default=())


def station(area, few, outcome):
    facts = {"facility.gross_area": area, "community.few_elders": few}
    return Case("wulong", "COMMUNITY_STATION", "station.area", facts, outcome)


def grade(value, outcome):
    return Case("wuxi", "ELDERLY_HOME", "retrofit.2", {"facility.fire_resistance_grade": value}, outcome)


TABLE = [
    station(230, True, "met"),
    station(230, False, "unmet"),
    station(230, None, "no_data"),
    station(320, None, "met"),
    station(None, False, "no_data"),
    Case("wulong", "STREET_CENTRE", "street.area", {"facility.gross_area": 1500}, "met"),
    Case("wulong", "STREET_CENTRE", "street.area", {"facility.usable_area": 1600}, "no_data"),
    Case("wulong", "STREET_CENTRE", "street.beds", {}, "no_data"),
    Case(
        "wulong",
        "STREET_CENTRE",
        "street.area",
        {"facility.gross_area": 1420},
        "waived",
        (Waiver("street.area", "wulong-2020", 1420),),
    ),
    Case(
        "wulong",
        "STREET_CENTRE",
        "street.area",
        {"facility.gross_area": 1400},
        "unmet",
        (Waiver("street.area", "wulong-2020", 1420),),
    ),
    Case(
        "wulong",
        "STREET_CENTRE",
        "street.zones",
        {"facility.zones": SEVEN[1:]},
        "unmet",
        (Waiver("street.zones", "wulong-2020", SEVEN[1:]),),
    ),
    Case("wulong", "VILLAGE_POINT", "point.no_new_building", {}, "no_data"),
    Case("wulong", "VILLAGE_POINT", "all.jgj450", {"facility.beds": 6}, "not_applicable"),
    Case("wuxi", "village", "village.layout", {"village.to_be_merged": True, "village.points": 0}, "not_applicable"),
    grade("二级", "met"),
    grade("一级", "met"),
    grade("四级", "unmet"),
    Case("usable", "CARE_HOME", "usable.area", {"facility.gross_area": 120, "facility.usable_area": 90}, "unmet"),
    Case("usable", "CARE_HOME", "usable.area", {"facility.gross_area": 120}, "no_data"),
]
SIZES = [(1085, "一类"), (1084, "二类"), (750, "二类"), (450, "三类"), (449, "四类")]


@pytest.fixture(scope="session")
def editions(wulong, wuxi, edition_of):
    row = {"id": "usable.area", "label": "使用面积", "clause": "一", "kind": "area", "basis": "usable", "unit": "㎡"}
    row |= {"operator": ">=", "value": 100, "wording": "应", "modality": "must", "applies_to": ["CARE_HOME"]}
    return {"wulong": wulong, "wuxi": wuxi, "usable": edition_of(row)}


def faithful(edition, case):
    return outcome(check(edition, case.subject, case.facts, waivers=case.waivers), case)


def outcome(findings, case):
    return next(row.outcome.value for row in findings if row.requirement == case.requirement)


def edited(edition, change):
    return replace(edition, requirements=tuple(change(row) for row in edition.requirements))


def missing_read_as_zero(edition, case):
    zero = {"facility.zones": [], "facility.equipment": [], "facility.rooms": {}}
    numbers = {row.measured_fact: 0 for row in edition.requirements if row.operator == ">=" and not row.scale}
    known = {name: value for name, value in case.facts.items() if value is not None}
    return faithful(edition, replace(case, facts={**zero, **numbers, **known}))


def exception_ignored(edition, case):
    return faithful(edited(edition, lambda row: replace(row, exceptions=())), case)


def exception_always_taken(edition, case):
    return faithful(edition, replace(case, facts={**case.facts, "community.few_elders": True}))


def undecided_exception_is_unknown(edition, case):
    rows = {row.id: row for row in edition.requirements}
    if rows[case.requirement].exceptions and case.facts.get("community.few_elders") is None:
        return "no_data"
    return faithful(edition, case)


def waiver_over_must(edition, case):
    found = faithful(edition, case)
    return "waived" if found == "unmet" and case.waivers and case.requirement == "street.zones" else found


def waiver_never_lapses(edition, case):
    generous = tuple(replace(waiver, measured=0) for waiver in case.waivers)
    return faithful(edition, replace(case, waivers=generous))


def waiver_unknown(edition, case):
    return faithful(edition, replace(case, waivers=()))


def gross_for_usable(edition, case):
    facts = {**case.facts, "facility.usable_area": case.facts.get("facility.gross_area")}
    return faithful(edition, replace(case, facts=facts))


def usable_for_gross(edition, case):
    gross = case.facts.get("facility.gross_area") or case.facts.get("facility.usable_area")
    return faithful(edition, replace(case, facts={**case.facts, "facility.gross_area": gross}))


def unknown_prohibition_passes(edition, case):
    rows = {row.id: row for row in edition.requirements}
    found = faithful(edition, case)
    return "met" if found == "no_data" and rows[case.requirement].forbids else found


def exemption_ignored(edition, case):
    return faithful(edited(edition, lambda row: replace(row, exempt_when=())), case)


def scope_ignored(edition, case):
    return faithful(edited(edition, lambda row: replace(row, scope=None)), case)


def boundary_excluded(edition, case):
    rows = edited(edition, lambda row: replace(row, operator=">" if row.operator == ">=" else row.operator))
    return faithful(rows, case)


def scale_read_backwards(edition, case):
    return faithful(edited(edition, lambda row: replace(row, scale=row.scale[::-1])), case)


def unknown_counts_as_met(edition, case):
    found = faithful(edition, case)
    return "met" if found == "no_data" else found


MUTANTS = [
    missing_read_as_zero,
    exception_ignored,
    exception_always_taken,
    undecided_exception_is_unknown,
    waiver_over_must,
    waiver_never_lapses,
    waiver_unknown,
    gross_for_usable,
    usable_for_gross,
    unknown_prohibition_passes,
    exemption_ignored,
    scope_ignored,
    boundary_excluded,
    scale_read_backwards,
    unknown_counts_as_met,
]


def mismatches(evaluator, editions):
    return [case for case in TABLE if evaluator(editions[case.edition], case) != case.outcome]


def test_evaluator_agrees_with_the_whole_table(editions):
    assert mismatches(faithful, editions) == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_table_tells_a_wrong_evaluator(editions, mutant):
    assert mismatches(mutant, editions)


def tie_to_lower_class(ladder, size):
    return next((step for step in ladder.steps if size > step.minimum), ladder.steps[-1]).name


def test_table_tells_a_tie_given_to_the_lower_class(gongqing):
    ladder = gongqing.ladders[0]
    assert [ladders.size_class(ladder, size).step.name for size, _ in SIZES] == [name for _, name in SIZES]
    assert [tie_to_lower_class(ladder, size) for size, _ in SIZES] != [name for _, name in SIZES]


def test_class_derived_from_area_would_punish_a_larger_house(gongqing):
    ladder = gongqing.ladders[0]
    rooms = dict(ladder.slots[1][2].minima)

    def truths(area, declared):
        facts = {"facility.gross_area": area, "facility.rooms": rooms, "facility.declared_class": declared}
        return {row.requirement: row.truth for row in check(gongqing, "DAY_CARE_CENTRE", facts)}

    derived = defaultdict(lambda: ladders.size_class(ladder, 750).step.name)
    assert truths(750, derived["size"])["daycare.rooms"] is Truth.FALSE
    assert truths(750, "三类")["daycare.rooms"] is Truth.TRUE

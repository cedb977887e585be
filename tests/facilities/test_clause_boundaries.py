"""Every clause of the five policies at its limit: one below, on it, one above, nothing recorded; every listed name removed.

Expected outcomes are literals of clause_tables.py; the rules come from the policy folders through the real loader.
"""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from clause_tables import ANSWERS, LIMITS, LISTS, SETTINGS
from room_tables import CLASSES, HOME_ROOMS, ROOMS_BY_CLASS

from facilities.rules import ladders
from facilities.rules.clauses import Branch, Comparison, Edition
from facilities.rules.evaluation import check
from facilities.rules.overall import judge
from facilities.rules.requirements import parse_edition

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
POLICIES = ("wulong-2020", "wuxi-2021", "xqu-2020", "gongqing-2020", "changshou-2023")
STEP = Decimal("0.01")
WORDS = {"yes": True, "no": False}


@cache
def edition(slug: str) -> Edition:
    """The standards of a policy folder, read by the loader's own reader."""
    text = (FIXTURES / slug / "standards.toml").read_text("utf-8")
    return parse_edition(tomllib.loads(text, parse_float=Decimal))


@dataclass(frozen=True)
class Line:
    """One line of a table: whose clause, and what else the line says."""

    slug: str
    subject: str
    requirement: str
    settings: dict
    clause: str
    fact: str
    more: tuple

    @classmethod
    def read(cls, text: str) -> "Line":
        slug, subject, requirement, clause, fact, *more = (part.strip() for part in text.split("|"))
        name, _, setting = requirement.partition(" @")
        return cls(slug, subject, name, SETTINGS[setting] if setting else {}, clause, fact, tuple(more))

    def __str__(self) -> str:
        return f"{self.slug}-{self.subject}-{self.requirement}"


def lines(table: str) -> list[Line]:
    return [Line.read(text) for text in table.strip().splitlines()]


def finding(slug, subject, requirement, facts):
    return {row.requirement: row for row in check(edition(slug), subject, facts)}[requirement]


def outcome(line: Line, value) -> str:
    """The outcome with one value of the line's fact; None is nothing recorded. The clause is the printed one."""
    found = finding(line.slug, line.subject, line.requirement, {**line.settings, line.fact: value})
    assert found.clause == line.clause
    return found.outcome.value


def number(text: str):
    return Decimal(text) if "." in text else int(text)


@pytest.mark.parametrize("line", lines(LIMITS), ids=str)
def test_numeric_clause_at_its_limit(line):
    below, on, above, short = line.more
    told = [outcome(line, value) for value in (number(below), number(on), number(above), None)]

    assert told == [short, "met", "met", "no_data"]


@pytest.mark.parametrize("line", lines(LIMITS), ids=str)
def test_gap_of_a_missed_limit_is_the_distance_to_it(line):
    below, on, _, _ = line.more
    facts = {**line.settings, line.fact: number(below)}

    assert finding(line.slug, line.subject, line.requirement, facts).gap == Decimal(on) - Decimal(below)


@pytest.mark.parametrize("line", lines(LISTS), ids=str)
def test_every_listed_name_removed_in_turn(line):
    names, lacking = line.more[0].split(), line.more[1]

    assert outcome(line, names) == "met"
    assert outcome(line, [*names, "另一处"]) == "met"
    assert outcome(line, None) == "no_data"
    assert outcome(line, []) == lacking
    for name in names:
        facts = {**line.settings, line.fact: [other for other in names if other != name]}
        found = finding(line.slug, line.subject, line.requirement, facts)
        assert (found.outcome.value, found.missing) == (lacking, (name,))


@pytest.mark.parametrize("line", lines(ANSWERS), ids=str)
def test_every_point_answered_well_badly_and_not_at_all(line):
    good, bad, lacking = (WORDS.get(part, part) for part in line.more)

    assert [outcome(line, answer) for answer in (good, bad, None)] == ["met", lacking, "no_data"]


# Rooms with printed minimums: usable ㎡, never gross.


def room_cases():
    home = ("RURAL_HAPPINESS_HOME", "rural.rooms", {}, HOME_ROOMS, "unmet", "附件2")
    classes = [
        ("DAY_CARE_CENTRE", "daycare.rooms", SETTINGS[name], dict(zip(ROOMS_BY_CLASS, column, strict=True)), lacking, "附件3")
        for name, column, lacking in CLASSES
    ]  # fmt: skip
    return [home, *classes]


@pytest.mark.parametrize(("subject", "requirement", "settings", "minima", "lacking", "clause"), room_cases())
def test_every_room_at_its_minimum(subject, requirement, settings, minima, lacking, clause):
    def ask(rooms, **more):
        return finding("gongqing-2020", subject, requirement, {**settings, "facility.rooms": rooms, **more})

    assert (ask(minima).outcome, ask(minima).clause) == ("met", clause)
    assert ask(None).outcome == "no_data"
    assert ask(None, **{"facility.gross_area": 5000, "facility.usable_area": 5000}).outcome == "no_data"
    for name, minimum in minima.items():
        told = [ask({**minima, name: area}).outcome for area in (minimum - STEP, minimum + STEP, 0, None)]
        absent = ask({other: area for other, area in minima.items() if other != name})
        assert told == [lacking, "met", lacking, "no_data"]
        assert (absent.outcome, absent.missing) == (lacking, (name,))


@pytest.mark.parametrize(
    ("fact", "value", "setting", "requirement", "tie"),
    [
        ("facility.gross_area", 1085, "一类", "daycare.size", "1085 ㎡同时印在一类和二类，按较高的一类认定"),
        ("facility.gross_area", 750, "二类", "daycare.size", "750 ㎡同时印在二类和三类，按较高的二类认定"),
        ("facility.gross_area", 450, "三类", "daycare.size", "450 ㎡同时印在三类和四类，按较高的三类认定"),
        ("facility.beds", 15, "一类", "daycare.beds", "15 张同属相邻两类，按较高的一类认定"),
        ("facility.beds", 10, "二类", "daycare.beds", "10 张同属相邻两类，按较高的二类认定"),
        ("facility.beds", 5, "三类", "daycare.beds", "5 张同属相邻两类，按较高的三类认定"),
    ],
)
def test_a_tie_belongs_to_the_higher_class_and_is_told(fact, value, setting, requirement, tie):
    facts = {**SETTINGS[setting], fact: value}
    found = finding("gongqing-2020", "DAY_CARE_CENTRE", requirement, facts)

    assert found.outcome == "met"
    assert tie in found.note


@pytest.mark.parametrize(
    ("area", "name"),
    [
        ("1085.01", "一类"), ("1085", "一类"), ("1084.99", "二类"), ("750.01", "二类"), ("750", "二类"), ("749.99", "三类"),
        ("450.01", "三类"), ("450", "三类"), ("449.99", "四类"), ("0", "四类"),
    ],
)  # fmt: skip
def test_size_class_on_both_sides_of_every_tie(area, name):
    (ladder,) = edition("gongqing-2020").ladders
    assert ladders.size_class(ladder, Decimal(area)).step.name == name


# Conditions, exceptions, exemptions, scopes and alternatives: facts → outcome.
HOST, ROOMS_N = "facility.host", "facility.dedicated_rooms"
SIZE, STATIONS, SHARED = "village.size_class", "community.stations", "community.shared_station"
FEW, AREA, BEDS = "community.few_elders", "facility.gross_area", "facility.beds"
POINTS, MERGED, HOSTS = "village.points", "village.to_be_merged", "village.hosts_township_centre"
GRADE, RUN, CAPACITY = "facility.fire_resistance_grade", "facility.operation", "facility.has_capacity"
CASES = [
    # 老年人口较少: 200 instead of 300, undecided where it matters.
    *[
        (slug, "COMMUNITY_STATION", name, {AREA: area} | facts, told)
        for slug, name in (
            ("wulong-2020", "station.area"),
            ("xqu-2020", "station.area.body"),
            ("xqu-2020", "station.area.annex"),
        )
        for area, facts, told in (
            (320, {}, "met"), (230, {}, "no_data"), (150, {}, "unmet"), (300, {}, "met"), (200, {}, "no_data"),
            (Decimal("299.99"), {}, "no_data"), (Decimal("199.99"), {}, "unmet"),
            (230, {FEW: True}, "met"), (230, {FEW: False}, "unmet"), (None, {FEW: True}, "no_data"),
        )
    ],
    # 面积 without a kind: the usable area alone may suffice, never fail.
    ("wulong-2020", "COMMUNITY_STATION", "station.area", {"facility.usable_area": 300, FEW: False}, "met"),
    ("wulong-2020", "COMMUNITY_STATION", "station.area", {"facility.usable_area": 299, FEW: False}, "no_data"),
    ("wulong-2020", "STREET_CENTRE", "street.area", {"facility.usable_area": 1600}, "no_data"),
    # Large and small villages.
    ("wuxi-2021", "VILLAGE_POINT", "point.area", {SIZE: "small", AREA: 60}, "not_applicable"),
    ("wuxi-2021", "VILLAGE_POINT", "point.area", {SIZE: "large", AREA: 60}, "unmet"),
    ("wuxi-2021", "VILLAGE_POINT", "point.area", {AREA: 60}, "no_data"),
    ("wuxi-2021", "VILLAGE_POINT", "point.area", {AREA: 120}, "met"),
    ("wuxi-2021", "VILLAGE_POINT", "point.rooms", {SIZE: "small", "facility.rooms": []}, "not_applicable"),
    ("wuxi-2021", "VILLAGE_POINT", "point.standalone", {SIZE: "small", "facility.standalone": False}, "not_applicable"),
    ("wuxi-2021", "VILLAGE_POINT", "point.standalone", {"facility.standalone": False}, "no_data"),
    ("wuxi-2021", "VILLAGE_POINT", "point.merged", {SIZE: "large", "facility.standalone": True}, "not_applicable"),
    ("wuxi-2021", "VILLAGE_POINT", "point.merged_functions", {SIZE: "large", "facility.zones": []}, "not_applicable"),
    ("wuxi-2021", "VILLAGE_POINT", "point.dedicated_room", {HOST: "farm_household", ROOMS_N: 0}, "not_applicable"),
    ("wuxi-2021", "VILLAGE_POINT", "point.dedicated_room", {ROOMS_N: 0}, "no_data"),
    # The exempt village.
    *[
        ("wuxi-2021", "village", "village.layout", {POINTS: 0} | facts, told)
        for facts, told in (
            ({MERGED: True, HOSTS: False}, "not_applicable"), ({MERGED: False, HOSTS: True}, "not_applicable"),
            ({MERGED: True}, "not_applicable"), ({MERGED: False, HOSTS: False}, "unmet"), ({HOSTS: False}, "no_data"),
            ({}, "no_data"),
        )
    ],
    ("wuxi-2021", "village", "village.layout", {POINTS: 1}, "met"),
    # 有条件的: “no capacity” ends the advice, silence does not.
    *[
        (slug, type_, name, {fact: 0, CAPACITY: capacity}, told)
        for slug, type_, name, fact in (
            ("wulong-2020", "COMMUNITY_STATION", "station.day_beds", BEDS),
            ("wulong-2020", "TOWNSHIP_CENTRE", "township.nursing_beds", "facility.nursing_beds"),
            ("wuxi-2021", "VILLAGE_POINT", "point.beds", BEDS),
            ("wuxi-2021", "TOWNSHIP_CENTRE", "township.nursing_beds", "facility.nursing_beds"),
            ("xqu-2020", "COMMUNITY_STATION", "station.day_beds", BEDS),
            ("xqu-2020", "TOWNSHIP_CENTRE", "township.nursing_beds", "facility.nursing_beds"),
        )
        for capacity, told in ((False, "not_applicable"), (True, "advice"), (None, "advice"))
    ],
    ("wuxi-2021", "ELDERLY_HOME", "retrofit.8b", {"check.work_ground": False, CAPACITY: False}, "not_applicable"),
    # A reference standard with its own scope of 20 beds.
    *[
        (slug, type_, "all.jgj450", {BEDS: beds, "requirement.all.jgj450": proof}, told)
        for slug in ("wulong-2020", "xqu-2020")
        for type_ in ("STREET_CENTRE", "COMMUNITY_STATION", "TOWNSHIP_CENTRE", "VILLAGE_POINT")
        for beds, proof, told in (
            (19, None, "not_applicable"), (20, None, "no_data"), (20, False, "unmet"), (21, True, "met"),
            (None, False, "no_data"), (None, True, "met"),
        )
    ],
    # 耐火等级 runs 四级 to 一级.
    *[
        ("wuxi-2021", "ELDERLY_HOME", "retrofit.2", {GRADE: grade}, told)
        for grade, told in (("一级", "met"), ("二级", "met"), ("三级", "met"), ("四级", "unmet"), ("五级", "no_data"))
    ],
    ("wuxi-2021", "ELDERLY_HOME", "retrofit.19a",
     {"facility.auto_fire_system_required": True, "facility.equipment": []}, "not_applicable"),
    ("wuxi-2021", "ELDERLY_HOME", "retrofit.19a", {"facility.equipment": []}, "no_data"),
    ("wuxi-2021", "TOWNSHIP_CENTRE", "township.near_home", {"facility.home_conversion": "remote"}, "not_applicable"),
    ("wuxi-2021", "TOWNSHIP_CENTRE", "township.remote_home", {"facility.home_conversion": "none"}, "not_applicable"),
    ("xqu-2020", "VILLAGE_POINT", "point.area", {HOST: "idle_school", "facility.dedicated_area": 0}, "not_applicable"),
    ("xqu-2020", "VILLAGE_POINT", "point.equipment", {HOST: "other", "facility.equipment": []}, "not_applicable"),
    ("xqu-2020", "community", "community.more_stations", {"community.many_elders": False, STATIONS: 1}, "not_applicable"),
    ("wulong-2020", "township", "layout.street", {"township.kind": "镇", "township.street_centres": 0}, "not_applicable"),
    ("wulong-2020", "township", "layout.township", {"township.kind": "街道", "township.township_centres": 0},
     "not_applicable"),
    # Either … or.
    *[
        (slug, "VILLAGE_POINT", "point.place", facts, told)
        for slug in ("wulong-2020", "wuxi-2021")
        for facts, told in (
            ({HOST: "village_public", ROOMS_N: 0}, "advice"), ({HOST: "village_public", ROOMS_N: 1}, "met"),
            ({HOST: "village_public", ROOMS_N: 2}, "met"), ({HOST: "village_public"}, "no_data"),
            ({HOST: "farm_household"}, "met"), ({HOST: "other", ROOMS_N: 1}, "advice"), ({}, "no_data"),
        )
    ],
    *[
        ("wulong-2020", "community", "layout.community", facts, told)
        for facts, told in (
            ({STATIONS: 0, SHARED: False}, "unmet"), ({STATIONS: 1, SHARED: False}, "met"), ({STATIONS: 2}, "met"),
            ({STATIONS: 0, SHARED: True, FEW: True}, "met"), ({STATIONS: 0, SHARED: True, FEW: False}, "unmet"),
            ({STATIONS: 0, SHARED: True}, "no_data"), ({STATIONS: 0}, "no_data"), ({}, "no_data"),
        )
    ],
    *[
        ("xqu-2020", type_, "centre.operation", {RUN: run}, told)
        for type_ in ("STREET_CENTRE", "TOWNSHIP_CENTRE")
        for run, told in (
            ("public_built_private_run", "met"), ("private_built_public_aided", "met"), ("private", "unmet"),
            ("public", "unmet"), ("none", "unmet"), (None, "no_data"),
        )
    ],
    *[
        ("xqu-2020", "TOWNSHIP_CENTRE", "township.place", {HOST: host, "facility.near_health_facility": near}, told)
        for host, near, told in (
            ("elderly_home", False, "met"), ("elder_activity_centre", False, "met"), ("idle_school", False, "met"),
            ("other", True, "met"), ("other", False, "advice"), ("other", None, "no_data"), (None, False, "no_data"),
        )
    ],
    *[
        ("changshou-2023", "MEDICAL_ELDERLY_INSTITUTION", "medical.licence",
         {"check.medical_licence": licence, "check.medical_filing": filing}, told)
        for licence, filing, told in (
            (True, None, "met"), (None, True, "met"), (False, False, "unmet"), (False, None, "no_data"),
            (None, None, "no_data"),
        )
    ],
    # Relief for a small conversion: 1000 ㎡以下 includes 1000.
    *[
        ("gongqing-2020", type_, "conversion.relief", facts, told)
        for type_ in ("DAY_CARE_CENTRE", "RURAL_HAPPINESS_HOME")
        for facts, told in (
            ({"facility.converted": True, AREA: Decimal("999.99")}, "no_data"),
            ({"facility.converted": True, AREA: 1000}, "no_data"),
            ({"facility.converted": True, AREA: Decimal("1000.01")}, "not_applicable"),
            ({"facility.converted": False, AREA: 500}, "not_applicable"),
        )
    ],
    # A class prints no number of staff except 四类, and binds only its own rows.
    *[
        ("gongqing-2020", "DAY_CARE_CENTRE", "daycare.staff", {**SETTINGS[name], "facility.staff": 0}, "not_applicable")
        for name in ("一类", "二类", "三类")
    ],
    *[
        ("gongqing-2020", "DAY_CARE_CENTRE", f"daycare.{row}", SETTINGS[other], "not_applicable")
        for row, other in (
            ("staff.1", "二类"), ("staff.2", "三类"), ("staff.3", "四类"), ("services.1", "四类"), ("services.2", "一类"),
            ("services.3", "二类"), ("services.4", "三类"),
        )
    ],
    *[
        ("gongqing-2020", "DAY_CARE_CENTRE", name, {}, "no_data")
        for name in ("daycare.size", "daycare.rooms", "daycare.beds", "daycare.staff")
    ],
    ("gongqing-2020", "DAY_CARE_CENTRE", "daycare.size", {**SETTINGS["四类"], AREA: 0}, "met"),
]  # fmt: skip


@pytest.mark.parametrize(("slug", "subject", "requirement", "facts", "told"), CASES)
def test_conditions_exceptions_and_alternatives(slug, subject, requirement, facts, told):
    assert finding(slug, subject, requirement, facts).outcome == told


@pytest.mark.parametrize(
    ("subject", "slug"),
    [("STREET_CENTRE", "changshou-2023"), ("ELDERLY_HOME", "wulong-2020"), ("VILLAGE_POINT", "gongqing-2020")],
)
def test_a_type_without_standard_is_never_a_pass(subject, slug):
    found = check(edition(slug), subject, {AREA: 5000, BEDS: 50})
    assert (found, judge(found)) == ([], "no_standard")


# Nothing of the fixtures is left out of the tables.


def clauses(slug: str) -> dict[tuple[str, str], object]:
    """(subject, requirement id) → row of everything a policy demands."""
    found = {}
    for row in edition(slug).requirements:
        for subject in row.applies_to or (row.subject,):
            found[(subject, row.id)] = row
    for ladder in edition(slug).ladders:
        for slot in ladder.slots:
            for row in filter(None, slot):
                found |= {(subject, row.id): row for subject in ladder.applies_to}
    return found


def named() -> set[tuple[str, str, str]]:
    tabled = {(row.slug, row.subject, row.requirement) for table in (LIMITS, LISTS, ANSWERS) for row in lines(table)}
    cased = {(slug, subject, requirement) for slug, subject, requirement, _, _ in CASES}
    return tabled | cased | {("gongqing-2020", subject, requirement) for subject, requirement, *_ in room_cases()}


@pytest.mark.parametrize("slug", POLICIES)
def test_every_clause_of_the_folder_stands_in_a_table(slug):
    known = {(subject, requirement) for policy, subject, requirement in named() if policy == slug}
    assert known == set(clauses(slug))


@pytest.mark.parametrize("slug", POLICIES)
def test_every_printed_number_is_a_limit_of_the_tables(slug):
    tabled = {(row.subject, row.requirement, Decimal(row.more[1])) for row in lines(LIMITS) if row.slug == slug}
    printed = set()
    for (subject, name), row in clauses(slug).items():
        for value in (row.value, *(exception.value for exception in row.exceptions)):
            if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
                printed.add((subject, name, Decimal(value)))
    for ladder in edition(slug).ladders:
        for slot in ladder.slots:
            numbers = [row for row in slot if row and row.value is not None and row.value != 0]
            printed |= {(subject, row.id, Decimal(row.value)) for subject in ladder.applies_to for row in numbers}
    assert tabled == {entry for entry in printed if entry[2] != 0}


@pytest.mark.parametrize("slug", POLICIES)
def test_every_listed_name_of_the_folder_stands_in_a_table(slug):
    tabled = {(row.subject, row.requirement): set(row.more[0].split()) for row in lines(LISTS) if row.slug == slug}
    listed = {key: set(row.each) for key, row in clauses(slug).items() if row.each and not row.minima}
    assert tabled == listed


def test_every_room_minimum_of_the_folders_stands_in_a_table():
    printed = {}
    for (subject, _), row in clauses("gongqing-2020").items():
        if row.minima and subject == "RURAL_HAPPINESS_HOME":
            printed["home"] = dict(row.minima)
    (ladder,) = edition("gongqing-2020").ladders
    rooms = next(slot for slot in ladder.slots if any(row and row.minima for row in slot))
    printed |= {row.yardstick: dict(row.minima) for row in rooms}
    expected = {name: dict(zip(ROOMS_BY_CLASS, column, strict=True)) for name, column, _ in CLASSES}

    assert printed == {"home": HOME_ROOMS, **expected}
    assert not [row for slug in POLICIES if slug != "gongqing-2020" for row in clauses(slug).values() if row.minima]


def leaves(nodes):
    for node in nodes:
        if isinstance(node, Branch):
            yield from leaves(node.nodes)
        else:
            yield node


def test_every_number_inside_an_alternative_a_scope_or_a_condition_is_cased():
    def numbers(tests):
        return {(test.fact, test.value) for test in tests if not isinstance(test.value, (bool, str))}

    inside: set = set()
    for slug in POLICIES:
        rows = clauses(slug).values()
        scopes: list[Comparison] = [row.scope for row in rows if row.scope]
        inside |= numbers([*scopes, *(leaf for row in rows for leaf in leaves(row.alternatives))])
        inside |= numbers(condition.test for condition in edition(slug).conditions.values())
    assert inside == {(ROOMS_N, 1), (STATIONS, 1), (BEDS, 20), (AREA, 1000)}


def test_the_retrofit_list_of_22_items_is_covered():
    rows = [row for row in edition("wuxi-2021").requirements if row.item]
    assert {row.item for row in rows} == set(range(1, 23))
    assert {row.id for row in rows} <= {requirement for _, _, requirement in named()}

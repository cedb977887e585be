"""Day-care classes: size class, declared class and achieved class are three different things."""

from decimal import Decimal

import pytest

from facilities.rules import ladders
from facilities.rules.evaluation import check
from facilities.rules.findings import Outcome
from facilities.rules.overall import Overall, judge


@pytest.fixture(scope="session")
def daycare(gongqing):
    return gongqing.ladders[0]


@pytest.fixture(scope="session")
def rooms_of(daycare):
    """The exact printed rooms of a class."""
    return lambda name: dict(daycare.slots[1][daycare.step(name)].minima)


def facts(area, rooms, declared="三类", **more):
    size = {"facility.gross_area": area, "facility.rooms": rooms, "facility.declared_class": declared}
    return {**size, "facility.beds": 10, "facility.staff": 5, **more}


@pytest.mark.parametrize(
    ("area", "name", "tie"),
    [
        (1600, "一类", False),
        (1085, "一类", True),
        (Decimal("1084.99"), "二类", False),
        (750, "二类", True),
        (Decimal("749.99"), "三类", False),
        (450, "三类", True),
        (Decimal("449.99"), "四类", False),
        (0, "四类", False),
    ],
)
def test_size_class_gives_a_boundary_to_the_higher_class(daycare, area, name, tie):
    size = ladders.size_class(daycare, area)
    assert (size.step.name, size.tie, bool(size.note)) == (name, tie, tie)


def test_size_class_of_unknown_area_is_unknown(daycare):
    assert ladders.size_class(daycare, None) is None


def test_tie_is_explained(daycare):
    assert ladders.size_class(daycare, 750).note == "750 ㎡同时印在二类和三类，按较高的二类认定"


def test_declared_class_is_the_yardstick_when_the_size_class_grows(gongqing, rooms_of):
    for area in (Decimal("749.99"), 750, 1085, 5000):
        assert judge(check(gongqing, "DAY_CARE_CENTRE", facts(area, rooms_of("三类")))) is Overall.ACCEPTABLE


def test_every_class_gives_the_same_four_findings(gongqing, rooms_of):
    expected = ["daycare.size", "daycare.rooms", "daycare.beds", "daycare.staff"]
    for declared in ("一类", "二类", "三类", "四类", None, "五类"):
        found = check(gongqing, "DAY_CARE_CENTRE", facts(700, rooms_of("三类"), declared))
        assert [row.requirement for row in found] == expected


def test_rooms_of_the_declared_class_are_listed_one_by_one(gongqing, rooms_of):
    rooms = {**rooms_of("三类"), "休息室": 100}
    del rooms["网络室"]
    found = check(gongqing, "DAY_CARE_CENTRE", facts(700, rooms))[1]
    assert (found.outcome, found.needs_reason, found.missing) == (Outcome.UNMET, True, ("网络室",))
    assert len(found.detail) == 14
    assert [child.gap for child in found.detail if child.gap] == [1, 18]


def test_rooms_of_the_lowest_class_are_advice(gongqing):
    found = check(gongqing, "DAY_CARE_CENTRE", facts(400, {}, "四类"))
    assert [row.outcome for row in found] == [Outcome.MET, Outcome.ADVICE, Outcome.MET, Outcome.MET]


def test_size_below_the_declared_class_needs_a_reason(gongqing, rooms_of):
    size = check(gongqing, "DAY_CARE_CENTRE", facts(700, rooms_of("二类"), "二类"))[0]
    assert (size.outcome, size.gap, size.note) == (Outcome.UNMET, 50, "按面积属三类")


def test_figure_that_a_class_does_not_print_is_not_applicable(gongqing, rooms_of):
    unprinted = check(gongqing, "DAY_CARE_CENTRE", facts(700, rooms_of("三类")) | {"facility.staff": 0})[3]
    assert unprinted.outcome is Outcome.NOT_APPLICABLE
    assert check(gongqing, "DAY_CARE_CENTRE", facts(400, {}, "四类") | {"facility.staff": 2})[3].blocks


@pytest.mark.parametrize("declared", [None, "五类"])
def test_undeclared_class_is_missing_data_and_never_guessed_from_area(gongqing, rooms_of, declared):
    found = check(gongqing, "DAY_CARE_CENTRE", facts(700, rooms_of("三类"), declared))
    assert {row.outcome for row in found} == {Outcome.NO_DATA}
    assert {row.missing for row in found} == {(ladders.DECLARED,)}
    assert judge(found) is Overall.INCOMPLETE


def test_boundary_of_beds_is_explained(gongqing, rooms_of):
    beds = check(gongqing, "DAY_CARE_CENTRE", facts(800, rooms_of("二类"), "二类"))[2]
    assert (beds.outcome, beds.note) == (Outcome.MET, "10 张同属相邻两类，按较高的二类认定")


@pytest.mark.parametrize(
    ("area", "rooms", "achieved"),
    [(5000, "一类", "一类"), (1084, "一类", "二类"), (5000, "三类", "三类"), (400, "一类", "四类")],
)
def test_achieved_class_needs_size_and_rooms(daycare, rooms_of, area, rooms, achieved):
    found = ladders.achieved_class(daycare, facts(area, rooms_of(rooms)))
    assert (found.step.name, found.certain) == (achieved, True)


def test_achieved_class_with_an_unmeasured_room_is_not_certain(daycare, rooms_of):
    rooms = {**rooms_of("二类"), "休息室": None}
    found = ladders.achieved_class(daycare, facts(800, rooms))
    assert (found.step, found.certain, found.missing) == (None, False, ("facility.rooms.休息室",))


def test_achieved_class_may_be_none_at_all(daycare):
    found = ladders.achieved_class(daycare, facts(800, {}))
    assert (found.step, found.certain) == (None, True)

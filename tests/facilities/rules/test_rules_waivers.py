"""A waiver excuses one failed principle of one edition at one value, and nothing else."""

from decimal import Decimal

import pytest

from facilities.rules.evaluation import check
from facilities.rules.findings import Outcome
from facilities.rules.overall import judge
from facilities.rules.waivers import Waiver

STREET = {"facility.gross_area": 1420, "facility.beds": 19, "facility.zones": []}


def ask(edition, facts, *waivers, subject="STREET_CENTRE"):
    return {row.requirement: row for row in check(edition, subject, facts, waivers=waivers)}


@pytest.mark.parametrize(
    ("now", "outcome"),
    [
        (1420, Outcome.WAIVED),
        (1450, Outcome.WAIVED),
        (Decimal("1419.99"), Outcome.UNMET),
        (None, Outcome.NO_DATA),
        (1500, Outcome.MET),
    ],
)
def test_waiver_lapses_when_the_value_worsens_or_is_unknown_and_is_moot_when_met(wulong, now, outcome):
    found = ask(wulong, {**STREET, "facility.gross_area": now}, Waiver("street.area", "wulong-2020", 1420))
    assert found["street.area"].outcome is outcome
    assert (found["street.area"].waiver is not None) == (outcome is Outcome.WAIVED)


def test_waiver_never_covers_a_must(wulong):
    found = ask(wulong, STREET, Waiver("street.zones", "wulong-2020", ()))
    assert found["street.zones"].outcome is Outcome.UNMET
    assert found["street.zones"].blocks


@pytest.mark.parametrize(
    "waiver",
    [
        Waiver("street.beds", "wulong-2020", 1420),
        Waiver("street.area", "wulong-2026", 1420),
        Waiver("street.area", "wulong-2020", None),
        Waiver("street.area", "wulong-2020", "面积"),
        Waiver("street.area", "wulong-2020", 1420, yardstick="一类"),
    ],
)
def test_waiver_of_something_else_does_not_count(wulong, waiver):
    assert ask(wulong, STREET, waiver)["street.area"].outcome is Outcome.UNMET


def test_waiver_is_local_and_keeps_the_truth(wulong):
    plain, waived = ask(wulong, STREET), ask(wulong, STREET, Waiver("street.area", "wulong-2020", 1420))
    assert {name: row.truth for name, row in plain.items()} == {name: row.truth for name, row in waived.items()}
    assert {name for name in plain if plain[name] != waived[name]} == {"street.area"}


def test_waiver_of_a_yes_or_no_clause_holds_while_the_answer_stays(wulong):
    facts = {"facility.integrated_with_disabled_care": False}
    waiver = Waiver("township.integrated", "wulong-2020", False)
    assert ask(wulong, facts, waiver, subject="TOWNSHIP_CENTRE")["township.integrated"].outcome is Outcome.WAIVED


def test_waiver_kept_as_text_is_still_exact(wulong):
    assert ask(wulong, STREET, Waiver("street.area", "wulong-2020", "1420.00"))["street.area"].outcome is Outcome.WAIVED


@pytest.fixture(scope="session")
def rooms(gongqing):
    return dict(gongqing.ladders[0].slots[1][2].minima) | {"休息室": Decimal(90)}


@pytest.mark.parametrize(
    ("area", "outcome"), [(90, Outcome.WAIVED), (95, Outcome.WAIVED), (89, Outcome.UNMET), (None, Outcome.NO_DATA)]
)
def test_waiver_of_rooms_lapses_when_any_room_shrinks(gongqing, rooms, area, outcome):
    waiver = Waiver("daycare.rooms", "gongqing-2020", tuple(rooms.items()), yardstick="三类")
    facts = {"facility.declared_class": "三类", "facility.rooms": {**rooms, "休息室": area}}
    assert ask(gongqing, facts, waiver, subject="DAY_CARE_CENTRE")["daycare.rooms"].outcome is outcome


def test_waiver_of_rooms_does_not_follow_to_another_class(gongqing, rooms):
    waiver = Waiver("daycare.rooms", "gongqing-2020", tuple(rooms.items()), yardstick="三类")
    facts = {"facility.declared_class": "二类", "facility.rooms": rooms}
    assert ask(gongqing, facts, waiver, subject="DAY_CARE_CENTRE")["daycare.rooms"].outcome is Outcome.UNMET


def test_waiver_survives_a_stored_document(gongqing, rooms):
    facts = {"facility.declared_class": "三类", "facility.rooms": rooms}
    stored = ask(gongqing, facts, subject="DAY_CARE_CENTRE")["daycare.rooms"].as_dict()["measured"]
    waiver = Waiver("daycare.rooms", "gongqing-2020", stored, yardstick="三类")
    assert ask(gongqing, facts, waiver, subject="DAY_CARE_CENTRE")["daycare.rooms"].outcome is Outcome.WAIVED


def test_waived_and_unwaived_principles_still_need_a_reason(wulong):
    found = ask(wulong, {**STREET, "facility.zones": None}, Waiver("street.area", "wulong-2020", 1420))
    assert judge([found["street.area"], found["street.beds"]]) == "needs_reason"
    assert judge([found["street.area"]]) == "acceptable"

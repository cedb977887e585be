"""The answer forms: rooms row by row, and that what is passed over stays unknown."""

from decimal import Decimal

import pytest
from django import forms
from django.http import QueryDict

from facilities.admin import answers
from facilities.admin.rooms import RoomsField
from facilities.rules.asked import Question
from facilities.rules.catalogue import CORE_FACTS

ROOMS = ("休息室", "厨房", "网络室")


def answered(required: bool = True, **typed: str) -> forms.Form:
    """A posted form of three rooms; a row as room0="有 60", "有", "无" or "60", the line of others as others=…"""
    data = QueryDict(mutable=True)
    for place in range(len(ROOMS)):
        there, _, area = typed.get(f"room{place}", "").partition(" ")
        if there and there not in "有无":
            there, area = "", there
        data[f"answer-{place}-there"] = {"有": "yes", "无": "no"}.get(there, there)
        data[f"answer-{place}-area"] = area
    data["answer-others"] = typed.get("others", "")
    form = type("Answer", (forms.Form,), {"answer": RoomsField(rooms=ROOMS, required=required, label="功能用房")})
    return form(data)


def rooms(**typed: str):
    form = answered(**typed)
    assert form.is_valid(), form.errors
    return form.cleaned_data["answer"]


def test_an_area_says_that_the_room_is_there():
    assert rooms(room0="60.5", room1="有", room2="无") == {"休息室": Decimal("60.5"), "厨房": None}
    assert rooms(room0="有 ６０㎡", room1="0", room2="无") == {"休息室": Decimal(60), "厨房": Decimal(0)}


def test_no_room_at_all_is_an_answer():
    assert rooms(room0="无", room1="无", room2="无") == {}


def test_nothing_typed_is_no_answer():
    form = answered(required=False)
    assert form.is_valid()
    assert form.cleaned_data["answer"] is None
    assert "请逐个填写用房" in str(answered().errors)


def test_other_rooms_are_added_in_a_line():
    found = rooms(room0="60", room1="无", room2="无", others="棋牌室 12.5；储藏室; 露台　8")
    assert found == {"休息室": Decimal(60), "棋牌室": Decimal("12.5"), "储藏室": None, "露台": Decimal(8)}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"room0": "60"}, "还没有填“有”或“无”：厨房、网络室。"),
        ({"others": "棋牌室"}, "还没有填“有”或“无”：休息室、厨房、网络室。"),
        ({"room0": "无 60", "room1": "无", "room2": "无"}, "休息室填了“无”，又填了面积。"),
        ({"room0": "很大", "room1": "无", "room2": "无"}, "休息室的使用面积“很大”读不懂"),
        ({"room0": "-1", "room1": "无", "room2": "无"}, "读不懂"),
        ({"room0": "1e9", "room1": "无", "room2": "无"}, "读不懂"),
        ({"room0": "NaN", "room1": "无", "room2": "无"}, "读不懂"),
        ({"room0": "1.234", "room1": "无", "room2": "无"}, "最多两位小数"),
        ({"room0": "1", "room1": "无", "room2": "无", "others": "厨房 3"}, "“厨房”已经在上面"),
        ({"room0": "1", "room1": "无", "room2": "无", "others": "棋牌室；棋牌室"}, "“棋牌室”已经在上面"),
        ({"room0": "1", "room1": "无", "room2": "无", "others": "长" * 41}, "最多 40 个字"),
        ({"room0": "1", "room1": "无", "room2": "无", "others": "响\x07铃"}, "控制字符"),
        ({"room0": "1", "room1": "无", "room2": "无", "others": "；".join(f"房{n}" for n in range(61))}, "最多 60 间"),
    ],
)
def test_what_cannot_be_read_is_explained(typed, words):
    form = answered(**typed)
    assert not form.is_valid()
    assert words in str(form.errors), form.errors


def test_all_that_is_wrong_is_told_at_once_and_stays_in_the_form():
    form = answered(room0="很大", room1="无 5")
    assert len(form.errors["answer"]) == 3
    html = str(form["answer"])
    assert 'value="很大"' in html
    assert html.count(" checked") == 1


def test_recorded_rooms_are_shown_as_they_would_be_typed():
    html = RoomsField(rooms=ROOMS).widget.render(
        "answer", {"休息室": Decimal("60.00"), "厨房": None, "棋牌室": Decimal(9)}
    )
    assert 'value="60"' in html
    assert html.count(" checked") == 3
    assert 'value="棋牌室 9"' in html


def field(fact: str, choices=(), *, required: bool = False) -> forms.Field:
    question = Question(CORE_FACTS[fact], choices={name: name for name in choices})
    return answers.field(question, required=required)


@pytest.mark.parametrize("kind", ["newly_built", "beds", "gross_area", "zones", "host"])
def test_an_answer_left_open_is_unknown_and_never_no_or_nought(kind):
    assert field(f"facility.{kind}").clean([] if kind == "zones" else "") is None


@pytest.mark.parametrize("fact", ["facility.newly_built", "facility.zones", "facility.host"])
def test_an_answer_that_is_needed_is_asked_for(fact):
    with pytest.raises(forms.ValidationError):
        field(fact, required=True).clean("" if fact != "facility.zones" else [])


@pytest.mark.parametrize(("told", "value"), [("yes", True), ("no", False)])
def test_yes_and_no(told, value):
    assert field("facility.newly_built").clean(told) is value


def test_none_of_a_list_is_an_answer():
    assert field("facility.zones", ["康复"]).clean(["无"]) == []

"""Cells are read exactly or refused."""

from datetime import date
from decimal import Decimal

import pytest

from eldercare.sheets import parsing
from eldercare.sheets.parsing import ParseError


def refusal(parser, value, **options):
    with pytest.raises(ParseError) as caught:
        parser(value, **options)
    assert caught.value.message
    assert caught.value.hint
    return caught.value.code


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (1200, "1200"),
        (Decimal("1200.50"), "1200.5"),
        (Decimal("1.2E+3"), "1200"),
        ("1,200", "1200"),
        ("１２００", "1200"),
        ("１，２００．５", "1200.5"),
        ("1 200", "1200"),
        ("1\u00a0200", "1200"),
        (" 1200 ", "1200"),
        ("1\u200b200", "1200"),
        ("1200㎡", "1200"),
        ("1200 平方米", "1200"),
        ("1200m²", "1200"),
        ("1200M2", "1200"),
        ("-5", "-5"),
        ("−5", "-5"),
        ("0", "0"),
        (0, "0"),
        ("-0", "0"),
        ("007", "7"),
        ("999999999999999", "999999999999999"),
    ],
)
def test_decimal_spelled_as_people_do(read, expected):
    value = parsing.decimal(read, unit="㎡").value
    assert isinstance(value, Decimal)
    assert str(value) == expected


@pytest.mark.parametrize("read", [None, "", "  ", "\u3000", "\u200b"])
@pytest.mark.parametrize("parser", [parsing.decimal, parsing.integer, parsing.percent, parsing.day, parsing.text])
def test_blank_is_none_without_a_note(parser, read):
    assert parser(read) == (None, ())


@pytest.mark.parametrize("read", ["—", "——", "-", "－", "/", "／", "–"])
@pytest.mark.parametrize("parser", [parsing.decimal, parsing.integer, parsing.percent, parsing.day, parsing.text])
def test_dash_is_none_and_never_zero_and_says_so(parser, read):
    value, notes = parser(read)
    assert value is None
    assert [note.code for note in notes] == ["dash"]


@pytest.mark.parametrize(
    ("read", "code"),
    [
        ("约1200", "not_number"),
        ("1,20", "not_number"),
        ("1,2000", "not_number"),
        ("1 2000", "not_number"),
        ("1.200,5", "not_number"),
        ("1e5", "not_number"),
        ("5²", "not_number"),
        ("①", "not_number"),
        ("½", "not_number"),
        ("٣", "not_number"),
        ("三", "not_number"),
        ("无", "not_number"),
        ("+5", "not_number"),
        ("5-6", "not_number"),
        ("5~6", "not_number"),
        ("=1+1", "not_number"),
        ("1200元", "wrong_unit"),
        ("12亩", "wrong_unit"),
        ("1.234", "too_many_places"),
        (Decimal("0.333333333333333"), "too_many_places"),
        (10**15, "too_large"),
        ("1" * 400, "too_large"),
        (Decimal("NaN"), "too_large"),
        (Decimal("Infinity"), "too_large"),
        (True, "not_number"),
        (1.5, "not_number"),
        (date(2020, 1, 1), "not_number"),
        ("5\x00", "control_character"),
    ],
)
def test_decimal_refused(read, code):
    assert refusal(parsing.decimal, read, unit="㎡") == code


@pytest.mark.parametrize(
    ("read", "unit", "expected"),
    [
        ("1个", "", 1),
        ("12张", "张", 12),
        ("12床", "张", 12),
        ("12个", "张", 12),
        (Decimal("12.0"), "", 12),
        ("3", "", 3),
    ],
)
def test_integer_with_its_own_counter(read, unit, expected):
    value = parsing.integer(read, unit=unit).value
    assert type(value) is int
    assert value == expected


def test_integer_refuses_fractions_and_other_counters():
    assert refusal(parsing.integer, "12.5") == "too_many_places"
    assert refusal(parsing.integer, "5间", unit="张") == "wrong_unit"
    assert refusal(parsing.integer, "5人", unit="张") == "wrong_unit"
    assert refusal(parsing.integer, "100元", unit="万元") == "wrong_unit"


@pytest.mark.parametrize(
    ("read", "expected", "notes"),
    [
        ("80%", "80", []),
        ("８０％", "80", []),
        ("80", "80", []),
        (80, "80", []),
        ("0.8%", "0.8", []),
        ("0.8", "0.8", ["small_percent"]),
        (Decimal("0.8"), "0.8", ["small_percent"]),
        (1, "1", ["small_percent"]),
        (0, "0", []),
        (Decimal("48.6"), "48.6", []),
    ],
)
def test_percent_is_points_and_a_bare_fraction_is_doubted(read, expected, notes):
    found = parsing.percent(read)
    assert str(found.value) == expected
    assert [note.code for note in found.notes] == notes


STAGES = {"在建": "BUILDING", "停用": "CLOSED", "2020": 2020}


def test_choice_ignores_spacing_and_width_only():
    assert parsing.choice("在 建", STAGES).value == "BUILDING"
    assert parsing.choice("２０２０", STAGES).value == 2020
    assert parsing.choice(2020, STAGES).value == 2020


def test_choice_near_miss_is_proposed_and_not_applied():
    with pytest.raises(ParseError) as caught:
        parsing.choice("在建中", STAGES)
    assert caught.value.code == "not_choice"
    assert "“在建”" in caught.value.hint


def test_choice_far_miss_lists_what_may_be_chosen():
    with pytest.raises(ParseError) as caught:
        parsing.choice("xyz", STAGES)
    assert "在建 停用 2020" in caught.value.hint


def test_items_separated_by_the_usual_marks():
    assert parsing.items("助餐、康复护理，文娱；阅览\n书画").value == ["助餐", "康复护理", "文娱", "阅览", "书画"]


def test_items_none_is_an_empty_list_and_blank_is_unknown():
    assert parsing.items("无").value == []
    assert parsing.items(None).value is None
    assert refusal(parsing.items, "无、助餐") == "not_list"


def test_items_repeated_counts_once_with_a_note():
    value, notes = parsing.items("助餐、助餐")
    assert value == ["助餐"]
    assert [note.code for note in notes] == ["repeated_item"]


def test_items_unknown_name_is_refused_with_a_proposal():
    with pytest.raises(ParseError) as caught:
        parsing.items("助餐、康复护里", {"助餐": "助餐", "康复护理": "康复护理"}, ("助餐", "康复护理"))
    assert "如果是“助餐、康复护理”" in caught.value.hint


def test_text_keeps_lines_and_drops_what_nobody_sees():
    assert parsing.text("  白马镇\u200b  中心 \n 二楼 ").value == "白马镇 中心\n二楼"
    assert parsing.text(500156).value == "500156"
    assert parsing.text("无").value == "无"
    assert refusal(parsing.text, "一二三", max_length=2) == "too_long"


def test_text_from_a_date_cell_is_doubted():
    value, notes = parsing.text(date(2020, 3, 1))
    assert value == "2020-03-01"
    assert [note.code for note in notes] == ["date_as_text"]

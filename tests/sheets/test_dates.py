"""Dates are read exactly or refused."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from eldercare.sheets import parsing
from eldercare.sheets.parsing import ParseError


def refusal(read):
    with pytest.raises(ParseError) as caught:
        parsing.day(read)
    assert caught.value.hint
    return caught.value.code


@pytest.mark.parametrize(
    "read",
    [
        date(2020, 8, 1),
        datetime(2020, 8, 1, 9, 30),
        44044,
        Decimal("44044"),
        "44044",
        20200801,
        "20200801",
        "2020.8.1",
        "2020-8-1",
        "2020/8/1",
        "2020/08/01",
        "２０２０．８．１",
        "2020-08-01 00:00:00",
        "2020年8月1日",
        "2020 年 8 月 1 日",
        "2020年08月01号",
    ],
)
def test_day_spelled_as_people_do(read):
    value = parsing.day(read).value
    assert type(value) is date
    assert value == date(2020, 8, 1)


def test_day_serial_numbers_of_this_century_only_and_with_a_note():
    assert parsing.day(43831).value == date(2020, 1, 1)
    assert [note.code for note in parsing.day(43831).notes] == ["serial_date"]
    assert parsing.day(36526).value == date(2000, 1, 1)
    assert parsing.day(73050).value == date(2099, 12, 31)
    assert refusal(36525) == "not_date"
    assert refusal(73051) == "not_date"


def test_day_of_a_month_alone_is_its_first_with_a_note():
    value, notes = parsing.day("2020年8月")
    assert value == date(2020, 8, 1)
    assert [note.code for note in notes] == ["month_only"]


@pytest.mark.parametrize(
    ("read", "code"),
    [
        ("2020.8", "not_date"),
        (Decimal("2020.1"), "not_date"),
        (Decimal("44044.5"), "not_date"),
        ("2020-08", "not_date"),
        ("2020-8/1", "not_date"),
        ("2020-8月1", "not_date"),
        ("8/1/2020", "not_date"),
        ("20.8.1", "not_date"),
        ("2020年底", "not_date"),
        ("已开工", "not_date"),
        (2020, "not_date"),
        (True, "not_date"),
        ("2020-02-30", "no_such_day"),
        (20201301, "no_such_day"),
        ("2020年13月", "no_such_day"),
        ("1020-01-01", "implausible_year"),
        (date(1899, 12, 31), "implausible_year"),
    ],
)
def test_day_refused(read, code):
    assert refusal(read) == code

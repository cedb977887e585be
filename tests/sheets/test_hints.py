"""What is told about a cell that cannot be read says what is wrong with this very text, and never what somebody must invent."""

from decimal import Decimal

import pytest

from eldercare.sheets import parsing
from eldercare.sheets.parsing import ParseError


def hint(parser, value, **how) -> str:
    with pytest.raises(ParseError) as caught:
        parser(value, **how)
    return caught.value.hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1O", "里面的“O”是字母，如果是 10，请填 10"),
        ("l00", "里面的“l”是字母，如果是 100，请填 100"),
        ("约200", "请填确切的一个数；不清楚请留空"),
        ("200多", "请填确切的一个数；不清楚请留空"),
        ("≥200", "请填确切的一个数；不清楚请留空"),
        ("200-300", "只能填一个数，不能填一段范围或几个数"),
        ("10张/2张", "只能填一个数，不能填一段范围或几个数"),
        ("200+50", "请填相加之后的一个数"),
        ("+50", "填累计数，不写加号"),
        ("10（其中护理2）", "括号里的说明请写到备注栏，这里只填数字"),
        ("1,20", "逗号的位置不对，请去掉逗号"),
        ("二百", "请用阿拉伯数字，例如 1200"),
        ("没有", "没有请填 0，不清楚请留空"),
        ("待定", "不清楚请留空，没有请填 0"),
        ("200公里", "只填阿拉伯数字，例如 1200；说明写在备注栏"),
        ("很大", "只填阿拉伯数字，例如 1200"),
    ],
)
def test_text_that_is_no_number_is_answered_by_what_is_wrong_with_it(text, said):
    assert hint(parsing.decimal, text) == said


def test_sample_is_one_that_the_column_takes():
    assert hint(parsing.integer, "十", unit="张") == "请用阿拉伯数字，例如 20"
    assert hint(parsing.integer, "十三五", unit="年") == "请用阿拉伯数字，例如 2020"
    assert hint(parsing.percent, "百分之八十") == "请用阿拉伯数字，例如 80"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("100000元", "本列以万元为单位，100000 元合 10 万元，请填 10"),
        ("0.1亿", "本列以万元为单位，0.1 亿合 1000 万元，请填 1000"),
        ("3亩", "本列以万元为单位，请换算后只填数字"),
        ("10人", "本列以万元为单位，请核对后只填数字"),
    ],
)
def test_figure_in_another_unit_is_converted_where_that_is_certain(text, said):
    assert hint(parsing.decimal, text, unit="万元", places=4) == said


def test_currency_sign_is_no_unit():
    assert hint(parsing.decimal, "￥10", unit="万元") == "请去掉货币符号；本列以万元为单位，只填数字，例如 12.5"


@pytest.mark.parametrize("value", [Decimal("0.615"), "0.615"])
def test_fraction_of_a_percentage_is_not_rounded_to_a_hundredth_of_itself(value):
    assert hint(parsing.percent, value) == "如果是 61.5%，请填 61.5"


def test_tenths_are_asked_back_as_points():
    assert hint(parsing.percent, "八成") == hint(parsing.percent, "8成") == "如果是 80%，请填 80"


@pytest.mark.parametrize("text", ["1-" * 20_000, "(" * 30_000, "9" * 15_000 + "x" * 15_000, "、" * 30_000 + "a"])
def test_endless_text_is_answered_in_a_moment(text):
    assert len(hint(parsing.decimal, text)) < 60
    assert len(hint(parsing.day, text)) < 60
    assert len(hint(parsing.items, text + "、b", options={"助餐": 1}, labels=("助餐",))) < 400


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("20.8.1", "如果是 2020年8月1日，请写成 2020-08-01"),
        ("2020 8 1", "如果是 2020年8月1日，请写成 2020-08-01"),
        ("2020年8月1", "如果是 2020年8月1日，请写成 2020-08-01"),
        ("2020/8", "只有年和月，请补上是哪一天；只知道月份的，写成“2020年8月”"),
        (202008, "只有年和月，请补上是哪一天；只知道月份的，写成“2020年8月”"),
        (Decimal("2020.1"), "可能是 1 月，也可能是 10 月（表格软件会去掉末尾的 0），请写完整的年月日，例如 2020-08-01"),
        ("8月1日", "没有写年份，请写完整的年月日，例如 2020-08-01"),
        ("08/01/2020", "请按年、月、日的次序写，例如 2020-08-01"),
        ("2020.8.1-12.30", "只能填一个日期，例如 2020-08-01"),
        ("预计2020年8月", "只填已经发生的确切日期；还没有的、不清楚的请留空，说明写在备注栏"),
        ("2020年8月底", "只填已经发生的确切日期；还没有的、不清楚的请留空，说明写在备注栏"),
        ("2020-13-01", "请核对月和日，例如 2020-08-01"),
        ("去年", "请写完整的年月日，例如 2020-08-01"),
    ],
)
def test_text_that_is_no_day_is_answered_by_what_is_missing(value, said):
    assert hint(parsing.day, value) == said


def test_ditto_and_garbled_text_are_no_values():
    for parser in (parsing.text, parsing.decimal, parsing.day, parsing.items):
        for value in ("同上", "〃", "六方\ufffd社区"):
            assert hint(parser, value)

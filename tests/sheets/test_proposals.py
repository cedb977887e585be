"""What is proposed for a text that is on no list: what people mean by their own words, never the opposite, never applied."""

import pytest

from eldercare.sheets import parsing, proposals
from eldercare.sheets.parsing import ParseError

STAGES = ("未定址", "已选址", "在建", "完工", "验收合格", "运营", "停用")
OPERATIONS = ("公办公营", "公建民营", "民办公助", "民办民营", "村级自管", "未运营")
ZONES = ("助餐", "康复", "阅览", "休闲娱乐", "娱乐", "医疗保健", "文体活动", "日间照料")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("建设中", "在建"), ("正在装修", "在建"), ("正在建设", "在建"), ("在建（装修）", "在建"), ("主体完工", "在建"),
        ("已完工", "完工"), ("竣工", "完工"), ("已投用", "运营"), ("正常运营", "运营"), ("已验收", "验收合格"),
    ],
)  # fmt: skip
def test_stage_in_own_words_is_proposed(text, meant):
    assert proposals.near(text, STAGES) == (meant,)


@pytest.mark.parametrize(
    ("text", "meant"),
    [("未验收", ("完工",)), ("未完工", ("在建",)), ("未选址", ("未定址",)), ("未运营", ()), ("停工", ("在建",))],
)
def test_what_is_denied_is_never_proposed(text, meant):
    assert proposals.near(text, STAGES) == meant


def test_words_of_several_meanings_are_proposed_with_all():
    assert proposals.for_choice("未开工", STAGES) == "是否为“未定址”或“已选址”？请从下拉列表中选择"
    assert proposals.near("在建/完工", STAGES) == ("在建", "完工")
    assert proposals.near("社会化运营", OPERATIONS) == ("公建民营", "民办公助", "民办民营")


def test_words_without_a_likeness_get_the_list():
    assert proposals.for_choice("2", STAGES) == f"可选：{' '.join(STAGES)}"


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("食堂、康复室", "助餐、康复"), ("助餐区、日间照料区", "助餐、日间照料"), ("助餐（20平）、康复", "助餐、康复"),
        ("助餐和康复", "助餐、康复"), ("①助餐②康复", "助餐、康复"), ("食堂 康复", "助餐、康复"),
        ("医疗保健文体活动", "医疗保健、文体活动"),
    ],
)  # fmt: skip
def test_list_is_proposed_as_it_should_be_written(text, whole):
    assert refusal(text) == f"如果是“{whole}”，请照此填写"


def test_list_with_something_unknown_or_unclear_is_never_proposed_without_it():
    assert refusal("食堂、卫生间").startswith("“食堂”是否为“助餐”；可填：助餐 康复 阅览")
    assert refusal("食堂 卫生间").startswith("“食堂”是否为“助餐”；可填：")
    assert refusal("助餐和卫生间").startswith("“助餐和卫生间”是否为“助餐”；可填：")
    assert refusal("棋牌室").startswith("“棋牌室”是否为“休闲娱乐”或“娱乐”；可填：")


def test_none_of_a_list_has_one_word():
    assert refusal("暂无") == "没有请填“无”，不清楚请留空"


def refusal(text: str) -> str:
    with pytest.raises(ParseError) as caught:
        parsing.items(text, {zone: zone for zone in ZONES}, ZONES)
    assert caught.value.code == "not_choice"
    return caught.value.hint

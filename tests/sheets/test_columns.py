"""A column reads, writes and explains its cells from one declaration."""

import pytest
from progress_sheet import SHEET, full_row

from eldercare.sheets.columns import Column, Kind, Sheet
from eldercare.sheets.parsing import ParseError


def test_parse_gives_back_what_cell_wrote():
    for key, value in full_row().items():
        assert SHEET[key].parse(SHEET[key].cell(value)) == value


def test_parse_refuses_outside_the_range_in_the_words_of_the_column():
    with pytest.raises(ParseError) as caught:
        SHEET["year"].parse(1999)
    assert caught.value.message == "不能小于 2015年"


def test_show_prints_labels_lists_and_plain_numbers():
    shown = [SHEET[key].show(full_row()[key]) for key in ("type", "zones", "gross", "started", "finished", "nursing")]
    assert shown == ["乡镇养老服务中心", "生活照料、助餐", "1420.35", "2020-03-01", "", "0"]
    assert SHEET["zones"].show([]) == "无"


def test_with_choices_replaces_what_a_column_takes():
    narrowed = SHEET.with_choices({"stage": ("在建",)})
    assert narrowed["stage"].labels == ("在建",)
    with pytest.raises(ParseError):
        narrowed["stage"].parse("完工")


def test_help_explains_every_column_from_its_declaration():
    help_by_heading = {heading: (required, text) for heading, required, text in SHEET.help()}
    assert list(help_by_heading) == [column.heading for column in SHEET.columns]
    assert help_by_heading["建设阶段"][0] is True
    assert "未定址 已选址 在建" in help_by_heading["建设阶段"][1]
    assert "不小于 0%，不大于 100%" in help_by_heading["形象进度（%）"][1]
    assert "单位㎡" in help_by_heading["建筑面积（㎡）"][1]


def test_sheet_with_repeated_or_unknown_keys_is_refused():
    with pytest.raises(ValueError, match="repeated or unknown"):
        Sheet("x", "x", "x", "1", (Column("a", "甲"), Column("a", "乙", Kind.INTEGER)), key=("a",))
    with pytest.raises(ValueError, match="repeated or unknown"):
        Sheet("x", "x", "x", "1", (Column("a", "甲"),), key=("code",))

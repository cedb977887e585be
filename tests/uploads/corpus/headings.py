"""Columns moved, added, renamed, left out, and units in headings."""

from corpus.case import Case
from corpus.table import KEYS, Table

LOOK = (0, 0, 3, 0, 0, 1)
WRONG = (0, 0, 3, 0, 1, 0)


def _without(*keys: str) -> bytes:
    return Table().order([key for key in KEYS if key not in keys]).xlsx()


CASES = (
    Case("columns_swapped", lambda: Table().order([*KEYS[:9], "nursing_beds", "beds", *KEYS[11:]]).xlsx()),
    Case("columns_backwards", lambda: Table().order(KEYS[::-1]).xlsx()),
    Case("serial_numbers_first", lambda: Table().widen(0, "序号", 1).xlsx()),
    Case("column_more", lambda: Table().widen(2, "联系电话", "13800000000").xlsx(), LOOK, (("unknown_column", "C1"),)),
    Case("column_more_without_heading", lambda: Table().widen(19, None, "草稿").xlsx()),
    Case("optional_column_left_out", lambda: _without("issues"), LOOK, (("column_absent", ""),)),
    Case(
        "only_the_required_columns",
        lambda: _without(*(set(KEYS) - {"code", "name", "type", "planned_year", "stage"})),
        (0, 0, 3, 0, 0, 14),
        (("column_absent", ""),) * 14,
    ),
    Case("required_column_left_out", lambda: _without("stage"), WRONG, (("missing_column", ""),)),
    Case(
        "required_column_renamed",
        lambda: Table().head(planned_year="计划实施年度").xlsx(),
        (0, 0, 3, 0, 1, 1),
        (("missing_column", ""), ("unknown_column", "E1")),
    ),
    Case(
        "optional_column_renamed",
        lambda: Table().head(nursing_beds="护理床位数量").xlsx(),
        (0, 0, 3, 0, 0, 2),
        (("column_absent", ""), ("unknown_column", "K1")),
    ),
    Case("known_other_names", lambda: Table().head(name="名称", type="类型", village="所在村（社区）").xlsx()),
    Case(
        "headings_spaced_starred_and_broken",
        lambda: Table().head(name="设 施 名 称\n（必填）", type="★设施类型：", stage=" 建设\u200b阶段* ").xlsx(),
    ),
    Case(
        "brackets_of_the_other_width",
        lambda: Table().head(gross_area="建筑面积(m²)", invested="投入资金(万元)", progress="形象进度(％)").xlsx(),
    ),
    Case("area_in_square_metres_spelled_out", lambda: Table().head(gross_area="建筑面积（平方米）").xlsx()),
    Case("heading_without_unit", lambda: Table().head(invested="投入资金").xlsx()),
    Case("money_in_yuan", lambda: Table().head(invested="投入资金（元）").xlsx(), WRONG, (("heading_unit", "Q1"),)),
    Case("area_in_mu", lambda: Table().head(gross_area="建筑面积（亩）").xlsx(), WRONG, (("heading_unit", "H1"),)),
    Case(
        "same_heading_twice",
        lambda: Table().widen(10, "床位数", 99).xlsx(),
        WRONG,
        (("repeated_column", "K1"),),
    ),
    Case(
        "headings_of_something_else",
        lambda: Table().head(**dict.fromkeys(KEYS, "x")).xlsx(),
        (0, 0, 0, 0, 1, 0),
        (("no_header", ""),),
    ),
)

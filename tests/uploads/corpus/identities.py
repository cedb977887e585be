"""Which facility a row speaks of, rows too many and too few, totals, and sheets made for something else."""

from corpus.case import Case, refused
from corpus.table import KEYS, Table

SUMS = {"gross_area": 1400, "usable_area": 1150, "beds": 50, "nursing_beds": 22, "invested": 162.5}
META = "填报单位：塘坊镇（500238111）　　报送期：2020年12月　　表样：progress/1"


def _total(name: str = "合计", **figures) -> list:
    """A row of totals, its name in 设施名称."""
    return Table.line({"name": name} | SUMS | figures)


def _meta(old: str, new: str) -> bytes:
    return Table().above([META.replace(old, new)]).xlsx()


def _many_wrong() -> bytes:
    table = Table()
    for number in range(250):
        table.add(name=f"新点{number}", stage="不知道")
    return table.xlsx()


def _renumbered() -> bytes:
    return Table().put(2, code="500238-0002").put(3, code="500238-0001").xlsx()


ROWS = (
    Case("figure_changed", lambda: Table().put(2, progress=55, invested=20).xlsx(), (0, 1, 2, 0, 0, 0)),
    Case("facility_new", lambda: Table().add().xlsx(), (1, 0, 3, 0, 0, 0)),
    Case("facility_missing", lambda: Table().xlsx(lambda book, tab: tab.delete_rows(3)), (0, 0, 2, 1, 0, 1),
         (("missing_since_last_month", ""),)),
    Case("facility_renamed", lambda: Table().put(2, name="双柏村养老互助点").xlsx(), (0, 1, 2, 0, 0, 0)),
    Case("facility_moved_to_another_village", lambda: Table().put(3, village="安乐村").xlsx(), (0, 1, 2, 0, 0, 0)),
    Case("facility_of_another_township", lambda: Table().add(code="500238-0004", name="尖山镇养老服务中心").xlsx(),
         (0, 0, 3, 0, 1, 0), (("unknown_code", "A5"),)),
    Case("code_of_nobody", lambda: Table().put(3, code="500238-9999").xlsx(), (0, 0, 2, 1, 1, 1),
         (("unknown_code", "A3"), ("missing_since_last_month", ""))),
    Case("code_in_full_width", lambda: Table().put(2, code="５００２３８－０００１").xlsx()),
    Case("code_with_an_apostrophe", lambda: Table().put(2, code="'500238-0001").xlsx()),
    Case("code_with_spaces", lambda: Table().put(2, code=" 500238-0001\xa0").xlsx()),
    Case("same_code_twice", lambda: Table().add(code="500238-0001", stage="在建").xlsx(), (0, 0, 3, 0, 1, 0),
         (("duplicate", "A5"),)),
    Case("same_new_name_twice", lambda: Table().add().add().xlsx(), (1, 0, 3, 0, 1, 0), (("duplicate", "B6"),)),
    Case("same_new_name_twice_with_a_space", lambda: Table().add().add(name="漆树村 互助养老点").xlsx(),
         (1, 0, 3, 0, 1, 0), (("duplicate", "B6"),)),
    Case("registered_name_without_its_code", lambda: Table().put(2, code=None).xlsx(), (0, 0, 2, 1, 1, 1),
         (("already_registered", "B2"), ("missing_since_last_month", ""))),
    Case("registered_name_with_a_space_without_its_code",
         lambda: Table().put(2, code=None, name="双柏村 互助养老点").xlsx(), (0, 0, 2, 1, 1, 1),
         (("already_registered", "B2"), ("missing_since_last_month", ""))),
    Case("two_errors_in_two_rows", lambda: Table().put(2, beds="十").put(4, stage="建设中", progress="过半").xlsx(),
         (0, 0, 1, 0, 3, 0), (("not_number", "J2"), ("not_choice", "F4"), ("not_number", "G4"))),
    Case("figures_that_fall", lambda: Table().put(2, progress=30, invested=10).xlsx(), (0, 0, 2, 0, 2, 0),
         (("cumulative_falls", "G2"), ("cumulative_falls", "Q2"))),
    Case("figures_that_fall_with_a_reason", lambda: Table().put(2, progress=30, remark="上月误填").xlsx(),
         (0, 1, 2, 0, 0, 0)),
    Case("two_hundred_and_fifty_wrong_rows", _many_wrong, (0, 0, 3, 0, 250, 0),
         tuple(("not_choice", f"F{number}") for number in range(5, 205))),
)  # fmt: skip
TOTALS = (
    Case("total_right", lambda: Table().under(_total()).xlsx()),
    Case("total_in_the_first_column", lambda: Table().under(["合 计", *_total()[1:]]).xlsx()),
    Case("total_wrong", lambda: Table().under(_total(beds=51)).xlsx(), (0, 0, 3, 0, 0, 1), (("total_differs", "J5"),)),
    Case("total_before_the_rows", lambda: Table().insert(2, _total()).xlsx()),
    Case("total_before_the_rows_wrong", lambda: Table().insert(2, _total(invested=100)).xlsx(), (0, 0, 3, 0, 0, 1),
         (("total_differs", "Q2"),)),
    Case("subtotals_and_a_total",
         lambda: Table().insert(4, _total("小计", gross_area=200, usable_area=150, beds=10, nursing_beds=2,
                                          invested=12.5)).under(_total("全镇合计")).xlsx()),
    Case("total_of_formulas_without_values", lambda: Table().under(_total(beds="=SUM(J2:J4)")).xlsx()),
)  # fmt: skip
SHEETS = (
    Case("own_line_of_origin", lambda: _meta("塘坊镇", "塘坊镇")),
    Case("month_of_another_time", lambda: _meta("12月", "11月"), (0, 0, 0, 0, 1, 0), (("other_period", ""),)),
    Case("sheet_of_another_township", lambda: _meta("塘坊镇（500238111", "尖山镇（500238108"), (0, 0, 0, 0, 1, 0),
         (("other_township", ""),)),
    Case("sheet_of_an_older_version", lambda: _meta("progress/1", "progress/0"), (0, 0, 3, 0, 0, 1),
         (("old_version", ""),)),
    Case("sheet_of_another_kind", lambda: _meta("progress/1", "roster/1"), (0, 0, 0, 0, 1, 0), (("foreign_sheet", ""),)),
    Case("month_to_come", lambda: Table().xlsx(), (0, 0, 0, 0, 1, 0), (("period_closed", ""),), month="2099-01"),
    refused("no_sheet_at_all", "empty", lambda: b""),
)  # fmt: skip
CASES = ROWS + TOTALS + SHEETS
__all__ = ["CASES", "KEYS"]

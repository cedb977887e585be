"""One cell written as people write it; everything else as the register has it.

Row 2 is the village point with 10 beds, 200 ㎡, 40 % and a start on 2020-03-01, row 4 the centre with 1,200 ㎡.
"""

import re
from datetime import date, datetime

from openpyxl.utils import get_column_letter

from corpus.case import UNTOUCHED, Case
from corpus.packed import rewritten
from corpus.table import KEYS, Table

CHANGED = (0, 1, 2, 0, 0, 0)
DOUBTFUL = (0, 0, 3, 0, 0, 1)
WRONG = (0, 0, 2, 0, 1, 0)
# openpyxl closes an empty element one way with lxml and another without it.
EMPTY_RESULT = r'<c r="J2"><f>{}</f>(?:<v></v>|<v ?/>)</c>'


def _cell(title: str, /, row: int = 2, code: str = "", counts=None, **typed) -> Case:
    """A case of one cell; `code` is the one problem it has, of this cell."""
    key = next(iter(typed))
    problems = ((code, f"{get_column_letter(KEYS.index(key) + 1)}{row}"),) if code else ()
    return Case(title, lambda: Table().put(row, **typed).xlsx(), counts or (WRONG if code else UNTOUCHED), problems)


def _formatted(address: str, value: object, code: str):
    def finish(book, tab) -> None:
        tab[address].value, tab[address].number_format = value, code

    return lambda: Table().xlsx(finish)


def _quoted(book, tab) -> None:
    tab["J2"].value, tab["J2"].quotePrefix, tab["J2"].number_format = "10", True, "@"


def _cached(formula: str, value: str, kind: str = "") -> bytes:
    """床位数 as a formula with the result that a spreadsheet program stored."""
    content = Table().put(2, beds=formula).xlsx()
    return rewritten(content, re.compile(EMPTY_RESULT.format(re.escape(formula[1:]))), _result(formula, value, kind))


def _result(formula: str, value: str, kind: str) -> str:
    return f'<c r="J2"{kind}><f>{formula[1:]}</f><v>{value}</v></c>'


NUMBERS = (
    _cell("full_width_digits", beds="１０"),
    _cell("thousands_comma", row=4, gross_area="1,200"),
    _cell("thousands_comma_full_width", row=4, gross_area="１，２００．００"),
    _cell("thousands_space", row=4, gross_area="1 200"),
    _cell("counter_ge", beds="10个"),
    _cell("counter_zhang", beds="10 张"),
    _cell("unit_square_metres", gross_area="200㎡"),
    _cell("unit_square_metres_spelled", gross_area="200平方米"),
    _cell("unit_ten_thousand_yuan", invested="12.5万元"),
    _cell("unit_year", planned_year="2020年"),
    _cell("number_as_text", beds="10"),
    _cell("number_with_marks_nobody_sees", beds="\u200b10\ufeff\u202c"),
    _cell("number_between_spaces", beds="\u3000 10\xa0"),
    _cell("apostrophe_typed", beds="'10"),
    Case("apostrophe_of_the_program", lambda: Table().xlsx(_quoted)),
    _cell("decimal_point_and_zeros", beds=10.0),
    _cell("noise_of_binary_sums", invested=12.500000000000002),
    _cell("scientific_number", row=4, gross_area=1.2e3),
    _cell("blank_for_a_figure", beds=None, counts=CHANGED),
    _cell("zero_for_a_figure", nursing_beds=0, counts=CHANGED),
    _cell("dash_for_a_figure", beds="—", counts=(0, 1, 2, 0, 0, 1), code="dash"),
    _cell("slash_for_nothing", row=3, beds="/", counts=DOUBTFUL, code="dash"),
    _cell("none_for_a_figure", beds="无", code="not_number"),
    _cell("words_for_a_figure", beds="十张", code="not_number"),
    _cell("about", beds="约10", code="not_number"),
    _cell("range_of_figures", beds="10-12", code="not_number"),
    _cell("sum_in_words", beds="5+5", code="not_number"),
    _cell("figure_with_a_remark", beds="10（含护理2）", code="not_number"),
    _cell("scientific_text", gross_area="2E2", code="not_number"),
    _cell("comma_for_the_point", gross_area="200,5", code="not_number"),
    _cell("currency_sign", invested="¥12.5", code="not_number"),
    _cell("money_in_yuan", invested="125000元", code="wrong_unit"),
    _cell("area_in_mu", gross_area="0.3亩", code="wrong_unit"),
    _cell("half_a_bed", beds=10.5, code="too_many_places"),
    _cell("negative", beds=-10, code="too_small"),
    _cell("huge", gross_area=1e20, code="too_large"),
    _cell("more_than_a_facility_can_have", beds=100_001, code="too_large"),
    _cell("year_of_long_ago", planned_year=1920, code="too_small"),
    _cell("logical_value", beds=True, code="not_number"),
    _cell("date_for_a_figure", beds=date(2020, 1, 10), code="not_number"),
)
PERCENTAGES = (
    _cell("percent_sign", progress="40%"),
    _cell("percent_sign_full_width", progress="４０．０％"),
    _cell("percent_of_100", progress="100%", counts=CHANGED),
    Case("percent_format", _formatted("G2", 0.4, "0%")),
    Case("percent_format_with_decimals", _formatted("G2", 0.455, "0.00%"), CHANGED),
    Case("percent_format_of_a_plain_one", _formatted("G2", 1, "0%"), CHANGED),
    Case("percent_format_above_100", _formatted("G2", 1.2, "0%"), WRONG, (("too_large", "G2"),)),
    Case("percent_format_on_beds", _formatted("J2", 0.1, "0%"), WRONG, (("wrong_unit", "J2"),)),
    Case("percent_sign_in_quotes_is_no_format", _formatted("G2", 40, '0"%"')),
    Case("red_negative_percent_format", _formatted("G2", 0.4, "0.0%;[Red]-0.0%")),
    Case(
        "bare_fraction_that_would_fall",
        lambda: Table().put(2, progress=0.4).xlsx(),
        (0, 0, 2, 0, 1, 1),
        (("cumulative_falls", "G2"), ("small_percent", "G2")),
    ),
    _cell("percent_above_100", progress=120, code="too_large"),
    _cell("percent_negative", progress="-5%", code="too_small"),
)
DATES = (
    _cell("date_with_points", started_on="2020.3.1"),
    _cell("date_with_dashes", started_on="2020-3-1"),
    _cell("date_with_slashes", started_on="2020/03/01"),
    _cell("date_in_chinese", started_on="2020年3月1日"),
    _cell("date_in_full_width", started_on="２０２０年０３月０１日"),
    _cell("date_as_eight_digits", started_on=20200301),
    _cell("date_as_eight_digits_of_text", started_on="20200301"),
    _cell("date_cell", started_on=date(2020, 3, 1)),
    _cell("date_cell_with_time", started_on=datetime(2020, 3, 1, 9, 30)),
    _cell("month_in_chinese", started_on="2020年3月", counts=DOUBTFUL, code="month_only"),
    _cell("serial_number", started_on=43891, counts=DOUBTFUL, code="serial_date"),
    _cell("month_with_a_point", started_on="2020.3", code="not_date"),
    _cell("month_that_became_a_number", started_on=2020.1, code="not_date"),
    _cell("year_alone", started_on="2020年", code="not_date"),
    _cell("day_without_a_year", started_on="3月1日", code="not_date"),
    _cell("date_the_american_way", started_on="3/1/2020", code="not_date"),
    _cell("thirtieth_of_february", started_on="2020-02-30", code="no_such_day"),
    _cell("date_of_long_ago", started_on="1920-03-01", code="too_small"),
    _cell("date_after_the_month", completed_on="2021-01-01", code="date_after_month"),
    _cell("words_for_a_date", completed_on="尚未开工", code="not_date"),
    _cell("dash_for_a_date", completed_on="——", counts=DOUBTFUL, code="dash"),
)
WORDS = (
    _cell("list_with_commas", row=4, zones="助餐，日间照料"),
    _cell("list_in_another_order", row=4, zones="日间照料；助餐"),
    _cell("list_on_lines", row=4, zones="助餐\n日间照料"),
    _cell("list_with_an_item_twice", row=4, zones="助餐、助餐、日间照料", counts=DOUBTFUL, code="repeated_item"),
    _cell("list_of_none", zones="无", counts=CHANGED),
    _cell("list_with_a_stranger", zones="助餐、游泳馆", code="not_choice"),
    _cell("choice_with_spaces", type=" 村级 互助养老点\u200b"),
    _cell("choice_nearly", type="村级养老互助点", code="not_choice"),
    _cell("stage_nearly", stage="再建", code="not_choice"),
    _cell("choice_not_at_all", operation="租给别人", code="not_choice"),
    _cell("village_in_full", village="双柏村村民委员会"),
    _cell("village_in_full_but_for_a_word", village="双柏村委会", code="unknown_village"),
    _cell("village_nearly", village="双伯村", code="unknown_village"),
    _cell("village_next_door", village="建楼村", code="unknown_village"),
    _cell("spaces_inside_a_name", name="双柏村 互助 养老点"),
    _cell("marks_nobody_sees_inside_a_name", name="双柏村\u200b互助\ufeff养老点\xa0"),
    _cell("line_break_inside_a_name", name="双柏村\n互助养老点"),
    _cell("long_remark", remark="长" * 501, code="too_long"),
    _cell("picture_character", remark="进展顺利👍", counts=CHANGED),
    _cell("name_left_blank", name=None, code="required"),
)
FORMULAS = (
    Case("formula_with_its_value", lambda: _cached("=5+5", "10")),
    Case("formula_that_failed", lambda: _cached("=1/0", "#DIV/0!", ' t="e"'), WRONG, (("error_cell", "J2"),)),
    _cell("formula_without_value", beds="=5+5", code="formula_without_value"),
    _cell("error_cell", beds="#REF!", code="error_cell"),
    _cell("formula_to_another_file", beds="=[1]Sheet1!A1", code="formula_without_value"),
)
CASES = NUMBERS + PERCENTAGES + DATES + WORDS + FORMULAS

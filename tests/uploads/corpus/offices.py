"""What town offices make of the sheet in WPS and Excel: printed forms' own header rows, and words in place of figures."""

import io
from zipfile import ZIP_DEFLATED, ZipFile

from corpus.case import UNTOUCHED, Case, refused
from corpus.table import HEADINGS, KEYS, Table

LOOK = (0, 0, 3, 0, 0, 1)
WRONG = (0, 0, 2, 0, 1, 0)
FORM = (0, 0, 3, 0, 1, 0)
"""Every row is as it was, and the header has something that stops the file."""

UNITS = {
    "progress": "%",
    "gross_area": "㎡",
    "usable_area": "㎡",
    "beds": "张",
    "nursing_beds": "张",
    "invested": "万元",
}
BARE = {"progress": "形象进度", "gross_area": "建筑面积", "usable_area": "使用面积", "invested": "投入资金"}
STRICT = (
    ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"),
    (
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "http://purl.oclc.org/ooxml/officeDocument/relationships",
    ),
)


def _under(words: dict[str, str], *, brackets: bool = False) -> Table:
    """The header without units, and a row of them below it."""
    row = [words.get(key) and (f"（{words[key]}）" if brackets else words[key]) for key in KEYS]
    return Table().head(**BARE).insert(2, row)


def _merged(book, tab) -> None:
    for place, key in enumerate(KEYS, 1):
        if key not in UNITS:
            tab.merge_cells(start_row=1, end_row=2, start_column=place, end_column=place)


def _strict() -> bytes:
    """As Excel saves it under 严格 Open XML 电子表格."""
    source, target = ZipFile(io.BytesIO(Table().xlsx())), io.BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name in source.namelist():
            part = source.read(name).decode()
            for usual, strict in STRICT:
                part = part.replace(usual, strict)
            archive.writestr(name, part)
    return target.getvalue()


def _formatted(code: str, value: object):
    def finish(book, tab) -> None:
        tab["Q2"].value, tab["Q2"].number_format = value, code

    return lambda: Table().xlsx(finish)


def _numbers() -> bytes:
    target = io.BytesIO()
    with ZipFile(target, "w") as archive:
        archive.writestr("Index/Document.iwa", b"\x00\x01")
    return target.getvalue()


def _cell(title: str, /, row: int = 2, code: str = "", counts=None, **typed) -> Case:
    letter = "ABCDEFGHIJKLMNOPQRS"[KEYS.index(next(iter(typed)))]
    problems = ((code, f"{letter}{row}"),) if code else ()
    return Case(title, lambda: Table().put(row, **typed).xlsx(), counts or (WRONG if code else UNTOUCHED), problems)


HEADERS = (
    Case("units_in_a_row_of_their_own", lambda: _under(UNITS).xlsx()),
    Case("units_in_a_row_of_their_own_bracketed", lambda: _under(UNITS, brackets=True).xlsx()),
    Case("units_in_a_row_of_their_own_merged", lambda: _under(UNITS).xlsx(_merged)),
    Case("yuan_in_the_row_of_units", lambda: _under(UNITS | {"invested": "元"}).xlsx(), FORM, (("heading_unit", "Q2"),)),
    Case("mu_in_the_row_of_units", lambda: _under(UNITS | {"gross_area": "亩"}, brackets=True).xlsx(), FORM,
         (("heading_unit", "H2"),)),
    Case("columns_numbered", lambda: Table().insert(2, range(1, 20)).xlsx()),
    Case("columns_numbered_in_brackets", lambda: Table().insert(2, [f"（{n}）" for n in range(1, 20)]).xlsx()),
    Case("columns_numbered_as_in_statistical_forms", lambda: Table().insert(2, [*"甲乙丙丁", *range(1, 16)]).xlsx()),
    Case("numbers_that_are_a_row_of_data", lambda: Table().insert(2, [*[None] * 9, 1, 2]).xlsx(), (0, 0, 3, 0, 5, 0),
         (("required", "B2"), ("required", "C2"), ("required", "F2"), ("required", "E2"), ("part_above_whole", "K2"))),
    Case("code_column_left_out", lambda: Table().order(KEYS[1:]).xlsx(), (0, 0, 0, 3, 3, 4),
         (("already_registered", "A2"), ("already_registered", "A3"), ("already_registered", "A4"), ("column_absent", ""),
          *[("missing_since_last_month", "")] * 3)),
    Case("title_of_a_past_year", lambda: Table().above(("建设进度月报（2019年12月）",)).xlsx(), LOOK, (("other_title", ""),)),
    Case("title_of_this_month", lambda: Table().above(("建设进度月报（2020年12月）",)).xlsx()),
    Case("date_of_filling_in_above_the_table", lambda: Table().above(("填报日期：2021年1月",)).xlsx()),
    Case("heading_twice_for_the_same_remarks", lambda: Table().widen(19, HEADINGS[-1], None).xlsx(), FORM,
         (("repeated_column", "T1"),)),
)  # fmt: skip
CELLS = (
    _cell("beds_with_their_word", beds="10张床"),
    _cell("area_in_short", gross_area="200平"),
    _cell("year_of_a_plan", planned_year="2020年度"),
    _cell("share_as_a_long_fraction", progress=0.615, code="too_many_places"),
    _cell("tenths", progress="四成", code="not_number"),
    _cell("letter_for_a_digit", beds="1O", code="not_number"),
    _cell("money_in_hundred_millions", invested="0.00125亿", code="wrong_unit"),
    _cell("two_figures_in_one_cell", beds="10张/2张", code="not_number"),
    _cell("date_with_two_digits_of_the_year", started_on="20.3.1", code="not_date"),
    _cell("date_begins_a_span", started_on="2020.3.1-2020.12.31", code="not_date"),
    _cell("date_with_a_month_of_thirteen", started_on="2020-13-01", code="no_such_day"),
    _cell("ditto_in_words", operator="同上", code="ditto"),
    _cell("ditto_as_a_mark", zones="〃", code="ditto"),
    _cell("garbled_once_before", remark="红土\ufffd村停工", code="garbled_text"),
    _cell("list_with_blanks", row=4, zones="助餐 日间照料"),
    _cell("list_with_slashes", row=4, zones="日间照料/助餐"),
    _cell("list_with_a_blank_inside_a_name", row=4, zones="助餐、日间 照料"),
    _cell("list_with_a_stranger_behind_a_blank", row=4, zones="助餐 游泳馆", code="not_choice"),
    _cell("zones_called_areas", row=4, zones="助餐区、日间照料区", code="not_choice"),
    _cell("stage_in_own_words", stage="建设中", code="not_choice"),
    _cell("stage_denied", stage="未验收", code="not_choice"),
)
SCALED = ('0!.0,"万元"', "0\\.0,", "#,##0,", "0.0,,", "#,##0.00,;[Red]-0")
FORMATS = (
    *(
        Case(f"money_scaled_down_{number}", _formatted(code, 125_000), WRONG, (("not_number", "Q2"),))
        for number, code in enumerate(SCALED)
    ),
    Case("money_with_thousands_marked", _formatted('#,##0.00"万元"', 12.5)),
    Case("money_with_a_comma_that_is_printed", _formatted('0.0","', 12.5)),
)
FILES = (
    Case("strict_open_xml", _strict),
    refused("lock_of_an_open_workbook", "lock_file", lambda: b"\x05user".ljust(165), "~$月报.xlsx"),
    refused("numbers_of_a_mac", "numbers", _numbers),
    refused("workbook_without_a_suffix", "suffix", lambda: Table().xlsx(), "月报"),
    refused("download_cut_short", "suffix", lambda: Table().xlsx()[:4000], "月报.xlsx.crdownload"),
)
CASES = HEADERS + CELLS + FORMATS + FILES

"""Whatever stands in a cell: the parsers give a value, None or their own refusal, and what is printed reads back."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from progress_sheet import SHEET

from eldercare.sheets import parsing, percents
from eldercare.sheets.cells import Mark
from eldercare.sheets.parsing import Parsed, ParseError

STAGES = {"在建": "BUILDING", "停用": "CLOSED", "2020": 2020}
DIGITS = "0123456789０１２九十,.，、 '’-−/—~%％㎡年月日号个张万元亿²①½e+=()\u200b\u202e\xa0\u3000\n\x00\ud800"
HUGE = [10**5000, -(10**5000), Decimal("9E+999999999"), Decimal("1E-999999999"), Decimal("sNaN"), Decimal("-Infinity")]
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(),
    st.floats(),
    st.datetimes(),
    st.dates(),
    st.text(max_size=40),
    st.text(alphabet=DIGITS, max_size=14),
    st.from_regex(r"[0-9０-９]{1,4}[-./年 ][0-9]{1,2}[-./月 ]?[0-9]{0,2}[日号]?", fullmatch=True),
    st.from_regex(r"'?-?[0-9]{1,3}([, ][0-9]{3}){0,3}(\.[0-9]{0,3})? ?(%|个|张|万元|㎡|元)?", fullmatch=True),
    st.sampled_from(HUGE),
)
PARSERS = (
    (parsing.decimal, Decimal),
    (parsing.integer, int),
    (parsing.percent, Decimal),
    (parsing.day, date),
    (parsing.text, str),
    (parsing.items, list),
)
MODEST = st.decimals(min_value=-(10**12), max_value=10**12, places=2)
DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31))


def tried(read, *arguments) -> tuple[Parsed | None, ParseError | None]:
    """What reading gave, and the refusal; any other exception fails the test."""
    try:
        return read(*arguments), None
    except ParseError as refused:
        return None, refused


def is_explained(refused: ParseError) -> bool:
    return bool(refused.code and refused.message and refused.hint)


@settings(max_examples=1000, deadline=None)
@given(ANYTHING)
def test_parser_returns_its_type_or_none_or_refuses_in_words(value):
    for parser, kind in PARSERS:
        found, refused = tried(parser, value)
        assert is_explained(refused) if found is None else type(found.value) in (kind, type(None)), parser


@settings(max_examples=300, deadline=None)
@given(ANYTHING)
def test_number_that_is_read_is_finite_and_modest(value):
    for parser in (parsing.decimal, parsing.integer, parsing.percent):
        found, _ = tried(parser, value)
        if found and found.value is not None:
            assert Decimal(found.value).is_finite()
            assert abs(found.value) < parsing.LARGEST


@settings(max_examples=300, deadline=None)
@given(ANYTHING)
def test_choice_gives_an_option_or_none_or_refuses(value):
    found, refused = tried(parsing.choice, value, STAGES)
    assert is_explained(refused) if found is None else found.value in ("BUILDING", "CLOSED", 2020, None)


@settings(max_examples=300, deadline=None)
@given(ANYTHING, st.sampled_from([None, *Mark]))
def test_every_column_of_a_sheet_reads_or_refuses_any_cell(value, mark):
    for column in SHEET.columns:
        found, refused = tried(column.interpret, value, mark)
        assert refused or not mark, "a cell whose value cannot be known was read"
        assert is_explained(refused) if found is None else isinstance(column.show(found.value), str)


@settings(max_examples=300, deadline=None)
@given(MODEST)
def test_decimal_written_out_reads_back_the_same(value):
    wide = str.maketrans("0123456789.,-", "０１２３４５６７８９．，−")
    for written in (value, f"{value:,}", f"{value}", f" {value}㎡", f"{value:,}".translate(wide), f"'{abs(value)}"):
        expected = abs(value) if str(written).startswith("'") else value
        assert parsing.decimal(written, unit="㎡").value == expected


@settings(max_examples=200, deadline=None)
@given(st.integers(min_value=-(10**14), max_value=10**14))
def test_integer_written_out_reads_back_the_same(value):
    for written in (value, Decimal(value), f"{value}", f"{value:,}", f"{value}张", f"{value}.00"):
        found = parsing.integer(written, unit="张").value
        assert type(found) is int
        assert found == value


@settings(max_examples=200, deadline=None)
@given(st.decimals(min_value=0, max_value=100, places=2))
def test_percentage_written_out_reads_back_the_same(value):
    for written in (f"{value}%", f"{value}％", percents.shown(value / 100), value):
        assert parsing.percent(written).value == value


@settings(max_examples=200, deadline=None)
@given(MODEST)
def test_printed_value_reads_back_the_same(value):
    found = parsing.decimal(value).value
    assert parsing.decimal(parsing.printed(found)).value == found


@settings(max_examples=200, deadline=None)
@given(DAYS)
def test_day_written_out_reads_back_the_same(value):
    spellings = (
        value,
        datetime(value.year, value.month, value.day, 8, 30),
        parsing.printed(value),
        f"{value.year}.{value.month}.{value.day}",
        f"{value.year}/{value.month}/{value.day}",
        f"{value.year}-{value.month}-{value.day}",
        f"{value:%Y年%m月%d日}",
        f"{value.year} 年 {value.month} 月 {value.day} 号",
        f"{value:%Y%m%d}",
        int(f"{value:%Y%m%d}"),
    )
    for written in spellings:
        assert parsing.day(written).value == value, written


@settings(max_examples=100, deadline=None)
@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)))
def test_serial_number_of_a_day_reads_as_that_day_and_is_doubted(value):
    found = parsing.day((value - date(1899, 12, 30)).days)
    assert found.value == value
    assert [note.code for note in found.notes] == ["serial_date"]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_text_that_was_read_reads_back_the_same(value):
    found, _ = tried(parsing.text, value)
    if found and found.value is not None:
        assert parsing.text(found.value).value == found.value


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["生活照料", "助餐", "文化娱乐", "康复护理"]), unique=True))
def test_list_written_out_reads_back_the_same(value):
    column = SHEET["zones"]
    assert column.parse(column.cell(value)) == value


@pytest.mark.parametrize(
    ("code", "is_percent"),
    [
        ("0%", True),
        ("0.00%", True),
        ("#,##0.0%;[Red]-0.0%", True),
        ('0"%"', False),
        ("0\\%", False),
        ("0_%", False),
        ("General", False),
        ("yyyy-mm-dd", False),
        ("[<1]0.00;0", False),
    ],
)
def test_format_that_shows_percentages(code, is_percent):
    assert percents.is_percent(code) is is_percent


@pytest.mark.parametrize(
    ("stored", "shown"), [(Decimal("0.8"), "80%"), (Decimal("0.455"), "45.5%"), (1, "100%"), (0, "0%")]
)
def test_percentage_is_what_the_cell_shows(stored, shown):
    assert percents.shown(stored) == shown

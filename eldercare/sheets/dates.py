"""Reading a date exactly: as a date cell, as a serial number, or in one of the spellings people use."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

from eldercare.sheets.cells import Value
from eldercare.sheets.parsed import Note, Parsed, ParseError, opened, printed

SERIAL_EPOCH = date(1899, 12, 30)
FIRST_SERIAL, LAST_SERIAL = 36526, 73050
"""Whole numbers read as dates in a date column: 2000-01-01 to 2099-12-31 in the 1900 date system."""

FIRST_YEAR, LAST_YEAR = 1900, 2100

_SAMPLE = "例如 2020-08-01"
_LONGEST = 40
_NUMBERS = re.compile("[0-9]+")
_NOT_YET = re.compile("未|尚|无|没有|待|预计|计划|预期|拟|年底|月底")
_SPAN = re.compile("至|到|~|～")
_DAY = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?:[ T]0?0:00(?::00(?:\.0+)?)?)?")
_CHINESE_DAY = re.compile(r"([0-9]{4})(年)([0-9]{1,2})月([0-9]{1,2})[日号]")
_CHINESE_MONTH = re.compile(r"([0-9]{4})年([0-9]{1,2})月份?")


def day(value: Value) -> Parsed:
    """A date: date cells, serial numbers from 2000 to 2099, 20200801, 2020-8-1, 2020/8/1, 2020.8.1 and 2020年8月1日.

    `2020年8月` is the first of the month with a note, and so is a bare serial number, because which of the two date
    systems it counts in is not known here. Times of day are dropped. Anything else is refused, 2020.10
    above all: as a number it has become 2020.1.
    """
    value, dash = opened(value)
    if dash:
        return dash
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return Parsed(_plausible(value))
    if isinstance(value, Decimal) and value.is_finite() and value.adjusted() < 15 and value == int(value):
        value = int(value)
    if isinstance(value, str) and len(value) in (5, 8) and value.isascii() and value.isdecimal():
        value = int(value)
    return _day_of_integer(value) if type(value) is int else _day_of_text(value)


def _day_of_integer(value: int) -> Parsed:
    if FIRST_SERIAL <= value <= LAST_SERIAL:
        found = SERIAL_EPOCH + timedelta(days=value)
        return Parsed(
            found, (Note("serial_date", f"单元格里是数字，按日期 {found} 读取", "请核对，并把单元格改为日期格式"),)
        )
    if 10**7 <= value < 10**8:
        return Parsed(_calendar_day(value // 10000, value // 100 % 100, value % 100))
    raise _not_date(value)


def _day_of_text(value: Value) -> Parsed:
    if not isinstance(value, str):
        raise _not_date(value)
    tight = value.replace(" ", "")
    month = _CHINESE_MONTH.fullmatch(tight)
    if month:
        first = _calendar_day(int(month[1]), int(month[2]), 1)
        return Parsed(first, (Note("month_only", "只写到月，按当月 1 日", f"如有确切日期请填，例如 {first:%Y-%m}-15"),))
    found = _DAY.fullmatch(value) or _CHINESE_DAY.fullmatch(tight)
    if not found:
        raise _not_date(value)
    return Parsed(_calendar_day(int(found[1]), int(found[3]), int(found[4])))


def _calendar_day(year: int, month: int, number: int) -> date:
    try:
        found = date(year, month, number)
    except ValueError:
        raise ParseError("no_such_day", "没有这一天", f"请核对月和日，{_SAMPLE}") from None
    return _plausible(found)


def _plausible(value: date) -> date:
    if FIRST_YEAR <= value.year <= LAST_YEAR:
        return value
    raise ParseError("implausible_year", "年份不合理", f"请核对年份，{_SAMPLE}")


def _not_date(value: Value) -> ParseError:
    return ParseError("not_date", "不是完整的日期", _hint(printed(value)[:_LONGEST]))


def _hint(text: str) -> str:
    """What to do about a text that is no day: what of it is missing or too much; a day that it may mean is asked back."""
    numbers = _NUMBERS.findall(text)
    if _NOT_YET.search(text):
        return "只填已经发生的确切日期；还没有的、不清楚的请留空，说明写在备注栏"
    if _SPAN.search(text) or len(numbers) > 3:
        return f"只能填一个日期，{_SAMPLE}"
    if meant := _meant(numbers):
        return f"如果是 {meant.year}年{meant.month}月{meant.day}日，请写成 {meant}"
    if len(numbers) == 3 and len(numbers[2]) == 4:
        return f"请按年、月、日的次序写，{_SAMPLE}"
    return _incomplete(text, numbers)


def _meant(numbers: list[str]) -> date | None:
    """The day of a year of four or two digits, a month and a day; None when there is none such."""
    if len(numbers) != 3 or len(numbers[0]) not in (2, 4) or max(map(len, numbers[1:])) > 2:
        return None
    year, month, number = map(int, numbers)
    try:
        return date(year if year > 99 else 2000 + year, month, number)
    except ValueError:
        return None


def _incomplete(text: str, numbers: list[str]) -> str:
    if len(numbers) == 1 and len(text) == 6 and text.isdecimal():
        numbers = [text[:4], text[4:]]
    if len(numbers) == 2 and len(numbers[0]) == 4 and numbers[1] == "1" and "." in text:
        return f"可能是 1 月，也可能是 10 月（表格软件会去掉末尾的 0），请写完整的年月日，{_SAMPLE}"
    if len(numbers) == 2 and len(numbers[0]) == 4 and 1 <= int(numbers[1]) <= 12:
        return f"只有年和月，请补上是哪一天；只知道月份的，写成“{numbers[0]}年{int(numbers[1])}月”"
    if "月" in text and "年" not in text:
        return f"没有写年份，请写完整的年月日，{_SAMPLE}"
    return f"请写完整的年月日，{_SAMPLE}"

"""What kind of line a sheet row is: a unit's line, a line of sums, a note, a title, or nothing."""

import re
from dataclasses import dataclass
from enum import StrEnum

from eldercare.sheets.annex import counts, headings
from eldercare.sheets.annex.headers import Header
from eldercare.sheets.annex.layout import Layout
from eldercare.sheets.text import compact

NUMBERING = {"甲", "乙", "栏次"}
DIGITS = re.compile(r"[(]?(\d{1,5})[)]?[.、]?")
CHINESE_NUMBER = re.compile(r"[(]?[一二三四五六七八九十]+[)]?[.、]?")
NOTE = re.compile(
    r"(?:注|备注|说明|附注)\d*[:.、]|(?:填表|填报|制表|审核|复核)(?:人|单位|日期|时间)|[※*★▲]|"
    r"(?:单位|单位负责人|负责人|分管领导|联系人|联系电话|数据来源|资料来源|日期|时间):|"
    r"[-—–]+\d+[-—–]+$|第\d+页"
)
SECTION = re.compile(r"[一二三四五六七八九十]+、|\([一二三四五六七八九十]+\)")
ANNEX_LABEL = re.compile(r"附件?表?\d*[一二三四五六七八九十]*[:：]?")
CONTINUED = re.compile(r"\(?(?:续表?|接上页|上接第\d+页)\d*\)?")
TITLE = re.compile(r"附[件表]\d*|.*表(?:\(续表?\))?|\(?续表?\d*\)?|.*20\d\d.*(?:计划|任务|指标|目标|方案|安排|情况)")
LONGEST_UNIT = 30


class Kind(StrEnum):
    """The kinds of rows below a header; UNCLEAR is a unit's line that may be something else."""

    BLANK = "blank"
    DATA = "data"
    UNCLEAR = "unclear"
    TOTAL = "total"
    NOTE = "note"
    TITLE = "title"


@dataclass(frozen=True)
class Classifier:
    """Tells the kind of each row below one header; `numbered` says whether the table counts its units."""

    layout: Layout
    header: Header
    numbered: bool

    def kind(self, row: int) -> Kind:
        """The kind of one sheet row."""
        filled = self.layout.filled(row, self.header.left, self.header.right)
        unit = self.unit_text(row)
        if not filled or {self.serial_text(row), unit} & NUMBERING:
            return Kind.BLANK
        lead = self.lead_text(row)
        has_number = bool(DIGITS.fullmatch(self.serial_text(row)))
        if self.total_label(row) and not has_number:
            return Kind.TOTAL
        if not has_number and NOTE.match(lead or self.layout.text(row, filled[0])):
            return Kind.NOTE
        values = [column for column in filled if column > self.header.unit]
        has_values = any(counts.is_count(self.layout.value(row, column)) for column in values)
        if has_number or has_values:
            return self._line(row, unit, values)
        if self._is_section(row, unit) and not values:
            return Kind.NOTE
        return self._words(lead or self.layout.text(row, filled[0]), unit, bool(values))

    def _is_section(self, row: int, unit: str) -> bool:
        serial = self.serial_text(row)
        numeral = self.numbered and CHINESE_NUMBER.fullmatch(serial)
        is_district = self.numbered and not serial and unit.endswith(("区", "县", "市"))
        return bool(numeral or is_district or SECTION.match(unit))

    def _line(self, row: int, unit: str, values: list[int]) -> Kind:
        if not unit and not values:
            return Kind.BLANK
        # A unit numbered 一 among 1, 2, 3, or the district itself without a number, is often a sum.
        return Kind.UNCLEAR if self._is_section(row, unit) else Kind.DATA

    def _words(self, text: str, unit: str, has_words_right: bool) -> Kind:
        if TITLE.fullmatch(text):
            return Kind.TITLE
        if not unit or len(text) > LONGEST_UNIT or "。" in text or text.endswith(":"):
            return Kind.NOTE
        return Kind.UNCLEAR if self.numbered and not has_words_right else Kind.DATA

    def total_label(self, row: int) -> str:
        """The printed label of a line of sums, "" for any other row; a table's right half has its label on the left."""
        lead = "".join(self.layout.printed(row, column) for column in range(self.header.left, self.header.unit + 1))
        if not lead and self.header.left > 1:
            lead = self.layout.printed(row, self.layout.filled(row, 1, self.layout.width)[0])
        return lead if headings.TOTAL.fullmatch(compact(lead)) else ""

    def is_bare(self, row: int) -> bool:
        """True when a row holds neither a serial number nor anything right of its unit."""
        right = self.layout.filled(row, self.header.unit + 1, self.header.right)
        return not right and not DIGITS.fullmatch(self.serial_text(row))

    def serial_text(self, row: int) -> str:
        """The row's serial number in compact form, "" without one."""
        serial = self.header.serial
        return self.layout.text(row, serial) if serial and self.header.left <= serial < self.header.unit else ""

    def unit_text(self, row: int) -> str:
        """The row's unit in compact form; a unit cell merged over several rows stands in each of them."""
        return self.layout.text(*self.unit_place(row))

    def unit_place(self, row: int) -> tuple[int, int]:
        """Where the row's unit is written."""
        place = self.layout.origin(row, self.header.unit)
        return place if place[0] > self.header.last_row else (row, self.header.unit)

    def lead_text(self, row: int) -> str:
        """What stands left of the counts, serial and unit cells joined: 合计 is found in either or split over both."""
        return "".join(self.layout.text(row, column) for column in range(self.header.left, self.header.unit + 1))


def kinds(layout: Layout, header: Header, last_row: int) -> dict[int, Kind]:
    """The kind of every row from below the header to `last_row`."""
    rows = range(header.last_row + 1, last_row + 1)
    numbered = any(DIGITS.fullmatch(Classifier(layout, header, False).serial_text(row)) for row in rows)
    classifier = Classifier(layout, header, numbered)
    found = {row: classifier.kind(row) for row in rows}
    first_line = next((row for row, kind in found.items() if kind is Kind.DATA), last_row)
    last_sum = max((row for row, kind in found.items() if kind is Kind.TOTAL and row > first_line), default=last_row)
    for row in range(last_sum + 1, last_row + 1):
        # Below the closing line of sums a bare name is who issued the table, no unit.
        if found[row] in (Kind.DATA, Kind.UNCLEAR) and classifier.is_bare(row):
            found[row] = Kind.NOTE
    return found


def words(layout: Layout, row: int, left: int, right: int) -> str:
    """A row's text as printed, cells joined by a space."""
    return " ".join(layout.printed(row, column) for column in layout.filled(row, left, right))


def mostly_words(values: list) -> bool:
    """True when the cells of a table are words rather than counts, as in a ledger; a few odd cells are not enough."""
    doubts = [counts.read(value).doubt == "not_a_number" for value in values if value is not None]
    return sum(doubts) >= 5 and sum(doubts) * 2 > len(doubts)

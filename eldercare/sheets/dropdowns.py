"""What a cell of the template offers and refuses: lists, figures and dates, in the rules that all programs share.

A list of up to 255 characters stands in the validation itself; a longer one, or one with commas, on a hidden sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from eldercare.sheets.columns import NUMERIC, Column, Kind

SHEET = "选项"
_INLINE_LIMIT = 255
_LONGEST_MESSAGE = 200
_OPEN_END = 10**12
_LISTED = (Kind.CHOICE, Kind.TEXT, Kind.LIST)


class Lists:
    """The validations of a sheet's columns, and the hidden sheet of their long lists."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = [column for column in columns if column.kind in _LISTED and column.labels]

    def rule(self, column: Column) -> dict[str, object] | None:
        """The validation of a column in xlsxwriter's words; None when any text may stand there."""
        if column.kind in _LISTED and column.labels:
            return _words(column) | {"validate": "list", "source": self._source(column)} | _manner(column)
        if column.kind in NUMERIC:
            kind = "integer" if column.kind is Kind.INTEGER else "decimal"
            return _words(column) | {"validate": kind, "criteria": "between"} | _limits(column)
        if column.kind is Kind.DATE:
            low, high = column.minimum or date(1900, 1, 1), column.maximum or date(2100, 12, 31)
            return _words(column) | {"validate": "date", "criteria": "between", "minimum": low, "maximum": high}
        return None

    def write(self, book: xlsxwriter.Workbook) -> None:
        """Add the hidden sheet, a column and a name per long list."""
        if not self._named:
            return
        tab = book.add_worksheet(SHEET)
        for place, (name, labels) in enumerate(self._named.values()):
            for number, label in enumerate(labels):
                tab.write_string(number, place, label)
            letters = xl_col_to_name(place, col_abs=True)
            book.define_name(name, f"='{SHEET}'!{letters}$1:{letters}${len(labels)}")
        tab.hide()

    def _source(self, column: Column) -> list[str] | str:
        named = self._named.get(column.key)
        return f"={named[0]}" if named else list(column.labels)

    @cached_property
    def _named(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        return {c.key: (f"choices_{c.key}", c.labels) for c in self.columns if not _fits_inline(c.labels)}


def _words(column: Column) -> dict[str, object]:
    what = column.help if len(column.help) <= _LONGEST_MESSAGE else "请从下拉列表中选择"
    return {"error_title": column.heading[:32], "error_message": what, "ignore_blank": True}


def _manner(column: Column) -> dict[str, object]:
    """A closed list stops what is not on it, suggestions only ask; a cell for several names takes any text.

    No spreadsheet can choose several from a list, so such a cell offers the names one by one and says how to join them.
    """
    if column.kind is not Kind.LIST:
        return {"error_type": "stop" if column.kind is Kind.CHOICE else "information"}
    sample = "、".join(column.labels[:2])
    text = f"只有一项，可从列表里选；有几项，请直接输入，用“、”隔开，如：{sample}。没有填“无”。全部名称见“填报说明”。"
    return {"show_error": False, "input_title": f"{column.heading}可填几项"[:32], "input_message": text[:255]}


def _limits(column: Column) -> dict[str, object]:
    low = column.minimum if column.minimum is not None else -_OPEN_END
    high = column.maximum if column.maximum is not None else _OPEN_END
    return {"minimum": low, "maximum": high}


def _fits_inline(labels: Sequence[str]) -> bool:
    return len(",".join(labels)) <= _INLINE_LIMIT and not any("," in label or '"' in label for label in labels)

"""One declaration per sheet: the template, the reader, the messages and the help page all come from these columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from eldercare.sheets import intake, parsing
from eldercare.sheets.cells import Mark, Value, Workbook
from eldercare.sheets.intake import Reading, ReadRow
from eldercare.sheets.parsing import Parsed, ParseError
from eldercare.sheets.text import compact

__all__ = ["NUMERIC", "Column", "Kind", "ParseError", "ReadRow", "Reading", "Sheet"]


class Kind(StrEnum):
    """What a column holds, and so how it is read, written, checked and explained."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    PERCENT = "percent"
    DATE = "date"
    CHOICE = "choice"
    LIST = "list"


NUMERIC = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.PERCENT})
_SLIP = 10_000

_MARKS = {
    Mark.ERROR: ParseError("error_cell", "单元格是公式错误值", "请改正公式，或直接填写结果"),
    Mark.FORMULA_WITHOUT_VALUE: ParseError(
        "formula_without_value", "公式没有计算结果", "请用表格软件打开并保存一次，或把公式换成数值"
    ),
}
_PARSERS = {
    Kind.TEXT: lambda column, value: parsing.text(value, max_length=column.max_length),
    Kind.INTEGER: lambda column, value: parsing.integer(value, unit=column.unit),
    Kind.DECIMAL: lambda column, value: parsing.decimal(value, unit=column.unit, places=column.places),
    Kind.PERCENT: lambda column, value: parsing.percent(value, places=column.places),
    Kind.DATE: lambda column, value: parsing.day(value),
    Kind.CHOICE: lambda column, value: parsing.choice(value, column.options, column.labels),
    Kind.LIST: lambda column, value: parsing.items(value, column.options or None, column.labels),
}


@dataclass(frozen=True)
class Column:
    """One column of a sheet: its heading, how a cell of it is read and written, and what its filler is told.

    `choices` are labels or (value, label) pairs; a CHOICE takes one of them, a LIST any number, for a TEXT they are
    suggestions of the dropdown only. A required cell `may_stay_blank` where the register holds nothing for it either: the
    comparison, which knows the register, asks for it. `unit` is the only unit accepted behind a figure. `places` are
    decimals of DECIMAL and PERCENT. `width` is in characters. `locked` cells cannot be typed over where the template
    fills them.
    """

    key: str
    heading: str
    kind: Kind = Kind.TEXT
    required: bool = False
    may_stay_blank: bool = False
    choices: Sequence[str | tuple[object, str]] = ()
    unit: str = ""
    note: str = ""
    width: float = 12
    locked: bool = False
    aliases: tuple[str, ...] = ()
    minimum: int | Decimal | date | None = None
    maximum: int | Decimal | date | None = None
    max_length: int = 0
    places: int = 2
    example: str = ""

    def parse(self, value: Value, mark: Mark | None = None) -> object:
        """The Python value of a cell, None for a blank or a dash; raises ParseError."""
        return self.interpret(value, mark).value

    def interpret(self, value: Value, mark: Mark | None = None) -> Parsed:
        """Like parse, with the notes that go with the value."""
        if mark:
            raise ParseError(*self._marked(mark))
        if value is None:
            return parsing.BLANK
        found = _PARSERS[self.kind](self, value)
        if found.value is not None and (self.minimum is not None or self.maximum is not None):
            self._check_range(found.value)
        return found

    @cached_property
    def options(self) -> dict[str, object]:
        """Compact label → value, in the printed order."""
        return {compact(label): value for value, label in self._pairs}

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels a dropdown offers."""
        return tuple(label for _, label in self._pairs)

    @property
    def label(self) -> str:
        """The heading as the template prints it: a star marks what must be filled."""
        return f"{self.heading}*" if self.required else self.heading

    @property
    def demand(self) -> tuple[str, str]:
        """What is said of a required cell that is blank, and what to fill in."""
        return f"“{self.heading}”必填", self.help

    def cell(self, value: object) -> Value:
        """What a template writes for a Python value; parse gives the value back."""
        if value is None or value == "":
            return None
        if self.kind is Kind.LIST:
            return "、".join(str(self._label_of(item)) for item in value) or "无"
        if self.kind is Kind.CHOICE:
            return str(self._label_of(value))
        return value if self.kind in NUMERIC or self.kind is Kind.DATE else str(value)

    def show(self, value: object) -> str:
        """A Python value as text for previews and messages; "" for None."""
        return parsing.printed(self.cell(value))

    @property
    def help(self) -> str:
        """What to fill in, in one line; heading notes, the instruction sheet and the help page all print it."""
        parts = (self.note, self._kind_words(), self._range_words(), self._sample())
        return "；".join(part for part in parts if part) + "。"

    @cached_property
    def _pairs(self) -> tuple[tuple[object, str], ...]:
        return tuple((item, item) if isinstance(item, str) else (item[0], str(item[1])) for item in self.choices)

    @cached_property
    def _labels_by_value(self) -> dict[object, str]:
        return dict(self._pairs)

    def _label_of(self, value: object) -> object:
        return self._labels_by_value.get(value, value)

    def _marked(self, mark: Mark) -> tuple[str, str, str]:
        error = _MARKS[mark]
        return error.code, error.message, error.hint

    def _check_range(self, value: object) -> None:
        if self.minimum is not None and value < self.minimum:
            raise ParseError("too_small", f"不能{self._limit_word('小于')} {self._limit(self.minimum)}", "请核对")
        if self.maximum is not None and value > self.maximum:
            raise ParseError("too_large", f"不能{self._limit_word('大于')} {self._limit(self.maximum)}", "请核对")

    def _limit_word(self, word: str) -> str:
        return {"小于": "早于", "大于": "晚于"}[word] if self.kind is Kind.DATE else word

    def _limit(self, limit: object) -> str:
        return parsing.printed(limit) + ("%" if self.kind is Kind.PERCENT else self.unit)

    def _kind_words(self) -> str:
        match self.kind:
            case Kind.INTEGER:
                return f"填整数，单位{self.unit}" if self.unit else "填整数"
            case Kind.DECIMAL:
                return (f"填数字，单位{self.unit}" if self.unit else "填数字") + f"，最多 {self.places} 位小数"
            case Kind.PERCENT:
                return "填百分数，80% 请填 80"
            case Kind.DATE:
                return "填年月日，如 2020-08-01"
            case Kind.CHOICE:
                return f"从下拉列表选一项：{self._listed()}"
            case Kind.LIST:
                return "多项用顿号“、”隔开，没有填“无”" + (f"；可填：{self._listed()}" if self.choices else "")
        return f"不超过 {self.max_length} 字" if self.max_length else ""

    def _listed(self) -> str:
        return " ".join(self.labels[:20]) + (f" 等 {len(self.labels)} 项" if len(self.labels) > 20 else "")

    def _range_words(self) -> str:
        """The limits that tell a filler something; those that only a slip would meet are said when they are met."""
        if self.kind is Kind.DATE:
            return ""
        said_low = self.minimum is not None and (self.minimum != 0 or self.kind is Kind.PERCENT)
        said_high = self.maximum is not None and self.maximum < _SLIP
        low = f"不小于 {self._limit(self.minimum)}" if said_low else ""
        high = f"不大于 {self._limit(self.maximum)}" if said_high else ""
        return "，".join(part for part in (low, high) if part)

    def _sample(self) -> str:
        return f"例：{self.example}" if self.example else ""


@dataclass(frozen=True)
class Sheet:
    """A kind of spreadsheet the portal gives out and takes back.

    `id` and `version` are written into every copy, so that an old or a foreign sheet is recognised. `key` names the
    columns that identify a row once they are filled, `identity` those that do before a key is given.
    """

    id: str
    title: str
    name: str
    version: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("code",)
    identity: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        keys = [column.key for column in self.columns]
        unknown = {*self.key, *self.identity} - set(keys)
        if len(set(keys)) < len(keys) or unknown:
            raise ValueError(f"sheet {self.id}: repeated or unknown column keys {sorted(unknown) or keys}")

    def __getitem__(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)

    def with_choices(self, choices: Mapping[str, Sequence[str | tuple[object, str]]]) -> Sheet:
        """The same sheet with other choices for some columns, such as the villages of one township."""
        columns = tuple(replace(c, choices=choices[c.key]) if c.key in choices else c for c in self.columns)
        return replace(self, columns=columns)

    def read(self, workbook: Workbook, *, expected: Mapping[str, str] | None = None) -> Reading:
        """All rows and all problems of a workbook; never stops at the first one, never raises for content.

        `expected` may give the `period` and `township` code that the sender chose, for another of which a sheet is an
        error, and the `township_name`, for one that says no code.
        """
        return intake.read(self, workbook, expected or {})

    def help(self) -> list[tuple[str, bool, str]]:
        """(heading, required, what to fill in) of every column."""
        return [(column.heading, column.required, column.help) for column in self.columns]

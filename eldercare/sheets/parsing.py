"""Reading one cell exactly: numbers, percentages, dates, choices and lists as people really write them.

Every parser takes a cell value as the reader gives it and returns `Parsed`, or raises `ParseError`; it never guesses.
A blank is None. A dash or a slash says "nothing here" and is None with a note, because it is neither a blank nor zero.
Full-width digits and marks are folded one by one and not by NFKC, which would read `5²` as 52 and `①` as 1.
"""

import re
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal

from eldercare.sheets import hints, percents, proposals
from eldercare.sheets.cells import Value
from eldercare.sheets.dates import day
from eldercare.sheets.parsed import BLANK, Note, Parsed, ParseError, folded, opened, printed
from eldercare.sheets.text import compact
from eldercare.sheets.units import is_unit, same_unit

__all__ = [
    "BLANK",
    "LARGEST",
    "Note",
    "ParseError",
    "Parsed",
    "choice",
    "day",
    "decimal",
    "folded",
    "integer",
    "items",
    "percent",
    "printed",
    "text",
]

LARGEST = 10**15
"""Spreadsheets keep 15 digits; a figure that needs more has already been changed by the program that saved it."""

_FIGURE = re.compile(r"(-?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(\.[0-9]+)? ?([^0-9.,\- ]\S*)?")
_SEPARATORS = re.compile(r"[、，,;；\n]")
# Between names of a closed list these separate too, as long as every piece is one of its names.
_LOOSE_SEPARATORS = re.compile(r"[\s/|]+")
_NONE_OF_A_LIST = frozenset({"没有", "暂无", "0", "零"})


def decimal(value: Value, *, unit: str = "", places: int = 2) -> Parsed:
    """A Decimal of at most `places` decimals; `1,200`, `１２００`, `1 200` and `1200㎡` (its own unit) are accepted."""
    value, dash = opened(value)
    if dash:
        return dash
    figure = _figure(value, unit)
    _check_places(figure, places)
    return Parsed(figure)


def integer(value: Value, *, unit: str = "") -> Parsed:
    """An int; `12.0` is one, `12.5` is not."""
    if type(value) is int and -LARGEST < value < LARGEST:
        return Parsed(value)
    found = decimal(value, unit=unit, places=0)
    return found if found.value is None else Parsed(int(found.value), found.notes)


def percent(value: Value, *, places: int = 2) -> Parsed:
    """Percentage points: `80%`, `80` and 80 are Decimal 80.

    A bare 0.8 stays 0.8 %, as printed; a cell formatted as a percentage comes from the reader with its sign. Figures
    above 0 up to 1 without a sign carry a note.
    """
    value, dash = opened(value)
    if dash:
        return dash
    figure = _figure(value, "%")
    is_bare = 0 < figure <= 1 and not (isinstance(value, str) and "%" in value)
    hint = _as_points(figure, places) if is_bare else ""
    _check_places(figure, places, hint)
    if not is_bare:
        return Parsed(figure)
    return Parsed(figure, (Note("small_percent", f"按 {printed(figure)}% 读取", hint),))


def choice(value: Value, options: Mapping[str, object], labels: Collection[str] = ()) -> Parsed:
    """The value of the option whose compact label this is; `options` maps compact labels to values.

    A near miss is refused and proposed in the hint, with the label as it is spelled in `labels`.
    """
    if type(value) is str and value in options:
        return Parsed(options[value])
    value, dash = opened(value)
    if dash:
        return dash
    name = compact(printed(value))
    if name in options:
        return Parsed(options[name])
    raise ParseError("not_choice", "不在可选范围内", proposals.for_choice(name, tuple(labels) or tuple(options)))


def items(value: Value, options: Mapping[str, object] | None = None, labels: Collection[str] = ()) -> Parsed:
    """The parts of a list separated by 、 (also commas, semicolons, line breaks); 无 is an empty list, a blank None.

    Blanks and slashes separate the names of a closed list, because what stands between them can be checked.
    """
    value, dash = opened(value, lines=True)
    if dash:
        return dash
    names = [part for part in map(folded, _SEPARATORS.split(printed(value))) if part]
    if names == ["无"]:
        return Parsed([])
    if not names or "无" in names:
        raise ParseError("not_list", "名称之间请用顿号“、”分隔", "没有请只填“无”")
    if options is not None:
        names = [piece for name in names for piece in _pieces(name, options)]
    unique = list(dict.fromkeys(names if options is None else _chosen(names, options, labels)))
    repeated = (Note("repeated_item", "有重复的名称，只计一次"),) if len(unique) < len(names) else ()
    return Parsed(unique, repeated)


def text(value: Value, *, max_length: int = 0) -> Parsed:
    """Text without invisible marks, outer or doubled blanks; line breaks stay. Numbers become their digits."""
    value, dash = opened(value, lines=True)
    if dash:
        return dash
    if isinstance(value, bool):
        raise ParseError("not_text", "读到的是逻辑值", "请填写文字")
    lines = (" ".join(line.split()) for line in printed(value).splitlines())
    words = "\n".join(lines).strip()
    if max_length and len(words) > max_length:
        raise ParseError("too_long", f"超过 {max_length} 字（现有 {len(words)} 字）", "请精简后再填")
    if isinstance(value, date):
        return Parsed(words, (Note("date_as_text", f"单元格是日期，按文字 {words} 读取", "请核对是否被表格软件改写"),))
    return Parsed(words or None)


def _check_places(figure: Decimal, places: int, hint: str = "") -> None:
    if -figure.as_tuple().exponent > places:
        hint = hint or (f"请保留 {places} 位小数" if places else "请填整数")
        raise ParseError("too_many_places", f"小数位数超过 {places} 位" if places else "不是整数", hint)


def _as_points(figure: Decimal, places: int) -> str:
    """What a fraction written without a sign may mean: 0.615 is more likely 61.5 % than 0.62 %."""
    meant = percents.shown(figure)
    return f"如果是 {meant}，请填 {printed(round(Decimal(meant[:-1]), places).normalize())}"


def _figure(value: Value, unit: str) -> Decimal:
    if isinstance(value, str):
        value = _figure_of_text(value, unit)
    if type(value) is int and -LARGEST < value < LARGEST:
        return Decimal(value)
    if type(value) not in (int, Decimal):
        hint = "请把单元格格式改为“常规”后重新填写" if isinstance(value, date) else "只填数字，例如 1200"
        raise ParseError("not_number", "不是数字", hint)
    if isinstance(value, int) or not _is_modest(value):
        raise ParseError("too_large", "数字过大，超过 15 位", "请核对数值和计量单位")
    return _without_trailing_zeros(value)


def _is_modest(value: Decimal) -> bool:
    """Finite and below LARGEST; looks at the exponent only, because arithmetic on a huge one raises or hangs."""
    return value.is_finite() and value.adjusted() < 15


def _without_trailing_zeros(value: Decimal) -> Decimal:
    if len(value.as_tuple().digits) > 28 or value.as_tuple().exponent < -40:
        raise ParseError("too_many_places", "小数位数过多", "请四舍五入后填写")
    short = value.normalize()
    return short.quantize(Decimal(1)) if short.as_tuple().exponent > 0 else short + Decimal(0)


def _figure_of_text(value: str, unit: str) -> Decimal:
    found = _FIGURE.fullmatch(value)
    if not found:
        raise ParseError("not_number", "不是数字", hints.of_number(value, unit))
    sign, whole, fraction, suffix = found.groups(default="")
    figure = Decimal(sign + whole.replace(",", "").replace(" ", "") + fraction)
    if suffix and suffix.casefold() not in same_unit(unit):
        if not is_unit(suffix):
            raise ParseError("not_number", "不是数字", hints.of_number(value, unit))
        raise ParseError("wrong_unit", f"计量单位“{suffix}”不对", hints.of_unit(figure, suffix, unit))
    return figure


def _pieces(name: str, options: Mapping[str, object]) -> list[str]:
    """The names that one part of a list holds: several where it is none itself but all its pieces are."""
    pieces = [piece for piece in _LOOSE_SEPARATORS.split(name) if piece]
    is_several = compact(name) not in options and all(compact(piece) in options for piece in pieces)
    return pieces if is_several else [name]


def _chosen(names: list[str], options: Mapping[str, object], labels: Collection[str]) -> list[object]:
    unknown = [name for name in names if compact(name) not in options]
    if unknown:
        is_none = len(names) == 1 and names[0] in _NONE_OF_A_LIST
        hint = "没有请填“无”，不清楚请留空" if is_none else proposals.for_list(names, options, tuple(labels))
        raise ParseError("not_choice", f"有不认识的名称：{'、'.join(unknown[:5])[:100]}", hint)
    return [options[compact(name)] for name in names]

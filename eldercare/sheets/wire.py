"""How a grid travels from the reading process: lines of JSON, plain data only.

A sheet is an object, some rows a list of lists that start with their numbers; the last line is "end". JSON has no dates
and no decimals, so those values are objects with one key. Never pickle: the reading process is not trusted.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from .cells import Merge, Value

END = "end"
SIGNIFICANT_DIGITS = 15
_BLOCK = 64 * 1024
"""Characters after which a line of rows ends."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An error value of a cell, such as #REF!; its text is what the cell shows."""

    text: str


@dataclass(slots=True)
class Heading:
    """A worksheet as the reading process announces it; lists because JSON has nothing else."""

    name: str
    hidden: bool
    hidden_rows: list[int]
    merges: list[list[int]]

    def ranges(self) -> tuple[Merge, ...]:
        """The merged ranges as cells know them."""
        return tuple(Merge(*merge) for merge in self.merges)


def exact(number: float) -> Decimal:
    """A binary number as a spreadsheet shows it, to 15 significant digits: 0.30000000000000004 is 0.3."""
    return Decimal(format(Decimal(f"{number:.{SIGNIFICANT_DIGITS}g}"), "f"))


def moment(value: date | datetime | time | timedelta) -> Value:
    """A date and time as a value: midnight is a date, a time of day or a duration is its text (08:30:00, 26:00:00)."""
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value
    return value.replace(microsecond=0).isoformat() if isinstance(value, time) else value


def _encode(value: Value | Failure) -> object:
    if isinstance(value, Decimal):
        return {"n": str(value)}
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, Failure):
        return {"e": value.text}
    raise TypeError(type(value).__name__)


_ROWS = json.JSONEncoder(ensure_ascii=False, default=_encode)
_DECODERS = {"n": Decimal, "t": datetime.fromisoformat, "d": date.fromisoformat, "e": Failure}


def _decode(value: dict) -> Value | Failure:
    ((kind, text),) = value.items()
    return _DECODERS[kind](text)


def line(item: object) -> str:
    """One line of JSON for "end" or a refusal's code, message and hint."""
    return json.dumps(item, ensure_ascii=False) + "\n"


def heading_line(heading: Heading) -> str:
    """One line of JSON for a worksheet."""
    return line(asdict(heading))


def rows_lines(rows: Iterable[tuple[int, Iterable[Value | Failure]]]) -> Iterator[str]:
    """Lines of JSON for the rows of the worksheet announced last, many rows in each."""
    texts, length = [], 0
    for number, values in rows:
        texts.append(_ROWS.encode([number, *values]))
        length += len(texts[-1])
        if length > _BLOCK:
            yield f"[{','.join(texts)}]\n"
            texts, length = [], 0
    if texts:
        yield f"[{','.join(texts)}]\n"


def row_line(number: int, values: Iterable[Value | Failure]) -> str:
    """One line of JSON for one row, as it travels to the process that marks a copy."""
    return _ROWS.encode([number, *values]) + "\n"


def row_values(items: list[object]) -> list[Value | Failure]:
    """The values of a row line, without its number; raises ValueError or KeyError when it is none."""
    return [_decode(item) if type(item) is dict else item for item in items]

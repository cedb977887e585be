"""What a row of a list consists of: one declaration makes the query's columns, the JSON, the export and the schema."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a row. An empty text reads as null: not recorded.

    `sources` are the query's columns it is made from (its own name when empty) and `read` makes it from them.
    `choices` (code → label) puts `<name>_label` beside it.

    `kind` is text, integer, number, boolean, date, moment, list or any.
    """

    name: str
    label: str
    sources: tuple[str, ...] = ()
    kind: str = "text"
    choices: Mapping[str, str] | None = None
    read: Callable | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return self.sources or (self.name,)


def coded(name: str, label: str, choices, *sources: str, **more) -> Field:
    """A code with its label beside it; `choices` is a Django choices class or a mapping."""
    table = dict(choices) if isinstance(choices, Mapping) else {str(value): text for value, text in choices.choices}
    return Field(name, label, sources, choices=table, **more)


def unit(name: str, label: str, source: str = "") -> tuple[Field, Field]:
    """A region by code, with its name beside it."""
    source = source or name
    return Field(name, f"{label}代码", (f"{source}__code",)), Field(f"{name}_name", label, (f"{source}__name",))


class Rows:
    """The fields of one list, ready to turn tuples of columns into rows."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self.fields = tuple(fields)
        self.columns = tuple(dict.fromkeys(column for field in self.fields for column in field.columns))
        place = {column: index for index, column in enumerate(self.columns)}
        self._plan = [
            (
                field.name,
                place[field.columns[0]],
                [place[column] for column in field.columns],
                field.read,
                field.choices,
            )
            for field in self.fields
        ]

    @property
    def keys(self) -> list[str]:
        """The keys of a row, in order."""
        return [name for name, _ in self.headings()]

    def headings(self) -> list[tuple[str, str]]:
        """(key, Chinese heading) of every value."""
        found = []
        for field in self.fields:
            if field.choices is None:
                found.append((field.name, field.label))
            else:
                found += [(field.name, f"{field.label}代码"), (f"{field.name}_label", field.label)]
        return found

    def row(self, values: Sequence) -> dict[str, object]:
        """One row as a dictionary of plain values."""
        made: dict[str, object] = {}
        for name, first, places, read, choices in self._plan:
            value = values[first] if read is None else read(*[values[place] for place in places])
            made[name] = value = None if value == "" else value
            if choices is not None:
                made[f"{name}_label"] = labelled(value, choices)
        return made

    def rows(self, found: Iterable[Sequence]) -> list[dict[str, object]]:
        """Many rows."""
        return [self.row(values) for values in found]


def labelled(value: object, choices: Mapping[str, str]) -> object:
    """The label of a code, or of each of several; a code without a label stands for itself."""
    if isinstance(value, list):
        return [choices.get(code, code) for code in value]
    return None if value is None else choices.get(value, value)


def plain(value: object) -> object:
    """A value that JSON does not know itself: decimals as numbers, days and moments in ISO form, local time."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{value!r} has no place in an answer")


_WRITTEN_AS_IS = frozenset({str, int, float, bool, Decimal, date, list, type(None)})


def cell(value: object) -> object:
    """A value as an export writes it: moments in local time, rooms with their area."""
    if type(value) in _WRITTEN_AS_IS:
        return value
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None)
    if isinstance(value, Mapping):
        return [name if size is None else f"{name} {size}" for name, size in value.items()]
    return sorted(value) if isinstance(value, set | frozenset) else value

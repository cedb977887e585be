"""Reading one row of a rule file exactly, keeping every problem instead of stopping at the first."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from facilities.rules.facts import is_number


def keys(words: str) -> frozenset[str]:
    """A set of keys written as words."""
    return frozenset(words.split())


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """One thing wrong with one place of a rule file: file, row id, key, stable code, Chinese message."""

    file: str
    row: str
    key: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.file} {self.row} {self.key}：{self.message}（{self.code}）"


class RuleErrors(ValueError):
    """All problems of one rule file at once, in `problems`."""

    def __init__(self, problems: Collection[RuleProblem]):
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(slots=True)
class Problems:
    """The problems met while reading one file."""

    file: str
    errors: list[RuleProblem] = field(default_factory=list)
    warnings: list[RuleProblem] = field(default_factory=list)

    def error(self, row: str, key: str, code: str, message: str) -> None:
        """Keep something that makes the file unusable."""
        self.errors.append(RuleProblem(self.file, row, key, f"rules.{code}", message))

    def warn(self, row: str, key: str, code: str, message: str) -> None:
        """Keep something a person should look at."""
        self.warnings.append(RuleProblem(self.file, row, key, f"rules.{code}", message))


class Row:
    """One table of a rule file: typed access by key; a wrong or lacking value is a problem and reads as empty."""

    def __init__(self, data: object, name: str, problems: Problems):
        self.data = data if isinstance(data, Mapping) else {}
        self.name = name
        self.problems = problems
        if not isinstance(data, Mapping):
            self.error("", "type", "应为一组键值")

    def error(self, key: str, code: str, message: str) -> None:
        """Keep a problem of this row."""
        self.problems.error(self.name, key, code, message)

    def warn(self, key: str, code: str, message: str) -> None:
        """Keep a remark about this row."""
        self.problems.warn(self.name, key, code, message)

    def has(self, key: str) -> bool:
        """Whether the key is written at all."""
        return key in self.data

    def allow(self, keys: Collection[str]) -> None:
        """Refuse keys nobody reads: a misspelt key must not silently mean "not printed"."""
        for key in self.data:
            if key not in keys:
                self.error(key, "unexpected_key", "此处不认识这个键")

    def require(self, *keys: str) -> None:
        """Refuse the row when one of the keys is lacking or blank."""
        for key in keys:
            if self.data.get(key) in (None, ""):
                self.error(key, f"{key}_missing", "缺少此项")

    def _typed(self, key: str, kind: type, words: str, default):
        value = self.data.get(key, default)
        if isinstance(value, kind) or value is default:
            return value
        self.error(key, "type", f"应为{words}")
        return default

    def text(self, key: str, default: str = "") -> str:
        """A text."""
        return self._typed(key, str, "文字", default)

    def flag(self, key: str, default: bool = False) -> bool:
        """A yes or no."""
        return self._typed(key, bool, "true 或 false", default)

    def day(self, key: str) -> date | None:
        """A date without time."""
        return self._typed(key, date, "日期", None)

    def integer(self, key: str) -> int | None:
        """A whole number."""
        value = self._typed(key, int, "整数", None)
        if isinstance(value, bool):
            self.error(key, "type", "应为整数")
            return None
        return value

    def choice(self, key: str, options: Collection[str], default: str = "") -> str:
        """A text out of a closed list."""
        value = self.text(key, default)
        if value and value not in options:
            self.error(key, f"unknown_{key}", f"“{value}”不在可用值中：{'、'.join(options)}")
            return default
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of different texts."""
        value = self.data.get(key, [])
        if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) and item for item in value):
            self.error(key, "type", "应为文字清单")
            return ()
        if len(set(value)) < len(value):
            self.error(key, "repeated", "清单中有重复")
        return tuple(value)

    def value(self, key: str = "value") -> object:
        """An exact number, a text, or yes and no; a binary float is refused."""
        value = self.data.get(key)
        if value is None or isinstance(value, (bool, str)) or is_number(value):
            return value
        self.error(key, "type", "应为精确数值（不得为浮点数）、文字或 true、false")
        return None

    def rows(self, key: str, name: str) -> list["Row"]:
        """A list of sub-rows, each named after the position in this row."""
        value = self.data.get(key, [])
        if not isinstance(value, (list, tuple)):
            self.error(key, "type", "应为清单")
            return []
        return [Row(item, f"{self.name}.{name}[{index}]", self.problems) for index, item in enumerate(value, start=1)]

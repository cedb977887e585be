"""The shape of a policy folder's rows: which keys a table may hold and what may stand under each.

A misspelt key must not silently mean "not printed", and a number that is no exact number must not reach the database.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from eldercare.folders import FolderProblem, duplicate_ids, missing_keys

# What is wrong below a value: (key path, what to do). The path is empty when the value itself is wrong.
Complaints = Iterator[tuple[str, str]]
Check = Callable[[object], Complaints]

UNKNOWN_KEY = "此处不认识这个键。"
FIRST_YEAR, LAST_YEAR = 1949, 2100
SIZES = "% ‰ ㎡ 亩 公顷 公里 平方公里 米 张 床 个 家 所 处 间 套 户 百户 台 件 项 场 次 期 课时 元 万元 亿元"
PEOPLE = "人 千人 万人 人次 名 位 支 岁 分钟 小时 天 日 月 年 村 个村 社区 村民小组 乡镇 街道"
MEASURES = frozenset(f"{SIZES} {PEOPLE}".split())


def anything(value: object) -> Complaints:
    """Whatever it is; somebody else checks it."""
    yield from ()


def text(value: object) -> Complaints:
    """A text that says something."""
    if not isinstance(value, str) or not value.strip():
        yield "", "应为文字。"


def number(value: object) -> Complaints:
    """An exact number: no text, no yes or no, no 无穷大."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)) or not Decimal(value).is_finite():
        yield "", "应为确切的数。"


def whole(value: object) -> Complaints:
    """A whole number, not negative."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        yield "", "应为不小于0的整数。"


def year(value: object) -> Complaints:
    """A year of four digits."""
    if isinstance(value, bool) or not isinstance(value, int) or not FIRST_YEAR <= value <= LAST_YEAR:
        yield "", f"应为年份（{FIRST_YEAR}—{LAST_YEAR}）。"


def flag(value: object) -> Complaints:
    """Yes or no."""
    if not isinstance(value, bool):
        yield "", "应为 true 或 false。"


def schema(value: object) -> Complaints:
    """The one version of the format."""
    if value != 1:
        yield "", "只认识 schema = 1。"


def day(value: object) -> Complaints:
    """A date without time."""
    if not isinstance(value, date) or isinstance(value, datetime):
        yield "", "应是日期，例如 2022-12-31。"
    else:
        yield from year(value.year)


def plain(value: object) -> Complaints:
    """An exact number, a text, or yes and no."""
    if not isinstance(value, (bool, str)):
        yield from number(value)


def units(own: Collection[str] = ()) -> Check:
    """A unit of measurement, or one per another (㎡/人); `own` are those that a policy declares beyond the common ones."""
    known = MEASURES | set(own)

    def check(value: object) -> Complaints:
        yield from text(value)
        parts = value.split("/") if isinstance(value, str) else []
        if len(parts) > 2 or any(part not in known for part in parts):
            yield "", f"没有计量单位“{value}”；文件自用的单位写进 policy.toml 的 units。"

    return check


def choice(options: Collection[str]) -> Check:
    """One of a closed list."""

    def check(value: object) -> Complaints:
        if not isinstance(value, str) or value not in options:
            yield "", f"只能是 {'、'.join(options)}。"

    return check


def listed(inner: Check = text) -> Check:
    """A list, each item as `inner` has it."""

    def check(value: object) -> Complaints:
        if not isinstance(value, list):
            yield "", "应为清单。"
            return
        for position, item in enumerate(value, 1):
            for key, message in inner(item):
                yield f"[{position}]{'.' if key else ''}{key}", message

    return check


def named(inner: Check, pattern: str = ".+") -> Check:
    """A table whose keys are names of one's own choosing, of a form."""

    def check(value: object) -> Complaints:
        if not isinstance(value, dict):
            yield "", "应为一组键值。"
            return
        for name, item in value.items():
            if not re.fullmatch(pattern, name):
                yield name, "名称的写法不对。"
            for key, message in inner(item):
                yield f"{name}{'.' if key else ''}{key}", message

    return check


@dataclass(frozen=True, slots=True)
class Shape:
    """A table with a closed set of keys; calling it checks a value, like any other check."""

    keys: dict[str, Check]

    def __call__(self, value: object) -> Complaints:
        if not isinstance(value, dict):
            yield "", "应为一组键值。"
            return
        for name, item in value.items():
            if name not in self.keys:
                yield name, UNKNOWN_KEY
                continue
            for key, message in self.keys[name](item):
                yield f"{name}{'.' if key and not key.startswith('[') else ''}{key}", message


def row_name(row: object, position: int) -> str:
    """What a message calls a row: its id or number, else its position."""
    names = (row.get(key) for key in ("id", "no", "number", "clause")) if isinstance(row, dict) else ()
    return next((str(name) for name in names if name), str(position))


def table_problems(file: str, data: dict, allowed: Iterable[str]) -> list[FolderProblem]:
    """A problem for each top-level table of a file that nobody reads, and for an unknown version of the format."""
    unread = Shape({**dict.fromkeys(allowed, anything), "schema": schema})
    return of_shape(file, "", data, unread)


def rows_of(
    file: str, data: dict, table: str, shape: Check, needs: Iterable[str], key: str = "id"
) -> tuple[list[dict], list[FolderProblem]]:
    """The rows of [[table]] that can be read further, and every wrong shape, lacking key and repeated id among them.

    `key` is what tells the rows apart; empty when no one key does.
    """
    rows = data.get(table, [])
    if not isinstance(rows, list):
        return [], [FolderProblem(file, "", table, f"应写成 [[{table}]]。")]
    sound, problems = [], []
    for position, row in enumerate(rows, 1):
        wrong = of_shape(file, row_name(row, position), row, shape)
        problems += wrong
        if all(problem.message == UNKNOWN_KEY for problem in wrong):
            sound.append(row)
    tables = [row for row in rows if isinstance(row, dict)]
    repeated = duplicate_ids(file, tables, key) if key else []
    return sound, [*problems, *missing_keys(file, tables, needs), *repeated]


def of_shape(file: str, row: str, value: object, shape: Check) -> list[FolderProblem]:
    """Everything wrong with the shape of one value."""
    return [FolderProblem(file, row, key, message) for key, message in shape(value)]

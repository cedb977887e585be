"""Questions to the API: each parameter is read exactly or refused, and all refusals of a request are told at once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q
from django.http import QueryDict

from eldercare.api.errors import Malformed, OutOfScope
from eldercare.regions import TOWNSHIP_KINDS, Kind, Region

MOST_PER_PAGE = 200
FORMATS = ("json", "csv", "xlsx")
# Letters too: a district whose print masks it has a code of its own (XQU).
CODE = re.compile(r"[0-9A-Z]{2,12}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
YEARS = (2000, 2100)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named question with its description; `lookup` is the condition it puts on a list, where it is that simple."""

    name: str
    description: str
    lookup: str = ""

    def parse(self, text: str) -> object:
        """The value of a text. Raises ValueError, in the reader's words, for anything else."""
        return text

    @property
    def schema(self) -> dict:
        """Type and limits for the OpenAPI schema."""
        return {"type": str}


@dataclass(frozen=True, slots=True)
class Whole(Parameter):
    """A whole number between two limits."""

    least: int = 1
    most: int = 1_000_000

    def parse(self, text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,7}", text) or not self.least <= int(text) <= self.most:
            raise ValueError(f"应是{self.least}到{self.most}之间的整数")
        return int(text)

    @property
    def schema(self) -> dict:
        return {"type": {"type": "integer", "minimum": self.least, "maximum": self.most}}


@dataclass(frozen=True, slots=True)
class Day(Parameter):
    """A day, written YYYY-MM-DD."""

    def parse(self, text: str) -> date:
        try:
            day = date.fromisoformat(text) if DAY.fullmatch(text) else None
        except ValueError:
            day = None
        if day is None:
            raise ValueError("应是日期，例如 2020-12-31")
        if not YEARS[0] <= day.year <= YEARS[1]:
            raise ValueError(f"应在{YEARS[0]}年到{YEARS[1]}年之间")
        return day

    @property
    def schema(self) -> dict:
        return {"type": date}


@dataclass(frozen=True, slots=True)
class OneOf(Parameter):
    """One code out of a closed list (code → label)."""

    choices: Mapping[str, str] = field(default_factory=dict)

    def parse(self, text: str) -> str:
        if text not in self.choices:
            known = "、".join(f"{code}（{label}）" if label else code for code, label in self.choices.items())
            raise ValueError(f"没有这个代码，可用：{known}")
        return text

    @property
    def schema(self) -> dict:
        return {"type": str, "enum": list(self.choices)}


@dataclass(frozen=True, slots=True)
class RegionCode(Parameter):
    """The code of a district or township; whether it exists for the caller is settled for all of them at once."""

    kinds: tuple[str, ...] = ()


def one_of(name: str, description: str, choices, lookup: str = "") -> OneOf:
    """A parameter over a Django choices class or a mapping."""
    table = dict(choices) if isinstance(choices, Mapping) else {str(value): text for value, text in choices.choices}
    return OneOf(name, description, lookup, table)


def year(description: str, lookup: str = "") -> Whole:
    """A year."""
    return Whole("year", description, lookup, *YEARS)


def as_of(description: str) -> Day:
    """The day that the answer speaks of."""
    return Day("as_of", description)


DISTRICT = RegionCode("district", "区县代码，例如 500156；须在您的管理范围内", kinds=(Kind.DISTRICT,))
FORMER = (
    "区划调整后的代码连同它承继的单位一起查；已撤并单位的旧代码，统计和核查给出承继单位的结果，名录给出原单位登记的行"
)
TOWNSHIP = RegionCode("township", f"乡镇（街道）代码；须在您的管理范围内。{FORMER}", kinds=TOWNSHIP_KINDS)
PLACES = (DISTRICT, TOWNSHIP)
FORMAT = OneOf(
    "format", "json 分页；csv 和 xlsx 给出符合条件的全部结果", choices={"json": "", "csv": "", "xlsx": ""}
)  # fmt: skip
PAGING = (
    Whole("page", "第几页，从1开始"),
    Whole("page_size", f"每页行数，最多{MOST_PER_PAGE}", most=MOST_PER_PAGE),
)


@dataclass(slots=True)
class Query:
    """What was asked, read: values by parameter name, and the regions that district and township stand for."""

    user: object
    values: dict[str, object] = field(default_factory=dict)
    regions: dict[str, list[Region]] = field(default_factory=dict)

    def get(self, name: str, default=None):
        return self.values.get(name, default)

    @property
    def as_of(self) -> date | None:
        return self.values.get("as_of")

    @property
    def format(self) -> str:
        return self.values.get("format", "json")

    def words(self) -> dict[str, str]:
        """The filters as they were asked, for notes and audit."""
        return {name: str(value) for name, value in self.values.items() if name not in ("format", "page", "page_size")}


def read_query(asked: QueryDict, parameters: Sequence[Parameter], user) -> Query:
    """The question as declared parameters. Malformed with every problem, OutOfScope for a region not the caller's."""
    known = {parameter.name: parameter for parameter in parameters}
    query, problems = Query(user), []
    if strange := [name for name in asked if name not in known]:
        problems.append(f"不认识参数 {'、'.join(_shown(name) for name in strange)}；可用的参数：{'、'.join(known)}")
    for name, texts in asked.lists():
        if name not in known:
            continue
        try:
            query.values[name] = known[name].parse(_only(texts))
        except ValueError as problem:
            problems.append(f"参数 {name}={_shown(texts[-1])}：{problem}")
    if problems:
        raise Malformed("；".join(problems) + "。")
    query.regions = _regions(query, [known[name] for name in query.values if isinstance(known[name], RegionCode)])
    return query


def _only(texts: list[str]) -> str:
    if len(texts) != 1:
        raise ValueError("只能给出一个值")
    if not texts[0]:
        raise ValueError("没有填写值；不需要这个条件时请去掉该参数")
    return texts[0]


def _shown(text: str) -> str:
    """A stranger's text, short enough to repeat."""
    return text if len(text) <= 40 else f"{text[:40]}…"


def _regions(query: Query, parameters: list[RegionCode]) -> dict[str, list[Region]]:
    """The caller's own regions of those codes, each with the units it succeeded (two steps back): one query for all."""
    codes = [query.values[parameter.name] for parameter in parameters]
    if not all(CODE.fullmatch(code) for code in codes):
        raise OutOfScope
    rows: list[Region] = []
    if codes:
        named = Q(code__in=codes) | Q(successor__code__in=codes) | Q(successor__successor__code__in=codes)
        visible = Region.objects.visible_to(query.user).filter(named)
        rows = list(visible.select_related("successor__successor").order_by("path", "pk"))
    return {parameter.name: _of_code(rows, parameter, query.values[parameter.name]) for parameter in parameters}


def _of_code(rows: list[Region], parameter: RegionCode, code: str) -> list[Region]:
    own = [row for row in rows if row.code == code and row.kind in parameter.kinds]
    if not own:
        raise OutOfScope
    return own + [row for row in rows if row.code != code and code in _successors(row)]


def _successors(row: Region) -> list[str]:
    """Codes of the unit that succeeded this one, and of the one that succeeded that."""
    first = row.successor
    return [unit.code for unit in (first, first and first.successor) if unit]

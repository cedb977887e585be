"""The words of a heading: which columns hold units and serial numbers, what year and subject a label names."""

import re
from dataclasses import dataclass

from eldercare.sheets.text import compact

SUM_WORD = "合计|总计|共计|小计|累计|总数"
TOTAL = re.compile(rf".{{0,8}}(?:{SUM_WORD})数?(?:\([^)]*\))?:?|全[省市区县]")
WHOLE_TOTAL = re.compile(r"(?:全?[省市区县])?总?(?:合计|总计|共计|累计|总数)数?(?:\([^)]*\))?:?|全[省市区县]")
SERIAL = re.compile(r"序号?|编号|项次|No\.?|NO\.?|#")
REMARK = re.compile(
    r"备注|说明|负责人|责任人|联系人|联系电话|联系方式|电话|责任单位|牵头单位|配合单位|完成时限|地址|建设地点|选址|依托设施"
)
# A diagonal header cell names the columns too (年份 / 乡镇), hence the second group of words.
UNIT_WORD = "乡镇|镇乡|街道|街镇|镇街|办事处|乡|镇|村|社区|居委会|行政村|单位|区县|县区|县市区|地区|区划"
BESIDE_UNIT = "名称|名|实施|建设|责任|培训|所在|所属|各|及|和|与|或|年份|年度|项目|类型|类别|设施|人员"
UNIT = re.compile(rf"(?:{BESIDE_UNIT})*(?:{UNIT_WORD})(?:{UNIT_WORD}|{BESIDE_UNIT})*")
PUNCTUATION = re.compile(r"[()（）\[\]/\\、,，·|:：]")
MEASURE = re.compile(r"[个人名所处张户家座%‰元]|人次|万元|亿元|平方米|㎡|m2|亩|次|项|年|户数|百分比|人/次")

YEAR = r"(?<!\d)(20\d\d)(?!\d)(?:年度|年)?"
YEARS = re.compile(YEAR)
RANGE = re.compile(rf"{YEAR}[-—–―~至到]+{YEAR}")
CHINESE_YEAR = re.compile(r"二[〇○零O]([一二三四五六七八九〇○零O]{2})(?=年)")
IN_BRACKETS = re.compile(r"[(\[](?:单位[:：]?)?(?:个|人|名|所|处|张|家|座)[)\]]|/(?:个|人|名|所|处|张|家|座)$")
BARE_BRACKETS = re.compile(r"^\(([^()]*)\)$|\(\)")
FILLER = "数量|人数|个数|名额|指标|年度|安排|任务|目标|计划|规划|建设|培训|新建|新增|拟|建|数|年"
AHEAD = re.compile(rf"(?:{FILLER})+")
# Read from the end: sought forwards, words that lead up to one that is none of them would be tried from each one anew.
BEHIND = re.compile(rf"(?:{'|'.join(sorted((word[::-1] for word in FILLER.split('|')), key=len, reverse=True))})+")


def is_unit(text: str) -> bool:
    """True for the heading of a unit column in compact form: 乡镇(街道), 单位, 村(社区)名称."""
    return 0 < len(text) <= 16 and UNIT.fullmatch(PUNCTUATION.sub("", text)) is not None


@dataclass(frozen=True, slots=True)
class Heading:
    """One printed label taken apart: single years, the years of a range, and the wording left over.

    `whole` is the wording without year and measure, `core` the same without words such as 拟建数.
    """

    years: tuple[int, ...]
    span: tuple[int, ...]
    whole: str
    core: str


def parse(text: str) -> Heading:
    """Take apart a label in compact form (2019年拟建数, 街道养老服务中心(个))."""
    rest = IN_BRACKETS.sub("", CHINESE_YEAR.sub(_arabic, text))
    span = tuple(sorted({year for low, high in RANGE.findall(rest) for year in range(int(low), int(high) + 1)}))
    rest = RANGE.sub("", rest)
    years = tuple(dict.fromkeys(map(int, YEARS.findall(rest))))
    whole = BARE_BRACKETS.sub(r"\1", YEARS.sub("", rest)).strip("、,:-—·")
    return Heading(years, span, whole, _core(whole))


def _core(whole: str) -> str:
    """The wording without the words around it that say nothing of its subject."""
    ahead = AHEAD.match(whole)
    rest = whole[ahead.end() :] if ahead else whole
    behind = BEHIND.match(rest[::-1])
    return rest[: len(rest) - behind.end()] if behind else rest


def _arabic(match: re.Match[str]) -> str:
    digits = {digit: number for number, digit in enumerate("〇一二三四五六七八九")} | dict.fromkeys("○零O", 0)
    return "20" + "".join(str(digits[digit]) for digit in match[1])


def is_year_number(text: str) -> bool:
    """True for a bare year such as 2021 or 2021年."""
    return YEARS.fullmatch(text) is not None


def text_of(title: str) -> str:
    """A title in the compact form that headings are matched in."""
    return compact(title)

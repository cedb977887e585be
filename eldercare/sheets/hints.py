"""What somebody is told to do about a text that stands where a number belongs: what is wrong with this very text.

"Not a number" helps nobody who looks at `1O`, `200-300` or `￥10` and sees one. Nothing here is ever read as a value.
"""

import re
from decimal import Decimal

from eldercare.sheets.units import is_measure

_LONGEST = 40
"""Longer texts are a remark in the wrong cell; looking for reasons in them would only take time."""
_SAMPLES = {"%": "80", "万元": "12.5", "张": "20", "年": "2020", "人": "30"}
_LOOK_ALIKE = str.maketrans("OoQlI|", "000111")
_RATES = {
    ("元", "万元"): Decimal("0.0001"),
    ("亿元", "万元"): Decimal(10_000),
    ("亿", "万元"): Decimal(10_000),
    ("万元", "元"): Decimal(10_000),
    ("万", "元"): Decimal(10_000),
}
_NUMERALS = "〇零一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟半点"
_TENTHS = re.compile(r"([0-9]|[一二三四五六七八九])成")
_TENTHS_IN_CHINESE = "一二三四五六七八九"

# The first that fits is said; {sample} is a number that the column takes, {unit} its unit.
_SAID: tuple[tuple[re.Pattern, str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), hint)
    for pattern, hint in (
        (r".*格式缩小了显示.*", "请把这一格的格式改为“常规”，按本列的单位重新填写"),
        (r"\+.*", "填累计数，不写加号"),
        (r"[暂并]?(无|没有|零|〇)|未设置?|未建", "没有请填 0，不清楚请留空"),
        (r"(待|不|未|暂|尚)[^0-9]*|[?？…。.×√]+", "不清楚请留空，没有请填 0"),
        (r"([¥￥$]|RMB|人民币).*", "请去掉货币符号{in_unit}，只填数字，例如 {sample}"),
        (rf"[约共近]?(百分之)?[{_NUMERALS}]+[^0-9]*", "请用阿拉伯数字，例如 {sample}"),
        (r".*[0-9].*\+.*[0-9].*", "请填相加之后的一个数"),
        (r".*(约|左右|上下|多|余|近|大概|不足|超过|以上|以下|以内|[<>≥≤≈±]).*", "请填确切的一个数；不清楚请留空"),
        (r".*[0-9][^0-9,.]*[-~～—–至到/、][^0-9]*[0-9].*", "只能填一个数，不能填一段范围或几个数"),
        (r"[0-9.,]+[^0-9(]*\(.*", "括号里的说明请写到备注栏，这里只填数字"),
        (r"[0-9]+(,[0-9]*)+(\.[0-9]+)?", "逗号的位置不对，请去掉逗号"),
        (r"[0-9].*", "只填阿拉伯数字，例如 {sample}；说明写在备注栏"),
    )
)


def of_number(text: str, unit: str = "") -> str:
    """What to do about a folded text that is no number, in a column of that unit."""
    text = text[:_LONGEST]
    if unit == "%" and (tenths := _TENTHS.fullmatch(text)):
        return f"如果是 {_points(tenths[1])}%，请填 {_points(tenths[1])}"
    if figure := _with_letters(text):
        return figure
    said = next((hint for pattern, hint in _SAID if pattern.fullmatch(text)), "只填阿拉伯数字，例如 {sample}")
    in_unit = f"；本列以{unit}为单位" if unit else ""
    return said.format(sample=_SAMPLES.get(unit, "1200"), in_unit=in_unit)


def of_unit(figure: Decimal, suffix: str, unit: str) -> str:
    """What to do about a figure in another unit than its column's; what it comes to is told where that is certain."""
    if not unit:
        return "请只填数字"
    if rate := _RATES.get((suffix, unit)):
        comes_to = f"{(figure * rate).normalize():f}"
        return f"本列以{unit}为单位，{figure:f} {suffix}合 {comes_to} {unit}，请填 {comes_to}"
    return f"本列以{unit}为单位，请{'换算' if is_measure(suffix) else '核对'}后只填数字"


def _points(tenths: str) -> int:
    return 10 * (int(tenths) if tenths.isdecimal() else _TENTHS_IN_CHINESE.index(tenths) + 1)


def _with_letters(text: str) -> str:
    """The hint for a figure in which letters stand for digits, "" for anything else."""
    letters = dict.fromkeys(re.findall("[OoQlI|]", text))
    meant = text.translate(_LOOK_ALIKE)
    if not letters or not re.fullmatch(r"[0-9]+(\.[0-9]+)?", meant) or not re.search("[0-9]", text):
        return ""
    return f"里面的{'、'.join(f'“{letter}”' for letter in letters)}是字母，如果是 {meant}，请填 {meant}"

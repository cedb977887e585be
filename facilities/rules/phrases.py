"""The short Chinese phrases in which findings and repairs speak."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation


def plain(number: int | Decimal) -> str:
    """A number without exponent or trailing zeros: 1500.00 → 1500."""
    text = format(Decimal(number), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(number: int | Decimal, unit: str = "") -> str:
    """A number with its unit: 80 ㎡."""
    return f"{plain(number)} {unit}".rstrip()


def shown(value: object, unit: str = "") -> str:
    """Any recorded or required value as a clerk reads it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (int, Decimal)):
        return amount(value, unit)
    return "未登记" if value is None else str(value)


def listed(names: Iterable[str]) -> str:
    """Names joined the way the policies print them."""
    return "、".join(names)


def gap(operator: str, measured: object, required: object, unit: str) -> str:
    """What separates a failed measure from its limit."""
    if operator == ">=":
        return f"还差 {amount(required - measured, unit)}"
    if operator == "<=":
        return f"超出 {amount(measured - required, unit)}"
    return f"应为 {amount(required, unit)}，现为 {amount(measured, unit)}"


def number(value: object) -> Decimal | None:
    """A number, which may have travelled as exact text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        return None
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def said(value: object, words: Mapping[str, str], unit: str = "") -> str:
    """A recorded or required value as a clerk reads it."""
    exact = number(value) if unit or isinstance(value, Decimal) else None
    if exact is not None:
        return amount(exact, unit)
    if isinstance(value, (list, tuple, set, frozenset)):
        return listed(map(str, value)) or "无"
    if isinstance(value, Mapping):
        return listed(f"{name} {shown(number(area), '㎡')}" for name, area in value.items()) or "无"
    return words.get(value, shown(value, unit)) if isinstance(value, str) else shown(value, unit)

"""The short Chinese phrases in which findings and repairs speak."""

from collections.abc import Iterable
from decimal import Decimal


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

"""Reading the leaf tests of a rule file: {fact, operator, value}, checked against the facts that exist."""

from collections.abc import Mapping

from facilities.rules.catalogue import CORE_FACTS, FactDeclaration, is_own
from facilities.rules.clauses import Branch, Comparison
from facilities.rules.facts import OPERATORS, is_number
from facilities.rules.rows import Row

FactTable = Mapping[str, FactDeclaration]
LEAF_KEYS = {"fact", "operator", "value", "scale", "unit", "label"}
# 超过 and 不足 exclude their number and have no smallest gap; a limit is written so that its number is included.
LIMITS = (">=", "<=", "=", "!=")


def fact(row: Row, table: FactTable, key: str = "fact") -> str:
    """A fact id that the portal or the file declares."""
    name = row.text(key)
    if name and name not in table and not is_own(name):
        row.error(key, "unknown_fact", f"没有登记过名为“{name}”的事实，请先用 [[fact]] 声明")
    return name


def value_type(row: Row, name: str, operator: str, value: object, scale: tuple[str, ...], table: FactTable) -> None:
    """Refuse a value that the fact can never be compared with."""
    if scale:
        if value not in scale:
            row.error("value", "scale", f"“{value}”不在 scale 中")
        return
    declared = table.get(name)
    kind = declared.type if declared else "boolean"
    matches = {"boolean": isinstance(value, bool), "text": isinstance(value, str)}
    if kind in ("names", "rooms"):
        row.error("fact", "fact_type", "清单类事实只能用 zone、room、equipment 核查")
    elif value is not None and not matches.get(kind, is_number(value)) and (declared or is_own(name)):
        row.error("value", "value_type", f"“{value}”与事实的类型不符")
    if operator not in ("=", "!=") and not is_number(value):
        row.error("operator", "operator_type", f"“{operator}”只用于数值；等级请写 scale")


def comparison(row: Row, table: FactTable, *, operators=tuple(OPERATORS), label: str = "") -> Comparison:
    """A leaf test; operator defaults to "=" and value to true."""
    name = fact(row, table)
    operator = row.choice("operator", operators, "=")
    value = row.value() if row.has("value") else True
    scale = row.texts("scale")
    value_type(row, name, operator, value, scale, table)
    declared = table.get(name)
    words = row.text("label") or label or (declared.label if declared else name)
    return Comparison(name, operator, value, scale, row.text("unit") or (declared.unit if declared else ""), words)


def node(row: Row, table: FactTable, conditions: Mapping) -> Comparison | Branch:
    """A leaf, or a branch {label, all | any, when} of further nodes."""
    join = next((word for word in ("all", "any") if row.has(word)), "")
    if not join:
        row.allow(LEAF_KEYS)
        row.require("fact")
        return comparison(row, table, operators=LIMITS)
    row.allow({"label", "all", "any", "when"})
    if row.has("all") and row.has("any"):
        row.error("any", "two_joins", "all 与 any 只能用一个")
    children = row.rows(join, join)
    if not children:
        row.error(join, "empty", "清单不能为空")
    nodes = tuple(node(child, table, conditions) for child in children)
    return Branch(join, nodes, row.text("label"), named_conditions(row, "when", conditions))


def named_conditions(row: Row, key: str, conditions: Mapping, *, single: bool = False) -> tuple[str, ...]:
    """Ids of declared conditions, written as a text or a list."""
    single = single or isinstance(row.data.get(key), str)
    names = tuple(filter(None, [row.text(key)])) if single else row.texts(key)
    for name in names:
        if name not in conditions:
            row.error(key, "unknown_condition", f"没有名为“{name}”的条件")
    return names


def fact_table(declared: Mapping[str, FactDeclaration], extra: Mapping[str, FactDeclaration]) -> FactTable:
    """All facts a file may speak of: the portal's, those handed in, and its own."""
    return {**CORE_FACTS, **extra, **declared}

"""What a standard's row demands, in the words in which a clerk reads it: value or names, when it applies, how it was read."""

from decimal import Decimal

from facilities.rules.catalogue import CORE_FACTS
from facilities.rules.phrases import amount, listed

SIGNS = {">=": "不低于 ", "<=": "不高于 ", "=": "", "!=": "不是 ", ">": "高于 ", "<": "低于 "}


def condition_names(body: dict) -> dict[str, str]:
    """Labels of an edition's conditions by id."""
    return {row["id"]: row["label"] for row in body.get("condition", [])}


def demand(body: dict, conditions: dict[str, str]) -> str:
    """The demanded value or names in words."""
    if "min" in body:
        rooms = listed(f"{name} {amount(area, '㎡')}" for name, area in body["min"].items())
        return f"{rooms}（{len(body['min'])} 间合计 {amount(sum(body['min'].values()), '㎡')}，使用面积）"
    if "each" in body:
        return listed(body["each"]) + ("等" if body.get("open_list") else "")
    if "alternatives" in body:
        return " 或 ".join(_option(option, conditions) for option in body["alternatives"])
    if "reference" in body:
        return body["reference"]
    if "value" not in body:
        return "不得有" if body.get("polarity") == "forbid" else "须具备"
    return comparison(body, conditions)


def _option(option: dict, conditions: dict[str, str]) -> str:
    label = option.get("label") or listed(inner.get("label", "") for inner in option.get("all", option.get("any", [])))
    return f"{label}（{_named(option['when'], conditions)}）" if option.get("when") else label


def comparison(body: dict, conditions: dict[str, str]) -> str:
    """A limit with its sign and unit, and its exceptions; `body` is any row with a value."""
    value, unit = body["value"], body.get("unit", "")
    if isinstance(value, bool):
        forbidden = (body.get("polarity") == "forbid") == value
        return "不得" if forbidden else "须是"
    sign = SIGNS.get(body.get("operator", ""), "")
    exceptions = [
        f"；{_named(item['when'], conditions)}：{sign}{amount(item['value'], unit)}"
        for item in body.get("exceptions", [])
    ]
    text = amount(value, unit) if isinstance(value, (int, Decimal)) else str(value)
    return sign + text + "".join(exceptions)


def fact_label(fact: str) -> str:
    """A core fact in words; a fact of the folder's own has its label in the requirement that asks for it."""
    return CORE_FACTS[fact].label if fact in CORE_FACTS else ""


def _named(when: str | list[str], conditions: dict[str, str]) -> str:
    """Conditions by their labels."""
    names = [when] if isinstance(when, str) else when
    return "且".join(conditions.get(name, name) for name in names)


def remark(body: dict, conditions: dict[str, str]) -> str:
    """When it applies, how it was read, what the portal filled in."""
    scope = body.get("scope")
    parts = [
        f"适用于：{_named(body['when'], conditions)}" if body.get("when") else "",
        "除外：" + " 或 ".join(conditions.get(name, name) for name in body["exempt_when"])
        if body.get("exempt_when")
        else "",
        "认定不具备条件的不适用" if body.get("unless_false") else "",
        f"适用于：{fact_label(scope['fact'])}{comparison(scope, conditions)}" if scope else "",
        body.get("reading", ""),
        body.get("note", ""),
        "数值未印出，为系统解读" if body.get("value_printed") is False else "",
    ]
    return "；".join(part for part in parts if part)

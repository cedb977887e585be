"""Reading and checking the [[requirement]] rows of a rule file."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from facilities.rules import comparisons, exclusion
from facilities.rules.catalogue import FACILITY_TYPES, SUBJECTS
from facilities.rules.clauses import BASIS_FACTS, Comparison, Condition, Override, Requirement
from facilities.rules.facts import is_number
from facilities.rules.modality import Modality, of_wording
from facilities.rules.rows import Row, keys

COMMON = keys(
    "id label clause wording modality note reading kind subject applies_to when exempt_when exempt_clause unless_false"
    " polarity item part item_printed value_printed operator_printed unit_printed"
)
EXCEPTION_KEYS = {"when", "value", "wording", "clause", "label", "note"}
FORBIDDABLE = ("attribute", "checklist", "manual", "any_of")


@dataclass(frozen=True, slots=True)
class Shape:
    """Which keys a kind reads beyond the common ones, which it needs, and which units it may print."""

    keys: frozenset[str]
    needs: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    limit: bool = False


def _limit(units: tuple[str, ...] = (), *, extra: str = "", needs: tuple[str, ...] = ()) -> Shape:
    return Shape(
        keys(f"operator value unit exceptions {extra}"),
        ("operator", "value", *(("unit",) if units else ()), *needs),
        units,
        limit=True,
    )


LISTED = Shape(frozenset({"each", "open_list"}), ("each",))
ANSWERED = Shape(frozenset({"fact"}))
SHAPES = {
    "area": _limit(("㎡",), extra="basis fact"),
    "beds": _limit(("张",)),
    "nursing_beds": _limit(("张",)),
    "staff": _limit(("名", "人")),
    "quantity": _limit(extra="fact", needs=("fact",)),
    "attribute": _limit(extra="fact scale", needs=("fact",)),
    "zone": LISTED,
    "equipment": LISTED,
    "room": Shape(frozenset({"each", "open_list", "min", "basis", "unit"}), (), ("㎡",)),
    "checklist": ANSWERED,
    "manual": ANSWERED,
    "reference": Shape(frozenset({"fact", "reference", "scope"})),
    "any_of": Shape(frozenset({"alternatives"}), ("alternatives",)),
}


def binding(row: Row, modality: str) -> Modality:
    """The degree of obligation; without a `reading`, refused when the wording is unknown or says otherwise."""
    wording = row.text("wording")
    printed = of_wording(wording)
    if row.text("reading"):
        return Modality(modality) if modality else Modality.MUST
    if not wording:
        row.error("wording", "wording_missing", "缺少印发用词；没有印用词的，用 reading 说明")
    elif printed is None:
        row.error("wording", "wording", f"“{wording}”不在用词表中，请用 reading 说明如何理解")
    elif modality and printed != modality:
        row.error("modality", "wording", f"“{wording}”通常是 {printed.value}，与 {modality} 不符，请用 reading 说明")
    return Modality(modality) if modality else Modality.MUST


def requirement(row: Row, edition: str, conditions: Mapping[str, Condition], table) -> Requirement | None:
    """One requirement; None when its kind is unknown, so that nothing else about it can be checked."""
    row.require("id", "label", "clause", "kind", "modality")
    modality = binding(row, row.choice("modality", tuple(Modality)))
    kind = row.choice("kind", tuple(SHAPES))
    if not kind:
        return None
    shape = SHAPES[kind]
    row.allow(COMMON | shape.keys)
    row.require(*shape.needs)
    _subject(row)
    _unit(row, kind, shape)
    _polarity(row, kind)
    fields = {**_texts(row), **_bounds(row, conditions), **_kind_fields(row, kind, shape, conditions, table)}
    return Requirement(edition=edition, kind=kind, modality=modality, **fields)


def _subject(row: Row) -> None:
    subject = row.choice("subject", tuple(SUBJECTS), "facility")
    for code in row.texts("applies_to"):
        if code not in FACILITY_TYPES:
            row.error("applies_to", "unknown_type", f"没有“{code}”这种设施类型")
    if subject == "facility" and not row.data.get("applies_to"):
        row.error("applies_to", "applies_to_missing", "缺少适用的设施类型")
    if subject != "facility" and row.has("applies_to"):
        row.error("applies_to", "unexpected_key", f"对象是{SUBJECTS[subject]}时不写设施类型")


def _unit(row: Row, kind: str, shape: Shape) -> None:
    unit = row.text("unit")
    if unit and shape.units and unit not in shape.units:
        row.error("unit", "unit", f"{kind} 的单位应为{'或'.join(shape.units)}，写成了“{unit}”")


def _polarity(row: Row, kind: str) -> None:
    if row.choice("polarity", ("oblige", "forbid"), "oblige") == "forbid" and kind not in FORBIDDABLE:
        row.error("polarity", "polarity", f"{kind} 不能写成禁止；上限请用 <=")


def _texts(row: Row) -> dict:
    """Fields that are copied as written."""
    words = ("id", "label", "clause", "wording", "exempt_clause", "basis", "reference", "part", "note", "reading")
    flags = ("value_printed", "operator_printed", "unit_printed", "item_printed")
    return {
        **{key: row.text(key) for key in (*words, "unit")},
        **{key: row.flag(key, True) for key in flags},
        "subject": row.text("subject", "facility"),
        "polarity": row.text("polarity", "oblige"),
        "applies_to": row.texts("applies_to"),
        "open_list": row.flag("open_list"),
        "item": row.integer("item"),
    }


def _bounds(row: Row, conditions: Mapping[str, Condition]) -> dict:
    """The conditions under which it applies."""
    unless = comparisons.named_conditions(row, "unless_false", conditions, single=True)
    return {
        "when": comparisons.named_conditions(row, "when", conditions),
        "exempt_when": comparisons.named_conditions(row, "exempt_when", conditions),
        "unless_false": unless[0] if unless else "",
    }


def _kind_fields(row: Row, kind: str, shape: Shape, conditions, table) -> dict:
    if shape.limit:
        return _limit_fields(row, kind, conditions, table)
    if kind == "any_of":
        return {"alternatives": _alternatives(row, conditions, table)}
    if kind == "reference" and row.has("scope"):
        scope = Row(row.data["scope"], f"{row.name}.scope", row.problems)
        scope.require("fact")
        return {"fact": _answer(row, table), "scope": comparisons.comparison(scope, table)}
    return {"fact": _answer(row, table)} if "fact" in shape.keys else _list_fields(row, kind)


def _answer(row: Row, table) -> str:
    name = comparisons.fact(row, table)
    if name in table and table[name].type != "boolean":
        row.error("fact", "fact_type", "核查项的事实应为是否")
    return name


def _alternatives(row: Row, conditions, table) -> tuple:
    rows = row.rows("alternatives", "alternatives")
    if not rows:
        row.error("alternatives", "empty", "清单不能为空")
    return tuple(comparisons.node(child, table, conditions) for child in rows)


def _list_fields(row: Row, kind: str) -> dict:
    minima = room_minima(row) if kind == "room" and row.has("min") else ()
    each = row.texts("each") or tuple(name for name, _ in minima)
    if not each:
        row.error("each", "empty", "清单不能为空")
    if minima and set(each) != {name for name, _ in minima}:
        row.error("min", "each_min", "each 与 min 的名称不一致")
    if minima and row.text("basis") != "usable":
        row.error("basis", "basis", "用房面积只与使用面积比较，basis 应为 usable")
    return {"each": each, "minima": minima}


def room_minima(row: Row) -> tuple[tuple[str, Decimal], ...]:
    """Usable minima by room name, in printed order."""
    table = Row(row.data["min"], f"{row.name}.min", row.problems)
    for name, area in table.data.items():
        if not is_number(area) or area <= 0:
            table.error(name, "value_type", "最低面积应为正数")
    return tuple((name, Decimal(area)) for name, area in table.data.items() if is_number(area))


def _limit_fields(row: Row, kind: str, conditions, table) -> dict:
    name = comparisons.fact(row, table)
    basis = row.choice("basis", tuple(BASIS_FACTS))
    if kind == "area" and bool(name) == bool(basis):
        row.error("basis", "basis", "面积须写明 basis（gross、usable、unqualified），或写明 fact，二者取一")
    operator = row.choice("operator", tuple(comparisons.OPERATORS))
    value, scale = row.value(), row.texts("scale")
    if kind == "attribute":
        comparisons.value_type(row, name, operator or "=", value, scale, table)
    elif name in table and not table[name].is_number:
        row.error("fact", "fact_type", "限值只能与数值类事实比较")
    _printed_limit(row, kind, operator, value, scale)
    exceptions = tuple(_exception(child, row, value, conditions) for child in row.rows("exceptions", "exceptions"))
    _disagreements(row, exceptions, conditions)
    return {"fact": name, "operator": operator, "value": value, "scale": scale, "exceptions": exceptions}


def _printed_limit(row: Row, kind: str, operator: str, value: object, scale: tuple[str, ...]) -> None:
    """A limit is a number that is itself included."""
    if kind != "attribute" and row.has("value") and not is_number(value):
        row.error("value", "value_type", "限值应为数值")
    if is_number(value) and value < 0:
        row.error("value", "value_type", "限值不能为负数")
    if operator and not scale and operator not in comparisons.LIMITS:
        row.error("operator", "operator", f"限值须含本数，不能用“{operator}”")


def _exception(child: Row, row: Row, default: object, conditions: Mapping[str, Condition]) -> Override:
    child.allow(EXCEPTION_KEYS)
    child.require("when", "value")
    value = child.value()
    if value is not None and is_number(value) != is_number(default):
        child.error("value", "value_type", "例外的值与主句的值类型不同")
    wording = child.text("wording")
    if wording and of_wording(wording) != row.text("modality") and not row.text("reading"):
        child.error("wording", "wording", f"“{wording}”与主句约束程度不一致，请在主句用 reading 说明")
    when = comparisons.named_conditions(child, "when", conditions)
    return Override(when, value, wording, child.text("clause") or row.text("clause"))


def _disagreements(row: Row, exceptions: tuple[Override, ...], conditions: Mapping[str, Condition]) -> None:
    """Two exceptions that can hold together must print the same value."""
    for one, other in combinations(exceptions, 2):
        if one.value != other.value and exclusion.can_hold_together(_tests(one, conditions), _tests(other, conditions)):
            names = "、".join((*one.when, *other.when))
            row.error("exceptions", "exceptions_clash", f"例外“{names}”可能同时成立，数值却不同")


def _tests(exception: Override, conditions: Mapping[str, Condition]) -> list[Comparison]:
    return [conditions[name].test for name in exception.when if name in conditions]

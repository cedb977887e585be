"""Reading and checking the [[ladder]] rows of a rule file: classes without gap or overlap, columns that only fall."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from facilities.rules import comparisons
from facilities.rules.catalogue import FACILITY_TYPES
from facilities.rules.clauses import Ladder, Requirement, Step
from facilities.rules.facts import is_number
from facilities.rules.modality import Modality
from facilities.rules.requirement_rows import binding
from facilities.rules.rows import Row, keys

KEYS = keys("id label applies_to by unit hit_policy tie clause steps rooms each wording modality reading note")
ROOM_KEYS = keys("unit basis wording modality reading note min")
EACH_KEYS = keys("label fact operator values unit wording modality reading note")


def ladder(row: Row, edition: str, table) -> Ladder:
    """One table of classes as requirements for each of them."""
    row.allow(KEYS)
    row.require("id", "label", "clause", "by", "unit", "steps", "rooms")
    _settings(row)
    by = comparisons.fact(row, table, "by")
    if by in table and not table[by].is_number:
        row.error("by", "fact_type", "分类所依据的事实应为数值")
    steps = _steps(row)
    frame = Requirement("", edition, "", row.text("clause"), "", Modality.MUST, applies_to=row.texts("applies_to"))
    slots = (*_measured_slots(row, by, steps, frame), *_each_slots(row, steps, frame, table))
    words = (row.text("id"), row.text("label"), edition, row.text("clause"), row.texts("applies_to"), by)
    return Ladder(*words, row.text("unit"), steps, slots, row.text("note"))


def _settings(row: Row) -> None:
    if row.choice("hit_policy", ("unique",), "unique") and row.text("tie") != "higher":
        row.error("tie", "tie", '分界处归较高一类，须写明 tie = "higher"')
    if not row.texts("applies_to"):
        row.error("applies_to", "applies_to_missing", "缺少适用的设施类型")
    for code in row.texts("applies_to"):
        if code not in FACILITY_TYPES:
            row.error("applies_to", "unknown_type", f"没有“{code}”这种设施类型")


def _steps(row: Row) -> tuple[Step, ...]:
    """Steps best first; every size ≥ 0 must fall in exactly one."""
    rows = row.rows("steps", "steps")
    for step in rows:
        step.allow({"class", "min", "max", "printed"})
        step.require("class", "min")
        if not is_number(step.value("min")):
            step.error("min", "value_type", "下限应为数值")
    usable = [step for step in rows if is_number(step.data.get("min"))]
    for higher, lower in pairwise(usable):
        _neighbours(row, higher, lower)
    if usable and usable[-1].data["min"] != 0:
        row.error("steps", "ladder_gap", "最低一类的下限应为 0，否则有的面积不属于任何一类")
    names = [step.text("class") for step in rows]
    if len(set(names)) < len(names):
        row.error("steps", "duplicate_id", "类别名称重复")
    return tuple(Step(step.text("class"), Decimal(step.data["min"]), step.text("printed")) for step in usable)


def _neighbours(row: Row, higher: Row, lower: Row) -> None:
    if lower.data["min"] >= higher.data["min"]:
        row.error("steps", "ladder_overlap", "各类须由高到低排列，下限逐级变小")
    limit = lower.value("max") if lower.has("max") else None
    if is_number(limit) and limit != higher.data["min"]:
        code = "ladder_gap" if limit < higher.data["min"] else "ladder_overlap"
        lower.error("max", code, "上限与高一类的下限不相接")


def _modalities(row: Row, count: int) -> list[Modality]:
    """One degree a class, written once or as a list; the wording is checked once."""
    written = row.data.get("modality")
    names = written if isinstance(written, list) else [written] * count
    if len(names) != count:
        row.error("modality", "column", "约束程度的个数与类别数不一致")
    if not all(isinstance(name, str) and name in tuple(Modality) for name in names):
        row.error("modality", "unknown_modality", "约束程度不在可用值中")
        return [Modality.MUST] * count
    binding(row, names[0] if names else "")
    return [Modality(name) for name in names] + [Modality.MUST] * (count - len(names))


def _measured_slots(row: Row, by: str, steps: tuple[Step, ...], frame: Requirement) -> tuple[tuple, tuple]:
    """The size of each class and its rooms; the size binds as the rooms do unless the row says otherwise."""
    rooms = Row(row.data.get("rooms", {}), f"{row.name}.rooms", row.problems)
    rooms.allow(ROOM_KEYS)
    if rooms.text("basis") != "usable" or rooms.text("unit") != "㎡":
        rooms.error("basis", "basis", "用房面积只与使用面积（㎡）比较")
    degrees = _modalities(rooms, len(steps))
    own = _modalities(row, len(steps)) if row.has("modality") else degrees
    wording = row.text("wording") or rooms.text("wording")
    columns = _columns(rooms, len(steps))
    size = replace(frame, id=f"{row.text('id')}.size", label="类别面积", kind="area", fact=by, operator=">=")
    size = replace(size, unit=row.text("unit"), wording=wording, note=row.text("note"))
    room = replace(frame, id=f"{row.text('id')}.rooms", label="功能用房", kind="room", basis="usable", unit="㎡")
    room = replace(room, wording=rooms.text("wording"), reading=rooms.text("reading"), note=rooms.text("note"))
    sizes, tables = [], []
    for index, step in enumerate(steps):
        minima = tuple((name, column[index]) for name, column in columns.items())
        sizes.append(replace(size, value=step.minimum, modality=own[index], yardstick=step.name))
        tables.append(replace(room, minima=minima, each=tuple(columns), modality=degrees[index], yardstick=step.name))
    return tuple(sizes), tuple(tables)


def _columns(rooms: Row, count: int) -> dict[str, list[Decimal]]:
    """Usable minima by room, one a class; without falling columns a bigger house could lose its class."""
    minima = Row(rooms.data.get("min", {}), f"{rooms.name}.min", rooms.problems)
    if not minima.data:
        rooms.error("min", "min_missing", "缺少各用房的最低面积")
    columns = {}
    for name, column in minima.data.items():
        if _is_column(minima, name, column, count, blanks=False):
            columns[name] = [Decimal(area) for area in column]
    return columns


def _is_column(row: Row, key: str, column: object, count: int, *, blanks: bool) -> bool:
    if not isinstance(column, list) or len(column) != count:
        row.error(key, "column", "每一类应有一个数值")
        return False
    numbers = [number for number in column if not (blanks and number == "")]
    if not numbers or not all(is_number(number) and number >= 0 for number in numbers):
        row.error(key, "column", "应为不小于 0 的数值")
        return False
    if any(lower > higher for higher, lower in pairwise(numbers)):
        row.error(key, "not_monotone", "由高到低各类的数值只能变小")
        return False
    return True


def _each_slots(row: Row, steps: tuple[Step, ...], frame: Requirement, table) -> list[tuple]:
    slots = []
    for child in row.rows("each", "each"):
        child.allow(EACH_KEYS)
        child.require("label", "fact", "operator", "values", "modality")
        name = comparisons.fact(child, table)
        if name in table and not table[name].is_number:
            child.error("fact", "fact_type", "限值只能与数值类事实比较")
        if child.choice("operator", (">=",)) and _is_column(
            child, "values", child.data.get("values"), len(steps), blanks=True
        ):
            slots.append(_slot(child, row.text("id"), name, steps, frame))
    return slots


def _slot(child: Row, ladder_id: str, name: str, steps: tuple[Step, ...], frame: Requirement) -> tuple:
    degrees = _modalities(child, len(steps))
    words = {key: child.text(key) for key in ("label", "unit", "wording", "reading", "note")}
    model = replace(
        frame, id=f"{ladder_id}.{name.rpartition('.')[2]}", kind="quantity", fact=name, operator=">=", **words
    )
    return tuple(
        None if value == "" else replace(model, value=value, modality=degree, yardstick=step.name)
        for value, degree, step in zip(child.data["values"], degrees, steps, strict=True)
    )

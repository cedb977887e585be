"""Reading a whole rule file: every row is checked, every problem is kept, and only a sound file becomes an edition."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from facilities.rules import comparisons, ladder_rows, requirement_rows
from facilities.rules.catalogue import CORE_FACTS, FACT_TYPES, SUBJECTS, FactDeclaration
from facilities.rules.clauses import Branch, Comparison, Condition, Conflict, Edition
from facilities.rules.rows import Problems, Row, RuleErrors, RuleProblem, keys

__all__ = ["RuleErrors", "RuleProblem", "parse_edition"]

TABLES = {"schema", "edition", "fact", "condition", "requirement", "ladder", "conflict"}
EDITION_KEYS = keys("id label valid_from valid_to year dates_from amends supersedes removed note")
CONDITION_KEYS = keys("id label kind fact operator value scale unit evidence clause note reading")
DATES_FROM = ("printed", "issue_date", "year_only", "unknown")
CONFLICT_KINDS = ("modality", "name", "value", "total", "printed_value")


def parse_edition(
    data: Mapping, *, file: str = "standards.toml", facts: Mapping[str, FactDeclaration] | None = None
) -> Edition:
    """The edition a standards.toml holds (`tomllib.load(..., parse_float=Decimal)`).

    `facts` are declarations made outside the file, by id. Raises RuleErrors with every problem of the file; remarks
    that need a look but stop nothing are in `Edition.warnings`.
    """
    problems = Problems(file)
    top = Row(data, "", problems)
    top.allow(TABLES)
    if data.get("schema", 1) != 1:
        top.error("schema", "schema", "只认识 schema = 1")
    head = _edition(Row(data.get("edition", {}), "edition", problems))
    own = _facts(_rows(data, "fact", problems))
    table = comparisons.fact_table(own, facts or {})
    edition = _body(data, head, own, table, problems)
    if problems.errors:
        raise RuleErrors(problems.errors)
    return Edition(**{**edition, "warnings": tuple(problems.warnings)})


def declared_facts(rows: Iterable[Mapping]) -> dict[str, FactDeclaration]:
    """The facts that [[fact]] rows declare; rows that are wrong are left to `parse_edition` to explain."""
    problems = Problems("")
    return _facts([Row(row, _row_name(row, "fact", index), problems) for index, row in enumerate(rows, start=1)])


def _rows(data: Mapping, table: str, problems: Problems) -> list[Row]:
    listed = data.get(table, [])
    if not isinstance(listed, (list, tuple)):
        problems.error("", table, "type", f"应写成 [[{table}]]")
        return []
    return [Row(item, _row_name(item, table, index), problems) for index, item in enumerate(listed, start=1)]


def _row_name(item: object, table: str, index: int) -> str:
    name = item.get("id") if isinstance(item, Mapping) else None
    return name if isinstance(name, str) and name else f"{table}[{index}]"


def _body(data: Mapping, head: dict, own: dict, table, problems: Problems) -> dict:
    condition_rows = _rows(data, "condition", problems)
    conditions = {row.name: _condition(row, table) for row in condition_rows}
    requirement_list = _rows(data, "requirement", problems)
    parsed = [requirement_rows.requirement(row, head["id"], conditions, table) for row in requirement_list]
    requirements = tuple(row for row in parsed if row)
    ladders = tuple(ladder_rows.ladder(row, head["id"], table) for row in _rows(data, "ladder", problems))
    ids = [row.id for row in requirements] + [slot[0].id for ladder in ladders for slot in _printed(ladder)]
    _unique([row.name for row in condition_rows], problems)
    _unique(ids, problems)
    conflicts = tuple(_conflict(row, set(ids)) for row in _rows(data, "conflict", problems))
    _unused(condition_rows, requirements, ladders, own, problems)
    body = {"conditions": conditions, "requirements": requirements, "ladders": ladders, "conflicts": conflicts}
    return {**head, **body, "facts": own}


def _printed(ladder) -> list[list]:
    return [[row for row in slot if row] for slot in ladder.slots if any(slot)]


def _unique(ids: Iterable[str], problems: Problems) -> None:
    seen = set()
    for name in ids:
        if name in seen:
            problems.error(name, "id", "duplicate_id", f"编号“{name}”重复")
        seen.add(name)


def _edition(row: Row) -> dict:
    row.allow(EDITION_KEYS)
    row.require("id", "dates_from")
    source = row.choice("dates_from", DATES_FROM, "unknown")
    first, last, year = row.day("valid_from"), row.day("valid_to"), row.integer("year")
    if isinstance(first, datetime) or isinstance(last, datetime):
        row.error("valid_from", "type", "应为日期，不带时间")
    elif first and last and last < first:
        row.error("valid_to", "dates", "失效日早于生效日")
    if source in ("printed", "issue_date") and first is None:
        row.error("valid_from", "valid_from_missing", "缺少生效日")
    if source == "year_only" and year is None:
        row.error("year", "year_missing", "只印年份的须写 year")
    words = {key: row.text(key) for key in ("id", "amends", "supersedes")}
    if row.texts("removed") and not words["amends"]:
        row.error("removed", "removed", "只有修订版本（写明 amends）才能删去条款")
    if words["amends"] and words["supersedes"]:
        row.error("supersedes", "amends_or_supersedes", "amends（修订）与 supersedes（替代）只写一个")
    return {**words, "valid_from": first, "valid_to": last, "year": year, "dates_from": source}


def _facts(rows: list[Row]) -> dict[str, FactDeclaration]:
    declared = {}
    for row in rows:
        row.allow({"id", "subject", "type", "unit", "label", "choices", "note"})
        row.require("id", "subject", "type", "label")
        subject, kind = row.choice("subject", tuple(SUBJECTS)), row.choice("type", tuple(FACT_TYPES))
        name = row.text("id")
        if not name.startswith(f"{subject}."):
            row.error("id", "fact_id", f"编号应以“{subject}.”开头")
        core = CORE_FACTS.get(name)
        if name in declared or (core and core.type != kind):
            row.error("id", "duplicate_id", f"事实“{name}”已经声明过")
        declared[name] = FactDeclaration(name, subject, kind, row.text("label"), row.text("unit"), _choices(row, kind))
    return declared


def _choices(row: Row, kind: str) -> dict[str, str]:
    """The values a text fact may take, with their labels."""
    choices = row.data.get("choices", {})
    words = isinstance(choices, Mapping) and all(isinstance(label, str) and label for label in choices.values())
    if words and (kind == "text" or not choices):
        return dict(choices)
    row.error("choices", "type", "应为“取值 = 名称”的一组文字，且只用于文字类事实")
    return {}


def _condition(row: Row, table) -> Condition:
    row.allow(CONDITION_KEYS)
    row.require("id", "label", "kind", "fact", "clause")
    kind = row.choice("kind", ("declared", "derived"), "declared")
    if kind == "declared" and not row.text("evidence"):
        row.warn("evidence", "evidence", "由人认定的条件没有写需要什么证明")
    words = (row.text(key) for key in ("evidence", "clause", "note"))
    return Condition(row.text("id"), row.text("label"), kind, comparisons.comparison(row, table), *words)


def _conflict(row: Row, ids: set[str]) -> Conflict:
    row.allow({"id", "ids", "kind", "label", "shown", "clause", "note"})
    row.require("ids", "kind", "label")
    names = row.texts("ids")
    for name in names:
        if name not in ids:
            row.error("ids", "unknown_requirement", f"没有编号为“{name}”的条款")
    kind = row.choice("kind", CONFLICT_KINDS)
    row.text("clause")
    return Conflict(names, kind, row.text("label"), row.choice("shown", ("both",), "both"))


def _unused(rows: list[Row], requirements, ladders, own: Mapping, problems: Problems) -> None:
    used = {name for row in requirements for name in row.conditions}
    for row in rows:
        if row.name not in used:
            row.warn("id", "unused", "没有条款用到这个条件")
    spoken = {row.measured_fact for row in requirements} | {row.text("fact") for row in rows}
    spoken |= {row.scope.fact for row in requirements if row.scope}
    spoken |= {name for row in requirements for node in row.alternatives for name in _asked(node)}
    spoken |= {row.measured_fact for ladder in ladders for slot in ladder.slots for row in slot if row}
    for name in own:
        if name not in spoken:
            problems.warn(name, "id", "unused", "没有条款或条件用到这个事实")


def _asked(node: Comparison | Branch) -> set[str]:
    """The facts that an alternative looks at, however deep."""
    return {node.fact} if isinstance(node, Comparison) else {name for inner in node.nodes for name in _asked(inner)}

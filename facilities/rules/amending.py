"""An amendment laid over the edition that it amends: the same id replaces, a new id is added, `removed` drops."""

from collections.abc import Mapping
from datetime import date

from facilities.rules.rows import Problems, RuleErrors

TABLES = ("fact", "condition", "requirement", "ladder", "conflict")


def overlay(base: Mapping, change: Mapping, *, file: str = "standards.toml") -> dict:
    """The whole edition that results, shaped like a standards.toml, with the amendment's own head.

    Both are raw (`tomllib.load(..., parse_float=Decimal)`); what the result says is for `parse_edition` to check. A conflict
    goes with a clause that is removed. Raises RuleErrors with every id that cannot be removed and a beginning that does not
    follow the base's.
    """
    problems = Problems(file)
    head = change.get("edition", {})
    _check_start(_head(base), head, problems)
    gone = _removed(base, change, problems)
    if problems.errors:
        raise RuleErrors(problems.errors)
    tables = {table: _merged(base, change, table, gone) for table in TABLES}
    lost = {name for table, name in gone if table in ("requirement", "ladder")}
    tables["conflict"] = [row for row in tables["conflict"] if not _speaks_of(row, lost)]
    return {"schema": change.get("schema", 1), "edition": head} | {name: rows for name, rows in tables.items() if rows}


def own_ids(change: Mapping) -> set[tuple[str, str]]:
    """(table, id) of every row that an amendment states itself."""
    return {(table, name) for table in TABLES for name in _ids(change, table)}


def removed_rows(base: Mapping, change: Mapping) -> list[Mapping]:
    """The rows of the base that an amendment drops by name."""
    gone = _removed(base, change, Problems(""))
    return [row for table in TABLES for row in _rows(base, table) if (table, row.get("id")) in gone]


def _head(data: Mapping) -> Mapping:
    head = data.get("edition", {})
    return head if isinstance(head, Mapping) else {}


def starts(head: Mapping) -> date | None:
    """First day of a raw edition head: as printed, else 1 January of the printed year; None when neither can be read."""
    first, year = head.get("valid_from"), head.get("year")
    if isinstance(first, date):
        return first
    return date(year, 1, 1) if isinstance(year, int) and 1 <= year <= date.max.year else None


def _check_start(base: Mapping, head: Mapping, problems: Problems) -> None:
    begins, before = starts(head), starts(base)
    if begins is None:
        problems.error("edition", "valid_from", "amendment_start", "修订版本须写明生效日")
    elif before is not None and begins <= before:
        problems.error("edition", "valid_from", "amendment_start", f"生效日须晚于被修订版本的 {before}")


def _rows(data: Mapping, table: str) -> list[Mapping]:
    rows = data.get(table, [])
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, (list, tuple)) else []


def _ids(data: Mapping, table: str) -> list[str]:
    return [row["id"] for row in _rows(data, table) if isinstance(row.get("id"), str)]


def _removed(base: Mapping, change: Mapping, problems: Problems) -> set[tuple[str, str]]:
    """(table, id) of every row to drop; a name that two tables know is written table:id."""
    names = _head(change).get("removed", [])
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) and name for name in names):
        problems.error("edition", "removed", "type", "应为文字清单")
        return set()
    gone, own = set(), own_ids(change)
    for name in names:
        found = [(table, one) for table in TABLES for one in _ids(base, table) if name in (one, f"{table}:{one}")]
        if len(found) != 1:
            words = "被修订的版本里没有" if not found else "被修订的版本里不止一处有"
            problems.error("edition", "removed", "removed", f"{words}“{name}”")
        elif found[0] in own:
            problems.error("edition", "removed", "removed", f"“{name}”既删去又重新规定")
        gone.update(found)
    return gone


def _merged(base: Mapping, change: Mapping, table: str, gone: set[tuple[str, str]]) -> list:
    """The rows of one table: the base's in their order, each replaced in its place, then the new ones."""
    stated = change.get(table, [])
    if not isinstance(stated, (list, tuple)):
        return stated
    kept = [row for row in _rows(base, table) if (table, row.get("id")) not in gone]
    places = {row["id"]: place for place, row in enumerate(kept) if "id" in row}
    merged, new = list(kept), []
    for row in stated:
        # A name stated twice replaces once; the second one stays to be refused as a duplicate.
        name = row.get("id") if isinstance(row, Mapping) else None
        place = places.pop(name, None) if isinstance(name, str) else None
        if place is None:
            new.append(row)
        else:
            merged[place] = row
    return [*merged, *new]


def _speaks_of(row: object, lost: set[str]) -> bool:
    ids = row.get("ids", []) if isinstance(row, Mapping) else []
    names = [name for name in ids if isinstance(name, str)] if isinstance(ids, (list, tuple)) else []
    return any(name in lost or name.rpartition(".")[0] in lost for name in names)

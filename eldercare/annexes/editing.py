"""The one way in which a person changes a stored annex table: permission, stale pages, checks, audit, all or nothing."""

from dataclasses import dataclass

from django.db import transaction

from eldercare import audit
from eldercare.annexes import state as annexstate
from eldercare.annexes.kinds import AnnexKind
from eldercare.annexes.printed import Printed
from eldercare.annexes.rows import AnnexTable
from eldercare.annexes.state import Differences, shown
from eldercare.review import Denied, StaleObject
from eldercare.sheets.annex import headings
from eldercare.sheets.cells import Problem
from eldercare.sheets.text import compact

LARGEST, LONGEST_UNIT, MOST_ROWS = 100_000, 60, 500
STALE = "您打开这一页之后，别人改过这张表。您填的都还在下面，没有保存；请核对后再保存一次。"


class AnnexErrors(Exception):
    """Everything wrong with a table that was to be saved; nothing of it was."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("；".join(problem.message for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save did."""

    changes: Differences
    state: Printed


def locked(kind: AnnexKind, table: AnnexTable, by) -> AnnexTable:
    """The table as it is now, locked for this transaction. Denied without the permission or outside the scope."""
    rows = kind.table.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=table.pk)
    row = rows.select_related("policy__district").first()
    if row is None or not by.has_perm(kind.change_permission):
        raise Denied(f"您的角色不能改这张{kind.label}。" if row else "不在您的管理范围内。")
    return row


def save(kind: AnnexKind, table: AnnexTable, state: Printed, *, by, seen: str) -> Saved:
    """Store a new state of a table. `seen` is the fingerprint of the state that the person worked on.

    Raises Denied, StaleObject when somebody saved meanwhile, AnnexErrors with every cell that is wrong.
    """
    try:
        with transaction.atomic():
            row = locked(kind, table, by)
            before = annexstate.stored(kind, row)
            if annexstate.fingerprint(before) != seen:
                raise StaleObject(STALE)
            if found := problems(kind, state):
                raise AnnexErrors(found)
            changes = annexstate.differences(kind, before, state)
            if changes.any:
                annexstate.store(kind, row, state)
                audit.record("record.changed", by=by, target=row, detail=detail(kind, changes))
    except Denied as denied:
        audit.record("review.denied", by=by, target=table, detail={"verb": "change", "reason": str(denied)})
        raise
    return Saved(changes, state)


def create(kind: AnnexKind, policy, values: dict, columns: list[tuple[str, int]], *, by) -> AnnexTable:
    """A new table of a policy with chosen types or roles and years, still without a unit. Denied without permission."""
    if not by.has_perm(kind.add_permission) or not type(policy).objects.visible_to(by).filter(pk=policy.pk).exists():
        raise Denied(f"您的角色不能为这份政策新建{kind.label}。")
    layout = new_layout(kind, values["annex"], values["title"], columns)
    with transaction.atomic():
        table = kind.table.objects.create(policy=policy, layout=layout, **values)
        audit.record("record.created", by=by, target=table, detail={"fields": [f"{len(columns)} 列"]})
    return table


def new_layout(kind: AnnexKind, annex: str, title: str, columns: list[tuple[str, int]]) -> dict:
    """The plain paper of a table that is typed here; `typed` tells it from one that a policy folder brought."""
    names = kind.names
    return {
        "typed": True,
        "title_lines": [f"附件{annex}", title],
        "title_line": 1,
        "serial_heading": "序号",
        "unit_heading": "单位",
        "columns": [{"labels": [names[code], f"{year}年"], "subject": code, "year": year} for code, year in columns],
        "asides": [],
        "numbers": [],
        "units": [],
        "texts": [],
        "total_label": "",
        "sums": [],
        "notes": [],
    }


def detail(kind: AnnexKind, changes: Differences) -> dict:
    """The audit's words for what changed, old → new of every cell."""
    return {"rows": changes.words(kind)}


def problems(kind: AnnexKind, state: Printed, places: dict[tuple, str] | None = None) -> list[Problem]:
    """What must not be stored: units twice, overlong names, numbers out of bounds; each with its cell.

    `places` are addresses by (row, subject, year), and by row for the unit.
    """
    places = places or {}
    found, rows = [], {}
    for cell in state.cells:
        rows.setdefault(cell.row, cell)
        if cell.value is not None and not 0 <= cell.value <= LARGEST:
            where = places.get((cell.row, cell.subject, cell.year), cell.address)
            column = f"{cell.unit} · {kind.names.get(cell.subject, cell.subject)} {cell.year}"
            words = f"应是 0 到 {LARGEST} 之间的整数。"
            found.append(
                Problem("too_large", words, "没有数请留空。", cell=where, column=column, read=shown(cell.value))
            )
    if len(rows) > MOST_ROWS:
        found.append(
            Problem("too_many_rows", f"一张表最多 {MOST_ROWS} 个单位，这里有 {len(rows)} 个。", "请分成几张表。")
        )
    first: dict[str, int] = {}
    for row, cell in rows.items():
        where = places.get(row, "")
        if len(cell.unit) > LONGEST_UNIT:
            words = f"单位名称不能超过 {LONGEST_UNIT} 个字。"
            found.append(Problem("unit_too_long", words, cell=where, column="单位", read=cell.unit[:80]))
        if (other := first.setdefault(compact(cell.unit), row)) != row:
            words = f"单位“{cell.unit}”与{places.get(other, f'第 {other} 行')}重复。"
            hint = "一个单位只占一行，请合并或改名。"
            found.append(Problem("duplicate_unit", words, hint, cell=where, column="单位", read=cell.unit))
    return found


def known_headings(layout: dict, title: str = "") -> dict[str, str]:
    """What a table's own wording was understood as when it was stored (附件2的“养老服务中心”是乡镇中心).

    A wording that stands over several types or roles tells nothing and is left out.
    """
    meant: dict[str, set[str]] = {}
    columns = layout.get("columns", [])
    for column in columns:
        for label in column["labels"]:
            if headings.parse(compact(label)).core:
                meant.setdefault(label, set()).add(column["subject"])
    subjects = {column["subject"] for column in columns}
    if title and len(subjects) == 1 and not meant:
        meant[title] = subjects
    return {label: next(iter(codes)) for label, codes in meant.items() if len(codes) == 1}

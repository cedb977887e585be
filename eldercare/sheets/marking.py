"""The marked copy of a sender's file, made by a process that can harm nobody but itself.

The copy keeps the sender's own workbook, so a full spreadsheet library has to load a stranger's file; that never happens
in the server. Where the process does not manage, a second one builds the copy from what was read; at worst the list of
remarks remains.
"""

import json
import logging
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from .annotate import annotate
from .cells import Grid, Workbook
from .limits import LIMITS, Limits
from .process import child
from .remarks import Remark
from .wire import Heading, heading_line, row_line

logger = logging.getLogger(__name__)

_CHILD = f"{__package__}.marker"
GRIDS, REMARKS = "grids.jsonl", "remarks.json"
"""The files of the folder that the marking process reads."""
BEYOND = "?"
"""Stands for an original that was tried in vain."""


def marked(
    workbook: Workbook,
    remarks: Sequence[Remark],
    original: Path | None = None,
    *,
    total: int = 0,
    limits: Limits = LIMITS,
) -> bytes:
    """`annotate.annotate` in a process of its own: the .xlsx copy of a sender's file with its remarks.

    It may take twice the time of reading, because it reads and writes.
    """
    bounds = replace(
        limits, child_cpu_seconds=2 * limits.child_cpu_seconds, child_wall_seconds=2 * limits.child_wall_seconds
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        _lay_out(folder, workbook, remarks, total)
        for source in [str(original.resolve()), BEYOND] if original else [""]:
            if copy := _copy(folder, source, bounds):
                return copy
    return annotate(Workbook([]), remarks, total=total)


def _lay_out(folder: Path, workbook: Workbook, remarks: Sequence[Remark], total: int) -> None:
    with (folder / GRIDS).open("w", encoding="utf-8") as file:
        for grid in workbook.grids:
            file.write(heading_line(_heading(grid)))
            file.writelines(row_line(number, row) for number, row in enumerate(grid.rows, 1) if row)
    told = {"total": total, "remarks": [asdict(remark) for remark in remarks]}
    (folder / REMARKS).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


def _heading(grid: Grid) -> Heading:
    return Heading(grid.name, grid.hidden, [], [])


def _copy(folder: Path, source: str, limits: Limits) -> bytes:
    """The copy, or nothing when the process did not end well."""
    with child(_CHILD, source, folder=folder, limits=limits) as process:
        copy = process.stdout.read(limits.child_output_bytes + 1)
        status = process.wait() if len(copy) <= limits.child_output_bytes else -1
    if status:
        logger.warning("marking a spreadsheet ended with status %s", status)
    return b"" if status else copy

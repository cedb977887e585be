"""Read a stranger's spreadsheet: guarded first, then parsed by a process that can harm nobody but itself."""

import json
import logging
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import guard
from .cells import Grid, Mark, Workbook
from .limits import LIMITS, Limits
from .process import Child, child
from .refusal import Refused, refuse
from .sheetpart import Outline
from .wire import END, Failure, Heading, row_values

logger = logging.getLogger(__name__)

_CHILD = f"{__package__}.child"
_CHUNK_LIMIT = 16 * 1024 * 1024


def read(path: Path | str, filename: str, *, limits: Limits = LIMITS) -> Workbook:
    """All worksheets of an .xlsx, .xls or .csv file; `filename` is the name its sender gave it.

    A .csv is one grid named after the file, its values all text. A row that holds only cells without a known result
    is padded with None up to them, so that it does not look blank. Raises guard.Refused (code, message, hint).
    """
    with tempfile.TemporaryDirectory() as folder:
        prepared = guard.prepare(path, filename, Path(folder).resolve(), limits)
        grids = _grids(prepared.copy, Path(filename).stem.strip() or "CSV", limits)
    if prepared.admitted.suffix == "xlsx":
        _complete(grids, prepared.outlines)
    return Workbook(grids)


def _complete(grids: list[Grid], outlines: list[Outline]) -> None:
    """Give the grids what the minimal package could not tell."""
    if len(grids) != len(outlines):
        raise refuse("crashed")
    for grid, outline in zip(grids, outlines, strict=True):
        grid.name, grid.hidden = outline.name, outline.hidden
        grid.hidden_rows, grid.merges = frozenset(outline.hidden_rows), tuple(outline.merges)
        grid.marks |= outline.marks
        for row, column in outline.marks:
            _reach(grid, row, column)


def _reach(grid: Grid, row: int, column: int) -> None:
    grid.rows.extend([()] * (row - len(grid.rows)))
    missing = column - len(grid.rows[row - 1])
    if missing > 0:
        grid.rows[row - 1] += (None,) * missing


# The answer of the child


def _grids(copy: Path, name: str, limits: Limits) -> list[Grid]:
    grids: list[Grid] = []
    with _reading(copy, name, limits) as answer:
        for item in answer:
            if item == END:
                return grids
            if isinstance(item, list):
                for row in item:
                    _add_row(grids[-1], row, limits)
            elif "code" in item:
                raise Refused(**item)
            else:
                grids.append(_grid(Heading(**item)))
    raise refuse("crashed")


def _grid(heading: Heading) -> Grid:
    return Grid(heading.name, [], heading.hidden, frozenset(heading.hidden_rows), heading.ranges())


def _add_row(grid: Grid, item: list, limits: Limits) -> None:
    number, *cells = item
    values = row_values(cells)
    while values and values[-1] is None:
        values.pop()
    if not values:
        return
    if not len(grid.rows) < number <= limits.last_row:
        raise refuse("crashed")
    grid.rows.extend([()] * (number - 1 - len(grid.rows)))
    if Failure in map(type, values):
        for column, value in enumerate(values, 1):
            if isinstance(value, Failure):
                grid.marks[number, column] = Mark.ERROR
                values[column - 1] = value.text
    grid.rows.append(tuple(values))


# The child


@contextmanager
def _reading(copy: Path, name: str, limits: Limits) -> Iterator[Iterator[object]]:
    """The child's answer item by item; leaves no process behind. Raises Refused when it does not end well."""
    try:
        with child(_CHILD, str(copy), name, folder=copy.parent, limits=limits) as process:
            yield _answer(process, limits)
    except (ValueError, KeyError, TypeError, IndexError, ArithmeticError) as error:
        logger.warning("spreadsheet reader gave an answer that is none: %s", type(error).__name__)
        raise refuse("crashed") from error


def _answer(process: Child, limits: Limits) -> Iterator[object]:
    received = 0
    while text := process.stdout.readline(_CHUNK_LIMIT):
        received += len(text)
        if received > limits.child_output_bytes:
            raise refuse("too_much_text")
        if not text.endswith(b"\n"):
            break
        item = json.loads(text)
        yield item
        if item == END:
            return
    raise _ended(process)


def _ended(process: Child) -> Refused:
    """Why a child ended before its answer did: out of time, or an error of its own."""
    status = process.wait()
    logger.warning("spreadsheet reader ended with status %s", status)
    # The kernel kills at the processor bound; where these signals do not exist only the clock on the wall stops it.
    killed = {-getattr(signal, name) for name in ("SIGXCPU", "SIGKILL") if hasattr(signal, name)}
    return refuse("too_slow" if process.late.is_set() or status in killed else "crashed")

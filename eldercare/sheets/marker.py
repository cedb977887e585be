"""The process that marks one file: what it is given lies in its folder, the copy goes to standard output.

Run as `python -m eldercare.sheets.marker ORIGINAL LIMITS` in that folder; ORIGINAL is the sender's own .xlsx, empty, or
marking.BEYOND.
"""

import json
import sys
from pathlib import Path

from .annotate import annotate
from .cells import Grid, Workbook
from .limits import Limits
from .marking import BEYOND, GRIDS, REMARKS
from .process import confine
from .remarks import Look, Remark
from .wire import Failure, Heading, row_values


def main(original: str, limits: str) -> None:
    """Mark the file and print the copy."""
    bounds = Limits(**json.loads(limits))
    # The library writes each worksheet to a file of its own before it packs them.
    confine(bounds, written_bytes=bounds.child_output_bytes)
    told = json.loads(Path(REMARKS).read_text(encoding="utf-8"))
    remarks = [Remark(**remark | {"look": Look(remark["look"])}) for remark in told["remarks"]]
    is_beyond = original == BEYOND
    source = Path(original) if original and not is_beyond else None
    sys.stdout.buffer.write(annotate(_workbook(), remarks, source, total=told["total"], is_beyond=is_beyond))


def _workbook() -> Workbook:
    grids: list[Grid] = []
    with Path(GRIDS).open(encoding="utf-8") as file:
        for item in map(json.loads, file):
            if isinstance(item, dict):
                heading = Heading(**item)
                grids.append(Grid(heading.name, [], heading.hidden))
            else:
                _add(grids[-1], *item)
    return Workbook(grids)


def _add(grid: Grid, number: int, *values: object) -> None:
    grid.rows.extend([()] * (number - 1 - len(grid.rows)))
    known = row_values(list(values))
    grid.rows.append(tuple(value.text if isinstance(value, Failure) else value for value in known))


if __name__ == "__main__":
    main(*sys.argv[1:])

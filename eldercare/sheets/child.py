"""The process that reads one admitted file: little memory, little time, no writing, JSON lines on standard output.

Run as `python -m eldercare.sheets.child PATH NAME LIMITS`, NAME what its grid is called when the file has no sheet
names, LIMITS the fields of Limits as JSON.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from .cells import Value
from .limits import Limits
from .process import confine
from .refusal import Refused, refuse
from .wire import END, Failure, Heading, heading_line, line, rows_lines

Rows = Iterator[tuple[int, list[Value | Failure]]]


def sheets(path: Path, name: str, limits: Limits) -> Iterator[tuple[Heading, Rows]]:
    """The worksheets of the file and their rows; only the reader its suffix asks for is loaded."""
    if path.suffix == ".csv":
        from . import csvfile

        return iter([(Heading(name, False, [], []), csvfile.rows(path.read_bytes(), name, limits))])
    if path.suffix == ".xls":
        from . import xlsfile

        return xlsfile.sheets(path, limits)
    from . import xlsxfile

    return xlsxfile.sheets(path)


def lines(path: Path, name: str, limits: Limits) -> Iterator[str]:
    """The whole answer, line by line; a refusal found while reading is its last line."""
    try:
        for heading, rows in sheets(path, name, limits):
            yield heading_line(heading)
            yield from rows_lines(rows)
        yield line(END)
    except Refused as refused:
        yield line({"code": refused.code, "message": refused.message, "hint": refused.hint})
    except MemoryError:
        refused = refuse("too_much_memory")
        yield line({"code": refused.code, "message": refused.message, "hint": refused.hint})


def main(path: str, name: str, limits: str) -> None:
    """Read the file and print the answer."""
    bounds = Limits(**json.loads(limits))
    confine(bounds)
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.writelines(lines(Path(path), name, bounds))


if __name__ == "__main__":
    main(*sys.argv[1:])

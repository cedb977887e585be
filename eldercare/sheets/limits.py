"""How much of a stranger's spreadsheet is read before it is refused.

PORTAL_SHEET_ROWS (default 20,000) is the number of rows a file may hold; above the default, the bounds that grow with
the rows are lifted with it. The reading process keeps its memory bound: it holds no sheet as a whole.
"""

import os
from dataclasses import dataclass, replace

MEGABYTE = 1024 * 1024
USUAL_ROWS = 20_000
GROWING = (
    "file_bytes", "entry_bytes", "strings_bytes", "total_bytes", "text_total", "marks", "last_row",
    "scan_seconds", "child_cpu_seconds", "child_wall_seconds", "child_output_bytes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one file; rows, merges and marks count over all its worksheets, sizes are bytes after inflation.

    `last_row` bounds the position of a value, not the styled empty rows below it. `text` is what one cell of a
    spreadsheet program can hold (characters); `text_total` bounds all text cells together, repeats counted.
    """

    file_bytes: int = 10 * MEGABYTE
    entries: int = 200
    entry_bytes: int = 64 * MEGABYTE
    strings_bytes: int = 16 * MEGABYTE
    total_bytes: int = 96 * MEGABYTE
    ratio: int = 200
    ratio_from_bytes: int = 8 * MEGABYTE
    token_bytes: int = 4 * MEGABYTE
    depth: int = 64
    text: int = 32_767
    text_total: int = 32 * MEGABYTE
    sheets: int = 20
    rows: int = USUAL_ROWS
    last_row: int = 100_000
    columns: int = 60
    merges: int = 5_000
    marks: int = 20_000
    styles: int = 65_536
    scan_seconds: int = 10
    child_cpu_seconds: int = 10
    child_wall_seconds: int = 15
    child_memory_bytes: int = 512 * MEGABYTE
    child_output_bytes: int = 128 * MEGABYTE


def lifted(rows: int) -> Limits:
    """The bounds for files of so many rows; never below the usual ones."""
    factor = max(1, -(-rows // USUAL_ROWS))
    usual = Limits()
    grown = {name: getattr(usual, name) * factor for name in GROWING}
    return replace(usual, rows=max(rows, USUAL_ROWS), **grown)


def _wanted(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"PORTAL_SHEET_ROWS 应是行数（整数），现在是“{text[:20]}”。")
    return int(text)


LIMITS = lifted(_wanted(os.environ.get("PORTAL_SHEET_ROWS") or str(USUAL_ROWS)))

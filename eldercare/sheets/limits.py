"""How much of a stranger's spreadsheet is read before it is refused."""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


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
    rows: int = 20_000
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


LIMITS = Limits()

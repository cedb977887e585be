"""Memory of reading a large sheet: the child that reads, and what is left in the process that asked.

python tests/benchmarks/reading.py [--rows 10000,100000]
"""

import gc
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
COLUMNS = 20
MOST_ROWS = 100_000
CELLS = ("500156-{0:05d}", "第{0}村级互助养老点", "村级互助养老点", "东升村", "助餐、阅览", "备注{0}")
KILOBYTES_A_MEGABYTE = 1024


def main() -> None:
    """One fresh process a size, because the peak of a process never falls."""
    if len(sys.argv) == 3 and sys.argv[1] == "--measure":
        _measure(int(sys.argv[2]))
        return
    wanted = sys.argv[2] if len(sys.argv) == 3 else "10000,100000"
    sys.stdout.write(
        "Reading a sheet: megabytes\nrows     child's peak  left in the asking process, the sheet let go\n"
    )
    sys.stdout.flush()
    for count in wanted.split(","):
        environment = os.environ | {"PORTAL_SHEET_ROWS": str(max(MOST_ROWS, int(count) + 1)), "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, __file__, "--measure", count], env=environment, check=True)


def _measure(count: int) -> None:
    from eldercare.sheets import reader
    from eldercare.sheets.limits import LIMITS

    # Memory is measured; a busy machine must not end the reading.
    patient = replace(LIMITS, **dict.fromkeys(("scan_seconds", "child_cpu_seconds", "child_wall_seconds"), 3600))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "sheet.xlsx")
        subprocess.run([sys.executable, "-c", "import sys, reading; reading.write(sys.argv[1], int(sys.argv[2]))", path,
                        str(count)], cwd=Path(__file__).parent, check=True)  # fmt: skip
        before = _resident()
        # What children before took is no part of the reading; the peak below must exceed it to count.
        writer = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        book = reader.read(path, "sheet.xlsx", limits=patient)
        assert sum(len(grid.rows) for grid in book.grids) == count + 1
        del book
        gc.collect()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    shown = f"{peak / KILOBYTES_A_MEGABYTE:.0f}" if peak > writer else f"≤ {peak / KILOBYTES_A_MEGABYTE:.0f}"
    sys.stdout.write(f"{count:<8,} {shown:<13} {_resident() - before:.0f}\n")


def write(path: str, count: int) -> None:
    """A sheet of so many rows: texts that differ, and numbers."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    tab = book.add_worksheet()
    tab.write_row(0, 0, [f"第{place}列" for place in range(COLUMNS)])
    for number in range(count):
        tab.write_row(number + 1, 0, [text.format(number) for text in CELLS])
        tab.write_row(number + 1, len(CELLS), [number / 4 + place for place in range(COLUMNS - len(CELLS))])
    book.close()


def _resident() -> float:
    """Megabytes that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024 / KILOBYTES_A_MEGABYTE


if __name__ == "__main__":
    main()

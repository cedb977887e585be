"""What the child makes of numbers and days is what openpyxl, a reader that many rely on, makes of the same file."""

import io
from datetime import date, datetime, time, timedelta

import openpyxl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eldercare.sheets import reader
from eldercare.sheets.wire import exact, moment

PLAIN = ["General", "0", "0.00", "#,##0", "#,##0.00", "0.00E+00", "@", '0"个"', '0.0"㎡";[Red]-0.0', "[$¥-804]#,##0.00"]
DATED = [
    "yyyy-mm-dd", "m/d/yy", "mm-dd-yy", "d-mmm-yy", "yyyy/m/d h:mm", 'yyyy"年"m"月"d"日"', 'yyyy"年"m"月"', "yyyy.m.d",
    "[$-804]yyyy/m/d;@", "h:mm:ss", "mm:ss",
]  # fmt: skip
NUMBERS = st.one_of(
    st.integers(-(10**12), 10**12),
    st.decimals(-(10**6), 10**6, places=2).map(float),
    st.floats(-1e12, 1e12, allow_nan=False).map(lambda value: float(f"{value:.15g}")),
)
# From March 1900, where every program counts alike, to the last day of the calendar's first century with us.
SERIALS = st.one_of(st.integers(61, 73_000), st.integers(61 * 24, 73_000 * 24).map(lambda hours: hours / 24))
PLAIN_CELLS = st.tuples(NUMBERS, st.sampled_from(PLAIN))
DATED_CELLS = st.tuples(SERIALS, st.sampled_from(DATED))
BARE = st.one_of(st.booleans(), st.text("敬老院村 &<>\"'=0１", min_size=1).filter(str.strip))
ROWS = st.lists(
    st.lists(st.one_of(st.none(), PLAIN_CELLS, DATED_CELLS, BARE), min_size=1, max_size=6), min_size=1, max_size=8
)


def written(rows: list[list]) -> bytes:
    """A workbook with one cell for each value; texts are written as texts, also those that begin with "="."""
    book = openpyxl.Workbook()
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = book.active.cell(number, column)
            if isinstance(value, tuple):
                cell.value, cell.number_format = value
            elif value is not None:
                cell.value = value
                cell.data_type = "s" if isinstance(value, str) else cell.data_type
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def theirs(content: bytes) -> dict[tuple[int, int], object]:
    """Address → value as openpyxl reads it, in the terms of our grids."""
    tab = openpyxl.load_workbook(io.BytesIO(content), data_only=True).active
    cells = (cell for row in tab.iter_rows() for cell in row if cell.value is not None)
    return {(cell.row, cell.column): _ours(cell.value) for cell in cells}


def _ours(value: object) -> object:
    if isinstance(value, (date, datetime, time, timedelta)):
        return moment(value)
    return exact(value) if isinstance(value, float) else value


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_a_workbook_reads_as_openpyxl_reads_it(tmp_path, rows):
    path = tmp_path / "upload"
    path.write_bytes(content := written(rows))
    grids = reader.read(path, "月报.xlsx").grids
    expected = {place: value for place, value in theirs(content).items() if not _is_empty(value)}
    found = {
        (number, column): value
        for grid in grids
        for number, row in enumerate(grid.rows, 1)
        for column, value in enumerate(row, 1)
        if value is not None
    }
    assert found == expected


def _is_empty(value: object) -> bool:
    return isinstance(value, str) and not value.strip()

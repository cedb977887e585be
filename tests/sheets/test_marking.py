"""The marked copy is made by a process of its own: a hostile file costs that process its life, and the copy comes all the same."""

import os
import string
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from packages import ROW, sheet, xlsx

from eldercare.sheets import marking, reader
from eldercare.sheets.limits import LIMITS, MEGABYTE
from eldercare.sheets.remarks import Look, Remark

REMARK = Remark(Look.ERROR, "床位数不是整数", "请填写整数", "机构", "A1", "床位数", "1.5")
# A merge over the whole worksheet: a few bytes to send, seventeen thousand million cells to a library that fills it.
WHOLE_SHEET = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "sent.xlsx"
    path.write_bytes(content)
    return path


def memory() -> int:
    """The most memory that this process has ever held, in kilobytes."""
    status = Path("/proc/self/status")
    if not status.exists():
        pytest.skip("只有 Linux 能看到进程用过的内存")
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))


def copy_of(path: Path, *, limits=LIMITS) -> openpyxl.Workbook:
    workbook = reader.read(path, "sent.xlsx")
    return openpyxl.load_workbook(BytesIO(marking.marked(workbook, [REMARK], path, limits=limits)))


def test_copy_keeps_the_sender_s_sheet_and_marks_the_cell(tmp_path):
    wide = sheet(before='<cols><col min="1" max="1" width="37" customWidth="1"/></cols>')
    book = copy_of(written(tmp_path, xlsx(sheet=wide)))
    tab = book["机构"]
    assert tab.column_dimensions["A"].width == 37
    assert tab["A1"].value == 1
    assert "床位数不是整数" in tab["A1"].comment.text
    assert "格式" not in book.worksheets[0]["A2"].value


def test_file_that_would_fill_the_memory_is_marked_without_harm_to_the_server(tmp_path):
    path = written(tmp_path, xlsx(sheet=sheet(after=WHOLE_SHEET)))
    before = memory()
    book = copy_of(path)
    assert "床位数不是整数" in book["机构"]["A1"].comment.text, "built from what was read"
    assert memory() - before < 64 * 1024


def test_book_with_a_million_styled_cells_is_copied_without_them_and_says_so(tmp_path):
    cells = "".join(f'<c r="{letter}{{0}}"/>' for letter in string.ascii_uppercase)
    rows = "".join(f'<row r="{number}">{cells.format(number)}</row>' for number in range(2, 40_000))
    path = written(tmp_path, xlsx(sheet=sheet(ROW + rows)))
    book = copy_of(path)
    assert "床位数不是整数" in book["机构"]["A1"].comment.text
    assert "没有保留格式" in book.worksheets[0]["A2"].value
    assert book["机构"].max_row == 1


def test_one_coloured_cell_in_the_last_row_does_not_cost_the_sheet_its_layout(tmp_path):
    """People colour a column to its end; the rows between hold nothing and must not be made."""
    far = '<row r="1048576"><c r="A1048576" s="1"/><c r="BH1048576" s="1"/></row>'
    wide = sheet(ROW + far, before='<cols><col min="1" max="1" width="37" customWidth="1"/></cols>')
    book = copy_of(written(tmp_path, xlsx(sheet=wide)))
    assert book["机构"].column_dimensions["A"].width == 37
    assert "床位数不是整数" in book["机构"]["A1"].comment.text


def test_without_time_or_memory_the_list_of_remarks_remains(tmp_path):
    path = written(tmp_path, xlsx())
    for tight in (replace(LIMITS, child_wall_seconds=0), replace(LIMITS, child_memory_bytes=16 * MEGABYTE)):
        book = copy_of(path, limits=tight)
        assert len(book.sheetnames) == 1
        assert "床位数不是整数" in [cell.value for row in book.worksheets[0].iter_rows() for cell in row]
        assert "请照这份清单改自己的表" in book.worksheets[0]["A2"].value


def test_marking_leaves_no_process_and_no_file_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", None)
    copy_of(written(tmp_path, xlsx()))
    assert list((tmp_path / "temporary").iterdir()) == []
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)

"""What the guard admits and what it refuses, file by hostile file."""

import hashlib
import re
import subprocess
import sys
from dataclasses import replace

import pytest
from hostile import CASES, Case
from packages import sheet, xlsx

from eldercare.sheets import guard, process, reader
from eldercare.sheets.limits import LIMITS
from eldercare.sheets.refusal import CATALOGUE


def write(folder, data):
    path = folder / "upload"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_hostile_file_meets_its_refusal(case: Case, tmp_path):
    path = write(tmp_path, case.build())
    if case.code is None:
        assert reader.read(path, case.filename).grids
        return
    with pytest.raises(guard.Refused) as caught:
        reader.read(path, case.filename)
    assert (caught.value.code, bool(caught.value.message), bool(caught.value.hint)) == (case.code, True, True)
    assert "{" not in caught.value.message


def test_admitted_file_is_described(tmp_path):
    data = xlsx()
    admitted = guard.inspect(write(tmp_path, data), "三月 月报.XLSX")
    assert admitted == guard.Admitted(
        tmp_path / "upload", "三月 月报.XLSX", "xlsx", len(data), hashlib.sha256(data).hexdigest()
    )


def test_inspection_alone_refuses_a_bad_sheet(tmp_path):
    with pytest.raises(guard.Refused, match="DOCTYPE"):
        guard.inspect(write(tmp_path, xlsx(sheet="<!DOCTYPE x>" + sheet())), "a.xlsx")


def test_refusal_names_the_cell(tmp_path):
    rows = '<row r="3"><c r="AB3" t="str"><v>x_x0007_</v></c></row>'
    with pytest.raises(guard.Refused) as caught:
        guard.inspect(write(tmp_path, xlsx(rows=rows)), "a.xlsx")
    assert caught.value.message.startswith("工作表“机构”的 AB3 单元格")
    assert "U+0007" in caught.value.message


def test_limits_can_be_lifted(tmp_path):
    rows = '<row r="1"><c r="BZ1"><v>1</v></c></row>'
    path = write(tmp_path, xlsx(rows=rows))
    wide = replace(LIMITS, columns=100)
    assert reader.read(path, "a.xlsx", limits=wide).grids[0].value(1, 78) == 1


def test_scan_without_time_is_refused(tmp_path):
    with pytest.raises(guard.Refused) as caught:
        guard.inspect(write(tmp_path, xlsx()), "a.xlsx", limits=replace(LIMITS, scan_seconds=0))
    assert caught.value.code == "too_slow"


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (replace(LIMITS, child_wall_seconds=0), "too_slow"),
        (replace(LIMITS, child_output_bytes=20), "too_much_text"),
    ],
    ids=["time", "output"],
)
def test_reading_process_beyond_its_bounds_is_refused(tmp_path, limits, code):
    with pytest.raises(guard.Refused) as caught:
        reader.read(write(tmp_path, xlsx()), "a.xlsx", limits=limits)
    assert caught.value.code == code


def test_reading_process_without_memory_is_refused(tmp_path):
    data = b"a,b\n" + (b"x" * 32_000 + b"\n") * 300
    with pytest.raises(guard.Refused) as caught:
        reader.read(write(tmp_path, data), "a.csv", limits=replace(LIMITS, child_memory_bytes=56 * 1024 * 1024))
    assert caught.value.code == "too_much_memory"


def test_reading_process_knows_neither_django_nor_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    names = ", ".join(f"eldercare.sheets.{name}" for name in ("child", "csvfile", "xlsfile", "xlsxfile", "marker"))
    code = (
        f"import os, sys; import {names}; print(sorted(m for m in sys.modules if m.startswith('django')), 'secret' in"
        " str(os.environ))"
    )
    ran = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env=process._environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "[] False\n"


def test_every_refusal_of_the_catalogue_speaks_chinese():
    assert all(re.search("[一-龥]{4}", text) for pair in CATALOGUE.values() for text in pair)


@pytest.mark.parametrize(
    ("filename", "advice"),
    [
        ("月报.et", "另存为"),
        ("月报.pdf", "不要上传打印或导出的 PDF"),
        ("月报.JPG", "不要上传照片或截图"),
        ("月报.wps", "复制到 Excel 或 WPS 表格里"),
        ("月报.zip", "先解压"),
        ("月报.numbers", "导出为"),
        ("月报.xlsx.crdownload", "等它完成"),
        ("月报.xlsx.lnk", "快捷方式"),
        ("月报", "末尾补上原来的后缀"),
    ],
)
def test_other_suffix_is_told_what_to_do_with_such_a_file(tmp_path, filename, advice):
    with pytest.raises(guard.Refused) as caught:
        guard.inspect(write(tmp_path, b"any"), filename)
    assert caught.value.code == "suffix"
    assert advice in caught.value.hint


def test_suffix_changed_by_hand_is_changed_back(tmp_path):
    with pytest.raises(guard.Refused) as caught:
        guard.inspect(write(tmp_path, xlsx()), "a.xls")
    assert "把文件名末尾的 .xls 改回 .xlsx" in caught.value.hint


@pytest.mark.parametrize("filename", ["~$月报.xlsx", ".~月报.xlsx", ".~lock.月报.xlsx#"])
def test_what_a_program_lays_beside_an_open_file_is_told_apart(tmp_path, filename):
    with pytest.raises(guard.Refused) as caught:
        guard.inspect(write(tmp_path, b"\x05user"), filename)
    assert caught.value.code == "lock_file"

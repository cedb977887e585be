"""A serving process that is killed while it reads a file leaves nothing of that file in the folder for temporary files."""

import subprocess
import sys
import tempfile
import threading
import time
from io import BytesIO
from pathlib import Path

import packages
import pytest
from filled import MONTH
from portal import served
from visitor import JSON, Visitor

PATIENCE = 20
PLENTY = "".join(f'<row r="{n}"><c t="inlineStr"><is><t>{"长" * 900}{n}</t></is></c></row>' for n in range(1, 15_000))


@pytest.fixture(scope="module")
def long_to_read() -> bytes:
    """A file whose reading takes a second or two."""
    return packages.xlsx(rows=PLENTY)


def folder_of(portal) -> Path:
    """Where the processes of that server keep temporary files."""
    (folder,) = Path(tempfile.gettempdir()).glob(f"eldercare-files-{portal.server}-*")
    return folder


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def comes_true(condition) -> bool:
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(condition())


def test_killed_process_leaves_no_temporary_file(portal, long_to_read):
    official, folder = Visitor(portal, "township"), folder_of(portal)
    kept = files_in(Path(portal.env["PORTAL_VAR"]) / "files")
    assert folder.stat().st_mode & 0o077 == 0
    file = BytesIO(long_to_read)
    file.name = "月报.xlsx"
    sending = threading.Thread(
        target=lambda: official.post("/uploads/new/", JSON, kind="progress", period=MONTH, file=file)
    )
    sending.start()
    assert comes_true(lambda: files_in(folder))
    portal.kill_workers()
    sending.join()
    assert comes_true(lambda: not files_in(folder))
    assert files_in(Path(portal.env["PORTAL_VAR"]) / "files") == kept, "no file that no upload knows"
    assert official.get("/uploads/").status == 200, "another process has taken its place"


def test_folder_goes_with_the_server(portal):
    with served(portal.env) as second:
        folder = folder_of(second)
        assert folder.is_dir()
    assert not folder.exists()


def test_what_a_server_left_that_was_cut_off_goes_when_the_next_one_starts(portal):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = Path(tempfile.mkdtemp(prefix=f"eldercare-files-{gone.pid}-"))
    others = Path(tempfile.mkdtemp(prefix="eldercare-files-of-somebody-"))
    (left / "file.xlsx").write_bytes(b"x")
    running = folder_of(portal)
    with served(portal.env):
        assert not left.exists()
        assert running.is_dir()
    assert others.is_dir()
    others.rmdir()

"""Files with personal data as they lie on the disk: sealed, so that a backup of the folder shows nobody's number.

A sheet of a kind with a `file_permission` is kept encrypted under the same keys as the columns; every other one as it came.
One that was sent to another kind by mistake is not kept at all.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eldercare import personal
from eldercare.sheets import matching
from eldercare.sheets.cells import Problem, Workbook
from eldercare.uploads.kinds import UploadKind, UploadRefused, personal_kinds
from eldercare.uploads.upload import Upload

CLEARED = "保存期已满，原始文件已经清除，不能再办理；需要时请重新上传。"
OWN_COLUMNS = 4
"""A roster has at least so many of its columns; a plan table that names a contact has fewer."""


def stored(kind: UploadKind, content: bytes) -> bytes:
    """What is written to the disk of a file that was sent."""
    return personal.sealed_file(content) if kind.file_permission else content


def named(kind: UploadKind, filename: str) -> str:
    """What a file is called from now on: a number in the name of a roster is somebody's."""
    return personal.veiled_name(filename) if kind.file_permission else filename


def without_numbers(kind: UploadKind, rows: list[dict]) -> list[dict]:
    """Rows as a preview shows them: of a roster those that are wrong, where a number may stand in any cell, are veiled."""
    if not kind.file_permission:
        return rows
    return [_veiled(row) if row["action"] == "wrong" else row for row in rows]


def _veiled(value):
    """Every text of a row, however deep; what is no text stays."""
    if isinstance(value, dict):
        return {key: _veiled(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_veiled(part) for part in value]
    return personal.veiled(value) if isinstance(value, str) else value


def content_of(upload: Upload) -> bytes:
    """The sender's file, byte for byte. Raises FileNotFoundError when it is gone, or sealed under a key that is gone."""
    if not upload.file:
        raise FileNotFoundError("the file was cleared")
    with upload.file.open("rb") as file:
        content = file.read()
    return personal.unsealed_file(content) if _is_personal(upload) else content


@contextmanager
def readable(upload: Upload) -> Iterator[Path]:
    """Where the sender's file can be read while the block lasts. Raises as `content_of` does."""
    if not _is_personal(upload):
        yield Path(upload.file.path)
        return
    with laid_out(content_of(upload)) as path:
        yield path


@contextmanager
def laid_out(content: bytes) -> Iterator[Path]:
    """A private copy on the disk, as it came, while the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        yield path


def refuse_strays(kind: UploadKind, workbook: Workbook) -> None:
    """Stop a roster that was sent to a kind of sheet whose files everybody may fetch. Raises UploadRefused."""
    if kind.file_permission:
        return
    for other in personal_kinds():
        layout, _ = matching.choose(workbook, other.sheet(None).columns)
        if layout is not None and len(layout.found) >= OWN_COLUMNS:
            message = f"这是《{other.label}》，里面有个人的电话或证书编号，不能作为《{kind.label}》上传，文件没有保存"
            raise UploadRefused(
                Problem("personal_data", message, f"请在《{other.label}》的上传页面上传；这里请另选文件")
            )


def _is_personal(upload: Upload) -> bool:
    return bool(upload.declared and upload.declared.file_permission)

"""May this file be opened at all? Everything about a stranger's file that can be settled before a reader sees it."""

import hashlib
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from . import csvfile, signatures
from .archive import Archive
from .limits import LIMITS, MEGABYTE, Limits
from .rebuild import Rebuild
from .refusal import Refused, refuse, refuse_suffix
from .sheetpart import Outline

__all__ = ["Admitted", "Prepared", "Refused", "inspect", "prepare"]

SUFFIXES = ("xlsx", "xls", "csv")
# What Excel, WPS and LibreOffice lay beside a file while it is open.
_LOCKS = ("~$", ".~")


@dataclass(frozen=True, slots=True)
class Admitted:
    """A file that may be read: where it is, the name its sender gave it, suffix without dot, bytes, sha256 in hex."""

    path: Path
    filename: str
    suffix: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """An admitted file and the private copy to read: the same bytes, or for .xlsx the minimal package and outlines."""

    admitted: Admitted
    copy: Path
    outlines: list[Outline] = field(default_factory=list)


def inspect(path: Path | str, filename: str, *, limits: Limits = LIMITS) -> Admitted:
    """Decide whether the file may be read; `filename` is what its sender called it, only its suffix matters.

    Raises Refused with code, message and hint. What can only be found while reading (a damaged .xls, a control
    character in a .csv) is left to the reader.
    """
    with tempfile.TemporaryDirectory() as folder:
        return prepare(path, filename, Path(folder), limits).admitted


def prepare(path: Path | str, filename: str, folder: Path, limits: Limits = LIMITS) -> Prepared:
    """Inspect the file and put what the reader may see into `folder`; raises Refused as `inspect` does."""
    path = Path(path)
    data = _content(path, limits)
    suffix = _suffix(filename)
    admitted = Admitted(path, filename, suffix, len(data), hashlib.sha256(data).hexdigest())
    return _CHECKS[suffix](admitted, data, folder / f"table.{suffix}", limits)


def _content(path: Path, limits: Limits) -> bytes:
    # One byte more than allowed is enough to know, and the file cannot change between check and use.
    with path.open("rb") as file:
        data = file.read(limits.file_bytes + 1)
    if not data:
        raise refuse("empty")
    if len(data) > limits.file_bytes:
        raise refuse("too_big", megabytes=limits.file_bytes // MEGABYTE)
    return data


def _suffix(filename: str) -> str:
    if Path(filename).name.startswith(_LOCKS):
        raise refuse("lock_file")
    suffix = Path(filename).suffix.lower().removeprefix(".")
    if suffix not in SUFFIXES:
        raise refuse_suffix(suffix)
    return suffix


def _xlsx(admitted: Admitted, data: bytes, copy: Path, limits: Limits) -> Prepared:
    if not data.startswith(signatures.ZIP):
        raise _misnamed(admitted.suffix, data)
    archive = Archive(data, limits)
    _must_be_workbook(archive)
    return Prepared(admitted, copy, Rebuild(archive, limits).write(copy))


def _must_be_workbook(archive: Archive) -> None:
    mimetype = b"".join(archive.chunks("mimetype", 1024)) if "mimetype" in archive else b""
    kind = signatures.zip_kind(archive.names, mimetype)
    if kind == "zip":
        raise refuse("compressed", kind="ZIP")
    if kind != "xlsx":
        raise refuse(kind)


def _xls(admitted: Admitted, data: bytes, copy: Path, limits: Limits) -> Prepared:
    if not data.startswith(signatures.OLE) or signatures.ole_kind(data) != "xls":
        raise _misnamed(admitted.suffix, data)
    copy.write_bytes(data)
    return Prepared(admitted, copy)


def _csv(admitted: Admitted, data: bytes, copy: Path, limits: Limits) -> Prepared:
    if data.startswith((signatures.ZIP, signatures.OLE)) or signatures.foreign(data):
        raise _misnamed(admitted.suffix, data)
    csvfile.decode(data)
    copy.write_bytes(data)
    return Prepared(admitted, copy)


_CHECKS = {"xlsx": _xlsx, "xls": _xls, "csv": _csv}


def _misnamed(suffix: str, data: bytes) -> Refused:
    """Why content that does not go with its suffix is refused: what it truly is, as far as can be told."""
    if data.startswith(signatures.OLE):
        return _misnamed_kind(suffix, signatures.ole_kind(data))
    if data.startswith(signatures.ZIP):
        archive = Archive(data, LIMITS)
        try:
            _must_be_workbook(archive)
        except Refused as refused:
            return refused
        return refuse("renamed", suffix=suffix, kind="xlsx")
    return signatures.foreign(data) or refuse(_plain_or_unknown(data), suffix=suffix)


def _misnamed_kind(suffix: str, kind: str) -> Refused:
    if kind == "xls":
        return refuse("renamed", suffix=suffix, kind=kind)
    return refuse("unknown_content" if kind == "unknown" else kind, suffix=suffix)


def _plain_or_unknown(data: bytes) -> str:
    try:
        csvfile.decode(data)
    except Refused:
        return "unknown_content"
    return "unknown_content" if b"\0" in data[:4096] and data[:1] not in b"\xff\xfe" else "text_as_excel"

"""A zip file from a stranger: its directory is checked as a whole, its parts are inflated within bounds."""

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator

from .limits import Limits
from .refusal import refuse

_CENTRAL_ENTRY = b"PK\x01\x02"
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_UNSAFE_NAME = re.compile(r"(^|/)\.{1,2}(/|$)|^/|\\|:|[\x00-\x1f]")
_CHUNK = 64 * 1024
_ENCRYPTED, _UTF8 = 0x1, 0x800


class Archive:
    """The entries of a zip whose directory is sound; names are looked up without regard to case, as OPC does.

    Raises Refused for a damaged file, too many, duplicate, unsafe, linked, encrypted or overlapping entries, and for
    compression other than stored and deflated. Declared sizes are never believed.
    """

    def __init__(self, data: bytes, limits: Limits):
        self._data, self._limits, self._inflated = data, limits, 0
        self._entries = {info.filename.casefold(): info for info in self._directory()}
        self._starts = self._spans()

    @property
    def names(self) -> set[str]:
        """Casefolded names of all entries."""
        return set(self._entries)

    def declared_bytes(self) -> int:
        """What all entries together claim to inflate to: a claim, good only for turning a file away."""
        return sum(info.file_size for info in self._entries.values())

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._entries

    def _directory(self) -> list[zipfile.ZipInfo]:
        # Signatures are counted before the library builds an object for each of a few hundred thousand entries;
        # a stored workbook inside the file brings some of its own, so this first bound is a loose one.
        if self._data.count(_CENTRAL_ENTRY) > 20 * self._limits.entries:
            raise refuse("too_many_parts", limit=self._limits.entries)
        try:
            with zipfile.ZipFile(io.BytesIO(self._data)) as file:
                entries, self._end = file.infolist(), file.start_dir
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, IndexError, OSError) as error:
            raise refuse("broken_zip") from error
        self._check(entries)
        return entries

    def _check(self, entries: list[zipfile.ZipInfo]) -> None:
        if len(entries) > self._limits.entries:
            raise refuse("too_many_parts", limit=self._limits.entries)
        for info in entries:
            _check_entry(info)
        if len({info.filename.casefold() for info in entries}) < len(entries):
            raise refuse("duplicate_part")

    def _spans(self) -> dict[str, int]:
        """Where the data of each entry starts; no entry may reach into the next one or into the directory."""
        starts, free = {}, 0
        ordered = sorted(self._entries.items(), key=lambda entry: entry[1].header_offset)
        # Bytes before the first entry may be a whole other archive, and programs disagree about which one counts.
        if ordered and ordered[0][1].header_offset:
            raise refuse("overlap")
        for name, info in ordered:
            if info.header_offset < free:
                raise refuse("overlap")
            starts[name] = self._data_start(info)
            free = starts[name] + info.compress_size
        if free > self._end:
            raise refuse("overlap")
        return starts

    def _data_start(self, info: zipfile.ZipInfo) -> int:
        header = self._data[info.header_offset : info.header_offset + _LOCAL_HEADER.size]
        if len(header) < _LOCAL_HEADER.size or header[:4] != b"PK\x03\x04":
            raise refuse("broken_zip")
        _, name_length, extra_length = _LOCAL_HEADER.unpack(header)
        name_start = info.header_offset + _LOCAL_HEADER.size
        name = self._data[name_start : name_start + name_length]
        if name != info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8 else "cp437"):
            raise refuse("broken_zip")
        return name_start + name_length + extra_length

    def chunks(self, name: str, cap: int | None = None) -> Iterator[bytes]:
        """The inflated entry in pieces of at most 64 KB.

        `cap` (bytes) defaults to the limit for one entry. Raises Refused `bomb` as soon as a bound is passed,
        `broken_zip` when the data ends early or its checksum is wrong, `broken_parts` when there is no such entry.
        """
        info = self._entries.get(name.casefold())
        if info is None:
            raise refuse("broken_parts")
        size = checksum = 0
        for chunk in self._inflate(info, self._starts[name.casefold()]):
            size += len(chunk)
            self._bound(size, len(chunk), info.compress_size, cap or self._limits.entry_bytes)
            checksum = zlib.crc32(chunk, checksum)
            yield chunk
        if checksum != info.CRC:
            raise refuse("broken_zip")

    def _bound(self, size: int, more: int, compressed: int, cap: int) -> None:
        self._inflated += more
        too_dense = size > self._limits.ratio_from_bytes and size > self._limits.ratio * compressed
        if size > cap or self._inflated > self._limits.total_bytes or too_dense:
            raise refuse("bomb")

    def _inflate(self, info: zipfile.ZipInfo, start: int) -> Iterator[bytes]:
        end = start + info.compress_size
        pieces = (self._data[at : min(at + _CHUNK, end)] for at in range(start, end, _CHUNK))
        if info.compress_type == zipfile.ZIP_STORED:
            yield from pieces
            return
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for piece in pieces:
                while piece and not inflater.eof:
                    yield inflater.decompress(piece, _CHUNK)
                    piece = inflater.unconsumed_tail
            yield from _rest(inflater)
        except zlib.error as error:
            raise refuse("broken_zip") from error
        if not inflater.eof:
            raise refuse("broken_zip")


def _rest(inflater: "zlib._Decompress") -> Iterator[bytes]:
    """What the inflater still holds back because the last piece gave more than one chunk."""
    while not inflater.eof:
        chunk = inflater.decompress(inflater.unconsumed_tail, _CHUNK)
        if not chunk:
            return
        yield chunk


def _check_entry(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise refuse("encrypted")
    if _UNSAFE_NAME.search(info.orig_filename) or stat.S_ISLNK(info.external_attr >> 16):
        raise refuse("unsafe_part")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise refuse("method")

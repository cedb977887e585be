"""Photos and documents kept as evidence: what a file must be to be kept, judged by its bytes and not by its name.

A photo (jpg, png, webp) or a PDF is kept as it is; a Word or Excel file only as a sound package without macros.
"""

import hashlib
import re
import struct
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from . import signatures
from .archive import Archive
from .limits import LIMITS, MEGABYTE
from .refusal import Refused

NAME_LENGTH = 200
UNNAMED = "未命名"
ACCEPTED = "可以上传照片（jpg、png、webp）、PDF、Word（docx）、Excel（xlsx）。"
SAVE_AS = "请用 WPS 或 Office 打开，另存为 .{suffix} 后再上传。"
# A thick report brings a few hundred pictures; nothing of it is unpacked here but its list of contents.
PACKAGE = replace(LIMITS, entries=3_000)
UNPACKED_BYTES = 300 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is kept: its content type, its greatest size in MB, and whether a browser may show it."""

    content_type: str
    megabytes: int
    label: str
    shown: bool = True


_OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS = {
    "jpg": Kind("image/jpeg", 10, "JPG 照片"),
    "jpeg": Kind("image/jpeg", 10, "JPG 照片"),
    "png": Kind("image/png", 10, "PNG 图片"),
    "webp": Kind("image/webp", 10, "WebP 图片"),
    "pdf": Kind("application/pdf", 20, "PDF 文件"),
    "docx": Kind(f"{_OFFICE}wordprocessingml.document", 10, "Word 文档", shown=False),
    "xlsx": Kind(f"{_OFFICE}spreadsheetml.sheet", 10, "Excel 工作簿", shown=False),
}
SHOWN = frozenset(kind.content_type for kind in KINDS.values() if kind.shown)
MOST_BYTES = max(kind.megabytes for kind in KINDS.values()) * MEGABYTE

# What a refused suffix is, and what its sender can do.
_NOT_KEPT = (
    ("doc wps rtf odt", "旧版或其他格式的文档", SAVE_AS.format(suffix="docx")),
    ("xls et csv ods", "旧版或其他格式的表格", SAVE_AS.format(suffix="xlsx")),
    ("docm dotm xlsm xltm xlsb pptm", "可能带宏（程序代码）的文件", SAVE_AS.format(suffix="docx 或 .xlsx")),
    ("heic heif", "苹果手机的 HEIC 照片", "请在手机“设置—相机—格式”里选“兼容性最佳”，或另存为 JPG 后再上传。"),
    ("gif bmp tif tiff", "其他格式的图片", "请另存为 JPG 或 PNG 后再上传。"),
    ("html htm mht svg xml xhtml", "网页或可以带程序的图形", "请截图，或打印成 PDF 后再上传。"),
    ("zip rar 7z gz tar", "压缩包", "请先解压，再把里面的文件逐个上传。"),
    ("exe bat cmd com msi js vbs ps1 lnk scr apk", "程序", "程序不能作附件。"),
    ("mp4 mov avi mp3 wav m4a", "音频或视频", "请截取照片，或写成文字说明。"),
)
_OTHER_SUFFIXES = {suffix: (what, hint) for names, what, hint in _NOT_KEPT for suffix in names.split()}
# What content truly is, by its first bytes: the names of what is often renamed.
_FIRST_BYTES = (
    (b"\xff\xd8\xff", "JPG 照片"),
    (b"\x89PNG", "PNG 图片"),
    (b"GIF8", "GIF 图片"),
    (b"BM", "BMP 图片"),
    (b"II*\x00", "TIFF 图片"),
    (b"MM\x00*", "TIFF 图片"),
    (b"%PDF-", "PDF 文件"),
    (b"MZ", "程序（EXE）"),
    (b"\x7fELF", "程序"),
    (b"#!", "脚本程序"),
    (b"Rar!", "压缩包（RAR）"),
    (b"7z\xbc\xaf", "压缩包（7z）"),
    (b"\x1f\x8b", "压缩包（GZIP）"),
)
_OLE_KINDS = {
    "encrypted": "加了打开密码的文件",
    "macro": "带宏的旧版表格",
    "xls": "旧版 Excel（.xls）",
    "docx": "旧版 Word（.doc）",
    "pptx": "旧版演示文稿",
}
_ZIP_KINDS = {
    "docx": "Word 文档",
    "xlsx": "Excel 工作簿",
    "pptx": "演示文稿",
    "xlsb": "二进制工作簿",
    "ods": "OpenDocument 文件",
}
_SVG = re.compile(rb"<svg\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that is kept: the name to show, suffix without dot, content type, bytes, sha256 in hex."""

    filename: str
    suffix: str
    content_type: str
    data: bytes
    sha256: str


def admit(filename: str, data: bytes) -> Paper:
    """Decide whether a file is kept. Raises Refused, which says what it is and what its sender can do."""
    name = shown_name(filename)
    suffix = _suffix(name)
    kind = KINDS.get(suffix)
    if kind is None:
        raise _other_suffix(suffix)
    if not data:
        raise Refused("empty", "这个文件是空的，里面没有任何内容。", "请打开原文件确认已经保存，再重新上传。")
    if len(data) > kind.megabytes * MEGABYTE:
        hint = "请压缩图片或分成几个文件后再上传。"
        raise Refused("too_big", f"{kind.label}不能超过 {kind.megabytes} MB，没有保存。", hint)
    _LOOKS[suffix](suffix, data)
    return Paper(name, suffix, kind.content_type, data, hashlib.sha256(data).hexdigest())


def shown_name(filename: str) -> str:
    """The sender's name of a file without folders and invisible characters, cut in its stem where it is too long."""
    last = re.split(r"[/\\]", filename)[-1]
    # Control and format characters: a line break breaks a list, and U+202E lets gpj.exe read as exe.jpg.
    visible = "".join(sign for sign in last if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    path = PurePosixPath(visible.strip().lstrip(".") or UNNAMED)
    suffix = path.suffix[:10]
    stem = path.name.removesuffix(path.suffix).strip() or UNNAMED
    return stem[: NAME_LENGTH - len(suffix)] + suffix


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower().removeprefix(".")


def _other_suffix(suffix: str) -> Refused:
    what, hint = _OTHER_SUFFIXES.get(suffix, ("", ""))
    named = f"后缀是“.{suffix}”" if suffix else "没有后缀"
    said = f"这是{what}（{named}），不能作附件。" if what else f"这个文件{named}，不能作附件。"
    return Refused("suffix", said, hint or ACCEPTED)


def _misnamed(suffix: str, data: bytes) -> Refused:
    truly = _content(data)
    if truly is None:
        return Refused("unknown_content", f"文件后缀是 .{suffix}，内容却不是{KINDS[suffix].label}。", ACCEPTED)
    return Refused("renamed", f"文件后缀是 .{suffix}，内容其实是{truly}，没有保存。", f"不要改后缀。{ACCEPTED}")


def _content(data: bytes) -> str | None:
    """What the content truly is, in words; None when it cannot be told."""
    if data.startswith(signatures.OLE):
        return _OLE_KINDS.get(signatures.ole_kind(data), "旧版 Office 文件")
    if data.startswith((signatures.ZIP, b"PK\x05\x06")):
        return _packaged(data)
    if data[:4] == b"RIFF":
        return "WebP 图片" if data[8:12] == b"WEBP" else "音频或视频"
    if data[4:8] == b"ftyp":
        return "HEIC 照片" if data[8:12] in (b"heic", b"heix", b"mif1", b"msf1") else "音频或视频"
    named = next((what for magic, what in _FIRST_BYTES if data.startswith(magic)), None)
    return named or _text(data)


def _text(data: bytes) -> str | None:
    head = data[:4096]
    if _SVG.search(head):
        return "SVG 图形（可以带程序）"
    if signatures.foreign(data):
        return "网页或 XML 文本"
    return "纯文本" if b"\0" not in head and _is_text(head) else None


def _is_text(head: bytes) -> bool:
    return not any(byte < 32 and byte not in (9, 10, 12, 13) for byte in head)


def _packaged(data: bytes) -> str:
    try:
        return _ZIP_KINDS.get(_kind(Archive(data, PACKAGE)), "压缩包（ZIP）")
    except Refused:
        return "压缩包（ZIP）"


def _kind(archive: Archive) -> str:
    """What a package holds; not every package with a list of content types is a workbook."""
    kind = signatures.zip_kind(archive.names, _part(archive, "mimetype"))
    return "zip" if kind == "xlsx" and "xl/workbook.xml" not in archive.names else kind


def _part(archive: Archive, name: str) -> bytes:
    return b"".join(archive.chunks(name, MEGABYTE)) if name in archive else b""


def _damaged(kind: str) -> Refused:
    hint = "请在本机打开检查；打不开的话重新拍照或向提供人重新索取。"
    return Refused("damaged", f"这个{kind}不完整，可能没有传完。", hint)


def _jpeg(suffix: str, data: bytes) -> None:
    if not data.startswith(b"\xff\xd8\xff"):
        raise _misnamed(suffix, data)
    if b"\xff\xd9" not in data[4:]:
        raise _damaged("照片")


def _png(suffix: str, data: bytes) -> None:
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        raise _misnamed(suffix, data)
    if data[12:16] != b"IHDR" or b"IEND" not in data[16:] or 0 in struct.unpack(">II", data[16:24]):
        raise _damaged("图片")


def _webp(suffix: str, data: bytes) -> None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise _misnamed(suffix, data)
    if len(data) < 20 or int.from_bytes(data[4:8], "little") + 8 > len(data):
        raise _damaged("图片")


def _pdf(suffix: str, data: bytes) -> None:
    if not data.startswith(b"%PDF-"):
        raise _misnamed(suffix, data)
    if b"%%EOF" not in data[-2048:]:
        raise _damaged("PDF 文件")


def _office(suffix: str, data: bytes) -> None:
    if not data.startswith(signatures.ZIP):
        raise _misnamed(suffix, data)
    try:
        archive = Archive(data, PACKAGE)
        kind, types = _kind(archive), _part(archive, "[Content_Types].xml").lower()
    except Refused as refused:
        raise Refused(refused.code, refused.message, SAVE_AS.format(suffix=suffix)) from refused
    if kind != suffix:
        raise _misnamed(suffix, data)
    if b"macroenabled" in types or any(
        name.endswith("vbaproject.bin") or "/activex/" in name for name in archive.names
    ):
        raise Refused("macro", "这个文件带有宏（程序代码），不能作附件。", SAVE_AS.format(suffix=suffix))
    if archive.declared_bytes() > UNPACKED_BYTES:
        raise Refused("bomb", "文件展开后大得不正常，没有保存。", "请删掉多余内容，或打印成 PDF 后再上传。")


_LOOKS: dict[str, Callable[[str, bytes], None]] = {
    "jpg": _jpeg,
    "jpeg": _jpeg,
    "png": _png,
    "webp": _webp,
    "pdf": _pdf,
    "docx": _office,
    "xlsx": _office,
}

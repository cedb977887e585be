"""Photos and documents kept as evidence: what is kept, what is refused in which words, and how a sender's name is shown."""

import papers as made
import pytest

from eldercare.sheets import papers
from eldercare.sheets.refusal import Refused

MB = 1024 * 1024
JPG, PNG = made.JPEG, made.png()
ENCRYPTED = (
    made.OLE + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\0\0" + b"\0" * 30 + (34).to_bytes(2, "little")
)

KEPT = {
    "现场.jpg": (JPG, "image/jpeg"),
    "现场.JPEG": (JPG, "image/jpeg"),
    "平面图.png": (PNG, "image/png"),
    "门头.webp": (made.WEBP, "image/webp"),
    "消防验收意见书.pdf": (made.PDF, "application/pdf"),
    "说明.docx": (made.docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "清单.xlsx": (made.xlsx(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "满.png": (PNG[:-12] + b"\0" * (10 * MB - len(PNG)) + PNG[-12:], "image/png"),
}
# name, content, code, words that stand in the message
HOSTILE = [
    ("空.jpg", b"", "empty", "空的"),
    ("大.jpg", JPG + b"\0" * (10 * MB), "too_big", "不能超过 10 MB"),
    ("大.pdf", made.PDF + b"\0" * (20 * MB), "too_big", "不能超过 20 MB"),
    ("大.docx", made.docx() + b"\0" * (10 * MB), "too_big", "不能超过 10 MB"),
    ("网页.html", made.HTML, "suffix", "网页"),
    ("图.svg", made.SVG, "suffix", "可以带程序的图形"),
    ("安装.exe", made.EXE, "suffix", "程序"),
    ("照片.heic", b"\0\0\0\x18ftypheic", "suffix", "HEIC"),
    ("动图.gif", b"GIF89a", "suffix", "其他格式的图片"),
    ("资料.zip", made.package(a_txt=b"x"), "suffix", "压缩包"),
    ("旧表.xls", made.OLE, "suffix", "旧版"),
    ("宏.docm", made.docx(), "suffix", "宏"),
    ("宏.xlsm", made.xlsx(), "suffix", "宏"),
    ("没有后缀", JPG, "suffix", "没有后缀"),
    ("双重.jpg.exe", made.EXE, "suffix", "程序"),
    ("点.jpg.", JPG, "suffix", "后缀"),
    ("脚本.js", b"alert(1)", "suffix", "程序"),
    ("视频.mp4", b"\0\0\0\x18ftypisom", "suffix", "视频"),
    ("网页.jpg", made.HTML, "renamed", "网页"),
    ("网页.pdf", b"\n" + made.HTML, "renamed", "网页"),
    ("图.png", made.SVG, "renamed", "SVG"),
    ("图.png", b"<?xml version='1.0'?>" + made.SVG, "renamed", "SVG"),
    ("程序.jpg", made.EXE, "renamed", "程序（EXE）"),
    ("程序.pdf", b"\x7fELF\x02\x01" + b"\0" * 60, "renamed", "程序"),
    ("脚本.pdf", b"#!/bin/sh\nrm -rf /\n", "renamed", "脚本"),
    ("压缩.jpg", made.package(a_txt=b"x"), "renamed", "压缩包（ZIP）"),
    ("压缩.docx", made.package(a_txt=b"x"), "renamed", "压缩包（ZIP）"),
    ("压缩.png", b"Rar!\x1a\x07\x00", "renamed", "RAR"),
    ("表.docx", made.xlsx(), "renamed", "Excel 工作簿"),
    ("文.xlsx", made.docx(), "renamed", "Word 文档"),
    ("文.pdf", made.docx(), "renamed", "Word 文档"),
    ("片.png", JPG, "renamed", "JPG 照片"),
    ("片.jpg", PNG, "renamed", "PNG 图片"),
    ("片.jpg", made.WEBP, "renamed", "WebP 图片"),
    ("苹果.jpg", b"\0\0\0\x18ftypheic" + b"\0" * 40, "renamed", "HEIC"),
    ("录音.webp", b"RIFF\x24\0\0\0WAVEfmt ", "renamed", "音频"),
    ("加密.xlsx", ENCRYPTED, "renamed", "加了打开密码"),
    ("文字.png", "会议纪要".encode(), "renamed", "纯文本"),
    ("乱码.jpg", bytes(range(128, 256)) + b"\0\0", "unknown_content", "不是JPG 照片"),
    ("半张.jpg", JPG[:-2], "damaged", "不完整"),
    ("半张.png", PNG[:-12], "damaged", "不完整"),
    ("零.png", made.png(width=0), "damaged", "不完整"),
    ("半张.webp", made.WEBP[:-4], "damaged", "不完整"),
    ("半份.pdf", made.PDF[:30], "damaged", "不完整"),
    ("宏.docx", made.docx(word__vbaProject_bin=b"x"), "macro", "宏"),
    ("宏.docx", made.docx(made.MACRO_TYPE), "macro", "宏"),
    ("宏.xlsx", made.xlsx(xl__vbaProject_bin=b"x"), "macro", "宏"),
    ("控件.xlsx", made.xlsx(xl__activeX__activeX1_xml=b"x"), "macro", "宏"),
    ("炸弹.xlsx", made.claiming(made.xlsx(xl__big_bin=b"x"), 301 * MB), "bomb", "大得不正常"),
    ("坏.docx", made.docx()[:-30], "broken_zip", "损坏"),
    ("路径.docx", made.docx().replace(b"word/document.xml", b"../../ocument.xml"), "unsafe_part", "不安全"),
]


@pytest.mark.parametrize(("name", "content", "type"), [(name, *rest) for name, rest in KEPT.items()], ids=KEPT)
def test_a_sound_file_is_kept_under_its_own_type(name, content, type):
    paper = papers.admit(name, content)
    assert (paper.filename, paper.content_type, paper.data) == (name, type, content)
    assert len(paper.sha256) == 64


@pytest.mark.parametrize(
    ("name", "content", "code", "words"), HOSTILE, ids=[f"{row[0]}-{row[2]}-{at}" for at, row in enumerate(HOSTILE)]
)
def test_what_is_not_kept_is_named_and_the_sender_told_what_to_do(name, content, code, words):
    with pytest.raises(Refused) as refused:
        papers.admit(name, content)
    assert (refused.value.code, words in str(refused.value)) == (code, True), str(refused.value)
    assert refused.value.hint.endswith("。")


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("C:\\Users\\某人\\照片.png", "照片.png"),
        ("一\n二\t三.jpg", "一二三.jpg"),
        ("照片\u202egpj.exe", "照片gpj.exe"),
        ("照片.jpg\0.html", "照片.jpg.html"),
        ("\ufeff零\u200b宽.pdf", "零宽.pdf"),
        ("  两边.jpg  ", "两边.jpg"),
        (".jpg", "jpg"),
        ("", "未命名"),
        ("/", "未命名"),
        ("长" * 300 + ".jpg", "长" * 196 + ".jpg"),
        ("后" + "." + "x" * 300, "后." + "x" * 9),
    ],
)
def test_a_name_is_shown_without_folders_and_unseen_characters(sent, shown):
    assert papers.shown_name(sent) == shown
    assert len(papers.shown_name(sent)) <= papers.NAME_LENGTH

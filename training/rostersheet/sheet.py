"""培训班名册: one row a person. The columns, the template and what is read from the cells of phone and certificate."""

import re
from dataclasses import replace

from eldercare.sheets import writer
from eldercare.sheets.cells import Problem
from eldercare.sheets.columns import Column, Kind, Sheet
from eldercare.sheets.parsed import folded
from eldercare.uploads import Context
from training.models import TrainingSession

SHEET = Sheet(
    id="roster",
    title="培训班名册",
    name="培训班名册",
    version="1",
    columns=(
        Column("name", "姓名", required=True, max_length=40, width=12),
        Column("unit", "单位", required=True, max_length=60, width=18, note="乡镇（街道）的名称，或培训指标表里的单位"),
        Column("phone", "联系电话", max_length=30, width=16, aliases=("电话", "手机号码", "联系方式"), example="13800000001"),
        Column("number", "证书编号", max_length=60, width=22, aliases=("证号", "证书号")),
        Column("title", "证书名称", max_length=60, width=20, aliases=("证书",)),
        Column("issued_on", "发证日期", Kind.DATE, width=14),
        Column("expires_on", "有效期至", Kind.DATE, width=14, aliases=("有效期", "到期日期")),
        Column(
            "completed", "结业", Kind.CHOICE, required=True, choices=((True, "是"), (False, "否")), width=8,
            aliases=("是否结业",),
        ),
        Column("note", "备注", max_length=200, width=20),
    ),
    key=(),
)  # fmt: skip
GUIDANCE = (
    "一行一个人，同一个人只写一行。",
    "单位填乡镇（街道）的名称，或培训指标表里的单位名称（如区民政局直属机构）。",
    "联系电话、证书编号用来认出同一个人；系统加密保存，一般人只看得到头尾几位。",
    "证书编号很长的，请先把单元格设为文本格式再填。",
    "填好后在这个培训班的页面上传，看过核对结果再确认。",
)
PERSONAL = ("phone", "number")
WORDS = ("name", "title")
"""What everybody may see of a row, and so must not hold a number."""
ASTRAY = "电话写在“联系电话”列，证书编号写在“证书编号”列，这一格只写文字"
_PHONE = re.compile(r"1[3-9]\d{9}|0\d{9,11}|[2-9]\d{6,7}")
_SEPARATORS = re.compile(r"[\s\-‐‑–—()（）]+")


def session_of(context: Context) -> TrainingSession | None:
    """The session that a roster is sent for, if the person may see it."""
    if not (context.subject.isascii() and context.subject.isdigit()):
        return None
    rows = TrainingSession.objects.visible_to(context.by).select_related("district")
    return rows.filter(pk=int(context.subject), district=context.district).first()


def template(session: TrainingSession) -> bytes:
    """The blank .xlsx of one session."""
    meta = {
        "township": session.district.code,
        "township_name": session.district.short_name,
        "title": f"{session.title}（{session.get_role_display()}，{session.ends_on:%Y-%m-%d} 结业）名册",
    }
    return writer.template(SHEET, [], meta=meta, guidance=GUIDANCE)


def phone(text: str | None) -> str | None:
    """A phone's digits; "" for none, None for what cannot be a phone."""
    digits = _SEPARATORS.sub("", folded(text or "")).removeprefix("+86")
    return digits if not digits or _PHONE.fullmatch(digits) else None


def number(text: str | None) -> str:
    """A certificate number as it is compared: narrow, without blanks, in capitals."""
    return "".join(folded(text or "").split()).upper()


def hidden(problems: list[Problem]) -> list[Problem]:
    """Problems without what stands in cells of phone and certificate: previews, logs and answers repeat no number."""
    headings = {SHEET[key].heading for key in PERSONAL}
    return [
        replace(problem, read="（不显示）") if problem.read and problem.column in headings else problem
        for problem in problems
    ]

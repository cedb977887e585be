"""What a sheet of totals must not hold: names, identity numbers, phone numbers. Such a file is refused and not kept."""

import re
from collections.abc import Iterator

from eldercare.sheets.cells import Problem, Workbook, address
from eldercare.sheets.columns import Reading
from eldercare.sheets.matching import heading_key
from eldercare.sheets.parsing import printed
from eldercare.sheets.text import compact
from eldercare.uploads import Context, UploadRefused
from subsidies.allowancesheet import sheet

IDENTITY = re.compile(r"(?<!\d)[1-9]\d{16}[\dXx](?!\d)")
PHONE = re.compile(r"(?<!\d)(?:86)?1[3-9]\d{9}(?!\d)")
HEADINGS = frozenset(
    {
        "姓名", "老人姓名", "领取人", "领取人姓名", "户主姓名", "身份证", "身份证号", "身份证号码", "公民身份号码", "证件号码",
        "手机", "手机号", "手机号码", "本人电话", "银行账号", "银行卡号", "社保卡号", "开户行", "家庭住址", "家庭地址",
    }
)  # fmt: skip
HINT = "门户不收个人信息，只收各档次的人数和金额。请下载本表的样表，只填合计；这个文件没有保存。"
_JOINTS = str.maketrans("", "", "-—_")


def read(context: Context, workbook: Workbook) -> Reading:
    """The rows of a sheet of totals. Raises UploadRefused for one that holds what belongs to a person."""
    if found := next(personal(workbook), None):
        raise UploadRefused(found)
    expected = {"period": f"{context.period:%Y-%m}", "township": context.region.code}
    return sheet.for_context(context).read(workbook, expected=expected)


def personal(workbook: Workbook) -> Iterator[Problem]:
    """Each cell that looks like a person's: where it stands and what it looks like, never what it says."""
    for grid in workbook.grids:
        for row, cells in enumerate(grid.rows, 1):
            for column, value in enumerate(cells, 1):
                if word := _looks_like(value):
                    message = f"工作表“{grid.name}”的 {address(row, column)} 是{word}，没有接收这个文件"
                    yield Problem("personal_data", message, HINT, sheet=grid.name, cell=address(row, column))


def _looks_like(value: object) -> str:
    if value is None or value == "":
        return ""
    text = compact(printed(value))
    if heading_key(text) in HEADINGS:
        return "个人信息的表头"
    text = text.translate(_JOINTS)
    if IDENTITY.search(text):
        return "身份证号码"
    return "手机号码" if PHONE.search(text) else ""

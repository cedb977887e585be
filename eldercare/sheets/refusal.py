"""Why a file is not read, in words its sender understands: one table of codes, messages and hints."""

from .cells import address

SAVE_AS_XLSX = "请用 WPS 表格或 Excel 打开，点“文件”—“另存为”，类型选“Excel 工作簿（*.xlsx）”，保存后再上传。"
COPY_VALUES = "请新建一个空白工作簿，把需要的数据用“选择性粘贴—数值”粘贴进去，另存为 .xlsx 后再上传。"
SEND_AGAIN = "请在本机打开检查，能正常打开的话另存为 .xlsx 后再上传；打不开的话请向填表人重新索取。"
SPLIT = "请检查是否有多余内容，删掉后再上传；确实有这么多数据时，请分成几个文件上传。"

NOT_READY = "文件还没有下载或保存完，请等它完成，再上传完整的 .xlsx 文件。"

CATALOGUE: dict[str, tuple[str, str]] = {
    "empty": ("这个文件是空的，里面没有任何内容。", "请打开原文件确认已经保存，再重新上传。"),
    "too_big": ("文件超过 {megabytes} MB，没有读取。", "请删掉图片、附件和用不着的工作表后再上传。"),
    "suffix": ("只能上传 .xlsx、.xls 或 .csv 文件，这个文件的后缀是“{suffix}”。", SAVE_AS_XLSX),
    "html": ("这个文件其实是网页（HTML），只是后缀写成了表格；多半是从别的系统直接导出的。", SAVE_AS_XLSX),
    "xml_table": ("这个文件其实是 XML 文本，不是真正的 Excel 工作簿。", SAVE_AS_XLSX),
    "mhtml": ("这个文件其实是单个文件网页（MHTML），不是真正的表格。", SAVE_AS_XLSX),
    "pdf": (
        "这个文件其实是 PDF，里面的表格无法按单元格读取。",
        "请上传填表用的原始表格文件，不要上传打印或导出的 PDF。",
    ),
    "picture": ("这个文件其实是图片，里面的表格无法按单元格读取。", "请上传填表用的原始表格文件，不要上传照片或截图。"),
    "compressed": ("这个文件其实是压缩包（{kind}）。", "请先解压，再把里面的表格文件逐个上传。"),
    "program": ("这个文件其实是程序，不是表格，没有读取。", "请上传填表用的原始表格文件；来历不明的话不要打开它。"),
    "docx": ("这个文件其实是 Word 文档。", "请把表格复制到 Excel 或 WPS 表格里，另存为 .xlsx 后再上传。"),
    "pptx": ("这个文件其实是演示文稿。", "请上传填表用的原始表格文件。"),
    "ods": ("这个文件其实是 ODS 表格（OpenDocument），不能直接读取。", SAVE_AS_XLSX),
    "numbers": (
        "这个文件其实是苹果 Numbers 表格，不能直接读取。",
        "请在 Numbers 里点“文件”—“导出为”—“Excel”，把导出的 .xlsx 上传。",
    ),
    "lock_file": (
        "这是表格软件打开文件时自动生成的临时文件，不是表格本身。",
        "请先保存并关闭正在编辑的表格，再选择文件名前面没有“~”的那一个上传。",
    ),
    "xlsb": ("这个文件其实是二进制工作簿（.xlsb），不能直接读取。", SAVE_AS_XLSX),
    "encrypted": (
        "这个文件加了打开密码，无法读取。",
        "请用密码打开，在“文件”—“信息”（或“文档加密”）里去掉密码，保存后再上传。",
    ),
    "renamed": (
        "文件后缀是 .{suffix}，内容其实是 .{kind}；可能是直接改了文件名。",
        "请把文件名末尾的 .{suffix} 改回 .{kind} 再上传；或用 WPS 表格打开，另存为 .xlsx 后再上传。",
    ),
    "text_as_excel": ("文件后缀是 .{suffix}，内容却是纯文本，不是真正的表格。", SAVE_AS_XLSX),
    "unknown_content": ("文件后缀是 .{suffix}，内容却认不出是什么。", SEND_AGAIN),
    "broken_zip": ("文件不完整或已损坏，可能没有传完或没有下载完。", SEND_AGAIN),
    "too_many_parts": ("文件内部的组成部分超过 {limit} 个，不像一张普通表格。", COPY_VALUES),
    "duplicate_part": ("文件内部有重名的组成部分，无法确定该读哪一个。", COPY_VALUES),
    "unsafe_part": ("文件内部有不安全的路径或链接，没有读取。", COPY_VALUES),
    "overlap": ("文件内部的数据互相重叠，不是正常保存的表格。", COPY_VALUES),
    "method": ("文件内部用了不支持的压缩方式。", SAVE_AS_XLSX),
    "macro": ("这个文件带有宏（程序代码），不能上传。", SAVE_AS_XLSX),
    "bomb": ("文件展开后大得不正常，没有读取。", COPY_VALUES),
    "doctype": ("文件内部带有不允许的声明（DOCTYPE），没有读取。", COPY_VALUES),
    "too_deep": ("文件内部的结构嵌套过深，没有读取。", COPY_VALUES),
    "malformed_xml": ("文件内部的内容已损坏，无法读取。", SEND_AGAIN),
    "broken_parts": ("文件内部的组成部分缺失或对不上，读出来可能缺数据，所以没有读取。", SEND_AGAIN),
    "no_sheet": ("文件里没有可以读取的工作表。", "请把数据放在普通工作表里，另存为 .xlsx 后再上传。"),
    "too_slow": ("文件内部过于复杂，没能在规定时间内读完。", COPY_VALUES),
    "too_much_memory": ("文件内容过多，读取时超出了允许的内存。", COPY_VALUES),
    "crashed": ("文件没能读出来，可能已损坏。", SEND_AGAIN),
    "too_many_sheets": ("工作表超过 {limit} 张。", "请只保留需要上报的工作表后再上传。"),
    "too_many_rows": ("有内容的行超过 {limit} 行。", SPLIT),
    "too_many_columns": ("{place} 有内容，超出了第 {limit} 列。", "请把多余列里的内容删掉后再上传。"),
    "far_cell": ("{place} 有内容，位置超出了第 {limit} 行。", "请删掉这个单元格里的内容（可能是误填）后再上传。"),
    "too_many_merges": ("合并单元格超过 {limit} 处。", "请取消用不着的合并单元格后再上传。"),
    "too_many_marks": ("公式没有结果或显示错误的单元格超过 {limit} 个。", COPY_VALUES),
    "long_text": ("{place} 的文字超过 {limit} 个字。", "请缩短这段文字，长材料另作附件。"),
    "too_much_text": ("文件里的文字总量过大，没有读取。", SPLIT),
    "bad_reference": ("工作表“{sheet}”内部的行号或单元格位置写错了，读出来可能错行，所以没有读取。", SEND_AGAIN),
    "duplicate_cell": ("{place} 在文件内部出现了两次或次序颠倒，无法确定该读哪一个。", SEND_AGAIN),
    "bad_cell": ("{place} 的内容已损坏，无法确定原来的值。", "请重新填写这个单元格，另存为 .xlsx 后再上传。"),
    "control_character": (
        "{place} 里有看不见的控制字符（{character}），可能是从别的系统复制来的。",
        "请把这个单元格清空后重新输入，再上传。",
    ),
    "broken_xls": ("这个 .xls 文件已损坏或不是标准格式，无法读取。", SAVE_AS_XLSX),
    "csv_encoding": (
        "CSV 文件的文字编码认不准，读出来可能是乱码。",
        "请用 WPS 表格或 Excel 另存为 .xlsx；或另存为“CSV UTF-8（逗号分隔）”后再上传。",
    ),
    "csv_quotes": ("CSV 文件第 {line} 行附近的引号不成对或有一格过长，无法确定怎样分列。", SAVE_AS_XLSX),
    "csv_delimiter": ("CSV 文件表头里的逗号、分号、制表符一样多，无法确定用哪个分列。", SAVE_AS_XLSX),
}


_BY_SUFFIX: tuple[tuple[str, str], ...] = (
    ("pdf ofd", CATALOGUE["pdf"][1]),
    ("jpg jpeg png gif bmp tif tiff webp heic", CATALOGUE["picture"][1]),
    ("doc docx wps wpt rtf", CATALOGUE["docx"][1]),
    ("ppt pptx dps", CATALOGUE["pptx"][1]),
    ("zip rar 7z tar gz", CATALOGUE["compressed"][1]),
    ("exe com bat scr msi apk", CATALOGUE["program"][1]),
    ("numbers", CATALOGUE["numbers"][1]),
    ("crdownload download part tmp td", NOT_READY),
    ("lnk url", "这是快捷方式，里面没有表格；请找到原来的表格文件再上传。"),
)


class Refused(Exception):
    """A file that is not read: a stable code, and in Chinese what it is and what its sender can do."""

    def __init__(self, code: str, message: str, hint: str):
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint


def refuse(code: str, **facts: object) -> Refused:
    """The refusal of that code from the catalogue, its message filled with the facts; to be raised by the caller."""
    message, hint = CATALOGUE[code]
    return Refused(code, message.format(**facts), hint.format(**facts))


def refuse_suffix(suffix: str) -> Refused:
    """The refusal of a file by its suffix (without dot, in small letters), with what to do about such a file."""
    told = refuse("suffix", suffix=f".{suffix[:20]}" if suffix else "（无）")
    hint = next((hint for names, hint in _BY_SUFFIX if suffix in names.split()), told.hint)
    if not suffix:
        hint = f"请在文件名末尾补上原来的后缀，如 .xlsx；不清楚的话，{hint.removesuffix('。')}。"
    return Refused(told.code, told.message, hint)


def place(sheet: str, row: int, column: int) -> str:
    """A cell as its reader looks for it: sheet name and address."""
    return f"工作表“{sheet}”的 {address(row, column)} 单元格"

"""A sheet like the monthly one, and workbooks built from it, for the tests of the declaration."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import openpyxl

from eldercare.sheets.cells import Grid, Workbook
from eldercare.sheets.columns import Column, Kind, Sheet

STAGES = ("未定址", "已选址", "在建", "完工", "验收合格", "运营", "停用")
TYPES = (
    ("STREET_CENTRE", "街道养老服务中心"),
    ("COMMUNITY_STATION", "社区养老服务站"),
    ("TOWNSHIP_CENTRE", "乡镇养老服务中心"),
    ("VILLAGE_POINT", "村级互助养老点"),
)
OPERATIONS = ("公办公营", "公建民营", "民办公助", "民办民营", "村级自管", "未运营")
ZONES = ("生活照料", "康复护理", "文化娱乐", "助餐", "日间照料")

SHEET = Sheet(
    id="progress",
    title="养老服务设施建设进度月报",
    name="进度月报",
    version="1",
    key=("code",),
    identity=("name", "type", "village"),
    columns=(
        Column("code", "设施编码", width=13, locked=True, note="由系统编号；新增设施留空"),
        Column("name", "设施名称", required=True, width=20, locked=True, max_length=60, aliases=("名称", "项目名称")),
        Column("type", "设施类型", Kind.CHOICE, required=True, choices=TYPES, width=15, locked=True),
        Column("village", "村（社区）", width=12, locked=True, max_length=40),
        Column("year", "计划年度", Kind.INTEGER, required=True, width=7, unit="年", minimum=2015, maximum=2035),
        Column("stage", "建设阶段", Kind.CHOICE, required=True, choices=STAGES, width=9),
        Column("progress", "形象进度（%）", Kind.PERCENT, unit="%", minimum=0, maximum=100, width=9),
        Column("gross", "建筑面积（㎡）", Kind.DECIMAL, unit="㎡", minimum=0, width=10),
        Column("usable", "使用面积（㎡）", Kind.DECIMAL, unit="㎡", minimum=0, width=10),
        Column("beds", "床位数", Kind.INTEGER, unit="张", minimum=0, width=7),
        Column("nursing", "护理型床位数", Kind.INTEGER, unit="张", minimum=0, width=8),
        Column("zones", "功能区", Kind.LIST, choices=ZONES, width=14),
        Column("operation", "运营方式", Kind.CHOICE, choices=OPERATIONS, width=10),
        Column("operator", "运营单位", width=14, max_length=60),
        Column("started", "开工日期", Kind.DATE, width=11),
        Column("finished", "竣工日期", Kind.DATE, width=11),
        Column("money", "投入资金（万元）", Kind.DECIMAL, unit="万元", minimum=0, places=4, width=10),
        Column("issues", "存在问题", width=16, max_length=500, note="影响进度的困难"),
        Column("remarks", "备注", width=12, max_length=500),
    ),
)
HEADINGS = [column.label for column in SHEET.columns]
META = {"period": "2020-12", "township": "500156101", "township_name": "白马镇"}


def full_row(**changes: object) -> dict[str, object]:
    """Values of one facility, every column filled."""
    row = {
        "code": "500156-0001",
        "name": "白马镇养老服务中心",
        "type": "TOWNSHIP_CENTRE",
        "village": "东升居委会",
        "year": 2020,
        "stage": "在建",
        "progress": Decimal("62.5"),
        "gross": Decimal("1420.35"),
        "usable": Decimal(1180),
        "beds": 40,
        "nursing": 0,
        "zones": ["生活照料", "助餐"],
        "operation": "公建民营",
        "operator": "=某服务中心",
        "started": date(2020, 3, 1),
        "finished": None,
        "money": Decimal("186.5025"),
        "issues": "消防验收未过\n待整改",
        "remarks": None,
    }
    return row | changes


def printed_row(**changes: object) -> tuple[object, ...]:
    """The cells of one facility as a township fills them in; `changes` by column key."""
    row = {
        "code": "500156-0001",
        "name": "白马镇养老服务中心",
        "type": "乡镇养老服务中心",
        "year": 2020,
        "stage": "在建",
    }
    row |= changes
    return tuple(row.get(column.key) for column in SHEET.columns)


def workbook(*rows: tuple[object, ...], name: str = "进度月报", **extra: object) -> Workbook:
    """A workbook of one worksheet with these rows."""
    return Workbook([Grid(name, list(rows), **extra)])


def filled(*rows: tuple[object, ...], **extra: object) -> Workbook:
    """A workbook whose first row is the header."""
    return workbook(tuple(HEADINGS), *rows, **extra)


def loaded(content: bytes) -> Workbook:
    """Grids of an .xlsx file of our own making."""
    book = openpyxl.load_workbook(BytesIO(content), data_only=True)
    return Workbook([_grid(tab) for tab in book.worksheets])


def _grid(tab: object) -> Grid:
    rows = [tuple(map(_exact, row)) for row in tab.iter_rows(values_only=True)]
    return Grid(tab.title, rows, hidden=tab.sheet_state != "visible")


def _exact(value: object) -> object:
    if isinstance(value, float):
        return Decimal(repr(value))
    return value.date() if isinstance(value, datetime) else value

"""养老服务设施建设进度月报: one row a facility, prefilled with the township's facilities and last month's values."""

from datetime import date
from decimal import Decimal

from eldercare.regions import Region
from eldercare.sheets import writer
from eldercare.sheets.columns import Column, Kind, Sheet
from eldercare.uploads import Context
from facilities.kinds import FacilityType, Operation, Stage
from facilities.models import FacilityRecord, FunctionZone
from plans.reporting import last_day

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
COLUMNS = (
    Column("code", "设施编码", locked=True, width=14, max_length=20, note="新增设施留空，由系统编号"),
    Column("name", "设施名称", required=True, width=24, max_length=60, aliases=("名称",)),
    Column("type", "设施类型", Kind.CHOICE, required=True, choices=FacilityType.choices, width=20, aliases=("类型",)),
    Column(
        "village", "村（社区）", width=14, max_length=60, note="设施所在的村或社区",
        aliases=("村社区", "所在村（社区）"),
    ),
    Column("planned_year", "计划年度", Kind.INTEGER, required=True, minimum=2000, maximum=2100, width=9, unit="年"),
    Column(
        "stage", "建设阶段", Kind.CHOICE, required=True, choices=Stage.choices, width=11,
        note="乡镇填到“完工”为止；“验收合格”由民政局验收后自动更新；验收合格后可填“运营”“停用”",
    ),
    Column(
        "progress", "形象进度（%）", Kind.PERCENT, minimum=0, maximum=100, width=10,
        note="累计完成的百分比；比上月减少须在备注写明原因",
    ),
    Column("gross_area", "建筑面积（㎡）", Kind.DECIMAL, unit="㎡", minimum=0, maximum=1_000_000, width=11),
    Column("usable_area", "使用面积（㎡）", Kind.DECIMAL, unit="㎡", minimum=0, maximum=1_000_000, width=11),
    Column("beds", "床位数", Kind.INTEGER, unit="张", minimum=0, maximum=100_000, width=8),
    Column("nursing_beds", "护理型床位数", Kind.INTEGER, unit="张", minimum=0, maximum=100_000, width=10),
    Column("zones", "功能区", Kind.LIST, width=26, note="已设置的功能区，用“、”隔开；没有填“无”"),
    Column("operation", "运营方式", Kind.CHOICE, choices=Operation.choices, width=11),
    Column("operator", "运营单位", width=18, max_length=100),
    Column("started_on", "开工日期", Kind.DATE, minimum=FIRST_DAY, maximum=LAST_DAY, width=12),
    Column("completed_on", "竣工日期", Kind.DATE, minimum=FIRST_DAY, maximum=LAST_DAY, width=12),
    Column(
        "invested", "投入资金（万元）", Kind.DECIMAL, unit="万元", places=4, minimum=0, maximum=Decimal("10000000"),
        width=11, note="累计投入；比上月减少须在备注写明原因",
    ),
    Column("issues", "存在问题", width=22, max_length=500),
    Column("remark", "备注", width=22, max_length=500, note="数据减少或阶段倒退时，在这里写明原因"),
)  # fmt: skip
SHEET = Sheet(
    id="progress",
    title="养老服务设施建设进度月报",
    name="进度月报",
    version="1",
    columns=COLUMNS,
    key=("code",),
    identity=("name", "type"),
)
GUIDANCE = (
    "一行一个设施。上月的数据已经填好，只改有变化的单元格。",
    "新增设施写在下面的空行，设施编码留空。",
    "不清楚的留空；确实没有的填 0 或“无”。留空与 0 的意思不同。",
    "填好后在门户“月报上传”页面上传，核对无误再确认。",
)


def for_context(context: Context) -> Sheet:
    """The sheet with the closed lists of one township: its villages as suggestions, the zones of the catalogue."""
    return SHEET.with_choices(choices(context.region, last_day(context.period)))


def choices(township: Region, day: date) -> dict:
    """The lists that differ from township to township and from day to day."""
    villages = township.below().on(day).villages()
    return {
        "village": list(villages.order_by("path").values_list("short_name", flat=True)),
        "zones": list(FunctionZone.objects.values_list("name", flat=True)),
    }


def current_rows(township: Region, day: date) -> list[FacilityRecord]:
    """The township's facilities as they stand on a day, in the order of their codes: one query."""
    rows = FacilityRecord.objects.on(day).filter(facility__township__in=township.lineage())
    return list(rows.select_related("facility", "village__successor__successor").order_by("facility__code"))


def row_values(record: FacilityRecord, day: date) -> dict:
    """A facility's state by column key, its village under the name of the day."""
    values = {column.key: getattr(record, column.key) for column in COLUMNS if column.key not in ("code", "village")}
    values = {key: plain(value) for key, value in values.items()}
    return values | {
        "code": record.facility.code,
        "village": record.village.as_of(day).short_name if record.village else None,
    }


def plain(value: object) -> object:
    """A stored value as a sheet gives it: blank texts are None, decimals carry no padding zeros."""
    if isinstance(value, Decimal):
        return value.quantize(1) if value == value.to_integral_value() else value.normalize()
    return None if value == "" else value


def template(context: Context) -> bytes:
    """The prefilled .xlsx of one township and month."""
    day = last_day(context.period)
    rows = [row_values(record, day) for record in current_rows(context.region, day)]
    meta = {
        "period": f"{context.period:%Y-%m}",
        "township": context.region.code,
        "township_name": context.region.short_name,
        "title": f"{context.district.short_name}{SHEET.title}（{context.period.year}年{context.period.month}月）",
    }
    return writer.template(
        SHEET, rows, meta=meta, choices=choices(context.region, day), guidance=GUIDANCE, locked={"code", "name", "type"}
    )

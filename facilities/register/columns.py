"""What every sheet about facilities asks: the columns of a facility's state, how they are stored, and how they differ."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from eldercare.sheets.columns import Column, Kind, ReadRow, Sheet
from facilities.kinds import FacilityType, Operation, Stage

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
STATE = (
    Column("code", "设施编码", locked=True, width=13, max_length=20, note="新增设施留空，由系统编号"),
    Column(
        "name", "设施名称", required=True, width=20, max_length=60, aliases=("名称",),
        note="写全称，同一乡镇（街道）内不重名", example="板桥村互助养老点",
    ),
    Column("type", "设施类型", Kind.CHOICE, required=True, choices=FacilityType.choices, width=14, aliases=("类型",)),
    Column(
        "village", "村（社区）", width=11, max_length=60, note="设施所在的村或社区，写区划名录里的名称",
        aliases=("村社区", "所在村（社区）"),
    ),
    # Of what was built before any plan nobody knows a year, and a prefilled row must not make an official invent one.
    Column(
        "planned_year", "计划年度", Kind.INTEGER, required=True, may_stay_blank=True, minimum=2000, maximum=2100,
        width=7, unit="年", note="登记里本来就没有年度的（计划之前建成）可以留空",
    ),
    Column("stage", "建设阶段", Kind.CHOICE, required=True, choices=Stage.choices, width=9),
    Column("progress", "形象进度（%）", Kind.PERCENT, minimum=0, maximum=100, width=9, note="累计完成的百分比"),
    Column("gross_area", "建筑面积（㎡）", Kind.DECIMAL, unit="㎡", minimum=0, maximum=1_000_000, width=10, example="1420.35"),
    Column("usable_area", "使用面积（㎡）", Kind.DECIMAL, unit="㎡", minimum=0, maximum=1_000_000, width=10, example="1180"),
    Column("beds", "床位数", Kind.INTEGER, unit="张", minimum=0, maximum=100_000, width=7, example="40"),
    Column(
        "nursing_beds", "护理型床位数", Kind.INTEGER, unit="张", minimum=0, maximum=100_000, width=8,
        note="床位数之中的护理型床位，没有填 0", example="12",
    ),
    Column("zones", "功能区", Kind.LIST, width=19, note="已设置的功能区", example="助餐、康复"),
    Column("operation", "运营方式", Kind.CHOICE, choices=Operation.choices, width=10),
    Column("operator", "运营单位", width=14, max_length=100, note="签合同的单位全称；村级自管的填村（居）委会"),
    Column("started_on", "开工日期", Kind.DATE, minimum=FIRST_DAY, maximum=LAST_DAY, width=11),
    Column("completed_on", "竣工日期", Kind.DATE, minimum=FIRST_DAY, maximum=LAST_DAY, width=11),
    Column(
        "invested", "投入资金（万元）", Kind.DECIMAL, unit="万元", places=4, minimum=0, maximum=Decimal("10000000"),
        width=11, note="累计投入", example="186.5",
    ),
    Column("issues", "存在问题", width=16, max_length=500, note="影响进度、需要协调的事项"),
    Column("remark", "备注", width=16, max_length=500),
)  # fmt: skip
STATE_KEYS = tuple(column.key for column in STATE if column.key != "code")
TEXTS = ("operation", "operator", "issues", "remark")


def state_columns(**own: Mapping[str, object]) -> tuple[Column, ...]:
    """The columns in their order, with what one sheet says otherwise: state_columns(stage={"note": "…"})."""
    return tuple(replace(column, **own.get(column.key, {})) for column in STATE)


def plain(value: object) -> object:
    """A stored value as a sheet gives it: blank texts are None, decimals carry no padding zeros."""
    if isinstance(value, Decimal):
        return value.quantize(1) if value == value.to_integral_value() else value.normalize()
    return None if value == "" else value


def column_of(key: str) -> str:
    """The state's database column that a sheet's column is stored in."""
    return "village_id" if key == "village" else key


def stored(key: str, value: object) -> object:
    """A value as its database column takes it: a village by id, an empty text as ""."""
    if key == "village":
        return value.pk if value else None
    return "" if value is None and key in TEXTS else value


def same(old: object, new: object) -> bool:
    """Equal as recorded: a list in any order is the same set of zones, a blank is not an empty list."""
    if isinstance(old, list) and isinstance(new, list):
        return sorted(old) == sorted(new)
    return old == new


def changes(sheet: Sheet, row: ReadRow, values: dict, old: dict, keys: Iterable[str] = STATE_KEYS) -> list[dict]:
    """Old → new of each column that differs; `old` is empty for a new facility. A region shows by its short name."""
    found = []
    for key in keys:
        if key not in values:
            continue
        new = getattr(values[key], "short_name", values[key])
        if not same(old.get(key), new):
            found.append(change(sheet[key], old.get(key), new, row.cells.get(key, "")))
    return found


def change(column: Column, old: object, new: object, cell: str) -> dict:
    """One line of a preview."""
    return {
        "key": column.key, "label": column.heading, "old": column.show(old), "new": column.show(new), "cell": cell,
    }  # fmt: skip

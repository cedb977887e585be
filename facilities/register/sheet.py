"""养老服务设施登记表: one row a facility of the district, prefilled with the register as it stands."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from eldercare.regions import TOWNSHIP_KINDS, VILLAGE_KINDS, Region
from eldercare.sheets import writer
from eldercare.sheets.columns import Column, Kind, Sheet
from eldercare.uploads import Context
from facilities.models import Facility, FunctionZone
from facilities.register.columns import FIRST_DAY, LAST_DAY, STATE_KEYS, plain, state_columns

TOWNSHIP = Column(
    "township", "乡镇（街道）", required=True, width=14, max_length=60,
    note="设施所在的乡镇（街道），登记后不再更改", aliases=("所在乡镇（街道）", "所属乡镇（街道）", "乡镇街道"),
)  # fmt: skip
OWN = (
    Column(
        "effective_on", "生效日期", Kind.DATE, minimum=FIRST_DAY, maximum=LAST_DAY, width=12,
        note="这一行的改动从哪一天起，不填就是今天；补登过去的情况填当时的日期",
    ),
    Column(
        "reason", "登记说明", width=22, max_length=300,
        note="建设阶段退回、累计数减少、更正类型时，在这里写明原因",
    ),
)  # fmt: skip
_STATE = state_columns(
    planned_year={"required": False},
    stage={"note": "“验收合格”由验收审核产生，不在这里填写；验收合格以后可填“运营”“停用”"},
)
COLUMNS = (*_STATE[:3], TOWNSHIP, *_STATE[3:], *OWN)
SHEET = Sheet(
    id="facilities",
    title="养老服务设施登记表",
    name="设施登记",
    version="1",
    columns=COLUMNS,
    key=("code",),
    identity=("name", "township"),
)
GUIDANCE = (
    "一行一个设施。登记的数据已经填好，只改有变化的单元格；不改的行可以留着，也可以删去。",
    "新增设施写在下面的空行，设施编码留空。",
    "不清楚的留空；确实没有的填 0 或“无”。留空与 0 的意思不同。",
    "改动从“生效日期”那一天起，不填就是今天；之后已经登记的内容不受影响。",
    "填好后在门户“上传表格”页面上传，核对无误再确认。",
)


def today(context: Context) -> date:
    """The day on which the register is compared and, where a row says nothing else, changed."""
    return context.district.default_as_of()


def for_context(context: Context) -> Sheet:
    """The sheet with the closed lists of one district, or of the one township it is sent for."""
    return SHEET.with_choices(choices(context))


def units(context: Context) -> list[Region]:
    """The townships and villages of the sheet's region today, in the order of their codes; one query a context."""
    here = context.region.below().on(today(context)).filter(kind__in=(*TOWNSHIP_KINDS, *VILLAGE_KINDS))
    return context.once("units", lambda: list(here.order_by("path")))


def choices(context: Context) -> dict:
    """Townships and villages as suggestions, the zones of the catalogue; the villages of one township only."""
    lists = {
        "township": [unit.short_name for unit in units(context) if unit.is_township],
        "zones": list(FunctionZone.objects.values_list("name", flat=True)),
    }
    if context.region.is_township:
        lists["village"] = [unit.short_name for unit in units(context) if not unit.is_township]
    return lists


def facilities(context: Context) -> QuerySet[Facility]:
    """The registered facilities that the sheet is about."""
    rows = Facility.objects.filter(district=context.district)
    return rows.filter(township__in=context.region.lineage()) if context.region.is_township else rows


def current(context: Context) -> QuerySet[Facility]:
    """The same with their places, in the order of their codes."""
    places = ("township__successor__successor", "village__successor__successor")
    return facilities(context).select_related(*places).order_by("code")


def row_values(facility: Facility, day: date) -> dict:
    """A facility's registered state by column key, its places under the names of the day."""
    values = {key: plain(getattr(facility, key)) for key in STATE_KEYS if key != "village"}
    return values | {
        "code": facility.code,
        "township": _name(facility.township, day),
        "village": _name(facility.village, day),
    }


def _name(region: Region | None, day: date) -> str | None:
    return region.as_of(day).short_name if region else None


def template(context: Context) -> bytes:
    """The prefilled .xlsx of the district, or of one township of it."""
    return filled(context, (row_values(facility, today(context)) for facility in current(context)))


def filled(context: Context, rows: Iterable[dict]) -> bytes:
    """An .xlsx of the sheet with the given rows."""
    meta = {
        "township": context.region.code,
        "township_name": context.region.short_name,
        "title": f"{context.region.short_name}{SHEET.title}（{today(context):%Y-%m-%d}）",
    }
    return writer.template(
        SHEET, rows, meta=meta, choices=choices(context), guidance=GUIDANCE, locked={"code", "township"}
    )

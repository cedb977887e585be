"""养老服务设施建设进度月报: one row a facility, prefilled with the township's facilities and last month's values."""

from collections.abc import Iterable
from datetime import date

from eldercare.regions import Region
from eldercare.sheets import writer
from eldercare.sheets.columns import Sheet
from eldercare.uploads import Context
from facilities.models import FacilityRecord, FunctionZone
from facilities.register.columns import plain, state_columns
from plans.models import ProgressReport
from plans.progress import month
from plans.progress.register import villages
from plans.reporting import last_day

COLUMNS = state_columns(
    stage={"note": "乡镇填到“完工”为止；“验收合格”由民政局验收后自动更新；验收合格后可填“运营”“停用”"},
    progress={"note": "累计完成的百分比；比上月减少须在备注写明原因"},
    invested={"note": "累计投入；比上月减少须在备注写明原因"},
    remark={"note": "数据减少或阶段倒退时，在这里写明原因"},
)
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
    "一行一个设施。登记的最新数据已经填好，只改有变化的单元格，没有变化的不用动。",
    "新增设施写在下面的空行，设施编码留空，由系统编号；同一个设施只写一行。",
    "不要删除行、改动表头。设施停用的，建设阶段填“停用”；登记过的设施不会因为没有填而删除。",
    "设施换了村（社区）的，直接改“村（社区）”；划归别的乡镇（街道）的，由区民政局办理，不在月报里改。",
    "形象进度、投入资金是累计数，比上月减少的；建设阶段退回的；竣工后床位或面积减少的，在备注写明原因。",
    "填好后保存，在门户“月报上传”页面上传，看过逐格比对再确认。有错时可以下载标注好的表格，改好再传。",
)


def for_context(context: Context) -> Sheet:
    """The sheet with the closed lists of one township: its villages as suggestions, the zones of the catalogue."""
    return SHEET.with_choices(_lists(villages(context).units, month.of(context).zones))


def choices(township: Region, day: date) -> dict:
    """The lists that differ from township to township and from day to day."""
    zones = FunctionZone.objects.values_list("name", flat=True)
    return _lists(township.below().on(day).villages().order_by("path").only("short_name"), zones)


def _lists(units: Iterable[Region], zones: Iterable[str]) -> dict:
    return {"village": [unit.short_name for unit in units], "zones": list(zones)}


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


def template(context: Context) -> bytes:
    """The prefilled .xlsx of one township and month."""
    day = last_day(context.period)
    rows = [row_values(record, day) for record in current_rows(context.region, day)]
    meta = {
        "period": f"{context.period:%Y-%m}",
        "township": context.region.code,
        "township_name": context.region.short_name,
        "title": f"{context.district.short_name}{SHEET.title}（{_month(context.period)}）",
        "prefilled": _prefilled(context, min(day, context.district.default_as_of())),
    }
    return writer.template(
        SHEET, rows, meta=meta, choices=choices(context.region, day), guidance=GUIDANCE, locked={"code", "name", "type"}
    )


def _prefilled(context: Context, day: date) -> str:
    """Of which day the values in place are, and which month was handed in last."""
    reports = ProgressReport.objects.filter(township__in=context.region.lineage())
    handed_in = reports.exclude(status=ProgressReport.Status.DUE)
    months = handed_in.filter(period__month__lte=context.period).order_by("-period__month")
    last = months.values_list("period__month", flat=True).first()
    return f"{day:%Y-%m-%d} 的登记，" + (f"上次报送 {_month(last)}" if last else "以前没有报送")


def _month(day: date) -> str:
    return f"{day.year}年{day.month}月"

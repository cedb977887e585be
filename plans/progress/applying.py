"""What confirming a monthly sheet does: dated records, the township's report, and how both are taken back."""

from datetime import date

from eldercare import review
from eldercare.policies import unpack
from eldercare.regions import Region
from eldercare.review import MoveRefused
from eldercare.uploads import Context, Upload
from facilities import history
from facilities.history import Assertion
from facilities.models import Facility
from plans.models import Duty, ProgressReport, ReportingPeriod
from plans.reporting import DEFAULT_DUE_DAY, current_month, due_day, last_day


def period_of(district: Region, month: date) -> ReportingPeriod:
    """The district's period of a month, opened with the usual deadline when it is the first time it is asked for."""
    due = due_day(month, _due_day(district))
    return ReportingPeriod.objects.get_or_create(district=district, month=month, defaults={"due_on": due})[0]


def _due_day(district: Region) -> int:
    duties = Duty.objects.filter(policy__district=district, cadence="monthly", due_day__isnull=False)
    return duties.order_by("-policy__issued_on").values_list("due_day", flat=True).first() or DEFAULT_DUE_DAY


def month(district: Region) -> date:
    """The month that a district's townships report now."""
    return current_month(district, district.default_as_of())


def admit(context: Context) -> str:
    """Why a sheet for this township and month may not come in now; empty when it may."""
    if not context.region.is_township:
        return "请选择一个乡镇（街道）。"
    if context.period is None:
        return "请选择报送月份。"
    if not context.region.on_day(last_day(context.period)):
        return _other_units(context)
    if context.period > context.district.default_as_of():
        return f"{context.period.year}年{context.period.month}月还没有到，不能报送。"
    period = ReportingPeriod.objects.filter(district=context.district, month=context.period).first()
    if period and period.locked:
        return f"{context.period.year}年{context.period.month}月已锁定，不再接收报表。"
    report = ProgressReport.objects.filter(period=period, township=context.region).first() if period else None
    if report and report.status == ProgressReport.Status.ACCEPTED:
        return f"{context.period.year}年{context.period.month}月的报表民政局已接收；要更正，请民政局先退回。"
    return ""


def _other_units(context: Context) -> str:
    """Who reports a month in which the township did not exist yet, or no longer."""
    day = last_day(context.period)
    month = f"{context.period.year}年{context.period.month}月"
    rows = Region.objects.filter(pk__in=context.region.lineage()).on(day)
    others = list(rows) or [unit for unit in context.region.heirs() if unit.on_day(day)]
    who = f"，由{'、'.join(str(unit) for unit in others)}报送" if others else ""
    return f"按{month}底的区划，没有{context.region}{who}。"


def apply(upload: Upload, context: Context, rows: list[dict]) -> None:
    """Write the previewed rows as records from the last day of the month, and hand the month in."""
    written = [row for row in rows if row["action"] in ("new", "changed")]
    known = {f.pk: f for f in Facility.objects.filter(pk__in=[row["facility"] for row in written if row["facility"]])}
    assertions = [_assertion(context, known, row) for row in written]
    # A month still running is known up to today only; dated later, it would undo what is decided until the month ends.
    day = min(last_day(context.period), context.district.default_as_of())
    if assertions:
        history.record(assertions, effective_on=day, by=context.by, upload=upload)
    _check_scope(context, [item.facility.pk for item in assertions])
    _hand_in(upload, context)


def _assertion(context: Context, known: dict[int, Facility], row: dict) -> Assertion:
    facility = known.get(row["facility"]) or Facility(
        district=context.district, township=context.region, is_demo=context.district.is_demo
    )
    return Assertion(facility, unpack(row["values"]), row["sources"])


def _check_scope(context: Context, ids: list[int]) -> None:
    """Every row written must lie in the township and in the sender's scope, or nothing is written."""
    here = Facility.objects.visible_to(context.by).filter(township__in=context.region.lineage())
    inside = here.filter(pk__in=ids).count()
    if inside != len(ids):
        raise MoveRefused("有设施不在您的管理范围内，没有写入任何数据。")


def _hand_in(upload: Upload, context: Context) -> None:
    period = period_of(context.district, context.period)
    report, _ = ProgressReport.objects.get_or_create(period=period, township=context.region)
    review.perform(report, "submit", by=context.by, upload=upload, number=report.number + 1)


def undo(upload: Upload, by) -> list[str]:
    """Take the upload's records and its report back; returns what stays because somebody changed it since."""
    kept = history.retract(upload)
    report = ProgressReport.objects.filter(upload=upload).exclude(status=ProgressReport.Status.DUE).first()
    if report:
        review.perform(report, "recall", by=by, upload=None)
    return kept


def _report(upload: Upload) -> ProgressReport | None:
    """The township's report of the month that an upload was sent for."""
    rows = ProgressReport.objects.filter(period__month=upload.period, township_id=upload.region_id)
    return rows.select_related("period").first()


def not_received(upload: Upload, user) -> str:
    """An upload whose month the bureau has accepted or locked stays as it is."""
    if upload.kind != "progress":
        return ""
    report = _report(upload)
    if report and report.status == ProgressReport.Status.ACCEPTED:
        return "民政局已接收该月报表，不能撤销；要更正，请民政局先退回。"
    return f"{upload.period.year}年{upload.period.month}月已锁定，不能撤销。" if report and report.period.locked else ""


def standing(upload: Upload) -> list[str]:
    """What has become of the month that a confirmed upload handed in."""
    report = _report(upload)
    if report is None:
        return []
    month = f"{upload.period.year}年{upload.period.month}月报表"
    if report.upload_id != upload.pk:
        return [f"{month}：{report.get_status_display()}，现以另一次上传的表格为准"] if report.upload_id else []
    lines = [f"{month}：{report.get_status_display()}（第 {report.number} 次报送{'，迟报' if report.is_late else ''}）"]
    if report.status == ProgressReport.Status.RETURNED:
        lines += [f"退回理由：{event.comment}" for event in report.events().filter(verb="send_back").reverse()[:1]]
        lines.append("请改正表格后重新上传。")
    return lines

"""What confirming a monthly sheet does: dated records, the township's report, and how both are taken back."""

from datetime import date

from django.db.models import Count, Q
from django.utils import timezone

from eldercare import review
from eldercare.policies import unpack
from eldercare.regions import Region
from eldercare.review import MoveRefused
from eldercare.uploads import Context, Upload
from eldercare.uploads.compact import sources_text
from facilities import history
from facilities.batches import Batch, Said, State
from facilities.history import Assertion
from facilities.models import Facility, FacilityRecord
from plans import periods
from plans.models import ProgressReport
from plans.progress import month, notes, register
from plans.reporting import current_month, last_day


def month_now(district: Region) -> date:
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
    period, report, *_ = month.of(context)
    if reason := periods.closed(period, context.region, context.district.default_as_of()):
        return reason
    if report and report.status == ProgressReport.Status.ACCEPTED:
        return f"{context.period.year}年{context.period.month}月的报表民政局已接收；要更正，请民政局先退回。"
    return ""


def _other_units(context: Context) -> str:
    """Who reports a month in which the township did not exist yet, or no longer."""
    day = last_day(context.period)
    rows = Region.objects.filter(pk__in=context.region.lineage()).on(day)
    others = list(rows) or [unit for unit in context.region.heirs() if unit.on_day(day)]
    who = f"，由{'、'.join(str(unit) for unit in others)}报送" if others else ""
    return f"按{day.year}年{day.month}月底的区划，没有{context.region}{who}。"


def apply(upload: Upload, context: Context, rows: list[dict]) -> None:
    """Write the previewed rows as records from the last day of the month, and hand the month in."""
    written = [row for row in rows if row["action"] in ("new", "changed")]
    known = {row["facility"] for row in written if row["facility"]}
    states, day = register.standing(context), register.recorded_day(context)
    _refuse_strangers(len(known), len(known & states.keys()))
    if all(len(states[key]) == 1 and states[key][0].effective_on <= day for key in known):
        batch = Batch(context.district, context.region, day, context.by, upload)
        batch.write(_said(row, states) for row in written)
    else:
        _write_between(upload, context, written, known)
    _refuse_strangers(len(written), _in_scope(upload, context))
    _hand_in(upload, context)


def _said(row: dict, states: dict[int, list[State]]) -> Said:
    values = row["values"]
    for name, value in values.items():
        if type(value) is dict:
            values[name] = unpack(value)
    return Said(values, sources_text(row["sources"]), states[row["facility"]][0] if row["facility"] else None)


def _write_between(upload: Upload, context: Context, written: list[dict], known: set[int]) -> None:
    """A report that comes late: what was recorded for later days stays, and is folded upon it."""
    histories = register.histories(context, known)
    assertions = [
        Assertion(
            histories[row["facility"]][0].facility if row["facility"] else _new(context),
            unpack(row["values"]),
            dict(row["sources"]),
        )
        for row in written
    ]
    history.write(assertions, histories, register.recorded_day(context), context.by, upload)


def _new(context: Context) -> Facility:
    return Facility(district=context.district, township=context.region, is_demo=context.district.is_demo)


def _in_scope(upload: Upload, context: Context) -> int:
    """How many of the records written lie in the township and in the sender's scope.

    As a condition of the count the facilities are gathered once; joined, a database that has not yet seen the new rows
    would take them for few, and look at every pair.
    """
    here = Facility.objects.filter(township__in=context.region.lineage()).visible_to(context.by)
    inside = Count("pk", filter=Q(facility__in=here.order_by().values("pk")))
    return FacilityRecord.objects.filter(upload=upload).aggregate(inside=inside)["inside"]


def _refuse_strangers(expected: int, inside: int) -> None:
    """Before and after writing: every row must lie in the township and in the sender's scope, or nothing is written."""
    if inside != expected:
        raise MoveRefused("有设施不在您的管理范围内，没有写入任何数据。")


def _hand_in(upload: Upload, context: Context) -> None:
    """Submit the month's report; what admit() read holds, because the township's lock was taken before."""
    period, report, usual_due_day, _ = month.of(context)
    if report is None:
        period = period or periods.open_month(context.district, context.period, usual_due_day)
        report = ProgressReport(period=period, township=context.region)
    number = report.number + 1
    handed_in = {"upload": upload.pk, "number": number}
    review.perform(report, "submit", by=context.by, detail=handed_in, upload=upload, number=number)


def undo(upload: Upload, by) -> list[str]:
    """Take the upload's records and its report back; returns what stays because somebody changed it since."""
    # Whoever locks the month waits for the townships' rows: asked under this one, the answer holds until the end.
    history.lock_townships([upload.region_id])
    if reason := not_received(upload, by):
        raise MoveRefused(reason)
    kept = history.retract(upload)
    report = ProgressReport.objects.filter(upload=upload).exclude(status=ProgressReport.Status.DUE).first()
    if report:
        _take_back(report, upload, by)
    return kept


def _take_back(report: ProgressReport, upload: Upload, by) -> None:
    """The month stands again as the sheet before left it, or as not handed in where there was none."""
    others = Upload.objects.filter(kind=upload.kind, region=upload.region_id, period=upload.period)
    before = (
        others.filter(status=Upload.Status.CONFIRMED).exclude(pk=upload.pk).order_by("-confirmed_at", "-pk").first()
    )
    if before is None:
        review.perform(report, "recall", by=by, detail={"upload": upload.pk}, upload=None)
        return
    number = notes.number_of(report, before) or report.number - 1
    sent = {"submitted_at": before.confirmed_at, "submitted_by": before.confirmed_by}
    told = {"upload": before.pk, "number": number, "undone": upload.pk}
    review.perform(report, "restore", by=by, detail=told, upload=before, number=number, **sent)


def not_received(upload: Upload, user) -> str:
    """An upload whose month the bureau has accepted or locked stays as it is."""
    if upload.kind != "progress":
        return ""
    report = notes.report_of(upload)
    if report is None:
        return ""
    if report.status == ProgressReport.Status.ACCEPTED:
        return "民政局已接收该月报表，不能撤销；要更正，请民政局先退回。"
    if periods.closed(report.period, upload.region, upload.district.default_as_of()):
        return f"{upload.period.year}年{upload.period.month}月已锁定，不能撤销。"
    return ""


def standing(upload: Upload) -> list[str]:
    """What has become of the month that a confirmed upload handed in."""
    report = notes.report_of(upload)
    if report is None:
        return []
    month_report = f"{upload.period.year}年{upload.period.month}月报表"
    if report.upload_id != upload.pk:
        return [f"{month_report}：{report.get_status_display()}，现以另一次上传的表格为准"] if report.upload_id else []
    lines = [
        f"{month_report}：{report.get_status_display()}（第 {report.number} 次报送{'，迟报' if report.is_late else ''}）"
    ]
    lines.append(
        f"该月截止日期 {report.period.due_on}，报送时间 {timezone.localtime(report.submitted_at):%Y-%m-%d %H:%M}"
    )
    return lines + _next(report, upload)


def _next(report: ProgressReport, upload: Upload) -> list[str]:
    """What the township may expect or has to do."""
    status = ProgressReport.Status
    if report.status == status.SUBMITTED:
        return ["等待区民政局核收；核收之前可以重新上传更正，也可以在本页撤销。"]
    decision = notes.decision(report, upload)
    said = decision.comment if decision else ""
    if report.status == status.ACCEPTED:
        return [f"核收意见：{said}"] if said else []
    return [*([f"退回理由：{said}"] if said else []), "请改正表格后重新上传。"]

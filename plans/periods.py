"""What the clerk does with a month: lock and unlock it, move its deadline, give one township leave to report late."""

from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from eldercare import audit, review
from eldercare.regions import Region
from eldercare.review import Denied, MoveRefused, ReviewEvent
from plans.models import Duty, PeriodException, ReportingPeriod
from plans.reporting import DEFAULT_DUE_DAY, due_day


def usual_due_day(district: Region) -> int:
    """The day of the following month by which a district's townships report: of its latest policy, else the 5th."""
    return usual_due_days(district).first() or DEFAULT_DUE_DAY


def usual_due_days(district) -> QuerySet:
    """What the policies of a district (or of an outer row's) say of that day, the latest first."""
    duties = Duty.objects.filter(policy__district=district, cadence="monthly", due_day__isnull=False)
    return duties.order_by("-policy__issued_on").values_list("due_day", flat=True)


def period_of(district: Region, month: date) -> ReportingPeriod:
    """The district's period of a month, opened with the usual deadline when it is the first time it is asked for."""
    found = ReportingPeriod.objects.filter(district=district, month=month).first()
    return found or open_month(district, month, usual_due_day(district))


def open_month(district: Region, month: date, usual_due_day: int) -> ReportingPeriod:
    """A month that nobody has asked for yet, with the usual deadline; whoever comes second gets the first one's."""
    period = ReportingPeriod(district=district, month=month, due_on=due_day(month, usual_due_day))
    keys = ["district", "month"]
    ReportingPeriod.objects.bulk_create([period], update_conflicts=True, unique_fields=keys, update_fields=["month"])
    return period


def leave(period: ReportingPeriod, township: Region) -> PeriodException | None:
    """The leave of a township that counts: the last one given."""
    return PeriodException.about(period).filter(township=township).first()


def closed(period: ReportingPeriod | None, township: Region, day: date) -> str:
    """Why a month takes no sheet of a township on a day; empty while it does. One query, and only of a locked month."""
    if period is None or not period.locked:
        return ""
    given = leave(period, township)
    if given and day <= given.until:
        return ""
    why = f"（{period.lock_reason}）" if period.lock_reason else ""
    until = f"；准予补报已于 {given.until} 到期" if given else ""
    return f"{period.month.year}年{period.month.month}月已锁定{why}，不再接收报表{until}。"


@transaction.atomic
def lock(period: ReportingPeriod, *, by, reason: str, version: int | None = None) -> ReviewEvent:
    """Close a month with a reason. Raises MoveRefused, StaleObject or Denied.

    Sheets being confirmed at this moment are waited for: each holds its township's row, and asks again whether the month
    is closed once it has it.
    """
    townships = Region.objects.under(period.district).townships()
    list(townships.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    return review.perform(period, "lock", by=by, comment=reason, version=version, lock_reason=reason.strip()[:200])


def unlock(period: ReportingPeriod, *, by, reason: str, version: int | None = None) -> ReviewEvent:
    """Open a locked month again with a reason. Raises MoveRefused, StaleObject or Denied."""
    return review.perform(period, "unlock", by=by, comment=reason, version=version, lock_reason=reason.strip()[:200])


@transaction.atomic
def move_deadline(period: ReportingPeriod, due_on: date, *, by, reason: str) -> None:
    """Set another deadline with a reason; the old and the new day stay in the audit trail. Raises MoveRefused, Denied."""
    _check(period, by, "plans.change_reportingperiod", reason)
    if due_on <= period.month:
        raise MoveRefused("截止日期应在月份开始之后。")
    before = ReportingPeriod.objects.select_for_update(of=("self",)).get(pk=period.pk).due_on
    ReportingPeriod.objects.filter(pk=period.pk).update(due_on=due_on, lock_reason=reason.strip()[:200])
    said = {"fields": [f"截止日期：{before} → {due_on}"], "rows": [reason.strip()]}
    audit.record("record.changed", by=by, target=period, detail=said)
    period.refresh_from_db()


@transaction.atomic
def allow(period: ReportingPeriod, township: Region, *, until: date, by, reason: str) -> PeriodException:
    """Give a township leave to report a month until a day; a day gone by takes the leave back. Raises MoveRefused, Denied."""
    _check(period, by, "plans.add_periodexception", reason)
    if refused := no_leave(period, township, until):
        raise MoveRefused(refused)
    if not Region.objects.visible_to(by).filter(pk=township.pk).exists():
        raise Denied("不在您的管理范围内。")
    given = PeriodException(period=period, township=township, until=until, reason=reason.strip(), allowed_by=by)
    given.save()
    audit.record("record.created", by=by, target=given, detail={"rows": [f"准予补报至 {until}：{given.reason}"]})
    return given


def no_leave(period: ReportingPeriod, township: Region, until: date) -> str:
    """Why a township can have no leave for a month until a day; empty when it can."""
    if not (township.is_township and township.path.startswith(period.district.path)):
        return f"{township}不是{period.district}的乡镇（街道）。"
    return "准予补报的日期应在该月开始之后。" if until < period.month else ""


def _check(period: ReportingPeriod, by, permission: str, reason: str) -> None:
    if not by.has_perm(permission):
        raise Denied("您的角色没有这项权限。")
    if not ReportingPeriod.objects.visible_to(by).filter(pk=period.pk).exists():
        raise Denied("不在您的管理范围内。")
    if not reason.strip():
        raise MoveRefused("请写明理由。")
    if len(reason.strip()) > 200:
        raise MoveRefused("理由不能超过 200 个字。")

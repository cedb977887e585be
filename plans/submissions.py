"""Who has reported a month and who has not: expected, received, on time, late, accepted."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from eldercare.figures import Scope
from eldercare.regions import Region
from plans.models import ProgressReport, ReportingPeriod
from plans.reporting import last_day


@dataclass(frozen=True, slots=True)
class Submission:
    """One township's report of one month, or its absence."""

    township: Region
    report: ProgressReport | None
    due_on: date | None

    @property
    def status(self) -> str:
        """due, submitted, accepted or returned; overdue once the deadline has passed without a report."""
        if self.report and self.report.status != ProgressReport.Status.DUE:
            return self.report.status
        return ProgressReport.Status.DUE

    @property
    def has_reported(self) -> bool:
        return self.status in (ProgressReport.Status.SUBMITTED, ProgressReport.Status.ACCEPTED)

    @property
    def label(self) -> str:
        return ProgressReport.Status(self.status).label

    @property
    def is_late(self) -> bool:
        """Whether the report came after the deadline."""
        sent = self.report.submitted_at if self.report else None
        return bool(sent and self.due_on and timezone.localdate(sent) > self.due_on)


@dataclass(frozen=True, slots=True)
class MonthState:
    """All townships' reports of one month."""

    month: date
    due_on: date | None
    rows: tuple[Submission, ...]

    @property
    def expected(self) -> int:
        return len(self.rows)

    @property
    def reported(self) -> list[Submission]:
        return [row for row in self.rows if row.has_reported]

    @property
    def accepted(self) -> list[Submission]:
        return [row for row in self.rows if row.status == ProgressReport.Status.ACCEPTED]

    @property
    def late(self) -> list[Submission]:
        return [row for row in self.reported if row.is_late]

    @property
    def missing(self) -> list[Submission]:
        """Townships with no report, or with one that was returned and not sent again."""
        return [row for row in self.rows if not row.has_reported]

    def by_unit(self, scope: Scope) -> dict[str, Submission]:
        """One report for each unit of the scope's day: its own, or of those it succeeded the first that is missing."""
        found: dict[str, Submission] = {}
        for row in sorted(self.rows, key=lambda row: row.has_reported):
            found.setdefault(scope.today_of(row.township.pk, row.township.code)[1], row)
        return found


def month_state(district: Region, month: date, townships: list[Region]) -> MonthState:
    """The state of one month: two queries, however many townships."""
    return _state(month, ReportingPeriod.objects.filter(district=district, month=month).first(), townships)


def latest_state(scope: Scope) -> MonthState:
    """The state of the last month whose deadline has passed by the day, else of the day's own month: two queries.

    Expected are the townships that existed on the month's last day (on the scope's day, while the month still runs).
    """
    district, day = scope.district, scope.as_of
    due = ReportingPeriod.objects.filter(district=district, month__lte=day, due_on__lte=day)
    period = due.order_by("-month").first()
    month = period.month if period else day.replace(day=1)
    then = scope.units_on(min(last_day(month), day))
    return _state(month, period, [unit for unit in then if unit.is_township])


def _state(month: date, period: ReportingPeriod | None, townships: list[Region]) -> MonthState:
    reports = {}
    if period:
        reports = {report.township_id: report for report in ProgressReport.objects.filter(period=period)}
    due_on = period.due_on if period else None
    return MonthState(month, due_on, tuple(Submission(unit, reports.get(unit.pk), due_on) for unit in townships))

"""Who has reported a month and who has not: expected, received, on time, late, accepted."""

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Subquery
from django.utils import timezone

from eldercare.figures import Scope
from eldercare.regions import Region
from eldercare.scoping import ScopedQuerySet
from plans.models import ProgressReport, ReportingPeriod
from plans.reporting import last_day


@dataclass(frozen=True, slots=True)
class Submission:
    """One township's report of one month, or its absence."""

    township: Region
    report: ProgressReport | None
    due_on: date | None
    as_of: date | None = None
    leave: date | None = None
    """Until when the township may report after the lock, where it has been given leave."""

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

    @property
    def days_late(self) -> int:
        """Days after the deadline: when it came, or, while it has not, on the day that is looked at; 0 in time."""
        if self.due_on is None:
            return 0
        came = timezone.localdate(self.report.submitted_at) if self.has_reported else self.as_of
        return max((came - self.due_on).days, 0) if came else 0

    @property
    def is_overdue(self) -> bool:
        """Whether it is still missing after the deadline."""
        return not self.has_reported and self.days_late > 0

    @property
    def short(self) -> str:
        """The word of the mark in two characters, for a narrow cell: 接收, 待核, 退回, 迟报, 未报, 待报."""
        return self.mark[0].partition("·")[0].removeprefix("已")

    @property
    def mark(self) -> tuple[str, str, str, str]:
        """Word, tone, shape and heat of the cell in a table of months; each kind differs in word and shape."""
        if self.due_on is None:
            return "未开始", "quiet", "dash", "heat-0"
        if self.status == ProgressReport.Status.RETURNED:
            return "已退回", "act", "back", "heat-3"
        if not self.has_reported:
            return ("未报", "act", "cross", "heat-4") if self.is_overdue else ("待报", "info", "ring", "heat-0")
        word = "已接收" if self.status == ProgressReport.Status.ACCEPTED else "待核"
        if self.is_late:
            return f"迟报·{word}", "watch", "up", "heat-2"
        return (word, "good", "check", "heat-0") if word == "已接收" else (word, "info", "half", "heat-1")


@dataclass(frozen=True, slots=True)
class MonthState:
    """All townships' reports of one month."""

    month: date
    due_on: date | None
    rows: tuple[Submission, ...]
    period: ReportingPeriod | None = None

    def standing(self, day: date) -> tuple[str, str]:
        """Code and word of where the month stands on a day; also of one that nobody has opened."""
        if self.period:
            return self.period.standing(day)
        if self.due_on is None:
            return "quiet", "未开始"
        return ("overdue", "已过期") if day > self.due_on else ("open", "报送中")

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
    def on_time(self) -> list[Submission]:
        return [row for row in self.reported if not row.is_late]

    @property
    def returned(self) -> list[Submission]:
        return [row for row in self.rows if row.status == ProgressReport.Status.RETURNED]

    @property
    def to_chase(self) -> list[Submission]:
        """Townships whose report is missing after the deadline, or came late; the longest overdue first."""
        found = [row for row in self.rows if row.days_late]
        return sorted(found, key=lambda row: (row.has_reported, -row.days_late, row.township.path))

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
    """The state of the last month whose deadline has passed by the day, else of the day's own month: one query.

    Expected are the townships that existed on the month's last day (on the scope's day, while the month still runs).
    """
    district, day = scope.district, scope.as_of
    due = ReportingPeriod.objects.filter(district=district, month__lte=day, due_on__lte=day).order_by("-month")
    period, reports = _with_reports(ReportingPeriod.objects.filter(pk=Subquery(due.values("pk")[:1])))
    month = period.month if period else day.replace(day=1)
    then = scope.units_on(min(last_day(month), day))
    state = _state(month, period, [unit for unit in then if unit.is_township], reports)
    return replace(state, rows=tuple(replace(row, as_of=day) for row in state.rows))


def _with_reports(periods: ScopedQuerySet) -> tuple[ReportingPeriod | None, list[ProgressReport]]:
    """One period and its reports in a single outer join, so that a page asks once whether anybody reported or not."""
    own, theirs = (
        [field.attname for field in model._meta.concrete_fields] for model in (ReportingPeriod, ProgressReport)
    )
    rows = list(periods.order_by().values_list(*own, *(f"reports__{name}" for name in theirs)))
    period = ReportingPeriod.from_db(periods.db, own, rows[0][: len(own)]) if rows else None
    found = (ProgressReport.from_db(periods.db, theirs, row[len(own) :]) for row in rows)
    return period, [report for report in found if report.pk is not None]


def _state(
    month: date, period: ReportingPeriod | None, townships: list[Region], found: list[ProgressReport] | None = None
) -> MonthState:
    if found is None:
        found = list(ProgressReport.objects.filter(period=period)) if period else []
    reports = {report.township_id: report for report in found}
    due_on = period.due_on if period else None
    return MonthState(month, due_on, tuple(Submission(unit, reports.get(unit.pk), due_on) for unit in townships))

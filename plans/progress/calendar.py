"""The months beside the uploads: to a township its own, to the bureau how many have reported; each with its deadline."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from eldercare import figures
from eldercare.regions import Kind
from plans import months
from plans.submissions import MonthState, Submission

SHOWN = 6


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One month as the page of uploads tells it: badge (word, tone, shape), deadline, and what else is to be known."""

    month: date
    due_on: date | None
    word: str
    tone: str
    shape: str
    notes: tuple[str, ...]
    url: str = ""
    url_text: str = ""


def lines(user) -> list[MonthLine]:
    """The last months that have begun to be reported, the latest first, as this person sees them; a fixed number of queries."""
    region = user.region
    if region is None or not (region.is_township or region.kind == Kind.DISTRICT):
        return []
    if not region.is_township:
        return _of_district(user)
    day = region.parent.default_as_of()
    return [_own(state, row, day) for state, row in months.own_months(region, day, SHOWN)]


def _own(state: MonthState, row: Submission, day: date) -> MonthLine:
    word, tone, shape, _ = row.mark
    notes = [f"第 {row.report.number} 次报送"] if row.has_reported else []
    if row.days_late:
        notes.append(f"{'晚' if row.has_reported else '已逾期'} {row.days_late} 天")
    if state.period and state.period.locked:
        notes.append("已锁定")
    if row.leave and not row.has_reported:
        notes.append(f"准予补报至 {row.leave}" if day <= row.leave else f"准予补报已于 {row.leave} 到期")
    closed = bool(state.period and state.period.locked) and not (row.leave and day <= row.leave)
    url = "" if row.has_reported or closed else f"{reverse('upload-new')}?kind=progress&period={state.month:%Y-%m}"
    return MonthLine(state.month, state.due_on, word, tone, shape, tuple(notes), url, "上传" if url else "")


def _of_district(user) -> list[MonthLine]:
    district = user.region
    day = district.default_as_of()
    found = months.states(figures.scope_for(district, day), months.opened(district, day, SHOWN))
    page = reverse("reporting", args=[district.code]) if user.has_perm("eldercare.view_dashboard") else ""
    return [_whole(state, day, page) for state in reversed(found) if state.due_on]


def _whole(state: MonthState, day: date, page: str) -> MonthLine:
    tones = {"locked": ("quiet", "square"), "overdue": ("watch", "up"), "open": ("info", "half")}
    code, word = state.standing(day)
    counts = [f"应报 {state.expected}", f"已收 {len(state.reported)}", f"已接收 {len(state.accepted)}"]
    counts += [f"未报 {len(state.missing)}"] if state.missing else []
    url = f"{page}?month={state.month:%Y-%m}" if page else ""
    return MonthLine(state.month, state.due_on, word, *tones[code], tuple(counts), url, "谁没有报" if url else "")

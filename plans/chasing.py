"""督办: whom to chase for a month, with whom to speak, what is missing, and what was done about it so far."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from eldercare import audit
from eldercare.accounts import ROLE_BY_CODE, User
from eldercare.figures import Scope
from eldercare.regions import Region
from eldercare.review import Denied, MoveRefused, ReviewEvent
from eldercare.uploads import Upload
from plans.models import ChaseNote, ProgressReport
from plans.periods import period_of
from plans.submissions import MonthState, Submission

MOST_CHASED = 200
NOTE_LENGTH = 500


@dataclass(slots=True)
class Chase:
    """One township to be chased for a month."""

    row: Submission
    contacts: list[User] = field(default_factory=list)
    last: date | None = None
    """The last month before this one that it handed in."""
    missing: str = ""
    notes: list[ChaseNote] = field(default_factory=list)

    @property
    def contact(self) -> str:
        return "、".join(f"{user.display_name}（{user.username}）" for user in self.contacts) or "没有启用的账号"

    @property
    def state(self) -> str:
        """Where the report stands, in the words of the table."""
        return self.row.mark[0]

    @property
    def last_month(self) -> str:
        return f"{self.last:%Y-%m}" if self.last else "没有报过"


def chases(scope: Scope, state: MonthState) -> list[Chase]:
    """The townships of a month that are missing or late, the longest overdue first: five queries, however many."""
    found = [Chase(row) for row in state.to_chase]
    if not found:
        return []
    ids = [chase.row.township.pk for chase in found]
    contacts = _contacts(scope, ids)
    last = _last_months(state.month, ids)
    missing = _missing(state, ids)
    notes = defaultdict(list)
    for note in ChaseNote.about(state.period).filter(township__in=ids).select_related("recorded_by"):
        notes[note.township_id].append(note)
    for chase in found:
        unit = chase.row.township
        chase.contacts = contacts[scope.today_of(unit.pk, unit.code)[0]]
        chase.last = last.get(unit.pk)
        chase.missing = "迟报，已收到" if chase.row.has_reported else missing.get(unit.pk, "没有上传过表格")
        chase.notes = notes[unit.pk]
    return found


def _contacts(scope: Scope, ids: list[int]) -> dict[int, list[User]]:
    """The active accounts of the units that now stand in the townships' place."""
    now = {scope.today_of(pk, None)[0] for pk in ids}
    role = ROLE_BY_CODE["township"].label
    found = defaultdict(list)
    for user in User.objects.filter(region__in=now, is_active=True, groups__name=role).order_by("username"):
        found[user.region_id].append(user)
    return found


def _last_months(month: date, ids: list[int]) -> dict[int, date]:
    reports = ProgressReport.objects.filter(township__in=ids, period__month__lt=month)
    handed_in = reports.exclude(status=ProgressReport.Status.DUE).order_by("period__month")
    return dict(handed_in.values_list("township", "period__month"))


def _missing(state: MonthState, ids: list[int]) -> dict[int, str]:
    """What stands between each township and its report: sent back why, or a sheet that is wrong or not confirmed."""
    words = {
        Upload.Status.REFUSED: "上传的表格有错误，没有入库",
        Upload.Status.STAGED: "上传了表格，没有确认",
        Upload.Status.UNDONE: "上传后又撤销",
    }
    sheets = Upload.objects.filter(kind="progress", region__in=ids, period=state.month, status__in=list(words))
    sent = sheets.order_by("pk").values_list("region", "status", "uploaded_at")
    found = {region: f"{words[status]}（{at:%m-%d}）" for region, status, at in sent}
    returned = {row.report.pk: row.township.pk for row in state.returned if row.report}
    events = ReviewEvent.objects.filter(
        model="plans.progressreport", object_id__in=list(returned), verb="send_back"
    ).order_by("pk")
    return found | {returned[event.object_id]: f"退回后没有重报：{event.comment}" for event in events}


@transaction.atomic
def note_chase(
    district: Region, month: date, townships: Iterable[Region], *, chased_on: date | None, way: str, note: str, by
) -> list[ChaseNote]:
    """Write down that townships were chased for a month. Raises MoveRefused for what cannot be so, Denied."""
    townships = list(townships)
    if not by.has_perm("plans.add_chasenote"):
        raise Denied("您的角色不能记录督办。")
    if refused := _refused(district, month, townships, chased_on, way, note.strip()):
        raise MoveRefused("；".join(refused))
    here = {unit.pk for unit in Region.objects.visible_to(by).under(district).townships()}
    if not {unit.pk for unit in townships} <= here:
        raise Denied("不在您的管理范围内。")
    period = period_of(district, month)
    rows = [
        ChaseNote(period=period, township=unit, chased_on=chased_on, way=way, note=note.strip(), recorded_by=by)
        for unit in townships
    ]
    for row in rows:
        row.save()
    names = [str(unit) for unit in townships]
    audit.record("record.created", by=by, target=rows[0], detail={"rows": names, "fields": ["督办记录"]})
    return rows


def _refused(district: Region, month: date, townships: list, chased_on: date | None, way: str, note: str) -> list[str]:
    today = district.default_as_of()
    checks = (
        (not townships, "请勾选督办的乡镇（街道）"),
        (len(townships) > MOST_CHASED, f"一次最多记录 {MOST_CHASED} 个乡镇（街道）"),
        (month > today, f"{month:%Y年%m月}还没有到"),
        (chased_on is None, "请填写督办日期，如 2020-12-08"),
        (chased_on and chased_on > today, f"督办日期不能晚于 {today}"),
        (chased_on and chased_on < month, "督办日期不能早于该月1日"),
        (way not in ChaseNote.Way.values, "请选择督办方式"),
        (not note, "请写明督办的情况"),
        (len(note) > NOTE_LENGTH, f"督办情况不能超过 {NOTE_LENGTH} 个字"),
    )
    return [text for wrong, text in checks if wrong]

"""The townships' monthly reports: most arrive in time and are received, some late, one returned with notes, three not at all."""

from datetime import date, timedelta
from io import BytesIO

import openpyxl
from django.core.files.base import File

from eldercare import clock, review, uploads
from eldercare.accounts import User
from eldercare.management.demo.acceptance import at
from eldercare.management.demo.planned import Item
from eldercare.management.demo.states import month_end, reported
from eldercare.regions import Region
from eldercare.sheets.text import compact
from eldercare.uploads import Context, Upload
from facilities import history
from facilities.history import Assertion
from plans import periods
from plans.models import ProgressReport, ReportingPeriod
from plans.progress import notes
from plans.progress.notes import Said
from plans.progress.sheet import SHEET

LAST = 12
MISSING = {11: ("文复乡", "土地乡", "浩口乡")}
IN_TIME_FOR_LAST = ("江口镇", "平桥镇", "和顺镇", "凤来镇")
BY_SHEET = {
    ("白马镇", 9), ("白马镇", 10), ("白马镇", 11), ("江口镇", 11), ("火炉镇", 11),
    *((name, LAST) for name in IN_TIME_FOR_LAST),
}  # fmt: skip
REFUSED_FIRST = ("白马镇", 11)
RETURN_REASON = "演示：有两处请核对后重报，见逐行批注。"
# Township and month → (facility, column, what the clerk notes beside it).
RETURNED = {
    ("火炉镇", 11): (
        ("筏子村演示互助养老点", "invested", "演示：投入资金与形象进度不相称，请核对后重填"),
        ("后槽村演示互助养老点", "", "演示：完工已满一个月，请在备注写明什么时候申请验收"),
    )
}


def reports(township: Region, month: int) -> bool:
    """Whether a township hands in that month; the last month is still open."""
    if month == LAST:
        return township.short_name in IN_TIME_FOR_LAST
    return township.short_name not in MISSING.get(month, ())


def of_month(district: Region, items: list[Item], month: int, people: dict, users: dict) -> None:
    """Every township's report of one month and what the clerk does with it; townships are those of the month's end."""
    townships = district.below().townships().on(month_end(month)).order_by("path")
    with clock.telling(at(month_end(month), 8)):
        period = periods.period_of(district, month_end(month).replace(day=1))
    for position, township in enumerate(townships):
        if not reports(township, month):
            continue
        mine = [item for item in items if item.township.as_of(month_end(month)) == township]
        day = _day(month, position)
        with clock.telling(at(day, 9, position)):
            row = _hand_in(period, township, mine, month, users[township.as_of(month_end(LAST)).code])
        if month != LAST:
            _receive(row, township, month, day, people["clerk"])


def _day(month: int, position: int) -> date:
    """When it is handed in: the first days of the following month, now and then after the deadline."""
    if month == LAST:
        return date(2020, 12, 30)
    late = (position * 7 + month * 5) % 23 == 0
    return month_end(month) + timedelta(days=8 if late else 1 + position % 4)


def _hand_in(period: ReportingPeriod, township: Region, mine: list[Item], month: int, user: User) -> ProgressReport:
    said = [(item, values) for item in mine if item.facility.pk and (values := reported(item, month))]
    if (township.short_name, month) in BY_SHEET:
        return _by_sheet(period, township, said, user)
    history.record([Assertion(item.facility, values) for item, values in said], effective_on=month_end(month), by=user)
    row, _ = ProgressReport.objects.get_or_create(period=period, township=township)
    review.perform(row, "submit", by=user, number=row.number + 1)
    return row


def _receive(row: ProgressReport, township: Region, month: int, day: date, clerk: User) -> None:
    with clock.telling(at(max(day, month_end(month) + timedelta(days=6)), 14)):
        if found := RETURNED.get((township.short_name, month)):
            said = [Said(*note) for note in found]
            notes.decide(row, "send_back", by=clerk, comment=RETURN_REASON, said=said)
        else:
            review.perform(row, "accept", by=clerk)


def _by_sheet(period: ReportingPeriod, township: Region, said: list, user: User) -> ProgressReport:
    """As a township does it: the prefilled sheet, filled in, uploaded, confirmed; once after a faulty first try."""
    kind = uploads.kind_of("progress")
    context = Context(township, period.district, period.month, user)
    name = f"{township.short_name}_{SHEET.title}_{period.month:%Y-%m}.xlsx"
    blank = kind.template(context)
    if (township.short_name, period.month.month) == REFUSED_FIRST:
        with clock.telling(clock.now() - timedelta(minutes=20)):
            uploads.stage(kind, context, _file(blank, said, name, progress="约八成"))
    upload = uploads.stage(kind, context, _file(blank, said, name))
    if upload.status != Upload.Status.STAGED:
        raise RuntimeError(f"{upload}: {upload.problems}")
    uploads.confirm(upload, by=user)
    for item, _ in said:
        item.facility.refresh_from_db()
    return ProgressReport.objects.get(period=period, township=township)


def _file(blank: bytes, said: list, name: str, **mistake) -> File:
    book = openpyxl.load_workbook(BytesIO(blank))
    sheet = book[SHEET.name]
    header, columns = _header(sheet)
    rows = {cell.value: cell.row for cell in sheet[_letter(columns["code"])][header:] if cell.value}
    for item, values in said:
        for key, value in _shown(item, values).items():
            sheet.cell(rows[item.facility.code], columns[key]).value = value
    for key, value in mistake.items():
        sheet.cell(min(rows.values()), columns[key]).value = value
    filled = BytesIO()
    book.save(filled)
    return File(BytesIO(filled.getvalue()), name=name)


def _letter(column: int) -> str:
    return openpyxl.utils.get_column_letter(column)


def _header(sheet) -> tuple[int, dict[str, int]]:
    """The header row's number and the column of every key."""
    for row in sheet.iter_rows(max_row=20):
        found = {compact(str(cell.value or "")).strip("*"): cell.column for cell in row}
        if compact(SHEET["code"].heading) in found:
            return row[0].row, {column.key: found[compact(column.heading)] for column in SHEET.columns}
    raise RuntimeError("the template has no header row")


def _shown(item: Item, values: dict) -> dict:
    """Values as a person types them into the sheet."""
    typed = {key: value for key, value in values.items() if key != "village_id"}
    if "village_id" in values:
        typed["village"] = item.place.short_name if values["village_id"] else None
    return {key: SHEET[key].cell(value) for key, value in typed.items()}

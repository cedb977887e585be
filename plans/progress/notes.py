"""The clerk's decision on a month with a note per row: kept with the decision, shown to the township, marked in its sheet."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from eldercare import review
from eldercare.review import MoveRefused, ReviewEvent
from eldercare.sheets.remarks import Look, Remark
from eldercare.sheets.text import ControlCharacterError, clean
from eldercare.uploads import Upload
from plans.models import ProgressReport
from plans.progress.sheet import SHEET

NOTE_LENGTH, MOST_NOTES = 200, 200
DECISIONS = ("accept", "send_back")
_CELL = re.compile(r"([A-Z]{1,3})[0-9]+")


@dataclass(frozen=True, slots=True)
class Said:
    """A note as the clerk gave it: facility code (or name, of one that has no code yet), column key or none, text."""

    facility: str
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class RowNote:
    """A note where it belongs: facility, heading, and the cell of the township's sheet; no cell for a row it lacks."""

    code: str
    name: str
    column: str
    sheet: str
    cell: str
    text: str


def report_of(upload: Upload) -> ProgressReport | None:
    """The township's report of the month that an upload was sent for."""
    rows = ProgressReport.objects.filter(period__month=upload.period, township_id=upload.region_id)
    return rows.select_related("period").first()


def number_of(report: ProgressReport, upload: Upload) -> int | None:
    """Which version of the month an upload was; None when nobody wrote that down."""
    event = report.events().filter(verb="submit", detail__upload=upload.pk).last()
    return event.detail["number"] if event else None


def decision(report: ProgressReport, upload: Upload) -> ReviewEvent | None:
    """What the clerk last decided on this very sheet; None while it waits."""
    for event in report.events().filter(verb__in=DECISIONS).reverse():
        if event.detail.get("upload", report.upload_id) == upload.pk:
            return event
    return None


def decisions(reports: Iterable[ProgressReport]) -> dict[int, ReviewEvent]:
    """What the clerk last decided on the present sheets of several reports that are decided: one query."""
    decided = {report.pk: report for report in reports if report.decided_at}
    events = ReviewEvent.objects.filter(model=ProgressReport._meta.label_lower, object_id__in=list(decided))
    return {event.object_id: event for event in events.filter(verb__in=DECISIONS).order_by("pk")}


def decide(
    report: ProgressReport, verb: str, *, by, comment: str = "", version: int | None = None, said: Iterable[Said] = ()
) -> ReviewEvent:
    """Receive a month or send it back, with notes on rows. Raises MoveRefused with every wrong note at once."""
    if verb not in DECISIONS:
        raise MoveRefused("报送与撤销报送在“月报上传”页面办理。")
    notes = placed(report.upload, list(said))
    if verb == "send_back" and notes and not comment.strip():
        comment = f"有 {len(notes)} 处需要更正，见逐行批注。"
    detail = {"upload": report.upload_id, "number": report.number, "notes": [asdict(note) for note in notes]}
    return review.perform(report, verb, by=by, comment=comment, version=version, detail=detail)


def placed(upload: Upload | None, said: list[Said]) -> list[RowNote]:
    """Notes at the cells of the sheet they are about. Raises MoveRefused with every note that belongs nowhere."""
    if not said:
        return []
    if upload is None:
        raise MoveRefused("这份月报没有表格，不能逐行批注；请把意见写在办理意见里。")
    if len(said) > MOST_NOTES:
        raise MoveRefused(f"批注不能超过 {MOST_NOTES} 条，请合并后再办理。")
    rows = rows_of(upload)
    by_key = {row["name"]: row for row in rows} | {row["code"]: row for row in rows if row["code"]}
    letters = _letters(rows)
    wrong = [text for item in said if (text := _wrong(item, by_key))]
    if wrong:
        raise MoveRefused("；".join(wrong))
    return [_at(item, by_key[item.facility], letters) for item in said]


def rows_of(upload: Upload) -> list[dict]:
    """The rows that an upload was previewed and confirmed with."""
    return upload.staged.read() if hasattr(upload, "staged") else []


def _wrong(item: Said, by_key: dict[str, dict]) -> str:
    if item.facility not in by_key:
        return f"批注“{item.text[:20]}”：这份表里没有设施“{item.facility[:30]}”，请核对编码"
    if len(item.text) > NOTE_LENGTH:
        return f"{item.facility[:30]}的批注超过 {NOTE_LENGTH} 个字，请缩短"
    if item.column and item.column not in {column.key for column in SHEET.columns}:
        return f"{item.facility[:30]}的批注：没有这一列，请从列表里选择"
    try:
        clean(item.text)
    except ControlCharacterError as error:
        return f"{item.facility[:30]}的批注里有不能保存的字符（{error.name}），请重新输入"
    return ""


def _letters(rows: list[dict]) -> dict[tuple[str, str], str]:
    """Letters of the sheet's columns by sheet and key, as far as cells of the rows tell them."""
    found = {}
    for row in rows:
        for change in row["changes"]:
            if cell := _CELL.fullmatch(change["cell"]):
                found[row["sheet"], change["key"]] = cell[1]
    return found


def _at(item: Said, row: dict, letters: dict) -> RowNote:
    """The note at its cell; about a whole row, or a column whose place no cell tells, at the row's first cell."""
    letter = letters.get((row["sheet"], item.column), "A")
    cell = f"{letter}{row['number']}" if row["number"] else ""
    heading = SHEET[item.column].heading if item.column else ""
    return RowNote(row["code"], row["name"], heading, row["sheet"], cell, clean(item.text))


def row_notes(upload: Upload) -> list[RowNote]:
    """The notes of the last decision on a sheet."""
    report = report_of(upload)
    event = decision(report, upload) if report else None
    return [RowNote(**note) for note in event.detail.get("notes", [])] if event else []


def remarks(upload: Upload) -> list[Remark]:
    """The notes as remarks on the township's own file."""
    return [Remark(Look.NOTE, note.text, where(note), note.sheet, note.cell, note.column) for note in row_notes(upload)]


def where(note: RowNote) -> str:
    """The facility that a note is about, in words."""
    return f"{note.name}（{note.code}）" if note.code else note.name

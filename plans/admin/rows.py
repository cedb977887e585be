"""The rows of a monthly sheet as the clerk looks at them, and the notes that the clerk types beside them."""

from collections.abc import Mapping

from eldercare.uploads import Upload
from plans.models import ProgressReport
from plans.progress import notes
from plans.progress.notes import Said
from plans.progress.sheet import SHEET

SHOWN, FREE_LINES = 200, 3
LONGEST_TYPED = 500
LABELS = {"new": "新增", "changed": "变更"}


def not_clean(row: ProgressReport) -> str:
    """Why a month should be looked at by itself; empty when it has nothing to look at."""
    if row.status != ProgressReport.Status.SUBMITTED:
        return f"当前状态为“{row.get_status_display()}”，不在待核之列"
    counts = row.upload.counts if row.upload else {}
    return f"有 {counts['warnings']} 处提醒，请打开逐行核对" if counts.get("warnings") else ""


def said(data: Mapping[str, str]) -> list[Said]:
    """The notes that were typed: `note-N` with `note-N-facility` and `note-N-column`; blank ones are none."""
    found = []
    for name in data:
        if name.startswith("note-") and name.count("-") == 1 and data[name].strip():
            facility, column = (data.get(f"{name}-{part}", "").strip() for part in ("facility", "column"))
            found.append(Said(facility, column, data[name].strip()))
    return found


def kept(data: Mapping[str, str]) -> dict[str, str]:
    """What was typed, to be shown again after a refusal."""
    return {name: data[name][:LONGEST_TYPED] for name in data if name.startswith("note-") and data[name].strip()}


def page(row: ProgressReport, typed: Mapping[str, str], *, may_note: bool) -> dict:
    """What the page shows of a report: its rows with the notes typed so far, versions before, notes of the decision."""
    all_lines = notes.rows_of(row.upload) if row.upload else []
    changed = [line for line in all_lines if line["action"] in LABELS]
    missing = [line for line in all_lines if line["action"] == "missing"]
    return {
        "may_note": may_note and row.upload_id is not None,
        "lines": [_line(number, line, typed) for number, line in enumerate(changed[:SHOWN], 1)],
        "line_total": len(changed),
        "missing_lines": missing[:SHOWN],
        "counts": row.upload.counts if row.upload else {},
        "free_lines": [_free(number, typed) for number in range(9001, 9001 + FREE_LINES)],
        "columns": [(column.key, column.heading) for column in SHEET.columns],
        "versions": _versions(row),
        "row_notes": notes.row_notes(row.upload) if row.upload else [],
        "standing": row.period.standing(row.period.district.default_as_of()),
    }


def _line(number: int, line: dict, typed: Mapping[str, str]) -> dict:
    name = f"note-{number}"
    return line | {
        "field": name,
        "key": line["code"] or line["name"],
        "label": LABELS[line["action"]],
        "note": typed.get(name, ""),
        "column": typed.get(f"{name}-column", ""),
    }


def _free(number: int, typed: Mapping[str, str]) -> dict:
    name = f"note-{number}"
    return {
        "field": name,
        "note": typed.get(name, ""),
        "facility": typed.get(f"{name}-facility", ""),
        "column": typed.get(f"{name}-column", ""),
    }


def _versions(row: ProgressReport) -> list[dict]:
    """The sheets that the month was handed in with before the present one, the latest first, with what became of each."""
    events = list(row.events())
    sent = {event.detail["upload"]: event for event in events if event.verb == "submit" and "upload" in event.detail}
    sent.pop(row.upload_id, None)
    uploads = Upload.objects.defer("problems").in_bulk(list(sent))
    ended = {event.detail["upload"]: event for event in events if event.verb in notes.DECISIONS and event.detail}
    return [
        {"number": event.detail["number"], "upload": uploads[pk], "sent": event, "decision": ended.get(pk)}
        for pk, event in reversed(sent.items())
        if pk in uploads
    ]

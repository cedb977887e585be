"""Where every value of a facility comes from: the record that says it, its author, and the cell of its sheet."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse

from facilities.admin.clauses import said
from facilities.facility import FacilityRecord
from facilities.history import COLUMNS

SHOWN = tuple(name for name in COLUMNS if name not in ("name", "type"))
UNITS = {
    "gross_area": "㎡",
    "usable_area": "㎡",
    "beds": "张",
    "nursing_beds": "张",
    "invested": "万元",
    "progress": "%",
}


def label(column: str) -> str:
    """The label of a state column without its unit."""
    return str(FacilityRecord._meta.get_field(column.removesuffix("_id")).verbose_name).partition("（㎡）")[0]


def text(record: FacilityRecord, column: str) -> str:
    """A value of a record in words; empty when it is not recorded."""
    name = column.removesuffix("_id")
    value = getattr(record, name)
    if value in (None, ""):
        return ""
    display = getattr(record, f"get_{name}_display", None)
    return display() if display else said(value, {}, UNITS.get(column, "")) if name != "village" else str(value)


def history(facility) -> list[FacilityRecord]:
    """All records of a facility, also the retracted ones, latest state first: one query."""
    rows = FacilityRecord.objects.filter(facility=facility).select_related("upload", "recorded_by", "village")
    return sorted(rows, key=lambda row: (row.effective_on, row.pk), reverse=True)


def sheet_link(record: FacilityRecord) -> tuple[str, str] | None:
    """The name and the address of the sheet that a record came from."""
    return record.upload and (record.upload.filename, reverse("upload", args=[record.upload_id]))


def told(record: FacilityRecord) -> list[dict]:
    """What a record itself says: label, value and cell of every asserted column."""
    return [
        {"label": label(name), "text": text(record, name), "cell": record.sources.get(name, "")}
        for name in COLUMNS
        if name in record.asserted
    ]


def timeline(records: Iterable[FacilityRecord]) -> list[dict]:
    """The records for the page: what each said, when it holds, who wrote it and from which sheet."""
    return [{"record": record, "told": told(record), "sheet": sheet_link(record)} for record in records]


def facts(records: Iterable[FacilityRecord], day: date) -> list[dict]:
    """The state on a day by its sources, latest first: record, sheet, and the lines (label, text, cell) it still says.

    What nobody has recorded comes last, with no record.
    """
    standing = [row for row in records if row.retracted_at is None and row.effective_on <= day]
    lines = {name: _fact(standing, name) for name in SHOWN} if standing else {}
    groups = [
        {
            "record": source,
            "sheet": sheet_link(source),
            "lines": [line for line in lines.values() if line["source"] is source and line["text"]],
        }
        for source in standing
    ]
    blank = {"record": None, "sheet": None, "lines": [line for line in lines.values() if not line["text"]]}
    return [group for group in (*groups, blank) if group["lines"]]


def _fact(standing: list[FacilityRecord], name: str) -> dict:
    source = next((row for row in standing if name in row.asserted), None)
    cell = source.sources.get(name, "") if source else ""
    return {"label": label(name), "text": text(standing[0], name), "cell": cell, "source": source}

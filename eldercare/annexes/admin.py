"""A published table in the admin, in the shape of its paper: what was understood, blanks, zeros, totals compared."""

from dataclasses import dataclass, field

from django.contrib.admin.utils import unquote

from eldercare.adminbase import DistrictFilter, ReadOnlyAdmin
from eldercare.annexes.adminedit import AnnexEditing
from eldercare.annexes.rows import AnnexTable


@dataclass(frozen=True, slots=True)
class Total:
    """A column's printed total beside the sum of its rows; null where nothing is printed."""

    printed: int | None
    computed: int | None

    @property
    def differs(self) -> bool:
        return self.printed is not None and self.printed != (self.computed or 0)


@dataclass(slots=True)
class Line:
    """One printed row: serial number, unit as printed, the unit it was matched with, and a number or null a column."""

    number: str
    unit: str
    region: object
    values: list[int | None]


@dataclass(slots=True)
class Paper:
    """The whole table. `groups` is the upper header row as (text, width), empty when there is one header row only."""

    groups: list[tuple[str, int]]
    headings: list[tuple[str, str]]
    lines: list[Line] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    total_label: str = "合计"
    notes: list[str] = field(default_factory=list)

    @property
    def differences(self) -> int:
        return sum(total.differs for total in self.totals)


def paper(table: AnnexTable, cells: list, totals: dict[tuple, int | None], subject: str, value: str) -> Paper:
    """The table as printed. `cells` are its entries by row, `totals` the printed ones by (subject, year)."""
    columns = table.layout.get("columns", [])
    keys = [(column["subject"], column["year"]) for column in columns]
    labels = dict(cells[0]._meta.get_field(subject).choices) if cells else {}
    result = Paper(_groups(columns), _headings(columns, labels), notes=table.layout.get("notes", []))
    result.total_label = table.layout.get("total_label") or "合计"
    rows: dict[int, dict[tuple, object]] = {}
    for cell in cells:
        rows.setdefault(cell.row, {})[getattr(cell, subject), cell.year] = cell
    numbers = table.layout.get("numbers", [])
    for row, found in sorted(rows.items()):
        known = next(iter(found.values()))
        values = [getattr(found[key], value) if key in found else None for key in keys]
        number = numbers[row - 1] if row <= len(numbers) else str(row)
        result.lines.append(Line(number, known.unit, known.region, values))
    result.totals = [
        Total(totals.get(key), _sum(line.values[index] for line in result.lines)) for index, key in enumerate(keys)
    ]
    return result


def _groups(columns: list[dict]) -> list[tuple[str, int]]:
    """Neighbouring columns under one upper heading."""
    if not columns or any(len(column["labels"]) < 2 for column in columns):
        return []
    groups: list[list] = []
    for column in columns:
        if groups and groups[-1][0] == column["labels"][0]:
            groups[-1][1] += 1
        else:
            groups.append([column["labels"][0], 1])
    return [(text, width) for text, width in groups]


def _headings(columns: list[dict], labels: dict) -> list[tuple[str, str]]:
    """(lowest heading as printed, what it was understood as) of every column."""
    return [
        (column["labels"][-1] if column["labels"] else "", f"{labels.get(column['subject'], '')} {column['year']}")
        for column in columns
    ]


def _sum(values) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


class AnnexAdmin(AnnexEditing, ReadOnlyAdmin):
    """A register of published tables; `relation`, `subject` and `value` name their cells and what stands in them."""

    relation = subject = value = ""
    change_form_template = "admin/annexes/change_form.html"
    list_display = ("policy", "annex", "title", "clause")
    list_select_related = ("policy",)
    fields = ("policy", "annex", "title", "clause")
    list_filter = (type("PolicyDistrictFilter", (DistrictFilter,), {"lookup": "policy__district"}),)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        table = self.get_object(request, unquote(object_id))
        extra = {"paper": self.paper(table)} | self.table_pages(request, table) | (extra_context or {})
        return super().change_view(request, object_id, form_url, extra)

    def paper(self, table: AnnexTable) -> Paper:
        """Two queries, whatever the size of the table."""
        cells = list(getattr(table, self.relation).select_related("region").order_by("row", "pk"))
        totals = table.printed_totals.values_list(self.subject, "year", "printed")
        return paper(table, cells, {(code, year): total for code, year, total in totals}, self.subject, self.value)

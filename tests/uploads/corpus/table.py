"""The sheet of the corpus's township as rows, to be bent by a case, and the files that can be made of it."""

import csv
import io
from collections.abc import Callable, Sequence

import openpyxl
import xlsbuilder as xls

from plans.progress.sheet import SHEET

KEYS = [column.key for column in SHEET.columns]
HEADINGS = [column.heading for column in SHEET.columns]
FACILITIES = (
    {
        "code": "500238-0001", "name": "双柏村互助养老点", "type": "村级互助养老点", "village": "双柏村",
        "planned_year": 2020, "stage": "在建", "progress": 40, "gross_area": 200, "usable_area": 150, "beds": 10,
        "nursing_beds": 2, "zones": "助餐", "operation": "村级自管", "started_on": "2020-03-01", "invested": 12.5,
    },
    {
        "code": "500238-0002", "name": "红土村互助养老点", "type": "村级互助养老点", "village": "红土村",
        "planned_year": 2020, "stage": "已选址",
    },
    {
        "code": "500238-0003", "name": "塘坊镇养老服务中心", "type": "乡镇养老服务中心", "planned_year": 2020,
        "stage": "在建", "progress": 60, "gross_area": 1200, "usable_area": 1000, "beds": 40, "nursing_beds": 20,
        "zones": "助餐、日间照料", "operation": "公建民营", "operator": "康寿公司", "started_on": "2020-04-01",
        "invested": 150,
    },
)  # fmt: skip
NEW = {
    "name": "漆树村互助养老点", "type": "村级互助养老点", "village": "漆树村", "planned_year": 2020, "stage": "已选址",
}  # fmt: skip


class Table:
    """Rows of cells; row 1 is the header, rows 2 to 4 the three facilities as the register has them."""

    def __init__(self) -> None:
        self.rows: list[list] = [list(HEADINGS), *(self.line(facility) for facility in FACILITIES)]

    @staticmethod
    def line(values: dict) -> list:
        """The cells of one facility."""
        return [values.get(key) for key in KEYS]

    def put(self, number: int = 2, **values) -> "Table":
        """Type values by column key into a row."""
        for key, value in values.items():
            self.rows[number - 1][KEYS.index(key)] = value
        return self

    def add(self, **values) -> "Table":
        """One more facility at the end, without a code."""
        self.rows.append(self.line(NEW | values))
        return self

    def under(self, *rows: Sequence) -> "Table":
        self.rows += map(list, rows)
        return self

    def above(self, *rows: Sequence) -> "Table":
        self.rows[:0] = map(list, rows)
        return self

    def insert(self, number: int, row: Sequence) -> "Table":
        """A row put in before the row of that number."""
        self.rows.insert(number - 1, list(row))
        return self

    def head(self, **headings: str) -> "Table":
        """Other headings by column key."""
        return self.put(1, **headings)

    def order(self, keys: Sequence[str]) -> "Table":
        """Only these columns, in this order."""
        places = [KEYS.index(key) for key in keys]
        self.rows = [[row[place] for place in places] for row in self.rows]
        return self

    def widen(self, place: int, heading: str, value: object) -> "Table":
        """One more column at a place counted from 0."""
        for number, row in enumerate(self.rows):
            row.insert(place, value if number else heading)
        return self

    def xlsx(self, finish: Callable | None = None) -> bytes:
        """An .xlsx file; `finish(book, tab)` may do to it whatever openpyxl can."""
        book = openpyxl.Workbook()
        tab = book.active
        tab.title = "月报"
        for number, row in enumerate(self.rows, 1):
            for place, value in enumerate(row, 1):
                if value is not None:
                    tab.cell(number, place).value = value
        if finish:
            finish(book, tab)
        target = io.BytesIO()
        book.save(target)
        return target.getvalue()

    def xls(self, more: bytes = b"", others: Sequence[tuple[str, bytes]] = (), **options) -> bytes:
        """An .xls file; `more` are records added to the sheet, `others` further sheets."""
        cells = b"".join(
            _xls_cell(number, place, value)
            for number, row in enumerate(self.rows)
            for place, value in enumerate(row)
            if value is not None
        )
        return xls.workbook([("月报", cells + more), *others], **options)

    def text(self, delimiter: str = ",", newline: str = "\r\n") -> str:
        """The rows as delimited text."""
        target = io.StringIO(newline="")
        csv.writer(target, delimiter=delimiter, lineterminator=newline).writerows(self.rows)
        return target.getvalue()


def _xls_cell(row: int, column: int, value: object) -> bytes:
    return xls.number(row, column, value) if isinstance(value, (int, float)) else xls.label(row, column, value)

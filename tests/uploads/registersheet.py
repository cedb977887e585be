"""The register's sheet, taken down by the bureau's clerk and being filled in."""

from io import BytesIO

import openpyxl

from facilities.register.sheet import SHEET

HEADER_ROW = 4
FIRST = HEADER_ROW + 1
PLACES = {column.key: place for place, column in enumerate(SHEET.columns, 1)}


class RegisterSheet:
    """A downloaded register sheet being filled in."""

    def __init__(self, content: bytes) -> None:
        self.book = openpyxl.load_workbook(BytesIO(content))
        self.tab = self.book["设施登记"]

    def put(self, row: int = FIRST, **values) -> "RegisterSheet":
        for key, value in values.items():
            self.tab.cell(row, PLACES[key]).value = value
        return self

    def get(self, key: str, row: int = FIRST) -> object:
        return self.tab.cell(row, PLACES[key]).value

    def row_of(self, name: str) -> int:
        return next(row for row in range(FIRST, self.tab.max_row + 1) if self.get("name", row) == name)

    def names(self) -> list[str]:
        return [self.get("name", row) for row in range(FIRST, self.tab.max_row + 1) if self.get("name", row)]

    def add(self, **values) -> int:
        row = FIRST + len(self.names())
        new = {
            "name": "新登记的点",
            "type": "村级互助养老点",
            "township": "白马镇",
            "village": "东升村",
            "stage": "在建",
        }
        self.put(row, **new | values)
        return row

    def content(self) -> bytes:
        target = BytesIO()
        self.book.save(target)
        return target.getvalue()


def cell_of(key: str, row: int = FIRST) -> str:
    return f"{openpyxl.utils.get_column_letter(PLACES[key])}{row}"

"""A township official at work: takes the sheet down, fills it in as people do, sends it and decides."""

from io import BytesIO

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

from plans.progress.sheet import SHEET

JSON = {"Accept": "application/json"}
HEADER_ROW = 4
MONTH = "2020-12"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PLACES = {column.key: place for place, column in enumerate(SHEET.columns, 1)}


def cell_of(key: str, row: int = HEADER_ROW + 1) -> str:
    """The address of a column's cell in a row of the downloaded sheet; the first row of data when none is said."""
    return f"{openpyxl.utils.get_column_letter(PLACES[key])}{row}"


class Filled:
    """A downloaded workbook being filled in."""

    def __init__(self, content: bytes) -> None:
        self.book = openpyxl.load_workbook(BytesIO(content))
        self.tab = self.book["进度月报"]

    def put(self, row: int = HEADER_ROW + 1, **values) -> "Filled":
        """Type values by column key into a row."""
        for key, value in values.items():
            self.tab.cell(row, PLACES[key]).value = value
        return self

    def get(self, key: str, row: int = HEADER_ROW + 1) -> object:
        return self.tab.cell(row, PLACES[key]).value

    def rows(self) -> list[tuple]:
        """The rows below the header that hold anything, as typed."""
        below = self.tab.iter_rows(min_row=HEADER_ROW + 1, max_col=len(PLACES), values_only=True)
        return [row for row in below if any(value is not None for value in row)]

    @property
    def next_row(self) -> int:
        """The first blank row."""
        return HEADER_ROW + 1 + len(self.rows())

    def add(self, **values) -> int:
        """Write a new facility into the next blank row; the number of that row."""
        row = self.next_row
        new = {"name": "新建点", "type": "村级互助养老点", "village": "东升村", "planned_year": 2020, "stage": "已选址"}
        self.put(row, **new | values)
        return row

    def drop(self, row: int = HEADER_ROW + 1) -> "Filled":
        self.tab.delete_rows(row)
        return self

    def content(self) -> bytes:
        target = BytesIO()
        self.book.save(target)
        return target.getvalue()


class Desk:
    """One person's browser and scripts."""

    def __init__(self, client) -> None:
        self.client = client

    def template(self, month: str = MONTH, **wishes) -> Filled:
        """The sheet as downloaded."""
        response = self.client.get("/uploads/template/", {"period": month, **wishes})
        assert response.status_code == 200
        return Filled(response.content)

    def send(self, sheet: Filled | bytes, month: str = MONTH, *, name: str = "月报.xlsx", headers=JSON, **data):
        """POST /uploads/new/ and its answer."""
        content = sheet.content() if isinstance(sheet, Filled) else sheet
        file = SimpleUploadedFile(name, content, XLSX)
        form = {"kind": "progress", "period": month, "file": file, **data}
        return self.client.post("/uploads/new/", form, headers=headers)

    def staged(self, sheet: Filled, month: str = MONTH, **data) -> dict:
        """The preview of a sheet that must be all right."""
        response = self.send(sheet, month, **data)
        assert response.status_code == 201, response.json()["problems"]
        return response.json()

    def confirm(self, pk: int, headers=JSON, **data):
        return self.client.post(f"/uploads/{pk}/confirm/", data, headers=headers)

    def undo(self, pk: int, headers=JSON, **data):
        return self.client.post(f"/uploads/{pk}/undo/", data, headers=headers)

    def page(self, pk: int, **wishes):
        return self.client.get(f"/uploads/{pk}/", wishes)

    def confirmed(self, sheet: Filled, month: str = MONTH, **data) -> dict:
        """A sheet sent and confirmed."""
        response = self.confirm(self.staged(sheet, month, **data)["id"])
        assert response.status_code == 200, response.json()
        return response.json()

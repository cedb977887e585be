"""A clerk at the tables of 武隆: opens the grid, types, saves; sends files, answers, confirms, undoes."""

import re
from html import unescape
from io import BytesIO

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

from eldercare.policies import Policy

JSON = {"Accept": "application/json"}
INPUT = re.compile(r"<input\b[^>]*>")
ATTRIBUTE = re.compile(r'(\w[\w-]*)="([^"]*)"')


def stored(number: str):
    """The annex of 武隆 of that number."""
    policy = Policy.objects.get(slug="wulong-2020")
    return (policy.quotatables if number == "5" else policy.plantables).get(annex=number)


def address(table, page: str) -> str:
    return f"/admin/{table._meta.app_label}/{table._meta.model_name}/{table.pk}/{page}/"


def numbers(table) -> dict:
    """(unit, type or role, year) → number of every cell, in the order of the rows."""
    entries = getattr(table, "quotas" if table._meta.model_name == "quotatable" else "targets").order_by("row", "pk")
    found = [(row, row.role, row.quota) if hasattr(row, "quota") else (row, row.type, row.planned) for row in entries]
    return {(row.unit, code, row.year): value for row, code, value in found}


class Grid(dict):
    """The fields of the page's form by name, as a browser would send them."""

    @classmethod
    def of(cls, response) -> "Grid":
        inputs = (dict(ATTRIBUTE.findall(tag)) for tag in INPUT.findall(response.content.decode()))
        return cls({found["name"]: unescape(found.get("value", "")) for found in inputs if "name" in found})

    def row(self, unit: str) -> int:
        """Number of the row of a unit."""
        return next(
            int(name.partition("-")[2]) for name, text in self.items() if name.startswith("unit-") and text == unit
        )

    def spare(self) -> int:
        """Number of the first blank row."""
        return next(int(name.partition("-")[2]) for name, text in self.items() if name.startswith("unit-") and not text)

    def cell(self, unit: str, code: str, year: int) -> str:
        """Name of a cell's input."""
        return f"cell-{self.row(unit)}-{code}-{year}"

    def put(self, unit: str, code: str, year: int, text) -> "Grid":
        self[self.cell(unit, code, year)] = str(text)
        return self


class Desk:
    """One person's browser."""

    def __init__(self, client) -> None:
        self.client = client

    def grid(self, table) -> Grid:
        response = self.client.get(address(table, "edit"))
        assert response.status_code == 200
        return Grid.of(response)

    def save(self, table, grid: Grid):
        return self.client.post(address(table, "edit"), grid)

    def export(self, table) -> bytes:
        response = self.client.get(address(table, "export"))
        assert response.status_code == 200
        return response.content

    def send(self, table, content: bytes, name: str = "附件.xlsx", headers=JSON):
        return self.client.post(address(table, "import"), {"file": SimpleUploadedFile(name, content)}, headers=headers)

    def staged(self, table, content: bytes, name: str = "附件.xlsx") -> dict:
        response = self.send(table, content, name)
        assert response.status_code == 201, response.json()["problems"]
        return response.json()

    def answer(self, pk: int, headers=JSON, **data):
        return self.client.post(f"/uploads/{pk}/answers/", data, headers=headers)

    def confirm(self, pk: int, headers=JSON, **data):
        return self.client.post(f"/uploads/{pk}/confirm/", data, headers=headers)

    def undo(self, pk: int, headers=JSON):
        return self.client.post(f"/uploads/{pk}/undo/", {}, headers=headers)

    def page(self, pk: int) -> str:
        response = self.client.get(f"/uploads/{pk}/")
        assert response.status_code == 200
        return response.content.decode()


def edited(content: bytes, **cells) -> bytes:
    """A workbook with some cells typed over."""
    book = openpyxl.load_workbook(BytesIO(content))
    for where, value in cells.items():
        book.active[where].value = value
    target = BytesIO()
    book.save(target)
    return target.getvalue()

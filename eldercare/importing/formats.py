"""The one format an import understands: whatever the guarded reader lets through, as rows of a declared sheet."""

from pathlib import Path

from import_export.formats.base_formats import Format
from tablib import Dataset

from eldercare.sheets import guard, reader
from eldercare.sheets.cells import Problem
from eldercare.sheets.columns import Reading, Sheet

MOST_ROWS = 500
"""Every row is validated by its model in one transaction, which on SQLite keeps other writers waiting."""

TOO_MANY = "请删去与登记相同的行，仍然超过的分成几份（每份都留表头）逐份导入；设施本身用“上传表格”里的设施登记表，一次可以报全区县"

UNREAD = object()
"""Stands in a row for a cell that could not be read; the row keeps the rest and its problem names the cell."""


class GuardedFormat(Format):
    """Rows of `sheet` out of a kept file, read by the guarded reader in its child process; writes nothing."""

    def __init__(self, sheet: Sheet, filename: str) -> None:
        self.sheet, self.filename = sheet, filename
        self.reading = Reading()

    def get_title(self) -> str:
        return "xlsx、xls、csv"

    def can_import(self) -> bool:
        return True

    def create_dataset(self, in_stream: Path) -> Dataset:
        """The rows under the sheet's column keys; `reading` then has their cells and problems. Never raises for content."""
        self.reading = self._read(in_stream)
        keys = [column.key for column in self.sheet.columns if column.key not in self.reading.missing_columns]
        dataset = Dataset(headers=keys)
        for row in self.reading.rows:
            dataset.append([row.values.get(key, UNREAD) for key in keys])
        return dataset

    def _read(self, path: Path) -> Reading:
        try:
            reading = self.sheet.read(reader.read(path, self.filename))
        except guard.Refused as refused:
            return Reading(problems=[Problem(refused.code, refused.message, refused.hint)])
        if len(reading.rows) > MOST_ROWS:
            message = f"有 {len(reading.rows)} 行，一次最多导入 {MOST_ROWS} 行"
            return Reading(problems=[Problem("too_many_rows", message, TOO_MANY)])
        return reading

"""Reading the lines below a header into unit rows and printed sums, with a question for every cell that is no count."""

from dataclasses import dataclass, field

from eldercare.sheets.annex import counts
from eldercare.sheets.annex.columns import Reading
from eldercare.sheets.annex.headers import Header
from eldercare.sheets.annex.layout import Layout
from eldercare.sheets.annex.matrix import AnnexCell, MatrixRow, TotalRow
from eldercare.sheets.annex.questions import Asker, Question
from eldercare.sheets.annex.rows import Classifier, Kind
from eldercare.sheets.cells import Level, Mark, Problem, address

FAULTS = {
    Mark.ERROR: ("cell_error", "单元格里是公式错误，读不出数。", "请在表格里改正公式，或者直接填写数字。"),
    Mark.FORMULA_WITHOUT_VALUE: (
        "formula_without_value",
        "单元格里是公式，但文件没有保存计算结果。",
        "请用 Excel 或 WPS 打开文件，保存后重新上传，或者直接填写数字。",
    ),
}


@dataclass(slots=True)
class Body:
    """What the rows of one fragment hold."""

    rows: list[MatrixRow] = field(default_factory=list)
    totals: list[TotalRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class BodyReader:
    """Reads the rows of one fragment; `kinds` says what each of them is."""

    def __init__(self, layout: Layout, header: Header, reading: Reading, kinds: dict[int, Kind]):
        self.layout = layout
        self.header = header
        self.reading = reading
        self.kinds = kinds
        self.classifier = Classifier(layout, header, numbered=True)
        self.asker = Asker(layout.grid.name)
        self.body = Body()

    def read(self) -> Body:
        """All unit rows and sums with their questions and problems."""
        for row, kind in self.kinds.items():
            if kind in (Kind.DATA, Kind.UNCLEAR):
                self._read_unit(row, kind)
            elif kind is Kind.TOTAL:
                self._read_total(row)
        self.body.problems += self._hidden()
        return self.body

    def _read_unit(self, row: int, kind: Kind) -> None:
        place = self.classifier.unit_place(row)
        printed = self.layout.printed(*place)
        unit = "".join(printed.split())
        if kind is Kind.UNCLEAR:
            self._ask("row_unclear", place, unit)
        elif not unit and place not in self.layout.grid.marks:
            self._ask("unit_missing", place, "")
        serial = self.header.serial
        number = self.layout.printed(row, serial) if serial and place != (row, serial) else ""
        for column in filter(None, (serial, self.header.unit)):
            self._mark(row, column, Level.WARNING if column == serial else Level.ERROR)
        self.body.rows.append(MatrixRow(number, unit, row, self._counts(row), printed))
        self._asides(row)

    def _read_total(self, row: int) -> None:
        label = self.classifier.total_label(row)
        self.body.totals.append(TotalRow(label, row, self._counts(row), self._lead(row, label)))
        self._asides(row)

    def _lead(self, row: int, label: str) -> tuple[str, str]:
        serial, unit = self.header.serial, self.header.unit
        lead = (self.layout.printed(row, serial) if serial else "", self.layout.printed(row, unit))
        # A label printed outside these two cells goes into the first of them.
        return lead if "".join(lead) == label else (label, "") if serial else ("", label)

    def _counts(self, row: int) -> dict[int, AnnexCell]:
        return {column.index: self._count(row, column.index) for column in self.reading.columns}

    def _asides(self, row: int) -> None:
        for aside in self.reading.asides:
            if aside.is_total:
                aside.cells[row] = self._count(row, aside.index)
            else:
                aside.cells[row] = AnnexCell(None, self.layout.printed(row, aside.index), address(row, aside.index))

    def _count(self, row: int, column: int) -> AnnexCell:
        value, printed, doubt = counts.read(self.layout.value(row, column))
        merge = self.layout.merge(row, column)
        if self._mark(row, column, Level.ERROR):
            value = None
        elif merge and (merge.first_row, merge.first_column) != (row, column):
            # Spreadsheet programs hide what stands under a merged range; the question is asked at its first cell.
            value, printed = None, ""
        elif merge and (value is not None or doubt):
            value = None
            self._ask("merged_cell", (row, column), printed)
        elif doubt:
            self._ask(doubt, (row, column), printed)
        return AnnexCell(value, printed, address(row, column))

    def _mark(self, row: int, column: int, level: Level) -> bool:
        mark = self.layout.grid.marks.get((row, column))
        if mark:
            code, message, hint = FAULTS[mark]
            printed = self.layout.printed(row, column)
            sheet = self.layout.grid.name
            cell = address(row, column)
            self.body.problems.append(Problem(code, message, hint, level, sheet, cell, self._heading(column), printed))
        return mark is not None

    def _heading(self, column: int) -> str:
        labels = next((found.labels for found in self.reading.columns if found.index == column), ())
        return " ".join(labels)

    def _hidden(self) -> list[Problem]:
        rows = sorted({row.sheet_row for row in self.body.rows} & self.layout.grid.hidden_rows)
        message = f"第 {'、'.join(map(str, rows))} 行是隐藏行，已一并读入，请确认。"
        sheet = self.layout.grid.name
        return [Problem("hidden_rows", message, level=Level.WARNING, sheet=sheet)] if rows else []

    def _ask(self, code: str, place: tuple[int, int], read: str) -> None:
        self.body.questions.append(self.asker.ask(code, place, read))

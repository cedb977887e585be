"""From a policy folder's annex file to cells to store: read as printed, doubts are errors, names are matched."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from eldercare.folders import FolderErrors, FolderProblem
from eldercare.names import NameBook, RegionAlias
from eldercare.policies import Policy
from eldercare.policyfiles import Folder
from eldercare.regions import Region
from eldercare.sheets import annex, guard, reader
from eldercare.sheets.annex import PRINTED_NAMES, AnnexCell, Aside, Cell, Matrix, TotalRow


@dataclass(frozen=True, slots=True)
class PrintedCell:
    """One number of a printed table: row, unit as printed, subject (type or role), year, value or null, address."""

    row: int
    unit: str
    subject: str
    year: int
    value: int | None
    address: str


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed table, understood without a doubt left."""

    annex: str
    title: str
    clause: str
    layout: dict
    cells: list[PrintedCell]
    totals: list[PrintedCell]

    @property
    def units(self) -> list[str]:
        """Unit names in the order of their rows."""
        return list(dict.fromkeys(cell.unit for cell in self.cells))


def read_matrix(path: Path, types: dict[str, str]) -> list[Matrix]:
    """The matrix tables of a file. Raises guard.Refused when the file may not be opened."""
    workbook = reader.read(path, path.name)
    return [matrix for grid in workbook.grids for matrix in annex.read(grid, vocabulary=PRINTED_NAMES, types=types)]


def read_annex(folder: Folder, spec: dict, kind: str, codes) -> Printed:
    """One annex of a folder. Raises FolderErrors for what is unclear, wrong, or not a table of this family."""
    name = spec["file"]
    try:
        tables = read_matrix(folder.path / name, spec.get("types", {}))
    except guard.Refused as refused:
        raise FolderErrors([FolderProblem(name, "", "", f"{refused.message}{refused.hint}")]) from refused
    if len(tables) != 1:
        raise FolderErrors([FolderProblem(name, "", "", f"应有一张计划表或指标表，读到 {len(tables)} 张。")])
    problems = [*_doubts(name, tables[0]), *_foreign_columns(name, tables[0], kind, codes)]
    if problems:
        raise FolderErrors(problems)
    return printed_table(tables[0], spec["number"], spec["clause"])


def _doubts(name: str, matrix: Matrix) -> list[FolderProblem]:
    return [
        *(FolderProblem(name, question.address, "", question.message) for question in matrix.questions),
        *(FolderProblem(name, problem.cell, "", problem.message) for problem in matrix.problems),
    ]


def _foreign_columns(name: str, matrix: Matrix, kind: str, codes) -> list[FolderProblem]:
    return [
        FolderProblem(name, f"第{column.index}列", column.subject_text, f"不是这种表的列（{column.code}）。")
        for column in matrix.columns
        if column.kind != kind or column.code not in codes
    ]


def printed_table(matrix: Matrix, number: str, clause: str) -> Printed:
    """The cells and totals of a matrix that has no open question."""
    cells = [
        PrintedCell(position, row.unit, column.code, column.year, cell.value, cell.address)
        for position, row in enumerate(matrix.rows, 1)
        for column in matrix.columns
        if (cell := row.cells.get(column.index)) is not None
    ]
    totals = [
        PrintedCell(0, "", column.code, column.year, cell.value, cell.address)
        for column in matrix.columns
        if (cell := matrix.printed_totals.get(column.index)) is not None
    ]
    return Printed(number, matrix.title, clause, _layout(matrix), cells, totals)


def _layout(matrix: Matrix) -> dict:
    """What an export needs, beside the stored numbers, to print the table as it was issued.

    `texts` are the cells that hold something else than the plain number: [row (0: 合计), subject, year, text].
    `after` is the number of units above a line of sums, None for a line below all of them.
    """
    return {
        "title_lines": matrix.title_lines,
        "title_line": matrix.title_line,
        "serial_heading": matrix.serial_heading,
        "unit_heading": matrix.unit_heading,
        "columns": [
            {"labels": list(column.labels), "subject": column.code, "year": column.year} for column in matrix.columns
        ],
        "asides": [_aside(matrix, aside) for aside in matrix.asides],
        "numbers": [row.number for row in matrix.rows],
        "units": [row.unit_printed for row in matrix.rows],
        "texts": _texts(matrix),
        "total_label": matrix.total.label if matrix.total else "",
        "sums": [_sum(matrix, line) for line in _sums(matrix)],
        "notes": matrix.footnotes,
    }


def _texts(matrix: Matrix) -> list[list]:
    lines = [(0, matrix.printed_totals), *((number, row.cells) for number, row in enumerate(matrix.rows, 1))]
    return [
        [number, column.code, column.year, text]
        for number, cells in lines
        for column in matrix.columns
        if column.index in cells and isinstance(text := _plain(cells[column.index]), str)
    ]


def _plain(cell: AnnexCell | None) -> Cell:
    """The number when the cell prints nothing else, otherwise its text; None for a blank."""
    if cell is None or not cell.printed:
        return None
    return cell.value if cell.printed == str(cell.value) else cell.printed


def _sums(matrix: Matrix) -> list[TotalRow]:
    lines = [*matrix.subtotals, *([matrix.total] if matrix.total else [])]
    return sorted(lines, key=lambda line: line.sheet_row)


def _sum(matrix: Matrix, line: TotalRow) -> dict:
    above = sum(row.sheet_row < line.sheet_row for row in matrix.rows)
    is_total = line is matrix.total
    return {
        "lead": list(line.lead),
        "after": above if above < len(matrix.rows) else None,
        "is_total": is_total,
        "cells": [] if is_total else [_plain(line.cells.get(column.index)) for column in matrix.columns],
    }


def _aside(matrix: Matrix, aside: Aside) -> dict:
    """A column of remarks or printed sums: its place among all columns, its cells by row and by line of sums."""
    indexes = sorted(column.index for column in [*matrix.columns, *matrix.asides])
    return {
        "labels": list(aside.labels),
        "at": indexes.index(aside.index),
        "rows": [_plain(aside.cells.get(row.sheet_row)) for row in matrix.rows],
        "sums": [_plain(aside.cells.get(line.sheet_row)) for line in _sums(matrix)],
    }


def name_book(policy: Policy) -> NameBook:
    """The units that a policy's names are looked up in: those of the edition that it was made under."""
    return NameBook(policy.district, policy.division_edition or policy.issued_on or date.today())


def region_links(policy: Policy, printed: Printed) -> dict[str, Region | None]:
    """The unit behind each printed name, or None; a name that is only similar becomes a proposal for a clerk."""
    book = name_book(policy)
    links = {unit: book.match(unit) for unit in printed.units}
    waiting = set(RegionAlias.objects.filter(district=policy.district).values_list("name", flat=True))
    source = f"{policy} {printed.clause}"
    for unit, region in links.items():
        proposal = None if region else book.proposal(unit)
        if proposal and unit not in waiting:
            RegionAlias.objects.create(
                district=policy.district, name=unit, region=proposal[0], similarity=proposal[1], source=source
            )
    return links

"""Reader and writer of published matrix tables: facility types or staff roles by year across, a unit a line down.

`read(grid)` returns what was understood and asks about the rest; `explain(grid)` says why a table is not read;
`write(table)` prints a stored table again.
"""

from eldercare.sheets.annex.matrix import (
    AnnexCell,
    Aside,
    Matrix,
    MatrixColumn,
    MatrixRow,
    Orientation,
    RowDifference,
    TotalDifference,
    TotalRow,
)
from eldercare.sheets.annex.printed import (
    Cell,
    HeaderCell,
    PrintedColumn,
    PrintedRow,
    PrintedSum,
    PrintedTable,
    count_of,
    header,
)
from eldercare.sheets.annex.questions import Question
from eldercare.sheets.annex.survey import Survey, explain, read, survey
from eldercare.sheets.annex.vocabulary import PRINTED_NAMES, Vocabulary
from eldercare.sheets.annex.writing import write

__all__ = [
    "PRINTED_NAMES",
    "AnnexCell",
    "Aside",
    "Cell",
    "HeaderCell",
    "Matrix",
    "MatrixColumn",
    "MatrixRow",
    "Orientation",
    "PrintedColumn",
    "PrintedRow",
    "PrintedSum",
    "PrintedTable",
    "Question",
    "RowDifference",
    "Survey",
    "TotalDifference",
    "TotalRow",
    "Vocabulary",
    "count_of",
    "explain",
    "header",
    "read",
    "survey",
    "write",
]

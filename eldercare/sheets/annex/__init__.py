"""Reader of published matrix tables: facility types or staff roles by year across, a unit a line down.

`read(grid)` returns what was understood and asks about the rest; `explain(grid)` says why a table is not read.
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
from eldercare.sheets.annex.questions import Question
from eldercare.sheets.annex.survey import Survey, explain, read, survey
from eldercare.sheets.annex.vocabulary import PRINTED_NAMES, Vocabulary

__all__ = [
    "PRINTED_NAMES",
    "AnnexCell",
    "Aside",
    "Matrix",
    "MatrixColumn",
    "MatrixRow",
    "Orientation",
    "Question",
    "RowDifference",
    "Survey",
    "TotalDifference",
    "TotalRow",
    "Vocabulary",
    "explain",
    "read",
    "survey",
]

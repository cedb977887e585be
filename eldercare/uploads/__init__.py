"""Spreadsheets that enter the portal: refused or staged, previewed, confirmed once, undone whole.

Each kind of sheet is declared by the app that owns its rows. The original file is kept with its hash under a name made
here; what was previewed is what is applied, and only while the rows it was compared with have not changed.
"""

from eldercare.uploads.deciding import confirm, confirming, connect, undo, undoing
from eldercare.uploads.kinds import (
    ACTION_LABELS,
    MISSING_ROW,
    Comparison,
    Context,
    Total,
    UploadKind,
    UploadRefused,
    declare,
    kind_of,
    kinds_for,
)
from eldercare.uploads.staging import answer, rehearse, restage, stage, staging
from eldercare.uploads.steps import Step, Steps, finished
from eldercare.uploads.upload import StagedRows, Upload, stored_name

__all__ = [
    "ACTION_LABELS",
    "MISSING_ROW",
    "Comparison",
    "Context",
    "StagedRows",
    "Step",
    "Steps",
    "Total",
    "Upload",
    "UploadKind",
    "UploadRefused",
    "answer",
    "confirm",
    "confirming",
    "connect",
    "declare",
    "finished",
    "kind_of",
    "kinds_for",
    "rehearse",
    "restage",
    "stage",
    "staging",
    "stored_name",
    "undo",
    "undoing",
]

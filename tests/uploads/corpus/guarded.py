"""The guard's own hostile files, as the upload page answers them."""

import hostile

from corpus.case import Case, refused

# What the guard lets through is no monthly sheet.
CASES: tuple[Case, ...] = tuple(
    refused(case.name, case.code or "no_header", case.build, case.filename) for case in hostile.CASES
)

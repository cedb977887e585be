"""核查结论 of the facilities on one page of the register: checked together, in a number of queries that rows do not raise."""

from django.contrib import admin
from django.http import HttpRequest

from eldercare.adminbase import ScopedChangeList
from eldercare.admincells import badge
from facilities import checks
from facilities.models import Facility

# Rows of several districts are measured by several standards: one is chosen first.
SEVERAL = "选定区县后显示"


class CheckedChangeList(ScopedChangeList):
    """The register's list with `conclusion` on each row of the page: an Overall, or None while several districts show."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        conclude(self.result_list)


def conclude(rows: list[Facility]) -> None:
    """Check the rows of one district on its own day and keep each one's overall result."""
    districts = {row.district for row in rows}
    for row in rows:
        row.conclusion = None
    if len(districts) != 1:
        return
    (district,) = districts
    for found in checks.check_all(rows, district, district.default_as_of()):
        found.facility.conclusion = found.overall


@admin.display(description="核查结论")
def column(row: Facility) -> str:
    """The conclusion as a badge."""
    conclusion = getattr(row, "conclusion", None)
    return badge(conclusion.value, conclusion.label) if conclusion else SEVERAL

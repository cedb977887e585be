"""What the check says now of the reviews that one person sees: gathered once a request, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from django.db.models import Count, Q
from django.http import HttpRequest

from eldercare.regions import Kind, Region
from facilities import checks
from facilities.differences import Difference
from facilities.models import AcceptanceReview
from facilities.services import rechecking

Status = AcceptanceReview.Status
# With the units that took the place of those that have ended: the check reads what is known of them.
RELATED = ("facility__township__successor", "facility__village__successor", "facility__district")


def by_district(rows: Iterable[AcceptanceReview]) -> dict[Region, list[AcceptanceReview]]:
    """Reviews by the district of their facility."""
    found: dict[Region, list[AcceptanceReview]] = defaultdict(list)
    for row in rows:
        found[row.facility.district].append(row)
    return found


def checked(rows: Iterable[AcceptanceReview]) -> dict[int, checks.Check]:
    """The live check of each review's facility, by facility, on its district's own day: queries grow with districts only."""
    return {
        found.facility.pk: found
        for district, own in by_district(rows).items()
        for found in checks.check_all([row.facility for row in own], district, district.default_as_of())
    }


def changed(rows: Iterable[AcceptanceReview], found: Mapping[int, checks.Check]) -> dict[int, list[Difference]]:
    """The accepted reviews among `rows` whose evidence is not what holds now, with the differences.

    Their live checks serve where they are by the very edition that the acceptance rests on; the others are checked by theirs.
    """
    accepted = [row for row in rows if row.status == Status.ACCEPTED]
    alike = {row.pk: row for row in accepted if _is_current(row, found[row.facility_id])}
    told = rechecking.needing([row for row in accepted if row.pk not in alike]) if len(alike) < len(accepted) else {}
    for pk, row in alike.items():
        if differences := rechecking.differences(row, found[row.facility_id]):
            told[pk] = differences
    return told


def _is_current(row: AcceptanceReview, now: checks.Check) -> bool:
    """Whether the live check of a review is by its own edition and not before the day that it was accepted on."""
    return row.edition_id == (now.edition and now.edition.pk) and row.accepted_on <= now.day


class Standing:
    """The live reviews of one district; who sees several districts is told of them once one is chosen."""

    def __init__(self, request: HttpRequest):
        self.user = request.user
        self.district = _district(request)

    @cached_property
    def rows(self) -> list[AcceptanceReview]:
        """The open and the accepted reviews of the district: one query; none while no district is chosen."""
        if self.district is None:
            return []
        rows = AcceptanceReview.objects.visible_to(self.user).under(self.district)
        return list(rows.filter(status__in=[*AcceptanceReview.OPEN, Status.ACCEPTED]).select_related(*RELATED))

    @cached_property
    def found(self) -> dict[int, checks.Check]:
        """Their live checks, by facility."""
        return checked(self.rows)

    @cached_property
    def changed(self) -> dict[int, list[Difference]]:
        """The accepted reviews whose evidence is not what holds now, with the differences."""
        return changed(self.rows, self.found)

    def counts(self) -> dict[str, int]:
        """How many reviews wait in each open state: no query more where the rows are known."""
        if self.district is not None:
            return {status: sum(row.status == status for row in self.rows) for status in AcceptanceReview.OPEN}
        rows = AcceptanceReview.objects.visible_to(self.user)
        return rows.aggregate(**{status: Count("pk", filter=Q(status=status)) for status in AcceptanceReview.OPEN})


def standing(request: HttpRequest) -> Standing:
    """The one standing of a request."""
    if not hasattr(request, "acceptance_standing"):
        request.acceptance_standing = Standing(request)
    return request.acceptance_standing


def _district(request: HttpRequest) -> Region | None:
    """The person's own district, or the one that the list is filtered by."""
    own = request.user.region
    if own is not None and own.kind == Kind.DISTRICT and not request.user.sees_everything:
        return own
    code = request.GET.get("district", "")
    return Region.objects.visible_to(request.user).districts().filter(code=code).first() if code else None

"""The movement through the year: facilities accepted month by month."""

from datetime import date

from django.utils.safestring import SafeString

from eldercare import charts
from eldercare.figures import Scope
from facilities.statistics import standings
from plans.reporting import last_day


def accepted_days(scope: Scope) -> list[date]:
    """The days on which the district's accepted facilities were accepted, planned for a later year or not."""
    return [row.accepted_on for row in standings(scope) if row.is_accepted and row.accepted_on]


def trend(scope: Scope) -> SafeString:
    """A line of how many facilities had been accepted by the end of each month of the day's year."""
    accepted = accepted_days(scope)
    ends = [last_day(date(scope.as_of.year, month, 1)) for month in range(1, scope.as_of.month + 1)]
    points = [charts.Point(f"{end.month}月", sum(day <= end for day in accepted)) for end in ends]
    return charts.trend(points, title=f"{scope.as_of.year}年验收合格设施累计", unit="个", axes=True)

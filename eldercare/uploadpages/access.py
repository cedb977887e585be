"""For which unit and month somebody asks, read from the request and checked against the person's scope."""

import re
from datetime import date

from django.utils import timezone

from eldercare.clock import last_day
from eldercare.regions import TOWNSHIP_KINDS, Kind, Region, district_of
from eldercare.review import Denied
from eldercare.scoping import visible_or_404
from eldercare.uploads import Context, UploadKind, kinds_for

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
MONTHS_OFFERED = 13


def parse_month(text: str) -> date | None:
    """The first day of a month written YYYY-MM; None for anything else."""
    found = _MONTH.fullmatch(text.strip())
    return date(int(found[1]), int(found[2]), 1) if found else None


def sendable_kinds(user) -> list[UploadKind]:
    """The kinds of sheets this person may send; Denied when there is none."""
    kinds = kinds_for(user)
    if not kinds:
        raise Denied("您的角色不能上传表格。")
    return kinds


def home_district(user) -> Region | None:
    """The district in which a person works; None for an account of a city, a province or nowhere."""
    try:
        return district_of(user.region) if user.region else None
    except Region.DoesNotExist:
        return None


def reported_month(kind: UploadKind, user) -> date:
    """The month that this person reports now."""
    district = home_district(user)
    return kind.month(district) if district else timezone.localdate().replace(day=1)


def months_offered(kind: UploadKind, user) -> list[date]:
    """The months to choose from, newest first: up to today's, or to the last of the demo year."""
    district = home_district(user)
    newest = (district.default_as_of() if district else timezone.localdate()).replace(day=1)
    serial = newest.year * 12 + newest.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(serial, serial - MONTHS_OFFERED, -1)]


def townships_offered(user) -> list[Region]:
    """The townships whose sheets this person may send, in the order of their codes."""
    rows = Region.objects.visible_to(user).townships()
    if not has_predecessors(user):
        rows = rows.today()
    return list(rows.order_by("path").only("code", "short_name", "name", "path"))


def has_predecessors(user) -> bool:
    """Whether a township's account also stands for units that its township succeeded, whose months may be late."""
    return user.is_township_user and len(user.scope_paths) > 1


def township_of(user, code: str, month: date | None) -> Region | None:
    """The township asked for by code, as it was on the month's last day, else the person's own, else None.

    Raises Http404 outside the scope.
    """
    if code:
        rows = Region.objects.townships().with_ties()
        return visible_or_404(rows.on(last_day(month)) if month else rows.today(), user, code=code)
    return user.region if user.is_township_user else None


def unit_of(user, kind: UploadKind | None, code: str, month: date | None) -> Region | None:
    """The unit that a sheet is for: a township, or for a kind of the whole district the person's district itself.

    None when it still is to be chosen. Raises Http404 outside the scope.
    """
    if kind is None or not kind.whole_district:
        return township_of(user, code, month)
    if code:
        rows = Region.objects.filter(kind__in=(*TOWNSHIP_KINDS, Kind.DISTRICT)).with_ties()
        return visible_or_404(rows.today(), user, code=code)
    return home_district(user)


def context_of(user, township: Region, month: date | None) -> Context:
    """For whom and for when a sheet is read."""
    return Context(township, district_of(township), month, user)

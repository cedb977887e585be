"""What tests make of their own on top of the loaded district: accounts and facilities, through the real services."""

from datetime import date

from eldercare.accounts import User, grant
from eldercare.regions import Region, district_of
from facilities import history
from facilities.history import COLUMNS, Assertion
from facilities.models import Facility

WULONG = "500156"
PASSWORD = "mingxin-2020-pass"
SINCE = date(2019, 1, 1)


def region(name: str, **lookup) -> Region:
    """A unit of 武隆 by its short name; `kind=` or `parent__short_name=` where two share it."""
    return Region.objects.get(code__startswith=WULONG, short_name=name, **lookup)


def user(role: str | None, region: Region | None = None, username: str | None = None) -> User:
    """An account with one role (none when `role` is None) in a region; its password is PASSWORD."""
    name = username or f"{role or 'nobody'}-{User.objects.count() + 1}"
    account = User.objects.create_user(name, password=PASSWORD, region=region)
    if role:
        grant(account, role)
    return account


def facility(township: Region, type: str = "VILLAGE_POINT", *, on: date = SINCE, by=None, **state) -> Facility:
    """A registered facility with its first dated record; `state` are FacilityState fields (`village` a Region)."""
    values = {"name": f"{township}测试设施{Facility.objects.count() + 1}", "type": type, **state}
    if "village" in values:
        values["village_id"] = values.pop("village").pk
    unknown = set(values) - set(COLUMNS)
    if unknown:
        raise TypeError(f"no such state of a facility: {sorted(unknown)}")
    row = Facility(district=district_of(township), township=township)
    history.record([Assertion(row, values)], effective_on=on, by=by)
    return row


def operating(township: Region, type: str = "VILLAGE_POINT", *, on: date = SINCE, **state) -> Facility:
    """A facility accepted and in operation since a day."""
    return facility(township, type, on=on, stage="operating", accepted_on=on, **state)

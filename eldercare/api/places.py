"""The one district that a question is about, where only one can be answered for."""

from dataclasses import dataclass

from django.utils import timezone

from eldercare.api.errors import Malformed, OutOfScope
from eldercare.api.parameters import Query
from eldercare.regions import Region, district_of


@dataclass(frozen=True, slots=True)
class Place:
    """A district, the township that was asked for, and whether the caller sees the whole district."""

    district: Region
    township: Region | None
    whole: bool


def one_place(query: Query) -> Place:
    """What district= and township= name; else the caller's only district, or the caller's own township.

    Malformed when the caller has several districts and names none, OutOfScope when the two do not belong together.
    """
    day = query.as_of or timezone.localdate()
    district, township = _asked(query, "district", day), _asked(query, "township", day)
    if district is None and township is None:
        district, township = _own(query.user, day)
    return _place_of(township, district, query.user) if township else Place(district, None, True)


def _own(user, day) -> tuple[Region | None, Region | None]:
    """The caller's only district, else the caller's own township."""
    own = list(Region.objects.visible_to(user).districts().on(day).order_by("path")[:2])
    if len(own) == 1:
        return own[0], None
    if not own and user.is_township_user:
        return None, user.region
    raise Malformed("请用参数 district 指定一个区县，例如 district=500156。")


def _asked(query: Query, name: str, day) -> Region | None:
    """The region of that code as it is on the day; its last form when it is gone."""
    code = query.get(name)
    rows = [row for row in query.regions.get(name, ()) if row.code == code]
    return next((row for row in rows if row.on_day(day)), rows[-1] if rows else None)


def _place_of(township: Region, district: Region | None, user) -> Place:
    above = district_of(township)
    if district is not None and district.code != above.code:
        raise OutOfScope("该乡镇（街道）不属于所指定的区县。")
    return Place(above, township, Region.objects.visible_to(user).filter(pk=above.pk).exists())

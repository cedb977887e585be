"""The one district that a question is about, where only one can be answered for."""

from dataclasses import dataclass

from eldercare.api.errors import Malformed, OutOfScope
from eldercare.api.parameters import Query
from eldercare.regions import Region, district_of


@dataclass(frozen=True, slots=True)
class Place:
    """A district, the township that was asked for, and whether the caller sees the whole district.

    `units` are the regions whose rows belong to the answer: the district, or the township with those it succeeded.
    """

    district: Region
    township: Region | None
    whole: bool
    units: tuple[Region, ...]


def one_place(query: Query) -> Place:
    """What district= and township= name; else the caller's only district, or the caller's own township.

    Malformed when the caller has several districts and names none, OutOfScope when the two do not belong together.
    """
    district, township = _asked(query, "district"), _asked(query, "township")
    if district is None and township is None:
        district, township = _own(query.user)
    return _place_of(query, township, district) if township else Place(district, None, True, (district,))


def _own(user) -> tuple[Region | None, Region | None]:
    """The caller's only district, else the caller's own township."""
    own = list(Region.objects.visible_to(user).districts().order_by("path")[:2])
    if len(own) == 1:
        return own[0], None
    if not own and user.is_township_user:
        return None, user.region
    raise Malformed("请用参数 district 指定一个区县，例如 district=500156。")


def _asked(query: Query, name: str) -> Region | None:
    """The region of that code as it is on the day; its visible successor, else its last form, when it is gone."""
    code = query.get(name)
    rows = [row for row in query.regions.get(name, ()) if row.code == code]
    if not rows:
        return None
    day = query.as_of or rows[-1].default_as_of()
    current = next((row for row in rows if row.on_day(day)), rows[-1])
    heir = current.as_of(day)
    return heir if heir == current or _is_visible(heir, query.user) else current


def _is_visible(region: Region, user) -> bool:
    return Region.objects.visible_to(user).filter(pk=region.pk).exists()


def _place_of(query: Query, township: Region, district: Region | None) -> Place:
    above = district_of(township)
    if district is not None and district.code != above.code:
        raise OutOfScope("该乡镇（街道）不属于所指定的区县。")
    units = query.regions.get("township", ())
    if township not in units:
        units = Region.objects.filter(pk__in=township.lineage())
    return Place(above, township, _is_visible(above, query.user), tuple(units))

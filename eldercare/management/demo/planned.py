"""The facilities of the demo: as many of each type, in each unit and year, as the annexes plan for 2019 and 2020.

A few village points that annex 2 plans for later years were built ahead of their time: they complete the bundles that the
subsidy of their township asks for.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from eldercare.management.demo.courses import Course, course
from eldercare.regions import Kind, Region
from facilities.kinds import FacilityType
from facilities.models import Facility
from plans.models import PlanTarget

YEARS = (2019, 2020)
AHEAD = ((2021, "凤来乡"), (2021, "仙女山镇"), (2022, "仙女山镇"), (2021, "桐梓镇"))
NAMES = {
    FacilityType.STREET_CENTRE: "{township}演示养老服务中心",
    FacilityType.TOWNSHIP_CENTRE: "{township}演示养老服务中心",
    FacilityType.MEDICAL_ELDERLY_INSTITUTION: "{township}演示医养结合机构",
    FacilityType.COMMUNITY_STATION: "{place}演示养老服务站",
    FacilityType.VILLAGE_POINT: "{place}演示互助养老点",
}


@dataclass(slots=True)
class Item:
    """One planned facility: where and what, how it fares, its register row; `asserted` is what was reported last."""

    number: int
    type: str
    year: int
    township: Region
    place: Region
    course: Course
    name: str
    facility: Facility
    asserted: dict


class Places:
    """The units of a township in the order of their codes, each given once per facility type."""

    def __init__(self, district: Region, day) -> None:
        self._units: dict[str, list[Region]] = defaultdict(list)
        for unit in district.below().on(day).villages().select_related("parent").order_by("path"):
            self._units[unit.parent.code].append(unit)
        self._given: dict[tuple[str, str], int] = defaultdict(int)

    def take(self, township: Region, type_: str) -> Region:
        """The next unit where that type belongs: a village for a point, else a community if there is one."""
        wanted = Kind.VILLAGE if type_ == FacilityType.VILLAGE_POINT else Kind.COMMUNITY
        units = self._units[township.code]
        fitting = [unit for unit in units if unit.kind == wanted] or units
        position = self._given[township.code, type_]
        self._given[township.code, type_] += 1
        return fitting[position % len(fitting)]


def items(district: Region, day) -> list[Item]:
    """Every planned facility of the two years, in the order of annexes and rows, under the units of the plan's day."""
    places = Places(district, day)
    seen: dict[tuple[str, int], int] = defaultdict(int)
    made = []
    for type_, year, township in (*_planned(district), *_ahead(district)):
        position = seen[type_, year]
        seen[type_, year] += 1
        place = places.take(township, type_)
        name = NAMES[FacilityType(type_)].format(township=township.short_name, place=place.short_name)
        facility = Facility(district=district, township=township, is_demo=True)
        way = course(type_, year, position)
        made.append(Item(len(made), type_, year, township, place, way, name, facility, {}))
    return made


def _planned(district: Region) -> Iterator[tuple[str, int, Region]]:
    targets = PlanTarget.objects.filter(table__policy__district=district, year__in=YEARS, planned__gt=0)
    for target in targets.select_related("region").order_by("year", "table__annex", "row", "pk"):
        for _ in range(target.planned):
            yield target.type, target.year, target.region


def _ahead(district: Region) -> Iterator[tuple[str, int, Region]]:
    points = PlanTarget.objects.filter(table__policy__district=district, type=FacilityType.VILLAGE_POINT, planned__gt=0)
    for year, name in AHEAD:
        yield FacilityType.VILLAGE_POINT, year, points.get(year=year, region__short_name=name).region

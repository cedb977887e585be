"""还差什么, summed: what the facilities of a district or a township lack together, who lacks most, and what it costs."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from eldercare.dashboard import asof, township
from eldercare.regions import Region
from facilities import gaps
from facilities.gaps import COLUMNS, Sum, Summed
from facilities.kinds import FacilityType
from facilities.rules import phrases

LAGGARDS = 3


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount of a sum, as a leader reads it: 建筑面积 80 ㎡."""

    label: str
    unit: str
    amount: Decimal

    @property
    def text(self) -> str:
        return phrases.amount(self.amount, self.unit)


@dataclass(frozen=True, slots=True)
class Row:
    """One township's line: its sum, with one cell for each column of the table."""

    sum: Sum
    cells: list[Amount]


@asof.for_readers_of_dashboards
def district_page(request: HttpRequest, code: str) -> HttpResponse:
    """The gaps of a whole district on a day."""
    district = asof.visible_district(request, code)
    day = asof.day_of(request, district)
    return _answer(request, district, None, day)


def township_page(request: HttpRequest, code: str, township_code: str) -> HttpResponse:
    """The gaps of one township on a day: for its own officials, and for those who read dashboards."""
    try:
        unit, day = township.asked(request, code, township_code)
    except asof.Moved as gone:
        return township.moved(request, "township-gaps", gone.region)
    return _answer(request, unit.parent, unit, day)


def _answer(request: HttpRequest, district: Region, unit: Region | None, day: date) -> HttpResponse:
    type_ = _type(request)
    found = gaps.summed(district, day, request.user, township=unit, type=type_)
    return render(request, "dashboard/gaps.html", _context(request, district, unit, found, type_))


def _type(request: HttpRequest) -> str:
    """The facility type asked for; BadRequest for a word that is none."""
    type_ = request.GET.get("type", "")
    if type_ and type_ not in FacilityType.values:
        raise BadRequest("没有这个设施类型，请从页面上的列表里选择。")
    return type_


def _context(request: HttpRequest, district: Region, unit: Region | None, found: Summed, type_: str) -> dict:
    whole = found.whole
    columns = [name for name in COLUMNS if whole.amounts.get(name)]
    lagging = [row for row in found.townships if row.short]
    return {
        "district": district,
        "township": unit,
        "place": unit or district,
        "as_of": found.scope.as_of,
        "edition": found.scope.edition,
        "whole": whole,
        "amounts": [_amount(name, whole) for name in columns],
        "headings": [COLUMNS[name] for name in columns],
        "rows": [Row(row, [_amount(name, row) for name in columns]) for row in found.townships],
        "laggards": lagging[:LAGGARDS] if unit is None else [],
        "facilities": [row for row in found.rows if row.gaps.count],
        "prices": found.prices,
        "has_cost": bool(whole.cost.yuan),
        "types": FacilityType.choices,
        "type": type_,
        "type_label": FacilityType(type_).label if type_ else "",
        "may_open": request.user.is_staff and request.user.has_perm("facilities.view_facility"),
    }


def _amount(name: str, row: Sum) -> Amount:
    return Amount(*COLUMNS[name], row.amounts.get(name, Decimal(0)))

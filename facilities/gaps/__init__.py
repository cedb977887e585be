"""还差什么: what facilities lack and what would mend it, one by one and summed over townships and districts."""

from facilities.gaps.lists import Gaps, Line, Way, of
from facilities.gaps.nextclass import AT_LEAST, NextClass
from facilities.gaps.nextclass import of as next_classes
from facilities.gaps.prices import Cost, PriceList, prices_of
from facilities.gaps.sums import BEGUN_STAGES, COLUMNS, FacilityGap, Sum, Summed, summed
from facilities.gaps.units import LayoutGap

__all__ = [
    "AT_LEAST",
    "BEGUN_STAGES",
    "COLUMNS",
    "Cost",
    "FacilityGap",
    "Gaps",
    "LayoutGap",
    "Line",
    "NextClass",
    "PriceList",
    "Sum",
    "Summed",
    "Way",
    "next_classes",
    "of",
    "prices_of",
    "summed",
]

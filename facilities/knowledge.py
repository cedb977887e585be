"""What is known of facilities and units on a day, as facts for the rules: measured states and people's declarations."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import F, Q

from eldercare import facts
from eldercare.policies import unpack
from facilities.kinds import ACCEPTED_STAGES, FacilityType, Stage
from facilities.models import Declaration, FacilityRecord

MEASURED = {
    "facility.gross_area": "gross_area",
    "facility.usable_area": "usable_area",
    "facility.beds": "beds",
    "facility.nursing_beds": "nursing_beds",
    "facility.zones": "zones",
}
# What the register itself answers; nobody declares it.
RECORDED = frozenset({*MEASURED, "facility.accepted", "village.points", "village.hosts_township_centre"})


def measured(ids: Iterable[int], day: date) -> dict[int, dict[str, object]]:
    """Areas, beds and zones of facilities as recorded on a day; what is not recorded is absent."""
    known = {}
    for row in FacilityRecord.objects.on(day).filter(facility__in=list(ids)):
        values = {fact: getattr(row, name) for fact, name in MEASURED.items()}
        values["facility.accepted"] = row.stage in ACCEPTED_STAGES
        known[row.facility_id] = {fact: value for fact, value in values.items() if value is not None}
    return known


def declared_of_facilities(ids: Iterable[int], day: date) -> dict[int, dict[str, object]]:
    """What people declared of facilities, the latest declaration winning."""
    return _latest(Declaration.objects.on(day).filter(facility__in=list(ids)), "facility_id")


def declared_of_regions(ids: Iterable[int], day: date) -> dict[int, dict[str, object]]:
    """What people declared of villages, communities and townships."""
    return _latest(Declaration.objects.on(day).filter(region__in=list(ids)), "region_id")


def _latest(rows, owner: str) -> dict[int, dict[str, object]]:
    known: dict[int, dict[str, object]] = defaultdict(dict)
    for row in rows.order_by(F("starts_on").asc(nulls_first=True), "pk"):
        known[getattr(row, owner)][row.fact] = unpack(row.value)
    return known


def counted_of_villages(ids: Iterable[int], day: date) -> dict[int, dict[str, object]]:
    """How many village points a village has in operation, and whether a township centre stands in it."""
    ids = list(ids)
    known: dict[int, dict[str, object]] = {
        pk: {"village.points": 0, "village.hosts_township_centre": False} for pk in ids
    }
    types = Q(type=FacilityType.VILLAGE_POINT, stage=Stage.OPERATING) | Q(type=FacilityType.TOWNSHIP_CENTRE)
    for village, type_ in (
        FacilityRecord.objects.on(day).filter(types, village__in=ids).values_list("village_id", "type")
    ):
        if type_ == FacilityType.VILLAGE_POINT:
            known[village]["village.points"] += 1
        else:
            known[village]["village.hosts_township_centre"] = True
    return known


def connect() -> None:
    """Register the app's providers."""
    facts.provide("facility.measured", measured)
    facts.provide("facility.declared", declared_of_facilities)
    facts.provide("region.declared", declared_of_regions)
    facts.provide("village.counted", counted_of_villages)

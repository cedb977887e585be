"""What a township's sheet holds beside what is planned for it, by type and planned year; two statements."""

from collections import Counter

from django.db.models import Q

from eldercare.policies import unpack
from eldercare.scoping import within
from eldercare.uploads import Total, Upload
from facilities.kinds import ACCEPTED_STAGES, FacilityType, Stage
from facilities.models import FacilityRecord
from plans.models import PlanTarget
from plans.reporting import last_day

COMPLETED = (Stage.COMPLETED, *ACCEPTED_STAGES)
Key = tuple[str, int | None]


def against_plan(upload: Upload, rows: list[dict]) -> list[Total]:
    """A line for each type and year that is planned or held, in the order of the types; a blank in the plan is None."""
    planned, held, completed = _planned(upload), Counter(), Counter()
    known = _known(upload)
    for row in rows:
        if row["action"] == "missing":
            continue
        now = known.get(row["facility"], {}) | unpack(row["values"])
        if now.get("type"):
            key = now["type"], now.get("planned_year")
            held[key] += 1
            completed[key] += now.get("stage") in COMPLETED
    keys = sorted((planned.keys() | held.keys()), key=_place)
    return [
        Total(FacilityType(type_).label, year, planned.get((type_, year)), held[type_, year], completed[type_, year])
        for type_, year in keys
        if held[type_, year] or planned.get((type_, year))
    ]


def _place(key: Key) -> tuple[int, int]:
    return list(FacilityType).index(FacilityType(key[0])), key[1] or 0


def _planned(upload: Upload) -> dict[Key, int]:
    """Planned numbers of the township under all names it had, and of what lies in it."""
    here = within("region__path", upload.region.path) | Q(region__in=upload.region.lineage())
    rows = PlanTarget.objects.filter(here, table__policy__district=upload.district, planned__isnull=False)
    found: Counter[Key] = Counter()
    for type_, year, planned in rows.order_by().values_list("type", "year", "planned"):
        found[type_, year] += planned
    return dict(found)


def _known(upload: Upload) -> dict[int, dict]:
    """Type, planned year and stage of the township's facilities on the month's last day, by facility."""
    rows = FacilityRecord.objects.on(last_day(upload.period)).filter(facility__township__in=upload.region.lineage())
    names = ("type", "planned_year", "stage")
    return {key: dict(zip(names, rest, strict=True)) for key, *rest in rows.values_list("facility_id", *names)}

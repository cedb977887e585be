"""The village's own duty, its exemptions, and points that depend on the declared size of their village."""

from decimal import Decimal

import pytest

from facilities.rules.evaluation import check
from facilities.rules.findings import Outcome


def by_id(findings):
    return {row.requirement: row for row in findings}


@pytest.mark.parametrize(
    ("merged", "hosts", "points", "outcome"),
    [
        (True, False, 0, Outcome.NOT_APPLICABLE),
        (False, True, 0, Outcome.NOT_APPLICABLE),
        (False, False, 0, Outcome.UNMET),
        (False, False, 1, Outcome.MET),
        (None, False, 0, Outcome.NO_DATA),
        (None, None, 1, Outcome.MET),
        (None, True, 0, Outcome.NOT_APPLICABLE),
    ],
)
def test_village_duty_is_about_the_village_and_its_exemptions(wuxi, finding, merged, hosts, points, outcome):
    facts = {"village.to_be_merged": merged, "village.hosts_township_centre": hosts, "village.points": points}
    assert finding(wuxi, "village.layout", "village", facts).outcome is outcome


def test_point_in_an_exempt_village_is_still_checked(wuxi, finding):
    facts = {"village.to_be_merged": True, "village.size_class": "large", "facility.gross_area": 60}
    found = finding(wuxi, "point.area", "VILLAGE_POINT", facts)
    assert (found.outcome, found.gap) == (Outcome.UNMET, 40)


@pytest.mark.parametrize(
    ("size", "area", "outcome", "note"),
    [
        ("large", 100, Outcome.MET, ""),
        ("large", Decimal("99.99"), Outcome.UNMET, ""),
        ("small", 60, Outcome.NOT_APPLICABLE, ""),
        (None, 120, Outcome.MET, ""),
        (None, 60, Outcome.NO_DATA, "认定为“规模较大且人口较集中”则还差 40 ㎡，否则条件不适用"),
    ],
)
def test_point_area_depends_on_the_declared_village_size(wuxi, finding, size, area, outcome, note):
    facts = {"village.size_class": size, "facility.gross_area": area}
    found = finding(wuxi, "point.area", "VILLAGE_POINT", facts)
    assert (found.outcome, found.note) == (outcome, note)


def test_small_village_point_hosted_in_the_service_centre_needs_one_dedicated_room(wuxi):
    facts = {"village.size_class": "small", "facility.host": "village_public", "facility.dedicated_rooms": 0}
    findings = by_id(check(wuxi, "VILLAGE_POINT", facts))
    assert findings["point.dedicated_room"].blocks
    assert findings["point.dedicated_room"].gap_text == "还差 1 间"
    for name in ("point.standalone", "point.area", "point.rooms"):
        assert findings[name].outcome is Outcome.NOT_APPLICABLE

"""Plan and coverage figures of 武隆 against numerators and denominators counted by hand."""

from datetime import date
from decimal import Decimal

import pytest
from factories import facility, operating, region

from eldercare import figures, review
from eldercare.names import RegionAlias
from eldercare.regions import Kind
from facilities import history
from facilities.models import Exemption, OperatorContract, ServiceLink
from plans.models import PlanTarget

YEAR_END = date(2020, 12, 31)


@pytest.fixture
def parts(wulong):
    """parts(definition id, day=年末, township=None, year=None) -> (numerator, denominator) as published."""

    def read(id_, day=YEAR_END, township=None, year=None):
        found = figures.compute(wulong, day, year)
        figure = (found.townships[township.code] if township else found.district)[id_]
        return figure.numerator, figure.denominator

    return read


@pytest.fixture
def villages(baima):
    """The ten villages of 白马镇."""
    return list(baima.children.filter(kind=Kind.VILLAGE).order_by("code"))


@pytest.fixture
def communities(baima):
    """The two communities of 白马镇."""
    return list(baima.children.filter(kind=Kind.COMMUNITY).order_by("code"))


def test_denominators_are_all_units_of_the_edition(parts, baima):
    assert parts("coverage.street") == (0, 4)
    assert parts("coverage.township") == (0, 22)
    assert parts("coverage.community") == (0, 30)
    assert parts("coverage.village") == (0, 185)
    assert parts("coverage.community", township=baima) == (0, 2)
    assert parts("coverage.village", township=baima) == (0, 10)


def test_operating_point_covers_its_village(parts, baima, villages):
    operating(baima, village=villages[0])
    assert parts("coverage.village") == (1, 185)
    assert parts("coverage.village", township=baima) == (1, 10)
    assert parts("coverage.village", township=region("江口镇"))[0] == 0


@pytest.mark.parametrize("stage", ["unsited", "sited", "building", "completed", "accepted", "suspended"])
def test_only_a_facility_in_operation_covers(parts, baima, villages, stage):
    accepted_on = date(2020, 3, 1) if stage in ("accepted", "suspended") else None
    facility(baima, stage=stage, accepted_on=accepted_on, village=villages[0])
    assert parts("coverage.village") == (0, 185)


def test_three_facilities_in_one_village_cover_one_village(parts, baima, villages):
    for _ in range(3):
        operating(baima, village=villages[0])
    assert parts("coverage.village") == (1, 185)


def test_type_covers_only_its_kind_of_unit(parts, baima, villages, communities):
    operating(baima, "COMMUNITY_STATION", village=villages[0])
    operating(baima, "VILLAGE_POINT", village=communities[0])
    operating(baima, "VILLAGE_POINT")
    assert parts("coverage.village") == (0, 185)
    assert parts("coverage.community") == (0, 30)


def test_township_centre_covers_its_township_and_counts_for_no_street(parts, baima):
    operating(baima, "TOWNSHIP_CENTRE")
    assert parts("coverage.township") == (1, 22)
    assert parts("coverage.street") == (0, 4)


def test_street_is_covered_by_either_centre(parts):
    operating(region("凤山街道"), "TOWNSHIP_CENTRE")
    operating(region("芙蓉街道"), "STREET_CENTRE")
    assert parts("coverage.street") == (2, 4)


def test_shared_station_covers_both_communities(parts, baima, communities, clerk):
    station = operating(baima, "COMMUNITY_STATION", village=communities[0])
    ServiceLink.objects.create(facility=station, region=communities[1], starts_on=date(2020, 7, 1), recorded_by=clerk)
    assert parts("coverage.community", date(2020, 6, 30)) == (1, 30)
    assert parts("coverage.community") == (2, 30)


def test_link_ends_with_its_last_day_and_with_its_facility(parts, baima, communities, clerk):
    station = operating(baima, "COMMUNITY_STATION", village=communities[0])
    ServiceLink.objects.create(
        facility=station,
        region=communities[1],
        starts_on=date(2020, 1, 1),
        ends_on=date(2020, 9, 30),
        recorded_by=clerk,
    )
    assert parts("coverage.community", date(2020, 9, 30)) == (2, 30)
    assert parts("coverage.community", date(2020, 10, 1)) == (1, 30)
    history.record_one(station, {"stage": "suspended"}, effective_on=date(2020, 5, 1), by=clerk)
    assert parts("coverage.community", date(2020, 9, 30)) == (0, 30)


def test_link_to_a_unit_that_has_its_own_facility_counts_it_once(parts, baima, communities, clerk):
    station = operating(baima, "COMMUNITY_STATION", village=communities[0])
    operating(baima, "COMMUNITY_STATION", village=communities[1])
    ServiceLink.objects.create(facility=station, region=communities[1], recorded_by=clerk)
    assert parts("coverage.community") == (2, 30)


def test_exempt_village_leaves_numerator_and_denominator(parts, baima, villages, clerk):
    operating(baima, village=villages[0])
    Exemption.objects.create(region=villages[1], reason="to_be_merged", starts_on=date(2020, 7, 1), recorded_by=clerk)
    assert parts("coverage.village", date(2020, 6, 30)) == (1, 185)
    assert parts("coverage.village") == (1, 184)
    assert parts("coverage_with_exempt.village") == (2, 185)


def test_exempt_village_with_a_point_is_counted_once(parts, baima, villages, clerk):
    operating(baima, village=villages[0])
    Exemption.objects.create(region=villages[0], reason="hosts_centre", recorded_by=clerk)
    assert parts("coverage.village") == (0, 184)
    assert parts("coverage_with_exempt.village") == (1, 185)


def test_coverage_never_exceeds_one_hundred(wulong, baima, villages, clerk):
    for village in villages:
        point = operating(baima, village=village)
        operating(baima, village=village)
        ServiceLink.objects.create(facility=point, region=villages[0], recorded_by=clerk)
    Exemption.objects.create(region=villages[3], reason="to_be_merged", recorded_by=clerk)
    found = figures.compute(wulong, YEAR_END)
    assert found.townships[baima.code]["coverage.village"].value == Decimal("100.0")
    every = [found.district, *found.townships.values()]
    shares = [
        f.value for unit in every for f in unit.values() if f.definition.startswith("coverage") and f.value is not None
    ]
    assert max(shares) <= 100


def test_township_without_communities_has_no_community_coverage(wulong):
    empty = next(unit for unit in wulong.below().townships() if not unit.children.filter(kind=Kind.COMMUNITY).exists())
    figure = figures.compute(wulong, YEAR_END).townships[empty.code]["coverage.community"]
    assert (figure.denominator, figure.value, figure.reason) == (0, None, "社区总数为0")


def test_past_day_shows_the_past(parts, baima, villages, clerk):
    point = facility(baima, stage="building", village=villages[0], on=date(2020, 1, 31))
    history.record_one(
        point, {"stage": "accepted", "accepted_on": date(2020, 6, 1)}, effective_on=date(2020, 6, 1), by=clerk
    )
    history.record_one(point, {"stage": "operating"}, effective_on=date(2020, 7, 1), by=clerk)
    history.record_one(point, {"stage": "suspended"}, effective_on=date(2020, 11, 1), by=clerk)
    by_day = {day: parts("coverage.village", day)[0] for day in (
        date(2020, 1, 30), date(2020, 6, 30), date(2020, 7, 1), date(2020, 10, 31), date(2020, 11, 1),
    )}  # fmt: skip
    assert list(by_day.values()) == [0, 0, 1, 1, 0]


def test_plan_accumulates_to_the_day_s_year(parts):
    assert parts("plan_ratio.street_centre", date(2019, 12, 31)) == (1, 2)
    assert parts("plan_ratio.street_centre") == (2, 2)
    assert parts("plan_ratio.community_station", date(2019, 12, 31)) == (4, 30)
    assert parts("plan_ratio.community_station") == (10, 30)
    assert parts("plan_ratio.township_centre") == (11, 25)
    assert parts("plan_ratio.village_point") == (45, 185)
    assert parts("plan_ratio.village_point", date(2022, 12, 31)) == (21 + 24 + 22 + 23, 185)


def test_year_alone_counts_that_year(parts):
    assert parts("plan_ratio.village_point", year=2019) == (21, 185)
    assert parts("plan_ratio.village_point", date(2022, 12, 31), year=2021) == (22, 185)


def test_plan_of_a_type_without_units_has_no_ratio_but_a_reason(wulong):
    figure = figures.compute(wulong, YEAR_END).district["plan_ratio.medical_elderly_institution"]
    assert (figure.numerator, figure.denominator, figure.value) == (2, None, None)
    assert figure.reason == "没有对应的单位总数"


def test_blank_plan_cell_is_no_plan_and_zero_is_a_plan_of_none(wulong):
    found = figures.compute(wulong, YEAR_END).townships
    blank = found[region("接龙乡").code]["completion.village_point"]
    zero = found[region("羊角街道").code]["completion.street_centre"]
    assert (blank.denominator, blank.reason) == (None, "没有印发计划数")
    assert (zero.denominator, zero.reason) == (0, "计划设施数为0")


def test_completion_counts_accepted_facilities_since_the_plan_s_first_year(parts, baima):
    operating(baima, on=date(2018, 6, 1))
    operating(baima, on=date(2019, 6, 1))
    facility(baima, stage="accepted", accepted_on=date(2020, 6, 1), on=date(2020, 6, 1))
    facility(baima, stage="completed")
    assert parts("completion.village_point") == (2, 45)
    assert parts("completion.village_point", township=baima) == (2, 2)
    assert parts("completion.village_point", year=2020) == (1, 24)


def test_completion_may_exceed_one_hundred(wulong, baima):
    for _ in range(3):
        operating(baima, on=date(2020, 6, 1))
    figure = figures.compute(wulong, YEAR_END).townships[baima.code]["completion.village_point"]
    assert (figure.numerator, figure.denominator, figure.value) == (3, 2, Decimal("150.0"))


def test_quarrelled_name_counts_for_the_district_and_for_its_unit_once_confirmed(wulong, clerk):
    unit = region("庙垭乡")
    alias = RegionAlias.objects.get(name="庙坪乡")
    PlanTarget.objects.filter(region=unit, type="VILLAGE_POINT").update(unit="庙坪乡", region=None)
    before = figures.compute(wulong, YEAR_END)
    review.perform(alias, "confirm", by=clerk)
    after = figures.compute(wulong, YEAR_END)
    key = "plan_ratio.village_point"
    assert before.district[key].numerator == after.district[key].numerator == 45
    assert before.townships[unit.code][key].numerator is None
    assert after.townships[unit.code][key].numerator == 2


def test_contract_outranks_the_sheet_and_an_expired_one_means_nobody_runs_it(parts, baima, clerk):
    point = operating(baima, operation="public")
    assert parts("social_operation.rural") == (0, 1)
    OperatorContract.objects.create(
        facility=point, operator="某公司", operation="public_built_private_run",
        starts_on=date(2020, 2, 1), ends_on=date(2020, 8, 31), recorded_by=clerk,
    )  # fmt: skip
    assert parts("social_operation.rural", date(2020, 1, 31)) == (0, 1)
    assert parts("social_operation.rural", date(2020, 8, 31)) == (1, 1)
    assert parts("social_operation.rural", date(2020, 9, 1)) == (0, 1)


def test_nursing_beds_are_shared_among_facilities_that_report_both(parts, baima):
    operating(baima, beds=20, nursing_beds=5)
    operating(baima, beds=30)
    operating(baima, beds=0, nursing_beds=0)
    facility(baima, stage="building", beds=100, nursing_beds=100)
    assert parts("nursing_bed_share") == (5, 20)


def test_queries_do_not_grow_with_facilities(wulong, baima, villages, django_assert_num_queries):
    operating(baima, village=villages[0])
    with django_assert_num_queries(_queries(wulong)) as few:
        figures.compute(wulong, YEAR_END)
    for village in villages * 4:
        operating(baima, village=village)
    with django_assert_num_queries(len(few.captured_queries)):
        figures.compute(wulong, YEAR_END)


def _queries(district) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        figures.compute(district, YEAR_END)
    return len(captured)

"""Layout duties: what each village, community and township has, measured by its district's policy (WL 二(一))."""

from datetime import date

import factories
import pytest

from eldercare import figures
from eldercare.regions import Kind
from facilities import unitchecks
from facilities.models import Declaration, Exemption, ServiceLink

DAY = date(2020, 12, 31)


@pytest.fixture
def scope(wulong):
    return lambda: figures.scope_for(wulong, DAY)


@pytest.fixture
def village(baima):
    return baima.children.filter(kind=Kind.VILLAGE).first()


@pytest.fixture
def community(baima):
    return baima.children.filter(kind=Kind.COMMUNITY).first()


def finding(scope, unit, requirement):
    (check,) = unitchecks.check_units(scope, [unit])
    return next(found for found in check.findings if found.requirement == requirement)


def test_every_unit_has_its_duty_checked(scope):
    checks = unitchecks.check_units(scope())
    kinds = [check.subject for check in checks]

    assert kinds.count("village") == 185
    assert kinds.count("community") == 30


def test_village_without_point_fails_and_with_one_in_operation_passes(scope, baima, village):
    assert finding(scope(), village, "layout.village").outcome == "unmet"

    factories.operating(baima, "VILLAGE_POINT", village=village)

    assert finding(scope(), village, "layout.village").outcome == "met"


def test_point_that_is_only_completed_does_not_count(scope, baima, village):
    factories.facility(baima, "VILLAGE_POINT", village=village, stage="completed")

    assert finding(scope(), village, "layout.village").measured == 0


def test_township_needs_a_centre_and_a_street_another_kind(scope, wulong, baima):
    street = wulong.children.get(short_name="凤山街道")

    assert finding(scope(), baima, "layout.township").outcome == "unmet"
    assert finding(scope(), baima, "layout.street").outcome == "not_applicable"
    assert finding(scope(), street, "layout.street").outcome == "unmet"
    assert finding(scope(), street, "layout.township").outcome == "not_applicable"

    factories.operating(baima, "TOWNSHIP_CENTRE")

    assert finding(scope(), baima, "layout.township").outcome == "met"


def test_shared_station_counts_for_a_community_of_few_elders_only(scope, baima, community):
    other = baima.children.filter(kind=Kind.COMMUNITY).exclude(pk=community.pk).first()
    station = factories.operating(baima, "COMMUNITY_STATION", village=other)
    ServiceLink.objects.create(facility=station, region=community)
    undecided = finding(scope(), community, "layout.community").outcome
    Declaration.objects.create(region=community, fact="community.few_elders", value=True, evidence="人口数")

    assert undecided == "no_data"
    assert finding(scope(), community, "layout.community").outcome == "met"


def test_lack_of_a_community_names_each_way_out_once(scope, community):
    told = finding(scope(), community, "layout.community").gap_text

    assert told == (
        "本社区布局（社区养老服务站还差 1 个）；或与其他社区统筹布局1个（与其他社区统筹布局养老服务站须为是，现为否）"
    )


def test_exemption_is_known_of_the_village(scope, village):
    Exemption.objects.create(region=village, reason="to_be_merged")

    assert unitchecks.recorded_facts(scope())[village.pk]["village.to_be_merged"] is True


def test_village_of_the_centre_is_known_where_the_centre_has_a_village(scope, baima, village):
    factories.operating(baima, "TOWNSHIP_CENTRE", village=village)
    facts = unitchecks.recorded_facts(scope())
    other = baima.children.filter(kind=Kind.VILLAGE).exclude(pk=village.pk).first()

    assert facts[village.pk]["village.hosts_township_centre"] is True
    assert facts[other.pk]["village.hosts_township_centre"] is False


def test_village_of_the_centre_is_unknown_where_nobody_recorded_it(scope, village):
    assert "village.hosts_township_centre" not in unitchecks.recorded_facts(scope())[village.pk]


def test_checking_asks_the_same_number_of_questions_for_one_and_all(scope, village, django_assert_num_queries):
    unitchecks.check_units(scope(), [village])
    one, every = scope(), scope()
    with django_assert_num_queries(4):
        unitchecks.check_units(one, [village])
    with django_assert_num_queries(4):
        unitchecks.check_units(every)

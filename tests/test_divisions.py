"""Divisions by edition: what is new begins, what is gone ends, successors keep what was registered under old names."""

from datetime import date
from pathlib import Path

import factories
import pytest

from eldercare import divisions, figures
from eldercare.regions import Kind, Region

FOLDER = Path(__file__).resolve().parent.parent / "fixtures/divisions"
SECOND = date(2020, 6, 30)
BEFORE, AFTER = date(2020, 6, 29), date(2020, 12, 31)


@pytest.fixture(scope="module")
def published():
    return divisions.read_divisions(FOLDER / "divisions.csv")


@pytest.fixture
def second_edition(wulong, published):
    divisions.load_edition(wulong, SECOND, published["500156"][SECOND])
    divisions.link_successors(FOLDER / "successors.csv")
    return wulong


def townships(district, day):
    return [unit.short_name for unit in figures.scope_for(district, day).townships]


def test_first_edition_of_wulong_has_27_units_30_communities_and_185_villages(wulong):
    units = list(wulong.below().on(AFTER))
    kinds = [unit.kind for unit in units]

    assert len(townships(wulong, AFTER)) == 27
    assert (kinds.count(Kind.COMMUNITY), kinds.count(Kind.VILLAGE)) == (30, 185)


def test_first_edition_holds_before_its_own_date(wulong):
    assert len(townships(wulong, date(2010, 1, 1))) == 27


def test_short_names_drop_the_ethnic_part_and_the_committee(wulong):
    assert Region.objects.get(name="石桥苗族土家族乡").short_name == "石桥乡"
    assert Region.objects.get(name="浩口苗族仡佬族乡").short_name == "浩口乡"


def test_loading_an_edition_again_changes_nothing(wulong, published):
    first = date(2019, 10, 31)
    before = Region.objects.count()

    assert divisions.load_edition(wulong, first, published["500156"][first])["begun"] == 0
    assert Region.objects.count() == before


def test_second_edition_has_26_units_and_the_first_stays_readable(second_edition):
    assert len(townships(second_edition, BEFORE)) == 27
    assert len(townships(second_edition, AFTER)) == 26
    assert "仙女山街道" in townships(second_edition, AFTER)
    assert "仙女山镇" in townships(second_edition, BEFORE)


def test_figures_name_the_edition_of_their_day(second_edition):
    assert figures.scope_for(second_edition, BEFORE).edition == date(2019, 10, 31)
    assert figures.scope_for(second_edition, AFTER).edition == SECOND


def test_villages_follow_their_township_by_name(second_edition):
    old = Region.objects.get(name="白果村村民委员会", valid_to=SECOND)

    assert old.successor.parent.short_name == "仙女山街道"


def test_facility_of_a_former_township_counts_for_its_successor(second_edition):
    old = Region.objects.get(short_name="仙女山镇")
    village = old.children.filter(kind=Kind.VILLAGE).first()
    factories.operating(old, "VILLAGE_POINT", village=village)
    found = figures.compute(second_edition, AFTER)

    assert found.townships["500156003"]["coverage.village"].numerator == 1
    assert found.district["coverage.village"].numerator == 1


def test_plan_of_former_townships_is_read_under_the_unit_of_the_day(second_edition):
    """羊角街道 succeeds 羊角镇 (1 + 2 points to 2020) and 土坎镇 (1 point, 1 station of 2019)."""
    found = figures.compute(second_edition, AFTER).townships["500156004"]

    assert found["plan_ratio.village_point"].numerator == 4
    assert found["plan_ratio.community_station"].numerator == 1


def test_official_of_the_successor_sees_what_was_registered_before(second_edition, make_user):
    old, new = Region.objects.get(short_name="土坎镇"), Region.objects.get(short_name="羊角街道")
    facility = factories.facility(old)
    official = make_user("township", new)

    assert list(type(facility).objects.visible_to(official)) == [facility]

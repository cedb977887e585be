"""Divisions by edition: what is new begins, what is gone ends, successors keep what was registered under old names."""

from datetime import date
from io import StringIO
from pathlib import Path

import factories
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eldercare import divisions, figures
from eldercare.names import NameBook, RegionAlias
from eldercare.regions import Kind, PopulationFact, Region
from facilities import knowledge
from facilities.models import Declaration, Exemption, Facility, ServiceLink

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "fixtures/divisions"
FIRST, SECOND, THIRD = date(2019, 10, 31), date(2020, 6, 30), date(2022, 10, 31)
BEFORE, AFTER = date(2020, 6, 29), date(2020, 12, 31)


@pytest.fixture(scope="module")
def published():
    return divisions.read_divisions(FOLDER / "divisions.csv")


@pytest.fixture
def yangjiao(wulong):
    """羊角街道, which succeeded 羊角镇 and 土坎镇 on 2020-06-30."""
    return factories.region("羊角街道")


def townships(district, day):
    return [unit.short_name for unit in figures.scope_for(district, day).townships]


def kinds(district, day):
    """(streets, towns, townships, communities, villages, others) of a district on a day."""
    found = [unit.kind for unit in district.below().on(day)]
    order = (Kind.STREET, Kind.TOWN, Kind.TOWNSHIP, Kind.COMMUNITY, Kind.VILLAGE, Kind.OTHER)
    return tuple(found.count(kind) for kind in order)


@pytest.mark.parametrize(
    ("code", "edition", "expected"),
    [
        ("500156", FIRST, (2, 12, 13, 30, 185, 0)),
        ("500156", SECOND, (4, 10, 12, 30, 185, 0)),
        ("500156", THIRD, (4, 10, 12, 30, 184, 0)),
        ("500238", FIRST, (2, 19, 11, 41, 289, 0)),
        ("500238", SECOND, (2, 19, 11, 41, 289, 0)),
        ("500238", THIRD, (2, 19, 11, 41, 288, 0)),
        ("500115", FIRST, (7, 12, 0, 45, 221, 0)),
        ("500115", SECOND, (7, 12, 0, 46, 221, 0)),
        ("500115", THIRD, (7, 12, 0, 49, 221, 0)),
        ("360482", FIRST, (1, 2, 3, 20, 39, 7)),
        ("360482", SECOND, (1, 2, 3, 20, 39, 7)),
        ("360482", THIRD, (1, 2, 3, 20, 39, 7)),
    ],
)
def test_units_of_every_district_and_edition_are_those_published(db, code, edition, expected):
    assert kinds(Region.objects.districts().get(code=code), edition) == expected


def test_district_without_divisions_is_there_without_units(db):
    district = Region.objects.districts().get(code="XQU")

    assert list(district.below()) == [district]
    assert not district.editions.exists()


def test_first_edition_holds_before_its_own_date(wulong):
    assert len(townships(wulong, date(2010, 1, 1))) == 27


def test_short_names_drop_the_ethnic_part_and_the_committee(wulong):
    assert Region.objects.get(name="石桥苗族土家族乡").short_name == "石桥乡"
    assert Region.objects.get(name="浩口苗族仡佬族乡").short_name == "浩口乡"


def test_second_edition_has_26_units_and_the_first_stays_readable(wulong):
    assert len(townships(wulong, BEFORE)) == 27
    assert len(townships(wulong, AFTER)) == 26
    assert "仙女山街道" in townships(wulong, AFTER)
    assert "仙女山镇" in townships(wulong, BEFORE)


def test_figures_name_the_edition_of_their_day(wulong):
    assert [figures.scope_for(wulong, day).edition for day in (BEFORE, AFTER, THIRD)] == [FIRST, SECOND, THIRD]


# -- loading


def test_loading_everything_again_changes_nothing(db):
    before = list(Region.objects.order_by("pk").values())
    call_command("loaddivisions", stdout=StringIO())

    assert list(Region.objects.order_by("pk").values()) == before


def test_loading_says_how_many_units_wait_for_a_successor(db):
    said = StringIO()
    call_command("loaddivisions", stdout=said)

    assert "尚待科员对应 2 个" in said.getvalue()


@pytest.mark.parametrize(
    ("asked", "words"),
    [({"district": ["999999"]}, "没有区县 999999"), ({"edition": [date(2021, 1, 1)]}, "没有 2021-01-01 版本")],
)
def test_asking_for_what_was_never_published_is_refused_in_words(db, asked, words):
    with pytest.raises(CommandError, match=words):
        call_command("loaddivisions", stdout=StringIO(), **asked)


def test_edition_older_than_a_loaded_one_is_refused(wulong, published):
    before = Region.objects.count()
    with pytest.raises(divisions.OutOfOrder, match="2022-10-31"):
        divisions.load_edition(wulong, date(2018, 10, 31), published["500156"][FIRST])

    assert Region.objects.count() == before


# -- succession


@pytest.mark.parametrize(
    ("old", "new"),
    [("仙女山镇", "仙女山街道"), ("羊角镇", "羊角街道"), ("土坎镇", "羊角街道"), ("凤来乡", "凤来镇")],
)
def test_former_township_of_wulong_has_its_successor(wulong, old, new):
    assert factories.region(old).successor == factories.region(new)


def test_villages_follow_their_township_by_name(wulong):
    old = Region.objects.get(name="白果村村民委员会", valid_to=SECOND)

    assert old.successor.parent.short_name == "仙女山街道"


def test_village_written_another_way_succeeds_itself(db):
    old = Region.objects.get(name="峨岭村村民委员会", valid_to=THIRD)
    long, short = (Region.objects.get(code="500115001200", name=f"复元村{end}") for end in ("委会", "村民委员会"))

    assert old.successor.short_name == "鹅岭村"
    assert long.successor == short


def test_what_nobody_can_derive_is_left_to_a_clerk(db):
    assert set(divisions.without_successor().values_list("code", flat=True)) == {"500156004201", "500238227206"}


def test_unit_as_of_a_day_is_itself_or_its_heir(wulong, yangjiao):
    old = factories.region("土坎镇")

    assert (old.as_of(BEFORE), old.as_of(AFTER), yangjiao.as_of(AFTER)) == (old, yangjiao, yangjiao)


def test_facility_of_a_former_township_counts_for_its_successor(wulong):
    old = factories.region("仙女山镇")
    village = old.children.filter(kind=Kind.VILLAGE).first()
    factories.operating(old, "VILLAGE_POINT", village=village)
    before, after = (figures.compute(wulong, day) for day in (BEFORE, AFTER))

    assert before.townships["500156103"]["coverage.village"].numerator == 1
    assert after.townships["500156003"]["coverage.village"].numerator == 1
    assert after.district["coverage.village"].numerator == 1


def test_sharing_and_exemption_of_former_villages_hold_for_their_successors(wulong, clerk):
    old = factories.region("土坎镇")
    own, shared, exempt = old.children.filter(kind=Kind.VILLAGE).order_by("code")[:3]
    station = factories.operating(old, "VILLAGE_POINT", village=own)
    ServiceLink.objects.create(facility=station, region=shared, recorded_by=clerk)
    Exemption.objects.create(region=exempt, reason="to_be_merged", recorded_by=clerk)
    figure = figures.compute(wulong, AFTER).townships["500156004"]["coverage.village"]

    assert (figure.numerator, figure.denominator) == (2, 14)


def test_what_was_declared_of_a_former_village_holds_for_the_one_that_took_its_place(wulong, clerk):
    old = factories.region("关滩村", valid_to=SECOND)
    Declaration.objects.create(fact="village.population", region=old, value=900, recorded_by=clerk)
    known = knowledge.declared_of_regions([old.pk, old.successor_id], AFTER)

    assert known == {old.pk: {"village.population": 900}, old.successor_id: {"village.population": 900}}


def test_what_was_declared_of_one_of_two_merged_units_is_not_handed_on(yangjiao, clerk):
    old = factories.region("土坎镇")
    Declaration.objects.create(fact="township.population", region=old, value=900, recorded_by=clerk)

    assert knowledge.declared_of_regions([yangjiao.pk], AFTER) == {}


def test_plan_of_former_townships_is_read_under_the_unit_of_the_day(wulong):
    """羊角街道 succeeds 羊角镇 (1 + 2 points to 2020) and 土坎镇 (1 point, 1 station of 2019)."""
    found = figures.compute(wulong, AFTER).townships["500156004"]

    assert found["plan_ratio.village_point"].numerator == 4
    assert found["plan_ratio.community_station"].numerator == 1


def test_plan_ratio_counts_the_units_the_plan_was_made_for(wulong):
    """2 streets, 25 townships, 30 communities and 185 villages of the edition of 2019, on any day."""
    for day in (BEFORE, AFTER, date(2022, 12, 31)):
        found = figures.compute(wulong, day).district
        parts = [
            found[f"plan_ratio.{type_}"]
            for type_ in ("street_centre", "township_centre", "community_station", "village_point")
        ]
        assert [figure.denominator for figure in parts] == [2, 25, 30, 185]
        assert {figure.edition for figure in parts} == {FIRST}


def test_plan_ratio_of_a_township_counts_the_units_it_succeeds(wulong):
    """羊角街道 stands for two towns, 3 + 1 communities and 10 + 5 villages of the plan's edition, and for no street."""
    found = figures.compute(wulong, AFTER).townships["500156004"]
    types = ("township_centre", "street_centre", "community_station", "village_point")

    assert [found[f"plan_ratio.{type_}"].denominator for type_ in types] == [2, 0, 4, 15]


def test_coverage_counts_the_units_of_the_day(wulong):
    expected = {BEFORE: [2, 25, 30, 185], AFTER: [4, 22, 30, 185], date(2022, 12, 31): [4, 22, 30, 184]}
    for day, denominators in expected.items():
        found = figures.compute(wulong, day).district
        assert [
            found[f"coverage.{kind}"].denominator for kind in ("street", "township", "community", "village")
        ] == denominators


def test_figures_ask_the_same_number_of_questions_in_every_edition(wulong):
    counts = []
    for day in (BEFORE, AFTER, THIRD):
        with CaptureQueriesContext(connection) as asked:
            figures.compute(wulong, day)
        counts.append(len(asked))

    assert len(set(counts)) == 1


def test_official_of_the_successor_sees_what_was_registered_before(yangjiao, make_user):
    facility = factories.facility(factories.region("土坎镇"))
    official = make_user("township", yangjiao)

    assert list(Facility.objects.visible_to(official)) == [facility]


def test_printed_name_finds_the_unit_of_the_policy_s_edition(wulong, yangjiao):
    RegionAlias.objects.create(
        district=wulong, name="仙女山", region=factories.region("仙女山街道"), status=RegionAlias.Status.CONFIRMED
    )
    then = NameBook(wulong, FIRST)

    assert then.match("土坎镇") == factories.region("土坎镇")
    assert then.match("羊角街道") is None
    assert then.match("仙女山") == factories.region("仙女山镇")
    assert NameBook(wulong, AFTER).match("仙女山").short_name == "仙女山街道"


def test_elders_of_merged_units_are_the_sum_of_both_where_both_were_counted(wulong, yangjiao):
    factories.operating(yangjiao, "TOWNSHIP_CENTRE", beds=40)
    counts = []
    for name in ("羊角镇", "土坎镇"):
        fact = {"region": factories.region(name), "counted_on": date(2019, 12, 31), "source": "年报"}
        PopulationFact.objects.create(aged_60_plus=1000, **fact)
        counts.append(figures.compute(wulong, AFTER).townships["500156004"]["beds_per_1000"].denominator)

    assert counts == [None, 2000]

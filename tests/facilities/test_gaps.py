"""还差什么: the four lists of one facility, the way to the next class, and what townships and districts lack together."""

from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import factories
import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eldercare import review
from eldercare.policies import pack
from eldercare.regions import Kind, Region
from facilities import checks, gaps, history, services
from facilities.gaps.sums import by_column
from facilities.history import Assertion
from facilities.models import Declaration, UnitPrice
from facilities.rules.plans import Action
from facilities.services import waiving

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
DAY = date(2020, 12, 31)
LATER = date(2021, 12, 31)
STREET_ZONES = ["生活照料", "托养护理", "医疗康复", "休闲娱乐", "文化教育", "人文关怀", "运营管理"]


@pytest.fixture
def policy(db):
    """policy("wuxi-2021") loads one more district's policy."""
    return lambda slug: call_command("loadpolicy", str(FIXTURES / slug), stdout=StringIO())


@pytest.fixture
def street(db):
    return factories.region("凤山街道")


def declare(facility, facts: dict) -> None:
    for fact, value in facts.items():
        of_place = fact.startswith(("village.", "community."))
        place = {"region": facility.village} if of_place else {"facility": facility}
        Declaration.objects.create(fact=fact, value=pack(value), evidence="认定", **place)


def lines(facility, day=DAY) -> dict[str, dict[str, str]]:
    """List → requirement → the line in a few words."""
    found = gaps.of(checks.check(facility, day))
    return {name: {line.requirement: line.brief for line in rows} for name, rows in found.lines.items()}


def sentence(facility, day=DAY) -> str:
    return gaps.of(checks.check(facility, day)).sentence


def sound_street_centre(township, **state):
    """A street centre of 武隆 that meets every clause but what `state` says."""
    sound = {"gross_area": 1500, "beds": 20, "zones": STREET_ZONES, "stage": "completed"}
    centre = factories.facility(township, "STREET_CENTRE", **{**sound, **state})
    declare(centre, {"requirement.all.jgj450": True, "requirement.all.fire_code": True})
    return centre


# One facility


def test_large_village_of_82_square_metres_lacks_two_rooms_a_computer_and_18_square_metres(policy):
    policy("wuxi-2021")
    village = Region.objects.filter(code__startswith="500238", kind=Kind.VILLAGE).first()
    point = factories.facility(village.parent, village=village, gross_area=82, beds=0, stage="completed")
    declare(
        point,
        {
            "village.size_class": "large",
            "facility.standalone": True,
            "facility.host": "own",
            "facility.rooms": ["配餐室", "休息室", "活动室"],
            "facility.equipment": ["图书", "娱乐"],
        },
    )
    found = lines(point, LATER)

    assert found["must"] == {"point.rooms": "增设图书室；增设康复室", "point.equipment": "增设电脑"}
    assert found["explain"] == {"point.area": "建筑面积增加 18 ㎡"}
    assert found["advice"]["point.beds"] == "床位增加 1 张"


def test_coded_values_are_proposed_under_their_labels(policy):
    policy("wuxi-2021")
    village = Region.objects.filter(code__startswith="500238", kind=Kind.VILLAGE).first()
    point = factories.facility(village.parent, village=village, stage="completed")
    declare(point, {"facility.host": "own"})

    said = " ".join(text for rows in lines(point, LATER).values() for text in rows.values())
    assert "改为" in said
    assert "farm_household" not in said


def test_station_of_230_square_metres_waits_with_both_outcomes(baima):
    community = baima.children.filter(kind=Kind.COMMUNITY).first()
    station = factories.facility(baima, "COMMUNITY_STATION", village=community, gross_area=230, stage="completed")
    waiting = lines(station)["missing"]["station.area"]

    assert waiting == "是否属于“老年人口较少的社区”；认定为“老年人口较少的社区”则达标，否则还差 70 ㎡"
    assert "station.area" not in lines(station)["explain"]

    declare(station, {"community.few_elders": False})
    assert lines(station)["explain"]["station.area"] == "建筑面积增加 70 ㎡"


def test_sentence_counts_what_stands_in_the_way(street):
    short = sound_street_centre(street, gross_area=1420, zones=STREET_ZONES[:-1])

    assert sentence(short) == "按标准还不能验收：还差 2 项（必须补 1 项，可补或说明 1 项）。"
    assert sentence(sound_street_centre(street, gross_area=1420)) == (
        "补齐或说明后可以验收：还差 1 项（可补或说明 1 项）。"
    )
    assert sentence(sound_street_centre(street)) == "没有差距，按标准可以验收。"


def test_boundary_of_1500_square_metres_leaves_no_gap_and_a_hundredth_less_does(street):
    assert lines(sound_street_centre(street, gross_area=Decimal("1500.00")))["explain"] == {}
    short = sound_street_centre(street, gross_area=Decimal("1499.99"))
    assert lines(short)["explain"] == {"street.area": "建筑面积增加 0.01 ㎡"}


def test_accepted_facility_is_not_told_that_it_cannot_be_accepted(street):
    centre = sound_street_centre(street, stage="operating", zones=STREET_ZONES[:-1])

    assert sentence(centre) == "已经验收合格，按本日的标准和登记核查：还差 1 项（必须补 1 项）。"


def test_type_without_a_standard_says_so_and_has_no_lists(baima):
    home = factories.facility(baima, "ESTATE_POINT", stage="completed")

    assert gaps.of(checks.check(home, DAY)).is_empty
    assert sentence(home).startswith("本区县没有为这类设施规定约束性的标准")


def test_price_makes_a_cost_and_what_has_no_price_is_counted(street, wulong):
    UnitPrice.objects.create(district=wulong, of="gross_area", yuan=Decimal("2500.50"), source="区发改委2020年造价")
    centre = sound_street_centre(street, gross_area=1420, zones=STREET_ZONES[:-1])
    prices = gaps.prices_of(wulong)
    found = gaps.of(checks.check(centre, DAY), prices)

    assert found.lines["explain"][0].ways[0].cost.text == "约 200,040 元"
    assert found.lines["must"][0].ways[0].cost.text == ""
    assert (found.cost.text, found.cost.note) == ("约 200,040 元", "另有 1 项没有单价")
    assert prices.source == "建筑面积（元/㎡） 2,500.5，区发改委2020年造价"


def test_without_prices_gaps_are_told_without_money(street):
    found = gaps.of(checks.check(sound_street_centre(street, gross_area=1420), DAY))

    assert (found.cost.text, found.cost.note) == ("", "")


# Sums


def total(user, district, **options) -> gaps.Summed:
    return gaps.summed(district, DAY, user, **options)


def test_three_facilities_add_up_as_by_hand(leader, wulong, street, jiangkou):
    sound_street_centre(street, gross_area=1420)
    sound_street_centre(street, gross_area=1380, beds=18, zones=STREET_ZONES[:-1])
    centre = factories.facility(
        jiangkou, "TOWNSHIP_CENTRE", gross_area=720, beds=20, nursing_beds=20, stage="building",
        zones=["托养护理", "生活照料", "文体活动"],
    )  # fmt: skip
    found = total(leader, wulong)
    by_name = {str(row.region): row for row in found.townships}

    # 80 + 120 ㎡ and 2 beds in the street, 80 ㎡ and 医疗保健 in the township.
    assert found.whole.amounts == {"gross_area": 280, "beds": 2, "zone": 2}
    assert found.whole.lines["必须补"] == "至少增设医疗保健；增设运营管理"
    assert found.whole.lines["可补或说明"] == "至少床位增加 2 张；建筑面积增加 280 ㎡"
    assert (found.whole.begun, found.whole.short, found.whole.blocked) == (3, 3, 2)
    assert by_name["凤山街道"].amounts == {"gross_area": 200, "beds": 2, "zone": 1}
    assert by_name["江口镇"].amounts == {"gross_area": 80, "zone": 1}
    assert found.whole.pending == by_name["江口镇"].pending == len(lines(centre)["missing"])
    assert [str(row.region) for row in found.townships[:2]] == ["凤山街道", "江口镇"]
    assert sum(row.short for row in found.townships) == 3


def test_sum_of_costs_is_the_cost_of_the_sum(leader, wulong, street):
    UnitPrice.objects.create(district=wulong, of="gross_area", yuan=2000, source="造价")
    UnitPrice.objects.create(district=wulong, of="beds", yuan=3000, source="造价")
    sound_street_centre(street, gross_area=1420)
    sound_street_centre(street, gross_area=1380, beds=18, zones=STREET_ZONES[:-1])
    cost = total(leader, wulong).whole.cost

    assert (cost.text, cost.note) == ("约 406,000 元", "另有 1 项没有单价")


@pytest.mark.parametrize("stage", ["building", "completed", "accepted", "operating", "suspended"])
def test_begun_facilities_count(leader, wulong, street, stage):
    sound_street_centre(street, gross_area=1420, stage=stage)

    assert total(leader, wulong).whole.amounts == {"gross_area": 80}


@pytest.mark.parametrize("stage", ["unsited", "sited"])
def test_facilities_not_begun_are_only_told(leader, wulong, street, stage):
    factories.facility(street, "STREET_CENTRE", stage=stage)
    whole = total(leader, wulong).whole

    assert (whole.begun, whole.not_begun, whole.short, dict(whole.amounts)) == (0, 1, 0, {})


def test_consented_deviation_is_no_gap(leader, clerk, reviewer, approver, wulong, street):
    centre = sound_street_centre(street, gross_area=1420)
    row = services.open_review(centre, by=clerk)
    review.perform(row, "submit", by=clerk)
    services.take(row, by=reviewer)
    waiver = waiving.propose(row, "street.area", justification="旧房改造，无法再扩建，功能齐全。", by=reviewer)
    assert total(leader, wulong).whole.short == 1

    waiving.consent(waiver, by=approver, effective_on=date(2020, 12, 1))
    assert total(leader, wulong).whole.short == 0


def test_day_decides_which_state_is_summed(leader, wulong, street):
    centre = sound_street_centre(street, gross_area=1420)
    history.record([Assertion(centre, {"gross_area": 1500})], effective_on=date(2020, 6, 1), by=leader)

    assert gaps.summed(wulong, date(2020, 5, 31), leader).whole.amounts == {"gross_area": 80}
    assert gaps.summed(wulong, date(2020, 6, 1), leader).whole.short == 0


def test_type_narrows_the_sum_and_leaves_out_the_layout(leader, wulong, street, baima):
    sound_street_centre(street, gross_area=1420)
    factories.facility(baima, "TOWNSHIP_CENTRE", gross_area=700, stage="completed")
    found = total(leader, wulong, type="STREET_CENTRE")

    assert found.whole.amounts == {"gross_area": 80}
    assert (found.whole.begun, found.whole.layout) == (1, [])


def test_township_official_sums_the_own_township_only(township_user, wulong, baima, street):
    sound_street_centre(street, gross_area=1420)
    factories.facility(baima, "TOWNSHIP_CENTRE", gross_area=700, stage="completed")
    found = total(township_user, wulong)

    assert [str(row.region) for row in found.townships] == ["白马镇"]
    assert found.whole.amounts == {"gross_area": 100}


def test_layout_tells_how_many_points_are_lacking(leader, wulong, baima):
    village = baima.children.filter(kind=Kind.VILLAGE).first()
    factories.operating(baima, "VILLAGE_POINT", village=village)
    points = {gap.requirement: gap for gap in total(leader, wulong).whole.layout}["layout.village"]

    assert (points.text, points.where) == ("还差 184 个", "184 个村没有达到")
    assert str(village) not in points.names


def test_layout_of_townships_adds_up_to_the_district(leader, wulong):
    found = total(leader, wulong)

    assert sum(row.layout_short for row in found.townships) == found.whole.layout_short == 185 + 30 + 22 + 4


def test_number_of_queries_does_not_grow_with_facilities_or_townships(leader, wulong, street):
    sound_street_centre(street, gross_area=1420)
    total(leader, wulong)  # who the leader is has been asked by now
    with CaptureQueriesContext(connection) as one:
        total(leader, wulong)
    for unit in list(wulong.children.all())[:15]:
        factories.facility(unit, "VILLAGE_POINT", stage="completed", beds=3)
        factories.facility(unit, "TOWNSHIP_CENTRE", stage="building", gross_area=300)
    with CaptureQueriesContext(connection) as many:
        total(leader, wulong)

    assert len(many) == len(one)


def test_what_has_no_size_counts_as_one_piece():
    actions = (
        Action("increase", "gross_area", "建筑面积", Decimal(80), "㎡"),
        Action("increase", "room_area:厨房", "厨房使用面积", Decimal(34), "㎡"),
        Action("increase", "usable_area", "使用面积", Decimal(6), "㎡"),
        Action("increase", "staff", "工作人员", Decimal(3), "名"),
        Action("provide", "zone:康复", "康复"),
        Action("settle", "check.ramp", "落实“坡道”"),
    )
    assert by_column(actions) == {"gross_area": 80, "usable_area": 40, "zone": 1, "other": 2}

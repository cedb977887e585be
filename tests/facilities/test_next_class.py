"""The classes of a day-care centre (GQ annex 3), told apart, and the way to the next one."""

from datetime import date
from io import StringIO
from pathlib import Path

import factories
import pytest
from django.core.management import call_command

from eldercare.policies import pack
from eldercare.regions import Region
from facilities import checks, gaps
from facilities.gaps.sums import by_column
from facilities.models import Declaration

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
DAY = date(2020, 12, 31)
LATER = date(2021, 12, 31)
THIRD_CLASS_ROOMS = {
    "休息室": 101, "沐浴间（含理发室）": 36, "餐厅（含配餐间）": 38, "医疗保健室": 36, "康复训练室": 48, "心理疏导室": 15,
    "阅览室（含图书室）": 27, "网络室": 18, "多功能活动室": 30, "办公室": 24, "厨房": 55, "洗衣房": 18, "公共卫生间": 24,
    "其他用房": 18,
}  # fmt: skip


@pytest.fixture
def day_care(db):
    """day_care(facts, **state) -> a day-care centre of 共青城."""
    call_command("loadpolicy", str(FIXTURES / "gongqing-2020"), stdout=StringIO())
    township = Region.objects.filter(code__startswith="360482").townships().today().first()

    def make(facts=None, **state):
        row = factories.facility(township, "DAY_CARE_CENTRE", stage="completed", **state)
        for fact, value in (facts or {}).items():
            Declaration.objects.create(facility=row, fact=fact, value=pack(value), evidence="认定")
        return row

    return make


def next_class(facility) -> gaps.NextClass:
    (found,) = gaps.next_classes(checks.check(facility, LATER))
    return found


def test_third_class_of_700_square_metres_needs_50_gross_217_usable_and_2_beds_for_the_second(day_care):
    planned = {"facility.declared_class": "三类", "facility.rooms": THIRD_CLASS_ROOMS}
    found = next_class(day_care(planned, gross_area=700, beds=8))
    size, rooms = found.way.repair.explain

    assert (found.now.declared, found.now.size, found.now.achieved, found.name) == ("三类", "三类", "三类", "二类")
    assert size.plans[0].amounts == {"gross_area": 50}
    assert len(rooms.plans[0].actions) == 14
    assert sum(rooms.plans[0].amounts.values()) == 217
    assert by_column(rooms.plans[0].actions) == {"usable_area": 217}
    assert rooms.text.startswith("用房使用面积共增加 217 ㎡（休息室 79、公共卫生间 12、")
    assert {line.requirement: line.brief for line in found.way.lines["advice"]}["daycare.beds"] == "床位增加 2 张"


def test_clauses_tied_to_the_next_class_are_asked_of_it(day_care):
    planned = {"facility.declared_class": "三类", "facility.rooms": THIRD_CLASS_ROOMS}
    found = next_class(day_care(planned, gross_area=700, beds=8))
    asked = {line.requirement for rows in found.way.lines.values() for line in rows}

    assert "daycare.staff.2" in asked
    assert "daycare.staff.3" not in asked


def test_boundary_area_belongs_to_the_higher_size_class_and_says_so(day_care):
    found = next_class(day_care({"facility.declared_class": "三类"}, gross_area=750))

    assert found.now.size == "二类"
    assert "750 ㎡同时印在二类和三类，按较高的二类认定" in found.now.tie


def test_achieved_class_without_rooms_is_uncertain_and_names_them(day_care):
    found = next_class(day_care({"facility.declared_class": "三类"}, gross_area=700))

    assert not found.now.certain
    assert "facility.rooms" in found.now.missing


@pytest.mark.parametrize(
    ("declared", "gross", "wanted", "why"),
    [
        ("四类", 700, "二类", "现状已达到三类，高于计划类别，从三类往上看"),
        ("二类", 700, "一类", "计划类别二类是验收依据"),
        (None, 700, "二类", "现状已达到三类，从三类往上看"),
        ("五类", 700, "二类", "现状已达到三类，从三类往上看"),
    ],
)
def test_next_class_counts_from_the_better_of_declared_and_achieved(day_care, declared, gross, wanted, why):
    facts = {"facility.rooms": THIRD_CLASS_ROOMS} | ({"facility.declared_class": declared} if declared else {})
    found = next_class(day_care(facts, gross_area=gross))

    assert found.name == wanted
    assert found.why.startswith(why)


def test_best_class_has_no_next_one(day_care):
    found = next_class(day_care({"facility.declared_class": "一类"}, gross_area=2000))

    assert (found.name, found.way) == ("", None)


def test_class_that_is_neither_declared_nor_reached_starts_at_the_lowest(day_care):
    found = next_class(day_care({"facility.rooms": {}}, gross_area=300))

    assert (found.now.achieved, found.name) == (None, "四类")
    assert found.why.startswith("没有登记计划类别")


def test_other_types_have_no_classes(baima):
    assert gaps.next_classes(checks.check(factories.facility(baima), DAY)) == []

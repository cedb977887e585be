"""武隆's quotas with who was trained: once per person and year, by unit, and the figures of completion."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from factories import user
from trainingoffice import ENDED

from eldercare import figures
from eldercare.review import MoveRefused
from training.services import sessions

pytestmark = pytest.mark.django_db
ALL_YEARS = date(2022, 12, 31)
LAST = date(2020, 12, 31)


def figure(office, role: str, day=LAST, year=None, place=None):
    found = figures.compute(office.district, day, year)
    return (found.townships[place] if place else found.district)[f"training_completion.{role}"]


@pytest.mark.parametrize(
    ("role", "first", "all_years"), [("care_supervisor", 11, 33), ("home_director", 11, 31), ("caregiver", 30, 101)]
)
def test_quotas_of_one_year_and_of_three_stand_in_the_denominator(office, role, first, all_years):
    assert (figure(office, role).numerator, figure(office, role).denominator) == (0, first)
    assert figure(office, role, ALL_YEARS).denominator == all_years
    assert figure(office, role, ALL_YEARS, 2020).denominator == first


def test_a_person_of_two_sessions_in_a_year_counts_once_and_the_next_year_again(office, baima):
    row = ("演示甲", "白马镇", "13800000001")
    for ended in (date(2020, 3, 1), date(2020, 12, 31), date(2021, 1, 1)):
        office.hold(row, ended=ended)
    assert office.cell("白马镇", year=2020, day=ALL_YEARS).trained == 1
    assert office.cell("白马镇", year=2021, day=ALL_YEARS).trained == 1
    assert office.board(ALL_YEARS).attendances == {("caregiver", 2020): 2, ("caregiver", 2021): 1}
    own = figure(office, "caregiver", place=baima.code)
    assert (own.numerator, own.denominator, str(own.value)) == (1, 1, "100.0")


def test_the_session_of_the_day_itself_counts_and_that_of_the_next_does_not(office):
    office.hold(("演示甲", "白马镇", "13800000001"))
    assert figure(office, "caregiver", ENDED).numerator == 1
    assert figure(office, "caregiver", date(2020, 6, 29)).numerator == 0


def test_who_has_not_completed_does_not_count(office):
    office.hold(("演示甲", "白马镇", "13800000001", None, None, None, None, "否"))
    assert figure(office, "caregiver").numerator == 0


def test_people_beyond_a_unit_s_quota_are_listed_apart_and_hide_no_other_unit_s_gap(office):
    office.hold(*[(f"演示{letter}", "白马镇", f"1380000000{number}") for number, letter in enumerate("甲乙丙")])
    cell = office.cell("白马镇")
    assert (cell.quota, cell.trained, cell.counted, cell.surplus, cell.left) == (1, 3, 1, 2, 0)
    assert figure(office, "caregiver").numerator == 1
    later = office.cell("白马镇", year=2021)
    assert (later.carried, later.left) == (2, 1)
    assert office.cell("白马镇", year=2021, carry=True).left == 0


def test_units_that_are_no_township_count_for_the_district_alone(office, baima):
    office.hold(("演示甲", "区民政局直属机构", "13800000001"))
    assert office.cell("区民政局直属机构").trained == 1
    assert figure(office, "caregiver").numerator == 1
    assert figure(office, "caregiver", place=baima.code).numerator == 0


def test_a_cancelled_session_keeps_its_roster_and_counts_nothing(office, clerk):
    session = office.hold(("演示甲", "白马镇", "13800000001"))
    with pytest.raises(MoveRefused, match="原因"):
        sessions.cancel(session, by=clerk, reason=" ")
    sessions.cancel(session, by=clerk, reason="没有办成")
    assert figure(office, "caregiver").numerator == 0
    assert session.attendances.count() == 1
    with pytest.raises(MoveRefused, match="已经取消"):
        sessions.change(session, by=clerk, place="别处")
    assert "取消" in office.kind_admit(session)


def test_a_district_without_quotas_says_so(db):
    from eldercare.regions import Region

    found = figures.compute(Region.objects.get(code="500238"), LAST)
    known = found.district["training_completion.caregiver"]
    assert (known.value, known.denominator, known.reason) == (None, None, "没有印发培训指标")


def test_a_session_keeps_its_role_once_it_has_a_roster_and_moves_its_year(office, clerk):
    session = office.hold(("演示甲", "白马镇", "13800000001"))
    with pytest.raises(ValidationError, match="培训对象"):
        sessions.change(session, by=clerk, role="home_director")
    assert sessions.change(session, by=clerk, ends_on=date(2021, 2, 1)) == ["结业日期"]
    assert office.cell("白马镇", year=2020, day=ALL_YEARS).trained == 0
    assert office.cell("白马镇", year=2021, day=ALL_YEARS).trained == 1


def test_dates_and_names_of_sessions_are_checked_in_words(office):
    with pytest.raises(ValidationError, match="结业日期不能早于开班日期"):
        office.session(starts_on=date(2020, 7, 1))
    office.session(title="同名班")
    with pytest.raises(ValidationError, match="已经登记"):
        office.session(title="同名班")


@pytest.mark.parametrize("role", ["reviewer", "approver", "township", "leader", "apiclient", "admin"])
def test_only_the_clerk_of_the_district_holds_sessions(office, wulong, baima, role):
    office.clerk = user(role, baima if role == "township" else wulong)
    with pytest.raises(PermissionDenied):
        office.session()


def test_a_clerk_of_another_district_holds_none_here(office, db):
    from eldercare.regions import Region

    office.clerk = user("clerk", Region.objects.get(code="500238"))
    with pytest.raises(PermissionDenied):
        office.session()


def test_completion_takes_the_same_queries_for_one_person_and_for_many(office, django_assert_num_queries):
    office.hold(("演示甲", "白马镇", "13800000001"))
    scope = figures.scope_for(office.district, LAST)
    with django_assert_num_queries(1):
        office.count(scope)
    office.hold(*[(f"演示{number}", "江口镇", f"138000001{number:02}") for number in range(20)])
    scope = figures.scope_for(office.district, LAST)
    with django_assert_num_queries(1):
        office.count(scope)

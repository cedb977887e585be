"""The boundary fails closed: whoever has no region, no role that sees all, or no active account sees nothing."""

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from factories import region

from eldercare.regions import Region
from eldercare.scoping import Scoped, visible_or_404
from facilities.models import Declaration, Facility, FacilityRecord
from plans.models import PlanTarget, ProgressReport, ReportingPeriod

SCOPED = [model for model in apps.get_models() if issubclass(model, Scoped)]


@pytest.fixture
def two_facilities(register, baima, jiangkou):
    return register(baima), register(jiangkou)


def test_township_sees_its_own_rows_only(two_facilities, township_user):
    own, _ = two_facilities
    assert list(Facility.objects.visible_to(township_user)) == [own]
    assert set(FacilityRecord.objects.visible_to(township_user).values_list("facility", flat=True)) == {own.pk}


def test_district_sees_all_its_townships(two_facilities, clerk):
    assert Facility.objects.visible_to(clerk).count() == 2


def test_neighbour_district_sees_nothing(two_facilities, make_user):
    neighbour = make_user("clerk", Region.objects.get(code="500238"))
    assert not Facility.objects.visible_to(neighbour).exists()
    assert not PlanTarget.objects.visible_to(neighbour).exists()


def test_city_sees_its_districts(two_facilities, make_user):
    chongqing = make_user("leader", Region.objects.get(code="500000"))
    jiujiang = make_user("leader", Region.objects.get(code="360400"))
    assert Facility.objects.visible_to(chongqing).count() == 2
    assert not Facility.objects.visible_to(jiujiang).exists()


def test_system_administrator_sees_everything(two_facilities, make_user):
    assert Facility.objects.visible_to(make_user("admin")).count() == 2


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model._meta.label_lower)
def test_nothing_is_visible_without_region_or_account(model, two_facilities, make_user):
    dismissed = make_user("admin")
    dismissed.is_active = False
    for user in (make_user("clerk"), make_user("township"), make_user(None), dismissed, AnonymousUser()):
        assert not model._default_manager.visible_to(user).exists(), user


def test_inactive_district_account_sees_nothing(two_facilities, clerk):
    clerk.is_active = False
    assert not Facility.objects.visible_to(clerk).exists()


def test_model_that_names_no_way_to_a_region_shows_nothing(two_facilities, clerk, monkeypatch):
    monkeypatch.setattr(Facility, "scope_lookups", ())
    assert not Facility.objects.visible_to(clerk).exists()


def test_anothers_row_does_not_exist_for_a_stranger(two_facilities, township_user):
    own, foreign = two_facilities
    assert visible_or_404(Facility.objects, township_user, code=own.code) == own
    with pytest.raises(Http404):
        visible_or_404(Facility.objects, township_user, code=foreign.code)


def test_under_keeps_to_a_region(two_facilities, jiangkou):
    assert list(Facility.objects.under(jiangkou)) == [two_facilities[1]]


def test_township_sees_the_plan_of_its_own_unit_only(township_user, baima):
    assert set(PlanTarget.objects.visible_to(township_user).values_list("region__short_name", flat=True)) == {"白马镇"}


def test_declaration_belongs_to_its_facility_s_township(two_facilities, township_user, clerk):
    own, _ = two_facilities
    for facility in two_facilities:
        Declaration.objects.create(fact="facility.has_capacity", facility=facility, value=True, recorded_by=clerk)
    assert [d.facility for d in Declaration.objects.visible_to(township_user)] == [own]


def test_successor_s_account_sees_the_rows_of_the_unit_it_succeeded(register, jiangkou, make_user, wulong):
    new = Region.objects.create(code="500156998", name="江口街道", kind="street", parent=wulong)
    old_row = register(jiangkou)
    Region.objects.filter(pk=jiangkou.pk).update(successor=new)
    assert list(Facility.objects.visible_to(make_user("township", new))) == [old_row]


def test_visibility_costs_no_query_a_row(wulong, clerk, django_assert_max_num_queries):
    period = ReportingPeriod.objects.create(district=wulong, month="2020-11-01", due_on="2020-12-05")
    ProgressReport.objects.bulk_create(
        ProgressReport(period=period, township=unit) for unit in wulong.children.all()[:20]
    )
    clerk.has_perm("eldercare.see_everything")
    with django_assert_max_num_queries(3):
        assert len(ProgressReport.objects.visible_to(clerk)) == 20


def test_region_itself_is_scoped(township_user, baima):
    visible = Region.objects.visible_to(township_user)
    assert baima in visible
    assert region("铁佛村", parent=baima) in visible
    assert region("江口镇") not in visible

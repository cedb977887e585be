"""A list costs the same number of queries at one row and at many, on the first page and on a deep one."""

import re

import factories
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eldercare.policies import Policy
from eldercare.regions import Kind, Region
from plans.models import PlanTable, PlanTarget

LISTS = (
    "regions",
    "policies",
    "standards",
    "facilities",
    "plan-targets",
    "progress",
    "subsidy-claims",
    "subsidy-payments",
    "training-quotas",
)
# Session, account, permissions, region and the units that it succeeded belong to the caller, not to the list.
CALLER = re.compile(
    r'FROM "(django_session|auth_permission|eldercare_user)"'
    r'|WHERE "eldercare_region"\."(id" = \d+ LIMIT 21|successor_id" = \d+|id" IN)'
)


def _asked(caller, address) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        response = caller.get(address)
        list(response.streaming_content) if response.streaming else response.content
    assert response.status_code == 200
    statements = [query["sql"] for query in captured.captured_queries]
    return [sql for sql in statements if sql.lstrip("(").startswith("SELECT") and not CALLER.search(sql)]


def _many(townships, count):
    for number in range(count):
        factories.facility(
            townships[number % len(townships)], type="TOWNSHIP_CENTRE", zones=["助餐"], gross_area=number
        )


@pytest.mark.parametrize("name", LISTS)
def test_a_list_takes_a_count_and_its_rows(api, register, name):
    register()
    assert len(_asked(api, f"{name}/")) == 2


@pytest.mark.parametrize("name", LISTS)
def test_filters_by_region_take_one_more_for_both(api, baima, name):
    assert len(_asked(api, f"{name}/?district=500156&township={baima.code}")) == 3


@pytest.mark.parametrize("name", ["facilities", "findings"])
@pytest.mark.parametrize("form", ["", "&format=csv", "&format=xlsx"])
def test_queries_do_not_grow_with_rows(api, baima, jiangkou, name, form):
    _many([baima, jiangkou], 1)
    _asked(api, f"{name}/?page_size=200&as_of=2020-12-31{form}")  # an edition is parsed once a process
    one = len(_asked(api, f"{name}/?page_size=200&as_of=2020-12-31{form}"))
    _many([baima, jiangkou], 30)
    assert len(_asked(api, f"{name}/?page_size=200&as_of=2020-12-31{form}")) == one


@pytest.mark.parametrize("size", [20, 200])
def test_a_deep_page_costs_as_many_queries_as_the_first(api, size):
    first = _asked(api, f"regions/?page_size={size}")
    assert len(_asked(api, f"regions/?page_size={size}&page=2")) == len(first)


def test_coverage_costs_the_same_however_many_facilities(api, baima, jiangkou):
    _many([baima], 1)
    one = len(_asked(api, "coverage/"))
    _many([baima, jiangkou], 30)
    assert len(_asked(api, "coverage/")) == one


@pytest.mark.parametrize("count", [1, 30, 100])
def test_coverage_of_a_district_is_read_in_five_statements_whatever_its_size(db, ask, count):
    """Units, register, plans, money, training; one more finds the district that is asked about."""
    district = Region.objects.create(code="999901", name="测试区", kind=Kind.DISTRICT)
    _townships(district, count)
    leader = factories.user("leader", district)
    asked = _asked(ask(leader), "coverage/?district=999901")
    assert len(asked) == 1 + 5
    assert len([sql for sql in asked if "facilities_facilityrecord" in sql or "plans_plantarget" in sql]) == 2


def _townships(district: Region, count: int) -> None:
    """So many towns with a village each, which has its planned point running."""
    table = PlanTable.objects.create(policy=Policy.objects.create(slug="x", title="x", district=district), annex="1")
    for number in range(count):
        town = Region.objects.create(code=f"9999{number:05}", name=f"第{number}镇", kind=Kind.TOWN, parent=district)
        village = Region.objects.create(code=f"{town.code}201", name="甲村", kind=Kind.VILLAGE, parent=town)
        PlanTarget.objects.create(
            table=table, row=number, unit=town.name, region=town, type="VILLAGE_POINT", year=2020, planned=1
        )
        factories.operating(town, village=village)

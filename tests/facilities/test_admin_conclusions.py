"""核查结论 in the register's list: the same as on the facility's page, and as cheap for a hundred rows as for one."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eldercare.regions import Region
from facilities import history
from facilities.history import Assertion
from facilities.models import Declaration, Facility

LIST = reverse("admin:facilities_facility_changelist")
ZONES = ["托养护理", "生活照料", "医疗保健", "文体活动"]
# Session, account, its roles and its region belong to the person.
OF_PERSON = re.compile(
    r'FROM "(django_session|auth_\w+|eldercare_user)"|FROM "eldercare_region" WHERE \S+id" = \d+ LIMIT'
)
# Four of the list (count, rows, years, townships) and those of one check (edition, waivers, declarations, records),
# whatever the number of facilities.
MOST = 4 + 4


@pytest.fixture
def desk(client_for, clerk):
    return client_for(clerk)


def proven(facility):
    for fact in ("requirement.all.jgj450", "requirement.all.fire_code"):
        Declaration.objects.create(facility=facility, fact=fact, value=True)
    Declaration.objects.create(facility=facility, fact="facility.integrated_with_disabled_care", value=True)
    return facility


def asked(client, address):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    rows = [query["sql"] for query in captured.captured_queries if query["sql"].startswith("SELECT")]
    return response, [sql for sql in rows if not OF_PERSON.search(sql)]


def many(township, rows):
    """Facilities of two types, registered together."""
    types = ("COMMUNITY_STATION", "TOWNSHIP_CENTRE")
    new = [
        Assertion(
            Facility(district=township.parent, township=township),
            {"name": f"测试设施{number}", "type": types[number % 2], "gross_area": number},
        )
        for number in range(rows)
    ]
    history.record(new, effective_on=date(2019, 1, 1), by=None)


def test_each_row_shows_what_its_check_comes_to(desk, register):
    state = {"type": "TOWNSHIP_CENTRE", "zones": ZONES, "nursing_beds": 20, "beds": 20}
    told = {
        proven(register(**state, gross_area=Decimal(800))).code: "达标",
        proven(register(**state, gross_area=Decimal("799.99"))).code: "待说明",
        proven(register(**state)).code: "资料不全",
        proven(register(**{**state, "zones": ZONES[1:]}, gross_area=Decimal(800))).code: "不达标",
        register(type="ELDERLY_HOME").code: "无适用标准",
    }
    rows = desk.get(LIST).context["cl"].result_list

    assert {row.code: row.conclusion.label for row in rows} == told
    assert all(label in desk.get(LIST).content.decode() for label in told.values())


@pytest.mark.parametrize("rows", [25, 100])
def test_a_page_of_any_length_costs_the_same_few_queries(desk, baima, monkeypatch, rows):
    monkeypatch.setattr(admin.site._registry[Facility], "list_per_page", rows)
    many(baima, rows)
    asked(desk, LIST)  # an edition is parsed once a process
    response, queries = asked(desk, LIST)

    assert len(response.context["cl"].result_list) == rows
    assert len(queries) <= MOST, "\n".join(queries)
    assert not any("DISTINCT" in sql for sql in queries)


def test_rows_of_several_districts_wait_for_a_choice(client_for, sysadmin, register):
    own = register()
    town = Region.objects.filter(code__startswith="500115", kind="town").first()
    register(township=town)
    client = client_for(sysadmin)

    assert "选定区县后显示" in client.get(LIST).content.decode()
    chosen = client.get(f"{LIST}?district=500156").context["cl"].result_list
    assert [(row.code, row.conclusion.label) for row in chosen] == [(own.code, "资料不全")]

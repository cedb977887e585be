"""The admin's lists of money: as many questions at 25 rows as at 100, filters that do not read the list, odd addresses."""

from datetime import date

import factories
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from subsidies.models import AllowanceTotal, Budget, Payment, SubsidyClaim

MOST = 8
ACCOUNT = ("django_session", "eldercare_user", "auth_")


@pytest.fixture
def fill(desk):
    """As many rows of every list as asked."""
    budget = desk.budget()

    def made(number: int) -> None:
        have = SubsidyClaim.objects.count()
        scheme, town = desk.scheme("station"), factories.region("白马镇")
        stated = {"scheme": scheme, "district": desk.district, "township": town, "amount": 200_000, "year": desk.year}
        claims = SubsidyClaim.objects.bulk_create(
            SubsidyClaim(**stated, key=f"K{place}", created_by=desk.clerk) for place in range(have, number)
        )
        row = {"budget": budget, "number": 1, "amount": 1, "balance": 1, "ceiling": 2, "on": desk.today, "voucher": "V"}
        Payment.objects.bulk_create(Payment(claim=claim, **row, recorded_by=desk.approver) for claim in claims)
        years = range(2000 + have, 2000 + number)
        Budget.objects.bulk_create(
            Budget(district=desk.district, year=year, source="other", planned=1) for year in years if year != desk.year
        )
        month = {"scheme": scheme, "township": town, "month": date(2020, 1, 1), "people": 1, "amount": 1}
        AllowanceTotal.objects.bulk_create(
            AllowanceTotal(**month, band=f"{place}", recorded_by=desk.clerk) for place in range(have, number)
        )

    return made


def asked(client, name: str, query: str = "") -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse(f"admin:subsidies_{name}_changelist") + query).status_code == 200
    told = [row["sql"] for row in queries]
    return [sql for sql in told if not any(table in sql.partition(" FROM ")[2].split(" ")[0] for table in ACCOUNT)]


def test_lists_ask_no_more_at_a_hundred_rows_than_at_twenty_five(client_for, desk, fill):
    client, names = client_for(desk.clerk), ("subsidyclaim", "payment", "budget", "allowancetotal", "subsidyscheme")
    fill(25)
    few = {name: asked(client, name) for name in names}
    fill(100)
    many = {name: asked(client, name) for name in names}
    for name in names:
        assert len(many[name]) == len(few[name]) <= MOST, (name, many[name])
        assert not [sql for sql in many[name] if "DISTINCT" in sql], name
        assert all("WHERE" in sql for sql in many[name] if "COUNT(" in sql), name


def test_lists_are_filtered_by_budget_year(client_for, desk, fill):
    fill(3)
    client = client_for(desk.clerk)
    for name, parameter in (("subsidyclaim", "year"), ("payment", "budget__year"), ("budget", "year")):
        address = reverse(f"admin:subsidies_{name}_changelist")
        page = client.get(address, {parameter: f"{desk.year}"}).content.decode()
        assert f'?{parameter}={desk.year + 1}"' in page, "next year is on offer"
        assert 'id="result_list"' in page
        assert 'id="result_list"' not in client.get(address, {parameter: "2099"}).content.decode()


@pytest.mark.parametrize("year", ["abc", "２０２０", "-1", "99999", "", "1e3", "2020'--"])
def test_an_odd_year_lists_all_again(client_for, desk, fill, year):
    fill(1)
    page = client_for(desk.clerk).get(reverse("admin:subsidies_subsidyclaim_changelist"), {"year": year}, follow=True)
    assert page.status_code == 200

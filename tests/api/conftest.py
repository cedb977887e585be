"""Asking the API as an account does: by session, or by a token in the header."""

import json
from datetime import date

import factories
import pytest
from django.test import Client

from eldercare import tokens
from eldercare.policies import Policy
from eldercare.regions import Kind, Region
from subsidies import services
from subsidies.models import Budget, Payment, SubsidyScheme

FOREIGN_DISTRICT = "500238"


class Caller:
    """One account's way to the API."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, address: str, **headers):
        return self.client.get(f"/api/v1/{address}", headers=headers)

    def body(self, address: str):
        """The parsed JSON of an answer that must be 200."""
        response = self.get(address)
        assert response.status_code == 200, response.content.decode()
        return json.loads(response.content)

    def rows(self, address: str) -> list[dict]:
        """Every row of a list, page after page."""
        page = self.body(address)
        found = page["results"]
        while page["next"]:
            page = self.body(page["next"].partition("/api/v1/")[2])
            found += page["results"]
        return found

    def detail(self, address: str) -> tuple[int, str]:
        """Status and words of a refusal."""
        response = self.get(address)
        return response.status_code, json.loads(response.content)["detail"]


@pytest.fixture
def ask(client_for):
    """ask(user) -> Caller."""
    return lambda user: Caller(client_for(user))


@pytest.fixture
def api(ask, apiclient):
    """The API as the district's own data client sees it."""
    return ask(apiclient)


@pytest.fixture
def bearer():
    """bearer(user, days=1) -> Caller that sends a fresh token and has no session."""

    def issued(user, days: int = 1) -> Caller:
        return Caller(Client(headers={"Authorization": f"Token {tokens.issue(user, days=days)}"}))

    return issued


@pytest.fixture
def claimed(clerk):
    """A drafted claim for an accepted station of 白马镇."""
    since = date(2020, 8, 1)
    station = factories.operating(factories.region("白马镇"), "COMMUNITY_STATION", on=since)
    scheme = SubsidyScheme.objects.get(policy__slug="wulong-2020", key="station")
    return services.draft(station, scheme, by=clerk)


@pytest.fixture
def entered(claimed, clerk):
    """An entry in the ledger of that claim, written past the door."""
    day = date(2020, 12, 1)
    budget = Budget.objects.create(district=claimed.district, year=day.year, source="district", planned=claimed.amount)
    sums = {"amount": 100, "balance": 100, "ceiling": claimed.amount}
    return Payment.objects.create(
        claim=claimed, budget=budget, number=1, on=day, voucher="武财7号", recorded_by=clerk, **sums
    )


@pytest.fixture
def wuxi(db):
    """巫溪县, a district of the same city that is foreign to everybody of 武隆区."""
    return Region.objects.get(code=FOREIGN_DISTRICT)


@pytest.fixture
def neighbour(wuxi):
    """A town of 巫溪县 with one facility and a policy of the county."""
    town = Region.objects.create(code=f"{FOREIGN_DISTRICT}100", name="城厢镇", kind=Kind.TOWN, parent=wuxi)
    factories.operating(town, beds=7)
    Policy.objects.create(slug="wuxi-test", title="巫溪县测试方案", district=wuxi)
    return town

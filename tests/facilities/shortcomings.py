"""A township centre that falls short of its standard, and items of the ledger about it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from eldercare import review
from facilities import services
from facilities.models import Declaration
from facilities.services import rectifying

ZONES = ["托养护理", "生活照料", "医疗保健", "文体活动"]
MUST, PRINCIPLE, PROOF = "township.zones", "township.area", "requirement.all.fire_code"
TODAY = timezone.localdate()
SOON = TODAY + timedelta(days=30)
ACCOUNT_TABLES = ("django_session", "eldercare_user", "auth_", "django_content_type")
TYPED = {"label": "消防通道", "problem": "堆放杂物", "measure": "清理", "owner": "白马镇", "due_on": SOON}


def declare(facility, *facts: str, value=True) -> None:
    for fact in facts:
        Declaration.objects.create(fact=fact, facility=facility, value=value, evidence="验收资料")


@pytest.fixture
def centre(register):
    """A township centre short of 80 ㎡ (原则上) and of one zone (应), without proof of fire safety (资料不全)."""
    facility = register(
        type="TOWNSHIP_CENTRE", gross_area=720, beds=10, nursing_beds=5, zones=ZONES[:3], stage="completed"
    )
    declare(facility, "facility.integrated_with_disabled_care")
    return facility


@pytest.fixture
def case(centre, clerk, reviewer):
    """Its acceptance review, taken by the reviewer."""
    row = services.open_review(centre, by=clerk)
    review.perform(row, "submit", by=clerk)
    services.take(row, by=reviewer)
    return row


@pytest.fixture
def item(centre, reviewer):
    """item(requirement="", **typed) -> an open item."""

    def make(requirement="", **typed):
        return rectifying.open_item(centre, by=reviewer, requirement=requirement, **{**TYPED, **typed})

    return make


@pytest.fixture
def reported(item, clerk):
    """reported(requirement="") -> an item that the clerk has reported as put right."""

    def make(requirement=""):
        row = item(requirement)
        rectifying.report(row, by=clerk, comment="已整改")
        return row

    return make


def text(response) -> str:
    """A page in one line."""
    return " ".join(response.content.decode().split())


def data_queries(client, address) -> int:
    """Queries of a page that are not about who is asking."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return sum(not any(f'FROM "{table}' in query["sql"] for table in ACCOUNT_TABLES) for query in asked)

"""What the tests of money stand on."""

from io import StringIO
from pathlib import Path

import factories
import pytest
from desk import Desk
from django.core.management import call_command

from eldercare.regions import Region

CHANGSHOU = Path(__file__).resolve().parents[2] / "fixtures/changshou-2023"


@pytest.fixture
def desk(wulong, clerk, reviewer, approver):
    """The three persons who handle claims in 武隆."""
    return Desk(wulong, clerk, reviewer, approver)


@pytest.fixture
def demo_desk(desk):
    """The same in a demo district, whose day stands at 2020-12-31."""
    type(desk.district).objects.filter(pk=desk.district.pk).update(is_demo=True)
    desk.district.refresh_from_db()
    return desk


@pytest.fixture
def changshou(db):
    """长寿区 with its plan, the only one that prints an allowance by bands."""
    call_command("loadpolicy", str(CHANGSHOU), stdout=StringIO())
    return Region.objects.get(code="500115")


@pytest.fixture
def town(changshou):
    """A township of 长寿."""
    return Region.objects.filter(parent=changshou).townships().today().order_by("path").first()


@pytest.fixture
def neighbour(changshou, town):
    """Another one."""
    return Region.objects.filter(parent=changshou).townships().today().exclude(pk=town.pk).order_by("path").first()


@pytest.fixture
def official(town):
    return factories.user("township", town, "town")


@pytest.fixture
def bureau(changshou):
    return factories.user("clerk", changshou, "cs-clerk")

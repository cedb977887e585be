"""What the tests of money stand on."""

import pytest
from desk import Desk


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

"""What the tests of the intake share: the builders of hostile files, and a township that fills in its sheet."""

import sys
from pathlib import Path

import pytest
from filled import Desk

sys.path.append(str(Path(__file__).resolve().parent.parent / "sheets"))


@pytest.fixture
def desk(township_user, client_for):
    """The desk of 白马镇's official."""
    return Desk(client_for(township_user))


@pytest.fixture
def bureau(clerk, client_for):
    """The desk of the bureau's clerk, who sends for townships."""
    return Desk(client_for(clerk))


@pytest.fixture
def point(register, baima):
    """A village point of 白马镇 that is being built."""
    village = baima.children.get(short_name="板桥村")
    return register(
        name="板桥村互助养老点", village=village, planned_year=2020, stage="building", progress=40, beds=10,
        nursing_beds=2, gross_area=200, usable_area=150, invested=12, zones=["助餐"],
    )  # fmt: skip

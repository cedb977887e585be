"""A clerk at the training register."""

import pytest
from trainingoffice import Office


@pytest.fixture
def office(wulong, clerk):
    """武隆's clerk."""
    return Office(wulong, clerk)

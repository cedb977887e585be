"""Desks at the tables of 武隆."""

import pytest
from desks import Desk, stored


@pytest.fixture
def desk(clerk, client_for):
    """The clerk's desk."""
    return Desk(client_for(clerk))


@pytest.fixture
def rural(db):
    """附件2: villages' points and townships' centres; one printed total differs."""
    return stored("2")


@pytest.fixture
def streets(db):
    """附件1."""
    return stored("1")

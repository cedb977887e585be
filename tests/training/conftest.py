"""A clerk at the training register, a village with its rosters, and somebody who was trained twice."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from teamrosters import workbook
from trainingoffice import LATER, PHONE, Office

from eldercare import uploads
from eldercare.uploads import Context
from training.models import Person
from training.rostersheet.register import units_on


@pytest.fixture
def office(wulong, clerk):
    """武隆's clerk."""
    return Office(wulong, clerk)


@pytest.fixture
def village(baima):
    return baima.children.filter(kind="village").order_by("path").first()


@pytest.fixture
def send(clerk, baima, wulong):
    """send(row, …) -> the staged upload of a roster of 白马镇."""

    def staged(*rows, by=clerk, township=baima):
        context = Context(township, wulong, None, by)
        return uploads.stage(uploads.kind_of("team"), context, SimpleUploadedFile("花名册.xlsx", workbook(*rows)))

    return staged


@pytest.fixture
def unit(wulong):
    """unit(name) -> the unit as a clerk writes it."""
    return lambda name: units_on(wulong, date(2020, 12, 31)).anywhere(name)


@pytest.fixture
def person(office):
    """Somebody of 白马镇 who completed one course in June and another in October."""
    office.hold(("演示甲", "白马镇", PHONE))
    office.hold(("演示甲", "白马镇", PHONE), role="home_director", ended=LATER)
    return Person.objects.get()

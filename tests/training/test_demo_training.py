"""The demo's courses of 2020: told once, through the same services, with plainly made-up people."""

from datetime import date

import pytest
from factories import region

from eldercare import figures
from eldercare.management.demo import training
from training.models import Attendance, Certificate, Person, TrainingSession

pytestmark = pytest.mark.django_db


def test_the_courses_are_told_once_with_made_up_people(wulong, clerk):
    wulong.below().update(is_demo=True)
    wulong = region("武隆区")
    clerk.region = wulong
    assert training.tell(wulong, clerk) is True
    assert (TrainingSession.objects.count(), Attendance.objects.count()) == (5, 29)
    assert all(
        person.name.startswith("演示") and person.phone.startswith("13800000") for person in Person.objects.all()
    )
    assert all(session.is_demo and session.created_at.year == 2020 for session in TrainingSession.objects.all())
    assert Certificate.objects.filter(expires_on__lt=date(2020, 12, 31)).exists()
    found = figures.compute(wulong, date(2020, 12, 31)).district
    completed = {
        role: found[f"training_completion.{role}"] for role in ("caregiver", "home_director", "care_supervisor")
    }
    assert {role: (figure.numerator, figure.denominator) for role, figure in completed.items()} == {
        "caregiver": (16, 30),
        "home_director": (6, 11),
        "care_supervisor": (4, 11),
    }
    assert training.tell(wulong, clerk) is False
    assert Attendance.objects.count() == 29

"""/facilities/ with a day tells how far acceptance had come by then, not how far it has come since."""

from datetime import UTC, date, datetime

import pytest

from eldercare import review
from eldercare.clock import telling
from facilities import services
from facilities.models import Declaration

ZONES = ["托养护理", "生活照料", "医疗保健", "文体活动"]


def on(month: int, day: int):
    """The morning of a day of 2020."""
    return telling(datetime(2020, month, day, 1, tzinfo=UTC))


@pytest.fixture
def case(register, clerk, reviewer):
    """Opened on 10 June, one minute before midnight, submitted on the 12th, taken on the 15th, given back on the 20th,
    submitted again on 5 July, accepted on 3 August as of the 1st."""
    centre = register(
        type="TOWNSHIP_CENTRE",
        stage="completed",
        on=date(2020, 3, 1),
        gross_area=900,
        beds=10,
        nursing_beds=5,
        zones=ZONES,
    )
    for fact in ("requirement.all.fire_code", "facility.integrated_with_disabled_care"):
        Declaration.objects.create(fact=fact, facility=centre, value=True, evidence="验收资料")
    made = datetime(2020, 6, 10, 15, 59, tzinfo=UTC)
    case = centre.acceptances.create(created_by=clerk, created_at=made)
    with on(6, 12):
        review.perform(case, "submit", by=clerk)
    with on(6, 15):
        services.take(case, by=reviewer)
    with on(6, 20):
        review.perform(case, "send_back", by=reviewer, comment="资料不全")
    with on(7, 5):
        review.perform(case, "submit", by=clerk)
        services.take(case, by=reviewer)
    with on(8, 3):
        services.accept(case, by=reviewer, accepted_on=date(2020, 8, 1), comment="现场核查属实")
    return case


STATUSES = (
    ("2020-06-09", None), ("2020-06-10", "draft"), ("2020-06-12", "submitted"), ("2020-06-15", "reviewing"),
    ("2020-06-20", "returned"), ("2020-07-04", "returned"), ("2020-07-05", "reviewing"), ("2020-07-31", "reviewing"),
    ("2020-08-01", "accepted"), ("2020-12-31", "accepted"),
)  # fmt: skip


@pytest.mark.parametrize(("day", "status"), STATUSES)
def test_status_is_that_of_the_day(api, case, day, status):
    [row] = api.rows(f"facilities/?as_of={day}")
    assert row["status"] == status
    for asked in ("draft", "submitted", "reviewing", "returned", "accepted"):
        assert len(api.rows(f"facilities/?as_of={day}&status={asked}")) == (asked == status)


def test_stage_and_status_tell_the_same_day(api, case):
    said = {day: api.rows(f"facilities/?as_of={day}")[0] for day in ("2020-07-31", "2020-08-01")}
    assert [(row["stage"], row["status"]) for row in said.values()] == [
        ("completed", "reviewing"),
        ("accepted", "accepted"),
    ]


def test_an_acceptance_stands_until_the_day_it_is_revoked(api, case, approver):
    with on(11, 1):
        review.perform(case, "revoke", by=approver, comment="验收资料不实")
    said = [api.rows(f"facilities/?as_of={day}")[0]["status"] for day in ("2020-10-31", "2020-11-01", "2020-12-31")]
    assert said == ["accepted", "revoked", "revoked"]


def test_in_a_demo_district_what_is_done_today_counts_at_the_end_of_its_year(api, register, clerk, wulong):
    wulong.below().update(is_demo=True)
    facility = register(stage="completed")
    facility.acceptances.create(created_by=clerk)
    assert api.rows("facilities/?as_of=2020-12-31")[0]["status"] == "draft"
    assert api.rows("facilities/?as_of=2020-12-30")[0]["status"] is None

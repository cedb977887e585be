"""Who has reported a month: expected are all townships, a returned report counts as missing until it is sent again."""

from datetime import UTC, date, datetime

import pytest

from eldercare import figures, review
from plans import submissions
from plans.models import ProgressReport, ReportingPeriod
from plans.reporting import current_month, due_day, last_day

MONTH = date(2020, 11, 1)


@pytest.fixture
def period(wulong):
    return ReportingPeriod.objects.create(district=wulong, month=MONTH, due_on=date(2020, 12, 5))


def state(wulong):
    townships = figures.scope_for(wulong, date(2020, 12, 31)).townships
    return submissions.month_state(wulong, MONTH, townships)


def submit(period, township, user):
    report = ProgressReport.objects.create(period=period, township=township)
    review.perform(report, "submit", by=user)
    return report


def test_month_without_period_has_everyone_missing(wulong):
    found = state(wulong)

    assert (found.expected, len(found.missing), found.due_on) == (26, 26, None)


def test_submitted_report_is_received_and_late_after_the_deadline(wulong, period, baima, township_user):
    submit(period, baima, township_user)
    found = state(wulong)

    assert [row.township for row in found.reported] == [baima]
    assert [row.township for row in found.late] == [baima]
    assert len(found.missing) == 25


def test_report_on_the_last_day_is_on_time_in_shanghai(wulong, period, baima, township_user):
    report = submit(period, baima, township_user)
    sent = datetime(2020, 12, 5, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
    ProgressReport.objects.filter(pk=report.pk).update(submitted_at=sent)

    assert state(wulong).late == []


def test_returned_report_is_missing_until_it_is_sent_again(wulong, period, baima, township_user, clerk):
    report = submit(period, baima, township_user)
    review.perform(report, "send_back", by=clerk, comment="面积与上月不符")

    assert baima in [row.township for row in state(wulong).missing]

    review.perform(report, "submit", by=township_user)

    assert baima not in [row.township for row in state(wulong).missing]


def test_month_state_asks_the_same_number_of_questions_for_one_and_many(
    wulong, period, baima, jiangkou, township_user, make_user, django_assert_num_queries
):
    townships = figures.scope_for(wulong, date(2020, 12, 31)).townships
    submit(period, baima, township_user)
    with django_assert_num_queries(2):
        submissions.month_state(wulong, MONTH, townships)
    submit(period, jiangkou, make_user("township", jiangkou))
    with django_assert_num_queries(2):
        submissions.month_state(wulong, MONTH, townships)


@pytest.mark.parametrize(
    ("month", "end"), [(date(2020, 2, 1), date(2020, 2, 29)), (date(2020, 12, 1), date(2020, 12, 31))]
)
def test_last_day_of_a_month(month, end):
    assert last_day(month) == end


def test_due_day_of_december_lies_in_the_next_year():
    assert due_day(date(2020, 12, 1), 5) == date(2021, 1, 5)


def test_current_month_is_last_month_until_its_deadline_has_passed(wulong):
    assert current_month(wulong, date(2021, 3, 5)) == date(2021, 2, 1)
    assert current_month(wulong, date(2021, 3, 6)) == date(2021, 3, 1)


def test_current_month_of_a_demo_district_is_its_own(wulong):
    wulong.is_demo = True

    assert current_month(wulong, date(2020, 12, 31)) == date(2020, 12, 1)

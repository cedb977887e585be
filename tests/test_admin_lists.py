"""Every list of the admin: few statements, the same however many rows, nothing counted or sorted out over a whole table."""

import re
from datetime import date, datetime

import factories
import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from eldercare import adminlists, audit, clock
from eldercare.accounts import User
from plans.models import ProgressReport, ReportingPeriod

MOST = 8
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
AUDIT = "admin:eldercare_auditrecord_changelist"
# What belongs to the person who asks: session, account, roles.
CALLER = re.compile(
    r'"django_session"|WHERE "eldercare_user"\."id" = |"auth_permission"|"eldercare_user_groups"\."user_id" = '
)
WHOLE_COUNT = re.compile(r'^SELECT COUNT\(\*\) AS "__count" FROM "\w+"$')


@pytest.fixture
def filled(wulong, clerk):
    """Rows that filters offer and lists show: a year of months with reports, facilities, accounts."""
    townships = list(wulong.below().townships().today().order_by("path"))
    for month in range(1, 13):
        period = ReportingPeriod.objects.create(district=wulong, month=date(2020, month, 1), due_on=date(2021, 1, 5))
        ProgressReport.objects.bulk_create(ProgressReport(period=period, township=unit) for unit in townships)
    for unit in townships[:15]:
        factories.operating(unit, by=clerk)
        factories.facility(unit, "TOWNSHIP_CENTRE", by=clerk)
        factories.user("township", unit)


@pytest.fixture
def lister(client_for, filled):
    """A client that is shown every list there is."""
    return client_for(User.objects.create_superuser("root"))


def _asked(client, model) -> list[str]:
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in captured.captured_queries if not CALLER.search(query["sql"])]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_list_takes_few_statements_whatever_it_shows(lister, model, monkeypatch):
    _asked(lister, model)  # the rules of a standard are read once a process
    monkeypatch.setattr(admin.site._registry[model], "list_per_page", 1)
    few = _asked(lister, model)
    monkeypatch.setattr(admin.site._registry[model], "list_per_page", 100)
    many = _asked(lister, model)
    assert len(few) == len(many) <= MOST, many
    assert not [sql for sql in many if "SELECT DISTINCT" in sql or WHOLE_COUNT.match(sql)]


@pytest.fixture
def trail(sysadmin, client_for):
    """trail(**filters) -> the moments that the audit trail lists; entries at both ends of August and of the year 2019."""
    for moment in (
        datetime(2019, 12, 31, 23, 59),
        datetime(2020, 8, 1),
        datetime(2020, 8, 31, 23, 59),
        datetime(2020, 9, 1),
    ):
        with clock.telling(timezone.make_aware(moment)):
            audit.record("export", by=sysadmin)
    client = client_for(sysadmin)

    def listed(**filters):
        rows = client.get(reverse(AUDIT), filters).context["cl"].result_list
        return sorted(timezone.localtime(row.at).strftime("%Y-%m-%d") for row in rows)

    return listed


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ("2019", ["2019-12-31"]),
        ("2020", ["2020-08-01", "2020-08-31", "2020-09-01"]),
        ("2020-08", ["2020-08-01", "2020-08-31"]),
        ("2020-12", []),
    ],
)
def test_trail_is_listed_by_year_and_month(trail, asked, days):
    assert trail(month=asked) == days


@pytest.mark.parametrize("asked", ["2020-13", "0000", "9999-99", "十月", "2020-08-01"])
def test_month_that_cannot_be_shows_the_whole_list(trail, client_for, sysadmin, asked):
    assert client_for(sysadmin).get(reverse(AUDIT), {"month": asked}).status_code == 302


def test_months_are_offered_of_the_chosen_year_only(trail, client_for, sysadmin):
    shown = client_for(sysadmin).get(reverse(AUDIT), {"month": "2020"}).content.decode()
    assert "month=2019" in shown
    assert "month=2020-08" in shown
    assert "month=2019-08" not in shown


def test_list_that_nothing_narrows_is_counted_up_to_a_bound(trail, client_for, sysadmin, monkeypatch):
    monkeypatch.setattr(adminlists, "MOST_LISTED", 3)
    client = client_for(sysadmin)
    assert client.get(reverse(AUDIT)).context["cl"].result_count == 3
    assert client.get(reverse(AUDIT), {"month": "2020-08"}).context["cl"].result_count == 2

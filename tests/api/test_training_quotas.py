"""What was completed of each printed cell, counted exactly as the figures count it."""

from datetime import date

import factories
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from test_queries import CALLER

from eldercare.regions import Region
from training.models import Person, QuotaTable, TrainingQuota, TrainingSession

ASKED = "training-quotas/?page_size=200&as_of=2021-12-31"


@pytest.fixture
def train(wulong, clerk):
    """train(unit, how many, day, role="caregiver"): people of a unit who complete a session that ends on a day."""

    def trained(unit, number, day=date(2020, 6, 30), role="caregiver", people=None):
        session = TrainingSession.objects.create(
            district=wulong, title=f"演示班{TrainingSession.objects.count()}", role=role, starts_on=day, ends_on=day,
            created_by=clerk,
        )  # fmt: skip
        region = unit if isinstance(unit, Region) else None
        people = people or [Person.objects.create(district=wulong, name=f"演示{n}", unit=region) for n in range(number)]
        for person in people:
            session.attendances.create(
                person=person, unit=region, unit_name=str(unit), completed=True, recorded_by=clerk
            )
        return people

    return trained


def cell(api, unit, year, role="caregiver", asked=ASKED):
    [row] = [row for row in api.rows(f"{asked}&role={role}&year={year}") if row["unit"] == unit]
    return {name: row[name] for name in ("quota", "completed", "trained", "carry_over", "share")}


def test_a_cell_tells_completed_carried_over_and_its_share(api, baima, train):
    """白马镇's caregivers: one is printed for 2020 and one for 2021."""
    printed = cell(api, "白马镇", 2020)["quota"]
    train(baima, printed + 1)
    train(baima, 1, date(2021, 3, 1))
    of = dict.fromkeys(("quota", "completed"), printed)
    assert cell(api, "白马镇", 2020) == of | {"trained": printed + 1, "carry_over": 0, "share": 100}
    later = cell(api, "白马镇", 2021)
    assert (later["completed"], later["trained"], later["carry_over"]) == (1, 1, 1)
    assert later["share"] == round(100 / later["quota"], 1)


def test_cells_add_up_to_the_figure_of_the_day(api, baima, jiangkou, train):
    people = train(baima, 2)
    train(jiangkou, 1)
    train(jiangkou, 1, date(2020, 9, 1), people=people)
    train("区民政局直属机构", 1)
    train("区民政局直属机构", 5, date(2020, 9, 1), role="care_supervisor")
    figures = {row["definition"]: row for row in api.body("coverage/?as_of=2020-12-31")["figures"]}
    for role in ("caregiver", "care_supervisor", "home_director"):
        rows = api.rows(f"training-quotas/?page_size=200&as_of=2020-12-31&role={role}")
        figure = figures[f"training_completion.{role}"]
        assert sum(row["completed"] for row in rows) == figure["numerator"]
        assert sum(row["quota"] for row in rows) == figure["denominator"]


def test_the_day_asked_for_bounds_what_counts(api, baima, train):
    train(baima, 1, date(2020, 7, 1))
    asked = "training-quotas/?page_size=200&as_of={}"
    assert cell(api, "白马镇", 2020, asked=asked.format("2020-06-30"))["completed"] == 0
    assert cell(api, "白马镇", 2020, asked=asked.format("2020-07-01"))["completed"] == 1


def test_a_blank_cell_has_no_share(api, baima, train):
    train(baima, 1)
    TrainingQuota.objects.filter(unit="白马镇", year=2020, role="caregiver").update(quota=None)
    told = cell(api, "白马镇", 2020)
    assert told == {"quota": None, "completed": None, "trained": 1, "carry_over": 0, "share": None}


def test_people_of_a_former_unit_count_for_the_one_that_took_its_place(api, baima, train):
    former = Region.objects.create(
        code="500156999", name="旧白马镇", kind="town", parent=baima.parent, valid_to=date(2020, 1, 1), successor=baima
    )
    train(former, 1)
    assert cell(api, "白马镇", 2020)["completed"] == 1


def test_a_township_s_official_reads_the_own_cells_with_the_same_counts(ask, api, baima, township_user, train):
    train(baima, 1)
    rows = ask(township_user).rows(ASKED)
    assert {row["unit"] for row in rows} == {"白马镇"}
    assert sum(row["completed"] for row in rows) == 1


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_file_has_the_same_columns(api, baima, train, form):
    train(baima, 1)
    response = api.get(f"training-quotas/?format={form}&year=2020&role=caregiver&as_of=2020-12-31")
    body = b"".join(response.streaming_content) if response.streaming else response.content
    assert response.status_code == 200
    if form == "csv":
        text = body.decode("utf-8-sig")
        assert "计入指标" in text
        assert ",1,1,0,100.0," in next(line for line in text.splitlines() if "白马镇" in line)


def test_a_page_takes_three_queries_at_most_whatever_was_trained_and_in_how_many_districts(ask, baima, train):
    other = Region.objects.get(code="500238")
    policy = other.policies.create(slug="elsewhere", title="别处")
    table = QuotaTable.objects.create(policy=policy, annex="1")
    TrainingQuota.objects.create(table=table, row=1, unit="某单位", role="caregiver", year=2020, quota=3)
    caller = ask(factories.user("admin"))
    counts = []
    for number in (1, 30):
        train(baima, number)
        for asked in (ASKED, f"{ASKED}&district=500156&township={baima.code}"):
            with CaptureQueriesContext(connection) as captured:
                assert caller.get(asked).status_code == 200
            told = [query["sql"] for query in captured.captured_queries]
            counts.append(len([sql for sql in told if sql.lstrip("(").startswith("SELECT") and not CALLER.search(sql)]))
    assert counts == [2, 3, 2, 3], "rows with their number, what was completed, and the units that are asked about"


def test_a_page_beyond_the_last_one_is_not_found(api):
    status, words = api.detail("training-quotas/?page=99")
    assert status == 404
    assert "共 252 行" in words

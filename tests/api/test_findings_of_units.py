"""/findings/ speaks of villages, communities and townships beside facilities, in the same scope and with the same filters."""

import factories
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eldercare.regions import Kind


@pytest.fixture
def village(baima):
    return baima.children.filter(kind=Kind.VILLAGE).first()


def test_every_unit_has_a_row_for_each_of_its_clauses(api, baima):
    rows = api.rows("findings/?page_size=200&as_of=2020-12-31")
    count = {kind: sum(row["subject_kind"] == kind for row in rows) for kind in ("facility", "village", "community")}
    own = [row for row in rows if row["subject"] == baima.code]

    assert count == {"facility": 0, "village": 185, "community": 30}
    assert [(row["requirement"], row["outcome"]) for row in own] == [
        ("layout.street", "not_applicable"),
        ("layout.township", "unmet"),
    ]


def test_row_of_a_unit_names_unit_township_measure_and_gap(api, baima, village):
    [row] = [row for row in api.rows("findings/?subject_kind=village&page_size=200") if row["subject"] == village.code]

    assert (row["subject_kind_label"], row["subject_name"], row["type"]) == ("村", village.name, None)
    assert (row["township"], row["township_name"]) == (baima.code, baima.name)
    assert (row["requirement"], row["clause"], row["modality"]) == ("layout.village", "二(一)", "principle")
    assert (row["measured"], row["required"], row["gap"], row["unit"]) == (0, 1, 1, "个")
    assert (row["outcome"], row["overall"]) == ("unmet", "needs_reason")


def test_facilities_come_before_units(api, register):
    facility = register()
    rows = api.body("findings/")["results"]
    kinds = [row["subject_kind"] for row in rows]

    assert rows[0]["subject"] == facility.code
    assert kinds == sorted(kinds, key=lambda kind: kind != "facility")


@pytest.mark.parametrize("kind", ["facility", "village", "community", "township"])
def test_one_kind_of_subject_can_be_asked_for(api, register, kind):
    register()
    assert {row["subject_kind"] for row in api.rows(f"findings/?subject_kind={kind}&page_size=200")} == {kind}


def test_an_unknown_kind_of_subject_is_refused_with_those_there_are(api):
    status, words = api.detail("findings/?subject_kind=street")
    assert (status, "village（村）" in words) == (400, True)


@pytest.mark.parametrize("asked", ["type=VILLAGE_POINT", "year=2020", "stage=building"])
def test_a_question_that_only_facilities_answer_gives_no_units(api, register, asked):
    register(type="VILLAGE_POINT", planned_year=2020, stage="building")
    assert {row["subject_kind"] for row in api.rows(f"findings/?{asked}")} == {"facility"}


def test_units_are_filtered_by_township_outcome_and_day(api, baima, village):
    factories.operating(baima, "VILLAGE_POINT", village=village)
    asked = f"findings/?township={baima.code}&subject_kind=village&page_size=200"

    assert {row["township"] for row in api.rows(asked)} == {baima.code}
    assert [row["subject"] for row in api.rows(f"{asked}&status=met")] == [village.code]
    assert api.rows(f"{asked}&status=met&as_of=2018-12-31") == []


def test_a_township_official_reads_the_own_units_alone(ask, township_user, baima, jiangkou):
    rows = ask(township_user).rows("findings/?page_size=200")

    assert {row["township"] for row in rows} == {baima.code}
    assert ask(township_user).get(f"findings/?township={jiangkou.code}").status_code == 404


def test_queries_do_not_grow_with_units(ask, apiclient, township_user):
    def asked(caller, address):
        with CaptureQueriesContext(connection) as captured:
            assert caller.get(address).status_code == 200
        return sum("facilities_" in query["sql"] for query in captured.captured_queries)

    district, township = ask(apiclient), ask(township_user)
    asked(township, "findings/?subject_kind=township")  # an edition is parsed once a process
    one = asked(township, "findings/?subject_kind=township")
    assert asked(district, "findings/?subject_kind=village&page_size=200") == one

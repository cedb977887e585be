"""Filters, pages and refusals: what is not understood is refused with words, never ignored."""

from datetime import date

import factories
import pytest
from rest_framework.throttling import UserRateThrottle

from eldercare.policies import Policy
from facilities.history import record_one
from facilities.models import Requirement, StandardEdition

MALFORMED = (
    ("facilities/?type=NOPE", "type", "VILLAGE_POINT（村级互助养老点）"),
    ("facilities/?type=village_point", "type", "VILLAGE_POINT"),
    ("facilities/?stage=done", "stage", "building（在建）"),
    ("facilities/?status=x", "status", "draft（草稿）"),
    ("findings/?status=x", "status", "unmet（不达标）"),
    ("progress/?status=x", "status", "submitted（待核）"),
    ("facilities/?as_of=2020-13-01", "as_of", "2020-12-31"),
    ("facilities/?as_of=20201231", "as_of", "2020-12-31"),
    ("facilities/?as_of=0001-01-01", "as_of", "2000年"),
    ("plan-targets/?year=abc", "year", "2000到2100"),
    ("plan-targets/?year=1999", "year", "2000到2100"),
    ("plan-targets/?year=２０２０", "year", "2000到2100"),
    ("plan-targets/?year=2020.0", "year", "2000到2100"),
    ("regions/?page=0", "page", "1到"),
    ("regions/?page=x", "page", "1到"),
    ("regions/?page_size=201", "page_size", "1到200"),
    ("regions/?page_size=-1", "page_size", "1到200"),
    ("regions/?format=pdf", "format", "xlsx"),
    ("facilities/?year=2020&year=2021", "year", "一个值"),
    ("facilities/?township=", "township", "没有填写"),
    ("coverage/?format=yaml", "format", "csv"),
    ("coverage/?year=x", "year", "2000到2100"),
)


@pytest.mark.parametrize(("address", "name", "hint"), MALFORMED)
def test_a_malformed_value_is_refused_by_name_with_what_to_write(api, address, name, hint):
    status, words = api.detail(address)
    assert status == 400
    assert name in words
    assert hint in words


@pytest.mark.parametrize("name", ["regions", "facilities", "findings", "plan-targets", "progress", "coverage"])
def test_an_unknown_parameter_is_refused_and_the_known_ones_are_named(api, name):
    status, words = api.detail(f"{name}/?distrikt=500156")
    assert status == 400
    assert "distrikt" in words
    assert all(known in words for known in ("district", "township", "format"))


def test_all_problems_are_told_at_once(api):
    _, words = api.detail("facilities/?year=x&as_of=x&nonsense=1")
    assert all(name in words for name in ("year", "as_of", "nonsense"))


def test_facilities_are_filtered_by_type_year_and_stage(api, register):
    wanted = register(type="TOWNSHIP_CENTRE", planned_year=2020, stage="building")
    register(type="VILLAGE_POINT", planned_year=2020, stage="building")
    register(type="TOWNSHIP_CENTRE", planned_year=2019, stage="building")
    register(type="TOWNSHIP_CENTRE", planned_year=2020, stage="completed")
    asked = "type=TOWNSHIP_CENTRE&year=2020&stage=building"
    assert [row["code"] for row in api.rows(f"facilities/?{asked}")] == [wanted.code]
    assert {row["subject"] for row in api.rows(f"findings/?{asked}")} == {wanted.code}


def test_facilities_are_filtered_by_acceptance_status(api, register, clerk):
    waiting, _ = register(), register()
    waiting.acceptances.create(created_by=clerk)
    assert [row["code"] for row in api.rows("facilities/?status=draft")] == [waiting.code]


def test_as_of_gives_the_state_of_that_day(api, register, clerk):
    facility = register(stage="building", on=date(2020, 3, 1))
    record_one(facility, {"stage": "completed"}, effective_on=date(2020, 9, 1), by=clerk)

    def stages(asked):
        return [row["stage"] for row in api.rows(f"facilities/{asked}")]

    assert stages("?as_of=2020-02-29") == []
    assert stages("?as_of=2020-08-31") == ["building"]
    assert stages("?as_of=2020-09-01") == stages("") == ["completed"]
    assert stages("?as_of=2020-08-31&stage=completed") == []


def test_findings_are_those_of_the_day(api, register, clerk):
    facility = register(type="STREET_CENTRE", gross_area=1420, on=date(2020, 3, 1))
    record_one(facility, {"gross_area": 1500}, effective_on=date(2020, 9, 1), by=clerk)

    def area(day):
        return [row["outcome"] for row in api.rows(f"findings/?as_of={day}") if row["requirement"] == "street.area"]

    assert area("2020-02-29") == []
    assert area("2020-08-31") == ["unmet"]
    assert area("2020-09-01") == ["met"]


def test_findings_are_filtered_by_outcome(api, register):
    register(type="STREET_CENTRE", gross_area=1420)
    everything = api.rows("findings/")
    unmet = api.rows("findings/?status=unmet")
    assert unmet == [row for row in everything if row["outcome"] == "unmet"]
    assert 0 < len(unmet) < len(everything)


def test_standards_are_those_of_the_day(api):
    assert api.body("standards/?as_of=2020-06-10")["count"] == api.body("standards/")["count"] > 0


def test_before_the_first_standard_the_first_is_listed_and_findings_say_so(api, register):
    register()
    early = api.rows("findings/?as_of=2020-06-09&page_size=200")
    [edition] = {row["edition"] for row in early}

    assert {row["edition"] for row in api.rows("standards/?as_of=2020-06-09")} == {edition}
    assert all(row["note"].startswith("该日期早于首个标准的生效日，按首个标准核查") for row in early)
    assert not any("早于" in (row["note"] or "") for row in api.rows("findings/?as_of=2020-06-10&page_size=200"))


def test_before_the_first_standard_a_later_one_is_not_listed(api, wulong):
    later = Policy.objects.create(slug="later-2030", title="后来的标准", district=wulong)
    edition = StandardEdition.objects.create(policy=later, key="later-2030", valid_from=date(2030, 1, 1), body={})
    Requirement.objects.create(edition=edition, key="street.area", label="建筑面积", clause="一", position=1, body={})

    assert {row["edition"] for row in api.rows("standards/?as_of=2020-06-09")} == {"wulong-2020"}
    assert {row["edition"] for row in api.rows("standards/?as_of=2030-01-01")} == {"later-2030"}


def test_a_township_asks_for_the_policies_and_standards_of_its_district(api, baima):
    assert [row["policy"] for row in api.rows(f"policies/?township={baima.code}")] == ["wulong-2020"]
    assert api.body(f"standards/?township={baima.code}")["count"] == api.body("standards/")["count"] > 0


def test_district_and_township_both_narrow(api, register, baima, jiangkou):
    register()
    assert api.body(f"facilities/?district=500156&township={baima.code}")["count"] == 1
    assert api.body(f"facilities/?district=500156&township={jiangkou.code}")["count"] == 0


def test_pages_join_to_the_whole_list_without_gap_or_overlap(api):
    whole = [row["code"] for row in api.body("regions/?as_of=2020-06-29&page_size=200")["results"]]
    first = api.body("regions/?as_of=2020-06-29&page_size=90")
    assert (first["previous"], first["count"]) == (None, 243)
    second = api.body("regions/?as_of=2020-06-29&page_size=90&page=2")
    assert "page=" in second["next"]
    joined = [row["code"] for row in api.rows("regions/?as_of=2020-06-29&page_size=90")]
    assert joined[:200] == whole
    assert len(joined) == len(set(joined)) == 243


def test_a_page_beyond_the_last_is_not_found(api, register):
    register()
    status, words = api.detail("facilities/?page=2")
    assert (status, words) == (404, "没有第 2 页：共 1 行，每页 50 行。")


def test_an_empty_list_has_an_empty_first_page(api):
    assert api.body("facilities/") == {"count": 0, "next": None, "previous": None, "results": []}


def test_an_address_the_api_does_not_have_is_explained(api):
    assert api.detail("nothing/")[0] == 404
    assert api.get("regions").status_code == 301


def test_too_many_requests_are_slowed_with_words(api, monkeypatch, wulong, make_user, ask):
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": "1/min"})
    caller = ask(make_user("apiclient", wulong))
    assert caller.get("policies/").status_code in (200, 429)
    response = caller.get("policies/")
    assert response.status_code == 429
    assert "请求过于频繁" in response.json()["detail"]
    assert int(response["Retry-After"]) > 0


def test_findings_of_several_districts_must_be_asked_one_at_a_time(ask, make_user, wulong, neighbour):
    leader = ask(make_user("leader", wulong.parent))
    assert leader.get("findings/").status_code == 400
    factories.facility(neighbour)
    assert leader.get("findings/?district=500156").status_code == 200

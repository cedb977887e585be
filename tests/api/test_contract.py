"""The keys, codes and envelopes that clients rely on."""

from datetime import UTC, date, datetime
from decimal import Decimal

import factories
import pytest
from endpoints import LISTS

from eldercare.clock import telling
from eldercare.review import perform
from facilities.models import OperatorContract
from plans.models import ProgressReport, ReportingPeriod

KEYS = {
    "regions": "code name short_name kind kind_label parent edition valid_from valid_to successor is_demo",
    "policies": "policy title short_title document_number district district_name issued_on effective_on dates_from"
    " supersedes division_edition",
    "standards": "policy district district_name edition valid_from valid_to requirement label clause subject"
    " subject_label applies_to applies_to_label kind kind_label modality modality_label wording operator value unit"
    " basis basis_label each when exceptions",
    "facilities": "code name type type_label district district_name township township_name village village_name"
    " planned_year stage stage_label status status_label progress gross_area usable_area beds nursing_beds zones"
    " operation operation_label operator started_on completed_on accepted_on invested is_demo",
    "findings": "subject_kind subject_kind_label subject subject_name type type_label township township_name edition"
    " requirement label clause modality modality_label wording outcome outcome_label measured operator required unit"
    " gap gap_text missing_text note overall overall_label as_of",
    "plan-targets": "policy annex unit region type type_label year planned printed_total clause cell",
    "progress": "period district district_name township township_name status status_label submitted_at due_on"
    " late number",
    "subsidy-claims": "claim policy scheme scheme_name clause subject_kind subject_kind_label subject facilities district"
    " district_name township township_name year amount paid_total status status_label flagged",
    "subsidy-payments": "claim number entry entry_label on amount balance reverses year source source_label policy scheme"
    " subject_kind subject_kind_label subject district district_name township township_name",
    "training-quotas": "policy annex unit region role role_label year quota counted counted_label completed"
    " trained carry_over share printed_total clause cell",
}


@pytest.fixture
def december(wulong):
    return ReportingPeriod.objects.create(district=wulong, month=date(2020, 12, 1), due_on=date(2021, 1, 5))


@pytest.mark.parametrize("name", LISTS)
def test_a_row_has_exactly_the_published_keys(api, register, december, entered, name):
    register(beds=3)
    page = api.body(f"{name}/")
    assert list(page) == ["count", "next", "previous", "results"]
    assert list(page["results"][0]) == KEYS[name].split()


def test_a_facility_reads_as_it_is_recorded(api, register, baima):
    village = baima.below().villages().first()
    facility = register(
        type="TOWNSHIP_CENTRE", village=village, planned_year=2020, stage="building", gross_area=Decimal("1420.50"),
        beds=0, zones=["助餐", "康复"], operation="public", operator="白马镇政府",
    )  # fmt: skip
    [row] = api.rows("facilities/")
    assert row["code"] == facility.code
    assert (row["district"], row["township"], row["village"]) == ("500156", baima.code, village.code)
    assert (row["type"], row["type_label"]) == ("TOWNSHIP_CENTRE", "乡镇养老服务中心")
    assert (row["stage"], row["stage_label"], row["planned_year"]) == ("building", "在建", 2020)
    assert (row["gross_area"], row["beds"], row["nursing_beds"]) == (1420.5, 0, None)
    assert (row["zones"], row["operation_label"], row["operator"]) == (["助餐", "康复"], "公办公营", "白马镇政府")


def test_no_zones_is_not_the_same_as_zones_not_recorded(api, register):
    register(zones=[])
    register()
    assert [row["zones"] for row in api.rows("facilities/")] == [[], None]


def test_a_contract_in_force_outranks_the_sheet_and_an_expired_one_means_nobody(api, register):
    facility = register(stage="operating", operation="public", operator="村委会")
    OperatorContract.objects.create(
        facility=facility, operator="甲机构", operation="private", starts_on=date(2020, 3, 1), ends_on=date(2020, 8, 31)
    )

    def run_by(day):
        [row] = api.rows(f"facilities/?as_of={day}")
        return row["operation"], row["operator"]

    assert run_by("2020-02-29") == ("public", "村委会")
    assert run_by("2020-08-31") == ("private", "甲机构")
    assert run_by("2020-09-01") == ("none", None)


def test_the_latest_acceptance_review_is_the_status(api, register, clerk):
    facility = register(stage="completed")
    facility.acceptances.create(created_by=clerk)
    [row] = api.rows("facilities/")
    assert (row["status"], row["status_label"]) == ("draft", "草稿")


def test_a_finding_states_measure_limit_and_gap_as_numbers(api, register):
    facility = register(type="STREET_CENTRE", gross_area=Decimal("1420.00"))
    [row] = [row for row in api.rows("findings/") if row["requirement"] == "street.area"]
    assert (row["subject_kind"], row["subject"], row["subject_kind_label"]) == ("facility", facility.code, "设施")
    assert (row["outcome"], row["outcome_label"], row["modality"]) == ("unmet", "不达标", "principle")
    assert (row["measured"], row["operator"], row["required"], row["gap"], row["unit"]) == (1420, ">=", 1500, 80, "㎡")
    assert "80" in row["gap_text"]
    assert row["overall"] in ("not_acceptable", "incomplete")


def test_a_facility_gets_one_finding_for_every_clause_of_its_type(api, register):
    register(type="VILLAGE_POINT")
    clauses = {row["requirement"] for row in api.rows("standards/?type=VILLAGE_POINT")}
    found = [row["requirement"] for row in api.rows("findings/?subject_kind=facility")]
    assert clauses
    assert sorted(found) == sorted(clauses)


def test_a_standard_states_limit_wording_and_clause(api):
    [row] = [row for row in api.rows("standards/") if row["requirement"] == "station.area"]
    assert (row["operator"], row["value"], row["unit"], row["basis"]) == (">=", 300, "㎡", "unqualified")
    assert (row["modality"], row["wording"], row["clause"]) == ("principle", "原则上不低于", "二(二)")
    assert row["exceptions"][0]["value"] == 200
    assert row["applies_to_label"] == ["社区养老服务站"]


def test_the_policy_is_named_by_its_slug(api):
    [row] = api.rows("policies/")
    assert (row["policy"], row["district"], row["division_edition"]) == ("wulong-2020", "500156", "2019-10-31")


def test_regions_count_the_printed_units(api):
    kinds = [row["kind"] for row in api.rows("regions/?page_size=200&as_of=2020-06-29")]
    assert (kinds.count("community"), kinds.count("village"), kinds.count("district")) == (30, 185, 1)
    assert sum(kinds.count(kind) for kind in ("street", "town", "township")) == 27


def test_every_township_of_an_opened_month_is_listed_also_without_a_report(api, december, baima, township_user):
    with telling(datetime(2021, 1, 6, 1, tzinfo=UTC)):
        report = ProgressReport.objects.create(period=december, township=baima)
        perform(report, "submit", by=township_user, number=1)
    rows = {row["township"]: row for row in api.rows("progress/?as_of=2021-01-10")}
    assert len(rows) == 26
    mine, other = rows.pop(baima.code), next(iter(rows.values()))
    assert (mine["period"], mine["status"], mine["status_label"], mine["number"]) == ("2020-12", "submitted", "待核", 1)
    assert (mine["submitted_at"], mine["due_on"], mine["late"]) == ("2021-01-06T09:00:00+08:00", "2021-01-05", True)
    assert (other["status"], other["submitted_at"], other["late"], other["number"]) == ("due", None, True, 0)


def test_a_missing_report_is_late_only_after_the_deadline(api, december):
    assert not any(row["late"] for row in api.rows("progress/?as_of=2021-01-05"))
    assert all(row["late"] for row in api.rows("progress/?as_of=2021-01-06"))


def test_a_month_that_has_not_come_by_the_day_is_not_listed(api, december):
    assert api.body("progress/?as_of=2020-11-30")["count"] == 0


def test_a_city_leader_reads_every_district_below(ask, make_user, wulong, neighbour, register):
    register()
    leader = ask(make_user("leader", wulong.parent))
    assert {row["district"] for row in leader.rows("facilities/")} == {"500156", "500238"}
    assert factories.WULONG in {row["code"] for row in leader.rows("regions/?page_size=200")}

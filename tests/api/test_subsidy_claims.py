"""/subsidy-claims/: every claim with what it rests on and what is paid of it, and nobody's name."""

import json
from decimal import Decimal

import factories
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from subsidies import services
from subsidies.models import Budget, Source, SubsidyClaim
from subsidies.services import Entry

STATION = 200_000


@pytest.fixture
def paid(claimed, clerk, reviewer, approver, wulong):
    """The claim of 白马镇, half paid today; voucher, payee and notes name people and papers."""
    year = wulong.default_as_of().year
    budget = Budget.objects.create(district=wulong, year=year, source=Source.DISTRICT, planned=STATION)
    services.submit(claimed, by=clerk, comment="演示甲提交")
    services.approve(claimed, by=reviewer, shares={budget: Decimal(STATION)}, comment="演示乙同意")
    entry = Entry(Decimal("100000.50"), wulong.default_as_of(), budget, "武财7号", "演示丙", "演示丁")
    services.pay(claimed, entry, by=approver)
    return claimed


def test_a_row_says_what_is_claimed_and_how_far_it_is_paid(api, paid, baima):
    [row] = api.rows("subsidy-claims/")
    assert row == {
        "claim": paid.pk, "policy": "wulong-2020", "scheme": "station", "scheme_name": "社区养老服务站建设补助", "clause": "三(二)",
        "subject_kind": "facility", "subject_kind_label": "设施", "subject": paid.facility.code,
        "facilities": [paid.facility.code], "district": "500156", "district_name": "武隆区", "township": baima.code,
        "township_name": baima.name, "year": paid.year, "amount": 200000, "paid_total": 100000.5,
        "status": "approved", "status_label": "已批准", "flagged": False,
    }  # fmt: skip


def test_a_bundle_is_the_township_s_and_lists_its_facilities(api, clerk, paid):
    unit = factories.region("接龙乡")
    centre = factories.operating(unit, "TOWNSHIP_CENTRE", on=paid.facility.accepted_on)
    services.draft(unit, paid.scheme.policy.schemes.get(key="township-bundle"), by=clerk)
    [row] = api.rows(f"subsidy-claims/?township={unit.code}")
    assert (row["subject_kind"], row["subject"], row["facilities"]) == ("township", unit.code, [centre.code])
    assert [one["scheme"] for one in api.rows("subsidy-claims/?type=TOWNSHIP_CENTRE")] == ["township-bundle"]
    assert [one["scheme"] for one in api.rows("subsidy-claims/?type=COMMUNITY_STATION")] == ["station"]
    assert api.rows("subsidy-claims/?type=CARE_HOME") == []


def test_filters(api, paid, jiangkou):
    year = paid.year
    for asked, count in (
        (f"year={year}", 1), (f"year={year + 1}", 0), ("status=approved", 1), ("status=paid", 0),
        ("district=500156", 1), (f"township={jiangkou.code}", 0), ("as_of=2020-12-31", 0),
        (f"as_of={paid.district.default_as_of()}", 1),
    ):  # fmt: skip
        assert len(api.rows(f"subsidy-claims/?{asked}")) == count, asked


def test_an_earlier_day_counts_the_ledger_up_to_that_day(api, paid):
    day = paid.district.default_as_of()
    type(paid).objects.filter(pk=paid.pk).update(created_at=paid.created_at.replace(year=2020))
    [then] = api.rows("subsidy-claims/?as_of=2021-06-30")
    [now] = api.rows(f"subsidy-claims/?as_of={day}")
    assert (then["paid_total"], now["paid_total"]) == (0, 100000.5)


def test_a_demo_district_s_claims_are_read_on_its_last_day(api, paid):
    type(paid.district).objects.filter(pk=paid.district.pk).update(is_demo=True)
    assert len(api.rows("subsidy-claims/?as_of=2020-12-31")) == 1
    assert api.rows("subsidy-claims/?as_of=2020-12-30") == []


def test_a_flag_is_seen_without_its_words(api, paid, approver):
    flagged = {"flagged_at": paid.created_at, "flagged_by": approver, "flag_reason": "演示戊的验收已撤销"}
    SubsidyClaim.objects.filter(pk=paid.pk).update(**flagged)
    [row] = api.rows("subsidy-claims/")
    assert row["flagged"] is True


def test_no_name_voucher_or_note_leaves_through_the_api(api, paid):
    assert "演示" not in json.dumps(api.rows("subsidy-claims/"), ensure_ascii=False)
    for form in ("csv", "xlsx"):
        response = api.get(f"subsidy-claims/?format={form}")
        assert response.status_code == 200
        assert "武财" not in b"".join(response.streaming_content).decode("utf-8", "replace")


def test_a_township_reads_its_own_claims_alone(ask, township_user, make_user, jiangkou, paid):
    assert len(ask(township_user).rows("subsidy-claims/")) == 1
    assert ask(make_user("township", jiangkou)).rows("subsidy-claims/") == []


@pytest.mark.parametrize(
    "asked", ["year=1", "year=abc", "status=gone", "type=HOUSE", "as_of=2020-13-01", "stage=built"]
)
def test_bad_questions_are_refused_in_words(api, asked):
    status, words = api.detail(f"subsidy-claims/?{asked}")
    assert (status, asked.partition("=")[0] in words) == (400, True)


def test_queries_do_not_grow_with_claims(api, clerk, paid):
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            api.rows("subsidy-claims/?page_size=200&as_of=2100-01-01")
        return len(captured)

    one = asked()
    for name in ("江口镇", "桐梓镇", "火炉镇"):
        station = factories.operating(factories.region(name), "COMMUNITY_STATION", on=paid.facility.accepted_on)
        services.draft(station, paid.scheme, by=clerk)
    assert asked() == one

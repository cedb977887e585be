"""Candidates of 武隆: who could be claimed for, what is missing, what is refused, and only within a person's scope."""

from datetime import date
from decimal import Decimal

import factories
import pytest

from subsidies.candidates import candidates
from subsidies.models import SubsidyClaim, SubsidyScheme

DAY = date(2020, 12, 31)
ACCEPTED = {"stage": "operating", "accepted_on": date(2020, 8, 1), "on": date(2020, 8, 1)}


def keys(answers) -> set[tuple[str, str]]:
    return {(answer.scheme.key, str(answer.subject)) for answer in answers}


@pytest.fixture
def year(db):
    """A street centre and a complete bundle (接龙乡), a station of unknown plan year accepted early, one under way."""
    early = date(2020, 5, 1)
    return {
        "centre": factories.facility(factories.region("凤山街道"), "STREET_CENTRE", name="中心", **ACCEPTED),
        "bundle": factories.facility(factories.region("接龙乡"), "TOWNSHIP_CENTRE", name="乡中心", **ACCEPTED),
        "early": factories.facility(
            factories.region("白马镇"), "COMMUNITY_STATION", name="早站", stage="accepted", accepted_on=early, on=early
        ),
        "building": factories.facility(
            factories.region("白马镇"), "COMMUNITY_STATION", name="在建站", stage="building"
        ),
    }


def test_what_is_payable_and_unclaimed_is_found_with_its_sum(year, clerk, wulong):
    found = candidates(clerk, wulong, DAY)
    assert keys(found.payable) == {("street-centre", "中心"), ("township-bundle", "接龙乡")}
    assert found.total == Decimal(3_000_000)


def test_what_waits_for_a_fact_says_which_one(year, clerk, wulong):
    (row,) = candidates(clerk, wulong, DAY).pending
    assert (row.subject, row.reasons) == (
        year["early"],
        ("文件有效期内（施行日期）：待补：计划年度（是否列入本文件的计划）",),
    )


def test_schemes_without_a_printed_amount_stand_apart(year, clerk, wulong):
    found = candidates(clerk, wulong, DAY)
    assert keys(found.silent) >= {("operating", "中心"), ("community-costs", "中心"), ("operating", "乡中心")}
    assert all(row.printed is None for row in found.silent)


def test_a_facility_that_is_not_accepted_is_no_candidate(year, clerk, wulong):
    found = candidates(clerk, wulong, DAY)
    everything = [*found.payable, *found.pending, *found.silent, *found.refused, *found.claimed]
    assert year["building"] not in [row.subject for row in everything]


def test_every_township_says_what_its_bundle_lacks(year, clerk, wulong):
    refused = {str(row.subject): "；".join(row.reasons) for row in candidates(clerk, wulong, DAY).refused}
    assert len(refused) == 26
    assert "还差 1 个乡镇养老服务中心" in refused["赵家乡"]
    assert "还差 5 个村级互助养老点" in refused["白马镇"]
    assert "文件没有为街道规定打包补助" in refused["凤山街道"]


def test_what_has_a_live_claim_is_no_longer_payable(year, clerk, wulong):
    centre = year["centre"]
    SubsidyClaim.objects.create(
        scheme=SubsidyScheme.objects.get(policy__slug="wulong-2020", key="street-centre"), district=wulong, year=2020,
        township=centre.township, facility=centre, key=f"facility:{centre.code}", amount=2_000_000, created_by=clerk,
    )  # fmt: skip
    found = candidates(clerk, wulong, DAY)
    assert keys(found.payable) == {("township-bundle", "接龙乡")}
    assert ("street-centre", "中心") in keys(found.claimed)


def test_a_township_sees_its_own_and_a_stranger_nothing(year, wulong, township_user, make_user):
    own = candidates(township_user, wulong, DAY)
    assert {str(row.township) for part in (own.pending, own.silent, own.refused) for row in part} == {"白马镇"}
    assert not own.payable
    stranger = candidates(make_user("clerk", factories.Region.objects.get(code="500115", kind="district")), wulong, DAY)
    assert not any([stranger.payable, stranger.pending, stranger.silent, stranger.refused, stranger.claimed])


def test_queries_do_not_grow_with_candidates(year, clerk, wulong, django_assert_max_num_queries):
    for _ in range(5):
        factories.facility(factories.region("江口镇"), "COMMUNITY_STATION", **ACCEPTED)
    with django_assert_max_num_queries(14):
        candidates(clerk, wulong, DAY)

"""The plan of 武隆 at face value: 2 × 200万 + 10 × 20万 + 25 × 100万 = 3100万, from annexes and schemes."""

from decimal import Decimal

import factories

from eldercare.policies import Policy
from plans.models import PlanTarget
from subsidies.exposure import exposure
from subsidies.models import SubsidyScheme


def arithmetic(found) -> list[tuple]:
    return [(line.scheme.key, line.count, line.amount, line.product) for line in found.lines]


def test_the_plan_of_wulong_costs_31_million(wulong):
    found = exposure(wulong)
    assert arithmetic(found) == [
        ("street-centre", 2, 2_000_000, 4_000_000),
        ("station", 10, 200_000, 2_000_000),
        ("township-bundle", 25, 1_000_000, 25_000_000),
    ]
    assert found.total == Decimal(31_000_000)


def test_each_line_cites_the_scheme_and_the_annex(wulong):
    centre, _, bundle = exposure(wulong).lines
    assert (centre.clause, centre.plan_clause, centre.counted) == ("三(二)", "附件1", "街道养老服务中心")
    assert (bundle.plan_clause, bundle.measure) == ("附件2", "个乡镇")


def test_amounts_that_are_not_printed_are_listed_and_not_added(wulong):
    silent = {line.scheme.key: (line.count, line.product) for line in exposure(wulong).silent}
    # 2 centres, 10 stations, 25 township centres and 90 village points are planned.
    assert silent == {"operating": (127, None), "community-costs": (12, None)}


def test_planned_points_that_no_bundle_covers_are_named(wulong):
    assert exposure(wulong).left_out == [("凤山街道", "村级互助养老点", 7), ("芙蓉街道", "村级互助养老点", 7)]


def test_a_blank_plan_is_nothing_planned_and_a_changed_one_counts(wulong):
    PlanTarget.objects.filter(region=factories.region("接龙乡"), type="TOWNSHIP_CENTRE").update(planned=None)
    assert exposure(wulong).total == Decimal(30_000_000)


def test_a_plan_row_that_is_not_matched_is_named_and_not_counted(wulong):
    PlanTarget.objects.filter(region=factories.region("接龙乡")).update(region=None)
    bundle = exposure(wulong).lines[2]
    assert (bundle.count, bundle.unsettled) == (24, ("接龙乡",))


def test_an_amount_without_a_plan_stands_apart(wulong):
    station = SubsidyScheme.objects.get(policy__slug="wulong-2020", key="station")
    station.body["applies_to"] = ["ESTATE_POINT"]
    station.save()
    found = exposure(wulong)
    assert [(line.scheme.key, line.count, line.product) for line in found.unplanned] == [("station", None, None)]
    assert found.total == Decimal(29_000_000)


def test_a_district_without_schemes_has_no_total_rather_than_zero(db):
    other = factories.Region.objects.get(code="500115", kind="district")
    assert exposure(other).total is None


def test_one_policy_can_be_asked_about(wulong):
    other = Policy.objects.create(slug="later", title="后来的文件", district=wulong)
    assert exposure(wulong, Policy.objects.get(slug="wulong-2020")).total == Decimal(31_000_000)
    assert exposure(wulong, other).total is None


def test_queries_are_fixed(wulong, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        exposure(wulong)

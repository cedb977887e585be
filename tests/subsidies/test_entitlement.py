"""Entitlement on the ground of 武隆: facilities, townships of the plan's edition, claims, acceptance and its revocation."""

from datetime import date
from decimal import Decimal

import factories
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from waivedcentre import accepted_by_waiver

from eldercare import review
from eldercare.policies import Policy
from facilities import history
from facilities.models import Declaration
from plans.models import PlanTarget
from subsidies.entitlement import Answer, entitlement, entitlements
from subsidies.models import SubsidyClaim, SubsidyScheme

DAY = date(2020, 12, 31)
IN_2020 = {"stage": "operating", "accepted_on": date(2020, 8, 1), "on": date(2020, 8, 1)}
ON_TIME = date(2020, 8, 1)


@pytest.fixture
def scheme(db):
    """scheme(id) of 武隆."""
    return lambda key: SubsidyScheme.objects.get(policy__slug="wulong-2020", key=key)


@pytest.fixture
def claim(scheme, clerk, wulong):
    """claim(scheme id, facility or township, key) -> a drafted claim."""

    def make(key, subject, on_key, members=()):
        facility = None if subject.__class__.__name__ == "Region" else subject
        row = SubsidyClaim.objects.create(
            scheme=scheme(key), district=wulong, township=facility.township if facility else subject, facility=facility,
            key=on_key, year=2020, amount=Decimal(1000), created_by=clerk,
        )  # fmt: skip
        row.members.set(members)
        return row

    return make


def made(township, type_, count=1, **state):
    return [factories.facility(township, type_, **(IN_2020 | state)) for _ in range(count)]


def one(subject, scheme, day=DAY, **options) -> Answer:
    (answer,) = entitlement(subject, day, scheme, **options)
    return answer


def test_accepted_street_centre_is_owed_two_million(scheme):
    (centre,) = made(factories.region("凤山街道"), "STREET_CENTRE", gross_area=Decimal(1600))
    answer = one(centre, scheme("street-centre"))
    assert (answer.outcome.label, answer.amount, answer.key) == ("符合", 2_000_000, f"facility:{centre.code}")
    assert (answer.facility, answer.township, answer.facilities) == (centre, centre.township, (centre,))
    assert answer.as_dict()["facilities"] == [{"code": centre.code, "name": centre.name}]


def test_a_centre_accepted_by_waiver_is_payable_until_its_acceptance_is_revoked(
    register, scheme, clerk, reviewer, approver
):
    row = accepted_by_waiver(register, clerk, reviewer, approver, Decimal(1420))
    assert one(row.facility, scheme("street-centre")).amount == 2_000_000
    review.perform(row, "revoke", by=approver, comment="消防整改")
    answer = one(row.facility, scheme("street-centre"), timezone.localdate())
    assert answer.outcome.label == "不符合"
    assert "验收合格" in "；".join(answer.reasons)


def test_a_hard_area_condition_refuses_what_the_waiver_let_pass(register, scheme, clerk, reviewer, approver):
    hard = scheme("street-centre")
    hard.body["requires"] = [
        {"label": "面积达1500㎡以上", "fact": "facility.gross_area", "operator": ">=", "value": 1500, "unit": "㎡"}
    ]
    hard.save()
    row = accepted_by_waiver(register, clerk, reviewer, approver, Decimal(1420))
    answer = one(row.facility, hard)
    assert answer.reasons == ("面积达1500㎡以上（三(二)）：还差 80 ㎡",)


def test_what_people_declared_is_read_on_the_day(register, scheme):
    agreed = scheme("street-centre")
    agreed.body["requires"] = [{"label": "区民政局同意", "fact": "facility.agreed_by_bureau", "value": True}]
    agreed.save()
    (centre,) = made(factories.region("凤山街道"), "STREET_CENTRE")
    Declaration.objects.create(
        fact="facility.agreed_by_bureau", facility=centre, value=True, starts_on=date(2020, 12, 1)
    )
    assert one(centre, agreed, date(2020, 11, 30)).outcome.label == "待定"
    assert one(centre, agreed).outcome.label == "符合"


def test_every_scheme_that_speaks_of_a_facility_answers(register):
    (station,) = made(factories.region("白马镇"), "COMMUNITY_STATION")
    found = {answer.scheme.key: answer.outcome.label for answer in entitlement(station, DAY)}
    assert found == {"station": "符合", "operating": "待定", "community-costs": "待定"}


@pytest.mark.parametrize(
    ("planned_year", "accepted_on", "outcome"),
    [
        (2019, date(2019, 12, 1), "符合"),
        (2018, date(2019, 12, 1), "不符合"),
        (None, date(2019, 12, 1), "待定"),
        (None, date(2020, 6, 10), "符合"),
        (2018, date(2020, 6, 10), "符合"),
    ],
)
def test_what_the_annex_plans_may_claim_though_accepted_before_the_policy(scheme, planned_year, accepted_on, outcome):
    (station,) = made(
        factories.region("白马镇"),
        "COMMUNITY_STATION",
        planned_year=planned_year,
        accepted_on=accepted_on,
        on=accepted_on,
    )
    assert one(station, scheme("station")).outcome.label == outcome


def test_a_township_that_the_annex_does_not_name_plans_nothing(scheme):
    early = date(2019, 12, 1)
    (station,) = made(factories.region("江口镇"), "COMMUNITY_STATION", planned_year=2019, accepted_on=early, on=early)
    assert one(station, scheme("station")).outcome.label == "不符合"


# -- bundles: 接龙乡 plans a centre and no point, 后坪乡 a centre and three points, 凤山街道 seven points


def test_bundle_is_complete_with_the_centre_and_every_planned_point(scheme):
    unit = factories.region("后坪乡")
    centre = made(unit, "TOWNSHIP_CENTRE")
    points = made(unit, "VILLAGE_POINT", 2)
    short = one(unit, scheme("township-bundle"))
    assert short.outcome.label == "不符合"
    assert short.reasons == ("验收合格的村级互助养老点（三(二)；附件2）：还差 1 个村级互助养老点",)
    points += made(unit, "VILLAGE_POINT", accepted_on=date(2020, 12, 31), on=date(2020, 12, 31))
    full = one(unit, scheme("township-bundle"))
    assert (full.amount, full.key) == (1_000_000, f"township:{unit.code}@2019-10-31")
    assert set(full.facilities) == {*centre, *points}
    assert one(unit, scheme("township-bundle"), date(2020, 12, 30)).outcome.label == "不符合"


def test_township_without_planned_points_needs_its_centre_alone(scheme):
    unit = factories.region("接龙乡")
    assert one(unit, scheme("township-bundle")).outcome.label == "不符合"
    made(unit, "TOWNSHIP_CENTRE")
    assert one(unit, scheme("township-bundle")).amount == 1_000_000


def test_points_of_a_street_have_no_bundle_and_the_portal_says_so(scheme):
    street = factories.region("凤山街道")
    (point,) = made(street, "VILLAGE_POINT")
    assert one(street, scheme("township-bundle")).reasons[0].endswith("文件没有为街道规定打包补助")
    bundle = next(answer for answer in entitlement(point, DAY) if answer.scheme.key == "township-bundle")
    assert (bundle.subject, bundle.outcome.label) == (street, "不符合")


def test_facility_is_answered_for_the_bundle_of_its_township(scheme):
    (point,) = made(factories.region("后坪乡"), "VILLAGE_POINT")
    assert one(point, scheme("township-bundle")).subject == factories.region("后坪乡")


def test_what_stood_before_the_plan_is_not_one_of_the_planned(scheme):
    unit = factories.region("接龙乡")
    old = date(2015, 3, 1)
    made(unit, "TOWNSHIP_CENTRE", accepted_on=old, on=old)
    assert one(unit, scheme("township-bundle")).outcome.label == "不符合"


def test_acceptance_without_a_day_is_not_counted_surely(scheme):
    unit = factories.region("接龙乡")
    made(unit, "TOWNSHIP_CENTRE", accepted_on=None)
    answer = one(unit, scheme("township-bundle"))
    assert answer.outcome.label == "待定"
    assert "不能确定" in answer.reasons[0]


def test_a_plan_row_whose_unit_is_not_matched_leaves_the_bundle_open(scheme):
    unit = factories.region("接龙乡")
    PlanTarget.objects.filter(region=unit).update(region=None)
    made(unit, "TOWNSHIP_CENTRE")
    answer = one(unit, scheme("township-bundle"))
    assert answer.outcome.label == "待定"
    assert "待补：村级互助养老点的计划数" in "；".join(answer.reasons)


# -- changed divisions: 羊角镇 and 土坎镇 became 羊角街道, 凤来乡 became 凤来镇 on 2020-06-30


def test_merged_towns_keep_one_bundle_each(scheme):
    street = factories.region("羊角街道")
    made(factories.region("土坎镇"), "TOWNSHIP_CENTRE", planned_year=2022)
    made(factories.region("土坎镇"), "VILLAGE_POINT", 2)
    yangjiao, tukan = sorted(entitlement(street, DAY, scheme("township-bundle")), key=lambda one: one.subject.code)
    assert [yangjiao.subject.short_name, tukan.subject.short_name] == ["羊角镇", "土坎镇"]
    assert (yangjiao.outcome.label, tukan.outcome.label) == ("不符合", "符合")
    assert yangjiao.key != tukan.key


def test_facility_of_the_merged_street_counts_where_its_village_was(scheme):
    street = factories.region("羊角街道")
    former = factories.region("土坎镇")
    village = next(v for v in street.children.villages() if v.predecessors.filter(parent=former).exists())
    (centre,) = made(street, "TOWNSHIP_CENTRE", village=village)
    (nowhere,) = made(street, "TOWNSHIP_CENTRE")
    centres = {
        answer.subject.short_name: next(row for row in answer.conditions if row.id == "count.TOWNSHIP_CENTRE")
        for answer in entitlement(street, DAY, scheme("township-bundle"))
    }
    assert (centres["土坎镇"].measured, centres["土坎镇"].truth.name) == (1, "TRUE")
    assert (centres["羊角镇"].measured, centres["羊角镇"].truth.name) == (0, "UNKNOWN")
    assert one(centre, scheme("township-bundle")).subject == former
    assert len(entitlement(nowhere, DAY, scheme("township-bundle"))) == 2


def test_a_town_that_became_a_street_keeps_the_bundle_it_was_planned_with(scheme):
    street = factories.region("仙女山街道")
    answer = one(street, scheme("township-bundle"))
    assert (answer.subject.short_name, answer.subject.get_kind_display()) == ("仙女山镇", "镇")
    assert "还差 1 个乡镇养老服务中心" in answer.reasons[0]


# -- claims


def test_second_claim_of_a_key_is_refused_until_the_first_is_withdrawn(scheme, claim, clerk):
    (station,) = made(factories.region("白马镇"), "COMMUNITY_STATION")
    row = claim("station", station, f"facility:{station.code}")
    again = one(station, scheme("station"))
    assert again.is_claimed
    assert "社区养老服务站建设补助（2020年，草稿）" in again.reasons[0]
    assert one(station, scheme("station"), apart_from=row).is_payable
    review.perform(row, "withdraw", by=clerk, comment="重复")
    assert one(station, scheme("station")).is_payable


def test_second_bundle_of_a_township_is_refused(scheme, claim):
    unit = factories.region("接龙乡")
    centre = made(unit, "TOWNSHIP_CENTRE")
    claim("township-bundle", unit, f"township:{unit.code}@2019-10-31", centre)
    assert one(unit, scheme("township-bundle")).is_claimed


def test_a_bundle_whose_member_has_other_one_off_money_is_refused(scheme, claim):
    unit = factories.region("接龙乡")
    (centre,) = made(unit, "TOWNSHIP_CENTRE")
    row = claim("operating", centre, f"facility:{centre.code}:2020")
    assert one(unit, scheme("township-bundle")).is_payable
    row.delete()
    claim("street-centre", centre, f"facility:{centre.code}")
    answer = one(unit, scheme("township-bundle"))
    assert answer.reasons[0].endswith("不能与“街道养老服务中心建设补助（2020年，草稿）”同时享受")


def test_a_member_of_a_claimed_bundle_earns_no_other_one_off_sum_unless_listed(scheme, claim):
    unit = factories.region("接龙乡")
    (centre,) = made(unit, "TOWNSHIP_CENTRE")
    claim("township-bundle", unit, "township:x", [centre])
    assert one(centre, scheme("operating")).outcome.label == "待定"
    other = scheme("street-centre")
    other.body["applies_to"] = ["TOWNSHIP_CENTRE"]
    other.save()
    assert one(centre, other).outcome.label == "不符合"
    other.body["may_combine_with"] = ["township-bundle"]
    other.save()
    assert one(centre, other).is_payable


# -- the day, and the whole district


def test_nothing_is_owed_before_the_policy_takes_effect(scheme):
    early = date(2020, 1, 5)
    (station,) = made(factories.region("白马镇"), "COMMUNITY_STATION", planned_year=2019, accepted_on=early, on=early)
    assert one(station, scheme("station"), date(2020, 6, 9)).outcome.label == "不符合"
    assert one(station, scheme("station"), date(2020, 6, 10)).outcome.label == "符合"


def test_what_is_accepted_after_a_new_policy_took_over_is_not_owed_by_the_old_one(scheme, wulong):
    old = scheme("station").policy
    Policy.objects.create(slug="new", title="新文件", district=wulong, supersedes=old, effective_on=date(2020, 9, 1))
    before = made(factories.region("白马镇"), "COMMUNITY_STATION")[0]
    after = made(factories.region("白马镇"), "COMMUNITY_STATION", accepted_on=date(2020, 9, 1))[0]
    assert one(before, scheme("station")).is_payable
    assert "2020-09-01起被替代" in one(after, scheme("station")).reasons[0]


def test_an_earlier_day_reads_the_state_of_that_day(scheme):
    (station,) = made(factories.region("白马镇"), "COMMUNITY_STATION")
    history.record_one(station, {"stage": "completed", "accepted_on": None}, effective_on=date(2020, 10, 1), by=None)
    assert one(station, scheme("station"), date(2020, 9, 30)).is_payable
    assert one(station, scheme("station"), date(2020, 10, 1)).outcome.label == "不符合"


def test_batch_says_the_same_as_one_by_one(wulong):
    made(factories.region("后坪乡"), "VILLAGE_POINT", 2)
    made(factories.region("白马镇"), "COMMUNITY_STATION")
    whole = {(a.scheme.key, a.key): a.as_dict() for a in entitlements(wulong, DAY)}
    for subject in (factories.region("后坪乡"), *factories.Facility.objects.all()):
        for answer in entitlement(subject, DAY):
            assert whole[answer.scheme.key, answer.key] == answer.as_dict()


def test_queries_do_not_grow_with_facilities(wulong, claim, django_assert_num_queries):
    (station,) = made(factories.region("白马镇"), "COMMUNITY_STATION")
    claim("station", station, f"facility:{station.code}")
    with CaptureQueriesContext(
        connection,
    ) as few:
        entitlements(wulong, DAY)
    made(factories.region("白马镇"), "VILLAGE_POINT", 5)
    for row in made(factories.region("江口镇"), "COMMUNITY_STATION", 5):
        claim("station", row, f"facility:{row.code}")
    with django_assert_num_queries(len(few)):
        entitlements(wulong, DAY)
    assert len(few) <= 12

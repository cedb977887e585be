"""demo: the year of 武隆 as the plan prints it, told once, and never over anything else."""

import os
import socket
from collections import Counter
from datetime import date
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Sum
from django.test import Client, override_settings

from eldercare import figures, review
from eldercare.accounts import ROLES, User
from eldercare.names import RegionAlias
from eldercare.policies import Policy
from eldercare.regions import Region
from eldercare.review import ReviewEvent
from eldercare.uploads import Upload
from facilities import checks, history, services
from facilities.kinds import Stage
from facilities.models import (
    AcceptanceReview,
    Attachment,
    Facility,
    FacilityRecord,
    OperatorContract,
    ServiceLink,
    SiteVisit,
    StandardEdition,
    Waiver,
)
from facilities.rules.overall import Overall
from facilities.services import rechecking, returning
from plans.models import PlanTarget, ProgressReport
from plans.progress import notes
from training.models import TrainingQuota

# The demo is made for the module; the mark has the test database set up even when none of the other tests is run.
pytestmark = pytest.mark.django_db
PASSWORD = "mingxin-2020-pass"
YEAR_END = date(2020, 12, 31)


def run_demo() -> str:
    out = StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEMO_PASSWORD", PASSWORD)
        call_command("demo", no_serve=True, stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The demo database, made once for this module and undone at its end; what the command printed."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield run_demo()
        transaction.set_rollback(True)


@pytest.fixture
def undone(demo):
    """Whatever a test does to the demo is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def district(demo) -> Region:
    return Region.objects.districts().get(code="500156")


def facility(name: str) -> Facility:
    return Facility.objects.select_related("district").get(name=name)


def check_of(name: str) -> checks.Check:
    return checks.check(facility(name), YEAR_END)


def row_counts() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


# Asked of a database without the demo, so before it is made.


def refused_demo(**options) -> str:
    with pytest.raises(CommandError) as refused:
        call_command("demo", stdout=StringIO(), **options)
    return str(refused.value)


def test_demo_refuses_in_production(db):
    with override_settings(PRODUCTION=True):
        assert "生产环境" in refused_demo(no_serve=True)
    assert User.objects.count() == 0


def test_demo_refuses_a_database_with_other_accounts(db, make_user, wulong):
    make_user("clerk", wulong, "zhang.san")
    assert "zhang.san" in refused_demo(no_serve=True)
    wulong.refresh_from_db()
    assert not wulong.is_demo
    assert User.objects.count() == 1


def test_demo_refuses_a_database_with_real_facilities(db, register):
    row = register()
    assert row.code in refused_demo(no_serve=True)
    assert Facility.objects.count() == 1


def test_demo_refuses_a_database_with_other_policies(db, wulong):
    Policy.objects.create(slug="elsewhere-2021", title="别处方案", district=wulong)
    assert "elsewhere-2021" in refused_demo(no_serve=True)


def test_demo_says_when_the_port_is_taken_and_prepares_nothing(db):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"端口 {port}" in refused_demo(port=port)
    assert User.objects.count() == 0


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_demo_refuses_a_port_that_is_none_and_prepares_nothing(db, port):
    assert "1到65535" in refused_demo(port=port)
    assert User.objects.count() == 0


def test_facilities_follow_the_plan_unit_by_unit_and_year_by_year(demo):
    targets = PlanTarget.objects.filter(year__in=(2019, 2020), planned__gt=0)
    planned = {(t, y, r): n for t, y, r, n in targets.values_list("type", "year", "region", "planned")}
    due = Facility.objects.filter(planned_year__in=(2019, 2020))
    assert Counter(due.values_list("type", "planned_year", "township")) == planned
    assert targets.aggregate(total=Sum("planned"))["total"] == due.count() == 70


def test_a_few_points_were_built_ahead_of_the_plan_and_one_is_older_than_it(demo):
    ahead = Facility.objects.filter(planned_year__gt=2020)
    for type_, year, unit in ahead.values_list("type", "planned_year", "township"):
        assert PlanTarget.objects.get(type=type_, year=year, region=unit).planned == 1
    assert [row.stage for row in ahead] == ["accepted"] * 4
    assert [row.accepted_on for row in Facility.objects.filter(planned_year=None)] == [None]


def test_every_facility_is_marked_as_demo_and_stands_in_its_own_township(demo):
    for row in Facility.objects.select_related("township", "village"):
        assert row.is_demo
        assert "演示" in row.name
        places = [row.township, *row.township.heirs()]
        assert row.village is None or any(row.village.path.startswith(place.path) for place in places)


def test_all_stages_occur_and_the_earlier_year_is_further_on(demo):
    assert set(Facility.objects.values_list("stage", flat=True)) == set(Stage.values)
    done = {
        year: Facility.objects.filter(planned_year=year, accepted_on__isnull=False).count() for year in (2019, 2020)
    }
    assert done[2019] > 20
    assert 0 < done[2020] < done[2019]


def test_another_run_doubles_nothing_and_accounts_keep_working(undone):
    before = row_counts()
    printed = run_demo()
    assert row_counts() == before
    assert "没有重复写入" in printed
    assert User.objects.get(username="leader").check_password(PASSWORD)


@pytest.mark.parametrize("username", [*(role.code for role in ROLES), "500156102"])
def test_every_account_signs_in_with_the_printed_password(undone, username):
    reply = Client().post("/accounts/login/", {"username": username, "password": PASSWORD})
    assert (reply.status_code, reply.headers.get("Location")) == (302, "/")


def test_the_accounts_and_their_password_are_printed(demo):
    assert all(role.code in demo and role.label in demo for role in ROLES)
    assert PASSWORD in demo
    assert User.objects.filter(is_superuser=True).count() == 0


def test_every_township_has_one_account_of_its_own(demo, district):
    townships = district.below().townships().on(YEAR_END)
    holders = Counter(User.objects.filter(groups__name="乡镇经办").values_list("region", flat=True))
    assert holders == dict.fromkeys(townships.values_list("pk", flat=True), 1)


def test_street_centre_of_1420_square_metres_was_accepted_by_waiver_of_a_third_person(demo):
    found = check_of("芙蓉街道演示养老服务中心")
    assert found.overall == Overall.ACCEPTABLE
    assert [(f.label, f.gap_text) for f in found.findings if f.waiver] == [("建筑面积", "还差 80 ㎡")]
    row = found.facility.acceptances.get()
    signed = [person.username for person in (row.submitted_by, row.decided_by, row.consented_by)]
    assert (row.status, signed) == ("accepted", ["clerk", "reviewer", "approver"])


def test_a_station_of_285_square_metres_waits_for_consent(demo):
    waiver = Waiver.objects.get(status="proposed")
    assert (waiver.measured_text, waiver.gap_text, waiver.review.status) == ("285 ㎡", "还差 15 ㎡", "reviewing")
    assert checks.check(waiver.facility, YEAR_END).overall == Overall.NEEDS_REASON


def test_station_of_230_square_metres_waits_for_word_on_its_elders(demo):
    found = check_of("土坎社区演示养老服务站")
    assert found.overall == Overall.INCOMPLETE
    assert [finding.missing for finding in found.problems()] == [("community.few_elders",)]


def test_street_centre_without_care_zone_was_returned(demo):
    found = check_of("凤山街道演示养老服务中心")
    assert found.overall == Overall.NOT_ACCEPTABLE
    assert [finding.missing for finding in found.problems()] == [("人文关怀",)]
    assert found.facility.acceptances.get().status == AcceptanceReview.Status.RETURNED


def test_township_centre_with_missing_data_is_incomplete(demo):
    assert check_of("后坪乡演示养老服务中心").overall == Overall.INCOMPLETE


def test_reviews_wait_in_every_open_state_and_two_persons_made_each_decision(demo):
    statuses = Counter(AcceptanceReview.objects.values_list("status", flat=True))
    assert min(statuses[status] for status in ("draft", "submitted", "reviewing", "returned")) >= 1
    assert statuses["accepted"] == Facility.objects.filter(accepted_on__isnull=False).count()
    for row in AcceptanceReview.objects.filter(status="accepted").select_related("submitted_by", "decided_by"):
        assert (row.submitted_by.username, row.decided_by.username) == ("clerk", "reviewer")


def test_some_reviews_wait_unassigned_and_one_is_with_the_reviewer(demo):
    waiting = AcceptanceReview.objects.filter(status="submitted")
    assert waiting.count() >= 3
    assert not waiting.filter(reviewer__isnull=False).exists()
    under_review = AcceptanceReview.objects.get(status="reviewing", waivers__isnull=True)
    assert (under_review.assigned_by.username, under_review.reviewer.username) == ("approver", "reviewer")


def test_returns_carry_coded_reasons_drafted_from_the_clauses(demo):
    returns = list(ReviewEvent.objects.filter(model="facilities.acceptancereview", verb="send_back"))
    assert all(event.detail["reasons"] and event.detail["findings"] for event in returns)
    assert {reason["code"] for event in returns for reason in event.detail["reasons"]} == {"clause_unmet", "documents"}
    street = next(event for event in returns if event.object_name.startswith("凤山街道演示养老服务中心"))
    assert [reason["requirement"] for reason in street.detail["reasons"]] == ["street.zones"]
    assert "请增设人文关怀" in street.comment


def test_one_review_was_returned_and_submitted_again_with_its_reason_settled(demo):
    open_again = [
        row for row in AcceptanceReview.objects.filter(status="submitted") if row.events().filter(verb="send_back")
    ]
    assert len(open_again) == 1
    changes = returning.changes_since(open_again[0], checks.check(open_again[0].facility, YEAR_END))
    assert [reason.settled for reason in changes.reasons] == [True]
    assert [(change.label, change.after_text) for change in changes.facts] == [("符合建筑防火规范", "是")]


def test_one_accepted_station_was_measured_again_and_needs_a_recheck(demo):
    (changed,) = rechecking.needing(AcceptanceReview.objects.filter(status="accepted")).values()
    assert [(one.label, one.after_text) for one in changed] == [
        ("建筑面积", "286 ㎡"),
        ("使用面积", "243.1 ㎡"),
        ("面积", "资料不全（待补：是否属于“老年人口较少的社区”）"),
    ]


def test_a_submitted_review_can_be_taken_and_accepted_by_the_reviewer(undone):
    row = AcceptanceReview.objects.get(facility__name="后槽村演示互助养老点")
    reviewer = User.objects.get(username="reviewer")
    services.take(row, by=reviewer)
    services.accept(row, by=reviewer, comment="现场核查属实")
    assert facility("后槽村演示互助养老点").stage == Stage.ACCEPTED


def test_centre_of_baima_can_be_completed_submitted_and_accepted(undone):
    centre = facility("白马镇演示养老服务中心")
    clerk, reviewer = (User.objects.get(username=name) for name in ("clerk", "reviewer"))
    assert centre.stage == Stage.BUILDING
    zones = ["托养护理", "生活照料", "医疗保健", "文体活动"]
    state = {"stage": Stage.COMPLETED, "zones": zones, "beds": 40, "nursing_beds": 20}
    history.record_one(centre, state, effective_on=YEAR_END, by=clerk)
    row = services.open_review(centre, by=clerk)
    review.perform(row, "submit", by=clerk)
    services.take(row, by=reviewer)
    services.accept(row, by=reviewer, comment="现场核查属实")
    assert facility(centre.name).stage == Stage.ACCEPTED


def test_november_lacks_three_reports_and_one_was_returned(demo):
    reports = ProgressReport.objects.filter(period__month=date(2020, 11, 1))
    status = Counter(reports.values_list("status", flat=True))
    assert status == {"accepted": 22, "returned": 1}
    townships = Region.objects.filter(code__startswith="500156").townships().on(YEAR_END)
    missing = townships.exclude(progress_reports__in=reports)
    assert {region.short_name for region in missing} == {"文复乡", "土地乡", "浩口乡"}


def test_returned_month_has_the_clerks_note_at_its_cell(demo):
    returned = ProgressReport.objects.get(status="returned")
    told = notes.row_notes(returned.upload)
    assert [(note.name, note.column) for note in told] == [
        ("筏子村演示互助养老点", "投入资金（万元）"), ("后槽村演示互助养老点", ""),
    ]  # fmt: skip
    assert all(note.cell for note in told)


def test_months_are_reported_by_the_townships_of_their_last_day(demo):
    expected = {5: (27, "羊角镇", "羊角街道"), 6: (26, "羊角街道", "羊角镇")}
    for month, (count, standing, absent) in expected.items():
        rows = ProgressReport.objects.filter(period__month=date(2020, month, 1)).select_related("township")
        names = {row.township.short_name for row in rows}
        assert (len(names), standing in names, absent in names) == (count, True, False)


def test_december_is_open_with_a_few_sheets_to_receive(demo):
    reports = ProgressReport.objects.filter(period__month=date(2020, 12, 1)).select_related("upload", "township")
    assert {report.status for report in reports} == {"submitted"}
    assert all(report.upload.status == Upload.Status.CONFIRMED for report in reports)
    assert len(reports) == 4
    assert "白马镇" not in {report.township.short_name for report in reports}


def test_some_reports_came_late(demo):
    late = [report for report in ProgressReport.objects.select_related("period") if report.is_late]
    assert 0 < len(late) < ProgressReport.objects.count() / 10


def test_baima_sent_real_sheets_once_with_a_mistake(demo):
    sent = Upload.objects.filter(region__short_name="白马镇").order_by("uploaded_at")
    assert [(f"{row.period:%m}", row.status) for row in sent] == [
        ("09", "confirmed"), ("10", "confirmed"), ("11", "refused"), ("11", "confirmed"),
    ]  # fmt: skip
    refused = sent[2]
    assert [(problem["column"], problem["read"]) for problem in refused.problems] == [("形象进度（%）", "约八成")]
    assert all(os.path.exists(row.file.path) for row in sent)


def test_everything_happened_by_the_end_of_the_year(demo):
    assert FacilityRecord.objects.filter(effective_on__gt=YEAR_END).count() == 0
    assert {event.at.year for event in ReviewEvent.objects.all()} == {2020}
    assert {row.recorded_at.year for row in FacilityRecord.objects.all()} == {2020}


def test_coverage_rises_during_the_year(demo, district):
    middle, end = (figures.compute(district, day).district for day in (date(2020, 6, 30), YEAR_END))
    for id_ in ("coverage.village", "coverage.community", "coverage.township", "completion.village_point"):
        assert 0 < middle[id_].value < end[id_].value


def test_the_printed_other_name_was_confirmed_by_the_clerk_with_a_reason(demo):
    alias = RegionAlias.objects.get(name="庙坪乡")
    event = alias.events().get()
    assert (alias.status, alias.region.short_name, event.by_name) == ("confirmed", "庙垭乡", "演示科员")
    assert event.comment
    assert set(TrainingQuota.objects.filter(unit="庙坪乡").values_list("region", flat=True)) == {alias.region_id}


def test_one_contract_has_run_out_and_one_station_is_shared(demo):
    expired = OperatorContract.objects.filter(ends_on__lt=YEAR_END)
    assert [row.facility.township.short_name for row in expired] == ["双河镇"]
    link = ServiceLink.objects.get()
    assert (link.facility.township.short_name, link.region.short_name) == ("白马镇", "铁佛寺社区")


def test_a_district_that_is_not_loaded_is_skipped_in_words(demo):
    absent = [line for line in demo.splitlines() if "略过" in line]
    loaded = {policy.slug for policy in Policy.objects.all()}
    assert "wulong-2020" in loaded
    assert not any(slug in line for line in absent for slug in loaded)


def test_every_accepted_facility_was_visited_and_two_have_a_picture(demo):
    """The visits found what was registered, so the year's figures rest on the sheets alone."""
    accepted = AcceptanceReview.objects.filter(status="accepted")
    assert accepted.exists()
    assert not accepted.filter(visits__isnull=True).exists()
    visits = SiteVisit.objects.filter(review__in=accepted)
    assert all(line["agrees"] for visit in visits for line in visit.observations)
    assert all(visit.conclusion.startswith("演示") for visit in visits)
    pictures = Attachment.objects.filter(removed_at__isnull=True, visit__isnull=False)
    assert [row.content_type for row in pictures] == ["image/png"] * 2


def test_a_made_up_amendment_can_be_tried_and_touches_nothing_of_the_year(demo, client_for):
    """It is plainly called a demonstration, takes effect after the year, and shows who would fall short."""
    edition = StandardEdition.objects.get(key="wulong-demo-2021")
    assert "虚构" in edition.policy.title
    assert "虚构" in edition.policy.short_title
    assert edition.valid_from > YEAR_END
    assert not AcceptanceReview.objects.filter(edition=edition).exists()
    client = client_for(User.objects.get(username="approver"))
    body = client.get(f"/admin/facilities/standardedition/{edition.pk}/whatif/").content.decode()
    assert "尚未生效" in body
    assert "还差 5 ㎡" in body

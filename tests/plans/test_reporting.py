"""A month of a district: its deadline, its lock, leave for one township, and who may receive what."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from eldercare import review
from eldercare.audit import AuditRecord
from eldercare.regions import Region
from eldercare.review import Denied, MoveRefused, StaleObject
from plans import periods
from plans.models import PeriodException, ProgressReport, ReportingPeriod

NOVEMBER = date(2020, 11, 1)
BEFORE, AFTER = date(2020, 12, 5), date(2020, 12, 6)
OFFICES = ["reviewer", "approver", "leader", "apiclient", "admin"]


@pytest.fixture
def november(wulong):
    return ReportingPeriod.objects.create(district=wulong, month=NOVEMBER, due_on=BEFORE)


@pytest.fixture
def locked(november, clerk):
    periods.lock(november, by=clerk, reason="年终汇总")
    return november


def allow(period, township, by, until=date(2020, 12, 20), reason="停电"):
    return periods.allow(period, township, until=until, by=by, reason=reason)


# -- deadline


def test_period_opens_with_the_fifth_where_no_policy_names_a_day(wulong):
    assert periods.period_of(wulong, NOVEMBER).due_on == date(2020, 12, 5)


def test_period_opens_with_the_day_of_the_districts_own_duty(wulong):
    policy = wulong.policies.get()
    policy.dutys.filter(cadence="monthly").update(due_day=10)
    policy.dutys.filter(cadence="monthly").exclude(pk=policy.dutys.filter(cadence="monthly").first().pk).delete()
    assert policy.dutys.filter(cadence="monthly").exists()
    assert periods.period_of(wulong, NOVEMBER).due_on == date(2020, 12, 10)


def test_month_is_opened_once(wulong):
    assert periods.period_of(wulong, NOVEMBER) == periods.period_of(wulong, NOVEMBER)


@pytest.mark.parametrize(("day", "word"), [(BEFORE, "报送中"), (AFTER, "已过期")])
def test_month_past_its_deadline_is_overdue_by_itself(november, day, word):
    assert november.standing(day)[1] == word


def test_locked_month_is_locked_on_every_day(locked):
    assert {locked.standing(day)[1] for day in (BEFORE, AFTER)} == {"已锁定"}


def test_month_past_its_deadline_still_takes_reports(november, baima):
    assert periods.closed(november, baima, AFTER) == ""


def test_deadline_is_moved_with_its_reason_in_the_trail(november, clerk):
    periods.move_deadline(november, date(2020, 12, 8), by=clerk, reason="系统升级")
    assert (november.due_on, november.lock_reason) == (date(2020, 12, 8), "系统升级")
    said = AuditRecord.objects.get(action="record.changed").detail
    assert said == {"fields": ["截止日期：2020-12-05 → 2020-12-08"], "rows": ["系统升级"]}


@pytest.mark.parametrize(
    ("due_on", "reason", "words"),
    [(date(2020, 12, 8), "  ", "写明理由"), (NOVEMBER, "提前", "月份开始之后"), (AFTER, "长" * 201, "200")],
)
def test_deadline_without_reason_or_sense_is_refused(november, clerk, due_on, reason, words):
    with pytest.raises(MoveRefused, match=words):
        periods.move_deadline(november, due_on, by=clerk, reason=reason)
    november.refresh_from_db()
    assert november.due_on == BEFORE


# -- lock


def test_locked_month_says_so_with_its_reason(locked, baima):
    assert periods.closed(locked, baima, BEFORE) == "2020年11月已锁定（年终汇总），不再接收报表。"


def test_lock_carries_time_person_and_reason(locked, clerk):
    assert (locked.locked_by, locked.lock_reason) == (clerk, "年终汇总")
    assert locked.locked_at is not None
    assert [(event.label, event.comment) for event in locked.events()] == [("锁定", "年终汇总")]


def test_unlocked_month_takes_reports_again(locked, baima, clerk):
    periods.unlock(locked, by=clerk, reason="更正")
    assert periods.closed(locked, baima, AFTER) == ""
    assert (locked.locked_at, locked.locked_by) == (None, None)


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_lock_and_unlock_need_a_reason(november, clerk, reason):
    with pytest.raises(MoveRefused, match="必须填写理由"):
        periods.lock(november, by=clerk, reason=reason)
    periods.lock(november, by=clerk, reason="年终汇总")
    with pytest.raises(MoveRefused, match="必须填写理由"):
        periods.unlock(november, by=clerk, reason=reason)


def test_page_read_before_the_month_was_locked_is_stale(november, clerk):
    version = november.version
    periods.lock(november, by=clerk, reason="年终汇总")
    with pytest.raises(StaleObject):
        periods.unlock(november, by=clerk, reason="更正", version=version)


@pytest.mark.parametrize("role", [*OFFICES, "township"])
def test_nobody_but_the_clerk_locks_moves_or_allows(november, baima, wulong, make_user, role):
    other = make_user(role, baima if role == "township" else wulong)
    for act in (
        lambda: periods.lock(november, by=other, reason="理由"),
        lambda: periods.move_deadline(november, AFTER, by=other, reason="理由"),
        lambda: allow(november, baima, other),
    ):
        with pytest.raises(Denied):
            act()
    november.refresh_from_db()
    assert (november.status, november.due_on) == ("open", BEFORE)
    assert not PeriodException.objects.exists()


def test_clerk_of_another_district_reaches_nothing(november, baima, make_user):
    stranger = make_user("clerk", Region.objects.get(code="500238"))
    for act in (
        lambda: periods.lock(november, by=stranger, reason="理由"),
        lambda: periods.move_deadline(november, AFTER, by=stranger, reason="理由"),
        lambda: allow(november, baima, stranger),
    ):
        with pytest.raises(Denied):
            act()


def test_database_wants_time_and_person_of_a_lock(november):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE plans_reportingperiod SET status = 'locked' WHERE id = %s", [november.pk])


# -- leave


def test_leave_opens_a_locked_month_to_one_township_until_its_day(locked, baima, jiangkou, clerk):
    allow(locked, baima, clerk, until=date(2020, 12, 20))
    assert periods.closed(locked, baima, date(2020, 12, 20)) == ""
    assert "准予补报已于 2020-12-20 到期" in periods.closed(locked, baima, date(2020, 12, 21))
    assert "已锁定" in periods.closed(locked, jiangkou, date(2020, 12, 20))


def test_last_leave_counts_so_that_it_can_be_taken_back(locked, baima, clerk):
    allow(locked, baima, clerk, until=date(2020, 12, 20))
    allow(locked, baima, clerk, until=date(2020, 12, 7), reason="已补报，收回")
    assert "已锁定" in periods.closed(locked, baima, date(2020, 12, 8))


def test_leave_is_written_down_for_good(locked, baima, clerk):
    given = allow(locked, baima, clerk)
    with pytest.raises(TypeError):
        given.save()
    with pytest.raises(TypeError):
        given.delete()
    with pytest.raises(TypeError):
        PeriodException.objects.filter(pk=given.pk).update(until=AFTER)
    assert AuditRecord.objects.filter(model="plans.periodexception", object_id=str(given.pk)).exists()


def test_leave_needs_a_reason_a_township_of_the_district_and_a_day_within_sense(locked, baima, wulong, clerk):
    foreign = Region.objects.filter(code__startswith="500238").townships().first()
    village = baima.children.filter(kind="village").first()
    for township, until, reason, words in (
        (baima, AFTER, " ", "写明理由"),
        (foreign, AFTER, "停电", "不是武隆区"),
        (village, AFTER, "停电", "不是武隆区"),
        (baima, date(2020, 10, 31), "停电", "该月开始之后"),
    ):
        with pytest.raises(MoveRefused, match=words):
            allow(locked, township, clerk, until=until, reason=reason)
    assert not PeriodException.objects.exists()


def test_open_month_costs_no_question_about_leave(november, baima, django_assert_num_queries):
    with django_assert_num_queries(0):
        periods.closed(november, baima, AFTER)


# -- who receives


def test_who_handed_a_month_in_may_send_it_back_but_not_receive_it(november, baima, clerk):
    report = ProgressReport.objects.create(period=november, township=baima)
    review.perform(report, "submit", by=clerk)
    with pytest.raises(MoveRefused, match="不能是同一人"):
        review.perform(report, "accept", by=clerk)
    review.perform(report, "send_back", by=clerk, comment="报错了月份")
    assert report.status == "returned"


def test_database_refuses_a_month_received_by_who_handed_it_in(november, baima, clerk):
    signed = {"at": timezone.now(), "by": clerk}
    stamps = {f"{name}_{part}": value for name in ("submitted", "decided") for part, value in signed.items()}
    row = ProgressReport(period=november, township=baima, status="accepted", **stamps)
    with pytest.raises(IntegrityError, match="plans_progressreport_accepted_by_another"), transaction.atomic():
        ProgressReport.objects.bulk_create([row])


# -- on the page


@pytest.fixture
def office(client_for, clerk):
    """The clerk's browser."""
    return client_for(clerk)


LEAVE = "/admin/plans/periodexception/add/"


def test_leave_is_given_on_a_page_and_stands_on_that_of_the_month(office, locked, baima, clerk):
    told = {"period": locked.pk, "township": baima.pk, "until": "2020-12-20", "reason": "停电"}
    assert office.post(LEAVE, told).status_code == 302
    given = PeriodException.objects.get()
    assert (given.township, given.allowed_by, str(given.until)) == (baima, clerk, "2020-12-20")
    page = office.get(f"/admin/plans/reportingperiod/{locked.pk}/change/").content.decode()
    for words in ("停电", "2020-12-20", "年终汇总", "已锁定"):
        assert words in page
    assert AuditRecord.objects.filter(model="plans.periodexception").count() == 1


def test_wrong_leave_comes_back_explained(office, locked, baima):
    told = {"period": locked.pk, "township": baima.pk, "until": "2020-10-01", "reason": "停电"}
    assert "该月开始之后" in office.post(LEAVE, told).content.decode()
    assert list(office.post(LEAVE, told | {"reason": ""}).context["adminform"].form.errors) == ["reason"]
    assert not PeriodException.objects.exists()


def test_township_of_another_district_is_not_offered(office, locked):
    foreign = Region.objects.filter(code__startswith="500238").townships().first()
    told = {"period": locked.pk, "township": foreign.pk, "until": "2020-12-20", "reason": "停电"}
    assert office.post(LEAVE, told).status_code == 200
    assert not PeriodException.objects.exists()


def test_given_leave_is_read_and_not_changed(office, locked, baima, clerk):
    given = allow(locked, baima, clerk)
    address = f"/admin/plans/periodexception/{given.pk}/change/"
    assert "停电" in office.get(address).content.decode()
    assert office.post(address, {"until": "2099-01-01"}).status_code == 403


@pytest.mark.parametrize("role", ["reviewer", "approver", "admin"])
def test_other_roles_find_no_way_to_lock_or_allow(client_for, make_user, wulong, november, role):
    signed_in = client_for(make_user(role, wulong))
    page = signed_in.get(f"/admin/plans/reportingperiod/{november.pk}/change/").content.decode()
    assert 'value="lock"' not in page
    assert LEAVE not in page
    assert signed_in.get(LEAVE).status_code == 403


def test_page_of_a_month_asks_as_often_for_one_leave_as_for_many(
    office, november, baima, wulong, clerk, django_assert_max_num_queries
):
    address = f"/admin/plans/reportingperiod/{november.pk}/change/"
    allow(november, baima, clerk)
    office.get(address)
    with django_assert_max_num_queries(20) as one:
        office.get(address)
    asked = len(one)
    for township in wulong.below().townships().today():
        allow(november, township, clerk)
    with django_assert_max_num_queries(asked):
        office.get(address)

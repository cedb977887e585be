"""督办: who is chased for a month, with what words; the months side by side; what was done is kept for the next clerk."""

from datetime import UTC, date, datetime

import pytest
from factories import region

from eldercare import clock, figures, review
from eldercare.audit import AuditRecord
from eldercare.regions import Region
from eldercare.review import Denied, MoveRefused
from eldercare.uploads import Upload
from plans import chasing, months, periods
from plans.models import ChaseNote, ProgressReport, ReportingPeriod

OCTOBER, NOVEMBER, DECEMBER = date(2020, 10, 1), date(2020, 11, 1), date(2020, 12, 1)
DAY = date(2020, 12, 15)
NOON = {"hour": 4, "tzinfo": UTC}


@pytest.fixture
def november(wulong):
    return ReportingPeriod.objects.create(district=wulong, month=NOVEMBER, due_on=date(2020, 12, 5))


@pytest.fixture
def october(wulong):
    return ReportingPeriod.objects.create(district=wulong, month=OCTOBER, due_on=date(2020, 11, 5))


@pytest.fixture
def sender(wulong, make_user):
    """Whoever hands in for townships, and is not the clerk who receives."""
    return make_user("clerk", wulong, "sender")


def hand_in(period, township, by, day: date, verb: str = "", clerk=None, comment: str = ""):
    report = ProgressReport.objects.create(period=period, township=township)
    with clock.telling(datetime(day.year, day.month, day.day, **NOON)):
        review.perform(report, "submit", by=by, number=1)
        if verb:
            review.perform(report, verb, by=clerk, comment=comment)
    return report


def look(wulong, month=NOVEMBER, day=DAY):
    scope = figures.scope_for(wulong, day)
    return scope, months.states(scope, [month])[0]


def listed(wulong, month=NOVEMBER, day=DAY):
    return {item.row.township.short_name: item for item in chasing.chases(*look(wulong, month, day))}


# -- a month


def test_month_is_counted_by_what_became_of_each_report(wulong, november, baima, jiangkou, sender, clerk):
    hand_in(november, baima, sender, date(2020, 12, 5), "accept", clerk)
    hand_in(november, jiangkou, sender, date(2020, 12, 9))
    hand_in(november, region("和顺镇"), sender, date(2020, 12, 2), "send_back", clerk, "缺面积")
    _, state = look(wulong)
    counts = (state.expected, len(state.reported), len(state.on_time), len(state.late), len(state.accepted))
    assert counts == (26, 2, 1, 1, 1)
    assert (len(state.returned), len(state.missing)) == (1, 24)
    words = {row.township.short_name: row.mark[0] for row in state.rows}
    assert (words["白马镇"], words["江口镇"], words["和顺镇"], words["平桥镇"]) == (
        "已接收",
        "迟报·待核",
        "已退回",
        "未报",
    )


def test_each_kind_of_cell_differs_in_word_and_shape(wulong, november, october, baima, jiangkou, sender, clerk):
    hand_in(november, baima, sender, date(2020, 12, 5), "accept", clerk)
    hand_in(november, jiangkou, sender, date(2020, 12, 5))
    hand_in(november, region("和顺镇"), sender, date(2020, 12, 2), "send_back", clerk, "缺面积")
    hand_in(november, region("凤来镇"), sender, date(2020, 12, 9))
    scope = figures.scope_for(wulong, DAY)
    found = months.states(scope, [date(2020, 9, 1), NOVEMBER, DECEMBER])
    marks = {row.mark[:3] for state in found for row in state.rows}
    assert {word for word, _, _ in marks} == {"未开始", "已接收", "待核", "迟报·待核", "已退回", "未报", "待报"}
    assert len({shape for _, _, shape in marks}) == len(marks)


def test_month_that_nobody_opened_is_missing_from_everyone_once_the_district_reports(wulong, october):
    _, state = look(wulong, NOVEMBER)
    assert (state.period, state.due_on, len(state.to_chase)) == (None, date(2020, 12, 5), 26)


def test_months_before_the_district_began_to_report_are_asked_of_nobody(wulong, november):
    _, state = look(wulong, OCTOBER)
    assert (state.due_on, state.to_chase) == (None, [])
    assert state.standing(DAY)[1] == "未开始"


def test_twelve_months_end_with_the_days_own(wulong):
    assert months.months_before(DAY)[0] == date(2020, 1, 1)
    assert months.months_before(date(2021, 1, 3))[-2:] == [DECEMBER, date(2021, 1, 1)]


def test_lines_have_a_cell_a_month_for_every_township_of_the_day(wulong, november, baima, sender):
    hand_in(november, baima, sender, date(2020, 12, 1))
    scope = figures.scope_for(wulong, DAY)
    found = months.lines(scope, months.states(scope, months.months_before(DAY)))
    assert len(found) == len(scope.townships)
    assert {len(line.cells) for line in found} == {12}
    own = next(line for line in found if line.township == baima)
    assert own.cells[10].mark[0] == "待核"


def test_states_ask_as_often_for_one_month_as_for_twelve(
    wulong, november, october, baima, jiangkou, sender, django_assert_num_queries
):
    scope = figures.scope_for(wulong, DAY)
    with django_assert_num_queries(5):
        months.states(scope, [NOVEMBER])
    for period in (november, october):
        for township in (baima, jiangkou):
            hand_in(period, township, sender, date(2020, 12, 1))
    with django_assert_num_queries(5):
        months.states(scope, months.months_before(DAY))


# -- whom to chase


def test_list_holds_missing_and_late_with_the_longest_overdue_first(wulong, november, baima, jiangkou, sender):
    hand_in(november, baima, sender, date(2020, 12, 5))
    hand_in(november, jiangkou, sender, date(2020, 12, 9))
    found = chasing.chases(*look(wulong))
    names = [item.row.township.short_name for item in found]
    assert "白马镇" not in names
    assert names[-1] == "江口镇"
    assert (found[0].row.days_late, found[-1].row.days_late) == (10, 4)
    assert found[-1].missing == "迟报，已收到"


def test_nobody_is_chased_before_the_deadline_has_passed(wulong, november):
    assert listed(wulong, day=date(2020, 12, 5)) == {}
    assert len(listed(wulong, day=date(2020, 12, 6))) == 26


def test_list_says_what_stands_between_a_township_and_its_report(wulong, november, baima, jiangkou, sender, clerk):
    hand_in(november, region("和顺镇"), sender, date(2020, 12, 2), "send_back", clerk, "缺面积")
    sent = {"kind": "progress", "district": wulong, "period": NOVEMBER, "file": "x", "sha256": "0" * 64, "size": 1}
    Upload.objects.create(**sent, region=baima, status="refused", error_total=2, uploaded_by=sender)
    Upload.objects.create(**sent, region=jiangkou, status="staged", uploaded_by=sender)
    found = listed(wulong)
    assert found["和顺镇"].missing == "退回后没有重报：缺面积"
    assert found["白马镇"].missing.startswith("上传的表格有错误，没有入库")
    assert found["江口镇"].missing.startswith("上传了表格，没有确认")
    assert found["平桥镇"].missing == "没有上传过表格"


def test_list_names_the_active_accounts_and_the_last_month_reported(
    wulong, october, november, baima, make_user, township_user, sender
):
    hand_in(october, baima, sender, date(2020, 11, 2))
    gone = make_user("township", baima, "left")
    gone.is_active = False
    gone.save()
    make_user("leader", baima, "headman")
    found = listed(wulong)
    assert found["白马镇"].contact == "township（township）"
    assert (found["白马镇"].last_month, found["平桥镇"].last_month) == ("2020-10", "没有报过")
    assert found["平桥镇"].contact == "没有启用的账号"


def test_leave_stands_beside_the_township_and_its_report_stays_late(wulong, november, baima, clerk, sender):
    periods.allow(november, baima, until=date(2020, 12, 20), by=clerk, reason="停电")
    assert listed(wulong)["白马镇"].row.leave == date(2020, 12, 20)
    hand_in(november, baima, sender, date(2020, 12, 10))
    assert listed(wulong)["白马镇"].state == "迟报·待核"


def test_list_asks_as_often_for_one_township_as_for_all(wulong, november, clerk, sender, django_assert_max_num_queries):
    for township in figures.scope_for(wulong, DAY).townships[1:]:
        hand_in(november, township, sender, date(2020, 12, 1))
    scope, state = look(wulong)
    assert len(state.to_chase) == 1
    with django_assert_max_num_queries(6) as one:
        chasing.chases(scope, state)
    asked = len(one)
    ProgressReport.objects.all().delete()
    scope, state = look(wulong)
    with django_assert_max_num_queries(asked):
        assert len(chasing.chases(scope, state)) == 26


# -- what was done


def chase(wulong, by, *townships, **said):
    told = {"chased_on": date(2020, 12, 8), "way": "phone", "note": "答应明天报"} | said
    return chasing.note_chase(wulong, NOVEMBER, townships, by=by, **told)


def test_chase_is_kept_for_the_next_clerk(wulong, november, baima, jiangkou, clerk):
    chase(wulong, clerk, baima, jiangkou)
    chase(wulong, clerk, baima, note="再次催报", way="letter")
    notes = listed(wulong)["白马镇"].notes
    assert [(note.get_way_display(), note.note, note.recorded_by) for note in notes] == [
        ("书面督办", "再次催报", clerk),
        ("电话", "答应明天报", clerk),
    ]
    assert AuditRecord.objects.filter(action="record.created", model="plans.chasenote").count() == 2


def test_chase_for_a_month_that_nobody_opened_opens_it(wulong, october, baima, clerk):
    chase(wulong, clerk, baima)
    assert ReportingPeriod.objects.get(month=NOVEMBER).due_on == date(2020, 12, 5)
    assert len(listed(wulong)["白马镇"].notes) == 1


def test_chase_is_never_changed_or_deleted(wulong, november, baima, clerk):
    (note,) = chase(wulong, clerk, baima)
    for attempt in (note.save, note.delete, ChaseNote.objects.all().delete):
        with pytest.raises(TypeError):
            attempt()
    with pytest.raises(TypeError):
        ChaseNote.objects.update(note="改过")


def test_everything_wrong_with_a_chase_is_said_at_once(wulong, november, clerk):
    with pytest.raises(MoveRefused) as refused:
        chase(wulong, clerk, way="pigeon", note=" ", chased_on=date(2020, 10, 31))
    for words in ("请勾选督办的乡镇", "不能早于该月1日", "请选择督办方式", "请写明督办的情况"):
        assert words in str(refused.value)
    assert not ChaseNote.objects.exists()


def test_chase_lies_neither_in_the_future_nor_beyond_its_length(wulong, november, baima, clerk):
    with pytest.raises(MoveRefused, match="不能晚于"):
        chase(wulong, clerk, baima, chased_on=date(2099, 1, 1))
    with pytest.raises(MoveRefused, match="500"):
        chase(wulong, clerk, baima, note="长" * 501)


@pytest.mark.parametrize("role", ["reviewer", "approver", "leader", "apiclient", "admin", "township"])
def test_nobody_but_the_clerk_records_a_chase(wulong, november, baima, make_user, role):
    with pytest.raises(Denied):
        chase(wulong, make_user(role, baima if role == "township" else wulong), baima)


def test_clerk_of_another_district_records_nothing_here(wulong, november, baima, make_user):
    with pytest.raises(Denied):
        chase(wulong, make_user("clerk", Region.objects.get(code="500238")), baima)
    assert not ChaseNote.objects.exists()

"""A person of the rosters who moves, was entered wrongly or stands twice: history kept, counts where they belong."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from factories import user
from trainingoffice import ENDED, LATER, PHONE

from eldercare.audit import AuditRecord
from eldercare.regions import Region
from eldercare.review import Denied, MoveRefused
from training import personal
from training.models import Attendance, Certificate, Change, Person, PersonChange, TeamMember
from training.services import people, sessions

pytestmark = pytest.mark.django_db
OTHER_PHONE = "13800000002"
WHY = "调令2020年9号"


def trained(office, unit: str, role: str) -> int:
    line = next((line for line in office.board().lines if line.name == unit), None)
    cell = line.cells.get((role, 2020)) if line else None
    return cell.trained if cell else 0


def test_a_move_counts_from_its_day_and_leaves_earlier_courses_where_they_were(office, person, clerk, unit):
    change = people.move(person, unit=unit("江口镇"), on=date(2020, 9, 1), reason=WHY, by=clerk)
    assert (str(person.unit), person.unit_name) == ("江口镇", "江口镇")
    assert (trained(office, "白马镇", "caregiver"), trained(office, "江口镇", "caregiver")) == (1, 0)
    assert (trained(office, "白马镇", "home_director"), trained(office, "江口镇", "home_director")) == (0, 1)
    assert change.told == "单位：白马镇 → 江口镇"


@pytest.mark.parametrize(("on", "counts"), [(LATER, 1), (date(2020, 11, 1), 0)])
def test_the_last_day_of_the_course_decides(office, person, clerk, unit, on, counts):
    people.move(person, unit=unit("江口镇"), on=on, reason=WHY, by=clerk)
    assert trained(office, "江口镇", "home_director") == counts


def test_a_move_that_is_taken_back_restores_the_counts_and_stays_as_a_row(office, person, clerk, unit):
    change = people.move(person, unit=unit("江口镇"), on=date(2020, 9, 1), reason=WHY, by=clerk)
    people.retract(change, by=clerk)
    person.refresh_from_db()
    assert person.unit_name == "白马镇"
    assert trained(office, "白马镇", "home_director") == 1
    assert change.retracted_by == clerk
    with pytest.raises(MoveRefused, match="最近一次"):
        people.retract(change, by=clerk)


def test_people_move_to_units_that_are_no_township_and_to_villages(office, person, clerk, unit):
    people.move(person, unit=unit("区民政局直属机构"), on=date(2020, 9, 1), reason=WHY, by=clerk)
    assert trained(office, "区民政局直属机构", "home_director") == 1
    people.move(person, unit=unit("白马镇 铁佛村"), on=date(2020, 11, 1), reason=WHY, by=clerk)
    assert str(person.unit) == "铁佛村"
    assert unit("没有的村") is None


@pytest.mark.parametrize(
    ("name", "on", "why", "words"),
    [
        ("江口镇", date(2099, 1, 1), WHY, "还没有到"),
        ("白马镇", date(2020, 9, 1), WHY, "现在就在白马镇"),
        ("江口镇", date(2020, 9, 1), " ", "请写明原因"),
    ],
)
def test_a_move_that_cannot_be_is_refused_and_changes_nothing(person, clerk, unit, name, on, why, words):
    with pytest.raises(MoveRefused, match=words):
        people.move(person, unit=unit(name), on=on, reason=why, by=clerk)
    person.refresh_from_db()
    assert person.unit_name == "白马镇"
    assert not PersonChange.objects.exists()


def test_moves_follow_each_other_in_time(person, clerk, unit):
    people.move(person, unit=unit("江口镇"), on=date(2020, 9, 1), reason=WHY, by=clerk)
    for day in (date(2020, 8, 31), date(2020, 9, 1)):
        with pytest.raises(MoveRefused, match="要在这一天之后"):
            people.move(person, unit=unit("土坎镇"), on=day, reason=WHY, by=clerk)


def test_a_roster_finds_the_person_in_the_unit_of_its_own_day(office, person, clerk, unit):
    """After a move in September a roster of August still names the old unit, one of November the new one."""
    number = ("ZS2020", "证")
    office.hold(("演示甲", "白马镇", PHONE, *number), ended=date(2020, 7, 31))
    people.move(person, unit=unit("江口镇"), on=date(2020, 9, 1), reason=WHY, by=clerk)
    office.hold(("演示甲", "白马镇", PHONE, *number), ended=date(2020, 8, 20))
    office.hold(("演示甲", "江口镇", PHONE, *number), role="care_supervisor", ended=date(2020, 11, 20))
    assert Person.objects.count() == 1
    refused = office.send(office.session(ended=date(2020, 12, 1)), ("演示甲", "白马镇", PHONE, *number))
    [problem] = [row for row in refused.problems if row["code"] == "other_unit"]
    assert (problem["cell"], "登记调动" in problem["hint"]) == ("B2", True)


def test_a_course_that_ends_later_than_was_entered_counts_for_the_new_unit(office, person, clerk, unit):
    people.move(person, unit=unit("江口镇"), on=date(2020, 9, 1), reason=WHY, by=clerk)
    june = Attendance.objects.get(session__role="caregiver").session
    sessions.change(june, by=clerk, ends_on=date(2020, 9, 2))
    assert trained(office, "江口镇", "caregiver") == 1
    sessions.change(june, by=clerk, ends_on=ENDED)
    assert trained(office, "白马镇", "caregiver") == 1


def test_a_correction_counts_from_the_outset_and_keeps_what_was_written(office, person, clerk, unit):
    change = people.correct(
        person, name="演示贾", unit=unit("江口镇"), phone=OTHER_PHONE, reason="登记时写错", by=clerk
    )  # fmt: skip
    assert (person.name, person.unit_name, person.phone) == ("演示贾", "江口镇", OTHER_PHONE)
    assert (trained(office, "江口镇", "caregiver"), trained(office, "江口镇", "home_director")) == (1, 1)
    assert change.told == "姓名：演示甲 → 演示贾；联系电话已更正；单位：白马镇 → 江口镇"
    assert office.send(office.session(), ("演示贾", "江口镇", OTHER_PHONE)).staged.read()[0]["person"] == person.pk


def test_a_correction_of_nothing_is_refused(person, clerk, unit):
    for told in ({}, {"name": "演示甲"}, {"unit": unit("白马镇")}, {"phone": PHONE}):
        with pytest.raises(MoveRefused, match="没有改动"):
            people.correct(person, reason="登记时写错", by=clerk, **told)


def test_the_unit_of_somebody_who_moved_is_not_corrected_past_the_move(person, clerk, unit):
    people.move(person, unit=unit("江口镇"), on=date(2020, 9, 1), reason=WHY, by=clerk)
    with pytest.raises(MoveRefused, match="先撤销调动"):
        people.correct(person, unit=unit("土坎镇"), reason="登记时写错", by=clerk)


@pytest.fixture
def twice(office):
    """One person under two names, who completed the same kind of course under both, with two certificates."""
    office.hold(("演示甲", "白马镇", PHONE, "ZS1", "初级证"))
    office.hold(("演示贾", "白马镇", OTHER_PHONE, "ZS2", "中级证"), ended=LATER)
    return Person.objects.get(name="演示甲"), Person.objects.get(name="演示贾")


def test_merged_entries_count_once_and_keep_both_certificates(office, twice, clerk):
    kept, other = twice
    assert trained(office, "白马镇", "caregiver") == 2
    people.merge(kept, other, reason="身份证复印件相同", by=clerk)
    assert trained(office, "白马镇", "caregiver") == 1
    assert sorted(Certificate.objects.filter(person=kept).values_list("title", flat=True)) == ["中级证", "初级证"]
    assert (other.merged_into, other.merged_by) == (kept, clerk)
    assert PersonChange.objects.get(kind=Change.MERGED).told == f"并入 {other.pk} 号登记"


def test_a_roster_that_names_the_merged_entry_means_the_kept_one(office, twice, clerk):
    kept, other = twice
    people.merge(kept, other, reason="身份证复印件相同", by=clerk)
    for row in (("演示贾", "白马镇", OTHER_PHONE), ("演示甲", "白马镇", PHONE)):
        upload = office.send(office.session(ended=date(2020, 11, 1)), row)
        assert upload.staged.read()[0]["person"] == kept.pk


def test_of_two_rows_in_one_course_or_team_one_stands(office, clerk, baima):
    session = office.hold(("演示甲", "白马镇", PHONE, None, None, None, None, "否"), ("演示贾", "白马镇", OTHER_PHONE))
    kept, other = Person.objects.get(name="演示甲"), Person.objects.get(name="演示贾")
    village = baima.children.filter(kind="village").first()
    for who in (kept, other):
        TeamMember.objects.create(village=village, kind="assistant", person=who, recorded_by=clerk)
    people.merge(kept, other, reason="同一个人", by=clerk)
    [row] = session.attendances.filter(retracted_at=None)
    assert (row.person, row.completed) == (kept, True)
    assert TeamMember.objects.filter(person=kept, retracted_at=None).count() == 1
    assert TeamMember.objects.filter(person=kept).count() == 2, "the other one stays as a retracted row"


def test_merging_is_refused_twice_with_oneself_and_across_districts(office, twice, clerk):
    kept, other = twice
    stranger = Person.objects.create(district=Region.objects.get(code="500238"), name="演示甲")
    for who in (kept, stranger):
        with pytest.raises(MoveRefused, match="本区县的另一条"):
            people.merge(kept, who, reason="同一个人", by=clerk)
    people.merge(kept, other, reason="同一个人", by=clerk)
    with pytest.raises(MoveRefused, match=f"已并入 {kept.pk} 号"):
        people.merge(kept, other, reason="同一个人", by=clerk)


def test_a_preview_from_before_a_merge_or_move_is_made_anew(office, twice, clerk, unit):
    kept, other = twice
    for act in (
        lambda: people.merge(kept, other, reason="同一个人", by=clerk),
        lambda: people.move(kept, unit=unit("江口镇"), on=date(2020, 12, 1), reason=WHY, by=clerk),
        lambda: people.retract(PersonChange.objects.get(kind=Change.MOVED), by=clerk),
    ):
        upload = office.send(office.session(ended=date(2020, 11, 1)), ("演示贾", "白马镇", OTHER_PHONE))
        before = upload.fingerprint
        act()
        assert upload.declared.fingerprint(upload.context(clerk)) != before


@pytest.mark.parametrize("role", ["reviewer", "approver", "township", "leader", "admin"])
def test_only_the_clerk_of_the_district_changes_people(office, twice, unit, wulong, baima, role):
    kept, other = twice
    for by in (user(role, baima if role == "township" else wulong), user("clerk", Region.objects.get(code="500238"))):
        for act in (
            lambda by=by: people.move(kept, unit=unit("江口镇"), on=LATER, reason=WHY, by=by),
            lambda by=by: people.correct(kept, name="演示乙", reason=WHY, by=by),
            lambda by=by: people.merge(kept, other, reason=WHY, by=by),
        ):
            with pytest.raises(Denied):
                act()
    assert not PersonChange.objects.exists()


def test_changes_leave_a_record_without_name_or_number(twice, clerk, unit):
    kept, other = twice
    people.correct(kept, name="演示乙", phone="13800000003", reason="写错", by=clerk)
    people.move(kept, unit=unit("江口镇"), on=LATER, reason=WHY, by=clerk)
    people.merge(kept, other, reason="同一个人", by=clerk)
    records = AuditRecord.objects.filter(model="training.person", action="record.changed")
    assert records.count() == 4
    for record in records:
        told = f"{record.object_name}{record.detail}"
        assert "名册人员" in told
        assert not any(secret in told for secret in ("演示", PHONE, OTHER_PHONE, "13800000003"))


def test_clearing_takes_the_former_name_and_the_merged_entry_along(office, clerk, approver, settings):
    office.hold(("演示甲", "白马镇", PHONE, "ZS1", "初级证"), ended=date(2012, 6, 30))
    office.hold(("演示贾", "白马镇", OTHER_PHONE), ended=date(2012, 9, 30))
    kept, other = Person.objects.get(name="演示甲"), Person.objects.get(name="演示贾")
    people.correct(kept, name="演示乙", reason="写错", by=clerk)
    people.merge(kept, other, reason="同一个人", by=clerk)
    assert list(personal.expired(Person.objects.all(), date(2020, 12, 31))) == [kept]
    personal.erase(kept, by=approver)
    other.refresh_from_db()
    assert (other.name, other.phone, other.erased_by) == ("（已按期清除）", "", approver)
    assert not PersonChange.objects.exclude(name_before="").exists()
    assert Attendance.objects.filter(person=kept).count() == 2


def test_the_database_ties_merging_to_time_person_and_target(person, clerk):
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=person.pk).update(merged_into=person.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonChange.objects.create(person=person, kind=Change.MOVED, reason="x", recorded_by=clerk)

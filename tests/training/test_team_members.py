"""Members of village teams, one by one: corrected by replacing, left by a date, masked, found, and never deleted."""

from datetime import date

import factories
import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eldercare.audit import AuditRecord
from eldercare.regions import Region
from eldercare.review import Denied, MoveRefused
from training import personal, teamfacts
from training.models import Person, TeamMember
from training.services import teams

pytestmark = pytest.mark.django_db
PHONE = "13987650001"
LIST = "/admin/training/teammember/"
DAY = date(2020, 12, 31)


@pytest.fixture
def villages(baima):
    return list(baima.children.filter(kind="village").order_by("path")[:2])


@pytest.fixture
def member(wulong, villages, clerk):
    person = Person.objects.create(district=wulong, unit=villages[0], unit_name="铁佛村", name="演示甲", phone=PHONE)
    return TeamMember.objects.create(
        village=villages[0],
        kind="volunteers",
        team="一队",
        person=person,
        starts_on=date(2020, 1, 5),
        recorded_by=clerk,
    )


def counted(village, day=DAY) -> dict:
    return teamfacts.rostered([village.pk], day).get(village.pk, {})


def test_a_wrong_village_and_team_are_replaced_and_the_old_row_stays(member, villages, clerk):
    new = teams.correct(member, village=villages[1], kind="association", team="协会", reason="村写错了", by=clerk)
    member.refresh_from_db()
    assert member.retracted_by == clerk
    assert new.sources["replaces"] == member.pk
    assert counted(villages[0]) == {}
    assert counted(villages[1]) == {"village.associations": 1, "village.association_members": 1}
    assert AuditRecord.objects.filter(model="training.teammember", detail__fields__0__startswith="更正").count() == 2


def test_who_leaves_is_counted_until_that_day(member, villages, clerk):
    teams.leave(member, on=date(2020, 6, 30), reason="外出务工", by=clerk)
    assert counted(villages[0], date(2020, 6, 30))["village.volunteer_members"] == 1
    assert counted(villages[0], date(2020, 7, 1))["village.volunteer_members"] == 0
    assert TeamMember.objects.count() == 2


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"starts_on": date(2099, 1, 1)}, "starts_on"),
        ({"ends_on": date(2099, 1, 1)}, "ends_on"),
        ({"ends_on": date(2020, 1, 4)}, "ends_on"),
    ],
)
def test_days_that_cannot_be_are_refused_field_by_field(member, clerk, values, field):
    with pytest.raises(ValidationError) as wrong:
        teams.correct(member, reason="写错了", by=clerk, **values)
    assert set(wrong.value.message_dict) == {field}
    assert TeamMember.objects.get().retracted_at is None


def test_units_that_are_no_village_of_the_district_are_refused(member, clerk, baima, sysadmin):
    elsewhere = Region.objects.filter(code__startswith="500238", kind="village").first()
    for unit in (baima, elsewhere):
        with pytest.raises(ValidationError):
            teams.correct(member, village=unit, reason="写错了", by=clerk)


def test_the_same_team_twice_nothing_and_a_second_time_are_refused(member, villages, clerk):
    TeamMember.objects.create(village=villages[1], kind="volunteers", person=member.person, recorded_by=clerk)
    with pytest.raises(ValidationError, match="已在这支队伍"):
        teams.correct(member, village=villages[1], team="", reason="写错了", by=clerk)
    for values in ({}, {"team": "一队"}):
        with pytest.raises(MoveRefused, match="没有改动"):
            teams.correct(member, reason="写错了", by=clerk, **values)
    with pytest.raises(MoveRefused, match="原因"):
        teams.correct(member, team="二队", reason=" ", by=clerk)
    teams.correct(member, team="二队", reason="写错了", by=clerk)
    with pytest.raises(MoveRefused, match="取代"):
        teams.correct(member, team="三队", reason="写错了", by=clerk)


@pytest.mark.parametrize("role", ["reviewer", "approver", "township", "leader", "admin"])
def test_only_the_clerk_of_the_district_changes_members(member, wulong, baima, role):
    elsewhere = factories.user("clerk", Region.objects.get(code="500238"))
    for by in (factories.user(role, baima if role == "township" else wulong), elsewhere):
        with pytest.raises(Denied):
            teams.leave(member, on=date(2020, 6, 30), reason="外出务工", by=by)


def test_the_list_masks_phones_hides_replaced_rows_and_filters(member, villages, clerk, client_for, baima, jiangkou):
    teams.correct(member, village=villages[1], reason="村写错了", by=clerk)
    client = client_for(clerk)
    text = client.get(LIST).content.decode()
    assert "139****0001" in text
    assert PHONE not in text
    assert f'<td class="field-village nowrap">{villages[1]}' in text
    assert f'<td class="field-village nowrap">{villages[0]}' not in text
    for query, found in (
        ("standing=retracted", 1), ("standing=left", 0), ("standing=in", 1), (f"township={baima.code}", 1),
        (f"township={jiangkou.code}", 0), ("kind__exact=assistant", 0), ("q=演示甲", 1), (f"q={PHONE}", 0),
    ):  # fmt: skip
        assert client.get(f"{LIST}?{query}").context["cl"].result_count == found, query


def test_the_list_takes_the_same_few_queries_for_one_member_and_for_many(member, villages, clerk, client_for, wulong):
    client, counts = client_for(clerk), []
    client.get(LIST)
    for number in (0, 40):
        for each in range(number):
            person = Person.objects.create(district=wulong, name=f"演示{each}", phone=f"138000{each:05}")
            TeamMember.objects.create(village=villages[0], kind="volunteers", person=person, recorded_by=clerk)
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_page_corrects_lets_go_and_says_what_is_wrong(member, villages, clerk, reviewer, client_for):
    client, page = client_for(clerk), f"{LIST}{member.pk}/change/"
    text = client.get(page).content.decode()
    assert "显示完整号码" in text
    assert PHONE not in text
    form = {"village": villages[0].pk, "kind": "volunteers", "team": "二队", "reason": "队伍写错"}
    wrong = client.post(f"{LIST}{member.pk}/correct/", form | {"starts_on": "2099-01-01", "kind": "none"})
    assert wrong.status_code == 422
    assert "none 不在可用的选项中" in wrong.content.decode() or "请选择" in wrong.content.decode()
    assert client_for(reviewer).post(f"{LIST}{member.pk}/correct/", form).status_code == 403
    assert client.get(f"{LIST}{member.pk}/correct/").status_code == 405
    done = client.post(f"{LIST}{member.pk}/correct/", form)
    new = TeamMember.objects.get(retracted_at=None)
    assert (done.status_code, done.url) == (302, f"{LIST}{new.pk}/change/")
    assert "队伍写错" in client.get(done.url).content.decode()
    client.post(f"{LIST}{new.pk}/leave/", {"on": "2020-06-30", "reason": "外出务工"})
    assert TeamMember.objects.get(retracted_at=None).ends_on == date(2020, 6, 30)
    assert "登记退出" not in client.get(page).content.decode(), "a row that was replaced offers nothing"


def test_nobody_deletes_a_member(member, clerk, sysadmin, client_for):
    for who in (clerk, sysadmin):
        assert client_for(who).post(f"{LIST}{member.pk}/delete/", {"post": "yes"}).status_code == 403
    assert TeamMember.objects.exists()


def test_clearing_the_person_takes_the_reasons_along(member, clerk, approver, wulong, villages):
    TeamMember.objects.filter(pk=member.pk).update(starts_on=date(2010, 1, 1))
    member.refresh_from_db()
    teams.leave(member, on=date(2012, 6, 30), reason="演示甲外出", by=clerk)
    personal.erase(member.person, by=approver)
    assert not any("演示甲" in str(row.sources) for row in TeamMember.objects.all())
    assert counted(villages[0], date(2012, 6, 30))["village.volunteer_members"] == 1

"""The teams of villages beside the sizes of 巫溪: 养老助理 ≥ 1, 老年协会 ≥ 10 people, 志愿服务队 ≥ 10, by clause."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from factories import user

from eldercare import figures
from eldercare.dashboard import villageteams
from eldercare.policies import Policy
from facilities.models import Declaration
from training.models import Person, TeamMember

DAY = date(2022, 12, 31)
AT = f"?as_of={DAY}"


@pytest.fixture
def wuxi(db):
    """巫溪县 with its policy."""
    call_command("loadpolicy", "fixtures/wuxi-2021", stdout=StringIO())
    return Policy.objects.get(slug="wuxi-2021").district


@pytest.fixture
def town(wuxi):
    scope = figures.scope_for(wuxi, DAY)
    return next(unit for unit in scope.townships if unit.short_name == "古路镇")


@pytest.fixture
def villages(wuxi, town):
    scope = figures.scope_for(wuxi, DAY)
    return [unit for unit in scope.units if unit.kind == "village" and scope.township_code(unit) == town.code]


@pytest.fixture
def maker(wuxi):
    return user("clerk", wuxi)


@pytest.fixture
def enrol(wuxi, maker):
    """enrol(village, kind, number, team=""): so many people in a team, as a roster of 1 March 2022 had them."""

    def enrolled(village, kind, number, team="", ends=None):
        for each in range(number):
            person = Person.objects.create(district=wuxi, unit=village, name=f"演示{kind}{each}", phone="13900000001")
            TeamMember.objects.create(
                village=village, kind=kind, team=team, person=person, recorded_by=maker, ends_on=ends,
                recorded_at="2022-03-01T10:00+08:00",
            )  # fmt: skip

    return enrolled


def declare(village, fact, value, maker):
    Declaration.objects.create(
        fact=fact, region=village, value=value, starts_on=date(2021, 9, 30), evidence="村委会证明", recorded_by=maker
    )


def measure(wuxi, village, fact, day=DAY):
    board = villageteams.board(figures.scope_for(wuxi, day), [village])
    return next(measure for measure in board.rows[0].measures if measure.demand.fact == fact)


def page(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response
    return " ".join(response.content.decode().split())


def test_the_sizes_come_from_the_policy_with_their_clauses(wuxi):
    board = villageteams.board(figures.scope_for(wuxi, DAY), [])
    sizes = {demand.fact: demand.sizes for demand in board.demands}
    assert sizes == {
        "village.assistants": [
            ("不少于 1 名", "应", "二(二)、三(三)2"),
            ("不少于 1 名", "力争", "三(三)2"),
        ],
        "village.associations": [("不少于 1 个", "力争", "三(三)2")],
        "village.association_members": [("不少于 10 人", "应", "附件3")],
        "village.volunteer_teams": [("不少于 1 支", "应", "二(二)"), ("不少于 1 支", "力争", "三(三)2")],
        "village.volunteer_members": [("不少于 10 人", "应", "附件3")],
        "village.fewest_help_groups": [("不少于 1 个", "应", "二(二)")],
    }
    assert board.tops == [("养老助理", 1), ("老年协会", 2), ("志愿服务队", 2), ("互助小组", 1)]


@pytest.mark.parametrize(
    ("kind", "number", "fact", "state", "gap"),
    [
        ("assistant", 1, "village.assistants", "met", None),
        ("association", 9, "village.association_members", "unmet", 1),
        ("association", 10, "village.association_members", "met", None),
        ("volunteers", 3, "village.volunteer_members", "unmet", 7),
        ("volunteers", 10, "village.volunteer_members", "met", None),
    ],
)
def test_a_roster_is_counted_and_compared(wuxi, villages, enrol, kind, number, fact, state, gap):
    enrol(villages[0], kind, number, "一队")
    found = measure(wuxi, villages[0], fact)
    assert (found.measured, found.state, found.gap) == (number, state, gap)
    assert (found.source, found.on) == ("名册", date(2022, 3, 1))


def test_what_nobody_said_is_neither_met_nor_zero(wuxi, villages):
    found = measure(wuxi, villages[0], "village.assistants")
    assert (found.measured, found.state, found.source) == (None, "no_data", "")


def test_who_has_left_makes_a_gap_from_the_next_day(wuxi, villages, enrol):
    enrol(villages[0], "assistant", 1, ends=date(2022, 6, 30))
    assert measure(wuxi, villages[0], "village.assistants", date(2022, 6, 30)).state == "met"
    after = measure(wuxi, villages[0], "village.assistants", date(2022, 7, 1))
    assert (after.measured, after.state, after.words) == (0, "unmet", "还差 1 名")


def test_a_declared_number_stands_until_there_is_a_roster(wuxi, villages, enrol, maker):
    declare(villages[0], "village.volunteer_members", 12, maker)
    said = measure(wuxi, villages[0], "village.volunteer_members")
    assert (said.measured, said.source, said.on, said.state) == (12, "认定", date(2021, 9, 30), "met")
    enrol(villages[0], "volunteers", 4)
    counted = measure(wuxi, villages[0], "village.volunteer_members")
    assert (counted.measured, counted.source, counted.state) == (4, "名册", "unmet")


def test_help_groups_are_declared_and_no_roster_stands_for_them(wuxi, villages, enrol, maker):
    enrol(villages[0], "mutual_help", 5, "一组")
    assert measure(wuxi, villages[0], "village.fewest_help_groups").source == ""
    declare(villages[0], "village.fewest_help_groups", 1, maker)
    found = measure(wuxi, villages[0], "village.fewest_help_groups")
    assert (found.source, found.state) == ("认定", "met")


def test_the_township_page_has_a_row_a_village_with_totals(wuxi, town, villages, enrol, client_for):
    enrol(villages[0], "assistant", 1)
    enrol(villages[0], "association", 12, "协会")
    enrol(villages[1], "association", 8, "协会")
    text = page(client_for(user("leader", wuxi)), f"/dashboard/{wuxi.code}/{town.code}/teams/{AT}")
    for village in villages:
        assert f'<th scope="row">{village}</th>' in text
    row = text.split(f'<th scope="row">{villages[1]}</th>')[1].split("</tr>")[0]
    cell = row.split('data-label="老年协会（人）">')[1].split("</td>")[0]
    assert "8 人" in cell
    assert "还差 2 人" in cell
    assert "名册 2022-03-01" in cell
    totals = text.split("<tfoot>")[1]
    assert '<td data-label="老年协会（人）">20 人</td>' in totals
    assert (
        f'<td data-label="老年协会（人）">1 / {len(villages)}<small>资料不全 {len(villages) - 2}</small></td>' in totals
    )
    assert '<td data-label="老年协会（人）">2 人</td>' in totals
    assert "演示association" not in text, "the page counts people and names nobody"


def test_communities_have_a_row_though_the_clauses_ask_nothing_of_them(wuxi, enrol, client_for):
    scope = figures.scope_for(wuxi, DAY)
    community = next(unit for unit in scope.units if unit.kind == "community")
    enrol(community, "volunteers", 6)
    found = measure(wuxi, community, "village.volunteer_members")
    assert (found.measured, found.state, found.source) == (6, "", "名册")
    address = f"/dashboard/{wuxi.code}/{scope.township_code(community)}/teams/{AT}"
    assert "条款没有要求" in page(client_for(user("leader", wuxi)), address)


def test_the_district_page_has_a_row_a_township_those_with_most_gaps_first(wuxi, town, villages, enrol, client_for):
    enrol(villages[0], "association", 3)
    enrol(villages[1], "volunteers", 3)
    text = page(client_for(user("leader", wuxi)), f"/dashboard/{wuxi.code}/teams/{AT}")
    body = text.split("<tbody>")[1].split("</tbody>")[0]
    first = body.split("</tr>")[0]
    assert f">{town}</a>" in first
    assert '<strong class="is-act">2</strong>' in first
    assert f'href="/dashboard/{wuxi.code}/{town.code}/teams/{AT}"' in first
    assert '有 <strong class="is-act">2</strong> 个的队伍没有达到要求，另有' in text


def test_officials_see_their_own_township_and_leaders_the_district(wuxi, town, client_for, make_user, wulong):
    scope = figures.scope_for(wuxi, DAY)
    other = next(unit for unit in scope.townships if unit.code != town.code)
    official = client_for(user("township", town))
    assert official.get(f"/dashboard/{wuxi.code}/{town.code}/teams/{AT}").status_code == 200
    assert official.get(f"/dashboard/{wuxi.code}/{other.code}/teams/{AT}").status_code == 404
    assert official.get(f"/dashboard/{wuxi.code}/teams/{AT}").status_code == 404
    stranger = client_for(user("leader", wulong))
    for address in (f"/dashboard/{wuxi.code}/{town.code}/teams/", f"/dashboard/{wuxi.code}/teams/"):
        assert stranger.get(address).status_code == 404


@pytest.mark.parametrize("wrong", ["as_of=2020-13-01", "as_of=%00"])
def test_days_that_are_none_are_refused(wuxi, town, client_for, wrong):
    client = client_for(user("leader", wuxi))
    for address in (f"/dashboard/{wuxi.code}/{town.code}/teams/", f"/dashboard/{wuxi.code}/teams/"):
        assert client.get(f"{address}?{wrong}").status_code == 400


def test_a_district_without_such_clauses_says_so(client_for, leader, baima):
    client = client_for(leader)
    for address in ("/dashboard/500156/teams/", f"/dashboard/500156/{baima.code}/teams/"):
        assert "没有印发村级队伍的人数要求" in page(client, address)


def test_township_page_and_training_board_lead_here(wuxi, town, client_for):
    client = client_for(user("leader", wuxi))
    link = f'href="/dashboard/{wuxi.code}/{town.code}/teams/{AT}"'
    assert link in page(client, f"/dashboard/{wuxi.code}/{town.code}/{AT}")
    assert f'href="/dashboard/{wuxi.code}/teams/{AT}"' in page(client, f"/dashboard/{wuxi.code}/training/{AT}")


@pytest.mark.parametrize("whose", ["township", "district"])
def test_the_pages_take_the_same_queries_for_one_member_and_for_many(wuxi, town, villages, enrol, client_for, whose):
    client, counts = client_for(user("leader", wuxi)), []
    address = (
        f"/dashboard/{wuxi.code}/{town.code}/teams/{AT}"
        if whose == "township"
        else f"/dashboard/{wuxi.code}/teams/{AT}"
    )
    page(client, address)
    for number in (1, 15):
        for village in villages[:number]:
            enrol(village, "volunteers", number)
        with CaptureQueriesContext(connection) as captured:
            page(client, address)
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[0] <= 20

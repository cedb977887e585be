"""A plan or quota table typed on a grid: saved whole, audited cell by cell, refused with every wrong cell named."""

import dataclasses
import json

import pytest
from desks import Desk, Grid, address, edited, numbers, stored
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eldercare.annexes import editing as annexediting
from eldercare.annexes import state as annexstate
from eldercare.audit import AuditRecord
from eldercare.names import RegionAlias
from eldercare.policies import Policy
from eldercare.regions import Region
from eldercare.review import Denied, StaleObject
from plans import annexes
from plans.models import PlanTable, PlanTarget
from training.models import QuotaTable

pytestmark = pytest.mark.django_db
CENTRE, POINT = "TOWNSHIP_CENTRE", "VILLAGE_POINT"


def shown(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize("number", ["1", "2", "4", "5"])
def test_grid_saved_untouched_changes_nothing(desk, number):
    table = stored(number)
    before = numbers(table)

    assert desk.save(table, desk.grid(table)).status_code == 302

    again = stored(number)
    assert (numbers(again), again.layout) == (before, table.layout)
    assert not AuditRecord.objects.filter(action="record.changed").exists()


def test_typed_cells_are_saved_and_audited_old_to_new(desk, rural, clerk):
    grid = (
        desk.grid(rural)
        .put("白马镇", CENTRE, 2020, "")
        .put("仙女山镇", CENTRE, 2020, "０")
        .put("江口镇", POINT, 2019, 12)
    )
    before = numbers(rural)

    assert desk.save(rural, grid).status_code == 302

    changed = {("白马镇", CENTRE, 2020): None, ("仙女山镇", CENTRE, 2020): 0, ("江口镇", POINT, 2019): 12}
    assert numbers(rural) == before | changed
    told = AuditRecord.objects.get(action="record.changed")
    assert (told.by_id, told.object_id) == (clerk.pk, str(rural.pk))
    old = before["江口镇", POINT, 2019]
    assert sorted(told.detail["rows"]) == sorted(
        [
            "白马镇 乡镇养老服务中心 2020：1 → 空",
            "仙女山镇 乡镇养老服务中心 2020：1 → 0",
            f"江口镇 村级互助养老点 2019：{'空' if old is None else old} → 12",
        ]
    )


def test_dash_is_no_number_and_is_printed_again(desk, rural):
    desk.save(rural, desk.grid(rural).put("白马镇", CENTRE, 2020, "—"))

    assert numbers(rural)["白马镇", CENTRE, 2020] is None
    assert desk.grid(rural)[desk.grid(rural).cell("白马镇", CENTRE, 2020)] == "—"


def test_printed_total_is_kept_as_typed_beside_the_sum(desk, rural):
    grid = desk.grid(rural)
    assert grid[f"cell-0-{POINT}-2021"] == "23"
    grid[f"cell-0-{POINT}-2021"] = "22"

    desk.save(rural, grid)

    assert rural.printed_totals.get(type=POINT, year=2021).printed == 22
    assert AuditRecord.objects.get(action="record.changed").detail["rows"] == ["印发合计 村级互助养老点 2021：23 → 22"]


def test_every_wrong_cell_is_named_and_nothing_is_saved(desk, rural):
    grid = desk.grid(rural).put("白马镇", CENTRE, 2020, "约3").put("仙女山镇", POINT, 2021, "-1")
    grid.put("江口镇", CENTRE, 2022, "1.5").put("江口镇", CENTRE, 2021, "100001").put("长坝镇", CENTRE, 2020, "5")
    before = numbers(rural)

    response = desk.save(rural, grid)

    page = shown(response)
    assert response.status_code == 422
    assert "有 4 处要改" in page
    assert "<b>D7</b> 白马镇 · 乡镇养老服务中心 2020“约3”：不是一个确定的整数。" in page
    assert "<b>I8</b> 仙女山镇 · 村级互助养老点 2021“-1”：不能是负数。" in page
    kept = Grid.of(response)
    assert kept[kept.cell("白马镇", CENTRE, 2020)] == "约3"
    assert kept[kept.cell("长坝镇", CENTRE, 2020)] == "5"
    assert numbers(rural) == before


def test_unit_twice_is_refused_with_both_places(desk, rural):
    grid = desk.grid(rural)
    row = grid.spare()
    grid[f"unit-{row}"] = "白 马 镇"
    grid[f"cell-{row}-{CENTRE}-2020"] = "1"

    response = desk.save(rural, grid)

    assert response.status_code == 422
    assert "单位“白马镇”与B7重复" in shown(response)


def test_numbers_without_a_unit_are_refused(desk, rural):
    grid = desk.grid(rural)
    grid[f"cell-{grid.spare()}-{CENTRE}-2020"] = "1"

    response = desk.save(rural, grid)

    assert response.status_code == 422
    assert "没有写单位" in shown(response)


def test_new_row_is_added_with_a_name_matched_or_proposed(desk, streets):
    grid = desk.grid(streets)
    first = grid.spare()
    grid |= {f"unit-{first}": "石桥乡", f"cell-{first}-STREET_CENTRE-2020": "2"}
    grid |= {f"unit-{first + 1}": "江口乡", f"cell-{first + 1}-STREET_CENTRE-2019": "0"}

    assert desk.save(streets, Grid(grid)).status_code == 302

    rows = {row.unit: row for row in PlanTarget.objects.filter(table=streets, type="STREET_CENTRE", year=2020)}
    assert (rows["石桥乡"].region.short_name, rows["石桥乡"].planned) == ("石桥乡", 2)
    assert (rows["江口乡"].region, rows["江口乡"].planned) == (None, None)
    assert RegionAlias.objects.get(name="江口乡").status == "proposed"
    assert "像是江口镇，待确认" in shown(desk.client.get(address(streets, "edit")))
    assert numbers(streets)["江口乡", "STREET_CENTRE", 2019] == 0


def test_emptied_row_is_removed_and_the_others_close_up(desk, rural):
    grid = desk.grid(rural)
    row = grid.row("仙女山镇")
    grid |= {name: "" for name in grid if name == f"unit-{row}" or name.startswith(f"cell-{row}-")}
    before = numbers(rural)

    desk.save(rural, Grid(grid))

    assert numbers(rural) == {key: value for key, value in before.items() if key[0] != "仙女山镇"}
    rural.refresh_from_db()
    assert rural.layout["numbers"] == [str(number) for number in range(1, 27)]
    assert set(rural.targets.values_list("row", flat=True)) == set(range(1, 27))


def test_stale_grid_keeps_both_people_s_changes_and_saves_nothing_unasked(desk, rural):
    mine = desk.grid(rural).put("白马镇", CENTRE, 2020, 5).put("江口镇", CENTRE, 2022, 8)
    desk.save(rural, desk.grid(rural).put("白马镇", CENTRE, 2020, 6).put("仙女山镇", CENTRE, 2020, 7))

    response = desk.save(rural, mine)

    page, both = shown(response), Grid.of(response)
    assert response.status_code == 409
    assert "别人改过这张表" in page
    assert "现存 6" in page
    assert both[both.cell("白马镇", CENTRE, 2020)] == "5"
    assert both[both.cell("仙女山镇", CENTRE, 2020)] == "7"
    assert both[both.cell("江口镇", CENTRE, 2022)] == "8"
    assert numbers(rural)["白马镇", CENTRE, 2020] == 6

    assert desk.save(rural, both).status_code == 302
    found = numbers(rural)
    assert [found["白马镇", CENTRE, 2020], found["仙女山镇", CENTRE, 2020], found["江口镇", CENTRE, 2022]] == [5, 7, 8]


def test_stale_grid_after_rows_moved_finds_its_units_by_name(desk, rural):
    mine = desk.grid(rural).put("白马镇", CENTRE, 2020, 5)
    theirs = desk.grid(rural)
    row = theirs.row("凤山街道")
    theirs |= {name: "" for name in theirs if name == f"unit-{row}" or name.startswith(f"cell-{row}-")}
    desk.save(rural, Grid(theirs))

    both = Grid.of(desk.save(rural, mine))
    desk.save(rural, both)

    found = numbers(rural)
    assert found["白马镇", CENTRE, 2020] == 5
    assert ("凤山街道", CENTRE, 2020) not in found
    assert found["仙女山镇", CENTRE, 2020] == 1


def test_mangled_form_saves_nothing(desk, rural):
    before = numbers(rural)
    for data in ({}, {"base": "[]", "rows": "3"}, {"base": "x", "seen": ""}, {"base": "[" * 50_000, "rows": "3"}):
        assert desk.client.post(address(rural, "edit"), data).status_code == 400
    assert numbers(rural) == before


def test_columns_that_the_table_does_not_have_are_not_written(desk, streets):
    grid = desk.grid(streets)
    base = json.loads(grid["base"])
    base[0].append(["NOTHING", 1999])
    grid |= {"base": json.dumps([base[0], [[*row, ""] for row in base[1]], [*base[2], ""]]), "cell-1-NOTHING-1999": "4"}
    before = numbers(streets)

    assert desk.save(streets, Grid(grid)).status_code == 302

    assert numbers(streets) == before


def test_names_and_numbers_with_unprintable_characters_are_refused(desk, rural):
    for name, text in (("unit-1", "凤山\x01街道"), ("cell-1-TOWNSHIP_CENTRE-2019", "\x01"), ("unit-1", "街" * 99)):
        response = desk.save(rural, Grid(desk.grid(rural) | {name: text}))
        assert response.status_code == 422


def test_new_table_is_made_typed_exported_and_imported_again(desk, wulong):
    policy = Policy.objects.get(slug="wulong-2020")
    form = {"policy": policy.pk, "annex": "9", "title": "敬老院改造计划表", "first_year": 2021, "last_year": 2022}
    response = desk.client.post("/admin/plans/plantable/add/", form | {"subjects": ["ELDERLY_HOME", CENTRE]})
    table = PlanTable.objects.get(annex="9")
    assert response.headers["Location"] == address(table, "edit")
    grid = desk.grid(table)
    grid |= {"unit-1": "白马镇", "cell-1-ELDERLY_HOME-2021": "0", "unit-2": "江口镇", f"cell-2-{CENTRE}-2022": "3"}

    assert desk.save(table, Grid(grid)).status_code == 302

    found = {
        **{("白马镇", code, year): None for code in ("ELDERLY_HOME", CENTRE) for year in (2021, 2022)},
        **{("江口镇", code, year): None for code in ("ELDERLY_HOME", CENTRE) for year in (2021, 2022)},
    }
    found |= {("白马镇", "ELDERLY_HOME", 2021): 0, ("江口镇", CENTRE, 2022): 3}
    assert numbers(table) == found
    answer = desk.staged(table, edited(desk.export(table), C5=4))
    desk.confirm(answer["id"])
    assert numbers(table) == found | {("白马镇", "ELDERLY_HOME", 2021): 4}


def test_new_quota_table_says_what_it_counts(desk):
    policy = Policy.objects.get(slug="wulong-2020")
    form = {"policy": policy.pk, "annex": "9", "title": "培训计划表", "first_year": 2021, "last_year": 2021}
    form |= {"subjects": ["caregiver"], "counted": "attendances"}

    assert desk.client.post("/admin/training/quotatable/add/", form).status_code == 302

    table = QuotaTable.objects.get(annex="9")
    assert (table.counted, table.clause) == ("attendances", "附件9")
    assert AuditRecord.objects.filter(action="record.created", object_id=str(table.pk)).exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"annex": "2"}, "已有附件2"),
        ({"last_year": 2019}, "终止年度不能早于起始年度"),
        ({"subjects": []}, "设施类型"),
        ({"policy": 999_999}, "政策"),
    ],
)
def test_new_table_that_cannot_be_is_explained(desk, change, said):
    policy = Policy.objects.get(slug="wulong-2020")
    form = {"policy": policy.pk, "annex": "9", "title": "计划表", "first_year": 2021, "last_year": 2022}

    response = desk.client.post("/admin/plans/plantable/add/", form | {"subjects": [CENTRE]} | change)

    assert response.status_code == 422
    assert said in shown(response)
    assert not PlanTable.objects.filter(annex="9").exists()


def test_policy_of_another_district_is_not_offered(rural, make_user, client_for):
    elsewhere = client_for(make_user("clerk", Region.objects.get(code="500238")))

    page = shown(elsewhere.get("/admin/plans/plantable/add/"))

    assert rural.policy.title not in page
    assert str(rural.policy) not in page


@pytest.mark.parametrize("role", ["reviewer", "approver", "admin"])
def test_other_roles_look_and_export_and_do_not_write(rural, make_user, wulong, client_for, role):
    account = make_user(role, wulong)
    client = client_for(account)
    state = annexstate.stored(annexes.KIND, rural)

    assert client.get(address(rural, "export")).status_code == 200
    assert client.get(address(rural, "edit")).status_code == 403
    assert client.post(address(rural, "edit"), {}).status_code == 403
    assert client.get("/admin/plans/plantable/add/").status_code == 403
    assert "填写</a>" not in shown(client.get(address(rural, "change")))
    with pytest.raises(Denied):
        annexes.save(rural, state, by=account, seen=annexstate.fingerprint(state))
    assert AuditRecord.objects.filter(action="review.denied").exists()


def test_service_refuses_a_stale_state_and_wrong_numbers(rural, clerk):
    state = annexstate.stored(annexes.KIND, rural)
    with pytest.raises(StaleObject):
        annexes.save(rural, state, by=clerk, seen="another")

    wrong = dataclasses.replace(state, cells=[dataclasses.replace(state.cells[0], value=100_001), *state.cells[1:]])
    with pytest.raises(annexediting.AnnexErrors) as refused:
        annexes.save(rural, wrong, by=clerk, seen=annexstate.fingerprint(state))
    assert [problem.code for problem in refused.value.problems] == ["too_large"]


def test_table_page_offers_typing_import_and_export(desk, rural):
    page = shown(desk.client.get(address(rural, "change")))

    assert all(address(rural, name) in page for name in ("edit", "import", "export"))


def test_page_and_save_cost_the_same_at_any_size(desk, streets, rural):
    costs = []
    for table, last in ((streets, 1), (rural, 27)):
        with CaptureQueriesContext(connection) as reading:
            grid = desk.grid(table)
        typed = [name for name in grid if name.startswith("cell-") and 0 < int(name.split("-")[1]) <= last]
        grid |= dict.fromkeys(typed, "4")
        with CaptureQueriesContext(connection) as writing:
            response = desk.save(table, grid)
        assert response.status_code == 302
        costs.append((len(reading), len(writing)))
    assert costs[0] == costs[1]


def test_township_has_no_way_in(rural, township_user, client_for):
    client = Desk(client_for(township_user)).client

    for page in ("edit", "import", "export"):
        assert "/login/" in client.get(address(rural, page)).headers["Location"]

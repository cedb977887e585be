"""A published table sent for a stored one: understood, asked, compared, confirmed once, undone."""

from io import BytesIO

import openpyxl
import pytest
from desks import JSON, Desk, edited, numbers, stored
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eldercare.audit import AuditRecord
from eldercare.names import RegionAlias
from eldercare.regions import Region
from eldercare.uploads import Upload
from plans.models import PlanTarget

pytestmark = pytest.mark.django_db
CENTRE, POINT = "TOWNSHIP_CENTRE", "VILLAGE_POINT"


def csv(*lines: str) -> bytes:
    return "\n".join(lines).encode()


@pytest.mark.parametrize("number", ["1", "2", "4", "5"])
def test_export_sent_back_differs_in_nothing(desk, number):
    table = stored(number)
    before = numbers(table)

    answer = desk.staged(table, desk.export(table))

    assert {name: answer["counts"][name] for name in ("new", "changed", "errors")} == {
        "new": 0,
        "changed": 0,
        "errors": 0,
    }
    assert answer["counts"]["unchanged"] == len({unit for unit, _, _ in before})
    assert "没有差别" in desk.page(answer["id"])
    assert desk.confirm(answer["id"]).status_code == 200
    assert numbers(table) == before
    assert not AuditRecord.objects.filter(action="record.changed").exists()


def test_export_is_audited_and_named_for_policy_and_annex(desk, rural, clerk):
    response = desk.client.get(f"/admin/plans/plantable/{rural.pk}/export/")

    assert "wulong-2020_%E9%99%84%E4%BB%B62.xlsx" in response["Content-Disposition"]
    assert AuditRecord.objects.get(action="export").by_id == clerk.pk


def test_import_shows_old_and_new_and_writes_on_confirmation_only(desk, rural):
    sheet = edited(desk.export(rural), D8=3)
    answer = desk.staged(rural, sheet)
    page = desk.page(answer["id"])

    assert (answer["kind"], answer["counts"]["changed"], answer["counts"]["unchanged"]) == ("plan", 1, 26)
    assert numbers(rural)["仙女山镇", CENTRE, 2020] == 1
    assert "<code>D8</code> 乡镇养老服务中心 2020" in page
    assert "印发合计 23，各行相加 22" in page

    assert desk.confirm(answer["id"]).status_code == 200

    assert numbers(rural)["仙女山镇", CENTRE, 2020] == 3
    told = AuditRecord.objects.get(action="record.changed")
    assert told.detail == {"rows": ["仙女山镇 乡镇养老服务中心 2020：1 → 3"], "upload": answer["id"]}


def test_blank_and_zero_stay_apart_on_the_way_in(desk, rural):
    answer = desk.staged(rural, edited(desk.export(rural), D8=None, E8=0))
    desk.confirm(answer["id"])

    assert numbers(rural)["仙女山镇", CENTRE, 2020] is None
    assert numbers(rural)["仙女山镇", CENTRE, 2021] == 0


def test_second_confirmation_is_told_and_changes_nothing(desk, rural):
    answer = desk.staged(rural, edited(desk.export(rural), D8=3))
    assert desk.confirm(answer["id"]).status_code == 200

    again = desk.confirm(answer["id"])

    assert again.status_code == 409
    assert again.json()["problems"][0]["code"] == "already_done"
    assert AuditRecord.objects.filter(action="record.changed").count() == 1


def test_table_changed_after_the_preview_is_compared_anew(desk, rural):
    answer = desk.staged(rural, edited(desk.export(rural), D8=3))
    desk.save(rural, desk.grid(rural).put("仙女山镇", CENTRE, 2020, 7))

    refused = desk.confirm(answer["id"])

    assert refused.status_code == 409
    assert refused.json()["problems"][0]["code"] == "stale"
    assert numbers(rural)["仙女山镇", CENTRE, 2020] == 7
    assert '<del class="was"><span class="visually-hidden">原为 </span>7</del>' in desk.page(answer["id"])
    assert desk.confirm(answer["id"]).status_code == 200
    assert numbers(rural)["仙女山镇", CENTRE, 2020] == 3


def test_undo_restores_every_cell(desk, rural):
    before, layout = numbers(rural), rural.layout
    sheet = edited(desk.export(rural), D8=3, E8=0, B9="仙女镇", C30=77)
    answer = desk.staged(rural, sheet)
    desk.confirm(answer["id"])
    assert numbers(rural) != before

    assert desk.undo(answer["id"]).status_code == 200

    rural.refresh_from_db()
    assert (numbers(rural), rural.layout) == (before, layout)
    assert Upload.objects.get(pk=answer["id"]).left_alone == []
    assert desk.undo(answer["id"]).status_code == 409


def test_undo_leaves_cells_that_were_changed_since_and_lists_them(desk, rural):
    before = numbers(rural)
    answer = desk.staged(rural, edited(desk.export(rural), D8=3, D7=5))
    desk.confirm(answer["id"])
    desk.save(rural, desk.grid(rural).put("仙女山镇", CENTRE, 2020, 9).put("江口镇", CENTRE, 2019, 4))

    assert desk.undo(answer["id"]).status_code == 200

    (line,) = Upload.objects.get(pk=answer["id"]).left_alone
    assert line == "仙女山镇 乡镇养老服务中心 2020：现为 9，导入后又改过，没有退回 1"
    changed = {("仙女山镇", CENTRE, 2020): 9, ("江口镇", CENTRE, 2019): 4}
    assert numbers(rural) == before | changed


def test_doubtful_cell_is_asked_once_and_settled_at_its_place(desk, rural):
    answer = desk.staged(rural, edited(desk.export(rural), D8="约3"))
    pk = answer["id"]
    page = desk.page(pk)

    assert answer["counts"]["questions"] == 1
    assert page.count("单元格里是“约3”") == 1
    assert '<td class="is-doubt"><a href="#question-1">约3</a>' in page
    assert desk.confirm(pk).status_code == 409
    ((question),) = desk.client.get(f"/uploads/{pk}/", headers=JSON).json()["questions"]
    assert (question["cell"], question["key"] in page) == ("D8", True)
    name = f"text:{question['key']}"

    wrong = desk.answer(pk, **{name: "大约4"})
    assert wrong.status_code == 422
    assert "大约4" in wrong.json()["problems"][0]["message"]

    assert desk.answer(pk, **{name: "4\x01"}).status_code == 422

    right = desk.answer(pk, **{name: "4"})
    assert right.status_code == 200
    assert "questions" not in Upload.objects.get(pk=pk).counts
    assert "已经答复的" in desk.page(pk)
    assert desk.confirm(pk).status_code == 200
    assert numbers(rural)["仙女山镇", CENTRE, 2020] == 4


MESSY = csv(
    "武隆区养老服务设施建设计划表,,,,",
    "填报单位：区民政局,,,,",
    "序号,乡镇（街道）,养老服务中心,,村级互助养老点",
    ",,2020 年 拟建数,２０２１年拟建数,2020年拟建数",
    "1,白 马 镇,1,—,",
    "2,江口镇,0,2,3",
    "序号,乡镇（街道）,养老服务中心,,村级互助养老点",
    ",,2020 年 拟建数,２０２１年拟建数,2020年拟建数",
    "3,庙坪乡,,1,1",
    "合  计,,1,3,5",
    "注：以批复为准,,,,",
)


def test_messy_file_with_one_ambiguous_heading_is_asked_about_it_once(desk, streets):
    answer = desk.staged(streets, MESSY, "计划.csv")
    pk = answer["id"]
    page = desk.page(pk)

    assert answer["counts"]["questions"] == 1
    assert page.count("可以指几种设施类型") == 1
    (name,) = {part for part in page.split('"') if part.startswith("choice:")}
    assert desk.answer(pk, **{name: CENTRE}).status_code == 200
    page = desk.page(pk)
    assert "印发合计 5，各行相加 4" in page
    assert "像是 庙垭乡" in page
    assert desk.confirm(pk).status_code == 200
    assert numbers(streets) == {
        ("白马镇", CENTRE, 2020): 1,
        ("白马镇", CENTRE, 2021): None,
        ("白马镇", POINT, 2020): None,
        ("江口镇", CENTRE, 2020): 0,
        ("江口镇", CENTRE, 2021): 2,
        ("江口镇", POINT, 2020): 3,
        ("庙坪乡", CENTRE, 2020): None,
        ("庙坪乡", CENTRE, 2021): 1,
        ("庙坪乡", POINT, 2020): 1,
    }
    assert streets.printed_totals.get(type=POINT, year=2020).printed == 5


def test_unit_written_twice_must_be_renamed_or_left_out(desk, rural):
    answer = desk.staged(rural, edited(desk.export(rural), B8="白马镇"))
    page = desk.page(answer["id"])
    (name,) = {part for part in page.split('"') if part.startswith("choice:") and part.endswith("duplicate_unit")}

    assert desk.answer(answer["id"], **{name: "drop"}).status_code == 200
    desk.confirm(answer["id"])

    assert ("仙女山镇", CENTRE, 2020) not in numbers(rural)
    assert numbers(rural)["白马镇", CENTRE, 2020] == 1


def test_similar_name_is_linked_once_a_clerk_says_so(desk, rural):
    answer = desk.staged(rural, edited(desk.export(rural), B7="白马乡"))
    baima = Region.objects.get(short_name="白马镇", code__startswith="500156", valid_to=None)
    page = desk.page(answer["id"])
    assert "像是 白马镇" in page
    assert f'value="白马乡={baima.code}"' in page

    assert desk.answer(answer["id"], name=f"白马乡={baima.code}").status_code == 200

    assert RegionAlias.objects.get(name="白马乡").status == "confirmed"
    assert "已确认的其他名称" in desk.page(answer["id"])
    desk.confirm(answer["id"])
    assert PlanTarget.objects.filter(table=rural, unit="白马乡").values_list("region", flat=True)[0] == baima.pk


def test_file_with_two_tables_asks_which(desk, streets):
    book = openpyxl.Workbook()
    for tab, count in ((book.active, 1), (book.create_sheet("二"), 2)):
        tab.append(["单位", "2020年敬老院", "2021年敬老院"])
        tab.append(["白马镇", count, None])
    target = BytesIO()
    book.save(target)
    answer = desk.staged(streets, target.getvalue())
    assert answer["counts"]["questions"] == 1

    assert desk.answer(answer["id"], table="1").status_code == 200
    desk.confirm(answer["id"])

    assert numbers(streets) == {("白马镇", "ELDERLY_HOME", 2020): 2, ("白马镇", "ELDERLY_HOME", 2021): None}


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (csv("姓名,电话", "张三,123"), "花名册.csv", "没有找到单位列"),
        (csv("乡镇,2020年敬老院", "白马镇,#REF!x"), "表.pdf", "xlsx"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "表.xls", "网页"),
        (csv("乡镇,2020年养老护理员", "白马镇,1"), "培训.csv", "不是计划表的列"),
    ],
    ids=["roster", "suffix", "html", "quota"],
)
def test_file_of_another_family_is_refused_in_words(desk, rural, content, name, said):
    before = numbers(rural)

    response = desk.send(rural, content, name)

    assert response.status_code == 422, response.json()
    assert said in "".join(problem["message"] + problem["hint"] for problem in response.json()["problems"])
    assert numbers(rural) == before
    assert Upload.objects.get().status == "refused"


def test_import_without_a_file_is_explained(desk, rural):
    response = desk.client.post(f"/admin/plans/plantable/{rural.pk}/import/", {})

    assert response.status_code == 422
    assert "请选择要导入的文件" in response.content.decode()
    assert not Upload.objects.exists()


@pytest.mark.parametrize("role", ["reviewer", "approver", "admin"])
def test_other_roles_can_neither_import_nor_answer_nor_confirm(desk, rural, make_user, wulong, client_for, role):
    pk = desk.staged(rural, edited(desk.export(rural), D8=3))["id"]
    other = Desk(client_for(make_user(role, wulong)))

    assert other.send(rural, b"x").status_code == 403
    assert other.answer(pk, table="0").status_code == 403
    assert other.confirm(pk).status_code in (403, 409)
    assert numbers(rural)["仙女山镇", CENTRE, 2020] == 1


def test_table_of_another_district_does_not_exist(desk, rural, make_user, client_for):
    pk = desk.staged(rural, desk.export(rural))["id"]
    elsewhere = Desk(client_for(make_user("clerk", Region.objects.get(code="500238"))))

    for page in ("edit", "import", "export", "change"):
        assert elsewhere.client.get(f"/admin/plans/plantable/{rural.pk}/{page}/").status_code == 404
    assert elsewhere.send(rural, b"x").status_code == 404
    assert elsewhere.answer(pk, table="0").status_code == 404
    assert elsewhere.confirm(pk).status_code == 404


def test_general_upload_form_does_not_take_tables(desk, rural, baima):
    file = SimpleUploadedFile("a.csv", MESSY)
    data = {"kind": "plan", "period": "2020-12", "township": baima.code, "file": file}
    response = desk.client.post("/uploads/new/", data, headers={"Accept": "application/json"})

    assert response.status_code == 422
    [problem] = response.json()["problems"]
    assert (problem["code"], "计划表不在这里上传" in problem["message"]) == ("kind_unknown_kind", True)


def test_general_upload_form_says_nothing_of_a_unit_where_the_kind_is_unknown(desk):
    response = desk.client.post("/uploads/new/", {"kind": "nothing"}, headers={"Accept": "application/json"})
    assert [row["code"] for row in response.json()["problems"]] == ["kind_unknown_kind", "file_required"]


def test_confirming_costs_the_same_at_any_size(desk, rural):
    costs = []
    for cells in ({"D8": 3}, {f"{column}{row}": 9 for column in "CDEF" for row in range(5, 32)}):
        pk = desk.staged(rural, edited(desk.export(rural), **cells))["id"]
        with CaptureQueriesContext(connection) as queries:
            desk.page(pk)
        with CaptureQueriesContext(connection) as writing:
            assert desk.confirm(pk).status_code == 200
        costs.append((len(queries), len(writing)))
    assert costs[0] == costs[1]


def test_undo_of_other_columns_and_units_after_a_later_change_keeps_that_change_alone(desk, streets):
    before = numbers(streets)
    pk = desk.staged(streets, MESSY, "计划.csv")["id"]
    (question,) = desk.client.get(f"/uploads/{pk}/", headers=JSON).json()["questions"]
    desk.answer(pk, **{f"choice:{question['key']}": CENTRE})
    assert "去掉一列：街道养老服务中心 2019" in desk.page(pk)
    assert desk.confirm(pk).status_code == 200
    desk.save(streets, desk.grid(streets).put("江口镇", CENTRE, 2021, 6))

    assert desk.undo(pk).status_code == 200

    found = numbers(streets)
    assert {key: value for key, value in found.items() if value is not None} == {
        key: value for key, value in before.items() if value is not None
    } | {("江口镇", CENTRE, 2020): 0, ("江口镇", CENTRE, 2021): 6, ("江口镇", POINT, 2020): 3}
    assert Upload.objects.get(pk=pk).left_alone == ["江口镇：导入后又改过，整行保留"]
    assert streets.printed_totals.get(type="STREET_CENTRE", year=2019).printed == 1
    assert desk.export(streets)

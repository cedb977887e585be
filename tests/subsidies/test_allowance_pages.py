"""The allowances of a month on the pages: sums and differences, who is missing, who may look, send and export."""

from io import BytesIO

import factories
import openpyxl
import pytest
from allowanceground import FRAIL, HEADINGS, MARCH, OLD, RIGHT, confirmed, sheet, standing

from eldercare.audit import AuditRecord
from eldercare.uploads import Upload
from subsidies import allowanceboard
from subsidies.models import AllowanceTotal


def test_board_sums_what_was_reported_and_names_who_is_missing(changshou, town, neighbour, official, bureau):
    confirmed(town, official, *RIGHT)
    confirmed(neighbour, bureau, (OLD, "90—95岁", 10, 900, "扣回 1 人"))
    found = allowanceboard.board(changshou, MARCH)
    first, second, _, frail, _ = found.sums
    assert (first.townships, first.people, first.amount, first.computed, first.difference) == (
        2,
        322,
        32100,
        32200,
        -100,
    )
    assert (second.townships, second.people) == (1, 40)
    assert (frail.people, frail.amount, frail.computed, frail.difference) == (None, None, None, None)
    assert found.amount == 31200 + 8000 + 2400 + 900
    assert [cell.reason for cell in found.differences] == ["扣回 1 人"]
    assert len(found.missing) == len(found.rows) - 2
    assert {unit.pk for unit in found.partial} == {town.pk, neighbour.pk}


def test_board_costs_the_same_however_many_report(
    changshou, town, neighbour, official, bureau, django_assert_num_queries
):
    confirmed(town, official, RIGHT[0])
    with django_assert_num_queries(3):
        assert allowanceboard.board(changshou, MARCH).amount == 31200
    confirmed(town, official, *RIGHT)
    confirmed(neighbour, bureau, *RIGHT)
    with django_assert_num_queries(3):
        assert allowanceboard.board(changshou, MARCH).amount == 2 * 41600


def test_whole_way_over_the_pages(client, changshou, town, official):
    client.force_login(official, backend="django.contrib.auth.backends.ModelBackend")
    own = f"/dashboard/500115/{town.code}/allowances/?month=2024-03"
    assert "还没有报送" in client.get(own).content.decode()
    sent = client.post(own, {"file": sheet(*RIGHT, (FRAIL, "不分档", 2, 400, ""))})
    assert sent.status_code == 302
    preview = client.get(sent.url).content.decode()
    assert "现在还没有写入" in preview
    assert "100岁及以上" in preview
    upload = Upload.objects.get()
    client.post(f"/uploads/{upload.pk}/confirm/", {"version": upload.version, "verb": "confirm"})
    assert standing(town)["不分档"] == (2, 400)
    assert "入库" in client.get(sent.url).content.decode()
    page = client.get(own).content.decode()
    assert "42000" in page
    assert "文件没有印金额" in page
    client.post(f"/uploads/{upload.pk}/undo/", {"comment": "填错"})
    assert standing(town) == {}
    assert "撤销" in client.get(sent.url).content.decode()


def test_page_refuses_a_name_with_an_explanation(client, town, official):
    client.force_login(official, backend="django.contrib.auth.backends.ModelBackend")
    own = f"/dashboard/500115/{town.code}/allowances/?month=2024-03"
    answer = client.post(own, {"file": sheet((*RIGHT[0], "张三"), headings=(*HEADINGS, "姓名"))})
    assert answer.status_code == 422
    assert "门户不收个人信息" in answer.content.decode()
    assert client.post(own).status_code == 422
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("role", "sees_board", "may_send"),
    [
        ("clerk", 200, 302),
        ("reviewer", 200, 403),
        ("approver", 200, 403),
        ("leader", 200, 403),
        ("apiclient", 404, 404),
    ],
)
def test_roles_at_the_board_and_at_the_sheet(client, changshou, town, role, sees_board, may_send):
    client.force_login(factories.user(role, changshou), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/dashboard/500115/allowances/?month=2024-03").status_code == sees_board
    own = f"/dashboard/500115/{town.code}/allowances/?month=2024-03"
    assert client.post(own, {"file": sheet(*RIGHT)}).status_code == may_send


def test_other_units_pages_and_rows_do_not_exist(client, town, neighbour, official, bureau, clerk):
    confirmed(neighbour, bureau, *RIGHT)
    client.force_login(official, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/dashboard/500115/allowances/").status_code == 404
    assert client.get(f"/dashboard/500115/{neighbour.code}/allowances/").status_code == 404
    assert client.get(f"/dashboard/500156/{town.code}/allowances/").status_code == 404
    assert not AllowanceTotal.objects.visible_to(official).exists()
    assert not AllowanceTotal.objects.visible_to(clerk).exists()
    assert AllowanceTotal.objects.visible_to(bureau).count() == 3


@pytest.mark.parametrize("month", ["2099-01", "2024-13", "abc", "２０２４-03"])
def test_odd_month_is_a_clear_refusal(client, changshou, bureau, month):
    client.force_login(bureau, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/dashboard/500115/allowances/", {"month": month}).status_code == 400


def test_export_holds_the_board_and_is_recorded(client, changshou, town, official, bureau):
    confirmed(town, official, *RIGHT)
    client.force_login(bureau, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get("/dashboard/500115/allowances/export/?month=2024-03")
    tab = openpyxl.load_workbook(BytesIO(answer.content)).active
    lines = [row for row in tab.iter_rows(values_only=True) if town.code in row]
    assert [(line[3], line[4], line[5], line[7]) for line in lines][:3] == [
        ("90—95岁", 312, 31200, 31200), ("96—99岁", 40, 8000, 8000), ("100岁及以上", 3, 2400, 2400),
    ]  # fmt: skip
    assert lines[3][4:6] == (None, None)
    assert [row.detail["filters"] for row in AuditRecord.objects.filter(action="export", by_id=bureau.pk)] == [
        "2024-03"
    ]


def test_district_without_printed_allowances_says_so(client, clerk, township_user, baima):
    for who, address in (
        (clerk, "/dashboard/500156/allowances/"),
        (township_user, f"/dashboard/500156/{baima.code}/allowances/"),
    ):
        client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
        page = client.get(address).content.decode()
        assert "没有要按月报送的津贴" in page
        assert "上传并比对" not in page

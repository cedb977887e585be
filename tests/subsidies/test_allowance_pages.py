"""The allowances of a month on the pages: sums and differences, who is missing, who may look, send and export."""

import csv
from io import BytesIO

import factories
import openpyxl
import pytest
from allowanceground import FRAIL, HEADINGS, MARCH, OLD, RIGHT, confirmed, sheet, standing
from django.contrib.auth.models import Permission

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
    assert "42,000" in page
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


LIVE = '=HYPERLINK("http://x","点")'


def test_a_reason_that_looks_like_a_formula_is_text_in_both_exports(client, changshou, town, official, bureau):
    confirmed(town, official, (OLD, "90—95岁", 312, 31300, LIVE))
    client.force_login(bureau, backend="django.contrib.auth.backends.ModelBackend")
    address = "/dashboard/500115/allowances/export/?month=2024-03"
    tab = openpyxl.load_workbook(BytesIO(client.get(address).content)).active
    (cell,) = [cell for row in tab.iter_rows() for cell in row if cell.value == LIVE]
    assert cell.data_type == "s"
    answer = client.get(f"{address}&format=csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert ".csv" in answer.headers["Content-Disposition"]
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff乡镇（街道）,")
    (line,) = [row for row in csv.reader(text.splitlines()) if "31300.00" in row or "31300" in row]
    assert f"'{LIVE}" in line
    assert not [one for row in csv.reader(text.splitlines()) for one in row if one.startswith(("=", "+", "@", "＝"))]


def test_csv_holds_the_numbers_as_numbers_and_leaves_blank_what_was_not_reported(client, town, official, bureau):
    confirmed(town, official, RIGHT[0], (OLD, "96—99岁", 40, 7900, "扣回 1 人"))
    client.force_login(bureau, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get("/dashboard/500115/allowances/export/?month=2024-03&format=csv")
    lines = [row for row in csv.reader(b"".join(answer.streaming_content).decode().splitlines()) if town.code in row]
    told = [(row[3], row[4], row[5] and float(row[5]), row[8] and float(row[8])) for row in lines]
    assert told[:3] == [("90—95岁", "312", 31200, 0), ("96—99岁", "40", 7900, -100), ("100岁及以上", "", "", "")]


def test_another_format_is_refused(client, changshou, bureau):
    client.force_login(bureau, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/dashboard/500115/allowances/export/?month=2024-03&format=pdf").status_code == 400


def test_sending_asks_for_its_own_right(client, changshou, town, official):
    """Who may confirm other sheets may not send this one without it."""
    right = Permission.objects.get(codename="report_allowancetotal")
    official.groups.clear()
    others = Permission.objects.filter(codename__in=("confirm_upload", "view_upload", "view_township_page"))
    official.user_permissions.set(others)
    client.force_login(official, backend="django.contrib.auth.backends.ModelBackend")
    own = f"/dashboard/500115/{town.code}/allowances/?month=2024-03"
    assert "上传并比对" not in client.get(own).content.decode()
    assert client.post(own, {"file": sheet(*RIGHT)}).status_code == 403
    assert client.get(own.replace("/?", "/template/?")).status_code == 404
    official.user_permissions.set([*others, right])
    assert client.post(own, {"file": sheet(*RIGHT)}).status_code == 302


def test_district_without_printed_allowances_says_so(client, clerk, township_user, baima):
    for who, address in (
        (clerk, "/dashboard/500156/allowances/"),
        (township_user, f"/dashboard/500156/{baima.code}/allowances/"),
    ):
        client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
        page = client.get(address).content.decode()
        assert "没有要按月报送的津贴" in page
        assert "上传并比对" not in page

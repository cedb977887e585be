"""The ledger over HTTP: the list, one item, the review page's form, paper and workbook, what the dashboards say."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook
from shortcomings import MUST, PRINCIPLE, SOON, TODAY, TYPED, case, centre, data_queries, item, reported, text

from eldercare.audit import AuditRecord
from eldercare.regions import Region
from facilities.models import Attachment, Rectification
from facilities.services import rectifying

LIST = reverse("admin:facilities_rectification_changelist")
ADD = reverse("admin:facilities_rectification_add")
PRINT = reverse("admin:facilities_rectification_print")
EXPORT = reverse("admin:facilities_rectification_export")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000"
    "000049454e44ae426082"
)
__all__ = ["case", "centre", "item", "reported"]


@pytest.fixture
def done(reported):
    """An item that waits for its re-check."""
    return reported()


@pytest.fixture
def desk(client_for, reviewer):
    return client_for(reviewer)


def page(row: Rectification) -> str:
    return reverse("admin:facilities_rectification_change", args=[row.pk])


def move(client, row, verb, comment="说明", version=None):
    data = {"verb": verb, "comment": comment, "version": row.version if version is None else version}
    return client.post(f"{page(row).removesuffix('change/')}move/", data, follow=True)


def rectify_url(case) -> str:
    return reverse("admin:facilities_acceptancereview_rectify", args=[case.pk])


def ticked(*requirements: str, **typed) -> dict:
    data = {"clause": list(requirements)}
    for key in requirements:
        values = {"problem": "不足", "measure": "补足", "owner": "白马镇", "due_on": SOON.isoformat(), **typed}
        data |= {f"{name}:{key}": value for name, value in values.items()}
    return data


# The list


def test_the_list_leads_with_what_is_live_by_deadline(desk, item, done):
    late, later = item(label="早到期", due_on=TODAY), item(label="晚到期", due_on=SOON + timedelta(days=9))
    Rectification.objects.filter(pk=late.pk).update(due_on=TODAY - timedelta(days=4))
    rectifying.cancel(item(label="误立的", due_on=TODAY), by=late.opened_by, comment="误立")
    shown = text(desk.get(LIST))
    order = [shown.index(label) for label in ("早到期", "消防通道", "晚到期", "误立的")]
    assert order == sorted(order)
    assert "已逾期 4 天" in shown
    assert later.pk


@pytest.mark.parametrize(
    ("days", "overdue", "soon"), [(-1, True, False), (0, False, True), (7, False, True), (8, False, False)]
)
def test_deadline_filters_by_the_day(desk, item, days, overdue, soon):
    item(label="这一项")
    Rectification.objects.update(due_on=TODAY + timedelta(days=days))
    assert ("这一项" in text(desk.get(f"{LIST}?late=overdue"))) is overdue
    assert ("这一项" in text(desk.get(f"{LIST}?late=soon"))) is soon


def test_reopened_items_can_be_picked_out(desk, done, item, reviewer):
    rectifying.reopen(done, by=reviewer, comment="仍有杂物")
    item(label="没有退过的")
    shown = text(desk.get(f"{LIST}?late=reopened"))
    assert "1 次" in shown
    assert "没有退过的" not in shown


@pytest.mark.parametrize("count", [25, 100])
def test_the_list_costs_at_most_eight_queries(desk, item, centre, reviewer, count):
    rows = [Rectification(facility=centre, opened_by=reviewer, **TYPED) for _ in range(count)]
    Rectification.objects.bulk_create(rows)
    assert data_queries(desk, LIST) <= 8


@pytest.mark.parametrize(
    "odd", ["late=nothing", "status=x", "township=1", "facility__type=%00", "p=99", "o=99.9", "q=%27"]
)
def test_an_odd_filter_breaks_nothing(desk, item, odd):
    item()
    for address in (LIST, PRINT, EXPORT):
        assert desk.get(f"{address}?{odd}").status_code in (200, 302, 400)


# One item


def test_the_page_shows_the_item_what_the_standard_says_and_the_moves(desk, item):
    row = item(requirement=PRINCIPLE, label="建筑面积", problem="还差 80 ㎡")
    shown = text(desk.get(page(row)))
    for words in ("建筑面积", "还差 80 ㎡", "清理", "白马镇", "重新整改", "还没有整改前后的照片", "取消"):
        assert words in shown
    assert "不达标" in shown


def test_report_close_and_reopen_over_http(client_for, clerk, reviewer, item):
    row = item()
    assert "已办理：报告整改完成" in text(move(client_for(clerk), row, "report"))
    row.refresh_from_db()
    assert "已办理：复查销号" in text(move(client_for(reviewer), row, "close"))
    row.refresh_from_db()
    assert "已办理：重新整改" in text(move(client_for(reviewer), row, "reopen", "又堆放了"))
    row.refresh_from_db()
    assert (row.status, row.reopenings) == ("open", 1)


def test_a_refused_move_says_why_and_keeps_the_comment(desk, item, clerk):
    row = item(requirement=MUST)
    rectifying.report(row, by=clerk, comment="已补")
    shown = text(move(desk, row, "close", "我看可以"))
    assert "必须达标后才能销号" in shown
    assert "我看可以" in shown
    row.refresh_from_db()
    assert row.status == "reported"


def test_a_double_click_closes_once(desk, done):
    seen = done.version
    move(desk, done, "close", version=seen)
    assert "刚被别人处理过" in text(move(desk, done, "close", version=seen))
    assert done.events().filter(verb="close").count() == 1


@pytest.mark.parametrize("role", ["clerk", "approver", "admin"])
def test_roles_without_the_right_cannot_strike_off(client_for, make_user, wulong, done, role):
    move(client_for(make_user(role, wulong)), done, "close")
    done.refresh_from_db()
    assert done.status == "reported"


@pytest.mark.parametrize("role", ["township", "leader", "apiclient"])
def test_who_has_no_desk_is_sent_to_sign_in(client_for, make_user, baima, done, role):
    answer = client_for(make_user(role, baima)).post(f"{page(done).removesuffix('change/')}move/")
    assert answer.status_code == 302
    assert "login" in answer.url


@pytest.mark.parametrize(
    "data",
    [{}, {"verb": "close"}, {"verb": "close", "version": "x"}, {"verb": "fly", "version": "0"},
     {"verb": "close", "version": "9" * 40}, {"verb": "status", "version": "1", "status": "closed"}],
)  # fmt: skip
def test_a_forged_move_changes_nothing(desk, done, data):
    assert desk.post(f"{page(done).removesuffix('change/')}move/", data, follow=True).status_code == 200
    done.refresh_from_db()
    assert (done.status, done.version) == ("reported", 1)


@pytest.mark.parametrize("address", ["page", "move", "history"])
def test_another_district_finds_nothing(client_for, make_user, done, address):
    stranger = client_for(make_user("reviewer", Region.objects.get(code="500238")))
    base = page(done).removesuffix("change/")
    answer = {
        "page": lambda: stranger.get(page(done)),
        "move": lambda: stranger.post(f"{base}move/", {"verb": "close", "comment": "x", "version": 1}),
        "history": lambda: stranger.get(f"{base}history/"),
    }[address]()
    assert answer.status_code == 404


def test_a_longer_deadline_shows_before_and_after(desk, item):
    row, later = item(), SOON + timedelta(days=20)
    data = {"measure": "清理", "owner": "白马镇", "due_on": later.isoformat(), "seen": row.version}
    assert "请填写延期理由" in text(desk.post(page(row), data))
    assert desk.post(page(row), data | {"reason": "材料采购延后"}, follow=True).status_code == 200
    row.refresh_from_db()
    assert row.due_on == later
    shown = text(desk.get(page(row)))
    assert f"整改期限：{SOON} → {later}" in shown
    assert "理由：材料采购延后" in shown
    assert AuditRecord.objects.filter(action="record.changed", model="facilities.rectification").count() == 1


def test_a_wrong_deadline_comes_back_with_its_reason(desk, item):
    row = item()
    data = {"measure": "", "owner": "白马镇", "due_on": "2020-01-01", "seen": row.version}
    shown = text(desk.post(page(row), data))
    assert "整改期限不能早于今天" in shown
    assert not AuditRecord.objects.filter(action="record.changed").exists()


def test_a_stale_form_is_told(desk, item, reviewer):
    row = item()
    rectifying.change(row, by=reviewer, measure="另一措施")
    data = {"measure": "清理", "owner": "县里", "due_on": SOON.isoformat(), "seen": 0}
    assert "刚被别人处理过" in text(desk.post(page(row), data, follow=True))
    row.refresh_from_db()
    assert (row.measure, row.owner) == ("另一措施", "白马镇")


def test_what_is_reported_has_no_form_and_takes_none(desk, done):
    assert 'name="measure"' not in text(desk.get(page(done)))
    desk.post(page(done), {"measure": "改写", "owner": "别人", "due_on": SOON.isoformat(), "seen": 1})
    done.refresh_from_db()
    assert done.measure == "清理"


def test_an_approver_sees_the_item_and_cannot_rewrite_it(client_for, approver, item):
    row = item()
    desk = client_for(approver)
    assert 'name="measure"' not in text(desk.get(page(row)))
    data = {"measure": "改写", "owner": "别人", "due_on": SOON.isoformat(), "seen": 0}
    assert desk.post(page(row), data).status_code == 403


def test_evidence_belongs_to_the_item_and_is_listed(desk, item, tmp_path):
    row = item()
    photo = SimpleUploadedFile("整改后.png", PNG, content_type="image/png")
    data = {"rectification": row.pk, "facility": row.facility_id, "caption": "整改后照片", "files": photo}
    answer = desk.post(reverse("admin:facilities_attachment_attach"), data, follow=True)
    assert Attachment.objects.get().rectification == row
    assert answer.redirect_chain[-1][0] == page(row)
    assert "整改后照片" in text(answer)


# Opening by hand


def test_an_item_can_be_opened_for_anything_that_is_wrong(client_for, clerk, centre):
    desk = client_for(clerk)
    assert desk.get(f"{ADD}?facility={centre.pk}").status_code == 200
    answer = desk.post(ADD, {**TYPED, "due_on": SOON.isoformat(), "facility": centre.pk}, follow=True)
    row = Rectification.objects.get()
    assert answer.redirect_chain[-1][0] == page(row)
    assert (row.label, row.requirement, row.opened_by) == ("消防通道", "", clerk)
    assert AuditRecord.objects.filter(action="record.created", model="facilities.rectification").count() == 1


def test_a_form_with_faults_names_them_all_and_keeps_what_was_typed(client_for, clerk, centre):
    wrong = {**TYPED, "label": "留着的事项", "owner": " ", "due_on": "2020-01-01", "facility": centre.pk}
    shown = text(client_for(clerk).post(ADD, wrong))
    assert "整改期限不能早于今天" in shown
    assert "留着的事项" in shown
    assert not Rectification.objects.exists()


@pytest.mark.parametrize("named", ["x", "1.5", "-1", "9" * 20, "{}", ""])
def test_a_facility_that_is_none_is_a_fault_of_the_form(client_for, clerk, named):
    answer = client_for(clerk).post(ADD, {**TYPED, "due_on": SOON.isoformat(), "facility": named})
    assert answer.status_code == 200
    assert "facility" in answer.context["adminform"].form.errors
    assert not Rectification.objects.exists()


def test_a_facility_of_another_district_cannot_be_named(client_for, make_user, centre):
    stranger = client_for(make_user("clerk", Region.objects.get(code="500238")))
    stranger.post(ADD, {**TYPED, "due_on": SOON.isoformat(), "facility": centre.pk})
    assert not Rectification.objects.exists()


# The review page


def test_the_review_page_drafts_its_failing_clauses(desk, case):
    shown = text(desk.get(reverse("admin:facilities_acceptancereview_change", args=[case.pk])))
    assert f'value="{PRINCIPLE}"' in shown
    assert "建筑面积增加 80 ㎡" in shown
    assert f'value="{(TODAY + timedelta(days=30)).isoformat()}"' in shown


def test_ticked_clauses_join_the_ledger_and_show_on_the_page(desk, case):
    shown = text(desk.post(rectify_url(case), ticked(MUST, PRINCIPLE), follow=True))
    assert "已列入整改台账 2 项" in shown
    assert set(Rectification.objects.values_list("requirement", "review", "measure")) == {
        (MUST, case.pk, "补足"), (PRINCIPLE, case.pk, "补足"),
    }  # fmt: skip
    assert f'name="measure:{MUST}"' not in shown


def test_a_double_click_puts_a_clause_in_once(desk, case):
    desk.post(rectify_url(case), ticked(MUST))
    assert "已列入整改" in text(desk.post(rectify_url(case), ticked(MUST), follow=True))
    assert Rectification.objects.count() == 1


def test_a_refusal_keeps_what_was_typed(desk, case):
    shown = text(desk.post(rectify_url(case), ticked(MUST, PRINCIPLE, owner="", measure="请李工扩建"), follow=True))
    assert "责任单位或责任人不能为空" in shown
    assert shown.count("请李工扩建") == 2
    assert not Rectification.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"clause": ["nothing"]},
        {"clause": [MUST]},
        {"clause": [MUST] * 200},
        ticked(MUST, due_on="2020-02-30"),
        ticked(MUST, due_on="9999-99-99"),
        ticked(MUST, measure="长" * 900),
        ticked(MUST, measure="\x07"),
        ticked(MUST, due_on="2020-01-01"),
        ticked("x" * 500),
    ],
)
def test_garbage_opens_nothing_and_is_explained(desk, case, data):
    answer = desk.post(rectify_url(case), data, follow=True)
    assert answer.status_code == 200
    assert [str(message) for message in answer.context["messages"]]
    assert not Rectification.objects.exists()


@pytest.mark.parametrize(("role", "code"), [("approver", 403), ("admin", 403)])
def test_roles_without_the_right_open_nothing(client_for, make_user, wulong, case, role, code):
    assert client_for(make_user(role, wulong)).post(rectify_url(case), ticked(MUST)).status_code == code
    assert not Rectification.objects.exists()


def test_the_form_is_posted_only_and_stays_in_scope(desk, client_for, make_user, case):
    stranger = client_for(make_user("reviewer", Region.objects.get(code="500238")))
    assert desk.get(rectify_url(case)).status_code == 405
    assert stranger.post(rectify_url(case), ticked(MUST)).status_code == 404
    assert not Rectification.objects.exists()


def test_the_facility_page_lists_its_items(desk, item, centre):
    item(label="通道堵塞")
    shown = text(desk.get(reverse("admin:facilities_facility_change", args=[centre.pk])))
    assert "通道堵塞" in shown


# Paper and workbook


def test_the_printed_ledger_is_the_filtered_list(desk, item):
    late = item(label="逾期事项")
    Rectification.objects.update(due_on=TODAY - timedelta(days=2))
    item(label="未到期事项")
    shown = text(desk.get(f"{PRINT}?late=overdue"))
    assert "逾期事项" in shown
    assert "未到期事项" not in shown
    assert "期限：已逾期" in shown
    assert "已逾期 2 天" in shown
    assert late.pk


def test_the_printed_ledger_says_when_it_is_cut(desk, centre, reviewer, monkeypatch):
    monkeypatch.setattr("facilities.admin.ledgerpaper.MOST_PRINTED", 3)
    Rectification.objects.bulk_create([Rectification(facility=centre, opened_by=reviewer, **TYPED) for _ in range(4)])
    assert "共 4 项，只印出前 3 项" in text(desk.get(PRINT))


def test_the_workbook_holds_the_ledger_and_the_export_is_recorded(desk, done, reviewer):
    rectifying.reopen(done, by=reviewer, comment="仍有杂物")
    Rectification.objects.update(due_on=TODAY - timedelta(days=2))
    answer = desk.get(EXPORT)
    rows = [list(row) for row in load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True)]
    head = next(row for row in rows if row[0] == "序号")
    found = dict(zip(head, rows[rows.index(head) + 1], strict=True))
    assert {name: found[name] for name in ("序号", "事项", "责任单位或责任人", "状态", "逾期天数", "重新整改次数")} == {
        "序号": 1, "事项": "消防通道", "责任单位或责任人": "白马镇", "状态": "待整改", "逾期天数": 2, "重新整改次数": 1,
    }  # fmt: skip
    assert AuditRecord.objects.get(action="export").by_id == reviewer.pk


def test_text_that_looks_like_a_formula_stays_text(desk, item):
    item(problem="=1+1")
    book = load_workbook(BytesIO(desk.get(EXPORT).content))
    cell = next(cell for row in book.active.iter_rows() for cell in row if cell.value == "=1+1")
    assert cell.data_type == "s"


@pytest.mark.parametrize("address", [PRINT, EXPORT])
def test_paper_and_workbook_stay_in_scope(client_for, make_user, item, address):
    item(label="别人看不到的")
    stranger = client_for(make_user("reviewer", Region.objects.get(code="500238")))
    answer = stranger.get(address)
    if address == PRINT:
        assert "别人看不到的" not in text(answer)
        return
    cells = [cell for row in load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True) for cell in row]
    assert "别人看不到的" not in cells


@pytest.mark.parametrize("address", [PRINT, EXPORT])
def test_paper_and_workbook_cost_the_same_at_any_length(desk, item, register, jiangkou, reviewer, address):
    item()
    one = data_queries(desk, address)
    for _ in range(6):
        rectifying.open_item(register(jiangkou), by=reviewer, **TYPED)
    assert data_queries(desk, address) == one

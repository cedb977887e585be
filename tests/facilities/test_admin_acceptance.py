"""The review page: clauses beside facts, history and queue; moves as POSTs that are judged again on the server."""

import re
from datetime import date

import pytest
from django.urls import reverse
from reviewpages import ZONES, centre, draft, move, page, reviewing, submitted

from eldercare import review
from eldercare.audit import AuditRecord
from eldercare.regions import Region
from facilities import history, services
from facilities.models import AcceptanceReview

__all__ = ["centre", "draft", "reviewing", "submitted"]
BUTTON = re.compile(r'<button class="btn[^"]*" name="verb" value="(\w+)"( disabled)?')


def buttons(client, row) -> dict[str, bool]:
    """The moves in the footer, and whether each can be pressed."""
    return {verb: not disabled for verb, disabled in BUTTON.findall(client.get(page(row)).content.decode())}


def test_a_review_goes_from_the_facility_to_acceptance(client_for, clerk, reviewer, centre):
    desk, bench = client_for(clerk), client_for(reviewer)
    opening = reverse("admin:facilities_facility_change", args=[centre.pk]).replace("change/", "open-review/")
    response = desk.post(opening)
    row = AcceptanceReview.objects.get(facility=centre)
    assert response.url == page(row)
    assert "已办理：提交审核" in desk.post(*move(row, "submit"), follow=True).content.decode()
    row.refresh_from_db()
    assert "已办理：受理" in bench.post(*move(row, "take"), follow=True).content.decode()
    row.refresh_from_db()
    form = move(row, "accept", accepted_on="2020-12-01", comment="现场属实")
    body = bench.post(*form, follow=True).content.decode()
    row.refresh_from_db()
    centre.refresh_from_db()
    assert (row.status, row.decided_by, centre.stage, centre.accepted_on) == (
        "accepted", reviewer, "accepted", date(2020, 12, 1),
    )  # fmt: skip
    assert "验收时的逐条核查" in body


def test_the_page_shows_facts_clauses_reasons_and_the_queue(client_for, reviewer, reviewing, register, clerk):
    other = register(type="STREET_CENTRE", stage="completed", name="另一个中心")
    services.open_review(other, by=clerk)
    history.record_one(reviewing.facility, {"gross_area": 720}, effective_on=date(2020, 12, 1), by=clerk)
    body = client_for(reviewer).get(page(reviewing)).content.decode()
    for words in ("还差 80 ㎡", "二(二)", "验收资料第三册", "另一个中心", "提交审核", "不能验收合格", "disabled"):
        assert words in body, words


def test_each_person_finds_the_buttons_of_the_state(
    client_for, make_user, wulong, clerk, reviewer, approver, submitted
):
    second = make_user("reviewer", wulong)
    people = [client_for(user) for user in (clerk, reviewer, approver, second)]
    waiting = [buttons(client, submitted) for client in people]
    services.take(submitted, by=reviewer)
    taken = [buttons(client, submitted) for client in people]
    services.accept(submitted, by=reviewer, accepted_on=date(2020, 12, 1), comment="现场属实")
    accepted = [buttons(client, submitted) for client in people]
    assert waiting == [{"withdraw": True}, {"take": True}, {"assign": True}, {"take": True}]
    # Returning is a form on the page: who may return finds a link to it instead of a button.
    assert taken == [{"withdraw": True}, {"accept": True}, {"assign": True}, {"accept": False, "send_back": False}]
    assert accepted == [{}, {"recheck": True}, {"revoke": True}, {"recheck": True}]


def test_only_who_may_return_finds_the_way_to_it(client_for, make_user, wulong, reviewer, reviewing):
    link = '<a class="btn" href="#returning">'
    other = client_for(make_user("reviewer", wulong)).get(page(reviewing)).content.decode()
    assert link in client_for(reviewer).get(page(reviewing)).content.decode()
    assert link not in other
    assert 'name="tick-0"' not in other
    assert f"本件由{reviewer}承办" in other


def test_a_case_is_given_to_a_chosen_reviewer(client_for, make_user, wulong, clerk, reviewer, approver, submitted):
    second = make_user("reviewer", wulong)
    client = client_for(approver)
    body = client.get(page(submitted)).content.decode()
    assert all(f'value="{person.pk}"' in body for person in (reviewer, second))
    client.post(*move(submitted, "assign", reviewer=second.pk, comment="按片区分派"))
    submitted.refresh_from_db()
    assert (submitted.status, submitted.reviewer, submitted.assigned_by) == ("reviewing", second, approver)
    client.post(*move(submitted, "assign", reviewer=reviewer.pk))
    submitted.refresh_from_db()
    assert submitted.reviewer == reviewer


@pytest.mark.parametrize("chosen", ["", "0", "x", "99999999999999999999", "-1"])
def test_a_case_is_given_to_nobody_unknown(client_for, approver, submitted, chosen):
    response = client_for(approver).post(*move(submitted, "assign", reviewer=chosen), follow=True)
    submitted.refresh_from_db()
    assert (response.status_code, submitted.status, submitted.reviewer) == (200, "submitted", None)
    assert "承办人" in response.content.decode()


def test_a_case_is_not_given_to_its_submitter_or_a_stranger(client_for, make_user, wulong, clerk, approver, submitted):
    stranger = make_user("reviewer", Region.objects.get(name="长寿区"))
    for person in (clerk, stranger, make_user("leader", wulong)):
        client_for(approver).post(*move(submitted, "assign", reviewer=person.pk))
        submitted.refresh_from_db()
        assert submitted.reviewer is None


def test_an_unmet_clause_blocks_the_post_as_well_as_the_button(client_for, reviewer, reviewing):
    history.record_one(reviewing.facility, {"zones": ZONES[:3]}, effective_on=date(2020, 12, 1), by=None)
    form = move(reviewing, "accept", accepted_on="2020-12-01", comment="现场属实")
    response = client_for(reviewer).post(*form, follow=True)
    reviewing.refresh_from_db()
    assert "功能区（二(二)）缺少文体活动" in response.content.decode()
    assert reviewing.status == "reviewing"


def test_a_refused_move_keeps_what_was_typed(client_for, reviewer, reviewing):
    client = client_for(reviewer)
    form = move(reviewing, "accept", accepted_on="2999-01-01", comment="已到现场看过")
    body = client.post(*form, follow=True).content.decode()
    assert "验收日期不能晚于今天" in body
    assert "已到现场看过" in body
    assert 'value="2999-01-01"' in body
    assert "已到现场看过" not in client.get(page(reviewing)).content.decode()


def test_acceptance_needs_its_day(client_for, reviewer, reviewing):
    form = move(reviewing, "accept", accepted_on="", comment="现场属实")
    assert "验收合格须填写验收日期" in client_for(reviewer).post(*form, follow=True).content.decode()


def test_a_second_click_and_an_old_page_are_explained(client_for, reviewer, submitted):
    client, (url, form) = client_for(reviewer), move(submitted, "take")
    client.post(url, form)
    assert "刚被别人处理过" in client.post(url, form, follow=True).content.decode()
    assert submitted.events().count() == 2


GARBAGE = [
    {"verb": "accept"},
    {"version": "x"},
    {"version": 1, "verb": "fly"},
    {},
    {"verb": "accept", "version": 2, "accepted_on": "明天"},
    {"verb": "accept", "version": 2, "accepted_on": "0000-00-00"},
    {"verb": "accept", "version": 2, "accepted_on": "9999-12-31"},
    {"verb": "accept", "version": 99999999999, "accepted_on": "2020-12-01"},
    {"verb": "accept", "version": "²", "accepted_on": "2020-12-01"},
    {"verb": "send_back", "version": 2},
    {"verb": "withdraw", "version": 2, "comment": "不是我的"},
    {"verb": "assign", "version": 2, "reviewer": "1"},
    {"verb": "take", "version": 2},
]


@pytest.mark.parametrize("form", GARBAGE)
def test_a_crippled_form_moves_nothing_and_does_not_fail(client_for, reviewer, reviewing, form):
    response = client_for(reviewer).post(page(reviewing).replace("change/", "move/"), form, follow=True)
    reviewing.refresh_from_db()
    assert (response.status_code, reviewing.status, reviewing.reviewer) == (200, "reviewing", reviewer)


@pytest.mark.parametrize(
    ("role", "verb"),
    [
        *((role, "accept") for role in ("clerk", "approver", "admin")),
        *((role, "send_back") for role in ("clerk", "approver", "admin")),
        *((role, "take") for role in ("clerk", "approver", "admin")),
        *((role, "assign") for role in ("clerk", "reviewer", "admin")),
        *((role, "withdraw") for role in ("reviewer", "approver", "admin")),
        *((role, "recheck") for role in ("clerk", "approver", "admin")),
        *((role, "revoke") for role in ("clerk", "reviewer", "admin")),
    ],
)
def test_a_move_of_another_role_is_refused_and_recorded(client_for, make_user, wulong, reviewing, role, verb):
    person = make_user(role, wulong)
    url, form = move(reviewing, verb, comment="试试", accepted_on="2020-12-01", reviewer=person.pk)
    assert client_for(person).post(url, form, follow=True).status_code == 200
    before = reviewing.version
    reviewing.refresh_from_db()
    assert (reviewing.status, reviewing.version) == ("reviewing", before)
    assert AuditRecord.objects.filter(action="review.denied", object_id=str(reviewing.pk)).exists()


@pytest.mark.parametrize("role", ["township", "leader", "apiclient"])
def test_roles_outside_the_admin_come_to_no_move(client_for, make_user, wulong, baima, reviewing, role):
    client = client_for(make_user(role, baima if role == "township" else wulong))
    for verb in ("accept", "send_back", "assign"):
        assert client.post(*move(reviewing, verb, comment="试试")).status_code == 302
    reviewing.refresh_from_db()
    assert reviewing.status == "reviewing"


@pytest.mark.parametrize("verb", ["take", "accept", "send_back", "recheck", "revoke"])
def test_a_move_from_another_state_says_so(client_for, make_user, wulong, draft, verb):
    role = "approver" if verb == "revoke" else "reviewer"
    form = move(draft, verb, comment="理由", accepted_on="2020-12-01")
    body = client_for(make_user(role, wulong)).post(*form, follow=True).content.decode()
    draft.refresh_from_db()
    assert "当前状态为“草稿”，不能" in body
    assert draft.status == "draft"


def test_moves_are_posts(client_for, reviewer, submitted):
    for address in ("move/", "send-back/"):
        assert client_for(reviewer).get(page(submitted).replace("change/", address)).status_code == 405


def test_status_is_not_a_field_of_the_form(client_for, clerk, draft, reviewer):
    forged = {"note": "资料已齐", "status": "accepted", "decided_by": reviewer.pk, "frozen": "{}", "_save": "1"}
    assert client_for(clerk).post(page(draft), forged).status_code == 302
    draft.refresh_from_db()
    assert (draft.note, draft.status, draft.decided_by, draft.frozen) == ("资料已齐", "draft", None, None)


def test_the_note_is_closed_once_submitted_and_never_the_reviewers(client_for, clerk, reviewer, submitted):
    for user in (clerk, reviewer):
        client_for(user).post(page(submitted), {"note": "改写", "_save": "1"})
    submitted.refresh_from_db()
    assert submitted.note == ""


def test_an_accepted_review_shows_what_it_was_decided_on(client_for, reviewer, approver, reviewing):
    services.accept(reviewing, by=reviewer, accepted_on=date(2020, 12, 1), comment="现场属实")
    body = client_for(approver).get(page(reviewing)).content.decode()
    assert "900 ㎡" in body
    assert "撤销验收" in body
    assert "需复核" not in body


def test_facts_changed_after_acceptance_ask_for_a_recheck(client_for, reviewer, reviewing):
    services.accept(reviewing, by=reviewer, accepted_on=date(2020, 12, 1), comment="现场属实")
    history.record_one(reviewing.facility, {"gross_area": 100}, effective_on=date(2020, 12, 2), by=None)
    client = client_for(reviewer)
    body = client.get(page(reviewing)).content.decode()
    for words in ('id="recheck"', "验收后有变化，需复核", "900 ㎡", "100 ㎡"):
        assert words in body, words
    assert "复核必须填写理由" in client.post(*move(reviewing, "recheck"), follow=True).content.decode()
    body = client.post(*move(reviewing, "recheck", comment="已现场复核"), follow=True).content.decode()
    reviewing.refresh_from_db()
    assert (reviewing.status, reviewing.rechecked_by) == ("accepted", reviewer)
    assert 'id="recheck"' not in body
    assert "已现场复核" in body


def test_a_part_without_words_leaves_no_box_and_no_tab(client_for, clerk, draft):
    body = client_for(clerk).get(page(draft)).content.decode()
    boxes = re.findall(r'<div class="review-panel" id="(\w+)">', body)
    tabs = re.findall(r'<li><a href="#(\w+)">', body)
    assert "returning" not in boxes
    assert [tab for tab in tabs if tab not in ("checks", "moves")] == boxes
    assert not re.search(r'<div class="review-panel" id="\w+">\s*</div>', body)


def test_another_districts_review_is_not_there(client_for, make_user, reviewing):
    for role in ("reviewer", "clerk", "approver"):
        client = client_for(make_user(role, Region.objects.get(name="长寿区")))
        assert client.get(page(reviewing)).status_code == 404
        assert client.post(*move(reviewing, "accept", accepted_on="2020-12-01")).status_code == 404
        assert client.post(page(reviewing).replace("change/", "send-back/"), {"version": 2}).status_code == 404
    reviewing.refresh_from_db()
    assert reviewing.status == "reviewing"


def test_the_page_costs_the_same_whatever_waits(
    client_for, reviewer, clerk, reviewing, register, django_assert_max_num_queries
):
    client = client_for(reviewer)
    client.get(page(reviewing))
    with django_assert_max_num_queries(80) as few:
        client.get(page(reviewing))
    for _ in range(5):
        review.perform(services.open_review(register(stage="completed"), by=clerk), "submit", by=clerk)
    with django_assert_max_num_queries(len(few)):
        client.get(page(reviewing))

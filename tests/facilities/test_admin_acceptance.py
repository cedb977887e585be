"""The review page: queue by age, clauses beside facts, moves as POSTs that are judged again on the server."""

from datetime import date

import pytest
from django.urls import reverse

from eldercare import review
from eldercare.audit import AuditRecord
from eldercare.regions import Region
from facilities import history, services
from facilities.models import AcceptanceReview, Declaration

QUEUE = reverse("admin:facilities_acceptancereview_changelist")
ZONES = ["托养护理", "生活照料", "医疗保健", "文体活动"]


def page(row) -> str:
    return reverse("admin:facilities_acceptancereview_change", args=[row.pk])


def move(row, verb: str, **more) -> tuple[str, dict]:
    """Address and form of a move as the footer of the page sends it."""
    return page(row).replace("change/", "move/"), {"verb": verb, "version": row.version, "comment": "", **more}


@pytest.fixture
def centre(register):
    facility = register(type="TOWNSHIP_CENTRE", gross_area=900, beds=10, zones=ZONES, stage="completed")
    for fact in ("requirement.all.fire_code", "facility.integrated_with_disabled_care"):
        Declaration.objects.create(fact=fact, facility=facility, value=True, evidence="验收资料第三册")
    return facility


@pytest.fixture
def draft(centre, clerk):
    return services.open_review(centre, by=clerk)


@pytest.fixture
def submitted(draft, clerk):
    review.perform(draft, "submit", by=clerk)
    return draft


def test_a_review_goes_from_the_facility_to_acceptance(client_for, clerk, reviewer, centre):
    desk, bench = client_for(clerk), client_for(reviewer)
    opening = reverse("admin:facilities_facility_change", args=[centre.pk]).replace("change/", "open-review/")
    response = desk.post(opening)
    row = AcceptanceReview.objects.get(facility=centre)
    assert response.url == page(row)
    assert "已办理：提交审核" in desk.post(*move(row, "submit"), follow=True).content.decode()
    row.refresh_from_db()
    body = bench.post(*move(row, "accept", accepted_on="2020-12-01"), follow=True).content.decode()
    row.refresh_from_db()
    centre.refresh_from_db()
    assert (row.status, row.decided_by, centre.stage, centre.accepted_on) == (
        "accepted", reviewer, "accepted", date(2020, 12, 1),
    )  # fmt: skip
    assert "验收时的逐条核查" in body


def test_the_page_shows_facts_clauses_reasons_and_the_queue(client_for, reviewer, submitted, register, clerk):
    other = register(type="STREET_CENTRE", stage="completed", name="另一个中心")
    services.open_review(other, by=clerk)
    history.record_one(submitted.facility, {"gross_area": 720}, effective_on=date(2020, 12, 1), by=clerk)
    body = client_for(reviewer).get(page(submitted)).content.decode()
    for words in ("还差 80 ㎡", "二(二)", "验收资料第三册", "另一个中心", "提交审核", "不能验收合格", "disabled"):
        assert words in body, words


def test_an_unmet_clause_blocks_the_post_as_well_as_the_button(client_for, reviewer, submitted):
    history.record_one(submitted.facility, {"zones": ZONES[:3]}, effective_on=date(2020, 12, 1), by=None)
    response = client_for(reviewer).post(*move(submitted, "accept", accepted_on="2020-12-01"), follow=True)
    submitted.refresh_from_db()
    assert "功能区（二(二)）缺少文体活动" in response.content.decode()
    assert submitted.status == "submitted"


def test_a_refused_move_keeps_the_words_already_typed(client_for, reviewer, submitted):
    client = client_for(reviewer)
    response = client.post(*move(submitted, "accept", accepted_on="", comment="已到现场看过"), follow=True)
    body = response.content.decode()
    assert "验收合格须填写验收日期" in body
    assert "已到现场看过" in body
    assert "已到现场看过" not in client.get(page(submitted)).content.decode()


def test_a_return_without_reason_is_explained(client_for, reviewer, submitted):
    client = client_for(reviewer)
    assert "退回必须填写理由" in client.post(*move(submitted, "send_back"), follow=True).content.decode()
    client.post(*move(submitted, "send_back", comment="缺消防证明", accepted_on="2020-12-01"))
    submitted.refresh_from_db()
    assert submitted.status == "returned"
    assert "缺消防证明" in client.get(page(submitted)).content.decode()


def test_a_second_click_and_an_old_page_are_explained(client_for, reviewer, submitted):
    client, (url, form) = client_for(reviewer), move(submitted, "send_back", comment="缺证明")
    client.post(url, form)
    assert "刚被别人处理过" in client.post(url, form, follow=True).content.decode()
    assert submitted.events().count() == 2


@pytest.mark.parametrize("form", [{"verb": "accept"}, {"version": "x"}, {"version": 1, "verb": "fly"}, {}])
def test_a_crippled_form_moves_nothing_and_does_not_fail(client_for, reviewer, submitted, form):
    response = client_for(reviewer).post(page(submitted).replace("change/", "move/"), form, follow=True)
    submitted.refresh_from_db()
    assert (response.status_code, submitted.status) == (200, "submitted")


@pytest.mark.parametrize(
    ("role", "verb"),
    [
        ("clerk", "accept"),
        ("clerk", "revoke"),
        ("reviewer", "withdraw"),
        ("approver", "accept"),
        ("admin", "send_back"),
    ],
)
def test_a_move_of_another_role_is_refused_and_recorded(client_for, make_user, wulong, submitted, role, verb):
    client = client_for(make_user(role, wulong))
    url, form = move(submitted, verb, comment="试试", accepted_on="2020-12-01")
    assert client.post(url, form, follow=True).status_code == 200
    submitted.refresh_from_db()
    assert submitted.status == "submitted"
    assert AuditRecord.objects.filter(action="review.denied", object_id=str(submitted.pk)).exists()


def test_moves_are_posts(client_for, reviewer, submitted):
    assert client_for(reviewer).get(page(submitted).replace("change/", "move/")).status_code == 405


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


def test_an_accepted_review_shows_what_it_was_decided_on(client_for, reviewer, approver, submitted):
    services.accept(submitted, by=reviewer, accepted_on=date(2020, 12, 1))
    history.record_one(submitted.facility, {"gross_area": 100}, effective_on=date(2020, 12, 2), by=None)
    body = client_for(approver).get(page(submitted)).content.decode()
    assert "900 ㎡" in body
    assert "100 ㎡" not in body
    assert "撤销验收" in body


def test_another_districts_review_is_not_there(client_for, make_user, submitted):
    client = client_for(make_user("reviewer", Region.objects.get(name="长寿区")))
    assert client.get(page(submitted)).status_code == 404
    assert client.post(*move(submitted, "send_back", comment="越界")).status_code == 404
    assert submitted.facility.name not in client.get(QUEUE).content.decode()
    submitted.refresh_from_db()
    assert submitted.status == "submitted"


def test_the_queue_puts_what_waits_for_a_decision_first(client_for, reviewer, clerk, register):
    names = ["草稿甲", "待审乙", "退回丙", "撤回丁"]
    rows = [services.open_review(register(name=name, stage="completed"), by=clerk) for name in names]
    for row in rows[1:3]:
        review.perform(row, "submit", by=clerk)
    review.perform(rows[2], "send_back", by=reviewer, comment="补")
    review.perform(rows[3], "withdraw", by=clerk, comment="误建")
    body = client_for(reviewer).get(QUEUE).content.decode()
    places = {name: body.index(name) for name in names}
    assert sorted(names, key=places.get) == ["待审乙", "退回丙", "草稿甲", "撤回丁"]


def test_queue_and_page_cost_the_same_at_any_length(
    client_for, reviewer, clerk, register, django_assert_max_num_queries
):
    client = client_for(reviewer)
    first = services.open_review(register(stage="completed"), by=clerk)
    second = services.open_review(register(stage="completed"), by=clerk)
    for url in (QUEUE, page(first)):
        client.get(url)
        with django_assert_max_num_queries(40) as few:
            client.get(url)
        for _ in range(5):
            services.open_review(register(stage="completed"), by=clerk)
        with django_assert_max_num_queries(len(few)):
            client.get(url)
    assert second.status == "draft"

"""Deviations over HTTP: what each person is offered on the review page, what a forged request gets, the list."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from eldercare import review
from eldercare.accounts import grant
from eldercare.audit import AuditRecord
from facilities import services
from facilities.models import Declaration, Waiver
from facilities.services import waiving

ZONES = ["生活照料", "托养护理", "医疗康复", "休闲娱乐", "文化教育", "人文关怀", "运营管理"]
WHY = "老城区用地受限，相邻文化站可共用活动场地，不影响服务功能。"
LIST = reverse("admin:facilities_waiver_changelist")


def page(row) -> str:
    return reverse("admin:facilities_acceptancereview_change", args=[row.pk])


def proposing(row) -> str:
    return reverse("admin:facilities_acceptancereview_propose_waiver", args=[row.pk])


def deciding(waiver) -> str:
    return reverse("admin:facilities_acceptancereview_decide_waiver", args=[waiver.review_id, waiver.pk])


def own(waiver, view: str = "change") -> str:
    return reverse(f"admin:facilities_waiver_{view}", args=[waiver.pk])


def told(response) -> str:
    return "；".join(str(message) for message in get_messages(response.wsgi_request))


@pytest.fixture
def centre(register):
    return street(register)


def street(register, **more):
    state = {"gross_area": 1420, "beds": 30, "nursing_beds": 20, "zones": ZONES, "stage": "completed", **more}
    facility = register(type="STREET_CENTRE", **state)
    for fact in ("requirement.all.fire_code", "requirement.all.jgj450"):
        Declaration.objects.create(fact=fact, facility=facility, value=True, evidence="验收资料")
    return facility


def begun(facility, clerk, reviewer):
    row = services.open_review(facility, by=clerk)
    review.perform(row, "submit", by=clerk)
    services.take(row, by=reviewer)
    return row


@pytest.fixture
def case(centre, clerk, reviewer):
    return begun(centre, clerk, reviewer)


@pytest.fixture
def proposed(case, reviewer):
    return waiving.propose(case, "street.area", justification=WHY, by=reviewer)


def test_a_deviation_goes_from_proposal_to_acceptance_on_the_review_page(client_for, reviewer, approver, case):
    bench, chief = client_for(reviewer), client_for(approver)
    assert "提出偏差说明" in bench.get(page(case)).content.decode()
    response = bench.post(proposing(case), {"requirement": "street.area", "justification": WHY})
    assert (response.url, told(response)) == (f"{page(case)}#waivers", "偏差说明已提出，等待科长同意。")
    waiver = Waiver.objects.get()
    body = chief.get(page(case)).content.decode()
    assert all(words in body for words in ("待同意", WHY, "还差 80 ㎡", "同意偏差"))
    response = chief.post(deciding(waiver), {"verb": "consent", "comment": "同意", "version": 0})
    assert (response.url, told(response)) == (f"{page(case)}#waivers", "已办理：同意偏差。")
    body = bench.get(page(case)).content.decode()
    assert "原则性偏差" in body
    assert "有效" in body
    services.accept(case, by=reviewer, comment="现场属实")
    assert "有效" in bench.get(page(case)).content.decode()
    assert (case.status, case.consented_by) == ("accepted", approver)


def test_a_page_without_deviation_shows_no_empty_box(client_for, reviewer, register, clerk):
    whole = begun(street(register, gross_area=1600), clerk, reviewer)
    assert "h-waivers" not in client_for(reviewer).get(page(whole)).content.decode()


def test_only_who_has_the_case_gets_the_form(client_for, case, clerk, approver, make_user, wulong, sysadmin):
    for user in (clerk, approver, sysadmin, make_user("reviewer", wulong, "colleague")):
        body = client_for(user).get(page(case)).content.decode()
        assert "h-waivers" in body
        assert 'name="justification"' not in body
    assert "本件由reviewer承办" in body


def test_buttons_are_there_for_allowed_moves_and_a_refusal_says_why(
    client_for, proposed, case, reviewer, approver, clerk
):
    def shown(user) -> dict:
        lines = client_for(user).get(page(case)).context["waivers"]
        return {option.move.verb: option.reason for line in lines for option in line.options}

    assert shown(clerk) == {}
    assert shown(reviewer) == {"withdraw": ""}
    assert shown(approver) == {"consent": "", "refuse": ""}
    grant(reviewer, "reviewer", "approver")
    body = client_for(reviewer).get(page(case)).content.decode()
    assert "<b>不能同意偏差</b>：提出人与本次操作不能是同一人。" in body


def test_a_refused_proposal_keeps_what_was_typed(client_for, case, reviewer):
    bench = client_for(reviewer)
    response = bench.post(proposing(case), {"requirement": "street.area", "justification": "用地太紧"})
    assert told(response) == "偏差理由至少 10 个字，现有 4 个。"
    assert "用地太紧</textarea>" in bench.get(page(case)).content.decode()
    assert "用地太紧</textarea>" not in bench.get(page(case)).content.decode()


def test_a_refused_decision_keeps_what_was_typed(client_for, proposed, case, approver):
    chief = client_for(approver)
    response = chief.post(deciding(proposed), {"verb": "consent", "comment": "可以接受", "version": 7})
    assert "刚被别人处理过" in told(response)
    assert "可以接受</textarea>" in chief.get(page(case)).content.decode()
    assert Waiver.objects.get().status == "proposed"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "页面内容不完整"),
        ({"verb": "consent"}, "页面内容不完整"),
        ({"verb": "consent", "version": "-1"}, "页面内容不完整"),
        ({"verb": "consent", "version": "9" * 40}, "页面内容不完整"),
        ({"verb": "consent", "version": "３"}, "刚被别人处理过"),
        ({"verb": "", "version": "0"}, "没有这个操作"),
        ({"verb": "accept", "version": "0"}, "没有这个操作"),
        ({"verb": "refuse", "version": "0"}, "必须填写理由"),
        ({"verb": "revoke", "version": "0", "comment": "理由"}, "当前状态为“待同意”，不能收回同意"),
        ({"verb": "consent", "version": "0", "comment": "长" * 1001}, "最多 1000 个字"),
        ({"verb": "consent", "version": "0", "comment": "同意\x07"}, "控制字符"),
        ({"verb": "withdraw", "version": "0"}, "没有这项权限"),
    ],
)
def test_odd_decisions_are_refused_in_words(client_for, proposed, approver, data, words):
    response = client_for(approver).post(deciding(proposed), data)
    assert response.status_code == 302
    assert words in told(response)
    assert (Waiver.objects.get().status, proposed.events().count()) == ("proposed", 0)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "请填写偏差理由"),
        ({"requirement": "street.area"}, "请填写偏差理由"),
        ({"justification": WHY}, "这次核查没有这一条款"),
        ({"requirement": "street.area'; DROP", "justification": WHY}, "这次核查没有这一条款"),
        ({"requirement": "x" * 9000, "justification": WHY}, "这次核查没有这一条款"),
        ({"requirement": "street.zones", "justification": WHY}, "已达标，不需要偏差说明"),
        ({"requirement": "street.area", "justification": "长" * 1001}, "最多 1000 个字"),
        ({"requirement": "street.area", "justification": WHY + "\x1f"}, "控制字符"),
    ],
)
def test_odd_proposals_are_refused_in_words(client_for, case, reviewer, data, words):
    response = client_for(reviewer).post(proposing(case), data)
    assert response.status_code == 302
    assert words in told(response)
    assert not Waiver.objects.exists()


@pytest.mark.parametrize("role", ["clerk", "reviewer", "approver", "township", "leader", "apiclient", "admin"])
def test_forged_posts_of_other_roles_change_nothing(client_for, make_user, proposed, case, wulong, baima, role):
    visitor = client_for(make_user(role, baima if role == "township" else wulong, "somebody"))
    staff = role not in ("township", "leader", "apiclient")
    for address, data, may in (
        (proposing(case), {"requirement": "street.area", "justification": WHY}, {"reviewer"}),
        (deciding(proposed), {"verb": "withdraw", "version": 0, "comment": "理由"}, {"reviewer", "approver"}),
        (deciding(proposed), {"verb": "consent", "version": 0}, {"reviewer"}),
    ):
        if (role, data.get("verb")) == ("approver", "consent"):
            continue
        response = visitor.post(address, data)
        if role in may:
            assert (response.status_code, told(response) != "") == (302, True)
        elif staff and role != "approver":
            assert response.status_code == 403
        elif not staff:
            assert "login" in response.url
    assert [(row.status, row.version) for row in Waiver.objects.all()] == [("proposed", 0)]


def test_what_lies_in_another_district_is_not_there(client_for, make_user, proposed, case, jiangkou):
    for role in ("reviewer", "approver"):
        stranger = client_for(make_user(role, jiangkou, f"stranger-{role}"))
        assert stranger.post(proposing(case), {"requirement": "street.area", "justification": WHY}).status_code == 404
        assert stranger.post(deciding(proposed), {"verb": "consent", "version": 0}).status_code == 404
        assert stranger.get(own(proposed)).status_code == 404
        assert stranger.post(own(proposed, "move"), {"verb": "consent", "version": 0}).status_code == 404
        assert WHY not in stranger.get(LIST).content.decode()
    assert Waiver.objects.get().status == "proposed"


def test_a_waiver_of_another_review_is_not_reached_through_this_one(
    client_for, proposed, register, clerk, reviewer, approver
):
    other = begun(street(register), clerk, reviewer)
    crossed = reverse("admin:facilities_acceptancereview_decide_waiver", args=[other.pk, proposed.pk])
    for address in (crossed, crossed.replace(f"/{proposed.pk}/", "/99999999999999999999/")):
        assert client_for(approver).post(address, {"verb": "consent", "version": 0}).status_code == 404
    assert Waiver.objects.get().status == "proposed"


def test_the_addresses_answer_posts_only(client_for, proposed, case, reviewer):
    bench = client_for(reviewer)
    assert {bench.get(proposing(case)).status_code, bench.get(deciding(proposed)).status_code} == {405}


def test_the_second_click_of_a_consent_is_told_that_it_is_done(client_for, proposed, approver):
    chief = client_for(approver)
    answers = [chief.post(deciding(proposed), {"verb": "consent", "version": 0}) for _ in range(2)]
    assert ["刚被别人处理过" in told(answer) for answer in answers] == [False, True]
    assert proposed.events().count() == 1


# The list, and the page of one


def test_the_list_leads_with_what_waits_for_consent(client_for, approver, register, clerk, reviewer, case):
    first = waiving.propose(case, "street.area", justification=WHY, by=reviewer)
    waiving.consent(first, by=approver)
    second = waiving.propose(begun(street(register), clerk, reviewer), "street.area", justification=WHY, by=reviewer)
    chief = client_for(approver)
    rows = chief.get(LIST).context["cl"].result_list
    assert [row.pk for row in rows] == [second.pk, first.pk]
    assert [row.pk for row in chief.get(f"{LIST}?waiting=consent").context["cl"].result_list] == [second.pk]
    assert [row.pk for row in chief.get(f"{LIST}?status__exact=consented").context["cl"].result_list] == [first.pk]
    review.perform(second.review, "withdraw", by=clerk, comment="重新准备")
    assert not chief.get(f"{LIST}?waiting=consent").context["cl"].result_list
    assert "待同意（审核已撤回）" in chief.get(LIST).content.decode()


@pytest.mark.parametrize("role", ["clerk", "reviewer", "approver", "admin"])
def test_staff_read_list_and_page_and_nothing_can_be_typed_but_a_comment(client_for, make_user, wulong, proposed, role):
    client = client_for(make_user(role, wulong, "reader"))
    assert "老城区" not in client.get(LIST).content.decode()
    body = client.get(own(proposed)).content.decode()
    assert all(words in body for words in (WHY, "1420 ㎡", "还差 80 ㎡", "待同意"))
    assert 'name="_save"' not in body
    assert client.get(reverse("admin:facilities_waiver_add")).status_code == 403
    assert client.post(own(proposed), {"justification": "改了", "status": "consented"}).status_code in (200, 302, 403)
    row = Waiver.objects.get()
    assert (row.justification, row.status) == (WHY, "proposed")


def test_the_approver_decides_on_the_page_of_the_waiver(client_for, proposed, approver):
    chief = client_for(approver)
    response = chief.post(own(proposed, "move"), {"verb": "consent", "comment": "同意", "version": 0})
    assert told(response) == "已办理：同意偏差。"
    assert Waiver.objects.get().effective_on is not None
    body = chief.get(own(proposed)).content.decode()
    assert "提出" in body
    assert "有效" in body


def test_a_denied_move_on_the_page_of_the_waiver_stays_on_record(client_for, proposed, clerk):
    response = client_for(clerk).post(own(proposed, "move"), {"verb": "consent", "comment": "", "version": 0})
    assert told(response) == "您的角色没有这项权限。"
    assert AuditRecord.objects.filter(action="review.denied", by_name="clerk").count() == 1


def counted(client, address: str, django_assert_max_num_queries) -> int:
    client.get(address)
    with django_assert_max_num_queries(200) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_list_and_page_cost_the_same_queries_for_one_and_for_many(
    client_for, approver, register, clerk, reviewer, case, django_assert_max_num_queries
):
    chief = client_for(approver)
    waiving.refuse(
        waiving.propose(case, "street.area", justification=WHY, by=reviewer), by=approver, comment="可以扩建"
    )
    one = [counted(chief, address, django_assert_max_num_queries) for address in (LIST, page(case))]
    for _ in range(3):
        waiving.refuse(
            waiving.propose(case, "street.area", justification=WHY, by=reviewer), by=approver, comment="可以扩建"
        )
        other = begun(street(register), clerk, reviewer)
        waiving.propose(other, "street.area", justification=WHY, by=reviewer)
        review.perform(other, "withdraw", by=clerk, comment="重新准备")
    many = [counted(chief, address, django_assert_max_num_queries) for address in (LIST, page(case))]
    assert many == one

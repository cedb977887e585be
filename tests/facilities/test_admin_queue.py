"""The queue: what waits leads by age, each row says who has it and what the check finds, and many can be looked at at once."""

import re
from datetime import date, timedelta

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from reviewpages import QUEUE, ZONES, centre, draft, page, reviewing, submitted

from eldercare import clock, review
from eldercare.regions import Region
from facilities import history, services
from facilities.models import AcceptanceReview, Declaration, Rectification

__all__ = ["centre", "draft", "reviewing", "submitted"]
ROWS = re.compile(r'<th class="field-facility[^>]*><a [^>]*>([^<]+)</a>')
# Session, account, its roles and permissions: what every page of the admin asks first.
NOT_DATA = ("django_session", "eldercare_user", "auth_", "SAVEPOINT", "django_content_type")


@pytest.fixture
def waiting(register, clerk):
    """waiting(name, days=0, **state) -> a submitted review, `days` old."""

    def make(name, days=0, **state):
        facility = register(**({"type": "TOWNSHIP_CENTRE", "stage": "completed", "name": name} | state))
        with clock.telling(timezone.now() - timedelta(days=days)):
            row = services.open_review(facility, by=clerk)
            review.perform(row, "submit", by=clerk)
        return row

    return make


@pytest.fixture
def accepted(reviewing, reviewer):
    services.accept(reviewing, by=reviewer, accepted_on=date(2020, 12, 1), comment="现场属实")
    return reviewing


def listed(client, query="") -> list[str]:
    """The facilities of the list, in its order."""
    return ROWS.findall(client.get(f"{QUEUE}{query}").content.decode())


def choose(client, action: str, *rows, **more):
    return client.post(QUEUE, {"action": action, ACTION_CHECKBOX_NAME: [row.pk for row in rows], **more}, follow=True)


def data_queries(client, url: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    told = [query["sql"] for query in asked]
    assert not any("SELECT DISTINCT" in sql for sql in told)
    return sum(not any(name in sql.split(" WHERE ")[0].split(" JOIN ")[0] for name in NOT_DATA) for sql in told)


def test_the_longest_waiting_for_a_decision_leads(client_for, reviewer, clerk, register, waiting):
    names = {
        name: waiting(name, days) for name, days in (("审核中甲", 9), ("待受理乙", 5), ("待受理丙", 20), ("退回丁", 3))
    }
    services.take(names["审核中甲"], by=reviewer)
    services.take(names["退回丁"], by=reviewer)
    services.returning.send_back(names["退回丁"], by=reviewer, reasons=[], comment="补")
    services.open_review(register(name="草稿戊", stage="completed"), by=clerk)
    gone = services.open_review(register(name="撤回己", stage="completed"), by=clerk)
    review.perform(gone, "withdraw", by=clerk, comment="误建")
    order = ["待受理丙", "审核中甲", "待受理乙", "退回丁", "草稿戊", "撤回己"]
    assert [name.removesuffix(" 验收") for name in listed(client_for(reviewer))] == order


def test_who_has_a_case_and_what_nobody_has(client_for, reviewer, waiting):
    services.take(waiting("有人的"), by=reviewer)
    waiting("没人的")
    client = client_for(reviewer)
    body = client.get(QUEUE).content.decode()
    assert "未分派</strong>" in body
    assert str(reviewer) in body
    assert listed(client, "?charge=none") == ["没人的"]
    assert listed(client, "?charge=mine") == ["有人的"]


def test_each_row_says_what_the_check_finds(client_for, reviewer, waiting, reviewing):
    waiting("缺功能区的", gross_area=900, zones=ZONES[:2])
    body = client_for(reviewer).get(QUEUE).content.decode()
    rows = {
        name: line for line in body.split("<tr>") for name in ("缺功能区的", reviewing.facility.name) if name in line
    }
    assert "不达标" in rows["缺功能区的"]
    assert "badge-acceptable" in rows[reviewing.facility.name]


def test_an_accepted_row_whose_facts_changed_needs_a_recheck(client_for, reviewer, accepted, waiting):
    waiting("别的")
    client = client_for(reviewer)
    assert "recheck=yes" in client.get(QUEUE).content.decode()
    assert listed(client, "?recheck=yes") == []
    history.record_one(accepted.facility, {"gross_area": 700}, effective_on=date(2020, 12, 2), by=None)
    assert listed(client, "?recheck=yes") == [accepted.facility.name]
    assert "<b>1</b> 验收后有变化，需复核" in client.get(QUEUE).content.decode()


def test_the_notice_counts_what_needs_somebody(client_for, clerk, reviewer, waiting, register):
    rows = [waiting(f"第{n}个", n) for n in range(4)]
    services.take(rows[0], by=reviewer)
    services.take(rows[1], by=reviewer)
    services.returning.send_back(rows[1], by=reviewer, reasons=[], comment="补")
    today = rows[0].facility.district.default_as_of()
    for due in (today - timedelta(days=1), today, today + timedelta(days=9)):
        Rectification.objects.create(
            facility=register(),
            label="消防",
            problem="缺灭火器",
            measure="补齐",
            owner="白马镇",
            due_on=due,
            opened_by=clerk,
        )
    body = client_for(reviewer).get(QUEUE).content.decode()
    told = {label: int(count) for count, label in re.findall(r"<b>(\d+)</b> ([^<]+)</a>", body)}
    assert told == {
        "待受理（未分派）": 2, "审核中": 1, "已退回，待补正": 1, "验收后有变化，需复核": 0, "整改逾期": 1,
    }  # fmt: skip
    for address in re.findall(r'<li class="is-\w+"><a href="([^"]+)"', body):
        assert client_for(reviewer).get(address).status_code == 200


def test_the_queue_costs_the_same_at_any_length(client_for, reviewer, clerk, waiting, accepted):
    client = client_for(reviewer)
    client.get(QUEUE)
    counts = []
    for total in (25, 100):
        while AcceptanceReview.objects.count() < total:
            waiting(f"第{AcceptanceReview.objects.count()}个", zones=ZONES[:2])
        counts.append(
            [data_queries(client, f"{QUEUE}{query}") for query in ("", "?all=", "?recheck=yes", "?charge=none")]
        )
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 8


def test_filters_take_odd_values_without_failing(client_for, reviewer, waiting):
    waiting("一个")
    for query in ("charge=x", "recheck=x", "status__exact=x", "district=500156", "township=x", "o=1.2.3", "p=999"):
        assert client_for(reviewer).get(f"{QUEUE}?{query}").status_code in (200, 302), query


def test_who_sees_several_districts_chooses_one_first(client_for, sysadmin, accepted, waiting):
    history.record_one(accepted.facility, {"gross_area": 700}, effective_on=date(2020, 12, 2), by=None)
    client = client_for(sysadmin)
    assert "按区县筛选后显示" in client.get(QUEUE).content.decode()
    assert "<b>1</b> 验收后有变化，需复核" in client.get(f"{QUEUE}?district=500156").content.decode()
    assert "按区县筛选后显示" in client.get(f"{QUEUE}?district=nowhere").content.decode()


def test_another_districts_queue_is_empty(client_for, make_user, submitted):
    stranger = client_for(make_user("reviewer", Region.objects.get(name="长寿区")))
    assert listed(stranger) == []
    assert listed(stranger, "?district=500156&recheck=yes") == []
    response = choose(stranger, "recheck_all", submitted)
    assert submitted.facility.name not in response.content.decode()


def test_many_are_checked_again_without_changing_any(client_for, clerk, reviewer, accepted, waiting):
    failing = waiting("缺功能区的", gross_area=900, zones=ZONES[:2])
    history.record_one(accepted.facility, {"gross_area": 700}, effective_on=date(2020, 12, 2), by=None)
    before = list(AcceptanceReview.objects.order_by("pk").values())
    for user in (clerk, reviewer):
        body = choose(client_for(user), "recheck_all", failing, accepted).content.decode()
        for words in ("批量重新核查", "缺功能区的", "功能区", "不达标", "需复核", "900 ㎡", "700 ㎡"):
            assert words in body, words
    assert list(AcceptanceReview.objects.order_by("pk").values()) == before


def test_checking_many_again_costs_the_same_for_any_number(client_for, reviewer, waiting, accepted):
    rows = [waiting(f"第{n}个", zones=ZONES[:2]) for n in range(12)]
    client = client_for(reviewer)
    counts = []
    for some in (rows[:2], rows):
        with CaptureQueriesContext(connection) as asked:
            choose(client, "recheck_all", accepted, *some)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_many_are_given_to_one_reviewer_and_each_refusal_is_told(client_for, clerk, reviewer, approver, waiting, draft):
    rows = [waiting("甲"), waiting("乙"), draft]
    client = client_for(approver)
    body = choose(client, "assign_all", *rows).content.decode()
    assert 'name="reviewer"' in body
    versions = {f"version-{row.pk}": row.version for row in rows}
    stale = versions | {f"version-{rows[1].pk}": 0}
    body = choose(client, "assign_all", *rows, apply="1", reviewer=reviewer.pk, **stale).content.decode()
    given = [AcceptanceReview.objects.get(pk=row.pk).reviewer for row in rows]
    assert given == [reviewer, None, None]
    assert "已分派 1 件" in body
    assert "刚被别人处理过" in body
    assert "当前状态为“草稿”，不能分派" in body


@pytest.mark.parametrize("role", ["clerk", "reviewer", "admin"])
def test_only_the_approver_gives_cases_away(client_for, make_user, wulong, reviewer, submitted, role):
    client = client_for(make_user(role, wulong))
    choose(client, "assign_all", submitted, apply="1", reviewer=reviewer.pk, **{f"version-{submitted.pk}": 1})
    submitted.refresh_from_db()
    assert submitted.reviewer is None


@pytest.mark.parametrize("forged", [{"reviewer": "x"}, {"reviewer": ""}, {"reviewer": "1", "comment": "长" * 501}, {}])
def test_a_crippled_assignment_of_many_changes_nothing(client_for, approver, submitted, forged):
    response = choose(client_for(approver), "assign_all", submitted, apply="1", **forged)
    submitted.refresh_from_db()
    assert (response.status_code, submitted.reviewer) == (200, None)


def test_the_page_of_a_review_names_its_queue(client_for, reviewer, submitted, waiting):
    waiting("另一个等着的", 30)
    body = client_for(reviewer).get(page(submitted)).content.decode()
    assert "另一个等着的" in body
    assert "已等 30 天" in body


def test_declared_facts_reach_the_queue(client_for, reviewer, centre, submitted):
    Declaration.objects.filter(facility=centre, fact="requirement.all.fire_code").update(value=False)
    assert "不达标" in client_for(reviewer).get(QUEUE).content.decode()


@pytest.mark.parametrize("chosen", ["x", "-1", "1.5", "9" * 30])
def test_a_forged_choice_of_rows_is_told(client_for, reviewer, waiting, chosen):
    waiting("一个")
    posted = {"action": "recheck_all", "_selected_action": chosen, "index": "0"}
    assert "请刷新列表" in client_for(reviewer).post(QUEUE, posted, follow=True).content.decode()

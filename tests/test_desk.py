"""The front page of the admin: what waits for each role, each kind with its number and its list."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eldercare import desk
from eldercare.models import RegionAlias

LABELS = {
    "clerk": {
        "退回待补正的验收", "还没有提交的验收", "逾期的整改", "待核的月报", "退回的补助申请", "还没有提交的补助申请",
        "待确认的单位名称",
    },
    "reviewer": {
        "待受理的验收", "我正在审核的验收", "待复查的整改", "待确认的功能区名称", "待批准的补助申请",
    },
    "approver": {"还没有分派的验收", "待同意的偏差说明", "待拨付的补助", "有预警的补助"},
    "leader": set(),
    "admin": set(),
}  # fmt: skip


@pytest.fixture
def ask(wulong):
    """ask(number) -> that many names of 武隆 that wait for a clerk."""

    def make(number: int) -> None:
        known = RegionAlias.objects.filter(district=wulong).count()
        RegionAlias.objects.bulk_create(RegionAlias(district=wulong, name=f"名称{known + n}") for n in range(number))

    return make


@pytest.mark.parametrize("role", LABELS)
def test_each_role_is_told_of_its_own_work_only(make_user, wulong, role):
    assert {task.label for task in desk.waiting_for(make_user(role, wulong))} == LABELS[role]


@pytest.mark.parametrize("role", ["clerk", "reviewer", "approver"])
def test_each_tile_leads_to_the_list_of_what_it_counts(client_for, make_user, wulong, ask, role):
    ask(3)
    person = make_user(role, wulong)
    for task in desk.waiting_for(person):
        answer = client_for(person).get(task.url)
        assert answer.status_code == 200, f"{task.label}: the list does not know its filter"
        assert answer.context["cl"].result_count == task.count, task.label


def test_the_front_page_shows_the_number_and_not_what_is_at_rest(client_for, clerk, ask):
    before = RegionAlias.objects.filter(status="proposed").count()
    ask(2)
    page = client_for(clerk).get(reverse("admin:index")).content.decode()
    assert f"<strong>{before + 2}</strong> <span>待确认的单位名称</span>" in page
    assert "逾期的整改" not in page


def test_another_district_has_its_own_desk(make_user, ask):
    ask(2)
    stranger = make_user("clerk", None)
    assert all(task.count == 0 for task in desk.waiting_for(stranger))


def test_an_empty_desk_says_so(client_for, make_user):
    assert (
        "现在没有等您办理的事" in client_for(make_user("approver", None)).get(reverse("admin:index")).content.decode()
    )


def test_the_front_page_costs_the_same_with_one_row_and_with_many(client_for, clerk, ask):
    client = client_for(clerk)
    client.get(reverse("admin:index"))
    counts = []
    for number in (1, 60):
        ask(number)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(reverse("admin:index"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_registers_stand_in_the_order_of_the_bureaus_work(client_for, clerk):
    apps = client_for(clerk).get(reverse("admin:index")).context["app_list"]
    assert [app["app_label"] for app in apps] == ["facilities", "plans", "subsidies", "training", "eldercare"]
    firsts = [app["models"][0]["name"] for app in apps]
    assert firsts == ["验收审核", "进度报表", "补助申请", "培训班", "上传记录"]

"""Returning on the review page: drafted reasons that are ticked and edited, and what changed once it comes back."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from reviewpages import ZONES, centre, draft, page, returned, reviewing, submitted

from eldercare import review
from eldercare.audit import AuditRecord
from eldercare.regions import Region
from facilities import checks, history

__all__ = ["centre", "draft", "reviewing", "submitted"]
AREA = {"requirement": "township.area", "code": "clause_unmet", "message": "请补足面积", "tick": "1"}
FREE = {"requirement": "", "code": "documents", "message": "消防验收意见书缺页"}


@pytest.fixture
def lacking(reviewing):
    """The review of a centre that is 80 ㎡ short and lacks a zone."""
    changed = {"gross_area": 720, "zones": ZONES[:3]}
    history.record_one(reviewing.facility, changed, effective_on=date(2020, 11, 1), by=None)
    return reviewing


@pytest.fixture
def bench(client_for, reviewer):
    return client_for(reviewer)


def area(lacking) -> str:
    """The requirement that the drafted form names for the area."""
    found = checks.check(lacking.facility, date(2020, 12, 31))
    return next(finding.requirement for finding in found.findings if finding.gap)


def test_each_failing_clause_is_drafted_and_ticked(bench, lacking):
    body = bench.get(page(lacking)).content.decode()
    drafts = re.findall(r'<input type="hidden" name="requirement-\d+" value="([^"]+)">', body)
    assert len(drafts) == 2
    assert body.count('value="1" checked') == 2
    assert "还差 80 ㎡" in body
    assert "文体活动" in body


def test_ticked_reasons_are_kept_as_they_were_edited(bench, lacking):
    one = AREA | {"requirement": area(lacking)}
    unticked = {"requirement": "township.zones", "code": "clause_unmet", "message": "不写进去"}
    body = bench.post(*returned(lacking, one, unticked, FREE, comment="请于月底前补正"), follow=True).content.decode()
    lacking.refresh_from_db()
    event = lacking.events().get(verb="send_back")
    told = [(reason["code"], reason["message"], bool(reason["clause"])) for reason in event.detail["reasons"]]
    assert lacking.status == "returned"
    assert told == [("clause_unmet", "请补足面积", True), ("documents", "消防验收意见书缺页", False)]
    assert "请于月底前补正" in event.comment
    assert "不写进去" not in event.comment
    assert "已办理：退回" in body


def test_a_resubmitted_review_tells_what_changed(bench, client_for, clerk, lacking, reviewer):
    bench.post(*returned(lacking, AREA | {"requirement": area(lacking)}, FREE))
    history.record_one(lacking.facility, {"gross_area": 860}, effective_on=date(2020, 12, 1), by=clerk)
    lacking.refresh_from_db()
    review.perform(lacking, "submit", by=clerk)
    for user in (clerk, reviewer):
        body = client_for(user).get(page(lacking)).content.decode()
        for words in ("退回后的变化", "已解决", "由审核人员判断", "720 ㎡", "860 ㎡", "消防验收意见书缺页"):
            assert words in body, words


REFUSED = [
    ([], {}, "至少写明一条退回理由"),
    ([AREA | {"message": ""}], {}, "第 1 条："),
    ([AREA | {"code": "fly"}], {}, "请选择理由类别"),
    ([AREA | {"requirement": "no.such"}], {}, "不在本次核查之列"),
    ([AREA | {"message": "长" * 501}], {}, "最多 500 个字"),
    ([FREE | {"message": "看不见\x07的"}], {}, "控制字符"),
    ([FREE], {"comment": "长" * 501}, "最多 500 个字"),
    ([FREE], {"version": "x"}, "页面内容不完整"),
    ([FREE], {"version": ""}, "页面内容不完整"),
    ([FREE], {"version": "99999999999999"}, "页面内容不完整"),
    ([FREE], {"version": "0"}, "刚被别人处理过"),
    ([FREE], {"lines": "x"}, "至少写明一条退回理由"),
    ([FREE], {"lines": "-1"}, "至少写明一条退回理由"),
    ([FREE], {"lines": "99999999999999999999"}, "至少写明一条退回理由"),
]


@pytest.mark.parametrize(("lines", "more", "words"), REFUSED)
def test_a_crippled_return_is_explained_and_changes_nothing(bench, lacking, lines, more, words):
    response = bench.post(*returned(lacking, *lines, **more), follow=True)
    lacking.refresh_from_db()
    assert response.status_code == 200
    assert words in response.content.decode()
    assert (lacking.status, lacking.events().count()) == ("reviewing", 2)


def test_a_refusal_keeps_what_was_typed(bench, lacking):
    edited = AREA | {"requirement": area(lacking), "message": "改过的话" + "长" * 500}
    response = bench.post(*returned(lacking, edited, FREE, comment="另有意见"))
    assert response.url.endswith("#returning")
    body = bench.get(page(lacking)).content.decode()
    for words in ("改过的话", "消防验收意见书缺页", "另有意见"):
        assert words in body, words
    assert body.count('value="1" checked') == 1
    assert "改过的话" not in bench.get(page(lacking)).content.decode()


def test_a_second_click_returns_once(bench, lacking):
    url, form = returned(lacking, FREE)
    bench.post(url, form)
    assert "刚被别人处理过" in bench.post(url, form, follow=True).content.decode()
    assert lacking.events().filter(verb="send_back").count() == 1


@pytest.mark.parametrize("role", ["clerk", "approver", "admin"])
def test_another_role_is_forbidden_and_recorded(client_for, make_user, wulong, lacking, role):
    assert client_for(make_user(role, wulong)).post(*returned(lacking, FREE)).status_code == 403
    lacking.refresh_from_db()
    assert lacking.status == "reviewing"
    assert AuditRecord.objects.filter(action="review.denied", object_id=str(lacking.pk)).exists()


def test_another_reviewer_hears_who_has_the_case(client_for, make_user, wulong, reviewer, lacking):
    other = client_for(make_user("reviewer", wulong))
    assert f"本件由{reviewer}承办" in other.post(*returned(lacking, FREE), follow=True).content.decode()
    lacking.refresh_from_db()
    assert lacking.status == "reviewing"


def test_another_district_finds_nothing(client_for, make_user, lacking):
    stranger = client_for(make_user("reviewer", Region.objects.get(name="长寿区")))
    assert stranger.post(*returned(lacking, FREE)).status_code == 404
    lacking.refresh_from_db()
    assert lacking.status == "reviewing"


def test_a_review_that_waits_is_not_returned(bench, submitted):
    assert "当前状态为“待受理”，不能退回" in bench.post(*returned(submitted, FREE), follow=True).content.decode()


def test_a_form_from_elsewhere_is_not_taken(reviewer, lacking):
    client = Client(enforce_csrf_checks=True)
    client.force_login(reviewer, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(*returned(lacking, FREE)).status_code == 403
    assert reverse("admin:facilities_acceptancereview_send_back", args=[lacking.pk]).endswith("/send-back/")

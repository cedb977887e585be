"""验收表: one review on paper, in each of its states; an accepted one prints what was frozen."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone
from paperwork import BACK, WHY, ZONES, accepted, address, centre, file_address, reviewing, submitted, text

from eldercare import review
from eldercare.regions import Region
from facilities import history, services
from facilities.models import Declaration

__all__ = ["accepted", "centre", "reviewing", "submitted"]


def test_draft_form_says_that_it_is_none_yet_and_shows_the_check_of_now(client_for, clerk, centre):
    row = services.open_review(centre, by=clerk)
    page = text(client_for(clerk).get(address(row)).content.decode())
    assert "待审核稿" in page
    assert "核查结论 待说明 （草稿）" in page
    assert "还差 80 ㎡" in page
    history.record_one(centre, {"gross_area": Decimal(1460)}, effective_on=date(2020, 12, 1), by=None)
    assert "还差 40 ㎡" in text(client_for(clerk).get(address(row)).content.decode())


def test_form_has_every_part_in_its_order(client_for, reviewer, accepted):
    page = text(client_for(reviewer).get(address(accepted)).content.decode())
    parts = [
        "武隆区养老服务设施验收表", "纸上中心（500156-", "设施类型 街道养老服务中心", "乡镇（街道） 白马镇",
        "建筑面积 1420 ㎡", "床位 30 张", "依据的标准 武隆全覆盖方案（2020）", "验收日期 2020-12-01",
        "验收结论 达标 ，验收合格", "逐条核查（", "序号 条款 要求",
        "建筑面积 原则上不低于 ≥ 1500 ㎡ 1420 ㎡ 原则性偏差 还差 80 ㎡", WHY, "approver", "同意",
        "功能区", "、".join(ZONES), "现场核查 日期", "2020-11-20 reviewer 街道办张某 与登记一致", "退回记录（1 次）", BACK,
        "整改事项", "消防通道", "附件（1）", "门头.jpg 正门", "申请说明：按计划完工", "申报单位 经办：clerk", "（盖章）",
        "现场核查人 经办：reviewer", "审核人 经办：reviewer", "同意偏差人 经办：approver", "验收单位（区县民政局）", "（盖章）",
    ]  # fmt: skip
    place = 0
    for part in parts:
        found = page.find(part, place)
        assert found >= 0, f"{part!r} 不在第 {place} 个字之后：{page[place : place + 400]}"
        place = found
    assert "待审核稿" not in page
    assert "已撤销" not in page


def test_every_finding_has_exactly_one_numbered_line(client_for, reviewer, accepted):
    html = client_for(reviewer).get(address(accepted)).content.decode()
    body = html[html.index("form-clauses") : html.index("</table>", html.index("form-clauses"))]
    numbers = re.findall(r'<td class="num">(\d+)</td>', body)
    assert numbers == [str(number + 1) for number in range(len(accepted.frozen["findings"]))]


def test_accepted_form_keeps_what_was_frozen_whatever_changes_afterwards(client_for, reviewer, accepted):
    client = client_for(reviewer)
    before = text(client.get(address(accepted)).content.decode())
    accepted.edition.requirements.filter(key="street.area").update(label="改名的条款")
    Declaration.objects.filter(facility=accepted.facility).update(value=False)
    history.record_one(
        accepted.facility, {"gross_area": Decimal(900), "zones": [], "name": "改名中心"}, effective_on=timezone.localdate(),
        by=None,
    )  # fmt: skip
    assert text(client.get(address(accepted)).content.decode()) == before


def test_revoked_form_says_so_with_the_reason_and_keeps_the_rest(client_for, approver, accepted):
    review.perform(accepted, "revoke", by=approver, comment="面积测绘有误")
    page = text(client_for(approver).get(address(accepted)).content.decode())
    assert page.index("已撤销") < page.index("验收表")
    assert "本次验收已撤销" in page
    assert "面积测绘有误" in page
    assert "1420 ㎡ 原则性偏差" in page


def test_withdrawn_form_is_marked(client_for, clerk, submitted):
    review.perform(submitted, "withdraw", by=clerk, comment="改期")
    page = text(client_for(clerk).get(address(submitted)).content.decode())
    assert "已撤回" in page
    assert "待审核稿" not in page


def test_missing_signatures_are_places_to_sign(client_for, clerk, centre):
    row = services.open_review(centre, by=clerk)
    html = client_for(clerk).get(address(row)).content.decode()
    places = html[html.index("form-signatures") :]
    assert places.count("sign-line") == 5
    assert places.count("　　年　　月　　日") == 5
    assert "clerk" not in places.partition("</main>")[0]


def test_form_of_a_type_without_standard_prints_too(client_for, clerk, register):
    row = services.open_review(register(type="CARE_HOME", stage="completed"), by=clerk)
    assert "本区县政策没有为这类设施规定建设标准" in client_for(clerk).get(address(row)).content.decode()


def test_form_follows_role_and_scope(client_for, make_user, submitted, wulong, baima):
    other = Region.objects.get(code="500238")
    answers = {}
    for role, region in (("clerk", wulong), ("reviewer", wulong), ("approver", wulong), ("admin", wulong),
                         ("leader", wulong), ("township", baima), ("apiclient", wulong), ("clerk", other)):  # fmt: skip
        client = client_for(make_user(role, region))
        answers[role, region.short_name] = [
            client.get(url).status_code for url in (address(submitted), file_address(submitted.facility))
        ]
    assert answers == {
        ("clerk", "武隆区"): [200, 200], ("reviewer", "武隆区"): [200, 200], ("approver", "武隆区"): [200, 200],
        ("admin", "武隆区"): [200, 200], ("leader", "武隆区"): [302, 302], ("township", "白马镇"): [302, 302],
        ("apiclient", "武隆区"): [302, 302], ("clerk", other.short_name): [404, 404],
    }  # fmt: skip


def test_odd_addresses_do_not_exist(client_for, clerk, submitted):
    client = client_for(clerk)
    for odd in ("0", "999999", "abc", "1%00", "9" * 30):
        assert client.get(f"/admin/facilities/acceptancereview/{odd}/form/").status_code in (400, 404)
        assert client.get(f"/admin/facilities/facility/{odd}/file/").status_code in (400, 404)


def accepted_review(portal) -> str:
    code = (
        "from facilities.models import AcceptanceReview as A; "
        "print('pk', A.objects.filter(status='accepted').order_by('pk').first().pk)"
    )
    return re.search(r"pk (\d+)", portal.manage("shell", "-c", code)).group(1)


@pytest.mark.browser
def test_form_prints_on_a4_with_its_head_repeated(portal, page):
    portal.sign_in(page, "reviewer")
    page.goto(f"{portal.url}/admin/facilities/acceptancereview/{accepted_review(portal)}/form/")
    paper = page.pdf(prefer_css_page_size=True)
    boxes = set(re.findall(rb"/MediaBox \[([^\]]+)\]", paper))
    sheets = len(re.findall(rb"/Type /Page\b", paper))
    assert {tuple(round(float(part)) for part in box.split()) for box in boxes} == {(0, 0, 595, 842)}
    assert 1 <= sheets <= 3
    # More lines than a page holds run on; no line is torn and the head comes again.
    page.evaluate(
        "() => { const body = document.querySelector('.form-clauses tbody');"
        "for (let i = 0; i < 60; i++) body.append(body.rows[0].cloneNode(true)); }"
    )
    assert len(re.findall(rb"/Type /Page\b", page.pdf(prefer_css_page_size=True))) > sheets
    page.emulate_media(media="print")
    style = "el => [getComputedStyle(el).display, getComputedStyle(el).breakInside]"
    assert page.eval_on_selector(".form-clauses thead", style)[0] == "table-header-group"
    assert page.eval_on_selector(".form-clauses tbody tr", style)[1] == "avoid"
    assert not page.is_visible(".sheet-tools")

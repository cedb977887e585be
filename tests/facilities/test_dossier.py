"""一院一档: everything of one facility on one page, for staff in the admin and for leaders on the dashboard."""

import re
from datetime import date
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from paperwork import BACK, WHY, accepted, address, centre, file_address, reviewing, submitted, text

from eldercare import review
from eldercare.regions import Region
from eldercare.uploads import Upload
from facilities import history, services
from facilities.models import (
    AcceptanceReview,
    Attachment,
    Declaration,
    OperatorContract,
    Rectification,
    ServiceLink,
    SiteVisit,
)
from facilities.services import rectifying, returning

__all__ = ["accepted", "centre", "reviewing", "submitted"]


def test_file_has_everything_of_the_facility(client_for, clerk, accepted):
    facility = accepted.facility
    dated = {"recorded_by": clerk, "starts_on": date(2020, 12, 2), "evidence": "合同第1号"}
    OperatorContract.objects.create(facility=facility, operator="某运营公司", operation="public", **dated)
    ServiceLink.objects.create(
        facility=facility, region=facility.township.children.filter(kind="village").first(), **dated
    )
    history.record_one(facility, {"beds": 32}, effective_on=date(2020, 12, 5), by=clerk, reason="加床")
    Rectification.objects.update(due_on=date(2020, 1, 1))
    page = text(client_for(clerk).get(file_address(facility)).content.decode())
    for words in (
        "纸上中心", "一院一档", "街道养老服务中心", "现状与来源", "32 张", "核查与差距", "验收合格", "退回", BACK, "提交 clerk",
        "审核 reviewer", "同意偏差 approver", "验收时的结论：达标（2020-12-01", "街道办张某", WHY, "消防通道", "已逾期", "门头.jpg",
        "验收资料第三册", "某运营公司", "合同第1号", "加床", "办理记录",
    ):  # fmt: skip
        assert words in page, words


def test_every_part_can_be_reached_by_its_anchor(client_for, clerk, accepted):
    html = client_for(clerk).get(file_address(accepted.facility)).content.decode()
    targets = set(re.findall(r'href="#([a-z]+)"', html[html.index("file-parts") : html.index("</nav>")]))
    assert targets == set(re.findall(r'<section id="([a-z]+)"', html))
    assert len(targets) == 11


def test_file_of_a_day_shows_the_state_of_that_day(client_for, clerk, centre):
    history.record_one(centre, {"gross_area": Decimal(1600)}, effective_on=date(2020, 12, 1), by=clerk)
    client = client_for(clerk)
    early = text(client.get(file_address(centre), {"as_of": "2020-11-30"}).content.decode())
    late = text(client.get(file_address(centre), {"as_of": "2020-12-01"}).content.decode())
    assert ("还差 80 ㎡" in early, "还差 80 ㎡" in late) == (True, False)
    assert client.get(file_address(centre), {"as_of": "nonsense"}).status_code == 200


def test_empty_facility_has_a_file(client_for, clerk, register):
    page = text(client_for(clerk).get(file_address(register(type="CARE_HOME"))).content.decode())
    assert "还没有验收审核。" in page
    assert "没有附件。" in page


def grow(facility, clerk, reviewer, times: int) -> None:
    """More of everything that the two pages show."""
    for number in range(times):
        row = services.open_review(facility, by=clerk)
        review.perform(row, "submit", by=clerk)
        services.take(row, by=reviewer)
        returning.send_back(row, by=reviewer, reasons=[], comment=f"第{number}次")
        SiteVisit.objects.create(review=row, visited_on=date(2020, 11, 1), recorded_by=reviewer)
        rectifying.open_item(
            facility, by=reviewer, label=f"事项{number}", problem="问题", measure="措施", owner="街道",
            due_on=timezone.localdate(), review=row,
        )  # fmt: skip
        Attachment.objects.create(
            facility=facility, review=row, filename="a.jpg", file="x.jpg", content_type="image/jpeg", size=1,
            sha256=f"{Attachment.objects.count():064d}", attached_by=reviewer,
        )  # fmt: skip
        history.record_one(facility, {"remark": f"第{number}次"}, effective_on=date(2020, 6, 1), by=clerk)
        Declaration.objects.create(fact="facility.host", facility=facility, value="other", recorded_by=clerk)
        review.perform(row, "withdraw", by=clerk, comment="撤回")


def counted(client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_questions_to_the_database_do_not_grow_with_what_is_recorded(client_for, clerk, reviewer, leader, centre):
    client, boss = client_for(clerk), client_for(leader)
    board = reverse("facility-file", args=["500156", centre.code])
    grow(centre, clerk, reviewer, 1)
    form = address(AcceptanceReview.objects.latest("pk"))
    one = [counted(client, file_address(centre)), counted(client, form), counted(boss, board)]
    grow(centre, clerk, reviewer, 6)
    form = address(AcceptanceReview.objects.latest("pk"))
    many = [counted(client, file_address(centre)), counted(client, form), counted(boss, board)]
    assert one == many
    assert max(many) <= 35


def test_leader_and_township_read_the_file_on_the_dashboard_in_their_scope(
    client_for, leader, township_user, apiclient, make_user, jiangkou, wulong, accepted
):
    board = reverse("facility-file", args=["500156", accepted.facility.code])
    assert board == f"/dashboard/500156/facilities/{accepted.facility.code}/"
    for user in (leader, township_user):
        page = client_for(user).get(board)
        assert page.status_code == 200
        body = page.content.decode()
        assert "原则性偏差" in body
        assert (WHY in body) == (user == leader), "why a deviation was let be is the bureau's own paper"
        assert all(part not in body for part in ("/admin/", 'id="trail"', 'id="attachments"'))
    strangers = [make_user("township", jiangkou), apiclient, make_user("leader", Region.objects.get(code="500238"))]
    assert [client_for(user).get(board).status_code for user in strangers] == [404, 404, 404]
    elsewhere = reverse("facility-file", args=["500238", accepted.facility.code])
    assert client_for(leader).get(elsewhere).status_code == 404
    assert client_for(leader).get(f"{board}?as_of=nonsense").status_code == 400


def test_township_page_leads_to_the_file(client_for, leader, centre):
    page = client_for(leader).get(f"/dashboard/500156/{centre.township.code}/").content.decode()
    assert reverse("facility-file", args=["500156", centre.code]) in page


def test_facility_page_leads_to_the_file(client_for, clerk, centre):
    page = client_for(clerk).get(reverse("admin:facilities_facility_change", args=[centre.pk])).content.decode()
    assert file_address(centre) in page


def test_sheet_of_a_record_is_linked_only_for_those_who_may_open_it(client_for, leader, clerk, centre, wulong, baima):
    upload = Upload.objects.create(
        kind="progress", region=baima, district=wulong, period=date(2020, 11, 1), filename="月报.xlsx", sha256="0" * 64,
        size=1, status="refused", error_total=1, uploaded_by=clerk,
    )  # fmt: skip
    centre.records.update(upload=upload)
    board = client_for(leader).get(reverse("facility-file", args=["500156", centre.code])).content.decode()
    own = client_for(clerk).get(file_address(centre)).content.decode()
    link = reverse("upload", args=[upload.pk])
    assert "月报.xlsx" in board
    assert (link in board, link in own) == (False, True)

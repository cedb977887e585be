"""Files over HTTP: several at once and each judged alone, fetched in scope and shut off, taken out with a reason."""

from datetime import date
from pathlib import Path
from urllib.parse import unquote

import papers as made
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from shutting import shut

from eldercare import review
from eldercare.audit import AuditRecord
from eldercare.regions import Region
from facilities import services
from facilities.models import AcceptanceReview, Attachment, Rectification, SiteVisit
from facilities.services.attaching import attach, take_out

ATTACH = reverse("admin:facilities_attachment_attach")
LIST = reverse("admin:facilities_attachment_changelist")


def page(row) -> str:
    return reverse("admin:facilities_acceptancereview_change", args=[row.pk])


def file_of(row) -> str:
    return reverse("admin:facilities_attachment_file", args=[row.pk])


def out_of(row) -> str:
    return reverse("admin:facilities_attachment_take_out", args=[row.pk])


def sent(content: bytes = b"", name: str = "现场照片.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or made.png())


def body_of(response) -> bytes:
    content = b"".join(response.streaming_content)
    shut(response)
    return content


@pytest.fixture
def case(register, clerk, reviewer):
    row = services.open_review(register(stage="completed"), by=clerk)
    review.perform(row, "submit", by=clerk)
    services.take(row, by=reviewer)
    return row


@pytest.fixture
def photo(case, reviewer):
    return attach(case.facility, sent(), by=reviewer, review=case, caption="门头")


@pytest.fixture
def bench(client_for, reviewer):
    return client_for(reviewer)


def test_several_files_are_judged_each_alone(bench, case):
    files = [sent(), sent(made.PDF, "意见书.pdf"), sent(made.HTML, "网页.jpg"), sent(name="同一张.png")]
    told = {"facility": case.facility_id, "review": case.pk, "caption": "现场", "files": files}
    response = bench.post(ATTACH, told, follow=True)
    body = response.content.decode()
    assert response.redirect_chain[0][0] == f"{page(case)}#attachments"
    for words in (
        "已上传：现场照片.png",
        "已上传：意见书.pdf",
        "网页.jpg”：文件后缀是 .jpg，内容其实是网页",
        "同一张.png”：这个文件已在",
    ):
        assert words in body, words
    assert list(Attachment.objects.values_list("filename", "review", "caption")) == [
        ("现场照片.png", case.pk, "现场"), ("意见书.pdf", case.pk, "现场"),
    ]  # fmt: skip


def test_the_panel_lists_files_with_person_time_size_and_offers_the_form(bench, approver, client_for, case, photo):
    body = bench.get(page(case)).content.decode()
    for words in (
        "门头",
        "现场照片.png",
        photo.sha256[:8],
        "本次验收审核",
        file_of(photo),
        ATTACH,
        'enctype="multipart/form-data"',
    ):
        assert words in body, words
    body = client_for(approver).get(page(case)).content.decode()
    assert file_of(photo) in body
    assert ATTACH not in body
    assert out_of(photo) not in body


@pytest.mark.parametrize(
    ("content", "name", "type", "opens"),
    [
        (made.png(), "照片.png", "image/png", True),
        (made.JPEG, "照片.jpg", "image/jpeg", True),
        (made.WEBP, "照片.webp", "image/webp", True),
        (made.PDF, "意见书.pdf", "application/pdf", True),
        (made.docx(), "说明.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", False),
        (made.xlsx(), "清单.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", False),
    ],
)
def test_a_file_is_fetched_whole_shut_off_and_on_record(bench, reviewer, case, content, name, type, opens):
    row = attach(case.facility, sent(content, name), by=reviewer)
    response = bench.get(file_of(row))
    assert (response.status_code, response.streaming, body_of(response)) == (200, True, content)
    assert response["Content-Type"] == type
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["Content-Disposition"].startswith("inline" if opens else "attachment")
    assert name in unquote(response["Content-Disposition"])
    assert "no-store" in response["Cache-Control"]
    record = AuditRecord.objects.get(action="attachment.fetched", object_id=str(row.pk))
    assert (record.by_name, record.detail["sha256"]) == (reviewer.display_name, row.sha256)


def test_a_name_with_quotes_and_breaks_stays_one_header(bench, reviewer, case):
    row = attach(case.facility, sent(name='a"; filename="b\r\nX-Evil: 1.png'), by=reviewer)
    response = bench.get(file_of(row))
    body_of(response)
    assert "X-Evil" not in response
    assert "\n" not in response["Content-Disposition"]


def test_what_was_taken_out_is_gone_for_all_and_listed_with_its_reason(bench, client_for, sysadmin, case, photo):
    response = bench.post(out_of(photo), {"why": "拍到了老人", "review": case.pk}, follow=True)
    body = response.content.decode()
    for words in ("已移除：门头", "reviewer", "拍到了老人", "已移除 1 个"):
        assert words in body, words
    assert file_of(photo) not in body
    assert bench.get(file_of(photo)).status_code == client_for(sysadmin).get(file_of(photo)).status_code == 404
    assert "拍到了老人" in client_for(sysadmin).get(LIST).content.decode()


def test_taking_out_without_a_reason_or_twice_is_explained(bench, photo):
    assert "请填写移除原因" in bench.post(out_of(photo), {"why": ""}, follow=True).content.decode()
    bench.post(out_of(photo), {"why": "重复"})
    assert "已由reviewer移除" in bench.post(out_of(photo), {"why": "再来"}, follow=True).content.decode()


def test_a_file_lost_on_the_disk_is_no_crash(bench, photo):
    Path(photo.file.path).unlink()
    assert bench.get(file_of(photo)).status_code == 404


@pytest.mark.parametrize("role", ["approver", "admin"])
def test_who_may_only_look_fetches_and_changes_nothing(client_for, make_user, wulong, case, photo, role):
    client = client_for(make_user(role, wulong))
    response = client.get(file_of(photo))
    assert (response.status_code, body_of(response)) == (200, made.png())
    told = {"facility": case.facility_id, "review": case.pk, "files": [sent(made.png(1))]}
    assert {client.post(ATTACH, told).status_code, client.post(out_of(photo), {"why": "试试"}).status_code} == {403}
    assert Attachment.objects.get().removed_at is None


@pytest.mark.parametrize("role", ["township", "leader", "apiclient"])
def test_who_has_no_desk_reaches_no_file(client_for, make_user, baima, case, photo, role):
    client = client_for(make_user(role, baima))
    told = {"facility": case.facility_id, "files": [sent(made.png(1))]}
    answers = [client.get(file_of(photo)), client.post(ATTACH, told), client.post(out_of(photo), {"why": "试试"})]
    assert [answer.status_code for answer in answers] == [302] * 3
    assert Attachment.objects.get().removed_at is None


def test_another_district_finds_neither_file_nor_facility(client_for, make_user, case, photo):
    client = client_for(make_user("clerk", Region.objects.get(name="长寿区")))
    for target in ({"facility": case.facility_id}, {"review": case.pk}):
        assert client.post(ATTACH, target | {"files": [sent(made.png(1))]}).status_code == 404
    assert client.get(file_of(photo)).status_code == client.post(out_of(photo), {"why": "越界"}).status_code == 404
    assert photo.filename not in client.get(LIST).content.decode()
    assert Attachment.objects.get().removed_at is None


@pytest.mark.parametrize("name", ["facility", "review", "visit", "rectification"])
@pytest.mark.parametrize("garbage", ["x", "-1", "9" * 30, "999999999", "1 OR 1=1", "²"])
def test_a_forged_owner_does_not_exist(bench, case, name, garbage):
    told = {"facility": case.facility_id, name: garbage, "files": [sent()]}
    assert bench.post(ATTACH, told).status_code == 404
    assert not Attachment.objects.exists()


def test_an_owner_of_another_facility_is_refused(bench, reviewer, case, register):
    visit = SiteVisit.objects.create(review=case, visited_on=date(2020, 12, 1), recorded_by=reviewer)
    other = register()
    for target in ({"review": case.pk}, {"visit": visit.pk}):
        response = bench.post(ATTACH, {"facility": other.pk, **target, "files": [sent()]}, follow=True)
        assert "不属于同一个设施" in response.content.decode()
    assert not Attachment.objects.exists()


def test_files_go_with_a_visit_or_an_item_of_the_ledger(bench, reviewer, case):
    visit = SiteVisit.objects.create(review=case, visited_on=date(2020, 12, 1), recorded_by=reviewer)
    item = Rectification.objects.create(
        facility=case.facility, label="消防", problem="缺灭火器", measure="配置", owner="某村", due_on=date(2021, 1, 1),
        opened_by=reviewer,
    )  # fmt: skip
    bench.post(ATTACH, {"review": case.pk, "visit": visit.pk, "files": [sent()]})
    response = bench.post(ATTACH, {"rectification": item.pk, "files": [sent(made.png(1))]})
    assert response.url == reverse("admin:facilities_rectification_change", args=[item.pk])
    assert [(row.visit, row.rectification) for row in Attachment.objects.all()] == [(visit, None), (None, item)]
    body = bench.get(page(case)).content.decode()
    assert "现场核查 2020-12-01" in body
    assert "整改：消防" in body


def test_a_file_of_the_facility_alone_goes_back_to_its_page(client_for, clerk, case):
    response = client_for(clerk).post(ATTACH, {"facility": case.facility_id, "files": [sent()]})
    assert response.url == reverse("admin:facilities_facility_change", args=[case.facility_id])


def test_a_form_without_files_or_owner_is_explained(bench, case):
    assert "没有选择文件" in bench.post(ATTACH, {"review": case.pk}, follow=True).content.decode()
    assert bench.post(ATTACH, {"files": [sent()]}).status_code == 404
    assert [bench.get(ATTACH).status_code, bench.get(ATTACH + "?files=x").status_code] == [405, 405]


def test_an_ended_review_shows_files_and_offers_no_form(bench, clerk, case, photo):
    review.perform(case, "withdraw", by=clerk, comment="误建")
    body = bench.get(page(case)).content.decode()
    assert file_of(photo) in body
    assert ATTACH not in body
    response = bench.post(ATTACH, {"review": case.pk, "files": [sent(made.png(1))]}, follow=True)
    assert "已撤回，不能再添加附件" in response.content.decode()


def test_a_file_added_after_acceptance_says_so(bench, reviewer, case, photo):
    QuerySet.update(
        AcceptanceReview.objects.filter(pk=case.pk), status="accepted", decided_at=timezone.now(), decided_by=reviewer,
        accepted_on=date(2020, 12, 1), frozen={"day": "2020-12-01", "edition": "", "edition_key": "", "overall": "acceptable",
        "facts": {}, "findings": []},
    )  # fmt: skip
    assert "验收后补充" not in bench.get(page(case)).content.decode()
    bench.post(ATTACH, {"review": case.pk, "files": [sent(made.png(1))]})
    assert bench.get(page(case)).content.decode().count("验收后补充") == 1


def test_nothing_below_the_files_folder_has_an_address(bench, photo):
    for url in (f"/{photo.file.name}", f"/files/{photo.file.name}", f"/media/{photo.file.name}"):
        assert bench.get(url).status_code == 404
    assert Path(settings.MEDIA_ROOT, photo.file.name).exists()


def test_list_and_panel_cost_the_same_for_many_files(bench, reviewer, case, photo, django_assert_max_num_queries):
    for url in (LIST, page(case)):
        bench.get(url)
        with django_assert_max_num_queries(100) as one:
            bench.get(url)
        for grey in range(8):
            attach(case.facility, sent(made.png(grey + (10 if url == LIST else 30))), by=reviewer, review=case)
        take_out(Attachment.objects.latest("pk"), by=reviewer, why="重复")
        with django_assert_max_num_queries(len(one)):
            bench.get(url)

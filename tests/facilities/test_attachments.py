"""Attachments: what is kept of a file, who may attach where, that no file stays without its row, and what taking out leaves."""

from datetime import date, timedelta
from pathlib import Path

import papers as made
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.signals import post_save
from django.utils import timezone

from eldercare import review
from eldercare.audit import AuditRecord
from eldercare.regions import Region
from eldercare.review import Denied, MoveRefused
from facilities import services
from facilities.models import AcceptanceReview, Attachment, Rectification, SiteVisit
from facilities.services import attaching
from facilities.services.attaching import attach, take_out


def sent(content: bytes = b"", name: str = "现场照片.png") -> SimpleUploadedFile:
    """A file as a browser sends it; without content a small picture."""
    return SimpleUploadedFile(name, content or made.png())


def on_disk() -> set[Path]:
    return {path for path in Path(settings.MEDIA_ROOT, "attachments").rglob("*") if path.is_file()}


@pytest.fixture
def point(register):
    return register(stage="completed")


@pytest.fixture
def case(point, clerk, reviewer):
    """A review that the reviewer has taken."""
    row = services.open_review(point, by=clerk)
    review.perform(row, "submit", by=clerk)
    services.take(row, by=reviewer)
    return row


@pytest.fixture
def item(point, reviewer):
    return Rectification.objects.create(
        facility=point, label="消防", problem="缺灭火器", measure="配置", owner="某村", due_on=date(2021, 1, 1),
        opened_by=reviewer,
    )  # fmt: skip


def visit_of(case, by) -> SiteVisit:
    return SiteVisit.objects.create(review=case, visited_on=date(2020, 12, 1), recorded_by=by)


def ended(case, status: str, by) -> AcceptanceReview:
    """The review in a later state, with the pairs that the database asks for."""
    now = timezone.now()
    pairs = {"withdrawn": ("withdrawn",), "accepted": ("decided",), "revoked": ("decided", "revoked")}[status]
    values = {f"{pair}_at": now for pair in pairs} | {f"{pair}_by": by for pair in pairs}
    if status == "revoked":
        values["revoked_by"] = case.submitted_by
    if status != "withdrawn":
        values |= {"accepted_on": date(2020, 12, 1), "frozen": {}}
    QuerySet.update(AcceptanceReview.objects.filter(pk=case.pk), status=status, **values)
    case.refresh_from_db()
    return case


def test_a_file_is_kept_whole_under_a_name_of_the_servers_making(point, clerk):
    row = attach(point, sent(name="../../门头 照片.PNG"), by=clerk, caption=" 门头 ")
    assert (row.filename, row.caption, row.content_type, row.size) == (
        "门头 照片.PNG",
        "门头",
        "image/png",
        len(made.png()),
    )
    assert row.file.name.startswith("attachments/")
    assert row.file.name.endswith(".png")
    assert "门头" not in row.file.name
    assert Path(row.file.path).read_bytes() == made.png()
    record = AuditRecord.objects.get(action="attachment.added", object_id=str(row.pk))
    assert (record.by_name, record.detail["sha256"]) == (clerk.display_name, row.sha256)


def test_a_refused_file_leaves_neither_row_nor_file(point, clerk):
    before = on_disk()
    with pytest.raises(MoveRefused, match="内容其实是网页"):
        attach(point, sent(made.HTML, "照片.jpg"), by=clerk)
    assert on_disk() == before
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("failing", [Attachment, AuditRecord])
def test_no_file_stays_without_its_row(point, clerk, failing):
    before = on_disk()
    written = []

    def refuse(instance, **kwargs):
        written.extend(on_disk() - before)
        raise IntegrityError("the disk is full")

    post_save.connect(refuse, sender=failing)
    try:
        with pytest.raises(IntegrityError):
            attach(point, sent(), by=clerk)
    finally:
        post_save.disconnect(refuse, sender=failing)
    assert len(written) == 1, "the file had been written when the row failed"
    assert on_disk() == before
    assert not Attachment.objects.exists()


def test_the_same_file_twice_is_named_and_not_kept_again(point, clerk, register):
    attach(point, sent(), by=clerk, caption="门头")
    before = on_disk()
    with pytest.raises(MoveRefused, match="这个文件已在该设施的档案里：“门头”，clerk上传"):
        attach(point, sent(name="另一个名字.png"), by=clerk)
    assert on_disk() == before
    assert attach(register(), sent(), by=clerk).pk, "another facility may have the same file"


def test_a_file_that_was_taken_out_may_come_again(point, clerk):
    take_out(attach(point, sent(), by=clerk), by=clerk, why="传错了设施")
    assert attach(point, sent(), by=clerk).removed_at is None


def test_a_facility_keeps_two_hundred_files(point, clerk, monkeypatch):
    assert attaching.MOST == 200
    monkeypatch.setattr(attaching, "MOST", 2)
    kept = [attach(point, sent(made.png(grey)), by=clerk) for grey in (1, 2)]
    with pytest.raises(MoveRefused, match="最多保存 2 个附件"):
        attach(point, sent(made.png(3)), by=clerk)
    take_out(kept[0], by=clerk, why="重复")
    assert attach(point, sent(made.png(3)), by=clerk).pk


@pytest.mark.parametrize(
    ("caption", "words"),
    [("长" * 101, "说明最多 100 个字，现有 101 个"), ("响\x07铃", "看不见的控制字符"), ("空\0", "控制字符")],
)
def test_a_caption_that_cannot_be_stored_is_explained(point, clerk, caption, words):
    with pytest.raises(MoveRefused, match=words):
        attach(point, sent(), by=clerk, caption=caption)
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("role", ["approver", "admin", "leader", "township", "apiclient", None])
def test_only_clerks_and_reviewers_attach_and_take_out(point, clerk, make_user, wulong, role):
    stranger, row = make_user(role, wulong), attach(point, sent(), by=clerk)
    with pytest.raises(Denied, match="角色不能上传附件"):
        attach(point, sent(made.png(1)), by=stranger)
    with pytest.raises(Denied, match="角色不能移除附件"):
        take_out(row, by=stranger, why="试试")
    row.refresh_from_db()
    assert (row.removed_at, Attachment.objects.count()) == (None, 1)
    assert AuditRecord.objects.filter(action="review.denied", by_id=stranger.pk).count() == 2


def test_another_district_neither_attaches_nor_takes_out(point, clerk, make_user):
    stranger, row = make_user("clerk", Region.objects.get(name="长寿区")), attach(point, sent(), by=clerk)
    for act in (lambda: attach(point, sent(made.png(1)), by=stranger), lambda: take_out(row, by=stranger, why="越界")):
        with pytest.raises(Denied, match="管理范围"):
            act()
    assert Attachment.objects.get().removed_at is None


def test_a_file_stands_with_its_review_visit_or_rectification(case, item, reviewer):
    visit = visit_of(case, reviewer)
    rows = [
        attach(case.facility, sent(made.png(1)), by=reviewer, review=case),
        attach(case.facility, sent(made.png(2)), by=reviewer, visit=visit),
        attach(case.facility, sent(made.png(3)), by=reviewer, rectification=item),
    ]
    told = [(row.review_id, row.visit_id, row.rectification_id) for row in rows]
    assert told == [(case.pk, None, None), (case.pk, visit.pk, None), (None, None, item.pk)]


@pytest.mark.parametrize("what", ["review", "visit", "rectification"])
def test_what_a_file_belongs_to_is_of_the_same_facility(case, item, reviewer, register, what):
    target = {"review": case, "visit": visit_of(case, reviewer), "rectification": item}[what]
    with pytest.raises(MoveRefused, match="不属于同一个设施"):
        attach(register(), sent(), by=reviewer, **{what: target})
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(("status", "words"), [("withdrawn", "已撤回"), ("revoked", "已撤销验收")])
def test_an_ended_review_takes_no_more_files(case, reviewer, status, words):
    ended(case, status, reviewer)
    with pytest.raises(MoveRefused, match=f"{words}，不能再添加附件"):
        attach(case.facility, sent(), by=reviewer, review=case)
    assert attach(case.facility, sent(), by=reviewer).review is None


def test_evidence_of_a_decision_stays_and_later_files_say_that_they_came_later(case, clerk, reviewer):
    before = attach(case.facility, sent(), by=reviewer, review=case)
    ended(case, "accepted", reviewer)
    after = attach(case.facility, sent(made.png(1)), by=clerk, review=case)
    before.refresh_from_db()
    assert [attaching.added_afterwards(row) for row in (before, after)] == [False, True]
    with pytest.raises(MoveRefused, match="验收时的依据，不能移除"):
        take_out(before, by=reviewer, why="不想要了")
    assert take_out(after, by=reviewer, why="不相干").removed_by == reviewer


def test_taking_out_keeps_row_file_person_and_reason(point, clerk, reviewer):
    row = attach(point, sent(), by=clerk)
    take_out(row, by=reviewer, why=" 拍到了老人 ")
    row.refresh_from_db()
    assert (row.removed_by, row.removed_why, row.removed_at is not None) == (reviewer, "拍到了老人", True)
    assert Path(row.file.path).exists()
    assert AuditRecord.objects.get(action="attachment.removed").detail["why"] == "拍到了老人"
    with pytest.raises(MoveRefused, match="已由reviewer移除，原因：拍到了老人"):
        take_out(row, by=clerk, why="再移一次")


@pytest.mark.parametrize(
    ("why", "words"), [("", "请填写移除原因"), (" ", "请填写移除原因"), ("长" * 201, "最多 200 个字")]
)
def test_taking_out_needs_a_reason(point, clerk, why, words):
    row = attach(point, sent(), by=clerk)
    with pytest.raises(MoveRefused, match=words):
        take_out(row, by=clerk, why=why)
    row.refresh_from_db()
    assert row.removed_at is None


@pytest.mark.parametrize("half", ["removed_at", "removed_by"])
def test_the_database_ties_the_removal_to_its_person(point, clerk, half):
    row = attach(point, sent(), by=clerk)
    value = timezone.now() - timedelta(days=1) if half == "removed_at" else clerk
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.filter(pk=row.pk).update(**{half: value})


def test_the_database_keeps_the_same_live_file_once(point, clerk):
    row = attach(point, sent(), by=clerk)
    other = attach(point, sent(made.png(1)), by=clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.filter(pk=other.pk).update(sha256=row.sha256)
